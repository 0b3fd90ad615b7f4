/* SPDX-License-Identifier: Apache-2.0
 *
 * The ceremony script (what was reviewed) and the site file (what binds it
 * to people, cards and places).  Two files, two hashes.
 */
#ifndef KC_CEREMONY_SCRIPT_H
#define KC_CEREMONY_SCRIPT_H

#include "base/buf.h"
#include "base/hash.h"
#include "ceremony/custody.h"
#include "ceremony/devices.h"
#include "ceremony/yaml.h"
#include "estate/estate.h"

#define CER_ACTS_MAX 24
#define CER_STEPS_MAX 160
#define CER_PEOPLE_MAX 40
#define CER_CARDS_MAX 24
#define CER_MODULES_MAX 8
#define CER_SIZES_MAX 4
#define CER_LIST_MAX 16
#define CER_MATERIALS_MAX 16

struct cer_action;		/* ceremony/action.h */

/* struct cer_step: one step as written; strings stay the tree's. */
struct cer_step {
	const char *id, *title, *by, *say, *why, *for_each;
	const char *watch[CER_LIST_MAX];	/* roles or people */
	size_t n_watch;
	const char *approve[CER_LIST_MAX];
	size_t n_approve;
	int64_t minutes;
	size_t act;
	const struct cer_action *action;
	const char *reader;		/* readback_by, or "" */
	const char *if_was;		/* outcome of that step, or "" */
	size_t if_step;
	uint32_t uses;			/* a bit for each material */
	const struct cer_node *node;	/* for the action's own fields */
};

/* struct cer_material: what is laid ready.  count 0: a tool, which is not used
 * up; for_each: so many for each person of that role, or "". */
struct cer_material {
	const char *id, *title, *for_each;
	int64_t count;
	const struct cer_node *node;
};

struct cer_act {
	const char *id, *title;
};

struct cer_script {
	struct cer_node *root;
	const char *name, *title;
	int64_t sizes[CER_SIZES_MAX];	/* of RSA keys; the largest is made */
	size_t n_sizes;
	struct cer_material material[CER_MATERIALS_MAX];
	size_t n_materials;
	struct cer_act act[CER_ACTS_MAX];
	size_t n_acts;
	struct cer_step step[CER_STEPS_MAX];
	size_t n_steps;
	struct kc_buf bytes;
	uint8_t sha256[KC_SHA256];
};

/* cer_script_read: parse and check the form of a script.
 *  ret  zeroed by the caller (it is large: not on the stack); empty again
 *       on failure.  cer_site_read likewise
 *  Errors: KC_EFORMAT with file, line and column */
KC_MUST kc_result cer_script_read(const char *path, struct cer_script *ret,
    struct kc_err *err);
void cer_script_free(struct cer_script *s);

/* cer_condition_read: a step's `if` (condition.c), when the steps before it
 *  are read.  Errors: KC_EFORMAT */
KC_MUST kc_result cer_condition_read(const struct cer_script *s,
    struct cer_step *st, struct kc_err *err);

/* cer_script_personal: what a script marks as personal, "person.name":
 *  facts of the journal that a redacted export withholds.
 *  ret  strings stay the tree's */
KC_MUST kc_result cer_script_personal(const struct cer_node *root,
    const char *ret[static CER_LIST_MAX], size_t *ret_n, struct kc_err *err);

/* materials.c: the script's `materials`, a step's `uses`; whether each is
 *  used by a step.  Errors: KC_EFORMAT; of the last KC_EREFUSED */
struct cer_site;
KC_MUST kc_result cer_materials_read(struct cer_script *s,
    struct kc_err *err);
KC_MUST kc_result cer_uses_read(const struct cer_script *s,
    struct cer_step *st, struct kc_err *err);
KC_MUST kc_result cer_materials_used(const struct cer_script *s,
    struct kc_err *err);
/* cer_material_count: pieces laid ready; 0: a tool. */
int64_t cer_material_count(const struct cer_material *m,
    const struct cer_site *site);
/* cer_uses_name: titles of what a step uses, joined by commas. */
void cer_uses_name(const struct cer_script *s, const struct cer_step *st,
    char *ret, size_t size);

/* fill.c: `parameters` of a script or site file, and a text's {marks}.
 *  Errors: KC_EFORMAT */
KC_MUST kc_result cer_parameters_read(const struct cer_node *root,
    struct kc_err *err);
KC_MUST kc_result cer_marks_check(const struct cer_script *s,
    const struct cer_node *node, struct kc_err *err);
/* cer_parameters_bind: the site file names no parameter that the script has
 *  not.  Errors: KC_EREFUSED */
KC_MUST kc_result cer_parameters_bind(const struct cer_script *s,
    const struct cer_site *site, struct kc_err *err);

struct cer_person {
	const char *id, *role, *name;
};

/* objects, config: lists of {path, sha256}, checked; NULL: not in the file.
 * writes: the file's `paths`, absolute; NULL: none */
struct cer_module_def {
	const char *id, *path;
	const struct cer_node *objects, *config, *writes;
};

/* struct cer_card_def: a card of the site.  serial "" = bound when the card
 * is initialised in the room.  store: folder of a rehearsal software card,
 * relative to the ceremony directory.  bag: it comes in this one; "": in
 * none. */
struct cer_card_def {
	const char *id, *person, *module, *serial, *store, *bag;
};

/* struct cer_pinned: what is pinned of the pool that receives a domain, and
 * where the files lie that its evidence is held against ("": none). */
