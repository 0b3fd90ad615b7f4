/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA hygiene: what can be wrong with a public key that anyone can see in
 * it.  A pass does not show that a key is good; a failure shows that it is
 * bad, and its sentence names the key.
 */
#ifndef KC_SD_HYGIENE_H
#define KC_SD_HYGIENE_H

#include "sd/domain.h"

/* struct sd_rsa: a public key; numbers big-endian without leading zeros. */
struct sd_rsa {
	const char *name;	/* for messages */
	const uint8_t *n, *e;
	size_t n_len, e_len;	/* bytes */
};

/* sd_cert_rsa: the key of a certificate; valid while c lives. */
struct sd_rsa sd_cert_rsa(const struct sd_cert *c);

/* sd_hygiene: look at each key by itself (exact length, exponent, small
 *  factors, square, neighbouring primes, ROCA) and then at every pair
 *  (equal, or with a factor in common).
 *  Errors: KC_EREFUSED, the first fault with the names; KC_ENOMEM
 *  Source: Fermat's factorisation; Nemec et al., "The Return of
 *  Coppersmith's Attack" (CVE-2017-15361); FIPS 186-5 A.1.1 (exponent) */
KC_MUST kc_result sd_hygiene(const struct sd_rsa *keys, size_t n,
    struct kc_err *err);

/* sd_hygiene_pair: only whether two keys are equal or share a factor. */
KC_MUST kc_result sd_hygiene_pair(const struct sd_rsa *a,
    const struct sd_rsa *b, struct kc_err *err);

/* sd_hygiene_certs: the same for at most SD_MAX_HOLDERS certificates. */
KC_MUST kc_result sd_hygiene_certs(const struct sd_cert *certs, size_t n,
    struct kc_err *err);

/* sd_hygiene_warn: for keys that must go on working, whatever they are: a
 *  sentence about each that fails and about the first pair that does, one
 *  a line, appended to ret. */
KC_MUST kc_result sd_hygiene_warn(const struct sd_rsa *keys, size_t n,
    struct kc_buf *ret, struct kc_err *err);

#endif
