/* SPDX-License-Identifier: Apache-2.0
 *
 * The chain of an attestation, built by hand: the manufacturer's card
 * certificate is X.509 v1 and older than its re-issued root, which
 * X509_verify_cert refuses.  Names are compared as DER.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "estate/attestation_in.h"
#include "sd/pki.h"

static const char *const roles[EST_C_COUNT] = {
	[EST_C_CARD] = "the card's certificate",
	[EST_C_PARTITION] = "the partition's certificate by the manufacturer",
	[EST_C_OWNER_ROOT] = "the owner root",
	[EST_C_OWNER] = "the partition's certificate by the owner",
};

static bool
same_name(const X509_NAME *a, const X509_NAME *b)
{
	const unsigned char *pa = NULL, *pb = NULL;
	size_t na = 0, nb = 0;

	return X509_NAME_get0_der(a, &pa, &na) == 1 &&
	    X509_NAME_get0_der(b, &pb, &nb) == 1 && na == nb &&
	    memcmp(pa, pb, na) == 0;
}

static bool
named(X509 *child, X509 *issuer)
{
	return issuer != NULL && same_name(X509_get_issuer_name(child),
	    X509_get_subject_name(issuer));
}

static kc_result
read_bundle(struct est_attest_work *w, struct kc_err *err)
{
	struct sd_text t = { kc_buf_str(&w->pem), w->pem.len };
	struct kc_buf der = { 0 };
	kc_result r = KC_DONE;

	while (t.len > 0) {
		if (w->n_bundle == EST_BUNDLE_MAX) {
			r = KC_FAIL(err, KC_ELIMIT, 0,
			    "more than %d certificates", EST_BUNDLE_MAX);
			break;
		}
		kc_buf_free(&der);
		KC_TRY(r, sd_pem_next(&t, SD_PEM_CERT, &der, err));
		KC_TRY(r, sd_pki_cert(der.p, der.len,
		    &w->bundle[w->n_bundle], err));
		w->n_bundle++;
	}
out:
	kc_buf_free(&der);
	return kc_ok(r) ? r : kc_prefix(err, "certificate %zu",
	    w->n_bundle + 1);
}

static kc_result
take(struct est_attest_work *w, int role, X509 *x, struct kc_err *err)
{
	if (w->cert[role] != NULL)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "two certificates could be %s", roles[role]);
	w->cert[role] = x;
	return KC_DONE;
}

/* First those that stand by themselves, then those below them. */
static kc_result
sort(struct est_attest_work *w, struct kc_err *err)
{
	bool used[EST_BUNDLE_MAX] = { false };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < w->n_bundle; i++) {
		X509 *x = w->bundle[i], *root = NULL;

		for (size_t k = 0; k < w->n_roots; k++)
			if (named(x, w->root[k]))
				root = w->root[k];
		used[i] = root != NULL || named(x, x);
		if (root != NULL) {
			w->issuer = root;
			KC_TRY(r, take(w, EST_C_CARD, x, err));
		} else if (used[i]) {
			KC_TRY(r, take(w, EST_C_OWNER_ROOT, x, err));
		}
	}
	for (size_t i = 0; i < w->n_bundle; i++) {
		X509 *x = w->bundle[i];

		if (used[i])
			continue;
		if (named(x, w->cert[EST_C_CARD]))
			KC_TRY(r, take(w, EST_C_PARTITION, x, err));
		else if (named(x, w->cert[EST_C_OWNER_ROOT]))
			KC_TRY(r, take(w, EST_C_OWNER, x, err));
		else if (w->cert[EST_C_CARD] != NULL &&
		    w->cert[EST_C_OWNER_ROOT] != NULL)
			r = KC_FAIL(err, KC_EREFUSED, 0, "certificate %zu "
			    "belongs to neither chain", i + 1);
		if (!kc_ok(r))
			goto out;
	}
	for (int i = 0; i < EST_C_COUNT; i++)
		if (w->cert[i] == NULL)
			return KC_FAIL(err, KC_EREFUSED, 0, "%s is missing"
			    "%s", roles[i], i == EST_C_CARD ? ": nothing names "
			    "a pinned root of the manufacturer as issuer" :
			    "");
out:
	return r;
}

kc_result
est_attest_certificates(struct est_attest_work *w, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, est_attest_roots(w, err));
	KC_TRY(r, read_bundle(w, err));
	KC_TRY(r, sort(w, err));
	est_attest_say(w, "card, partition twice, owner root: no more and no "
	    "less");
out:
	return r;
}

/* RSA of 2048 bits at least with exponent 65537, signed with SHA-256. */
static kc_result
strong(X509 *x, const char *what, struct kc_err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	BIGNUM *e = NULL;
	bool good = key != NULL && EVP_PKEY_is_a(key, "RSA") &&
	    EVP_PKEY_get_bits(key) >= 2048 && EVP_PKEY_get_bits(key) <= 8192 &&
	    EVP_PKEY_get_bn_param(key, "e", &e) == 1 &&
	    BN_is_word(e, RSA_F4) == 1;

	BN_free(e);
	if (!good)
		return KC_FAIL_SSL(err, KC_EREFUSED, "a key is not RSA of "
		    "2048 bits or more with exponent 65537");
	if (X509_get_signature_nid(x) != NID_sha256WithRSAEncryption)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s is not signed with "
		    "RSA and SHA-256", what);
	if ((X509_get_extension_flags(x) &
	    (EXFLAG_INVALID | EXFLAG_CRITICAL)) != 0)
		return KC_FAIL_SSL(err, KC_EREFUSED, "extensions are "
		    "malformed, or critical and unknown");
	return KC_DONE;
}

