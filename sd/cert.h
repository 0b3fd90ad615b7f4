/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates: what commands need beside sd/domain.h.
 */
#ifndef KC_SD_CERT_H
#define KC_SD_CERT_H

#include "sd/domain.h"

#define SD_CERT_MAX ((size_t)256 << 10)	/* bytes of a certificate file */

/* sd_cert_span: first and last moment of validity, ms UTC. */
KC_MUST kc_result sd_cert_span(const struct sd_cert *c, int64_t *ret_from,
    int64_t *ret_to, struct kc_err *err);

/* sd_cert_pem: append the certificate as PEM, 64 columns. */
KC_MUST kc_result sd_cert_pem(const struct sd_cert *c, struct kc_buf *ret,
    struct kc_err *err);

#define SD_SHA1 20

/* sd_cert_sha1: SHA-1 of the DER, which x5t and thumbprints of other tools
 *  are (RFC 7517 4.8): a name, no security. */
KC_MUST kc_result sd_cert_sha1(const struct sd_cert *c,
    uint8_t ret[static SD_SHA1], struct kc_err *err);

/* sd_set_thumbprints: what a register of keys is to know of a set, as CSV
 *  and as JSON (docs/format/wrapping-set.md); appended.
 *  files  the name that each certificate has beside them */
KC_MUST kc_result sd_set_thumbprints(const struct sd_cert *certs,
    const char *const *files, size_t n, size_t required,
    struct kc_buf *ret_csv, struct kc_buf *ret_json, struct kc_err *err);

/* sd_set_shape: the rules that any set obeys, old or new: 3 <= N <= 10,
 *  2 <= M <= N, no certificate and no key twice.  Errors: KC_EREFUSED */
KC_MUST kc_result sd_set_shape(const struct sd_cert *certs, size_t n,
    size_t required, struct kc_err *err);

/* sd_exchange_check: the rules for an exchange certificate that hold with
 *  and without evidence: in its dates at at_ms, at least 3072 bits (RSA is
 *  checked on reading), nothing wrong with its key that sd_hygiene sees.
 *  Errors: KC_EEXPIRED, KC_EREFUSED */
KC_MUST kc_result sd_exchange_check(const struct sd_cert *c, int64_t at_ms,
    struct kc_err *err);

/* sd_blob_check: a written restore blob parses, carries the data of d in
 *  order, and is wrapped for exchange; needs no key. */
KC_MUST kc_result sd_blob_check(const char *name, const void *p, size_t len,
    const struct sd_domain *d, const struct sd_cert *exchange,
    struct kc_err *err);

/* sd_pem_is: does the text hold a PEM block? */
bool sd_pem_is(const void *p, size_t len);

#endif
