/* SPDX-License-Identifier: Apache-2.0
 *
 * The actions' functions, for the table in actions.c.  Each acts once; its
 * rows say what it did, so that a second call goes on where the first ended.
 */
#ifndef KC_CEREMONY_STEPS_H
#define KC_CEREMONY_STEPS_H

#include "ceremony/action.h"
#include "ceremony/room.h"
#include "sd/domain.h"

#define CER_DOMAIN "domain.json"	/* artifacts */
#define CER_NEW_DOMAIN "new-domain.json"

#define CER_DO(name)						\
	KC_MUST kc_result cer_do_##name(struct cer_room *room,	\
	    const struct cer_instance *in, struct kc_err *err)

CER_DO(read);
CER_DO(roll_call);
CER_DO(seal);
CER_DO(open);
CER_DO(place);
CER_DO(suspend);
CER_DO(environment);
CER_DO(clock);
CER_DO(software);
CER_DO(amend);
CER_DO(identify);
CER_DO(initialise);
CER_DO(pin);
CER_DO(retire);
CER_DO(generate);
CER_DO(prove);
CER_DO(wrong);
CER_DO(set);
CER_DO(drill);
CER_DO(import);
CER_DO(check);
CER_DO(domain_prove);
CER_DO(reshare);
CER_DO(ratify);
CER_DO(unlock);
CER_DO(blob);
CER_DO(evidence);
CER_DO(byok);
CER_DO(attestation);
CER_DO(policy);
CER_DO(readback);
CER_DO(checkpoint);
CER_DO(export);
CER_DO(close);

/* The fields of an attestation.check (steps_attestation.c) and a policy.check
 * (steps_policy.c); steps_evidence.c: of an evidence.check.
 *  Errors: KC_EFORMAT with file, line and column */
KC_MUST kc_result cer_attestation_fields(const struct cer_node *step,
    struct kc_err *err);
KC_MUST kc_result cer_policy_fields(const struct cer_node *step,
    struct kc_err *err);
KC_MUST kc_result cer_evidence_fields(const struct cer_node *step,
    struct kc_err *err);

/* byoksource.c: where a byok.wrap's key comes from. */
enum cer_byok_from {
	CER_BYOK_KEY = 'k', CER_BYOK_OCT = 'o', CER_BYOK_CARD = 'c'
};
struct est_target;
struct cer_byok_source {
	enum cer_byok_from from;
	const char *what;	/* of the file, or of the key on the card */
};
/* cer_byok_fields: Errors: KC_EFORMAT with file, line and column */
KC_MUST kc_result cer_byok_fields(const struct cer_node *step,
    struct kc_err *err);
/* cer_byok_card: does the step need a card of who acts? */
bool cer_byok_card(const struct cer_node *step);
KC_MUST kc_result cer_byok_choose(struct cer_room *room,
    const struct cer_instance *in, struct cer_byok_source *ret,
    struct kc_err *err);
/* cer_byok_load: ret  caller: est_target_free */
KC_MUST kc_result cer_byok_load(struct cer_room *room,
    const struct cer_instance *in, const struct cer_byok_source *from,
    struct est_target *ret, struct kc_err *err);
/* cer_byok_fate: what becomes of it, before a second person; a row. */
KC_MUST kc_result cer_byok_fate(struct cer_room *room,
    const struct cer_instance *in, const struct cer_byok_source *from,
    struct kc_err *err);

/* steps_custody.c: a row of every card, and where it is.
 *  Errors: KC_EREFUSED naming what is unaccounted for: nothing is written */
KC_MUST kc_result cer_close_out(struct cer_room *room,
    const struct cer_instance *in, struct kc_err *err);

/* steps_init.c: initialise the card, whatever it was before; asks for the
 *  PIN.  Device: everything on the card is lost */
KC_MUST kc_result cer_card_initialise(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct kc_err *err);

/* newpin.c: struct cer_chosen: what the holder chose; puk empty: none is the
 * holder's.  Both are empty where the reader's pad asks. */
struct cer_chosen {
	struct kc_secret pin, puk;
};
KC_MUST kc_result cer_choose(struct cer_room *room,
    const struct cer_instance *in, const struct tok_info *info,
    struct cer_chosen *ret, struct kc_err *err);
/* cer_choose_pin: the PIN alone.  key: of the prompt */
KC_MUST kc_result cer_choose_pin(struct cer_room *room,
    const struct cer_instance *in, const struct tok_info *info,
    const char *key, struct kc_secret *ret, struct kc_err *err);
/* cer_puk_by_holder: does the step say `puk: holder`? */
bool cer_puk_by_holder(const struct cer_instance *in);

