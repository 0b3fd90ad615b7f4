/* SPDX-License-Identifier: Apache-2.0
 *
 * The cost of password-based encryption, read before it is paid.
 */
#include "sd/pbe.h"

#include <openssl/err.h>

/* A positive INTEGER of at most max. */
static bool
within(const ASN1_INTEGER *i, int64_t max, int64_t *ret)
{
	return i != NULL && ASN1_INTEGER_get_int64(ret, i) == 1 &&
	    *ret >= 1 && *ret <= max;
}

static kc_result
too_much(struct kc_err *err)
{
	ERR_clear_error();
	return KC_FAIL(err, KC_ELIMIT, 0,
	    "the private key's encryption asks for more than %d rounds (or "
	    "scrypt N * r * p above %ld) for its password", SD_PBE_ROUNDS,
	    SD_PBE_SCRYPT);
}

static kc_result
malformed(struct kc_err *err)
{
	return KC_FAIL_SSL(err, KC_EFORMAT,
	    "the parameters of the private key's encryption are malformed");
}

static kc_result
scrypt(const void *param, struct kc_err *err)
{
	SCRYPT_PARAMS *s = ASN1_TYPE_unpack_sequence(
	    ASN1_ITEM_rptr(SCRYPT_PARAMS), param);
	int64_t n = 0, r = 0, p = 0;
	bool fits = s != NULL &&
	    within(s->costParameter, SD_PBE_SCRYPT, &n) &&
	    within(s->blockSize, SD_PBE_SCRYPT / n, &r) &&
	    within(s->parallelizationParameter, SD_PBE_SCRYPT / n / r, &p);
	kc_result result = fits ? KC_DONE :
	    s != NULL ? too_much(err) : malformed(err);

	SCRYPT_PARAMS_free(s);
	return result;
}

static kc_result
pbkdf2(const void *param, struct kc_err *err)
{
	PBKDF2PARAM *k = ASN1_TYPE_unpack_sequence(
	    ASN1_ITEM_rptr(PBKDF2PARAM), param);
	int64_t n = 0;
	kc_result r = k == NULL ? malformed(err) :
	    within(k->iter, SD_PBE_ROUNDS, &n) ? KC_DONE : too_much(err);

	PBKDF2PARAM_free(k);
	return r;
}

static kc_result
pbes2(const void *param, struct kc_err *err)
{
	PBE2PARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM),
	    param);
	kc_result r;

	if (p == NULL)
		return malformed(err);
	switch (OBJ_obj2nid(p->keyfunc->algorithm)) {
	case NID_id_pbkdf2:
		r = pbkdf2(p->keyfunc->parameter, err);
		break;
	case NID_id_scrypt:
		r = scrypt(p->keyfunc->parameter, err);
		break;
	default:
		r = KC_FAIL(err, KC_EFORMAT, 0, "the private key's password "
		    "goes through neither PBKDF2 nor scrypt");
	}
	PBE2PARAM_free(p);
	return r;
}

kc_result
sd_pbe_check(const X509_ALGOR *a, struct kc_err *err)
{
	PBEPARAM *p;
	int64_t n = 0;
	kc_result r;

	if (OBJ_obj2nid(a->algorithm) == NID_pbes2)
		return pbes2(a->parameter, err);
	p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM),
	    a->parameter);
	r = p == NULL ? malformed(err) :
	    within(p->iter, SD_PBE_ROUNDS, &n) ? KC_DONE : too_much(err);
	PBEPARAM_free(p);
	return r;
}
