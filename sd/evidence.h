/* SPDX-License-Identifier: Apache-2.0
 *
 * Who receives a domain: the exchange key in its three carriers, and the
 * evidence in its certificate, an SGX quote, judged offline link by link.
 */
#ifndef KC_SD_EVIDENCE_H
#define KC_SD_EVIDENCE_H

#include "sd/cert.h"

#define SD_EXCHANGE_FILE_MAX ((size_t)256 << 10)
#define SD_LINKS_MAX 32
#define SD_LINK_CHARS 240
#define SD_COLLATERAL_MAX 12

/* SHA-256 of the Intel SGX Root CA's certificate. */
extern const uint8_t sd_intel_root[KC_SHA256];

enum sd_carrier {
	SD_CARRIER_CERT,	/* PEM or DER certificate */
	SD_CARRIER_JWK,
	SD_CARRIER_BODY,	/* the HTTP body: transfer_key holds a JWK */
};

/* struct sd_exchange: an exchange key as it came.  cert is always there;
 * what a JWK says beside it has been held against it on reading. */
struct sd_exchange {
	enum sd_carrier carrier;
	struct sd_cert cert;
	struct kc_buf spki;	/* DER SubjectPublicKeyInfo of cert */
	bool has_evidence;
	struct kc_buf evidence;	/* value of extension 1.2.840.113556.10.1.1 */
};

/* sd_exchange_read: one exchange key from any carrier, decided by content.
 *  name  for messages; kept in ret.  ret  caller: sd_exchange_free
 *  Errors: KC_EFORMAT with the place, KC_ELIMIT; KC_EREFUSED not RSA, or a
 *  JWK that says something else than its certificate; KC_EALG */
KC_MUST kc_result sd_exchange_read(const char *name, const void *p,
    size_t len, struct sd_exchange *ret, struct kc_err *err);
void sd_exchange_free(struct sd_exchange *x);

/* struct sd_collateral: files that Intel signs, as they were carried in:
 * tcbInfo and enclaveIdentity JSON bodies, CRLs and issuer chains (PEM or
 * DER), each told by its content. */
struct sd_collateral {
	size_t n;
	struct {
		const char *name;	/* for messages; the caller's */
		struct kc_buf data;
	} file[SD_COLLATERAL_MAX];
};
void sd_collateral_free(struct sd_collateral *c);

/* struct sd_pins: what the site pins.
 *  pool      whole name, with or without ".managedhsm.azure.net"; NULL: not
 *            pinned, the verdict is then "not proven"
 *  mrsigner  likewise when has_mrsigner is false
 *  prod_id, svn_min, qe_svn_min   see SD_PINS_DEFAULT
 *  root      DER of a rehearsal root; NULL: Intel's, by fingerprint
 *  collateral  NULL: TCB status and revocation stay unproved */
struct sd_pins {
	const char *pool;
	bool has_mrsigner;
	uint8_t mrsigner[32];
	uint16_t prod_id;
	uint16_t svn_min;
	uint16_t qe_svn_min;
	const struct kc_buf *root;
	const struct sd_collateral *collateral;
	int64_t at_ms;
};
#define SD_PINS_DEFAULT { .prod_id = 1, .svn_min = 1, .qe_svn_min = 8 }

enum sd_link_state {
	SD_LINK_HOLDS,
	SD_LINK_FAILS,
	SD_LINK_UNPROVED,	/* nothing to check it with: pin, collateral */
	SD_LINK_SKIPPED,	/* stands on a link that fails */
};

/* struct sd_link: one named line of the answer. */
struct sd_link {
	const char *name;	/* "quote-signature": a constant */
	enum sd_link_state state;
	char text[SD_LINK_CHARS];	/* clean text: what was found */
};

/* struct sd_evidence: the answer.  proven: every link that must hold holds,
 * both pins were given, and the root is Intel's or a rehearsal's own.
 * What even a proven one does not show is in links of state UNPROVED.  The
 * links, their order and names: docs/format/exchange-evidence.md */
struct sd_evidence {
	bool present;		/* the certificate carries evidence */
	bool parsed;		/* the fields below are from a whole quote */
	bool proven;
	bool rehearsal;		/* judged under a rehearsal root */
	size_t n;
	struct sd_link link[SD_LINKS_MAX];
	uint8_t mrenclave[32], mrsigner[32];
	uint16_t prod_id, svn, qe_svn;
};

/* sd_evidence_check: judge x; the answer is filled in also on failure.
 *  Returns KC_DONE only if proven; otherwise the first link that fails, by
 *  its name, or what is missing.
 *  Errors: KC_EREFUSED "link <name>: ...", or "not proven: ..." without
 *  pins or evidence; KC_EEXPIRED the certificate's dates; KC_EFORMAT a quote
 *  that is not one; nothing is written or kept
 *  Source: Open Enclave evidence header; Intel SGX ECDSA quote v3 */
KC_MUST kc_result sd_evidence_check(const struct sd_exchange *x,
    const struct sd_pins *pins, struct sd_evidence *ret, struct kc_err *err);

#endif
