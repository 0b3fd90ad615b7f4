/* SPDX-License-Identifier: Apache-2.0
 *
 * Key attestations of a managed HSM (MRVL-1): what the HSM's partition signed
 * about a key, judged link by link.
 */
#ifndef KC_ESTATE_ATTESTATION_H
#define KC_ESTATE_ATTESTATION_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define EST_ATTEST_FILE_MAX ((size_t)256 << 10)	/* bytes of a file */
#define EST_ATTEST_TEXT 320

/* The links, in the order they are judged.  Those behind EST_ATTEST_PROOFS
 * are properties of the key: all four are judged, whatever one says. */
enum est_attest_link {
	EST_ATTEST_FILE, EST_ATTEST_CERTIFICATES, EST_ATTEST_STRENGTH,
	EST_ATTEST_MANUFACTURER, EST_ATTEST_OWNER, EST_ATTEST_PARTITION,
	EST_ATTEST_DATES, EST_ATTEST_ROOT, EST_ATTEST_LAYOUT,
	EST_ATTEST_PRIVATE, EST_ATTEST_PUBLIC, EST_ATTEST_OBJECTS,
	EST_ATTEST_PAIR, EST_ATTEST_KCV, EST_ATTEST_KEY, EST_ATTEST_KID,
	EST_ATTEST_POOL, EST_ATTEST_RESIDENT, EST_ATTEST_KEPT, EST_ATTEST_LOCAL,
	EST_ATTEST_USAGE, EST_ATTEST_LINKS,
	EST_ATTEST_PROOFS = EST_ATTEST_RESIDENT
};

enum est_attest_state {
	EST_ATTEST_UNREACHED,	/* a link before it failed */
	EST_ATTEST_HOLDS,
	EST_ATTEST_UNPROVED,	/* nothing failed, nothing was shown */
	EST_ATTEST_FAILS,
};

/* struct est_attest_root: a root certificate in DER. */
struct est_attest_root {
	const uint8_t *der;
	size_t len;
};

/* struct est_attest_ask: what is judged, against what.
 *  p, len      the attestation's file; name for messages
 *  key         a key's JSON from elsewhere, or NULL; key_name for messages
 *  owner_root  SHA-256 of the pool's recorded owner root, or NULL
 *  at_ms       the day
 *  roots       NULL: the manufacturer's, pinned.  Others are for tests */
struct est_attest_ask {
	const char *name, *key_name;
	const void *p, *key;
	size_t len, key_len;
	const uint8_t *owner_root;
	int64_t at_ms;
	const struct est_attest_root *roots;
	size_t n_roots;
};

/* struct est_attest: what was found.  Texts are clean to print. */
struct est_attest {
	enum est_attest_state state[EST_ATTEST_LINKS];
	char text[EST_ATTEST_LINKS][EST_ATTEST_TEXT];
	bool has_root;			/* owner_root is set */
	uint8_t owner_root[KC_SHA256];	/* of the file's owner root */
	char pool[128];			/* the owner root's common name */
	int firmware;			/* 2 or 3; 0: not known */
	char id[129];			/* the signed "/keys/NAME/VERSION" */
};

/* est_attest_name: "non-exportable". */
const char *est_attest_name(enum est_attest_link link);

/* est_attest_verify: judge it.  ret is filled as far as it came, also on
 *  failure; err then begins with the failed link's name.
 *  Errors: KC_EFORMAT, KC_ELIMIT malformed; KC_EREFUSED, KC_EEXPIRED */
KC_MUST kc_result est_attest_verify(const struct est_attest_ask *ask,
    struct est_attest *ret, struct kc_err *err);

/* est_attest_unproven: the i-th sentence of what even a pass does not show;
 *  NULL behind the last. */
const char *est_attest_unproven(size_t i);

#endif
