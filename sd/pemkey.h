/* SPDX-License-Identifier: Apache-2.0
 *
 * Private keys that are still PEM files: az's convention x.key beside x.cer,
 * or one PEM holding both.  Loud wherever they are used.
 */
#ifndef KC_SD_PEMKEY_H
#define KC_SD_PEMKEY_H

#include <openssl/evp.h>

#include "sd/domain.h"

#define SD_PEM_MAX ((size_t)64 << 10)	/* bytes of a private key file */

struct sd_pemkey;

/* sd_pemkey_load: read key and certificate; they must belong together.
 *  password  NULL when none was given
 *  Errors: KC_EIO, KC_EFORMAT, KC_EPASSWORD, KC_EREFUSED (no pair),
 *  KC_ELIMIT (a password's rounds)
 *  ret  caller: sd_pemkey_free */
KC_MUST kc_result sd_pemkey_load(const char *path,
    const struct kc_secret *password, struct sd_pemkey **ret,
    struct kc_err *err);
void sd_pemkey_free(struct sd_pemkey **k);

/* sd_pemkey_key: the callback view; valid while k lives. */
struct sd_key sd_pemkey_key(struct sd_pemkey *k);
bool sd_pemkey_encrypted(const struct sd_pemkey *k);

/* sd_pemkey_cert: the certificate beside the key; valid while k lives. */
const struct sd_cert *sd_pemkey_cert(const struct sd_pemkey *k);

/* sd_pem_encrypted: does the PEM text hold an encrypted private key? */
bool sd_pem_encrypted(const void *p, size_t len);

/* sd_pem_private: the first private key of a PEM text, of any kind.
 *  password  NULL when none was given
 *  Errors: KC_EFORMAT, KC_EPASSWORD, KC_ELIMIT
 *  ret  caller: EVP_PKEY_free; its numbers are in the secure heap */
KC_MUST kc_result sd_pem_private(const struct kc_secret *text,
    const struct kc_secret *password, EVP_PKEY **ret, struct kc_err *err);

#endif
