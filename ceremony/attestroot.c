/* SPDX-License-Identifier: Apache-2.0
 *
 * The site file's attestation root: which it is, and its bytes.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/file.h"
#include "ceremony/room.h"
#include "tokens/attest.h"

#define ROOT_MAX 65536

static kc_result
read_policy(const struct cer_node *node, const char *key,
    enum tok_policy which, unsigned *ret, struct kc_err *err)
{
	const struct cer_node *v = cer_node_get(node, key);
	const char *text;
	struct kc_err why = { 0 };
	kc_result r;

	if (v == NULL)
		return KC_DONE;
	KC_TRY(r, cer_node_str(node, key, NULL, &text, err));
	if (!kc_ok(tok_policy_parse(text, which, ret, &why)))
		r = CER_NODE_FAIL(v, err, "%s", why.msg);
out:
	return r;
}

kc_result
cer_attest_read(struct cer_attest *a, const struct cer_node *node,
    struct kc_err *err)
{
	const char *hex, *firmware;
	kc_result r = KC_DONE;

	if (node == NULL)
		return r;
	KC_TRY(r, cer_node_only(node, "root sha256 firmware "
	    "pin-policy touch-policy", err));
	KC_TRY(r, cer_node_str(node, "root", NULL, &a->root, err));
	KC_TRY(r, cer_node_str(node, "sha256", NULL, &hex, err));
	if (!kc_unhex(hex, sizeof a->sha256, a->sha256))
		return CER_NODE_FAIL(cer_node_get(node, "sha256"), err,
		    "'sha256' must be 64 hex digits");
	KC_TRY(r, cer_node_str(node, "firmware", "0.0.0", &firmware, err));
	if (!kc_ok(tok_firmware_parse(firmware, a->firmware, NULL)))
		return CER_NODE_FAIL(cer_node_get(node, "firmware"), err,
		    "'%.20s' is no firmware version like 5.7.1", firmware);
	KC_TRY(r, read_policy(node, "pin-policy", TOK_POLICY_PIN,
	    &a->pin_policy, err));
	r = read_policy(node, "touch-policy", TOK_POLICY_TOUCH,
	    &a->touch_policy, err);
out:
	return r;
}

/* DER of a PEM or DER certificate. */
static kc_result
to_der(const struct kc_buf *file, struct kc_buf *ret, struct kc_err *err)
{
	BIO *bio = BIO_new_mem_buf(file->p, (int)file->len);
	const unsigned char *at = file->p;
	X509 *x = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) :
	    NULL;
	unsigned char *der = NULL;
	int len;
	kc_result r;

	if (x == NULL)
		x = d2i_X509(NULL, &at, (long)file->len);
	len = x != NULL ? i2d_X509(x, &der) : 0;
	ERR_clear_error();
	r = len > 0 ? kc_buf_add(ret, der, (size_t)len, err) :
	    KC_FAIL(err, KC_EFORMAT, 0, "it is no certificate, PEM or DER");
	OPENSSL_free(der);
	X509_free(x);
	BIO_free(bio);
	return r;
}

kc_result
cer_attest_file(const char *path, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf file = { 0 };
	kc_result r = kc_file_read(path, ROOT_MAX, &file, err);

	if (!kc_ok(r))
		return r;
	r = to_der(&file, ret, err);
	kc_buf_free(&file);
	return kc_ok(r) ? r : kc_prefix(err, "the attestation root %s", path);
}

kc_result
cer_attest_root(const struct cer_room *room, struct kc_buf *ret,
    struct kc_err *err)
{
	const struct cer_attest *a = &room->site.attest;
	struct kc_buf path = { 0 }, der = { 0 };
	uint8_t sha[KC_SHA256];
	kc_result r;

	KC_TRY(r, cer_path(room, a->root, "", &path, err));
	KC_TRY(r, cer_attest_file(kc_buf_str(&path), &der, err));
	KC_TRY(r, kc_sha256_one(der.p, der.len, sha, err));
	if (memcmp(sha, a->sha256, sizeof sha) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the attestation root %s is "
		    "not the certificate whose SHA-256 the site file pins",
		    kc_buf_str(&path));
	else
		r = kc_buf_add(ret, der.p, der.len, err);
out:
	kc_buf_free(&path);
	kc_buf_free(&der);
	return r;
}
