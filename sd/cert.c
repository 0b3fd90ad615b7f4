/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates that receive something: only their key, thumbprint and dates
 * matter; nobody signs them but themselves.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "sd/cert.h"

#define BITS_MIN 2048
#define BITS_MAX 8192

void
sd_cert_free(struct sd_cert *c)
{
	if (c == NULL)
		return;
	kc_buf_free(&c->der);
	kc_buf_free(&c->n);
	kc_buf_free(&c->e);
	*c = (struct sd_cert){ 0 };
}

bool
sd_pem_is(const void *p, size_t len)
{
	const uint8_t *b = p;

	/* DER may hold PEM: an SGX quote brings its chain as text. */
	if (len > 1 && b[0] == 0x30 && (b[1] & 0x80) != 0)
		return false;
	return memmem(p, len, "-----BEGIN ", 11) != NULL;
}

/* The one certificate of a PEM text, its DER as it is in there.  In the
 * secure heap meanwhile: a key may stand beside it. */
static kc_result
pem_cert(const char *name, const void *p, size_t len, struct kc_buf *ret,
    struct kc_err *err)
{
	BIO *bio = BIO_new_mem_buf(p, (int)len);
	unsigned char *der = NULL, *more = NULL;
	long n = 0, n2 = 0;
	kc_result r;

	if (bio == NULL || PEM_bytes_read_bio_secmem(&der, &n, NULL,
	    PEM_STRING_X509, bio, NULL, NULL) != 1)
		r = KC_FAIL_SSL(err, KC_EFORMAT,
		    "it holds no readable certificate");
	else if (PEM_bytes_read_bio_secmem(&more, &n2, NULL, PEM_STRING_X509,
	    bio, NULL, NULL) == 1)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "it holds more than one certificate");
	else
		r = kc_buf_add(ret, der, (size_t)n, err);
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", name);
	ERR_clear_error();
	OPENSSL_secure_free(der);
	OPENSSL_secure_free(more);
	BIO_free(bio);
	return r;
}

static kc_result
bn_bytes(const EVP_PKEY *key, const char *param, struct kc_buf *ret,
    struct kc_err *err)
{
	BIGNUM *bn = NULL;
	uint8_t bytes[BITS_MAX / 8];
	kc_result r;

	if (EVP_PKEY_get_bn_param(key, param, &bn) != 1 ||
	    BN_num_bytes(bn) > (int)sizeof bytes || BN_num_bytes(bn) == 0)
		r = KC_FAIL_SSL(err, KC_EREFUSED,
		    "the RSA key is outside 2048 to 8192 bits");
	else
		r = kc_buf_add(ret, bytes, (size_t)BN_bn2bin(bn, bytes), err);
	BN_free(bn);
	return r;
}

static bool
to_ms(const ASN1_TIME *t, int64_t *ret)
{
	struct tm tm = { 0 };

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*ret = (int64_t)timegm(&tm) * 1000;
	return true;
}

/* Key, thumbprint and dates of c->der. */
static kc_result
examine(struct sd_cert *c, X509 *x, struct kc_err *err)
{
	const EVP_PKEY *key = X509_get0_pubkey(x);
	int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;
	kc_result r;

	if (key == NULL || !EVP_PKEY_is_a(key, "RSA"))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: its key is not RSA", c->name);
	if (bits < BITS_MIN || bits > BITS_MAX)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: its RSA key has %d bits, outside %d to %d", c->name,
		    bits, BITS_MIN, BITS_MAX);
	c->bits = (size_t)bits;
	KC_TRY(r, bn_bytes(key, OSSL_PKEY_PARAM_RSA_N, &c->n, err));
	KC_TRY(r, bn_bytes(key, OSSL_PKEY_PARAM_RSA_E, &c->e, err));
	c->has_dates = to_ms(X509_get0_notBefore(x), &c->from_ms) &&
	    to_ms(X509_get0_notAfter(x), &c->to_ms);
	r = kc_sha256_one(c->der.p, c->der.len, c->x5t, err);
out:
	return r;
}

kc_result
sd_cert_read(const char *name, const void *p, size_t len,
    struct sd_cert *ret, struct kc_err *err)
{
	struct sd_cert c = { .name = name };
	const unsigned char *at;
	X509 *x = NULL;
	kc_result r;

	if (len == 0 || len > SD_CERT_MAX)
		return KC_FAIL(err, len == 0 ? KC_EFORMAT : KC_ELIMIT, 0,
		    "%s has %zu bytes, no certificate", name, len);
	if (sd_pem_is(p, len))
		KC_TRY(r, pem_cert(name, p, len, &c.der, err));
	else
		KC_TRY(r, kc_buf_add(&c.der, p, len, err));
	at = c.der.p;
	x = d2i_X509(NULL, &at, (long)c.der.len);
	if (x == NULL || at != c.der.p + c.der.len) {
		r = KC_FAIL_SSL(err, KC_EFORMAT, "it is no X.509 certificate");
		r = kc_prefix(err, "%s", name);
		goto out;
	}
	KC_TRY(r, examine(&c, x, err));
	*ret = c;
	c = (struct sd_cert){ 0 };
out:
	ERR_clear_error();
	X509_free(x);
	sd_cert_free(&c);
	return r;
}

kc_result
sd_cert_span(const struct sd_cert *c, int64_t *ret_from, int64_t *ret_to,
    struct kc_err *err)
{
	if (!c->has_dates)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "a certificate's dates cannot be read");
	*ret_from = c->from_ms;
	*ret_to = c->to_ms;
	return KC_DONE;
}

kc_result
sd_cert_dates(const struct sd_cert *c, int64_t at_ms, struct kc_err *err)
{
	char day[KC_TIME_CHARS], at[KC_TIME_CHARS];
	int64_t from = 0, to = 0;
	kc_result r = sd_cert_span(c, &from, &to, err);

	if (!kc_ok(r))
		return kc_prefix(err, "%s", c->name);
	if (at_ms >= from && at_ms <= to)
		return KC_DONE;
	kc_clock_format(at_ms < from ? from : to, day);
	kc_clock_format(at_ms, at);
	return KC_FAIL(err, KC_EEXPIRED, 0, "%s: the certificate %s %s; "
	    "judged at %s", c->name,
	    at_ms < from ? "is not valid before" : "ended", day, at);
}

kc_result
sd_cert_pem(const struct sd_cert *c, struct kc_buf *ret, struct kc_err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n = 0;
	kc_result r;

	if (bio == NULL || PEM_write_bio(bio, PEM_STRING_X509, "", c->der.p,
	    (long)c->der.len) <= 0 || (n = BIO_get_mem_data(bio, &p)) <= 0)
		r = KC_FAIL_SSL(err, KC_ENOMEM, "PEM could not be written");
	else
		r = kc_buf_add(ret, p, (size_t)n, err);
	BIO_free(bio);
	return r;
}
