/* SPDX-License-Identifier: Apache-2.0
 *
 * Private keys in PEM files.  The text, the DER and the numbers live in the
 * secure heap; no check of the key is made beyond that it belongs to its
 * certificate: a key that is wrong opens nothing.
 */
#include "sd/pemkey.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "sd/cert.h"
#include "sd/pbe.h"
#include "sd/rsakey.h"

struct sd_pemkey {
	char *path;
	bool encrypted;
	struct sd_cert cert;
	EVP_PKEY *key;
};

void
sd_pemkey_free(struct sd_pemkey **k)
{
	if (k == NULL || *k == NULL)
		return;
	EVP_PKEY_free((*k)->key);
	sd_cert_free(&(*k)->cert);
	free((*k)->path);
	free(*k);
	*k = NULL;
}

bool
sd_pem_encrypted(const void *p, size_t len)
{
	static const char pkcs8[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
	static const char old[] = "Proc-Type: 4,ENCRYPTED";

	return memmem(p, len, pkcs8, sizeof pkcs8 - 1) != NULL ||
	    memmem(p, len, old, sizeof old - 1) != NULL;
}

/* OpenSSL's password callback, for the old format: only ever from a secret,
 * never from a terminal. */
static int
give_password(char *buf, int size, int rwflag, void *u)
{
	const struct kc_secret *password = u;

	(void)rwflag;
	if (password == NULL || size < 0 || password->len > (size_t)size)
		return -1;
	memcpy(buf, password->p, password->len);
	return (int)password->len;
}

static kc_result
decrypt_pkcs8(const unsigned char *der, long len,
    const struct kc_secret *password, EVP_PKEY **ret, struct kc_err *err)
{
	X509_SIG *sig = d2i_X509_SIG(NULL, &der, len);
	PKCS8_PRIV_KEY_INFO *info = NULL;
	const X509_ALGOR *how = NULL;
	EVP_PKEY *key = NULL;
	kc_result r = KC_DONE;

	if (sig == NULL) {
		r = KC_FAIL_SSL(err, KC_EFORMAT,
		    "the encrypted private key is malformed");
		goto out;
	}
	X509_SIG_get0(sig, &how, NULL);
	KC_TRY(r, sd_pbe_check(how, err));
	info = PKCS8_decrypt(sig, (const char *)password->p,
	    (int)password->len);
	if (info == NULL) {
		r = KC_FAIL(err, KC_EPASSWORD, 0,
		    "the password does not open the private key");
		goto out;
	}
	key = EVP_PKCS82PKEY(info);
	if (key == NULL)
		r = KC_FAIL_SSL(err, KC_EFORMAT,
		    "the decrypted private key is malformed");
	else
		*ret = key;
out:
	PKCS8_PRIV_KEY_INFO_free(info);
	X509_SIG_free(sig);
	return r;
}

kc_result
sd_pem_private(const struct kc_secret *text, const struct kc_secret *password,
    EVP_PKEY **ret, struct kc_err *err)
{
	bool encrypted = sd_pem_encrypted(text->p, text->len);
	BIO *bio = BIO_new_mem_buf(text->p, (int)text->len);
	void *u = (void *)(uintptr_t)password;
	unsigned char *der = NULL;
	const unsigned char *at;
	char *kind = NULL;
	long len = 0;
	kc_result r = KC_DONE;

	if (encrypted && password == NULL) {
		r = KC_FAIL(err, KC_EPASSWORD, 0, "the private key is "
		    "encrypted and no password was given");
		goto out;
	}
	if (bio == NULL || PEM_bytes_read_bio_secmem(&der, &len, &kind,
	    PEM_STRING_EVP_PKEY, bio, give_password, u) != 1) {
		bool password_wrong = encrypted && memmem(text->p, text->len,
		    "Proc-Type", 9) != NULL;

		r = password_wrong ? KC_FAIL(err, KC_EPASSWORD, 0,
		    "the password does not open the private key") :
		    KC_FAIL_SSL(err, KC_EFORMAT,
		    "it holds no readable private key");
		goto out;
	}
	if (strcmp(kind, PEM_STRING_PKCS8) == 0) {
		if (password == NULL)
			r = KC_FAIL(err, KC_EPASSWORD, 0, "the private key "
			    "is encrypted and no password was given");
		else
			r = decrypt_pkcs8(der, len, password, ret, err);
		goto out;
	}
	at = der;
	*ret = d2i_AutoPrivateKey(NULL, &at, len);
	if (*ret == NULL)
		r = encrypted ? KC_FAIL(err, KC_EPASSWORD, 0,
		    "the password does not open the private key") :
		    KC_FAIL_SSL(err, KC_EFORMAT,
		    "the private key is malformed");
out:
	ERR_clear_error();
	OPENSSL_secure_clear_free(der, (size_t)len);
	OPENSSL_secure_free(kind);
	BIO_free(bio);
	return r;
}

/* The certificate: in the same file, or NAME.cer beside NAME.key. */
static kc_result
load_cert(struct sd_pemkey *k, const struct kc_secret *text,
    struct kc_err *err)
{
	static const char mark[] = "-----BEGIN CERTIFICATE-----";
	const char *slash = strrchr(k->path, '/');
	const char *base = slash != NULL ? slash + 1 : k->path;
	const char *dot = strrchr(base, '.');
	size_t stem = dot != NULL ? (size_t)(dot - k->path) : strlen(k->path);
	struct kc_buf path = { 0 }, file = { 0 };
	kc_result r;

	if (memmem(text->p, text->len, mark, sizeof mark - 1) != NULL)
		return sd_cert_read(k->path, text->p, text->len, &k->cert,
		    err);
	KC_TRY(r, kc_buf_add(&path, k->path, stem, err));
	KC_TRY(r, kc_buf_adds(&path, ".cer", err));
	r = kc_file_read(kc_buf_str(&path), SD_CERT_MAX, &file, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s holds no certificate, and beside it",
		    k->path);
		goto out;
	}
	/* Named by its own path while it is read, by the key's for good. */
	KC_TRY(r, sd_cert_read(kc_buf_str(&path), file.p, file.len, &k->cert,
	    err));
	k->cert.name = k->path;
out:
	kc_buf_free(&path);
	kc_buf_free(&file);
	return r;
}

