/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding and reading objects on the card.
 */
#include "tokens/object.h"

#include <string.h>

#include "tokens/attest.h"
#include "tokens/proto.h"

kc_result
tok_obj_find(struct tok_mod *m, CK_ATTRIBUTE *t, size_t n,
    CK_OBJECT_HANDLE *ret, size_t max, size_t *ret_n, struct kc_err *err)
{
	CK_ULONG got = 0;
	size_t have = 0;
	kc_result r;
	CK_RV rv;

	KC_TRY(r, tok_mod_session(m, err));
	rv = m->f->C_FindObjectsInit(m->session, t, n);
	if (rv != CKR_OK)
		return tok_ckr(err, rv, "searching the card");
	/* Modules may give fewer at a time than asked for. */
	do {
		rv = m->f->C_FindObjects(m->session, ret + have, max - have,
		    &got);
		have += rv == CKR_OK ? got : 0;
	} while (rv == CKR_OK && got > 0 && have < max);
	(void)m->f->C_FindObjectsFinal(m->session);
	if (rv != CKR_OK)
		return tok_ckr(err, rv, "searching the card");
	if (have == max)
		return KC_FAIL(err, KC_ECARD, 0,
		    "the card holds %zu objects or more of one kind", max);
	*ret_n = have;
out:
	return r;
}

kc_result
tok_obj_bytes(struct tok_mod *m, CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type,
    void *ret, size_t max, size_t *ret_len, struct kc_err *err)
{
	CK_ATTRIBUTE a = { type, NULL, 0 };
	CK_RV rv = m->f->C_GetAttributeValue(m->session, h, &a, 1);

	*ret_len = 0;
	if (rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	    (rv == CKR_OK && (a.ulValueLen == 0 ||
	    a.ulValueLen == (CK_ULONG)-1)))
		return KC_DONE;
	if (rv != CKR_OK)
		return tok_ckr(err, rv, "reading an attribute");
	if (a.ulValueLen > max)
		return KC_FAIL(err, KC_ECARD, 0, "attribute 0x%lx of an object "
		    "has %lu bytes; %zu are handled", type, a.ulValueLen,
		    max);
	a.pValue = ret;
	a.ulValueLen = max;
	rv = m->f->C_GetAttributeValue(m->session, h, &a, 1);
	if (rv != CKR_OK || a.ulValueLen > max)
		return tok_ckr(err, rv, "reading an attribute");
	*ret_len = a.ulValueLen;
	return KC_DONE;
}

int
tok_obj_bool(struct tok_mod *m, CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL v = 0;
	CK_ATTRIBUTE a = { type, &v, sizeof v };

	if (m->f->C_GetAttributeValue(m->session, h, &a, 1) != CKR_OK ||
	    a.ulValueLen != sizeof v)
		return -1;
	return v != CK_FALSE;
}

/* The CKK_ of a key object; other kinds than RSA are not ours. */
static bool
is_rsa(struct tok_mod *m, CK_OBJECT_HANDLE h)
{
	CK_KEY_TYPE v = 0;
	CK_ATTRIBUTE a = { CKA_KEY_TYPE, &v, sizeof v };

	return m->f->C_GetAttributeValue(m->session, h, &a, 1) == CKR_OK &&
	    v == CKK_RSA;
}

