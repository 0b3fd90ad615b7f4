/* SPDX-License-Identifier: Apache-2.0
 *
 * token probe --attestation-root: the first rung of the provenance ladder,
 * outside a ceremony.
 */
#include "base/clock.h"
#include "base/json.h"
#include "ceremony/cmd_token.h"
#include "ceremony/script.h"
#include "tokens/attest.h"
#include "tokens/profile.h"

static kc_result
judge(struct cer_token_cmd *c, const struct tok_key *key,
    const struct kc_buf *root, struct tok_attestation *ret,
    struct kc_err *err)
{
	const struct tok_profile *p = tok_profile_named(c->info.profile);
	const struct tok_attest_rule rule = { .root = root,
		.serial = c->info.serial, .at_ms = kc_clock_utc_ms() };
	struct kc_buf leaf = { 0 }, device = { 0 };
	kc_result r;

	if (p == NULL || !p->attests)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "the module has no attestation");
	KC_TRY(r, tok_attestation(c->card, key->id, key->id_len, &leaf,
	    &device, err));
	r = tok_attest_check(key, &leaf, &device, &rule, ret, err);
out:
	kc_buf_free(&leaf);
	kc_buf_free(&device);
	return r;
}

static kc_result
add_json(const struct tok_attestation *a, json_t *key, struct kc_err *err)
{
	json_t *o = json_object();
	char firmware[16];
	kc_result r;

	(void)snprintf(firmware, sizeof firmware, "%u.%u.%u", a->firmware[0],
	    a->firmware[1], a->firmware[2]);
	KC_TRY(r, kc_json_set_str(o, "attested", "held", err));
	KC_TRY(r, kc_json_set_int(o, "device", a->serial, err));
	KC_TRY(r, kc_json_set_str(o, "firmware", firmware, err));
	KC_TRY(r, kc_json_set_str(o, "pin-policy", tok_policy_name(
	    TOK_POLICY_PIN, a->pin_policy), err));
	KC_TRY(r, kc_json_set_str(o, "touch-policy", tok_policy_name(
	    TOK_POLICY_TOUCH, a->touch_policy), err));
	r = kc_json_set_new(key, "attestation", json_incref(o), err);
out:
	json_decref(o);
	return r;
}

kc_result
cer_token_attested(struct cer_token_cmd *c, const struct tok_key *key,
    const char *root_path, json_t *json, struct kc_err *err)
{
	struct tok_attestation a = { 0 };
	struct kc_buf root = { 0 };
	kc_result r;

	KC_TRY(r, cer_attest_file(root_path, &root, err));
	r = judge(c, key, &root, &a, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "key %02x: rung 1, device attestation",
		    key->id[0]);
		goto out;
	}
	if (json != NULL) {
		r = add_json(&a, json, err);
		goto out;
	}
	(void)printf("Key %02x: rung 1, device attestation: held; made on "
	    "device %u, firmware %u.%u.%u, PIN policy %s, touch policy %s\n",
	    key->id[0], a.serial, a.firmware[0], a.firmware[1], a.firmware[2],
	    tok_policy_name(TOK_POLICY_PIN, a.pin_policy),
	    tok_policy_name(TOK_POLICY_TOUCH, a.touch_policy));
out:
	kc_buf_free(&root);
	return r;
}
