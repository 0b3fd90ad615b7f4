/* SPDX-License-Identifier: Apache-2.0
 *
 * Cards, as the rest of the program sees them.  Each card session is a child
 * process from the fork server: one card, one PIN, at most one share.  The
 * calling process loads no Cryptoki module and opens no socket.
 */
#ifndef KC_TOKENS_CARD_H
#define KC_TOKENS_CARD_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "tokens/uri.h"

#define TOK_ENV_MAX 4
#define TOK_WRITE_MAX 8		/* places that a site file adds */
#define TOK_WRITE_SIZE 1024	/* bytes of one, with its NUL */
#define TOK_ID_MAX 32		/* bytes of a CKA_ID we handle */
#define TOK_MODULUS_MAX 1024	/* bytes */
#define TOK_KEYS_MAX 16
#define TOK_LIST_MAX 32

struct tok_server;		/* the fork server */
struct tok_card;		/* one session: one child */

/* struct tok_module: which Cryptoki library, with which variables
 * ("SOFTHSM2_CONF=/x"; only the four names of the design are accepted), and
 * where it may write besides the places that tokens/places.c knows. */
struct tok_module {
	const char *path;
	const char *env[TOK_ENV_MAX];
	size_t n_env;
	const char *write[TOK_WRITE_MAX];
	size_t n_write;
};

/* struct tok_wait: called about ten times a second while a card works.
 *  Returning false asks for the card child to be killed (KC_ECANCEL). */
struct tok_wait {
	bool (*tick)(void *ctx, int64_t elapsed_ms);
	void *ctx;
};

enum tok_use {
	TOK_WRAPPING,		/* decrypts shares */
	TOK_SIGNING,		/* signs checkpoints and approvals */
};

/* How a card takes off RSA-OAEP with SHA-256. */
enum tok_oaep {
	TOK_OAEP_UNKNOWN,
	TOK_OAEP_DIRECT,	/* CKM_RSA_PKCS_OAEP in the module */
	TOK_OAEP_RAW,		/* CKM_RSA_X_509, unpadded by OpenSSL */
};

struct tok_info {
	unsigned long slot;	/* display only, never identity */
	char label[33], manufacturer[33], model[17], serial[17];
	char reader[65];	/* slot description */
	char firmware[8], hardware[8];
	char profile[16];	/* tokens/profile.h: the module's row */
	bool initialized, pin_set, pin_low, pin_last, pin_locked;
	bool so_low, so_last, so_locked, pin_pad;
	bool factory_pin, so_factory;	/* the card says: to be changed */
	bool login_required, write_protected;
	unsigned long pin_min, pin_max;
	/* bits of the RSA keys that the module says this card makes; 0, 0:
	 * none */
	unsigned long rsa_min, rsa_max;
};

/* struct tok_key: one RSA key pair on a card and what the card says of it.
 * Attributes are -1 where the module does not answer. */
struct tok_key {
	uint8_t id[TOK_ID_MAX];
	size_t id_len;
	char label[65];
	size_t bits;
	uint8_t n[TOK_MODULUS_MAX];	/* big-endian, no leading zero */
	size_t n_len;
	uint8_t e[8];
	size_t e_len;
	int has_private, has_public;
	int decrypt, sign, sensitive, extractable, never_extractable,
	    always_sensitive, local, always_authenticate;
	struct kc_buf cert;		/* DER; empty if none is on the card */
};

/* tok_server_start: fork the server.  Before the sandbox and any thread.
 *  ret  caller: tok_server_stop */
KC_MUST kc_result tok_server_start(struct tok_server **ret,
    struct kc_err *err);
void tok_server_stop(struct tok_server **s);

/* tok_list: every token the module shows now, initialised or not.
 *  Device: read only. */
KC_MUST kc_result tok_list(struct tok_server *s, const struct tok_module *m,
    struct tok_info *ret, size_t max, size_t *ret_n, struct kc_err *err);

