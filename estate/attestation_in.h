/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside sd/: an attestation under judgement; one link is one function.
 */
#ifndef KC_ESTATE_ATTESTATION_IN_H
#define KC_ESTATE_ATTESTATION_IN_H

#include <openssl/x509.h>

#include "base/json.h"
#include "estate/attestation.h"

#define EST_BLOB_MAX ((size_t)32 << 10)	/* bytes of a signed blob */
#define EST_ATTR_MAX 128			/* attributes of an object */
#define EST_BUNDLE_MAX 8			/* certificates read */
#define EST_ATTEST_ROOTS 4		/* roots held */

/* Attribute types (PKCS #11's numbers, and the vendor's). */
enum {
	EST_A_CLASS = 0x0000, EST_A_KEY_TYPE = 0x0100, EST_A_ID = 0x0102,
	EST_A_SENSITIVE = 0x0103, EST_A_ENCRYPT = 0x0104,
	EST_A_DECRYPT = 0x0105, EST_A_WRAP = 0x0106, EST_A_UNWRAP = 0x0107,
	EST_A_SIGN = 0x0108, EST_A_VERIFY = 0x010a, EST_A_MODULUS = 0x0120,
	EST_A_BITS = 0x0121, EST_A_EXPONENT = 0x0122,
	EST_A_EXTRACTABLE = 0x0162, EST_A_LOCAL = 0x0163,
	EST_A_NEVER_EXTRACTABLE = 0x0164, EST_A_ALWAYS_SENSITIVE = 0x0165,
	EST_A_KCV = 0x0173, EST_A_EKCV = 0x1003,
};
enum { EST_CLASS_PUBLIC = 2, EST_CLASS_PRIVATE = 3, EST_CLASS_SECRET = 4 };
enum { EST_TYPE_RSA = 0x00, EST_TYPE_EC = 0x03, EST_TYPE_GENERIC = 0x10,
	EST_TYPE_AES = 0x1f };

struct est_attr {
	uint32_t type;
	size_t len;
	const uint8_t *p;	/* into the blob */
};

/* struct est_object: the attributes of one key. */
struct est_object {
	size_t n;
	struct est_attr attr[EST_ATTR_MAX];
};

/* struct est_signed_blob: a blob as it came, and as it was read.
 *  where     "privateKeyAttestation"
 *  firmware  2, 3; 0 while it is not read */
struct est_signed_blob {
	const char *where;
	struct kc_buf bytes;
	int firmware;
	size_t n;
	struct est_object object[2];
};

enum {
	EST_C_CARD, EST_C_PARTITION, EST_C_OWNER_ROOT, EST_C_OWNER, EST_C_COUNT
};

/* struct est_claim: a key as unsigned JSON says it is; NULL: not said. */
struct est_claim {
	const char *where;	/* the file's name */
	const char *kid, *type, *curve;
	const json_t *ops;
	int exportable;		/* -1: not said */
	struct kc_buf n, e, x, y;
};

/* struct est_attest_work: one judgement. */
struct est_attest_work {
	const struct est_attest_ask *ask;
	struct est_attest *ret;
	enum est_attest_link at;
	bool unproved;		/* reset before each link */
	json_t *json, *key_json;
	struct kc_buf pem;
	X509 *root[EST_ATTEST_ROOTS], *bundle[EST_BUNDLE_MAX];
	size_t n_roots, n_bundle;
	X509 *cert[EST_C_COUNT], *issuer;	/* of root and bundle */
	struct est_signed_blob blob[2];		/* private, public */
	const struct est_object *secret, *public;
	struct est_claim claim[2];
	size_t n_claims;
};

typedef kc_result est_attest_fn(struct est_attest_work *w, struct kc_err *err);
est_attest_fn est_attest_file;
est_attest_fn est_attest_certificates, est_attest_strength,
    est_attest_manufacturer, est_attest_owner, est_attest_partition,
    est_attest_dates, est_attest_owner_root;
est_attest_fn est_attest_layout, est_attest_private, est_attest_public;
est_attest_fn est_attest_objects, est_attest_pair, est_attest_kcv;
est_attest_fn est_attest_key, est_attest_kid, est_attest_pool;
est_attest_fn est_attest_resident, est_attest_kept, est_attest_local,
    est_attest_usage;

/* est_attest_say: what the link under judgement found; escaped here. */
void est_attest_say(struct est_attest_work *w, const char *fmt, ...)
    KC_PRINTF(2, 3);

/* est_attest_roots: the pinned roots, each held against its fingerprint. */
KC_MUST kc_result est_attest_roots(struct est_attest_work *w,
    struct kc_err *err);

/* est_blob_read: find the layout and read the attributes.
 *  sig_len  bytes of the signature at the blob's end
 *  Errors: KC_EFORMAT with the offset */
KC_MUST kc_result est_blob_read(struct est_signed_blob *b, size_t sig_len,
    struct kc_err *err);

/* est_attr_get: the attribute of that type, or NULL. */
const struct est_attr *est_attr_get(const struct est_object *o, uint32_t type);

/* est_attr_is: is it a boolean of that value? */
bool est_attr_is(const struct est_object *o, uint32_t type, bool value);

/* est_attr_byte: its one byte; -1: absent or of another length. */
int est_attr_byte(const struct est_object *o, uint32_t type);

/* est_claim_read: the member "key" of root.
 *  ret  caller: est_claim_free, also on failure */
KC_MUST kc_result est_claim_read(const json_t *root, const char *where,
    struct est_claim *ret, struct kc_err *err);
void est_claim_free(struct est_claim *c);

/* est_b64_either: base64 with padding or base64url without; never both. */
KC_MUST kc_result est_b64_either(const char *text, const char *where,
    const char *key, struct kc_buf *ret, struct kc_err *err);

#endif
