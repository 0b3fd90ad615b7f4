/* SPDX-License-Identifier: Apache-2.0
 *
 * Attestation of a key by the device that made it, as PIV security keys give
 * it: a certificate for the key, signed by the device's own attestation key
 * (slot F9), whose certificate the maker's root signed.
 */
#ifndef KC_TOKENS_ATTEST_H
#define KC_TOKENS_ATTEST_H

#include "base/buf.h"
#include "tokens/card.h"

/* PIN and touch policies as the extension numbers them. */
enum {
	TOK_PIN_NEVER = 1,
	TOK_PIN_ONCE = 2,
	TOK_PIN_ALWAYS = 3,
	TOK_TOUCH_NEVER = 1,
	TOK_TOUCH_ALWAYS = 2,
	TOK_TOUCH_CACHED = 3,	/* a touch serves for 15 seconds */
};

enum tok_policy { TOK_POLICY_PIN, TOK_POLICY_TOUCH };

/* struct tok_attestation: what a good one says. */
struct tok_attestation {
	unsigned firmware[3];
	uint32_t serial;
	unsigned pin_policy, touch_policy;
};

/* struct tok_attest_rule: what the site wants.
 *  root      DER of the pinned root
 *  serial    the card's, decimal; "" for any
 *  firmware  least version; {0,0,0}: any
 *  pin_policy, touch_policy  the mildest that is taken, 0: any; touch is
 *            milder cached than always
 *  at_ms     UTC, for the dates of leaf and intermediate */
struct tok_attest_rule {
	const struct kc_buf *root;
	const char *serial;
	unsigned firmware[3];
	unsigned pin_policy, touch_policy;
	int64_t at_ms;
};

/* tok_attest_check: judge an attestation of key in its slot.
 *  leaf, device  DER of the attestation and of the F9 certificate
 *  ret  filled only when it holds
 *  Errors: KC_EREFUSED naming what does not hold: another key, another slot,
 *  a chain to another root, another serial, old firmware, a policy milder
 *  than wanted; KC_EEXPIRED;
 *  KC_EFORMAT no certificate, or one without its extensions
 *  What it does not show: that nobody used the device before, nor that the
 *  device is in this room. */
KC_MUST kc_result tok_attest_check(const struct tok_key *key,
    const struct kc_buf *leaf, const struct kc_buf *device,
    const struct tok_attest_rule *rule, struct tok_attestation *ret,
    struct kc_err *err);

/* tok_attest_is: is the certificate an attestation, by its subject?  Modules
 *  show it under the id of the key's own certificate. */
bool tok_attest_is(const void *der, size_t len);

/* tok_firmware_parse: "5.7.1".  Errors: KC_EUSAGE */
KC_MUST kc_result tok_firmware_parse(const char *text, unsigned ret[static 3],
    struct kc_err *err);

/* tok_policy_name: "never", "once", "always" of a PIN; "never", "cached",
 *  "always" of touch; "unknown" of another number. */
const char *tok_policy_name(enum tok_policy which, unsigned policy);

/* tok_policy_parse: such a name.  Errors: KC_EUSAGE */
KC_MUST kc_result tok_policy_parse(const char *text, enum tok_policy which,
    unsigned *ret, struct kc_err *err);

#endif