/* keys.c: one key of a logged-in card.
 * cer_key_find: the pair under our id; *ret_found false: none.
 *  ret  caller: tok_key_free */
KC_MUST kc_result cer_key_find(struct tok_card *tok, enum tok_use use,
    struct tok_key *ret, bool *ret_found, struct kc_err *err);
/* cer_card_file: the artifact that holds a key's certificate. */
#define CER_CARD_FILE 80
void cer_card_file(const struct cer_card *card, enum tok_use use,
    char ret[static CER_CARD_FILE]);
KC_MUST kc_result cer_key_make(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct tok_card *tok, enum tok_use use, struct kc_err *err);
KC_MUST kc_result cer_key_prove(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct tok_card *tok, enum tok_use use, struct kc_err *err);
/* hygiene.c: the largest size of the script's list that the card's module
 * reports and the site file's floor allows.  Errors: KC_EREFUSED none */
KC_MUST kc_result cer_key_size(const struct cer_room *room,
    const struct tok_info *info, size_t *ret, struct kc_err *err);
/* hygiene.c: a key that was just made has a size of the script's list, not
 * below the site's floor, and the exponent 65537, is like no key that this
 * ceremony knows, and passes sd_hygiene alone and with each of those. */
KC_MUST kc_result cer_key_hygiene(struct cer_room *room,
    const struct cer_card *card, enum tok_use use,
    const struct tok_key *key, const char *spki_sha, struct kc_err *err);
KC_MUST kc_result cer_key_identify(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct tok_card *tok, enum tok_use use, struct kc_err *err);

/* steps_set.c: struct cer_set: the set that a step is about: the site's, or
 * with `set: new` the one that its new holders will be. */
struct cer_set {
	const char *role;	/* of its holders */
	size_t quorum;
	const char *domain;	/* artifact: the domain that it opens */
};
struct cer_set cer_set_of(const struct cer_room *room,
    const struct cer_instance *in);
struct cer_set cer_set_new(const struct cer_room *room);

/* steps_set.c: struct cer_holders: wrapping certificates of everybody with a
 * role, in the order of the site file; each is named by its person's id. */
struct cer_holders {
	size_t n;
	struct sd_cert cert[SD_MAX_HOLDERS];
};
/* cer_holders_get: of the journal.  ret  {0}; caller: cer_holders_free, also
 *  on failure.  Errors: KC_EREFUSED naming who has none */
KC_MUST kc_result cer_holders_get(struct cer_room *room, const char *role,
    struct cer_holders *ret, struct kc_err *err);
void cer_holders_free(struct cer_holders *h);

/* cer_holders_proven: nothing is encrypted to a key whose card has not
 *  answered for it in this journal, with the certificate that it has now.
 *  Errors: KC_EREFUSED naming the holder */
KC_MUST kc_result cer_holders_proven(struct cer_room *room,
    const struct cer_holders *h, struct kc_err *err);

/* cer_set_publish: a set's certificates, and its thumbprints for a register
 *  of keys as CSV and JSON: on the medium POOL.PERSON.cer and
 *  POOL.PREFIXthumbprints.*, the thumbprints also as artifacts. */
KC_MUST kc_result cer_set_publish(struct cer_room *room,
    const struct cer_instance *in, const struct cer_holders *h,
    size_t quorum, const char *prefix, struct kc_err *err);

/* steps_domain.c: a domain, parsed from its artifact. */
KC_MUST kc_result cer_domain_load(struct cer_room *room,
    const char *artifact, struct sd_domain *ret, struct kc_err *err);

/* shares.c: cer_share_take: one holder's share of d: login, one decryption
 *  in an intent of its own; the card's process ends here.
 *  name  of d, for messages.  ret_share  caller: kc_secret_free */
KC_MUST kc_result cer_share_take(struct cer_room *room,
    const struct cer_instance *in, const char *name,
    const struct sd_domain *d, struct cer_card *card, size_t *ret_index,
    struct kc_secret *ret_share, struct kc_err *err);
/* cer_shares_open: a quorum of the set's holders, and as many more as the
 *  room wants for a cross-check; the master key opens every datum of d. */
KC_MUST kc_result cer_shares_open(struct cer_room *room,
    const struct cer_instance *in, const struct cer_set *set,
    const struct sd_domain *d, struct kc_secret *ret_master,
    struct kc_err *err);

/* signing.c: the card signs SHA-256 of text; the signature is verified
 * with the journaled certificate before it is returned. */
KC_MUST kc_result cer_sign_checked(const struct cer_card *card,
    enum tok_use use, struct tok_card *tok, const struct kc_buf *text,
    struct kc_buf *ret_sig, struct kc_err *err);

#endif
