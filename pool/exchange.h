/* SPDX-License-Identifier: Apache-2.0
 *
 * The stand-in pool's exchange key: an RSA key whose certificate receives a
 * restore blob.  Its SGX evidence is not made here yet.
 */
#ifndef KC_POOL_EXCHANGE_H
#define KC_POOL_EXCHANGE_H

#include "base/buf.h"
#include "base/err.h"

#define POOL_EXCHANGE_BITS 4096

/* pool_exchange_new: generate a key and its certificate, write both.
 *  pool      the name: CN=<pool>.managedhsm.azure.net
 *  bits      of the modulus
 *  key_path, cer_path  written new, 0600: an unencrypted PEM key (rehearsal)
 *  ret_pem   the certificate as az writes it: lines of 65 columns, no final
 *            newline */
KC_MUST kc_result pool_exchange_new(const char *pool, unsigned bits,
    const char *key_path, const char *cer_path, struct kc_buf *ret_pem,
    struct kc_err *err);

#endif
