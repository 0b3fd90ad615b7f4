/* SPDX-License-Identifier: Apache-2.0
 *
 * Holders' keys from PEM files and cards.
 */
#include "ceremony/keysource.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ceremony/cardsession.h"
#include "ceremony/pin.h"
#include "sd/cert.h"
#include "sd/pemkey.h"

#define SOURCES_MAX SD_MAX_HOLDERS
#define SECRET_MAX 256

/* struct source: one holder; either a file's key or a card's. */
struct source {
	struct sd_pemkey *pem;
	struct cer_session at;	/* of a card */
	struct tok_key key;	/* of the card */
};

struct cer_keysource {
	size_t n;
	struct source src[SOURCES_MAX];
	struct sd_key key[SOURCES_MAX];
};

void
cer_keysource_free(struct cer_keysource **s)
{
	if (s == NULL || *s == NULL)
		return;
	for (size_t i = 0; i < SOURCES_MAX; i++) {
		struct source *src = &(*s)->src[i];

		sd_pemkey_free(&src->pem);
		cer_session_close(&src->at);
		tok_key_free(&src->key);
	}
	free(*s);
	*s = NULL;
}

const struct sd_key *
cer_keysource_keys(const struct cer_keysource *s, size_t *ret_n)
{
	*ret_n = s->n;
	return s->key;
}

struct sd_rsa
cer_keysource_public(const struct cer_keysource *s, size_t i)
{
	const struct tok_key *k = &s->src[i].key;

	if (s->src[i].pem != NULL)
		return sd_cert_rsa(sd_pemkey_cert(s->src[i].pem));
	return (struct sd_rsa){ .name = s->key[i].name, .n = k->n, .e = k->e,
		.n_len = k->n_len, .e_len = k->e_len };
}

static kc_result
secret_from_fd(const char *option, const char *fd_text, const char *what,
    struct kc_secret *ret, struct kc_err *err)
{
	long fd = -1;
	kc_result r = cer_number(option, fd_text, 0, 1023, &fd, err);

	if (!kc_ok(r))
		return r;
	return kc_secret_read_line((int)fd, SECRET_MAX, what, ret, err);
}

/* Loud: a key in a file can be copied without a trace. */
static void
warn_pem(const char *path, const struct sd_pemkey *k, int64_t at_ms)
{
	struct kc_err note = { 0 };

	(void)fprintf(stderr, sd_pemkey_encrypted(k) ?
	    "WARNING: %s is a private key in a file (encrypted): nobody can "
	    "say how many copies there are\n" :
	    "WARNING: %s is a private key in a file, UNENCRYPTED: whoever "
	    "reads it is this holder\n", path);
	if (!kc_ok(sd_cert_dates(sd_pemkey_cert(k), at_ms, &note)))
		(void)fprintf(stderr, "NOTE: %s; a holder's expired "
		    "certificate does not stop recovery\n", note.msg);
}

static kc_result
ask_password(const char *path, struct kc_secret *ret, struct kc_err *err)
{
	struct kc_buf what = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&what, err, "password of %s", path));
	r = cer_secret_tty(kc_buf_str(&what), SECRET_MAX, ret, err);
out:
	kc_buf_free(&what);
	return r;
}

static kc_result
add_pem(struct cer_keysource *s, const struct cer_key_request *rq, size_t i,
    struct kc_err *err)
{
	const char *path = rq->pem.v[i];
	struct source *src = &s->src[s->n];
	struct kc_secret password = { 0 };
	kc_result r = sd_pemkey_load(path, NULL, &src->pem, err);

	/* Only an encrypted key makes its password be read. */
	if (r.code == KC_EPASSWORD && rq->password_fd.n > i)
		r = secret_from_fd("--password-fd", rq->password_fd.v[i],
		    "password", &password, err);
	else if (r.code == KC_EPASSWORD && isatty(STDIN_FILENO) == 1)
		r = ask_password(path, &password, err);
	if (kc_ok(r) && password.p != NULL)
		r = sd_pemkey_load(path, &password, &src->pem, err);
	kc_secret_free(&password);
	if (!kc_ok(r))
		return r;
	warn_pem(path, src->pem, rq->at_ms);
	s->key[s->n++] = sd_pemkey_key(src->pem);
	return r;
}

