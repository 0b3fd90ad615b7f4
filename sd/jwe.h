/* SPDX-License-Identifier: Apache-2.0
 *
 * Compact JWE with exactly one content encryption, A256CBC-HS512, and
 * exactly two key managements: "dir" for data, RSA-OAEP-256 for shares.
 * What a file says of its algorithms is compared, never obeyed.
 */
#ifndef KC_SD_JWE_H
#define KC_SD_JWE_H

#include "sd/domain.h"

#define SD_CEK 64		/* 32 bytes MAC key, 32 bytes AES key */
#define SD_JWE_TAG 32
#define SD_JWE_IV 16

/* sd_jwe_parse: split and decode; check every part's length.
 *  where  the place, for messages
 *  rsa    an encrypted key of 256 to 1024 bytes must be there; else none
 *  ret    caller: sd_jwe_free.  Errors: KC_EFORMAT */
KC_MUST kc_result sd_jwe_parse(const char *where, const char *text, bool rsa,
    struct sd_jwe *ret, struct kc_err *err);
void sd_jwe_free(struct sd_jwe *jwe);

/* sd_jwe_pin: the protected header has exactly alg, enc and kid, with the
 *  pinned algorithms.
 *  kid  what it must be; NULL: any string
 *  Errors: KC_EALG, KC_EREFUSED (kid), KC_EFORMAT */
KC_MUST kc_result sd_jwe_pin(const char *where, const struct sd_jwe *jwe,
    bool rsa, const char *kid, struct kc_err *err);

/* sd_jwe_verify: the tag, in constant time.  Errors: KC_EMAC */
KC_MUST kc_result sd_jwe_verify(const char *where, const struct sd_jwe *jwe,
    const struct kc_secret *cek, struct kc_err *err);

/* sd_jwe_decrypt: verify, then decrypt.
 *  ret      room for at least jwe->ciphertext.len bytes
 *  ret_len  bytes of plaintext */
KC_MUST kc_result sd_jwe_decrypt(const char *where, const struct sd_jwe *jwe,
    const struct kc_secret *cek, uint8_t *ret, size_t *ret_len,
    struct kc_err *err);

/* sd_jwe_decrypt_secret: the same into the secure heap. */
KC_MUST kc_result sd_jwe_decrypt_secret(const char *where,
    const struct sd_jwe *jwe, const struct kc_secret *cek,
    struct kc_secret *ret, struct kc_err *err);

/* struct sd_seal: what sd_jwe_seal needs.  iv NULL: a random one (the only
 * right way outside tests). */
struct sd_seal {
	const char *kid;
	const uint8_t *ek;	/* NULL for "dir" */
	size_t ek_len;
	const uint8_t *iv;
	const void *plain;
	size_t plain_len;
};

/* sd_jwe_seal: encrypt, authenticate, and append the compact text. */
KC_MUST kc_result sd_jwe_seal(const struct sd_seal *s,
    const struct kc_secret *cek, struct kc_buf *ret, struct kc_err *err);

/* sd_jwe_wrap: a secret to a certificate's key: fresh content key, RSA-OAEP
 *  with SHA-256 and MGF1-SHA-256, kid "not used". */
KC_MUST kc_result sd_jwe_wrap(const struct sd_cert *to,
    const struct kc_secret *plain, struct kc_buf *ret, struct kc_err *err);

#endif