static size_t
bit_length(const uint8_t *p, size_t len)
{
	size_t bits = 8 * len;

	for (uint8_t top = len > 0 ? p[0] : 0; len > 0 && !(top & 0x80) &&
	    bits > 8 * (len - 1); top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

static void
strip_zeros(uint8_t *p, size_t *len)
{
	size_t skip = 0;

	while (skip < *len && p[skip] == 0)
		skip++;
	memmove(p, p + skip, *len - skip);
	*len -= skip;
}

static void
blank_key(struct tok_key *k)
{
	memset(k, 0, sizeof *k);
	k->decrypt = k->sign = k->sensitive = k->extractable = -1;
	k->never_extractable = k->always_sensitive = k->local = -1;
	k->always_authenticate = -1;
}

/* What both halves have: numbers and label; the private object serves when
 * there is no public one. */
static kc_result
read_common(struct tok_mod *m, CK_OBJECT_HANDLE h, struct tok_key *k,
    struct kc_err *err)
{
	char label[sizeof k->label];
	size_t len = 0;
	kc_result r = KC_DONE;

	if (k->n_len == 0) {
		KC_TRY(r, tok_obj_bytes(m, h, CKA_MODULUS, k->n, sizeof k->n,
		    &k->n_len, err));
		strip_zeros(k->n, &k->n_len);
		k->bits = bit_length(k->n, k->n_len);
	}
	if (k->e_len == 0) {
		KC_TRY(r, tok_obj_bytes(m, h, CKA_PUBLIC_EXPONENT, k->e,
		    sizeof k->e, &k->e_len, err));
		strip_zeros(k->e, &k->e_len);
	}
	if (k->label[0] != '\0')
		goto out;
	/* A label that is too long for us is for people only: left out. */
	if (kc_ok(tok_obj_bytes(m, h, CKA_LABEL, label, sizeof label - 1,
	    &len, NULL))) {
		label[len] = '\0';
		memcpy(k->label, label, strlen(label) + 1);
	}
out:
	return r;
}

static kc_result
read_private(struct tok_mod *m, CK_OBJECT_HANDLE h, struct tok_key *k,
    struct kc_err *err)
{
	k->has_private = 1;
	k->decrypt = tok_obj_bool(m, h, CKA_DECRYPT);
	k->sign = tok_obj_bool(m, h, CKA_SIGN);
	k->sensitive = tok_obj_bool(m, h, CKA_SENSITIVE);
	k->extractable = tok_obj_bool(m, h, CKA_EXTRACTABLE);
	k->never_extractable = tok_obj_bool(m, h, CKA_NEVER_EXTRACTABLE);
	k->always_sensitive = tok_obj_bool(m, h, CKA_ALWAYS_SENSITIVE);
	k->local = tok_obj_bool(m, h, CKA_LOCAL);
	k->always_authenticate = tok_obj_bool(m, h, CKA_ALWAYS_AUTHENTICATE);
	return read_common(m, h, k, err);
}

/* The key with this id that still lacks the half, or a new one. */
static kc_result
entry(struct tok_key *keys, size_t max, size_t *n, const uint8_t *id,
    size_t id_len, struct tok_key **ret, struct kc_err *err)
{
	for (size_t i = 0; i < *n; i++)
		if (keys[i].id_len == id_len &&
		    memcmp(keys[i].id, id, id_len) == 0 &&
		    !keys[i].has_public) {
			*ret = &keys[i];
			return KC_DONE;
		}
	if (*n == max)
		return KC_FAIL(err, KC_ECARD, 0,
		    "the card holds more than %zu keys", max);
	*ret = &keys[(*n)++];
	blank_key(*ret);
	memcpy((*ret)->id, id, id_len);
	(*ret)->id_len = id_len;
	return KC_DONE;
}

static kc_result
read_class(struct tok_mod *m, CK_OBJECT_CLASS class, struct tok_key *keys,
    size_t max, size_t *n, struct kc_err *err)
{
	CK_ATTRIBUTE t = { CKA_CLASS, &class, sizeof class };
	CK_OBJECT_HANDLE h[TOK_OBJECTS_MAX];
	uint8_t id[TOK_ID_MAX] = { 0 };
	size_t found = 0, id_len = 0;
	struct tok_key *k = NULL;
	kc_result r;

	KC_TRY(r, tok_obj_find(m, &t, 1, h, TOK_OBJECTS_MAX, &found, err));
	for (size_t i = 0; i < found; i++) {
		if (!is_rsa(m, h[i]))
			continue;
		KC_TRY(r, tok_obj_bytes(m, h[i], CKA_ID, id, sizeof id,
		    &id_len, err));
		if (class == CKO_PRIVATE_KEY) {
			/* Two private keys with one id stay two. */
			if (*n == max)
				return KC_FAIL(err, KC_ECARD, 0, "the card "
				    "holds more than %zu keys", max);
			k = &keys[(*n)++];
			blank_key(k);
			memcpy(k->id, id, id_len);
			k->id_len = id_len;
			KC_TRY(r, read_private(m, h[i], k, err));
			continue;
		}
		KC_TRY(r, entry(keys, max, n, id, id_len, &k, err));
		k->has_public = 1;
		KC_TRY(r, read_common(m, h[i], k, err));
	}
out:
	return r;
}

kc_result
tok_obj_cert(struct tok_mod *m, const uint8_t *id, size_t id_len,
    bool attestation, struct kc_buf *ret, struct kc_err *err)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE x509 = CKC_X_509;
	uint8_t der[TOK_CERT_MAX], want[TOK_ID_MAX];
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof class },
		{ CKA_CERTIFICATE_TYPE, &x509, sizeof x509 },
		{ CKA_ID, want, id_len } };
	CK_OBJECT_HANDLE h[8];
	size_t len = 0, found = 0;
	kc_result r;

	memcpy(want, id, id_len);
	KC_TRY(r, tok_obj_find(m, t, 3, h, 8, &found, err));
	for (size_t i = 0; i < found && ret->len == 0; i++) {
		KC_TRY(r, tok_obj_bytes(m, h[i], CKA_VALUE, der, sizeof der,
		    &len, err));
		if (len > 0 && tok_attest_is(der, len) == attestation)
			KC_TRY(r, kc_buf_add(ret, der, len, err));
	}