static bool
pair(const struct sd_pemkey *k)
{
	BIGNUM *n = NULL, *want = BN_bin2bn(k->cert.n.p, (int)k->cert.n.len,
	    NULL);
	bool same = EVP_PKEY_is_a(k->key, "RSA") && want != NULL &&
	    EVP_PKEY_get_bn_param(k->key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    BN_cmp(n, want) == 0;

	BN_free(n);
	BN_free(want);
	return same;
}

kc_result
sd_pemkey_load(const char *path, const struct kc_secret *password,
    struct sd_pemkey **ret, struct kc_err *err)
{
	struct sd_pemkey *k = calloc(1, sizeof *k);
	struct kc_secret text = { 0 };
	kc_result r;

	if (k == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a key");
	KC_TRY(r, kc_strdup(path, &k->path, err));
	KC_TRY(r, kc_file_read_secret(path, SD_PEM_MAX, &text, err));
	k->encrypted = sd_pem_encrypted(text.p, text.len);
	r = sd_pem_private(&text, password, &k->key, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", path);
		goto out;
	}
	KC_TRY(r, load_cert(k, &text, err));
	if (!pair(k)) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%s and its certificate do not belong together", path);
		goto out;
	}
	*ret = k;
	k = NULL;
out:
	kc_secret_free(&text);
	sd_pemkey_free(&k);
	return r;
}

static kc_result
unwrap(void *ctx, const uint8_t *ek, size_t len, struct kc_secret *ret_cek,
    struct kc_err *err)
{
	struct sd_pemkey *k = ctx;

	return sd_rsa_unwrap(k->key, k->path, ek, len, ret_cek, err);
}

struct sd_key
sd_pemkey_key(struct sd_pemkey *k)
{
	struct sd_key key = { .name = k->path, .has_x5t = true, .ctx = k,
		.unwrap = unwrap };

	memcpy(key.x5t, k->cert.x5t, KC_SHA256);
	return key;
}

bool
sd_pemkey_encrypted(const struct sd_pemkey *k)
{
	return k->encrypted;
}

const struct sd_cert *
sd_pemkey_cert(const struct sd_pemkey *k)
{
	return &k->cert;
}
