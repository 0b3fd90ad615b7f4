/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules for a set of holders' certificates.
 */
#include <string.h>

#include "sd/cert.h"

bool
sd_exponent_ok(const struct sd_cert *c)
{
	const uint8_t *e = c->e.p;
	size_t len = c->e.len;

	/* Big-endian without leading zeros: three bytes are 65536 or more. */
	if (len < 3 || (e[len - 1] & 1) == 0)
		return false;
	return len > 3 || e[0] > 1 || e[1] > 0 || e[2] >= 1;
}

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

kc_result
sd_set_check(const struct sd_cert *certs, size_t n_certs, size_t required,
    int64_t at_ms, struct kc_buf *ret_warn, struct kc_err *err)
{
	struct kc_buf warn = { 0 };
	kc_result r;

	KC_TRY(r, sd_set_shape(certs, n_certs, required, err));
	for (size_t i = 0; i < n_certs; i++) {
		KC_TRY(r, sd_cert_dates(&certs[i], at_ms, err));
		if (!sd_exponent_ok(&certs[i])) {
			r = KC_FAIL(err, KC_EREFUSED, 0,
			    "%s: the RSA exponent is below 65537 or even",
			    certs[i].name);
			goto out;
		}
		if (certs[i].bits < 3072)
			KC_TRY(r, kc_buf_addf(&warn, err,
			    "%s: its RSA key has %zu bits; 3072 or more would "
			    "outlast it\n", certs[i].name, certs[i].bits));
	}
	if (required == n_certs)
		KC_TRY(r, kc_buf_addf(&warn, err,
		    "all %zu holders are needed: one lost card loses the "
		    "domain\n", n_certs));
	if (2 * required <= n_certs)
		KC_TRY(r, kc_buf_addf(&warn, err,
		    "two separate groups of %zu can each open the domain "
		    "without the other\n", required));
	if (warn.len > 0)
		r = kc_buf_add(ret_warn, warn.p, warn.len, err);
out:
	kc_buf_free(&warn);
	return r;
}
