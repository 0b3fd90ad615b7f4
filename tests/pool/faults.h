/* SPDX-License-Identifier: Apache-2.0
 *
 * The rehearsal's PKI with one thing wrong, and what the checker says.
 */
#ifndef KC_TESTS_POOL_FAULTS_H
#define KC_TESTS_POOL_FAULTS_H

#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/secret.h"
#include "pool/collateral.h"
#include "pool/exchange.h"
#include "pool/quote.h"
#include "sd/evidence.h"
#include "tests/check.h"

#define POOL "dst-pool"

/* struct fault: one thing that is wrong, and the link that says so.
 *  what   a sentence for the test's output
 *  piece  the one that is changed before it is signed or sealed in
 *  at     offset of the bytes in hex that are put there; without hex the
 *         lowest bit there is flipped
 *  fn     changes it instead
 *  link   its name; code and text of the refusal */
struct fault {
	const char *what;
	enum pool_piece piece;
	size_t at;
	const char *hex;
	void (*fn)(void *it);
	const char *link;
	enum kc_code code;
	const char *text;
};

/* Keys of exchange certificates, made once: they are slow. */
static EVP_PKEY *exchange_key, *short_key, *other_key;

static inline int
make_keys(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_secret_heap(&err), &err);
	exchange_key = EVP_RSA_gen(3072);
	other_key = EVP_RSA_gen(3072);
	short_key = EVP_RSA_gen(2048);
	assert_non_null(exchange_key);
	assert_non_null(other_key);
	assert_non_null(short_key);
	return 0;
}

static inline int
free_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(exchange_key);
	EVP_PKEY_free(other_key);
	EVP_PKEY_free(short_key);
	return 0;
}

/* The edit of a fault: once and at its piece only. */
static inline kc_result
apply(void *ctx, enum pool_piece piece, void *it, struct kc_err *err)
{
	const struct fault *f = ctx;
	const struct kc_buf *b = it;

	(void)err;
	if (piece != f->piece)
		return KC_DONE;
	if (f->fn != NULL) {
		f->fn(it);
	} else if (f->hex != NULL) {
		assert_true(f->at + strlen(f->hex) / 2 <= b->len);
		assert_true(kc_unhex(f->hex, strlen(f->hex) / 2,
		    b->p + f->at));
	} else {
		assert_true(f->at < b->len);
		b->p[f->at] ^= 1;
	}
	return KC_DONE;
}

/* struct rehearsal: one PKI, one exchange key read back, and the pins. */
struct rehearsal {
	struct pool_edit edit;
	struct pool_pki pki;
	struct sd_exchange x;
	struct kc_buf root;
	struct pool_collateral made;
	struct sd_collateral carried;
	struct sd_pins pins;
};

static inline void
to_der(X509 *cert, struct kc_buf *ret)
{
	struct kc_err err = { 0 };
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);

	assert_true(len > 0);
	ret->len = 0;
	t_ok(kc_buf_add(ret, der, (size_t)len, &err), &err);
	OPENSSL_free(der);
}

/* A PKI with this fault in it, or none. */
static inline void
begin(struct rehearsal *h, const struct fault *f)
{
	struct kc_err err = { 0 };
	uintptr_t there = (uintptr_t)f;

	*h = (struct rehearsal){ .edit = { (void *)there, apply } };
	t_ok(pool_pki_make(f != NULL ? &h->edit : NULL, &h->pki, &err), &err);
	to_der(h->pki.of[POOL_ROOT].cert, &h->root);
	h->pins = (struct sd_pins)SD_PINS_DEFAULT;
	h->pins.pool = POOL;
	h->pins.has_mrsigner = true;
	t_ok(pool_mrsigner(h->pins.mrsigner, &err), &err);
	h->pins.root = &h->root;
	/* A minute on: what is made next begins to be valid then. */
	h->pins.at_ms = kc_clock_utc_ms() + 60 * 1000;
}

/* Its certificate for a key, as the file that is carried in. */
static inline kc_result
issue(struct rehearsal *h, EVP_PKEY *key, struct kc_err *err)
{
	struct pool_exchange how = { .pool = POOL, .pki = &h->pki };
	struct kc_buf pem = { 0 };
	X509 *cert = NULL;
	kc_result r;

	t_ok(pool_exchange_cert(&how, key, &cert, err), err);
	t_ok(pool_carrier_write(cert, POOL_AS_PEM, &pem, err), err);
	r = sd_exchange_read("SDE.cer", pem.p, pem.len, &h->x, err);
	X509_free(cert);
	kc_buf_free(&pem);
	return r;
}

/* Collateral of a day, into the pins. */
static inline void
carry(struct rehearsal *h, int64_t at_ms)
{
	struct kc_err err = { 0 };

	t_ok(pool_collateral_make(&h->pki, at_ms, &h->made, &err), &err);
	for (size_t i = 0; i < POOL_COLLATERAL_FILES; i++) {
		h->carried.file[i].name = pool_collateral_names[i];
		h->carried.file[i].data = h->made.file[i];
	}
	h->carried.n = POOL_COLLATERAL_FILES;
	h->pins.collateral = &h->carried;
}

static inline void
end(struct rehearsal *h)
{
	sd_exchange_free(&h->x);
	pool_collateral_free(&h->made);
	kc_buf_free(&h->root);
	pool_pki_free(&h->pki);
}

static inline const struct sd_link *
link_of(const struct sd_evidence *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->link[i].name, name) == 0)
			return &e->link[i];
	fail_msg("there is no link %s", name);
	return NULL;
}

static inline size_t
count(const struct sd_evidence *e, enum sd_link_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++)
		n += e->link[i].state == state;
	return n;
}

/* The check fails at this link and at no other, in these words. */
static inline void
fails_alone(const struct rehearsal *h, const struct fault *f)
{
	struct sd_evidence e = { 0 };
	struct kc_err err = { 0 };
	char head[100];
	kc_result r = sd_evidence_check(&h->x, &h->pins, &e, &err);

	(void)snprintf(head, sizeof head, "link %s: ", f->link);
	if (r.code != f->code || strstr(err.msg, f->text) == NULL ||
	    strncmp(err.msg, head, strlen(head)) != 0)
		fail_msg("%s: %s: %s", f->what, kc_symbol(r.code), err.msg);
	if (link_of(&e, f->link)->state != SD_LINK_FAILS ||
	    count(&e, SD_LINK_FAILS) != 1)
		fail_msg("%s: %zu links fail", f->what,
		    count(&e, SD_LINK_FAILS));
	assert_false(e.proven);
}

#endif