out:
	return r;
}

kc_result
tok_obj_keys(struct tok_mod *m, struct tok_key *ret, size_t max,
    size_t *ret_n, struct kc_err *err)
{
	size_t n = 0;
	kc_result r;

	KC_TRY(r, read_class(m, CKO_PRIVATE_KEY, ret, max, &n, err));
	KC_TRY(r, read_class(m, CKO_PUBLIC_KEY, ret, max, &n, err));
	for (size_t i = 0; i < n; i++)
		KC_TRY(r, tok_obj_cert(m, ret[i].id, ret[i].id_len, false,
		    &ret[i].cert, err));
	*ret_n = n;
	n = 0;
out:
	while (n > 0)
		tok_key_free(&ret[--n]);
	return r;
}

kc_result
tok_obj_key(struct tok_mod *m, const uint8_t *id, size_t id_len,
    struct tok_key *ret, struct kc_err *err)
{
	static struct tok_key keys[TOK_KEYS_MAX];	/* the child's only */
	size_t n = 0, hit = 0, count = 0;
	kc_result r;

	KC_TRY(r, tok_obj_keys(m, keys, TOK_KEYS_MAX, &n, err));
	for (size_t i = 0; i < n; i++)
		if (keys[i].has_private && keys[i].id_len == id_len &&
		    memcmp(keys[i].id, id, id_len) == 0) {
			hit = i;
			count++;
		}
	if (count != 1) {
		r = KC_FAIL(err, KC_ECARD, 0, count == 0 ?
		    "no RSA private key with this id is on the card" :
		    "two private keys on the card have this id");
		goto out;
	}
	if (keys[hit].n_len == 0 || keys[hit].e_len == 0) {
		r = KC_FAIL(err, KC_ECARD, 0,
		    "the card does not tell the public half of this key");
		goto out;
	}
	*ret = keys[hit];
	keys[hit].cert = (struct kc_buf){ 0 };
out:
	while (n > 0)
		tok_key_free(&keys[--n]);
	return r;
}

kc_result
tok_obj_private(struct tok_mod *m, const uint8_t *id, size_t id_len,
    CK_OBJECT_HANDLE *ret, struct kc_err *err)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = CKK_RSA;
	uint8_t want[TOK_ID_MAX];
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof class },
		{ CKA_KEY_TYPE, &type, sizeof type },
		{ CKA_ID, want, id_len } };
	CK_OBJECT_HANDLE h[4];
	size_t n = 0;
	kc_result r;

	memcpy(want, id, id_len);
	KC_TRY(r, tok_obj_find(m, t, 3, h, 4, &n, err));
	if (n != 1)
		return KC_FAIL(err, KC_ECARD, 0, n == 0 ?
		    "no RSA private key with this id is on the card" :
		    "two private keys on the card have this id");
	*ret = h[0];
out:
	return r;
}
