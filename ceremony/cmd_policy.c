/* SPDX-License-Identifier: Apache-2.0
 *
 * policy check: a key release policy, for the mistakes that people make, and
 * against the approved one; policy eval: a token against it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "ceremony/cmd_sd.h"
#include "ceremony/commands.h"
#include "ceremony/policy.h"
#include "ceremony/policy_eval.h"

enum { O_JSON, O_APPROVED, O_COUNT };

static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--approved", CER_ONE, false },
};

static kc_result
read_one(const char *path, struct kc_buf *bytes, struct est_policy *ret,
    struct kc_err *err)
{
	kc_result r = kc_file_read(path, EST_POLICY_FILE_MAX, bytes, err);

	return kc_ok(r) ? est_policy_read(path, bytes->p, bytes->len, ret,
	    err) : r;
}

static kc_result
print_json(const struct cer_policy_desk *d, kc_result verdict,
    struct kc_err *err)
{
	json_t *o = NULL;
	kc_result r;

	KC_TRY(r, cer_policy_json(d, &o, err));
	KC_TRY(r, kc_json_set_str(o, "verdict", kc_ok(verdict) ? "holds" :
	    "fails", err));
	if (cer_print_json(o, kc_exit(verdict.code)) == 6)
		r = KC_FAIL(err, KC_EIO, 0, "the answer was not written");
	o = NULL;
out:
	json_decref(o);
	return r;
}

static kc_result
check(const struct cer_args *a, struct cer_policy_desk *d, struct kc_err *err)
{
	struct kc_err why = { 0 };
	kc_result r, verdict;

	KC_TRY(r, read_one(a->pos[0], &d->bytes[0], &d->policy, err));
	if (a->opt[O_APPROVED].given) {
		d->compared = true;
		KC_TRY(r, read_one(a->opt[O_APPROVED].v[0], &d->bytes[1],
		    &d->approved, err));
	}
	KC_TRY(r, cer_policy_judge(d, err));
	verdict = cer_policy_verdict(d, &why);
	if (a->opt[O_JSON].given)
		KC_TRY(r, print_json(d, verdict, err));
	else
		cer_policy_show(d);
	if (!kc_ok(verdict))
		*err = why;
	r = verdict;
out:
	return r;
}

static int
cmd_check(struct cer_app *app, int argc, char **argv)
{
	struct cer_policy_desk *d = calloc(1, sizeof *d);
	struct kc_err err = { 0 };
	struct cer_args a;
	int code = 0;

	(void)app;
	if (d == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("policy check", &err);
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 1, 1, argc, argv, &a, &err)) ||
	    !kc_ok(check(&a, d, &err))) {
		kc_certain(&err, "nothing was written");
		code = cer_report("policy check", &err);
	}
	cer_policy_desk_free(&d);
	return code;
}

enum { E_JSON, E_AT, E_TOKEN, E_KEYS, E_EXPLAIN, E_COUNT };

static const struct cer_opt eval_table[] = {
	{ "--json", CER_FLAG, false },
	{ "--at", CER_ONE, false },
	{ "--token", CER_ONE, true },
	{ "--keys", CER_ONE, false },
	{ "--explain", CER_FLAG, false },
};

/* Policy, keys, and the token, which the keys then judge. */
static kc_result
gather(const struct cer_args *a, struct cer_eval_desk *d, struct kc_err *err)
{
	const bool keys = a->opt[E_KEYS].given;
	kc_result r;

	d->token_name = a->opt[E_TOKEN].v[0];
	KC_TRY(r, cer_sd_at(a, E_AT, &d->at_ms, err));
	KC_TRY(r, read_one(a->pos[0], &d->bytes[0], &d->policy, err));
	KC_TRY(r, kc_file_read(d->token_name, EST_JWS_MAX, &d->bytes[1],
	    err));
	if (!keys && est_jws_is(d->bytes[1].p, d->bytes[1].len)) {
		r = KC_FAIL(err, KC_EUSAGE, 0, "%s is a signed token: give "
		    "the attestation service's keys, as they were saved and "
		    "pinned, with --keys", d->token_name);
		goto out;
	}
	if (keys) {
		KC_TRY(r, kc_file_read(a->opt[E_KEYS].v[0], EST_JWS_MAX,
		    &d->bytes[2], err));
		KC_TRY(r, est_jwks_read(a->opt[E_KEYS].v[0], d->bytes[2].p,
		    d->bytes[2].len, &d->keys, err));
	}
	r = est_token_read(d->token_name, d->bytes[1].p, d->bytes[1].len,
	    keys ? &d->keys : NULL, &d->token, err);
out:
	return r;
}

static kc_result
eval(const struct cer_args *a, struct cer_eval_desk *d, struct kc_err *err)
{
	struct kc_err why = { 0 };
	json_t *o = NULL;
	kc_result r, verdict;

	KC_TRY(r, gather(a, d, err));
	est_evaluate(&d->policy, &d->token, d->at_ms, &d->found);
	verdict = cer_eval_verdict(d, &why);
	if (!a->opt[E_JSON].given) {
		cer_eval_show(d, a->opt[E_EXPLAIN].given);
	} else {
		KC_TRY(r, cer_eval_json(d, &o, err));
		if (cer_print_json(o, kc_exit(verdict.code)) == 6)
			return KC_FAIL(err, KC_EIO, 0,
			    "the answer was not written");
	}
	if (!kc_ok(verdict))
		*err = why;
	r = verdict;
out:
	return r;
}

static int
cmd_eval(struct cer_app *app, int argc, char **argv)
{
	struct cer_eval_desk *d = calloc(1, sizeof *d);
	struct kc_err err = { 0 };
	struct cer_args a;
	int code = 0;

	(void)app;
	if (d == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("policy eval", &err);
	}
	if (!kc_ok(cer_parse(eval_table, E_COUNT, 1, 1, argc, argv, &a,
	    &err)) || !kc_ok(eval(&a, d, &err))) {
		kc_certain(&err, "nothing was written, and no key released");
		code = cer_report("policy eval", &err);
	}
	cer_eval_desk_free(&d);
	return code;
}

const struct cer_cmd cer_policy_commands[] = {
	{ "policy", "check", false, cmd_check,
	  "POLICY [--approved POLICY] [--json]",
	  "find the mistakes of a key release policy" },
	{ "policy", "eval", false, cmd_eval,
	  "POLICY --token JWT|CLAIMS [--keys JWKS] [--explain] [--at TIME] "
	  "[--json]",
	  "would this token release the key, and if not, why" },
	{ 0 },
};