kc_result
est_attest_strength(struct est_attest_work *w, struct kc_err *err)
{
	kc_result r = strong(w->issuer, "the root", err);

	for (int i = 0; i < EST_C_COUNT && kc_ok(r); i++) {
		r = strong(w->cert[i], roles[i], err);
		if (!kc_ok(r))
			r = kc_prefix(err, "%s", roles[i]);
	}
	est_attest_say(w, "RSA of 2048 bits or more, 65537, SHA-256");
	return r;
}

static kc_result
made(X509 *issuer, X509 *child, const char *what, struct kc_err *err)
{
	if (X509_verify(child, X509_get0_pubkey(issuer)) != 1) {
		kc_result r = KC_FAIL_SSL(err, KC_EREFUSED,
		    "its issuer's key did not sign it");

		(void)r;
		return kc_prefix(err, "%s", what);
	}
	return KC_DONE;
}

kc_result
est_attest_manufacturer(struct est_attest_work *w, struct kc_err *err)
{
	struct kc_buf card = { 0 };
	kc_result r;

	KC_TRY(r, made(w->issuer, w->cert[EST_C_CARD], roles[EST_C_CARD], err));
	KC_TRY(r, made(w->cert[EST_C_CARD], w->cert[EST_C_PARTITION],
	    roles[EST_C_PARTITION], err));
	KC_TRY(r, sd_pki_cn(w->cert[EST_C_PARTITION], &card, err));
	est_attest_say(w, "a pinned root certifies the card, the card the "
	    "partition %.150s", kc_buf_str(&card));
out:
	kc_buf_free(&card);
	return r;
}

kc_result
est_attest_owner(struct est_attest_work *w, struct kc_err *err)
{
	X509 *root = w->cert[EST_C_OWNER_ROOT], *leaf = w->cert[EST_C_OWNER];
	struct kc_buf cn = { 0 };
	uint32_t flags;
	kc_result r;

	KC_TRY(r, made(root, root, roles[EST_C_OWNER_ROOT], err));
	KC_TRY(r, made(root, leaf, roles[EST_C_OWNER], err));
	flags = X509_get_extension_flags(root);
	if ((flags & EXFLAG_BCONS) == 0 || (flags & EXFLAG_CA) == 0 ||
	    (flags & EXFLAG_KUSAGE) == 0 ||
	    (X509_get_key_usage(root) & KU_KEY_CERT_SIGN) == 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the owner root is no CA that may sign certificates");
		goto out;
	}
	if ((X509_get_extension_flags(leaf) & EXFLAG_CA) != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s is a CA",
		    roles[EST_C_OWNER]);
		goto out;
	}
	KC_TRY(r, sd_pki_cn(root, &cn, err));
	(void)snprintf(w->ret->pool, sizeof w->ret->pool, "%s",
	    kc_buf_str(&cn));
	est_attest_say(w, "the owner root %.150s certifies a partition",
	    kc_buf_str(&cn));
out:
	kc_buf_free(&cn);
	return r;
}

/* The one key that both chains end in binds them. */
kc_result
est_attest_partition(struct est_attest_work *w, struct kc_err *err)
{
	X509_PUBKEY *a = X509_get_X509_PUBKEY(w->cert[EST_C_PARTITION]);
	X509_PUBKEY *b = X509_get_X509_PUBKEY(w->cert[EST_C_OWNER]);
	unsigned char *pa = NULL, *pb = NULL;
	int na = i2d_X509_PUBKEY(a, &pa), nb = i2d_X509_PUBKEY(b, &pb);
	bool same = na > 0 && na == nb && memcmp(pa, pb, (size_t)na) == 0;

	OPENSSL_free(pa);
	OPENSSL_free(pb);
	if (!same)
		return KC_FAIL(err, KC_EREFUSED, 0, "the manufacturer and the "
		    "owner certify two partitions with different keys");
	est_attest_say(w, "manufacturer and owner certify the same key");
	return KC_DONE;
}

kc_result
est_attest_dates(struct est_attest_work *w, struct kc_err *err)
{
	kc_result r = sd_pki_span_ok("the root", X509_get0_notBefore(
	    w->issuer), X509_get0_notAfter(w->issuer), w->ask->at_ms, err);

	for (int i = 0; i < EST_C_COUNT && kc_ok(r); i++)
		r = sd_pki_span_ok(roles[i],
		    X509_get0_notBefore(w->cert[i]),
		    X509_get0_notAfter(w->cert[i]), w->ask->at_ms, err);
	est_attest_say(w, "the root and four certificates are within their "
	    "dates");
	return r;
}

kc_result
est_attest_owner_root(struct est_attest_work *w, struct kc_err *err)
{
	char hex[KC_HEX], want[KC_HEX];
	kc_result r = sd_pki_sha256(w->cert[EST_C_OWNER_ROOT],
	    w->ret->owner_root, err);

	if (!kc_ok(r))
		return r;
	w->ret->has_root = true;
	kc_hex(w->ret->owner_root, KC_SHA256, hex);
	if (w->ask->owner_root == NULL) {
		w->unproved = true;
		est_attest_say(w, "no owner root is recorded; the file's is "
		    "%s", hex);
		return r;
	}
	kc_hex(w->ask->owner_root, KC_SHA256, want);
	if (strcmp(hex, want) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "the owner root is %s, "
		    "recorded was %s", hex, want);
	est_attest_say(w, "%s, as recorded", hex);
	return r;
}
