/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects on the card: finding, reading, making, destroying; and the RSA
 * operations and certificates on top.  Room-internal, card child only.
 */
#ifndef KC_TOKENS_OBJECT_H
#define KC_TOKENS_OBJECT_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tokens/module.h"

#define TOK_OBJECTS_MAX 256

/* tok_obj_find: handles of the objects that fit the template. */
KC_MUST kc_result tok_obj_find(struct tok_mod *m, CK_ATTRIBUTE *t, size_t n,
    CK_OBJECT_HANDLE *ret, size_t max, size_t *ret_n, struct kc_err *err);

/* tok_obj_bytes: one attribute; *ret_len 0 when the object has none.
 *  Errors: KC_ECARD when it is longer than max */
KC_MUST kc_result tok_obj_bytes(struct tok_mod *m, CK_OBJECT_HANDLE h,
    CK_ATTRIBUTE_TYPE type, void *ret, size_t max, size_t *ret_len,
    struct kc_err *err);

/* tok_obj_bool: 0, 1, or -1 when the module does not answer. */
int tok_obj_bool(struct tok_mod *m, CK_OBJECT_HANDLE h,
    CK_ATTRIBUTE_TYPE type);

/* tok_obj_keys: as tok_keys. */
KC_MUST kc_result tok_obj_keys(struct tok_mod *m, struct tok_key *ret,
    size_t max, size_t *ret_n, struct kc_err *err);

/* tok_obj_key: the one pair with this id.
 *  ret  caller: tok_key_free */
KC_MUST kc_result tok_obj_key(struct tok_mod *m, const uint8_t *id,
    size_t id_len, struct tok_key *ret, struct kc_err *err);

/* tok_obj_cert: the certificate under an id that is, or is not, an
 *  attestation; *ret stays empty when there is none. */
KC_MUST kc_result tok_obj_cert(struct tok_mod *m, const uint8_t *id,
    size_t id_len, bool attestation, struct kc_buf *ret, struct kc_err *err);

/* tok_obj_private: the handle of the one private key with this id. */
KC_MUST kc_result tok_obj_private(struct tok_mod *m, const uint8_t *id,
    size_t id_len, CK_OBJECT_HANDLE *ret, struct kc_err *err);

KC_MUST kc_result tok_obj_generate(struct tok_mod *m, const uint8_t *id,
    size_t id_len, enum tok_use use, size_t bits, struct kc_err *err);

/* tok_obj_sweep: every key and certificate without an id. */
KC_MUST kc_result tok_obj_sweep(struct tok_mod *m, size_t *ret_n,
    struct kc_err *err);

/* tok_obj_destroy: every object with this id; id NULL: every object. */
KC_MUST kc_result tok_obj_destroy(struct tok_mod *m, const uint8_t *id,
    size_t id_len, struct kc_err *err);

/* tok_obj_store_cert: put a certificate beside the key, replacing those
 *  under the same id; read back and compared. */
KC_MUST kc_result tok_obj_store_cert(struct tok_mod *m, const uint8_t *id,
    size_t id_len, const struct kc_buf *der, struct kc_err *err);

/* tok_rsa_public: an OpenSSL key from the numbers; caller: EVP_PKEY_free */
KC_MUST kc_result tok_rsa_public(const struct tok_key *key, EVP_PKEY **ret,
    struct kc_err *err);

/* tok_rsa_sign: PKCS#1 v1.5 over a SHA-256 digest; checked with the public
 *  key before it leaves. */
KC_MUST kc_result tok_rsa_sign(struct tok_mod *m, const struct tok_key *key,
    const uint8_t digest[static 32], struct kc_buf *ret, struct kc_err *err);

/* tok_rsa_decrypt: OAEP-SHA-256 the given way.
 *  ret  secure heap; caller: kc_secret_free */
KC_MUST kc_result tok_rsa_decrypt(struct tok_mod *m,
    const struct tok_key *key, enum tok_oaep way, const struct kc_buf *ek,
    struct kc_secret *ret, struct kc_err *err);

/* tok_rsa_probe: which way this card decrypts; remembered in m. */
KC_MUST kc_result tok_rsa_probe(struct tok_mod *m, const struct tok_key *key,
    struct kc_err *err);

/* tok_x509_make: the self-signed certificate, signed by the card and
 *  verified. */
KC_MUST kc_result tok_x509_make(struct tok_mod *m, const struct tok_key *key,
    enum tok_use use, const char *subject, struct kc_buf *ret,
    struct kc_err *err);

#endif
