/* SPDX-License-Identifier: Apache-2.0
 *
 * The attested objects by themselves: which they are, that two halves are of
 * one key, and the check value over it.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "estate/attestation_in.h"

#define ID_BYTES 128
#define KCV_BYTES 3
#define KCV_BLOB_HASH 20	/* SHA-1, which the HSM's check value is of */

static kc_result
sort_object(struct est_attest_work *w, const struct est_object *o,
    struct kc_err *err)
{
	int class = est_attr_byte(o, EST_A_CLASS);
	const struct est_object **to = class == EST_CLASS_PUBLIC ? &w->public :
	    &w->secret;

	if (class < EST_CLASS_PUBLIC || class > EST_CLASS_SECRET)
		return KC_FAIL(err, KC_EREFUSED, 0, "an object is of class "
		    "%d, no key's", class);
	if (*to != NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "two %s objects are "
		    "attested", class == EST_CLASS_PUBLIC ? "public" :
		    "private or secret");
	*to = o;
	return KC_DONE;
}

/* Fixed length, text, zeros behind it. */
static kc_result
read_id(const struct est_object *o, char ret[static ID_BYTES + 1],
    struct kc_err *err)
{
	const struct est_attr *a = est_attr_get(o, EST_A_ID);
	size_t n;

	if (a == NULL || a->len != ID_BYTES)
		return KC_FAIL(err, KC_EFORMAT, 0, "an object has no ID of "
		    "%d bytes", ID_BYTES);
	n = strnlen((const char *)a->p, ID_BYTES);
	for (size_t i = 0; i < ID_BYTES; i++)
		if (i < n ? a->p[i] < 0x21 || a->p[i] > 0x7e : a->p[i] != 0)
			return KC_FAIL(err, KC_EFORMAT, 0, "an ID has a byte "
			    "at offset %zu that does not belong there", i);
	if (n == 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "an ID is empty");
	memcpy(ret, a->p, n);
	ret[n] = '\0';
	return KC_DONE;
}

/* Every boolean that a verdict rests on is one byte, 0 or 1. */
static kc_result
booleans(const struct est_object *o, struct kc_err *err)
{
	static const uint32_t type[] = { EST_A_SENSITIVE, EST_A_ENCRYPT,
		EST_A_DECRYPT, EST_A_WRAP, EST_A_UNWRAP, EST_A_SIGN,
		EST_A_VERIFY, EST_A_EXTRACTABLE, EST_A_LOCAL,
		EST_A_NEVER_EXTRACTABLE, EST_A_ALWAYS_SENSITIVE };

	for (size_t i = 0; i < sizeof type / sizeof *type; i++)
		if (!est_attr_is(o, type[i], false) &&
		    !est_attr_is(o, type[i], true))
			return KC_FAIL(err, KC_EFORMAT, 0, "attribute 0x%04x "
			    "is missing, or neither 00 nor 01", type[i]);
	return KC_DONE;
}

kc_result
est_attest_objects(struct est_attest_work *w, struct kc_err *err)
{
	int class, type;
	kc_result r;

	for (size_t b = 0; b < 2; b++)
		for (size_t i = 0; i < w->blob[b].n; i++) {
			const struct est_object *o = &w->blob[b].object[i];

			KC_TRY(r, sort_object(w, o, err));
			KC_TRY(r, booleans(o, err));
		}
	if (w->secret == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "no private or secret object is attested");
	class = est_attr_byte(w->secret, EST_A_CLASS);
	type = est_attr_byte(w->secret, EST_A_KEY_TYPE);
	if (class == EST_CLASS_SECRET ? type != EST_TYPE_AES &&
	    type != EST_TYPE_GENERIC : type != EST_TYPE_RSA &&
	    type != EST_TYPE_EC)
		return KC_FAIL(err, KC_EREFUSED, 0, "key type 0x%02x does "
		    "not go with class %d", (unsigned int)type, class);
	if ((class == EST_CLASS_PRIVATE) != (w->public != NULL))
		return KC_FAIL(err, KC_EREFUSED, 0, class ==
		    EST_CLASS_PRIVATE ? "the private object comes without "
		    "its public one" : "a secret key comes with a public "
		    "object");
	KC_TRY(r, read_id(w->secret, w->ret->id, err));
	est_attest_say(w, "%s, %s", class == EST_CLASS_SECRET ? "a secret key" :
	    type == EST_TYPE_RSA ? "an RSA key pair" : "an EC key pair",
	    w->ret->id);
out:
	return r;
}

