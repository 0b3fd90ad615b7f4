/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit commands.
 */
#include <string.h>

#include "audit/export.h"
#include "audit/finding.h"
#include "audit/verify.h"
#include "base/json.h"
#include "base/text.h"
#include "base/words.h"
#include "ceremony/cmd_audit.h"
#include "ceremony/commands.h"

/* closed,signed,anchored */
static kc_result
read_require(const char *list, struct aud_verify *opt, struct kc_err *err)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ",");

		if (n == 6 && memcmp(list, "closed", n) == 0)
			opt->closed = true;
		else if (n == 6 && memcmp(list, "signed", n) == 0)
			opt->is_signed = true;
		else if (n == 8 && memcmp(list, "anchored", n) == 0)
			opt->anchored = true;
		else
			return KC_FAIL(err, KC_EUSAGE, 0, "--require knows "
			    "closed, signed and anchored, not '%.*s'",
			    n > 40 ? 40 : (int)n, list);
		list += n + (list[n] == ',');
	}
	return KC_DONE;
}

static const char *
verdict_word(const struct aud_verdict *v, int code)
{
	if (code == 0)
		return v->anchored ? "anchored" : "consistent";
	return code == 1 ? "refused" : code == 3 ? "malformed" : "error";
}

/* What only some verdicts have. */
static kc_result
add_more(json_t *o, const struct aud_verdict *v, const char *finding,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (finding != NULL)
		KC_TRY(r, kc_json_set_str(o, "finding", finding, err));
	if (v->redacted_from[0] != '\0' || v->is_proof) {
		KC_TRY(r, kc_json_set_int(o, "withheld_facts",
		    (int64_t)v->withheld_facts, err));
		KC_TRY(r, kc_json_set_int(o, "withheld_files",
		    (int64_t)v->withheld_files, err));
	}
	if (v->redacted_from[0] != '\0')
		KC_TRY(r, kc_json_set_str(o, "redacted_from",
		    v->redacted_from, err));
	if (v->is_proof)
		r = kc_json_set_int(o, "entry", (int64_t)v->entry, err);
out:
	return r;
}

static int
verdict_json(const struct aud_verdict *v, const struct kc_err *err, int code)
{
	struct kc_err why = { 0 };
	char head[KC_HEX];
	json_t *o;

	kc_hex(v->head, KC_SHA256, head);
	o = json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:b,"
	    "s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b}", "verdict",
	    verdict_word(v, code), "message", err->msg, "id", v->id, "mode",
	    v->mode, "head", head, "closed", v->closed, "signed",
	    v->manifest_signed, "anchored", v->anchored, "entries",
	    (json_int_t)v->entries, "runs", (json_int_t)v->runs,
	    "checkpoints", (json_int_t)v->checkpoints, "signatures",
	    (json_int_t)v->signatures, "exceptions",
	    (json_int_t)v->exceptions, "open_exceptions",
	    (json_int_t)v->open_exceptions, "open_intents",
	    (json_int_t)v->open_intents, "not_under_a_checkpoint",
	    (json_int_t)v->unsealed, "clock_back", v->clock_back);
	if (o != NULL && !kc_ok(add_more(o, v, code == 1 ?
	    aud_finding_word(err) : NULL, &why))) {
		json_decref(o);
		o = NULL;
	}
	return cer_print_json(o, code);
}

static int
run_verify(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "--signers", CER_ONE, false },
		{ "--head", CER_LIST, false },
		{ "--against", CER_ONE, false },
		{ "--require", CER_ONE, false },
		{ "--json", CER_FLAG, false },
	};
	struct aud_verdict v = { 0 };
	struct aud_verify opt = { 0 };
	struct kc_err err = { 0 };
	struct kc_buf head = { 0 };
	struct cer_args a;
	kc_result r;
	int code;

	(void)app;
	KC_TRY(r, cer_parse(table, 5, 1, 1, argc, argv, &a, &err));
	for (size_t i = 0; i < a.opt[1].n; i++)
		KC_TRY(r, kc_buf_addf(&head, &err, "%s%s", i > 0 ? " " : "",
		    a.opt[1].v[i]));
	opt.signers = a.opt[0].given ? a.opt[0].v[0] : NULL;
	opt.head = a.opt[1].given ? kc_buf_str(&head) : NULL;
	opt.against = a.opt[2].given ? a.opt[2].v[0] : NULL;
	if (a.opt[3].given)
		KC_TRY(r, read_require(a.opt[3].v[0], &opt, &err));
	r = aud_verify(a.pos[0], &opt, &v, &err);
	code = kc_ok(r) ? 0 : kc_exit(err.code);
	if (a.opt[4].given)
		code = verdict_json(&v, &err, code);
	else
		(void)fputs(kc_buf_str(&v.report), stdout);
	if (kc_ok(r)) {
		aud_verdict_free(&v);
		kc_buf_free(&head);
		return code;
	}
out:
	aud_verdict_free(&v);
	kc_buf_free(&head);
	return cer_report("audit verify", &err);
}

