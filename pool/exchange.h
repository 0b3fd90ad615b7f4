/* SPDX-License-Identifier: Apache-2.0
 *
 * The stand-in pool's exchange key: an RSA key whose certificate receives a
 * restore blob, with evidence of the rehearsal's own.
 */
#ifndef KC_POOL_EXCHANGE_H
#define KC_POOL_EXCHANGE_H

#include "pool/carrier.h"
#include "pool/pki.h"

#define POOL_EXCHANGE_BITS 4096

/* struct pool_exchange: what is asked for.
 *  pool  the name: CN=<pool>.managedhsm.azure.net
 *  bits  of the modulus
 *  pki   vouches for the key; NULL: a bare certificate as in 2020, which
 *        names no pool */
struct pool_exchange {
	const char *pool;
	unsigned bits;
	const struct pool_pki *pki;
};

/* pool_exchange_cert: a certificate for a key that is there; how->bits is
 *  not looked at.
 *  ret  caller: X509_free */
KC_MUST kc_result pool_exchange_cert(const struct pool_exchange *how,
    EVP_PKEY *key, X509 **ret, struct kc_err *err);

/* pool_exchange_new: generate a key and its certificate, write both.
 *  key_path, cer_path  written new, 0600: an unencrypted PEM key (rehearsal)
 *            and the certificate as az writes it
 *  ret       the certificate as asked for by as; replaced */
KC_MUST kc_result pool_exchange_new(const struct pool_exchange *how,
    const char *key_path, const char *cer_path, enum pool_carrier as,
    struct kc_buf *ret, struct kc_err *err);

#endif
