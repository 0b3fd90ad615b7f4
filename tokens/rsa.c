/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA through the card: signing, and RSA-OAEP with SHA-256 by the way the
 * probe found.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "tokens/object.h"
#include "tokens/proto.h"

#define SHA256_INFO 19		/* bytes of DigestInfo before the digest */

kc_result
tok_rsa_public(const struct tok_key *key, EVP_PKEY **ret, struct kc_err *err)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(key->n, (int)key->n_len, NULL);
	BIGNUM *e = BN_bin2bn(key->e, (int)key->e_len, NULL);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	kc_result r = KC_DONE;

	if (b != NULL && n != NULL && e != NULL &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(b);
	if (params == NULL || ctx == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, ret, EVP_PKEY_PUBLIC_KEY, params) != 1)
		r = KC_FAIL_SSL(err, KC_ECARD,
		    "the card's public key is no RSA key");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	BN_free(n);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return r;
}

static kc_result
check_signature(const struct tok_key *key, const uint8_t *digest,
    const uint8_t *sig, size_t len, struct kc_err *err)
{
	EVP_PKEY_CTX *ctx = NULL;
	EVP_PKEY *pk = NULL;
	kc_result r;

	KC_TRY(r, tok_rsa_public(key, &pk, err));
	ctx = EVP_PKEY_CTX_new(pk, NULL);
	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1 ||
	    EVP_PKEY_verify(ctx, sig, len, digest, 32) != 1)
		r = KC_FAIL_SSL(err, KC_ECARD,
		    "the card's signature does not verify");
out:
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pk);
	return r;
}

/* CKM_RSA_PKCS over DigestInfo: every module measured has it. */
kc_result
tok_rsa_sign(struct tok_mod *m, const struct tok_key *key,
    const uint8_t digest[static 32], struct kc_buf *ret, struct kc_err *err)
{
	static const uint8_t head[SHA256_INFO] = { 0x30, 0x31, 0x30, 0x0d,
		0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
		0x01, 0x05, 0x00, 0x04, 0x20 };
	CK_MECHANISM mech = { CKM_RSA_PKCS, NULL, 0 };
	uint8_t info[SHA256_INFO + 32], sig[TOK_MODULUS_MAX];
	CK_ULONG len = sizeof sig;
	CK_OBJECT_HANDLE h = 0;
	kc_result r;
	CK_RV rv;

	memcpy(info, head, sizeof head);
	memcpy(info + sizeof head, digest, 32);
	KC_TRY(r, tok_obj_private(m, key->id, key->id_len, &h, err));
	rv = m->f->C_SignInit(m->session, &mech, h);
	if (rv != CKR_OK)
		return tok_ckr(err, rv, "starting a signature");
	if (key->always_authenticate == 1)
		KC_TRY(r, tok_mod_context_login(m, err));
	rv = m->f->C_Sign(m->session, info, sizeof info, sig, &len);
	if (rv != CKR_OK)
		return tok_ckr(err, rv, "signing");
	KC_TRY(r, check_signature(key, digest, sig, len, err));
	r = kc_buf_add(ret, sig, len, err);
out:
	return r;
}

/* One C_Decrypt into the secure heap. */
static kc_result
decrypt(struct tok_mod *m, const struct tok_key *key, CK_MECHANISM *mech,
    const struct kc_buf *ek, struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret s = { 0 };
	CK_OBJECT_HANDLE h = 0;
	CK_ULONG len;
	kc_result r;
	CK_RV rv;

	KC_TRY(r, kc_secret_new(&s, key->n_len, err));
	KC_TRY(r, tok_obj_private(m, key->id, key->id_len, &h, err));
	rv = m->f->C_DecryptInit(m->session, mech, h);
	if (rv != CKR_OK) {
		r = tok_ckr(err, rv, "starting a decryption");
		goto out;
	}
	if (key->always_authenticate == 1)
		KC_TRY(r, tok_mod_context_login(m, err));
	len = s.cap;
	rv = m->f->C_Decrypt(m->session, ek->p, ek->len, s.p, &len);
	if (rv != CKR_OK || len > s.cap) {
		r = tok_ckr(err, rv, "decrypting");
		goto out;
	}
	s.len = len;
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	kc_secret_free(&s);
	return r;
}

/* OpenSSL's own unpadding is constant-time and wipes its buffers; it has no
 * successor that works on a bare block. */
static int
oaep_unpad(uint8_t *to, int to_len, const uint8_t *block, int len)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	return RSA_padding_check_PKCS1_OAEP_mgf1(to, to_len, block, len, len,
	    NULL, 0, EVP_sha256(), EVP_sha256());
#pragma GCC diagnostic pop
}

