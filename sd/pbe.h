/* SPDX-License-Identifier: Apache-2.0
 *
 * What an encrypted key asks of its password, before it is done: whoever
 * wrote the file chose the rounds.  For the files of this room.
 */
#ifndef KC_SD_PBE_H
#define KC_SD_PBE_H

#include <openssl/x509.h>

#include "base/err.h"

#define SD_PBE_ROUNDS 5000000		/* about two seconds of HMAC */
#define SD_PBE_SCRYPT (1L << 22)	/* N * r * p, about two seconds */

/* sd_pbe_check: the rounds of PBES1, PKCS#12's and PBES2 with PBKDF2, or the
 *  cost of scrypt, are within these limits.
 *  Errors: KC_ELIMIT; KC_EFORMAT parameters that cannot be read
 *  Source: RFC 8018 A.2 to A.4, RFC 7914 7, RFC 7292 C */
KC_MUST kc_result sd_pbe_check(const X509_ALGOR *a, struct kc_err *err);

#endif
