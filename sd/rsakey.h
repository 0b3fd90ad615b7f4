/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA private keys in our own memory: holders still on files, and the
 * throwaway exchange key of a drill.
 */
#ifndef KC_SD_RSAKEY_H
#define KC_SD_RSAKEY_H

#include <openssl/evp.h>

#include "sd/domain.h"

/* sd_oaep_open: take RSA-OAEP with SHA-256, MGF1-SHA-256 and an empty label
 *  off a text of any length; the caller judges the length.
 *  ret  secure heap; caller: kc_secret_free
 *  Errors: KC_EMAC when it does not decrypt, whatever the cause */
KC_MUST kc_result sd_oaep_open(EVP_PKEY *key, const uint8_t *ek, size_t len,
    struct kc_secret *ret, struct kc_err *err);

/* sd_rsa_unwrap: the same to a content encryption key, of 64 bytes.
 *  name  the key's, for messages
 *  Errors: KC_EMAC when it does not decrypt */
KC_MUST kc_result sd_rsa_unwrap(EVP_PKEY *key, const char *name,
    const uint8_t *ek, size_t len, struct kc_secret *ret_cek,
    struct kc_err *err);

/* struct sd_throwaway: an exchange key that nobody keeps. */
struct sd_throwaway {
	EVP_PKEY *key;
	struct sd_cert cert;
};

/* sd_throwaway_new: RSA-3072 and its self-signed certificate, in memory
 *  only; valid for an hour.  ret  caller: sd_throwaway_free */
KC_MUST kc_result sd_throwaway_new(struct sd_throwaway *ret,
    struct kc_err *err);
void sd_throwaway_free(struct sd_throwaway *t);

/* sd_throwaway_key: the callback view; valid while t lives. */
struct sd_key sd_throwaway_key(struct sd_throwaway *t);

#endif
