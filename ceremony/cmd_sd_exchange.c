/* SPDX-License-Identifier: Apache-2.0
 *
 * sd exchange-key: is this the key of the pool that is meant?  Judges the
 * evidence and says what it shows and what it does not; writes nothing.
 */
#include <stdlib.h>

#include "base/json.h"
#include "base/words.h"
#include "ceremony/cmd_sd.h"
#include "ceremony/receiver.h"

enum { O_JSON, O_AT, O_RECEIVER, O_COUNT = O_RECEIVER + RCV_OPTIONS };

static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--at", CER_ONE, false },
	CER_RECEIVER_OPTIONS,
};

static kc_result
print_json(const struct cer_receiver *v, const char *why, int code,
    struct kc_err *err)
{
	const struct sd_cert *c = &v->x.cert;
	struct kc_buf words = { 0 };
	char hex[KC_HEX];
	json_t *o = NULL;
	kc_result r;

	kc_hex(c->x5t, KC_SHA256, hex);
	KC_TRY(r, kc_words(c->x5t, KC_SHA256, " ", &words, err));
	o = json_pack("{s:s,s:s,s:s,s:I,s:s,s:b}", "exchange", c->name,
	    "exchange_sha256", hex, "exchange_words", kc_buf_str(&words),
	    "bits", (json_int_t)c->bits, "verdict",
	    why == NULL ? "proven" : "not proven", "present",
	    v->found.present);
	if (o == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the answer");
		goto out;
	}
	if (why != NULL)
		KC_TRY(r, kc_json_set_str(o, "why", why, err));
	KC_TRY(r, cer_evidence_json(v, o, err));
	if (cer_print_json(o, code) == 6)
		r = KC_FAIL(err, KC_EIO, 0, "the answer was not written");
	o = NULL;
out:
	json_decref(o);
	kc_buf_free(&words);
	return r;
}

/* Judge and print; the verdict's failure is the command's. */
static kc_result
judge(const struct cer_args *a, struct cer_receiver *v, struct kc_err *err)
{
	struct kc_err why = { 0 };
	int64_t at_ms = 0;
	kc_result r, verdict;

	KC_TRY(r, cer_sd_at(a, O_AT, &at_ms, err));
	KC_TRY(r, cer_receiver_pins(a, O_RECEIVER, at_ms, v, err));
	KC_TRY(r, cer_receiver_read(a->pos[0], v, err));
	verdict = sd_evidence_check(&v->x, &v->pins, &v->found, &why);
	if (a->opt[O_JSON].given) {
		KC_TRY(r, print_json(v, kc_ok(verdict) ? NULL : why.msg,
		    kc_exit(verdict.code), err));
	} else {
		KC_TRY(r, cer_receiver_show(v, stdout, err));
		cer_evidence_show(v, kc_ok(verdict) ? NULL : why.msg, stdout);
	}
	if (!kc_ok(verdict))
		*err = why;
	r = verdict;
out:
	return r;
}

int
cer_sd_exchange_key(struct cer_app *app, int argc, char **argv)
{
	struct cer_receiver *v = calloc(1, sizeof *v);
	struct kc_err err = { 0 };
	struct cer_args a;
	int code = 0;

	(void)app;
	if (v == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("sd exchange-key", &err);
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 1, 1, argc, argv, &a, &err)) ||
	    !kc_ok(judge(&a, v, &err))) {
		kc_certain(&err, "nothing was written; this key may receive "
		    "nothing on this answer");
		code = cer_report("sd exchange-key", &err);
	}
	cer_receiver_free(v);
	free(v);
	return code;
}