static bool
in_domain(const struct sd_domain *d, const uint8_t x5t[static KC_SHA256])
{
	for (size_t i = 0; d != NULL && i < d->n_shares; i++)
		if (memcmp(d->share[i].x5t, x5t, KC_SHA256) == 0)
			return true;
	return false;
}

static bool
is_candidate(const struct tok_key *k, const struct tok_uri *uri)
{
	if (k->has_private == 0 || k->decrypt == 0)
		return false;
	if (uri->id_len != 0 && (uri->id_len != k->id_len ||
	    memcmp(uri->id, k->id, k->id_len) != 0))
		return false;
	return uri->object[0] == '\0' || strcmp(uri->object, k->label) == 0;
}

/* The one key of the card to decrypt with: by the URI, or the only one, or
 * the one whose certificate the domain knows. */
static kc_result
pick_key(const char *name, const struct tok_uri *uri,
    const struct sd_domain *d, struct tok_key *keys, size_t n,
    size_t *ret, struct kc_err *err)
{
	size_t count = 0, known = 0, at = 0, at_known = 0;
	uint8_t x5t[KC_SHA256];

	for (size_t i = 0; i < n; i++) {
		if (!is_candidate(&keys[i], uri))
			continue;
		count++;
		at = i;
		if (keys[i].cert.len == 0 || !kc_ok(kc_sha256_one(
		    keys[i].cert.p, keys[i].cert.len, x5t, NULL)))
			continue;
		if (in_domain(d, x5t)) {
			known++;
			at_known = i;
		}
	}
	if (count == 0)
		return KC_FAIL(err, KC_ECARD, 0,
		    "%s has no key that decrypts%s", name, uri->id_len != 0 ||
		    uri->object[0] != '\0' ? " of the id or object given" :
		    "");
	if (known == 1)
		at = at_known;
	else if (count > 1)
		return KC_FAIL(err, KC_ECARD, 0,
		    "%s has %zu keys that decrypt, %zu of them with a "
		    "certificate of this domain; say which with id= in the "
		    "URI", name, count, known);
	*ret = at;
	return KC_DONE;
}

static kc_result
unwrap_card(void *ctx, const uint8_t *ek, size_t len,
    struct kc_secret *ret_cek, struct kc_err *err)
{
	struct source *src = ctx;

	/* A share of another size is not this key's: the card need not be
	 * asked, and need not say no in its own way. */
	if (src->key.n_len != 0 && len != src->key.n_len)
		return KC_FAIL(err, KC_EMAC, 0,
		    "%s: its key has %zu bytes, the encrypted key %zu",
		    kc_buf_str(&src->at.name), src->key.n_len, len);
	return tok_unwrap(src->at.card, src->key.id, src->key.id_len,
	    TOK_OAEP_UNKNOWN, ek, len, ret_cek, err);
}

