/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA-OAEP towards a public key, padded by ourselves.  OpenSSL 3.0 frees its
 * padded message unwiped (rsa_enc.c), and whoever finds that has the message:
 * the masks of OAEP need no key.
 */
#ifndef KC_SD_OAEP_H
#define KC_SD_OAEP_H

#include <openssl/evp.h>

#include "base/buf.h"
#include "base/secret.h"

/* sd_oaep_seal: encrypt msg, with md for the label's hash and for MGF1, and
 *  an empty label; appended to ret, as many bytes as the modulus has.
 *  Errors: KC_EREFUSED a key that is no RSA, too small or above 8192 bits
 *  Source: RFC 8017 7.1.1 */
KC_MUST kc_result sd_oaep_seal(EVP_PKEY *key, const EVP_MD *md,
    const struct kc_secret *msg, struct kc_buf *ret, struct kc_err *err);

#endif
