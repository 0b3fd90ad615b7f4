/* SPDX-License-Identifier: Apache-2.0
 *
 * evidence check: one file of az's, each assertion about it, held against
 * what the site file approves; evidence plan: what the online side types.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "ceremony/cmd_sd.h"
#include "ceremony/commands.h"
#include "ceremony/evidence.h"

enum { O_JSON, O_AT, O_KIND, O_SITE, O_BESIDE, O_COUNT };

static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--at", CER_ONE, false },
	{ "--kind", CER_ONE, true },
	{ "--site", CER_ONE, false },
	{ "--beside", CER_LIST, false },
};

/* struct desk: the files of one check, as they were read. */
struct desk {
	struct cer_site site;
	struct est_file file[1 + EST_BESIDE_MAX];
	struct kc_buf bytes[1 + EST_BESIDE_MAX];
	size_t n;
	int64_t at_ms;
	struct est_estate found;
};

static kc_result
take(struct desk *d, enum est_kind kind, const char *path, struct kc_err *err)
{
	struct kc_buf *b = &d->bytes[d->n];
	kc_result r;

	if (d->n > EST_BESIDE_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0, "more than %d files stand "
		    "beside", EST_BESIDE_MAX);
	r = kc_file_read(path, EST_FILE_MAX, b, err);
	if (kc_ok(r))
		d->file[d->n++] = (struct est_file){ kind, path, b->p,
			b->len };
	return r;
}

/* "pool=FILE" */
static kc_result
take_beside(struct desk *d, const char *word, struct kc_err *err)
{
	const char *eq = strchr(word, '=');
	char name[24] = "";
	enum est_kind kind;

	if (eq != NULL && (size_t)(eq - word) < sizeof name)
		memcpy(name, word, (size_t)(eq - word));
	kind = est_kind_of(name);
	if (kind == EST_KINDS)
		return KC_FAIL(err, KC_EUSAGE, 0, "--beside: '%.40s' is not "
		    "KIND=FILE with KIND pool, roles, definitions, key, "
		    "rotation, backup, settings, record, domain or "
		    "attestation", word);
	return take(d, kind, eq + 1, err);
}

static kc_result
gather(const struct cer_args *a, struct desk *d, struct kc_err *err)
{
	enum est_kind kind = est_kind_of(a->opt[O_KIND].v[0]);
	kc_result r;

	if (kind >= EST_KIND_JUDGED)
		return KC_FAIL(err, KC_EUSAGE, 0, "--kind: '%.40s' is none "
		    "of pool, roles, key, rotation, backup, settings",
		    a->opt[O_KIND].v[0]);
	KC_TRY(r, cer_sd_at(a, O_AT, &d->at_ms, err));
	if (a->opt[O_SITE].given)
		KC_TRY(r, cer_site_read(a->opt[O_SITE].v[0], &d->site, err));
	KC_TRY(r, take(d, kind, a->pos[0], err));
	for (size_t i = 0; i < a->opt[O_BESIDE].n; i++)
		KC_TRY(r, take_beside(d, a->opt[O_BESIDE].v[i], err));
out:
	return r;
}

static kc_result
print_json(const struct desk *d, int code, struct kc_err *err)
{
	char when[KC_TIME_CHARS], hex[KC_HEX];
	json_t *o = NULL;
	kc_result r;

	KC_TRY(r, cer_estate_json(&d->found, &o, err));
	kc_clock_format(d->at_ms, when);
	KC_TRY(r, kc_json_set_str(o, "at", when, err));
	KC_TRY(r, kc_json_set_str(o, "file", d->file[0].name, err));
	if (d->site.estate != NULL) {
		kc_hex(d->site.sha256, KC_SHA256, hex);
		KC_TRY(r, kc_json_set_str(o, "site_sha256", hex, err));
	}
	if (cer_print_json(o, code) == 6)
		r = KC_FAIL(err, KC_EIO, 0, "the answer was not written");
	o = NULL;
out:
	json_decref(o);
	return r;
}

static kc_result
check(const struct cer_args *a, struct desk *d, struct kc_err *err)
{
	static const struct est_approved nothing;
	struct kc_err why = { 0 };
	kc_result r, verdict;

	KC_TRY(r, gather(a, d, err));
	KC_TRY(r, est_check(&d->file[0], &d->file[1], d->n - 1,
	    d->site.estate != NULL ? d->site.estate : &nothing, d->at_ms,
	    &d->found, err));
	verdict = cer_estate_verdict(&d->found, d->file[0].name, &why);
	if (a->opt[O_JSON].given)
		KC_TRY(r, print_json(d, kc_exit(verdict.code), err));
	else
		cer_estate_show(&d->found, d->file[0].name, stdout);
	if (!kc_ok(verdict))
		*err = why;
	r = verdict;
out:
	return r;
}

static void
clear(struct desk *d)
{
	for (size_t i = 0; i < d->n; i++)
		kc_buf_free(&d->bytes[i]);
	est_free(&d->found);
	cer_site_free(&d->site);
	free(d);
}

static int
cmd_check(struct cer_app *app, int argc, char **argv)
{
	struct desk *d = calloc(1, sizeof *d);
	struct kc_err err = { 0 };
	struct cer_args a;
	int code = 0;

	(void)app;
	if (d == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("evidence check", &err);
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 1, 1, argc, argv, &a, &err)) ||
	    !kc_ok(check(&a, d, &err))) {
		kc_certain(&err, "nothing was written");
		code = cer_report("evidence check", &err);
	}
	clear(d);
	return code;
}

static kc_result
plan(const struct cer_args *a, struct cer_site *site, struct kc_err *err)
{
	struct cer_plan p = { .n = 0 };
	kc_result r;

	KC_TRY(r, cer_site_read(a->opt[1].v[0], site, err));
	KC_TRY(r, cer_plan_make(site, &p, err));
	if (!a->opt[0].given)
		r = cer_plan_print(site, &p, stdout, err);
	else
		r = cer_plan_json(site, &p, err);
out:
	cer_plan_free(&p);
	return r;
}

static int
cmd_plan(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt options[] = {
		{ "--json", CER_FLAG, false },
		{ "--site", CER_ONE, true },
	};
	struct cer_site *site = calloc(1, sizeof *site);
	struct kc_err err = { 0 };
	struct cer_args a;
	int code = 0;

	(void)app;
	if (site == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("evidence plan", &err);
	}
	if (!kc_ok(cer_parse(options, 2, 0, 0, argc, argv, &a, &err)) ||
	    !kc_ok(plan(&a, site, &err))) {
		kc_certain(&err, "nothing was written");
		code = cer_report("evidence plan", &err);
	}
	cer_site_free(site);
	free(site);
	return code;
}

const struct cer_cmd cer_evidence_commands[] = {
	{ "evidence", "check", false, cmd_check,
	  "FILE --kind pool|roles|key|rotation|backup|settings [--site SITE] "
	  "[--beside KIND=FILE...] [--at TIME] [--json]",
	  "judge what az wrote of a pool, assertion by assertion" },
	{ "evidence", "plan", false, cmd_plan, "--site SITE [--json]",
	  "print the az commands of the site file's roles and perimeter" },
	{ 0 },
};
