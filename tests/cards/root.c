/* SPDX-License-Identifier: Apache-2.0
 *
 * The attestation chain above the leaves: a root, a directory of two files
 * that several cards share, and each card's own key F9 with its certificate.
 */
#include "tests/cards/card.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/file.h"
#include "tests/cards/x509.h"

#define ROOT_NAME "Virtual PIV Attestation Root"
#define F9_NAME "Virtual PIV Attestation %u"
#define F9_ALG 0x07
#define F9_BITS 2048
#define ROOT_FILE_MAX 16384

struct root {
	EVP_PKEY *key;
	X509 *cert;
};

static void
free_root(struct root *r)
{
	EVP_PKEY_free(r->key);
	X509_free(r->cert);
}

static kc_result
write_pem(const char *path, BIO *b, struct kc_err *err)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);

	return kc_file_write_new(path, p, (size_t)n, 0600, err);
}

static kc_result
make_root(const char *key_path, const char *cert_path, struct root *ret,
    struct kc_err *err)
{
	BIO *key = BIO_new(BIO_s_mem()), *cert = BIO_new(BIO_s_mem());
	kc_result r;

	ret->key = EVP_RSA_gen(F9_BITS);
	if (ret->key != NULL)
		ret->cert = piv_x509_new(ROOT_NAME, NULL, ret->key);
	if (key == NULL || cert == NULL || ret->cert == NULL ||
	    !piv_x509_ca(ret->cert, false) ||
	    X509_sign(ret->cert, ret->key, EVP_sha256()) <= 0 ||
	    PEM_write_bio_PrivateKey(key, ret->key, NULL, NULL, 0, NULL,
	    NULL) != 1 || PEM_write_bio_X509(cert, ret->cert) != 1) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "making a root");
		goto out;
	}
	KC_TRY(r, write_pem(key_path, key, err));
	r = write_pem(cert_path, cert, err);
out:
	BIO_free(key);
	BIO_free(cert);
	return r;
}

static kc_result
read_root(const char *key_path, const char *cert_path, struct root *ret,
    struct kc_err *err)
{
	struct kc_buf key = { 0 }, cert = { 0 };
	BIO *b = NULL;
	kc_result r;

	KC_TRY(r, kc_file_read(key_path, ROOT_FILE_MAX, &key, err));
	KC_TRY(r, kc_file_read(cert_path, ROOT_FILE_MAX, &cert, err));
	b = BIO_new_mem_buf(key.p, (int)key.len);
	if (b != NULL)
		ret->key = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
	BIO_free(b);
	b = BIO_new_mem_buf(cert.p, (int)cert.len);
	if (b != NULL)
		ret->cert = PEM_read_bio_X509(b, NULL, NULL, NULL);
	BIO_free(b);
	if (ret->key == NULL || ret->cert == NULL ||
	    X509_check_private_key(ret->cert, ret->key) != 1)
		r = KC_FAIL_SSL(err, KC_EFORMAT, "reading the root");
out:
	kc_buf_free(&key);
	kc_buf_free(&cert);
	return r;
}

/* Cards that start together must not make two roots. */
static kc_result
open_root(const char *dir, struct root *ret, struct kc_err *err)
{
	struct kc_buf key = { 0 }, cert = { 0 };
	int lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	kc_result r;

	if (lock < 0 || flock(lock, LOCK_EX) != 0) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot lock %s: %s", dir,
		    strerror(errno));
		goto out;
	}
	KC_TRY(r, kc_path_join(dir, "root.key", &key, err));
	KC_TRY(r, kc_path_join(dir, "root.pem", &cert, err));
	r = kc_file_exists(kc_buf_str(&cert)) ?
	    read_root(kc_buf_str(&key), kc_buf_str(&cert), ret, err) :
	    make_root(kc_buf_str(&key), kc_buf_str(&cert), ret, err);
out:
	if (lock >= 0)
		(void)close(lock);
	kc_buf_free(&key);
	kc_buf_free(&cert);
	return r;
}

/* F9's certificate as a data object: certificate, not compressed, no
 * checksum. */
static kc_result
put_certificate(struct piv_card *c, X509 *x, struct kc_err *err)
{
	struct tlv_out der = { 0 }, o = { 0 };
	kc_result r;

	if (!piv_x509_der(x, &der))
		der.bad = true;
	tlv_add(&o, 0x70, der.b.p, der.b.len);
	tlv_byte(&o, 0x71, 0);
	tlv_add(&o, 0xFE, "", 0);
	r = der.bad || o.bad ?
	    KC_FAIL(err, KC_ENOMEM, 0, "no memory for a certificate") :
	    piv_object_put(c, PIV_TAG_ATTEST, o.b.p, o.b.len, err);
	kc_buf_free(&der.b);
	kc_buf_free(&o.b);
	return r;
}

kc_result
piv_attest_root(struct piv_card *c, const char *dir, struct kc_err *err)
{
	struct piv_key *f9 = piv_key(c, PIV_REF_ATTEST);
	struct root root = { 0 };
	X509 *x = NULL;
	char name[64];
	kc_result r;

	KC_TRY(r, open_root(dir, &root, err));
	if (f9->key != NULL)
		goto out;
	(void)snprintf(name, sizeof name, F9_NAME, c->serial);
	f9->key = EVP_RSA_gen(F9_BITS);
	if (f9->key != NULL)
		x = piv_x509_new(name, X509_get_subject_name(root.cert),
		    f9->key);
	if (x == NULL || !piv_x509_ca(x, true) ||
	    X509_sign(x, root.key, EVP_sha256()) <= 0) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "making the key F9");
		piv_key_clear(f9);
		goto out;
	}
	f9->alg = F9_ALG;
	f9->pin_policy = PIV_PIN_NEVER;
	f9->touch_policy = PIV_TOUCH_NEVER;
	f9->imported = true;
	r = put_certificate(c, x, err);
out:
	X509_free(x);
	free_root(&root);
	return r;
}