/* tok_open: a child for the one token that uri selects (serial, token,
 *  slot-id...); an empty uri selects the only one there is.  No login.
 *  Errors: KC_ECARDLESS none; KC_ECARD several match; KC_EMODULE */
KC_MUST kc_result tok_open(struct tok_server *s, const struct tok_module *m,
    const struct tok_uri *uri, const struct tok_wait *wait,
    struct tok_card **ret, struct kc_err *err);

/* tok_close: end the child; NULL-safe, NULLs the pointer. */
void tok_close(struct tok_card **card);

/* tok_limit: no later command of this card may take longer than max_ms,
 *  whatever its own budget. */
void tok_limit(struct tok_card *card, int64_t max_ms);

/* tok_pid: the child's process id, for tests and the journal. */
int tok_pid(const struct tok_card *card);

/* tok_info: read the token's state afresh (retry flags included). */
KC_MUST kc_result tok_info(struct tok_card *card, struct tok_info *ret,
    struct kc_err *err);

/* tok_may_login, tok_may_so: by what the card says of its counters, may its
 *  PIN (its SO PIN) be asked for and sent?
 *  Errors: KC_ECARD blank, without a PIN, or locked; KC_EPINLAST one try is
 *  left */
KC_MUST kc_result tok_may_login(const struct tok_info *info,
    struct kc_err *err);
KC_MUST kc_result tok_may_so(const struct tok_info *info,
    struct kc_err *err);

/* tok_login: log the user in.
 *  pin    in; stays the caller's; NULL or empty: the reader's pad asks
 *  Device: counts a wrong PIN.  Errors: KC_EPIN; KC_EPINLAST before
 *  sending when only one try is left; KC_ECARD locked */
KC_MUST kc_result tok_login(struct tok_card *card,
    const struct kc_secret *pin, struct kc_err *err);

/* tok_set_pin: the user's PIN from the one that tok_login proved to pin, and
 *  that one proven by a login.
 *  pin  NULL or empty: both are typed on the reader's pad
 *  Errors: KC_EPIN the old PIN again, or one that does not fit: the card was
 *  not changed.  After others nobody can ask which PIN the card takes */
KC_MUST kc_result tok_set_pin(struct tok_card *card,
    const struct kc_secret *pin, struct kc_err *err);

/* tok_init: initialise the token (all objects are lost), set the user PIN,
 *  log the user in.  The serial may be a new one afterwards.  The factory's
 *  credentials are replaced and each new one is proven by a login.
 *  so_pin  as tok_profile_so_pin draws it; on a PIV card it becomes the
 *          management key, on others the SO PIN
 *  puk     NULL or empty: on a card that has one, drawn and discarded
 *  so_pin and pin both NULL or empty: both are typed on the reader's pad
 *  Errors: KC_EPIN (SO PIN of an initialised token, or one that does not
 *  fit); KC_ECARD (not through this module) */
KC_MUST kc_result tok_init(struct tok_card *card, const char *label,
    const struct kc_secret *so_pin, const struct kc_secret *pin,
    const struct kc_secret *puk, struct kc_err *err);

/* tok_so_pin: give the session the SO PIN, for modules where the SO makes
 *  keys and certificates (struct tok_profile, so_makes).  Not sent to the
 *  card before it is needed; dies with the session. */
KC_MUST kc_result tok_so_pin(struct tok_card *card,
    const struct kc_secret *so_pin, struct kc_err *err);

/* tok_so_try: does the card take this SO PIN?  A user who was logged in is so
 *  again afterwards.
 *  Device: a wrong one is counted, but not by a PIV card
 *  Errors: KC_EPIN it does not; as tok_may_so */
KC_MUST kc_result tok_so_try(struct tok_card *card,
    const struct kc_secret *so_pin, struct kc_err *err);

/* tok_keys: the RSA key pairs (or lone halves) the session can see.
 *  ret[i].cert is owned by the caller: tok_key_free */
