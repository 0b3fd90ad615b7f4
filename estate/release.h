/* SPDX-License-Identifier: Apache-2.0
 *
 * A key release response: who signed it, for which request, and under which
 * policy; without opening what it carries.
 *
 * Source: Key Vault REST 7.3 and later, key release; the client of
 * Azure/confidential-sidecar-containers for the chain and the host.
 */
#ifndef KC_ESTATE_RELEASE_H
#define KC_ESTATE_RELEASE_H

#include <openssl/x509.h>

#include "estate/jws.h"
#include "estate/policy.h"

#define EST_RELEASE_TEXT 320
#define EST_ROOTS_MAX 200	/* of a file of roots */

/* The links, in the order they are judged. */
enum est_release_link {
	EST_REL_RESPONSE,	/* its shape */
	EST_REL_CERTIFICATES,	/* each is the next one's */
	EST_REL_ROOT,		/* to a root from outside */
	EST_REL_HOST,		/* the leaf is of the pool's host */
	EST_REL_SIGNATURE,
	EST_REL_KID,
	EST_REL_NONCE,
	EST_REL_ENC,		/* how the key is wrapped */
	EST_REL_EXPORTABLE,
	EST_REL_POLICY,
	EST_REL_ENVELOPE,	/* the wrapped key's shape and lengths */
	EST_REL_LINKS
};

enum est_release_state {
	EST_REL_UNREACHED,	/* a link before it failed */
	EST_REL_HOLDS,
	EST_REL_UNPROVED,	/* there was nothing to compare with */
	EST_REL_FAILS,
};

/* struct est_release_ask: what is judged, against what.
 *  kid     https://HOST/keys/NAME/VERSION that was asked for
 *  nonce   that was sent, or NULL
 *  enc     the wrapping that was asked for; NULL: any but that of SHA-1
 *  policy  the approved one
 *  roots   PEM certificates; NULL: the chain is not anchored */
struct est_release_ask {
	const char *name, *kid, *nonce, *enc;
	const void *p, *roots;
	size_t len, roots_len;
	const char *roots_name;
	const struct est_policy *policy;
	int64_t at_ms;
};

/* struct est_release: what was found.  Texts are clean to print. */
struct est_release {
	enum est_release_state state[EST_REL_LINKS];
	char text[EST_REL_LINKS][EST_RELEASE_TEXT];
	struct est_differences differences;	/* of the policy */
};

/* est_release_name: "signature". */
const char *est_release_name(enum est_release_link link);
/* est_release_unproven: what even a pass does not show, a sentence each; NULL
 *  behind the last. */
const char *est_release_unproven(size_t i);

/* est_release_verify: ret zeroed by the caller (large); nothing to free.
 *  Errors: KC_EFORMAT it is no response, or the roots are no PEM; KC_EREFUSED
 *  with the first link that fails; ret is filled then */
KC_MUST kc_result est_release_verify(const struct est_release_ask *ask,
    struct est_release *ret, struct kc_err *err);

#endif
