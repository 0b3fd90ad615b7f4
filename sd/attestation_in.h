/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside sd/: an attestation under judgement; one link is one function.
 */
#ifndef KC_SD_ATTESTATION_IN_H
#define KC_SD_ATTESTATION_IN_H

#include <openssl/x509.h>

#include "base/json.h"
#include "sd/attestation.h"

#define SD_BLOB_MAX ((size_t)32 << 10)	/* bytes of a signed blob */
#define SD_ATTR_MAX 128			/* attributes of an object */
#define SD_BUNDLE_MAX 8			/* certificates read */
#define SD_ATTEST_ROOTS 4		/* roots held */

/* Attribute types (PKCS #11's numbers, and the vendor's). */
enum {
	SD_A_CLASS = 0x0000, SD_A_KEY_TYPE = 0x0100, SD_A_ID = 0x0102,
	SD_A_SENSITIVE = 0x0103, SD_A_ENCRYPT = 0x0104,
	SD_A_DECRYPT = 0x0105, SD_A_WRAP = 0x0106, SD_A_UNWRAP = 0x0107,
	SD_A_SIGN = 0x0108, SD_A_VERIFY = 0x010a, SD_A_MODULUS = 0x0120,
	SD_A_BITS = 0x0121, SD_A_EXPONENT = 0x0122,
	SD_A_EXTRACTABLE = 0x0162, SD_A_LOCAL = 0x0163,
	SD_A_NEVER_EXTRACTABLE = 0x0164, SD_A_ALWAYS_SENSITIVE = 0x0165,
	SD_A_KCV = 0x0173, SD_A_EKCV = 0x1003,
};
enum { SD_CLASS_PUBLIC = 2, SD_CLASS_PRIVATE = 3, SD_CLASS_SECRET = 4 };
enum { SD_TYPE_RSA = 0x00, SD_TYPE_EC = 0x03, SD_TYPE_GENERIC = 0x10,
	SD_TYPE_AES = 0x1f };

struct sd_attr {
	uint32_t type;
	size_t len;
	const uint8_t *p;	/* into the blob */
};

/* struct sd_object: the attributes of one key. */
struct sd_object {
	size_t n;
	struct sd_attr attr[SD_ATTR_MAX];
};

/* struct sd_signed_blob: a blob as it came, and as it was read.
 *  where     "privateKeyAttestation"
 *  firmware  2, 3; 0 while it is not read */
struct sd_signed_blob {
	const char *where;
	struct kc_buf bytes;
	int firmware;
	size_t n;
	struct sd_object object[2];
};

enum { SD_C_CARD, SD_C_PARTITION, SD_C_OWNER_ROOT, SD_C_OWNER, SD_C_COUNT };

/* struct sd_claim: a key as unsigned JSON says it is; NULL: not said. */
struct sd_claim {
	const char *where;	/* the file's name */
	const char *kid, *type, *curve;
	const json_t *ops;
	int exportable;		/* -1: not said */
	struct kc_buf n, e, x, y;
};

/* struct sd_attest_work: one judgement. */
struct sd_attest_work {
	const struct sd_attest_ask *ask;
	struct sd_attest *ret;
	enum sd_attest_link at;
	bool unproved;		/* reset before each link */
	json_t *json, *key_json;
	struct kc_buf pem;
	X509 *root[SD_ATTEST_ROOTS], *bundle[SD_BUNDLE_MAX];
	size_t n_roots, n_bundle;
	X509 *cert[SD_C_COUNT], *issuer;	/* of root and bundle */
	struct sd_signed_blob blob[2];		/* private, public */
	const struct sd_object *secret, *public;
	struct sd_claim claim[2];
	size_t n_claims;
};

typedef kc_result sd_attest_fn(struct sd_attest_work *w, struct kc_err *err);
sd_attest_fn sd_attest_file;
sd_attest_fn sd_attest_certificates, sd_attest_strength,
    sd_attest_manufacturer, sd_attest_owner, sd_attest_partition,
    sd_attest_dates, sd_attest_owner_root;
sd_attest_fn sd_attest_layout, sd_attest_private, sd_attest_public;
sd_attest_fn sd_attest_objects, sd_attest_pair, sd_attest_kcv;
sd_attest_fn sd_attest_key, sd_attest_kid, sd_attest_pool;
sd_attest_fn sd_attest_resident, sd_attest_kept, sd_attest_local,
    sd_attest_usage;

/* sd_attest_say: what the link under judgement found; escaped here. */
void sd_attest_say(struct sd_attest_work *w, const char *fmt, ...)
    KC_PRINTF(2, 3);

/* sd_attest_roots: the pinned roots, each held against its fingerprint. */
KC_MUST kc_result sd_attest_roots(struct sd_attest_work *w,
    struct kc_err *err);

/* sd_blob_read: find the layout and read the attributes.
 *  sig_len  bytes of the signature at the blob's end
 *  Errors: KC_EFORMAT with the offset */
KC_MUST kc_result sd_blob_read(struct sd_signed_blob *b, size_t sig_len,
    struct kc_err *err);

/* sd_attr_get: the attribute of that type, or NULL. */
const struct sd_attr *sd_attr_get(const struct sd_object *o, uint32_t type);

/* sd_attr_is: is it a boolean of that value? */
bool sd_attr_is(const struct sd_object *o, uint32_t type, bool value);

/* sd_attr_byte: its one byte; -1: absent or of another length. */
int sd_attr_byte(const struct sd_object *o, uint32_t type);

/* sd_claim_read: the member "key" of root.
 *  ret  caller: sd_claim_free, also on failure */
KC_MUST kc_result sd_claim_read(const json_t *root, const char *where,
    struct sd_claim *ret, struct kc_err *err);
void sd_claim_free(struct sd_claim *c);

/* sd_b64_either: base64 with padding or base64url without; never both. */
KC_MUST kc_result sd_b64_either(const char *text, const char *where,
    const char *key, struct kc_buf *ret, struct kc_err *err);

#endif
