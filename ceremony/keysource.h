/* SPDX-License-Identifier: Apache-2.0
 *
 * Holders' keys for the commands that open something: PEM files and cards,
 * turned into the callbacks that sd/ takes.
 */
#ifndef KC_CEREMONY_KEYSOURCE_H
#define KC_CEREMONY_KEYSOURCE_H

#include "ceremony/cmd.h"
#include "sd/domain.h"
#include "sd/hygiene.h"

/* struct cer_words: values of one option. */
struct cer_words {
	const char *const *v;
	size_t n;
};

/* struct cer_key_request: what the command line says of keys and cards. */
struct cer_key_request {
	struct cer_words pem, password_fd;	/* --sd-wrapping-keys */
	struct cer_words token, pin_fd;		/* --token */
	const char *site;			/* NULL if not given */
	const char *module;			/* NULL if not given */
	struct cer_words module_env;
	int64_t at_ms;				/* day for notes on dates */
};

struct cer_keysource;

/* cer_keysource_open: load every PEM key, open and log in to every card.
 *  d    the domain to be opened: decides between several keys of a card
 *  Says on stderr: one WARNING for each PEM key, a NOTE for each expired
 *  certificate.  Device: one PIN try for each card
 *  Errors: KC_EUSAGE, KC_EPASSWORD, KC_EQUORUM (a file or card given twice),
 *  card errors.  ret  caller: cer_keysource_free */
KC_MUST kc_result cer_keysource_open(struct cer_app *app,
    const struct cer_key_request *rq, const struct sd_domain *d,
    struct cer_keysource **ret, struct kc_err *err);

/* cer_keysource_keys: the callbacks; valid while s lives. */
const struct sd_key *cer_keysource_keys(const struct cer_keysource *s,
    size_t *ret_n);

/* cer_keysource_public: the public half of key i; no bytes where a card does
 *  not show it.  Valid while s lives. */
struct sd_rsa cer_keysource_public(const struct cer_keysource *s, size_t i);

void cer_keysource_free(struct cer_keysource **s);

/* cer_card_certs: the certificates on a card, without logging in; each names
 *  itself by the card.  For looking only.
 *  fn is called for each */
KC_MUST kc_result cer_card_certs(struct cer_app *app,
    const struct cer_key_request *rq, const char *token,
    kc_result (*fn)(void *ctx, const char *name, const struct kc_buf *der,
    struct kc_err *err), void *ctx, struct kc_err *err);

#endif
