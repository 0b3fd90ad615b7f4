/* SPDX-License-Identifier: Apache-2.0
 *
 * The rehearsal's PKI on disk: one file of keys and certificates, so that it
 * is there whole or not at all, and the root beside it for the room.
 */
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>

#include "base/file.h"
#include "base/secret.h"
#include "pool/pki.h"

#define FILE_MAX ((size_t)64 << 10)

static kc_result
add_pem(X509 *cert, struct kc_buf *ret, struct kc_err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long len = 0;
	kc_result r;

	if (bio != NULL && PEM_write_bio_X509(bio, cert) == 1)
		len = BIO_get_mem_data(bio, &p);
	if (len > 0)
		r = kc_buf_add(ret, p, (size_t)len, err);
	else
		r = KC_FAIL_SSL(err, KC_ENOMEM, "cannot encode a certificate");
	BIO_free(bio);
	return r;
}

kc_result
pool_pki_chain(const struct pool_pki *p, enum pool_cert first,
    struct kc_buf *ret, struct kc_err *err)
{
	kc_result r;

	for (enum pool_cert c = first;; c = pool_pki_issuer(c)) {
		r = add_pem(p->of[c].cert, ret, err);
		if (!kc_ok(r) || c == POOL_ROOT)
			return r;
	}
}

static kc_result
save(const char *path, const struct pool_pki *p, struct kc_err *err)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	bool good = bio != NULL;
	char *text = NULL;
	long len = 0;
	kc_result r;

	for (size_t i = 0; good && i < POOL_CERTS; i++)
		good = PEM_write_bio_PKCS8PrivateKey(bio, p->of[i].key, NULL,
		    NULL, 0, NULL, NULL) == 1 &&
		    PEM_write_bio_X509(bio, p->of[i].cert) == 1;
	if (good)
		len = BIO_get_mem_data(bio, &text);
	if (len > 0)
		r = kc_file_write_new(path, text, (size_t)len, 0600, err);
	else
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "cannot encode the rehearsal's keys");
	BIO_free(bio);
	return r;
}

static kc_result
load(const char *path, struct pool_pki *ret, struct kc_err *err)
{
	struct pool_pki p = { 0 };
	struct kc_secret text = { 0 };
	BIO *bio = NULL;
	kc_result r;

	KC_TRY(r, kc_file_read_secret(path, FILE_MAX, &text, err));
	bio = BIO_new_mem_buf(text.p, (int)text.len);
	for (size_t i = 0; bio != NULL && i < POOL_CERTS; i++) {
		p.of[i].key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
		p.of[i].cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		if (p.of[i].key == NULL || p.of[i].cert == NULL ||
		    X509_check_private_key(p.of[i].cert, p.of[i].key) != 1) {
			r = KC_FAIL_SSL(err, KC_EFORMAT,
			    "it is not what ceremony-pool wrote");
			r = kc_prefix(err, "%s", path);
			goto out;
		}
	}
	if (bio == NULL) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "no memory for a file");
		goto out;
	}
	*ret = p;
	p = (struct pool_pki){ 0 };
out:
	BIO_free(bio);
	kc_secret_free(&text);
	pool_pki_free(&p);
	return r;
}

/* The root for the room; absent also when a first run was interrupted. */
static kc_result
write_root(const char *dir, const struct pool_pki *p, struct kc_err *err)
{
	struct kc_buf path = { 0 }, pem = { 0 };
	kc_result r;

	KC_TRY(r, kc_path_join(dir, POOL_ROOT_FILE, &path, err));
	if (kc_file_exists(kc_buf_str(&path)))
		goto out;
	KC_TRY(r, add_pem(p->of[POOL_ROOT].cert, &pem, err));
	r = kc_file_write_new(kc_buf_str(&path), pem.p, pem.len, 0644, err);
out:
	kc_buf_free(&pem);
	kc_buf_free(&path);
	return r;
}

kc_result
pool_pki_open(const char *dir, struct pool_pki *ret, struct kc_err *err)
{
	struct pool_pki p = { 0 };
	struct kc_buf path = { 0 };
	kc_result r;

	KC_TRY(r, kc_path_join(dir, POOL_PKI_FILE, &path, err));
	if (kc_file_exists(kc_buf_str(&path))) {
		KC_TRY(r, load(kc_buf_str(&path), &p, err));
	} else {
		KC_TRY(r, pool_pki_make(NULL, &p, err));
		KC_TRY(r, save(kc_buf_str(&path), &p, err));
	}
	KC_TRY(r, write_root(dir, &p, err));
	*ret = p;
	p = (struct pool_pki){ 0 };
out:
	kc_buf_free(&path);
	pool_pki_free(&p);
	return r;
}