/* One entry a line: number, time, run, step, kind, facts. */
static kc_result
show_text(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct kc_buf line = { 0 }, facts = { 0 };
	kc_result r;

	(void)ctx;
	KC_TRY(r, kc_json_canon(e->facts, &facts, err));
	KC_TRY(r, kc_buf_addf(&line, err, "%llu %s r%llu ",
	    (unsigned long long)e->n, e->time, (unsigned long long)e->run));
	KC_TRY(r, kc_text_escape(e->step[0] != '\0' ? e->step : "-",
	    e->step[0] != '\0' ? strlen(e->step) : 1, &line, err));
	KC_TRY(r, kc_buf_addf(&line, err, " %s ", e->kind));
	KC_TRY(r, kc_text_escape(facts.p, facts.len, &line, err));
	if (printf("%s\n", kc_buf_str(&line)) < 0)
		r = KC_FAIL(err, KC_EIO, 0, "cannot write to stdout");
out:
	kc_buf_free(&facts);
	kc_buf_free(&line);
	return r;
}

static kc_result
show_json(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	char leaf[KC_HEX];
	json_t *o;

	(void)ctx;
	kc_hex(e->leaf, KC_SHA256, leaf);
	o = json_pack("{s:I,s:s,s:I,s:I,s:s,s:s,s:s,s:O}", "n",
	    (json_int_t)e->n, "time", e->time, "run", (json_int_t)e->run,
	    "boot_ms", (json_int_t)e->boot_ms, "step", e->step, "kind",
	    e->kind, "leaf", leaf, "facts", e->facts);
	if (cer_print_json(o, 0) != 0)
		return KC_FAIL(err, KC_EIO, 0, "cannot write to stdout");
	return KC_DONE;
}

static int
run_show(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "--json", CER_FLAG, false },
	};
	struct kc_err err = { 0 };
	struct cer_args a;
	kc_result r;

	(void)app;
	KC_TRY(r, cer_parse(table, 1, 1, 1, argc, argv, &a, &err));
	r = aud_walk(a.pos[0], a.opt[0].given ? show_json : show_text, NULL,
	    &err);
out:
	return kc_ok(r) ? 0 : cer_report("audit show", &err);
}

/* A hash for paper: in groups, and its 32 words, eight a line. */
static kc_result
print_hash(const char *what, const uint8_t hash[static KC_SHA256],
    struct kc_err *err)
{
	char hex[KC_HEX];

	kc_hex(hash, KC_SHA256, hex);
	(void)printf("%s\n ", what);
	for (size_t i = 0; i < KC_HEX - 1; i += 4)
		(void)printf(" %.4s", hex + i);
	for (size_t i = 0; i < KC_SHA256; i++)
		(void)printf("%s%s", i % 8 == 0 ? "\n  " : " ",
		    kc_word(i, hash[i]));
	if (printf("\n") < 0)
		return KC_FAIL(err, KC_EIO, 0, "cannot write to stdout");
	return KC_DONE;
}

static int
run_export(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "--dir", CER_ONE, true },
		{ "-o", CER_ONE, true },
	};
	struct aud_source src = { 0 };
	struct aud_written w = { 0 };
	struct kc_buf path = { 0 };
	struct kc_err err = { 0 };
	struct cer_args a;
	kc_result r;

	(void)app;
	KC_TRY(r, cer_parse(table, 2, 0, 0, argc, argv, &a, &err));
	KC_TRY(r, kc_buf_addf(&path, &err, "%s/journal.db", a.opt[0].v[0]));
	src.dir = a.opt[0].v[0];
	KC_TRY(r, aud_open(kc_buf_str(&path), false, &src.j, &err));
	KC_TRY(r, aud_export_write(&src, a.opt[1].v[0], &w, &err));
	KC_TRY(r, print_hash("head of its journal", w.head, &err));
	KC_TRY(r, print_hash("SHA-256 of manifest.json", w.manifest, &err));
	(void)printf("read back: %zu files, %s\nexport: %s\n", w.files,
	    w.past_cache ? "past the cache" :
	    "after the cache was asked to forget them", a.opt[1].v[0]);
out:
	aud_close(&src.j);
	kc_buf_free(&path);
	return kc_ok(r) ? 0 : cer_report("audit export", &err);
}

const struct cer_cmd cer_audit_commands[] = {
	{ "audit", "verify", false, run_verify,
	  "PATH [--signers PEM] [--head WORDS|HEX] [--against EXPORT] "
	  "[--require closed,signed,anchored] [--json]",
	  "check a ceremony directory, its database, an export or a proof" },
	{ "audit", "show", false, run_show, "PATH [--json]",
	  "print the journal, one entry a line" },
	{ "audit", "export", false, run_export, "--dir DIR -o OUT",
	  "write the evidence as a new directory" },
	{ "audit", "redact", false, cer_audit_redact,
	  "EXPORT -o OUT [--fact NAME...] [--entry N...] [--artifact NAME...]",
	  "the same export without the site file and what is "
	  "personal or named" },
	{ "audit", "prove", false, cer_audit_prove,
	  "EXPORT --entry N -o FILE",
	  "the proof that one entry is in the journal" },
	{ "audit", "print", false, cer_audit_print, "EXPORT -o FILE",
	  "the transcript again, as .pdf or .md" },
	{ 0 },
};
