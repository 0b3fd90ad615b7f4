/* SPDX-License-Identifier: Apache-2.0
 *
 * Key attestations of a managed HSM (MRVL-1): what the HSM's partition signed
 * about a key, judged link by link.
 */
#ifndef KC_SD_ATTESTATION_H
#define KC_SD_ATTESTATION_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define SD_ATTEST_FILE_MAX ((size_t)256 << 10)	/* bytes of a file */
#define SD_ATTEST_TEXT 320

/* The links, in the order they are judged.  Those behind SD_ATTEST_PROOFS
 * are properties of the key: all four are judged, whatever one says. */
enum sd_attest_link {
	SD_ATTEST_FILE, SD_ATTEST_CERTIFICATES, SD_ATTEST_STRENGTH,
	SD_ATTEST_MANUFACTURER, SD_ATTEST_OWNER, SD_ATTEST_PARTITION,
	SD_ATTEST_DATES, SD_ATTEST_ROOT, SD_ATTEST_LAYOUT, SD_ATTEST_PRIVATE,
	SD_ATTEST_PUBLIC, SD_ATTEST_OBJECTS, SD_ATTEST_PAIR, SD_ATTEST_KCV,
	SD_ATTEST_KEY, SD_ATTEST_KID, SD_ATTEST_POOL,
	SD_ATTEST_RESIDENT, SD_ATTEST_KEPT, SD_ATTEST_LOCAL, SD_ATTEST_USAGE,
	SD_ATTEST_LINKS,
	SD_ATTEST_PROOFS = SD_ATTEST_RESIDENT
};

enum sd_attest_state {
	SD_ATTEST_UNREACHED,	/* a link before it failed */
	SD_ATTEST_HOLDS,
	SD_ATTEST_UNPROVED,	/* nothing failed, nothing was shown */
	SD_ATTEST_FAILS,
};

/* struct sd_attest_root: a root certificate in DER. */
struct sd_attest_root {
	const uint8_t *der;
	size_t len;
};

/* struct sd_attest_ask: what is judged, against what.
 *  p, len      the attestation's file; name for messages
 *  key         a key's JSON from elsewhere, or NULL; key_name for messages
 *  owner_root  SHA-256 of the pool's recorded owner root, or NULL
 *  at_ms       the day
 *  roots       NULL: the manufacturer's, pinned.  Others are for tests */
struct sd_attest_ask {
	const char *name, *key_name;
	const void *p, *key;
	size_t len, key_len;
	const uint8_t *owner_root;
	int64_t at_ms;
	const struct sd_attest_root *roots;
	size_t n_roots;
};

/* struct sd_attest: what was found.  Texts are clean to print. */
struct sd_attest {
	enum sd_attest_state state[SD_ATTEST_LINKS];
	char text[SD_ATTEST_LINKS][SD_ATTEST_TEXT];
	bool has_root;			/* owner_root is set */
	uint8_t owner_root[KC_SHA256];	/* of the file's owner root */
	int firmware;			/* 2 or 3; 0: not known */
	char id[129];			/* the signed "/keys/NAME/VERSION" */
};

/* sd_attest_name: "non-exportable". */
const char *sd_attest_name(enum sd_attest_link link);

/* sd_attest_verify: judge it.  ret is filled as far as it came, also on
 *  failure; err then begins with the failed link's name.
 *  Errors: KC_EFORMAT, KC_ELIMIT malformed; KC_EREFUSED, KC_EEXPIRED */
KC_MUST kc_result sd_attest_verify(const struct sd_attest_ask *ask,
    struct sd_attest *ret, struct kc_err *err);

/* sd_attest_unproven: the i-th sentence of what even a pass does not show;
 *  NULL behind the last. */
const char *sd_attest_unproven(size_t i);

#endif
