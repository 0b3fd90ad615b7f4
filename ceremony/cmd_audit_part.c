/* SPDX-License-Identifier: Apache-2.0
 *
 * audit redact, audit prove, audit print.
 */
#include "ceremony/cmd_audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/print.h"
#include "audit/proof.h"
#include "audit/redact.h"
#include "base/file.h"
#include "base/words.h"
#include "ceremony/script.h"

/* "0" and up, without a sign. */
static kc_result
entry_number(const char *text, uint64_t *ret, struct kc_err *err)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 15 || text[n] != '\0')
		return KC_FAIL(err, KC_EUSAGE, 0, "--entry: '%.40s' is no "
		    "number of an entry", text);
	*ret = strtoull(text, NULL, 10);
	return KC_DONE;
}

/* What the script of the export marks as personal.  Only that is read of it:
 * an old script may be in a language that is no longer spoken. */
static kc_result
read_marks(const char *export, struct cer_node **root, const char **marks,
    size_t *n, struct kc_err *err)
{
	struct kc_buf path = { 0 }, bytes = { 0 };
	uint8_t sha[KC_SHA256];
	kc_result r;

	KC_TRY(r, kc_path_join(export, "script.yaml", &path, err));
	KC_TRY(r, cer_yaml_load(kc_buf_str(&path), &bytes, sha, root, err));
	r = cer_script_personal(*root, marks, n, err);
out:
	kc_buf_free(&bytes);
	kc_buf_free(&path);
	return r;
}

static kc_result
redact(const struct cer_args *a, const char *const *marks, size_t n_marks,
    struct kc_err *err)
{
	uint64_t entries[CER_VALUES_MAX];
	struct aud_redact what = {
		.marked = marks, .n_marked = n_marks,
		.facts = a->opt[1].v, .n_facts = a->opt[1].n,
		.entries = entries, .n_entries = a->opt[2].n,
		.files = a->opt[3].v, .n_files = a->opt[3].n,
	};
	struct aud_redacted done;
	struct kc_buf words = { 0 };
	kc_result r;

	for (size_t i = 0; i < a->opt[2].n; i++)
		KC_TRY(r, entry_number(a->opt[2].v[i], &entries[i], err));
	KC_TRY(r, aud_redact(a->pos[0], &what, a->opt[0].v[0], &done, err));
	KC_TRY(r, kc_words(done.head, KC_SHA256, " ", &words, err));
	(void)printf("withheld: facts %llu, files %llu (site.yaml among them)\n"
	    "the same head: %s\nredacted export: %s\n",
	    (unsigned long long)done.facts, (unsigned long long)done.files,
	    kc_buf_str(&words), a->opt[0].v[0]);
out:
	kc_buf_free(&words);
	return r;
}

int
cer_audit_redact(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "-o", CER_ONE, true },
		{ "--fact", CER_LIST, false },
		{ "--entry", CER_LIST, false },
		{ "--artifact", CER_LIST, false },
	};
	const char *marks[CER_LIST_MAX];
	struct cer_node *root = NULL;
	struct kc_err err = { 0 };
	struct cer_args a;
	size_t n = 0;
	kc_result r;

	(void)app;
	KC_TRY(r, cer_parse(table, 4, 1, 1, argc, argv, &a, &err));
	KC_TRY(r, read_marks(a.pos[0], &root, marks, &n, &err));
	r = redact(&a, marks, n, &err);
out:
	cer_node_free(&root);
	return kc_ok(r) ? 0 : cer_report("audit redact", &err);
}

int
cer_audit_prove(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "--entry", CER_ONE, true },
		{ "-o", CER_ONE, true },
	};
	struct kc_err err = { 0 };
	struct cer_args a;
	uint64_t n = 0;
	kc_result r;

	(void)app;
	KC_TRY(r, cer_parse(table, 2, 1, 1, argc, argv, &a, &err));
	KC_TRY(r, entry_number(a.opt[0].v[0], &n, &err));
	KC_TRY(r, aud_prove(a.pos[0], n, a.opt[1].v[0], &err));
	(void)printf("proof of entry %llu: %s\n", (unsigned long long)n,
	    a.opt[1].v[0]);
out:
	return kc_ok(r) ? 0 : cer_report("audit prove", &err);
}

int
cer_audit_print(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "-o", CER_ONE, true },
	};
	struct kc_err err = { 0 };
	struct cer_args a;
	const char *end;
	kc_result r;

	(void)app;
	KC_TRY(r, cer_parse(table, 1, 1, 1, argc, argv, &a, &err));
	end = strrchr(a.opt[0].v[0], '.');
	if (end == NULL || (strcmp(end, ".pdf") != 0 &&
	    strcmp(end, ".md") != 0)) {
		r = KC_FAIL(&err, KC_EUSAGE, 0, "-o: '%.90s' ends in neither "
		    ".pdf nor .md", a.opt[0].v[0]);
		goto out;
	}
	KC_TRY(r, aud_print(a.pos[0], strcmp(end, ".pdf") == 0,
	    a.opt[0].v[0], &err));
	(void)printf("transcript: %s\n", a.opt[0].v[0]);
out:
	return kc_ok(r) ? 0 : cer_report("audit print", &err);
}
