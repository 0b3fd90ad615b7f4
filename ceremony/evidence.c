/* SPDX-License-Identifier: Apache-2.0
 *
 * The verdict on a file of the estate, for people and as JSON.
 */
#include "ceremony/evidence.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

static const struct {
	const char *text, *json;
} states[] = {
	[EST_HOLDS] = { "HOLDS", "holds" },
	[EST_FAILS] = { "DOES NOT HOLD", "does-not-hold" },
	[EST_UNKNOWN] = { "UNKNOWN", "unknown" },
};

const char *
cer_estate_word(enum est_truth truth)
{
	return states[truth].json;
}

enum est_truth
cer_estate_sum(const struct est_estate *e)
{
	return e->fails > 0 ? EST_FAILS : e->unknown > 0 ? EST_UNKNOWN :
	    EST_HOLDS;
}

kc_result
cer_estate_verdict(const struct est_estate *e, const char *file,
    struct kc_err *err)
{
	struct kc_buf b = { 0 };
	kc_result r = KC_DONE;

	if (e->fails == 0)
		return r;
	for (size_t i = 0; i < e->n; i++)
		if (e->is[i].truth == EST_FAILS)
			KC_TRY(r, kc_buf_addf(&b, err, "%s%s", b.len > 0 ?
			    ", " : "", e->is[i].name));
	r = KC_FAIL(err, KC_EREFUSED, 0, "%s: %zu of %zu assertions do not "
	    "hold: %s", file, e->fails, e->n, kc_buf_str(&b));
out:
	kc_buf_free(&b);
	return r;
}

static void
put_name(const char *name, FILE *to)
{
	struct kc_buf clean = { 0 };

	if (kc_ok(kc_text_escape(name, strlen(name), &clean, NULL)))
		(void)fputs(kc_buf_str(&clean), to);
	kc_buf_free(&clean);
}

void
cer_estate_show(const struct est_estate *e, const char *file, FILE *to)
{
	char hex[KC_HEX];

	kc_hex(e->sha256, KC_SHA256, hex);
	(void)fprintf(to, "%s evidence ", est_kind_name(e->kind));
	put_name(file, to);
	(void)fprintf(to, "\n  SHA-256 %s\n  unsigned: it shows what was "
	    "exported, by whoever exported it\nassertions\n", hex);
	for (size_t i = 0; i < e->n; i++)
		(void)fprintf(to, "  %-13s %-22s %s\n",
		    states[e->is[i].truth].text, e->is[i].name,
		    kc_buf_str(&e->is[i].text));
	if (e->n_remarks > 0)
		(void)fprintf(to, "remarks\n");
	for (size_t i = 0; i < e->n_remarks; i++)
		(void)fprintf(to, "  %s\n", kc_buf_str(&e->remark[i]));
	if (e->unsaid > 0)
		(void)fprintf(to, "  and %zu more\n", e->unsaid);
	(void)fprintf(to, "%s: %zu hold, %zu do not hold, %zu are unknown\n",
	    e->fails > 0 ? "DOES NOT HOLD" : e->unknown > 0 ?
	    "NOTHING CONTRADICTS" : "HOLDS", e->n - e->fails - e->unknown,
	    e->fails, e->unknown);
	(void)fflush(to);
}

kc_result
cer_estate_json(const struct est_estate *e, json_t **ret, struct kc_err *err)
{
	json_t *list = json_array(), *remarks = json_array(), *o = NULL;
	char hex[KC_HEX];
	kc_result r = KC_DONE;

	kc_hex(e->sha256, KC_SHA256, hex);
	for (size_t i = 0; i < e->n; i++)
		KC_TRY(r, kc_json_add_new(list, json_pack("{s:s,s:s,s:s}",
		    "name", e->is[i].name, "state",
		    cer_estate_word(e->is[i].truth), "text",
		    kc_buf_str(&e->is[i].text)), err));
	for (size_t i = 0; i < e->n_remarks; i++)
		KC_TRY(r, kc_json_add_new(remarks, json_string(kc_buf_str(
		    &e->remark[i])), err));
	o = json_pack("{s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:O,s:O}", "kind",
	    est_kind_name(e->kind), "sha256", hex, "verdict",
	    cer_estate_word(cer_estate_sum(e)), "holds", (json_int_t)(e->n -
	    e->fails - e->unknown), "fails", (json_int_t)e->fails,
	    "unknown", (json_int_t)e->unknown, "remarks_left_off",
	    (json_int_t)e->unsaid, "assertions", list, "remarks", remarks);
	if (o == NULL)
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the answer");
	else
		*ret = o;
out:
	json_decref(list);
	json_decref(remarks);
	return r;
}