struct cer_pinned {
	bool has_mrsigner;
	uint8_t mrsigner[KC_SHA256];
	int64_t product, svn, qe_svn;
	const char *collateral;		/* a folder */
	const char *root;		/* of a rehearsal */
};

/* struct cer_attest: the pinned root of device attestations; root NULL: none
 * is pinned. */
struct cer_attest {
	const char *root;		/* a file, see cer_path */
	uint8_t sha256[KC_SHA256];	/* of its DER */
	unsigned firmware[3];		/* least */
	unsigned pin_policy, touch_policy;	/* mildest; 0: any */
};

/* cer_attest_read: the site file's mapping; node NULL: nothing pinned. */
KC_MUST kc_result cer_attest_read(struct cer_attest *a,
    const struct cer_node *node, struct kc_err *err);

/* cer_attest_file: a root as a file, PEM or DER.
 *  ret  its DER; caller: kc_buf_free.  Errors: KC_EIO, KC_EFORMAT */
KC_MUST kc_result cer_attest_file(const char *path, struct kc_buf *ret,
    struct kc_err *err);

struct cer_site {
	struct cer_node *root;
	const char *name, *pool, *destination, *nonce;
	const char *medium, *exports;
	int64_t quorum, signers;
	int64_t new_quorum;	/* of role new-holder; 0: not in the file */
	int64_t rsa_floor;	/* no key of fewer bits is made */
	int64_t readers;	/* cards that can be read at a time */
	struct cer_pinned receiver;
	struct cer_attest attest;
	struct cer_custody custody;
	struct est_approved *estate;	/* its pool at least */
	struct cer_usb_def usb[CER_USB_MAX];
	size_t n_usb;
	struct cer_person person[CER_PEOPLE_MAX];
	size_t n_people;
	struct cer_card_def card[CER_CARDS_MAX];
	size_t n_cards;
	struct cer_card_def spare[CER_CARDS_MAX];	/* person "" */
	size_t n_spares;
	struct cer_module_def module[CER_MODULES_MAX];
	size_t n_modules;
	struct kc_buf bytes;
	uint8_t sha256[KC_SHA256];
};

KC_MUST kc_result cer_site_read(const char *path, struct cer_site *ret,
    struct kc_err *err);
/* cer_site_parse: the same of bytes, which become ret's; name for messages. */
KC_MUST kc_result cer_site_parse(const char *name, struct kc_buf *bytes,
    struct cer_site *ret, struct kc_err *err);
void cer_site_free(struct cer_site *s);

/* One entry of the site file's `cards`, `spares` (site_carddefs.c) and `usb`
 * (site_usb.c). */
KC_MUST kc_result cer_site_card(struct cer_site *s,
    const struct cer_node *node, struct kc_err *err);
KC_MUST kc_result cer_site_spare(struct cer_site *s,
    const struct cer_node *node, struct kc_err *err);
KC_MUST kc_result cer_site_usb(struct cer_site *s,
    const struct cer_node *node, struct kc_err *err);

/* cer_site_estate: what the site file approves of the pool (site_estate.c).
 *  ret  caller: free; NULL again on failure */
KC_MUST kc_result cer_site_estate(const struct cer_site *s,
    struct est_approved **ret, struct kc_err *err);

/* cer_site_numbers: the site file's numbers, with what they are where they
 *  may be missing (site_numbers.c). */
KC_MUST kc_result cer_site_numbers(struct cer_site *s, struct kc_err *err);

/* Look-ups; NULL when there is none. */
const struct cer_person *cer_site_person(const struct cer_site *s,
    const char *id);
/* cer_site_who: a person by id, or the first person with that role. */
const struct cer_person *cer_site_who(const struct cer_site *s,
    const char *id_or_role);
const struct cer_card_def *cer_site_card_of(const struct cer_site *s,
    const char *person);
const struct cer_module_def *cer_site_module(const struct cer_site *s,
    const char *id);
/* cer_fill_in: a step's text with {person} and the script's parameters
 *  replaced; those are the site file's, or else the script's own (fill.c). */
void cer_fill_in(const struct cer_script *s, const struct cer_site *site,
    const char *text, const struct cer_person *p, char *ret, size_t size);
/* cer_instead: whose card is the wrong one of a card.wrong (steps_wrong.c);
 *  *ret NULL: nobody of the site file.  Errors: KC_EFORMAT */
KC_MUST kc_result cer_instead(const struct cer_site *site,
    const struct cer_step *st, const struct cer_person **ret,
    struct kc_err *err);
/* cer_step_reader: who reads a step's hash back: its readback_by, or the
 *  first of watch, but never who acts; NULL when there is nobody. */
const struct cer_person *cer_step_reader(const struct cer_site *s,
    const struct cer_step *st);
/* cer_custody_fit: the site file's plan, for its holders' quorum, or for the
 *  new one (fresh).  Errors: KC_EREFUSED, custody.h, or there is none */
KC_MUST kc_result cer_custody_fit(const struct cer_site *site, bool fresh,
    struct kc_err *err);
size_t cer_site_count(const struct cer_site *s, const char *role);

/* cer_script_bind: does the script fit the site: every role it names is
 *  there, with a card where the action wants one.
 *  Errors: KC_EREFUSED naming the step */
KC_MUST kc_result cer_script_bind(const struct cer_script *script,
    const struct cer_site *site, struct kc_err *err);

#endif