static kc_result
take_key(struct source *src, const struct sd_domain *d, struct kc_err *err)
{
	struct tok_key *keys = calloc(TOK_KEYS_MAX, sizeof *keys);
	size_t n = 0, at = 0;
	kc_result r;

	if (keys == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for keys");
	KC_TRY(r, tok_keys(src->at.card, keys, TOK_KEYS_MAX, &n, err));
	KC_TRY(r, pick_key(kc_buf_str(&src->at.name), &src->at.uri, d, keys,
	    n, &at, err));
	src->key = keys[at];
	keys[at] = (struct tok_key){ 0 };
out:
	for (size_t i = 0; i < n; i++)
		tok_key_free(&keys[i]);
	free(keys);
	return r;
}

static kc_result
add_card(struct cer_app *app, struct cer_keysource *s,
    const struct cer_key_request *rq, size_t i, const struct sd_domain *d,
    struct kc_err *err)
{
	struct source *src = &s->src[s->n];
	struct sd_key *key = &s->key[s->n];
	kc_result r;

	KC_TRY(r, cer_session_open(app, rq, rq->token.v[i], &src->at, err));
	for (size_t k = 0; k < s->n; k++)
		if (s->src[k].at.card != NULL &&
		    strcmp(kc_buf_str(&s->src[k].at.name),
		    kc_buf_str(&src->at.name)) == 0)
			return KC_FAIL(err, KC_EQUORUM, 0, "%s is given "
			    "twice: the same holder counts once",
			    kc_buf_str(&src->at.name));
	KC_TRY(r, cer_session_login(&src->at, rq->pin_fd.n > i ?
	    rq->pin_fd.v[i] : NULL, err));
	KC_TRY(r, take_key(src, d, err));
	*key = (struct sd_key){ .name = kc_buf_str(&src->at.name), .ctx = src,
		.unwrap = unwrap_card };
	if (src->key.cert.len != 0) {
		KC_TRY(r, kc_sha256_one(src->key.cert.p, src->key.cert.len,
		    key->x5t, err));
		key->has_x5t = true;
	}
	s->n++;
out:
	return r;
}

static kc_result
check_request(const struct cer_key_request *rq, struct kc_err *err)
{
	if (rq->pem.n + rq->token.n == 0)
		return KC_FAIL(err, KC_EUSAGE, 0, "no holder is named: give "
		    "--token URI... or --sd-wrapping-keys KEY...");
	if (rq->pem.n + rq->token.n > SOURCES_MAX)
		return KC_FAIL(err, KC_EQUORUM, 0,
		    "%zu holders are named; a set has at most %d",
		    rq->pem.n + rq->token.n, SOURCES_MAX);
	if (rq->password_fd.n != 0 && rq->password_fd.n != rq->pem.n)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--password-fd: %zu descriptors for %zu keys; one for "
		    "each, in their order", rq->password_fd.n, rq->pem.n);
	if (rq->pin_fd.n != 0 && rq->pin_fd.n != rq->token.n)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--pin-fd: %zu descriptors for %zu tokens; one for each, "
		    "in their order", rq->pin_fd.n, rq->token.n);
	for (size_t i = 0; i < rq->pem.n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(rq->pem.v[i], rq->pem.v[k]) == 0)
				return KC_FAIL(err, KC_EQUORUM, 0,
				    "%s is given twice: the same holder "
				    "counts once", rq->pem.v[i]);
	return KC_DONE;
}

kc_result
cer_keysource_open(struct cer_app *app, const struct cer_key_request *rq,
    const struct sd_domain *d, struct cer_keysource **ret,
    struct kc_err *err)
{
	struct cer_keysource *s = NULL;
	kc_result r = check_request(rq, err);

	if (!kc_ok(r))
		return r;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for keys");
	for (size_t i = 0; i < rq->pem.n; i++)
		KC_TRY(r, add_pem(s, rq, i, err));
	for (size_t i = 0; i < rq->token.n; i++)
		KC_TRY(r, add_card(app, s, rq, i, d, err));
	*ret = s;
	s = NULL;
out:
	cer_keysource_free(&s);
	return r;
}

kc_result
cer_card_certs(struct cer_app *app, const struct cer_key_request *rq,
    const char *token, kc_result (*fn)(void *ctx, const char *name,
    const struct kc_buf *der, struct kc_err *err), void *ctx,
    struct kc_err *err)
{
	struct tok_key *keys = calloc(TOK_KEYS_MAX, sizeof *keys);
	struct cer_session s = { 0 };
	size_t n = 0;
	kc_result r;

	if (keys == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for keys");
	KC_TRY(r, cer_session_open(app, rq, token, &s, err));
	KC_TRY(r, tok_keys(s.card, keys, TOK_KEYS_MAX, &n, err));
	for (size_t i = 0; i < n; i++)
		if (keys[i].cert.len != 0)
			KC_TRY(r, fn(ctx, kc_buf_str(&s.name),
			    &keys[i].cert, err));
out:
	for (size_t i = 0; i < n; i++)
		tok_key_free(&keys[i]);
	free(keys);
	cer_session_close(&s);
	return r;
}
