/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside estate/: claims of attestation tokens as they are known.
 */
#ifndef KC_ESTATE_POLICY_CLAIMS_H
#define KC_ESTATE_POLICY_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

enum est_claim_kind {
	EST_CLAIM_TEXT, EST_CLAIM_BOOL, EST_CLAIM_INT, EST_CLAIM_HEX,
};

/* What a condition on a claim does for the policy, a bit each. */
enum {
	EST_BINDS = 1,		/* to one owner's machine or image */
	EST_TYPE = 2,		/* which kind of TEE */
	EST_COMPLIES = 4,
	EST_DEBUG = 8,		/* false: no debugger */
	EST_BOOT = 16,		/* true: secure boot */
	EST_MIGRATES = 32,	/* false */
	EST_LEVEL = 64,		/* 0 */
	EST_SVN = 128,		/* a security version number */
	EST_MEASURE = 256,	/* changes with Microsoft's firmware */
	EST_TOKEN = 512,	/* mechanics of the token */
	EST_RULES = 1024,	/* of the attestation service */
	EST_SGX = 2048,		/* an enclave's: no machine boots */
	EST_GUEST = 4096,	/* false: no debugger of the guest's */
};

/* struct est_claim_def: name without the TEE's prefix.  tee: it is among the
 * TEE's claims: under x-ms-isolation-tee of a virtual machine, at the top of a
 * container's token; top: at the top of every one.  digits: of hex. */
struct est_claim_def {
	const char *name;
	enum est_claim_kind kind;
	size_t digits;
	unsigned does;
	bool tee, top;
};
#define EST_TEE "x-ms-isolation-tee."

/* est_claim_known: by the name in a policy; NULL: not known.
 *  ret_tee  it stands under x-ms-isolation-tee */
const struct est_claim_def *est_claim_known(const char *claim, bool *ret_tee);
/* est_claim_like: a known name that looks like it, or NULL. */
const struct est_claim_def *est_claim_like(const char *claim);

#endif