static kc_result
decrypt_raw(struct tok_mod *m, const struct tok_key *key,
    const struct kc_buf *ek, struct kc_secret *ret, struct kc_err *err)
{
	CK_MECHANISM mech = { CKM_RSA_X_509, NULL, 0 };
	struct kc_secret block = { 0 }, s = { 0 };
	kc_result r;
	int n;

	KC_TRY(r, decrypt(m, key, &mech, ek, &block, err));
	/* A module may drop leading zeros. */
	if (block.len < block.cap) {
		memmove(block.p + (block.cap - block.len), block.p,
		    block.len);
		OPENSSL_cleanse(block.p, block.cap - block.len);
		memset(block.p, 0, block.cap - block.len);
		block.len = block.cap;
	}
	KC_TRY(r, kc_secret_new(&s, block.len, err));
	n = oaep_unpad(s.p, (int)s.cap, block.p, (int)block.len);
	if (n <= 0) {	/* verdict: see tests/e2e/consttime.sh */
		/* One sentence for every cause: no oracle.  OpenSSL's queue
		 * holds an error that only it can tell from none. */
		ERR_clear_error();
		r = KC_FAIL(err, KC_EMAC, 0, "this key does not open the "
		    "encrypted key (RSA-OAEP with SHA-256)");
		goto out;
	}
	s.len = (size_t)n;
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	kc_secret_free(&block);
	kc_secret_free(&s);
	return r;
}

kc_result
tok_rsa_decrypt(struct tok_mod *m, const struct tok_key *key,
    enum tok_oaep way, const struct kc_buf *ek, struct kc_secret *ret,
    struct kc_err *err)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = { CKM_SHA256, CKG_MGF1_SHA256,
		CKZ_DATA_SPECIFIED, NULL, 0 };
	CK_MECHANISM mech = { CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep };
	kc_result r;

	if (ek->len != key->n_len)
		return KC_FAIL(err, KC_EFORMAT, 0, "the encrypted key has %zu "
		    "bytes; this card's key takes exactly %zu", ek->len,
		    key->n_len);
	/* Not below the modulus: encrypted to another key.  Public bytes. */
	if (memcmp(ek->p, key->n, key->n_len) >= 0)
		return KC_FAIL(err, KC_EMAC, 0, "this key does not open the "
		    "encrypted key (it is not below the modulus)");
	if (way == TOK_OAEP_RAW)
		return decrypt_raw(m, key, ek, ret, err);
	if (way != TOK_OAEP_DIRECT)
		return KC_FAIL(err, KC_EBUG, 0, "no way of OAEP was chosen");
	r = decrypt(m, key, &mech, ek, ret, err);
	if (!kc_ok(r) && err != NULL &&
	    (err->native == CKR_ENCRYPTED_DATA_INVALID ||
	    err->native == CKR_ENCRYPTED_DATA_LEN_RANGE ||
	    err->native == CKR_DATA_INVALID))
		r = KC_FAIL(err, KC_EMAC, err->native, "this key does not "
		    "open the encrypted key (RSA-OAEP with SHA-256)");
	return r;
}

static kc_result
encrypt(const struct tok_key *key, const struct kc_secret *plain,
    struct kc_buf *ret, struct kc_err *err)
{
	uint8_t out[TOK_MODULUS_MAX];
	size_t len = sizeof out;
	EVP_PKEY_CTX *ctx = NULL;
	EVP_PKEY *pk = NULL;
	kc_result r;

	KC_TRY(r, tok_rsa_public(key, &pk, err));
	ctx = EVP_PKEY_CTX_new(pk, NULL);
	if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) != 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) != 1 ||
	    EVP_PKEY_encrypt(ctx, out, &len, plain->p, plain->len) != 1)
		r = KC_FAIL_SSL(err, KC_ECARD,
		    "encrypting to the card's public key failed");
	else
		r = kc_buf_add(ret, out, len, err);
out:
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pk);
	return r;
}

/* A way holds only when the known answer comes back. */
kc_result
tok_rsa_probe(struct tok_mod *m, const struct tok_key *key,
    struct kc_err *err)
{
	static const enum tok_oaep ways[] = { TOK_OAEP_DIRECT, TOK_OAEP_RAW };
	struct kc_secret sent = { 0 }, got = { 0 };
	struct kc_buf ek = { 0 };
	bool same = false;
	kc_result r;

	KC_TRY(r, kc_secret_random(&sent, 32, err));
	KC_TRY(r, encrypt(key, &sent, &ek, err));
	for (size_t i = 0; i < 2 && !same; i++) {
		r = tok_rsa_decrypt(m, key, ways[i], &ek, &got, err);
		same = kc_ok(r) && got.len == sent.len &&
		    CRYPTO_memcmp(got.p, sent.p, sent.len) == 0;
		kc_secret_free(&got);
		if (same)
			m->way = ways[i];
	}
	if (!same && kc_ok(r))
		r = KC_FAIL(err, KC_ECARD, 0,
		    "the card decrypts a known answer to something else");
	if (!same)
		goto out;
	memcpy(m->probed_id, key->id, key->id_len);
	m->probed_len = key->id_len;
	r = KC_DONE;
out:
	kc_secret_free(&sent);
	kc_secret_free(&got);
	kc_buf_free(&ek);
	return r;
}
