/* SPDX-License-Identifier: Apache-2.0
 *
 * Key transfer blobs (.byok): a key of ours, encrypted to a key exchange key
 * (KEK) of a managed HSM, as `az keyvault key import --byok-file` sends it.
 * Format: docs/format/byok.md.
 */
#ifndef KC_ESTATE_BYOK_H
#define KC_ESTATE_BYOK_H

#include <openssl/evp.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/secret.h"
#include "estate/attestation.h"

#define EST_BYOK_MAX ((size_t)64 << 10)	/* bytes of any file of this kind */

/* struct est_numbers: of an RSA key, big-endian without leading zeros. */
#define EST_NUMBER_MAX 512
struct est_numbers {
	uint8_t n[EST_NUMBER_MAX], e[EST_NUMBER_MAX];
	size_t n_len, e_len;
};
/* est_numbers_get: false when it is no RSA key or larger. */
bool est_numbers_get(const EVP_PKEY *key, struct est_numbers *ret);
/* est_numbers_check: sd_hygiene of them.  name: for messages */
KC_MUST kc_result est_numbers_check(const struct est_numbers *v,
    const char *name, struct kc_err *err);

/* struct est_kek: who receives the key. */
struct est_kek {
	char *kid;		/* https://HOST/keys/NAME/VERSION */
	EVP_PKEY *key;
	size_t bits;
	uint8_t sha256[KC_SHA256];	/* of its SubjectPublicKeyInfo, DER */
};

/* est_kek_read: the public key (PEM or DER SubjectPublicKeyInfo) as a KEK of
 *  the managed HSM that kid names.
 *  name  the file's, for messages
 *  pool  its short or whole name; NULL: any managed HSM
 *  Errors: KC_EFORMAT; KC_EREFUSED: not RSA of 2048, 3072 or 4096 bits, a
 *  weak key, a kid without version or of another place
 *  ret   caller: est_kek_free */
KC_MUST kc_result est_kek_read(const char *name, const void *p, size_t len,
    const char *kid, const char *pool, struct est_kek *ret,
    struct kc_err *err);
void est_kek_free(struct est_kek *k);

/* est_kek_shown: `az keyvault key show`, or the service's own JSON, is about
 *  this very key, and it may do nothing but import.
 *  at_ms  the moment on which its dates are judged
 *  Errors: KC_EFORMAT; KC_EREFUSED naming the member; KC_EEXPIRED */
KC_MUST kc_result est_kek_shown(const struct est_kek *k, const char *name,
    const void *p, size_t len, int64_t at_ms, struct kc_err *err);

/* est_kek_kid: the kid that a key show names; appended.
 *  Errors: KC_EFORMAT */
KC_MUST kc_result est_kek_kid(const char *name, const void *p, size_t len,
    struct kc_buf *ret, struct kc_err *err);

/* est_kek_attested: the attestation in ask is of this very key: the same
 *  numbers, kid and pool; made in an HSM and never exportable.
 *  ask  its key and key_name are replaced
 *  ret  as est_attest_verify's.  Errors: its own */
KC_MUST kc_result est_kek_attested(const struct est_kek *k,
    struct est_attest_ask ask, struct est_attest *ret, struct kc_err *err);

/* struct est_target: the key that is wrapped. */
struct est_target {
	const char *type;	/* "RSA", "EC", "oct" */
	const char *curve;	/* "P-256"; NULL but for EC */
	size_t bits;
	struct kc_secret plain;	/* PKCS#8 DER, or the bytes of an oct key */
	struct kc_buf spki;	/* public key, DER; empty for oct */
	uint8_t kcv[3];		/* oct: AES of a zero block, first bytes */
};

/* est_target_pem: an RSA key of 2048, 3072 or 4096 bits or an EC key on
 *  P-256, P-384 or P-521, checked: it agrees with itself, is not weak.
 * est_target_oct: an AES key: exactly 16, 24 or 32 bytes.
 *  password  NULL when none was given
 *  Errors: KC_EIO, KC_EFORMAT, KC_EPASSWORD, KC_EREFUSED, KC_ELIMIT
 *  ret  caller: est_target_free, which wipes */
KC_MUST kc_result est_target_pem(const char *path,
    const struct kc_secret *password, struct est_target *ret,
    struct kc_err *err);
KC_MUST kc_result est_target_oct(const char *path, struct est_target *ret,
    struct kc_err *err);
void est_target_free(struct est_target *t);

/* est_target_wrapped: the same of a key that came wrapped (RFC 5649) under
 *  aes.
 *  name  of the key, for messages
 *  oct   raw bytes; else PKCS #8
 *  n     the modulus that whoever wrapped it says it has; n_len 0: unsaid
 *  Errors: as above; KC_EMAC it does not open; KC_EREFUSED another modulus */
struct est_wrapped {
	const struct kc_secret *aes;
	const struct kc_buf *wrapped;
	bool oct;
	const uint8_t *n;
	size_t n_len;
};
KC_MUST kc_result est_target_wrapped(const char *name,
    const struct est_wrapped *w, struct est_target *ret,
    struct kc_err *err);

/* est_pkcs8: the PrivateKeyInfo of an RSA or EC key in DER, written into the
 *  secure heap number by number: no copy of it is ever elsewhere.
 *  curve  "P-256", or NULL for RSA.  Source: RFC 5208, 8017 A.1.2, 5915 */
KC_MUST kc_result est_pkcs8(const EVP_PKEY *key, const char *curve,
    struct kc_secret *ret, struct kc_err *err);

/* AES-256 key wrap with padding, RFC 5649.
 * est_kwp_seal: appended.  est_kwp_open  Errors: KC_EFORMAT; KC_EMAC
 *  ret  secure heap; caller: kc_secret_free */
#define EST_KWP_KEY 32
size_t est_kwp_bytes(size_t len);
KC_MUST kc_result est_kwp_seal(const struct kc_secret *aes,
    const struct kc_secret *plain, struct kc_buf *ret, struct kc_err *err);
KC_MUST kc_result est_kwp_open(const struct kc_secret *aes,
    const struct kc_buf *wrapped, struct kc_secret *ret,
    struct kc_err *err);

/* est_byok_wrap: a fresh AES-256 key, RSA-OAEP(KEK, it) || AES-KWP(it, key)
 *  as the file's text, appended.
 *  generator  who wrote it, for the service's support
 *  Errors: KC_EREFUSED the key is the KEK's own private half
 *  Source: PKCS #11 CKM_RSA_AES_KEY_WRAP; RFC 8017 7.1 with SHA-1; RFC 5649 */
KC_MUST kc_result est_byok_wrap(const struct est_kek *k,
    const struct est_target *t, const char *generator, struct kc_buf *ret,
    struct kc_err *err);

/* est_byok_bytes: of the ciphertext of a key of len bytes under a KEK. */
size_t est_byok_bytes(size_t kek_bits, size_t len);

/* est_byok_check: the file is a transfer blob for this KEK with a key of len
 *  bytes in it.  What it holds, only the HSM can tell.
 *  Errors: KC_EFORMAT; KC_EALG; KC_EREFUSED another kid or length */
KC_MUST kc_result est_byok_check(const char *name, const void *p, size_t len,
    const struct est_kek *k, size_t plain_len, struct kc_err *err);

#endif