static bool
same(const struct est_attr *a, const struct est_attr *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

kc_result
est_attest_pair(struct est_attest_work *w, struct kc_err *err)
{
	static const struct {
		uint32_t type;
		const char *name;
	} both[] = {
		{ EST_A_KEY_TYPE, "key type" }, { EST_A_ID, "ID" },
		{ EST_A_MODULUS, "modulus or point" },
		{ EST_A_BITS, "modulus bits" },
		{ EST_A_EXPONENT, "public exponent" },
		{ EST_A_KCV, "check value" },
	};

	if (w->public == NULL) {
		est_attest_say(w, "a secret key has one half");
		return KC_DONE;
	}
	for (size_t i = 0; i < sizeof both / sizeof *both; i++)
		if (!same(est_attr_get(w->secret, both[i].type),
		    est_attr_get(w->public, both[i].type)))
			return KC_FAIL(err, KC_EREFUSED, 0, "the private and "
			    "the public object have different values of %s",
			    both[i].name);
	est_attest_say(w, "ID, public numbers and check value are one key's "
	    "in both halves");
	return KC_DONE;
}

static EVP_PKEY *
from_data(const char *type, OSSL_PARAM_BLD *b)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || params == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
rsa_key(const struct est_attr *n, const struct est_attr *e)
{
	BIGNUM *bn = BN_bin2bn(n->p, (int)n->len, NULL);
	BIGNUM *be = BN_bin2bn(e->p, (int)e->len, NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (b != NULL && bn != NULL && be != NULL &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, bn) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, be) == 1)
		key = from_data("RSA", b);
	OSSL_PARAM_BLD_free(b);
	BN_free(bn);
	BN_free(be);
	return key;
}

/* The point as 04 || X || Y, or that in an OCTET STRING. */
static EVP_PKEY *
ec_key(const struct est_attr *a, const char *curve)
{
	const uint8_t *p = a->p;
	size_t n = a->len;
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (n > 2 && p[0] == 0x04 && p[1] == n - 2) {
		p += 2;
		n -= 2;
	} else if (n > 3 && p[0] == 0x04 && p[1] == 0x81 && p[2] == n - 3) {
		p += 3;
		n -= 3;
	}
	if (b != NULL && OSSL_PARAM_BLD_push_utf8_string(b,
	    OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, p,
	    n) == 1)
		key = from_data("EC", b);
	OSSL_PARAM_BLD_free(b);
	return key;
}

/* Check values over the key's SubjectPublicKeyInfo: three bytes of SHA-1;
 * where the object has it, SHA-256 too. */
static bool
checks(EVP_PKEY *key, const struct est_attr *kcv, const struct est_attr *ekcv)
{
	uint8_t sha1[KCV_BLOB_HASH], sha256[KC_SHA256];
	unsigned char *der = NULL;
	int n = key != NULL ? i2d_PUBKEY(key, &der) : -1;
	bool good = n > 0 && EVP_Digest(der, (size_t)n, sha1, NULL,
	    EVP_sha1(), NULL) == 1 && EVP_Digest(der, (size_t)n, sha256,
	    NULL, EVP_sha256(), NULL) == 1 &&
	    memcmp(sha1, kcv->p, KCV_BYTES) == 0 && (ekcv == NULL ||
	    (ekcv->len == sizeof sha256 &&
	    memcmp(sha256, ekcv->p, sizeof sha256) == 0));

	OPENSSL_free(der);
	return good;
}

static kc_result
rsa_numbers(const struct est_attr *n, const struct est_attr *e,
    const struct est_attr *bits, struct kc_err *err)
{
	size_t said = 0;

	if (n == NULL || n->len < 256 || n->len > 1024 || e == NULL ||
	    e->len == 0 || e->len > 8 || bits == NULL || bits->len != 4)
		return KC_FAIL(err, KC_EREFUSED, 0, "the object lacks a "
		    "modulus of 2048 bits or more, its exponent or its size");
	for (size_t i = 0; i < bits->len; i++)
		said = said << 8 | bits->p[i];
	if ((n->p[0] & 0x80) == 0 || said != n->len * 8)
		return KC_FAIL(err, KC_EREFUSED, 0, "the object says %zu "
		    "bits, its modulus has another size", said);
	return KC_DONE;
}

kc_result
est_attest_kcv(struct est_attest_work *w, struct kc_err *err)
{
	static const char *const curves[] = { "P-256", "P-384", "P-521",
		"secp256k1" };
	const struct est_attr *kcv = est_attr_get(w->secret, EST_A_KCV);
	const struct est_attr *ekcv = est_attr_get(w->secret, EST_A_EKCV);
	const struct est_attr *n, *e;
	EVP_PKEY *key = NULL;
	bool good = false;
	kc_result r = KC_DONE;

	if (kcv == NULL || kcv->len != KCV_BYTES)
		return KC_FAIL(err, KC_EFORMAT, 0, "an object has no check "
		    "value of %d bytes", KCV_BYTES);
	if (w->public == NULL) {
		w->unproved = true;
		est_attest_say(w, "a secret key's check value cannot be "
		    "computed without the key");
		return r;
	}
	n = est_attr_get(w->public, EST_A_MODULUS);
	e = est_attr_get(w->public, EST_A_EXPONENT);
	if (est_attr_byte(w->public, EST_A_KEY_TYPE) == EST_TYPE_RSA) {
		KC_TRY(r, rsa_numbers(n, e, est_attr_get(w->public,
		    EST_A_BITS), err));
		key = rsa_key(n, e);
		good = checks(key, kcv, ekcv);
		EVP_PKEY_free(key);
	}
	for (size_t i = 0; !good && n != NULL && e == NULL &&
	    i < sizeof curves / sizeof *curves; i++) {
		key = ec_key(n, curves[i]);
		good = checks(key, kcv, ekcv);
		EVP_PKEY_free(key);
	}
	if (!good)
		r = KC_FAIL_SSL(err, KC_EREFUSED, "the check value is not "
		    "that of the attested public key");
	est_attest_say(w, "computed from the attested public key");
out:
	return r;
}
