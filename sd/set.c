/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules for a set of holders' certificates.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "sd/cert.h"
#include "sd/hygiene.h"

kc_result
sd_set_shape(const struct sd_cert *certs, size_t n, size_t required,
    struct kc_err *err)
{
	if (n < 3 || n > SD_MAX_HOLDERS)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%zu certificates are given; a set has 3 to %d holders",
		    n, SD_MAX_HOLDERS);
	if (required < 2 || required > SD_MAX_HOLDERS)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the quorum is %zu, outside 2 to %d", required,
		    SD_MAX_HOLDERS);
	if (required > n)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the quorum is %zu but there are only %zu holders",
		    required, n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct sd_cert *a = &certs[k], *b = &certs[i];

			if (memcmp(a->x5t, b->x5t, KC_SHA256) == 0)
				return KC_FAIL(err, KC_EREFUSED, 0,
				    "%s and %s are the same certificate",
				    a->name, b->name);
			if (a->n.len == b->n.len &&
			    memcmp(a->n.p, b->n.p, a->n.len) == 0)
				return KC_FAIL(err, KC_EREFUSED, 0,
				    "%s and %s have the same key", a->name,
				    b->name);
		}
	return KC_DONE;
}

/* What a certificate says of itself that keeps it out of a new set. */
static kc_result
check_says(const struct sd_cert *c, X509 *x, struct kc_err *err)
{
	uint32_t flags = X509_get_extension_flags(x);

	if ((flags & EXFLAG_INVALID) != 0)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the certificate's extensions are malformed",
		    c->name);
	if ((flags & EXFLAG_KUSAGE) != 0 &&
	    (X509_get_key_usage(x) & X509v3_KU_KEY_ENCIPHERMENT) == 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: its key usage does "
		    "not hold keyEncipherment: it is no wrapping certificate",
		    c->name);
	/* Who signed with the key has it: the cheapest proof of possession
	 * that there is. */
	if ((flags & EXFLAG_SI) != 0 &&
	    X509_verify(x, X509_get0_pubkey(x)) != 1) {
		ERR_clear_error();
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: it names itself as "
		    "its issuer, but the signature is not its key's: nobody "
		    "has shown to have that key", c->name);
	}
	return KC_DONE;
}

static kc_result
warn_quorum(size_t n, size_t required, struct kc_buf *warn,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (required == n)
		KC_TRY(r, kc_buf_addf(warn, err,
		    "all %zu holders are needed: one lost card loses the "
		    "domain\n", n));
	if (2 * required <= n)
		KC_TRY(r, kc_buf_addf(warn, err,
		    "two separate groups of %zu can each open the domain "
		    "without the other\n", required));
out:
	return r;
}

/* What is usual in certificates that people make themselves, and worth a
 * word. */
static kc_result
warn_certs(const struct sd_cert *certs, X509 *const *x, size_t n,
    struct kc_buf *warn, struct kc_err *err)
{
	size_t n_ca = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n; i++) {
		const char *name = certs[i].name;
		uint32_t flags = X509_get_extension_flags(x[i]);

		if (certs[i].bits < 3072)
			KC_TRY(r, kc_buf_addf(warn, err,
			    "%s: its RSA key has %zu bits; 3072 or more would "
			    "outlast it\n", name, certs[i].bits));
		if ((flags & EXFLAG_SI) == 0)
			KC_TRY(r, kc_buf_addf(warn, err, "%s: it is issued "
			    "by another, so it does not show that its holder "
			    "has the key\n", name));
		n_ca += (flags & EXFLAG_CA) != 0;
		for (size_t k = 0; k < i; k++)
			if (X509_NAME_cmp(X509_get_subject_name(x[k]),
			    X509_get_subject_name(x[i])) == 0) {
				KC_TRY(r, kc_buf_addf(warn, err,
				    "%s and %s name the same subject: be sure "
				    "that they are two holders\n",
				    certs[k].name, name));
				break;
			}
	}
	if (n_ca > 0)
		r = kc_buf_addf(warn, err, "%zu of %zu certificates say that "
		    "they may issue others (CA:TRUE), as `openssl req -x509` "
		    "writes; the service does not look\n", n_ca, n);
out:
	return r;
}

kc_result
sd_set_check(const struct sd_cert *certs, size_t n_certs, size_t required,
    int64_t at_ms, struct kc_buf *ret_warn, struct kc_err *err)
{
	X509 *x[SD_MAX_HOLDERS] = { NULL };
	struct kc_buf warn = { 0 };
	kc_result r;

	KC_TRY(r, sd_set_shape(certs, n_certs, required, err));
	for (size_t i = 0; i < n_certs; i++) {
		const unsigned char *at = certs[i].der.p;

		x[i] = d2i_X509(NULL, &at, (long)certs[i].der.len);
		if (x[i] == NULL) {
			r = KC_FAIL_SSL(err, KC_ENOMEM,
			    "a certificate could not be read again");
			goto out;
		}
		KC_TRY(r, check_says(&certs[i], x[i], err));
		KC_TRY(r, sd_cert_dates(&certs[i], at_ms, err));
	}
	KC_TRY(r, sd_hygiene_certs(certs, n_certs, err));
	KC_TRY(r, warn_certs(certs, x, n_certs, &warn, err));
	KC_TRY(r, warn_quorum(n_certs, required, &warn, err));
	if (warn.len > 0)
		r = kc_buf_add(ret_warn, warn.p, warn.len, err);
out:
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		X509_free(x[i]);
	kc_buf_free(&warn);
	return r;
}
