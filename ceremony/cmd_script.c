/* SPDX-License-Identifier: Apache-2.0
 *
 * The script commands.
 */
#include <stdlib.h>

#include "base/words.h"
#include "ceremony/action.h"
#include "ceremony/booklet.h"
#include "ceremony/commands.h"
#include "ceremony/model.h"

static int
print_check(const struct cer_script *s, const struct cer_site *site,
    bool json)
{
	struct kc_buf words = { 0 };
	char hex[KC_HEX];
	int code = 0;
	int64_t minutes = 0;

	kc_hex(s->sha256, KC_SHA256, hex);
	for (size_t i = 0; i < s->n_steps; i++)
		minutes += s->step[i].minutes *
		    (site != NULL && s->step[i].for_each[0] != '\0' ?
		    (int64_t)cer_site_count(site, s->step[i].for_each) : 1);
	if (json)
		return cer_print_json(json_pack("{s:s,s:s,s:I,s:I,s:I,s:b,s:b}",
		    "ceremony", s->name, "sha256", hex, "acts",
		    (json_int_t)s->n_acts, "steps", (json_int_t)s->n_steps,
		    "minutes", (json_int_t)minutes, "bound", site != NULL,
		    "possible", 1), 0);
	if (!kc_ok(kc_words(s->sha256, 10, " ", &words, NULL)))
		code = 6;
	(void)printf("%s: %zu acts, %zu steps, about %lld minutes%s\n"
	    "  SHA-256  %s\n           %s ...\n", s->name, s->n_acts,
	    s->n_steps, (long long)minutes,
	    site != NULL ? ", fits the site" : "", hex, kc_buf_str(&words));
	kc_buf_free(&words);
	return code;
}

/* The impossible step as JSON on stdout. */
static int
print_impossible(const struct cer_trail *t, const struct kc_err *err,
    int code)
{
	json_t *led = json_array();

	for (size_t i = 0; i < t->n && led != NULL; i++)
		if (json_array_append_new(led, json_pack(
		    "{s:s,s:s,s:s,s:I}", "number", t->led[i].number, "step",
		    t->led[i].id, "do", t->led[i].action, "line",
		    (json_int_t)t->led[i].line)) != 0) {
			json_decref(led);
			led = NULL;
		}
	return cer_print_json(led == NULL ? NULL : json_pack(
	    "{s:b,s:s,s:s,s:I,s:I,s:b,s:s,s:o}", "possible", 0, "step",
	    t->at.id, "do", t->at.action, "line", (json_int_t)t->at.line,
	    "column", (json_int_t)t->at.col, "after", t->end, "found",
	    err->msg, "led", led), code);
}

/* The steps that led to an impossible one; on stderr, after the refusal. */
static void
print_trail(const struct cer_trail *t)
{
	for (size_t i = 0; i < t->n; i++)
		(void)fprintf(stderr, "  %-9s %-5s %s (%s), line %zu\n",
		    i == 0 ? "Led there" : "", t->led[i].number,
		    t->led[i].id, t->led[i].action, t->led[i].line);
}

static int
cmd_check(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "--site", CER_ONE, false },
		{ "--json", CER_FLAG, false },
	};
	struct cer_args a;
	struct kc_err err = { 0 };
	struct cer_script *s = calloc(1, sizeof *s);
	struct cer_site *site = calloc(1, sizeof *site);
	struct cer_trail trail = { .n = 0 };
	kc_result r;
	int code = 0;

	(void)app;
	if (s == NULL || site == NULL) {
		r = KC_FAIL(&err, KC_ENOMEM, 0, "no memory for a script");
		goto out;
	}
	KC_TRY(r, cer_parse(table, 2, 1, 1, argc, argv, &a, &err));
	KC_TRY(r, cer_script_read(a.pos[0], s, &err));
	if (a.opt[0].given) {
		KC_TRY(r, cer_site_read(a.opt[0].v[0], site, &err));
		KC_TRY(r, cer_script_bind(s, site, &err));
	}
	KC_TRY(r, cer_model(s, a.opt[0].given ? site : NULL, &trail, &err));
	code = print_check(s, a.opt[0].given ? site : NULL,
	    a.opt[1].given);
out:
	if (!kc_ok(r)) {
		kc_certain(&err, "nothing was started; no file was written");
		code = cer_report("script check", &err);
		print_trail(&trail);
		if (trail.at.id[0] != '\0' && a.opt[1].given)
			code = print_impossible(&trail, &err, code);
	}
	cer_script_free(s);
	cer_site_free(site);
	free(s);
	free(site);
	return code;
}

static int
cmd_print(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "--site", CER_ONE, true },
		{ "-o", CER_ONE, true },
	};
	struct kc_err err = { 0 };
	struct cer_args a;
	kc_result r;

	(void)app;
	KC_TRY(r, cer_parse(table, 2, 1, 1, argc, argv, &a, &err));
	KC_TRY(r, cer_booklet_print(a.pos[0], a.opt[0].v[0], a.opt[1].v[0],
	    &err));
	(void)printf("booklet: %s\n", a.opt[1].v[0]);
out:
	return kc_ok(r) ? 0 : cer_report("script print", &err);
}

const struct cer_cmd cer_script_commands[] = {
	{ "script", "check", false, cmd_check,
	  "SCRIPT [--site SITE] [--json]",
	  "check a script's form, that it fits a site, and that each step can "
	  "be" },
	{ "script", "print", false, cmd_print,
	  "SCRIPT --site SITE -o FILE",
	  "the paper script, as .pdf or .md" },
	{ 0 },
};