KC_MUST kc_result tok_keys(struct tok_card *card, struct tok_key *ret,
    size_t max, size_t *ret_n, struct kc_err *err);
void tok_key_free(struct tok_key *key);

/* tok_generate: make a key pair on the card.  Refuses an id in use.
 *  Device: a new pair; on failure a half may exist: see tok_erase.
 *  Errors: KC_ECARD, KC_EEXISTS (id in use), KC_EHANG */
KC_MUST kc_result tok_generate(struct tok_card *card, const uint8_t *id,
    size_t id_len, enum tok_use use, size_t bits, struct tok_key *ret,
    struct kc_err *err);

/* tok_erase: destroy every object with this id (keys, certificates). */
KC_MUST kc_result tok_erase(struct tok_card *card, const uint8_t *id,
    size_t id_len, struct kc_err *err);

/* tok_sweep: destroy keys and certificates without an id: a module that was
 *  killed while it made an object leaves such (SoftHSM 2.6).  For cards that
 *  were blank when this program first met them; elsewhere one may have an
 *  owner.
 *  ret_n  how many were destroyed
 *  Device: only objects without an id */
KC_MUST kc_result tok_sweep(struct tok_card *card, size_t *ret_n,
    struct kc_err *err);

/* tok_certificate: a self-signed certificate for the key, signed by it and
 *  stored beside it: CN=subject, CA:FALSE, keyEncipherment or
 *  digitalSignature by use, from 24 h ago to 2049-12-31.
 *  A certificate already there under this id is replaced.
 *  ret_der  caller: kc_buf_free.  Device: one signature, one object */
KC_MUST kc_result tok_certificate(struct tok_card *card, const uint8_t *id,
    size_t id_len, enum tok_use use, const char *subject,
    struct kc_buf *ret_der, struct kc_err *err);

/* tok_probe: end-to-end known answer: encrypt with the public key, let the
 *  card decrypt; with sign, sign and verify.
 *  ret_way  how OAEP works on this card; TOK_OAEP_UNKNOWN if !decrypt */
KC_MUST kc_result tok_probe(struct tok_card *card, const uint8_t *id,
    size_t id_len, bool decrypt, bool sign, enum tok_oaep *ret_way,
    struct kc_err *err);

/* tok_unwrap: RSA-OAEP-256 decryption of one content encryption key by the
 *  way the probe found; TOK_OAEP_UNKNOWN probes first.
 *  ret_cek  secure heap; caller: kc_secret_free */
KC_MUST kc_result tok_unwrap(struct tok_card *card, const uint8_t *id,
    size_t id_len, enum tok_oaep way, const uint8_t *ek, size_t ek_len,
    struct kc_secret *ret_cek, struct kc_err *err);

/* tok_sign: RSASSA-PKCS1-v1_5 over a SHA-256 digest.
 *  ret_sig  modulus length bytes; caller: kc_buf_free */
KC_MUST kc_result tok_sign(struct tok_card *card, const uint8_t *id,
    size_t id_len, const uint8_t digest[static 32], struct kc_buf *ret_sig,
    struct kc_err *err);

/* tok_attestation: what the device says of the key in this slot, and the
 *  certificate of the device's attestation key, as the module shows them;
 *  unjudged (tokens/attest.h).
 *  ret_leaf, ret_device  DER; caller: kc_buf_free
 *  Errors: KC_EREFUSED the module shows none: the card has no attestation,
 *  or the key was not made on it */
KC_MUST kc_result tok_attestation(struct tok_card *card, const uint8_t *id,
    size_t id_len, struct kc_buf *ret_leaf, struct kc_buf *ret_device,
    struct kc_err *err);

/* tok_wipe: destroy every object the session can see. */
KC_MUST kc_result tok_wipe(struct tok_card *card, struct kc_err *err);

/* tok_known_soft: the token is a software one (SoftHSM, opencryptoki soft,
 *  swtpm); production refuses it. */
bool tok_known_soft(const struct tok_info *info);

#endif
