/* SPDX-License-Identifier: Apache-2.0
 *
 * transcript.md: the journal for people.  A function of the entries only.
 */
#include <stdio.h>
#include <string.h>

#include "audit/bundle.h"
#include "audit/form.h"
#include "base/text.h"
#include "base/words.h"

#define SHOWN 400		/* bytes of a long value */

/* Text that means nothing to a terminal and nothing to Markdown. */
static kc_result
put(struct kc_buf *b, const char *s, struct kc_err *err)
{
	struct kc_buf safe = { 0 };
	kc_result r;

	KC_TRY(r, kc_text_escape(s, strlen(s), &safe, err));
	for (size_t i = 0; i < safe.len; i++) {
		if (strchr("`*_[]<>#|~\\&", safe.p[i]) != NULL)
			KC_TRY(r, kc_buf_add(b, "\\", 1, err));
		KC_TRY(r, kc_buf_add(b, safe.p + i, 1, err));
	}
out:
	kc_buf_free(&safe);
	return r;
}

static kc_result
put_value(struct kc_buf *b, const json_t *v, struct kc_err *err)
{
	const char *s = json_string_value(v);

	if (json_is_integer(v))
		return kc_buf_addf(b, err, "%lld",
		    (long long)json_integer_value(v));
	if (s == NULL)
		return kc_buf_adds(b, json_is_true(v) ? "yes" : "no", err);
	if (strlen(s) > SHOWN)
		return kc_buf_addf(b, err, "(%zu characters, in the journal)",
		    strlen(s));
	return put(b, s, err);
}

static kc_result
put_entry(struct kc_buf *b, const struct aud_entry *e, struct kc_err *err)
{
	const char *name, *sep = ": ";
	size_t i;
	json_t *v;
	kc_result r;

	KC_TRY(r, kc_buf_addf(b, err, "- **%llu** %.19s ",
	    (unsigned long long)e->n, e->time));
	KC_TRY(r, put(b, e->step[0] != '\0' ? e->step : "-", err));
	KC_TRY(r, kc_buf_adds(b, " **", err));
	KC_TRY(r, put(b, e->kind, err));
	KC_TRY(r, kc_buf_adds(b, "**", err));
	json_object_foreach(e->facts, name, v) {
		KC_TRY(r, kc_buf_adds(b, sep, err));
		KC_TRY(r, put(b, name, err));
		KC_TRY(r, kc_buf_adds(b, " ", err));
		KC_TRY(r, put_value(b, v, err));
		sep = "; ";
	}
	json_array_foreach(e->withheld, i, v) {
		KC_TRY(r, kc_buf_adds(b, sep, err));
		KC_TRY(r, put(b, json_string_value(v), err));
		KC_TRY(r, kc_buf_adds(b, " (withheld)", err));
		sep = "; ";
	}
	r = kc_buf_adds(b, "\n", err);
out:
	return r;
}

/* struct chapter: a table of the entries of one kind that carry a fact; one
 * column for each fact named. */
struct chapter {
	const char *title, *kind, *fact;
	const char *column[8];
	const char *none;
};

static const struct chapter chapters[] = {
	{ "Exceptions", "exception.open", "number", { "number", "expected",
	  "happened", "action", "decided.by" }, "None was opened." },
	{ "People", "person", "person", { "person", "role", "name",
	  "present", "identity" }, "No roll was called." },
	{ "Checks of the station", "check", "check", { "check", "holds",
	  "found" }, "None was made." },
	{ "Keys made on cards", "card.done", "spki.sha256", { "card", "key",
	  "bits", "oaep", "known-answer", "spki.sha256" }, "None." },
	{ "Certificates", "card.done", "cert.sha256", { "card", "key",
	  "cert.sha256" }, "None." },
	{ "Signers", "signer.add", "signer", { "signer", "cert.sha256" },
	  "None." },
	{ "Approvals", "approval", "signer", { "signer", "text" }, "None." },
	{ "Custody", "custody", "bag", { "card", "holder", "bag" },
	  "Nothing was sealed." },
	{ "Places", "custody.place", "item", { "item", "what", "of", "bag",
	  "taken.by", "to" }, "Nothing was placed." },
	{ "Close-out", "custody.item", "item", { "item", "what", "where" },
	  "No item was listed." },
};

struct table {
	struct kc_buf *b;
	const struct chapter *chapter;
	size_t found;
};

static kc_result
put_head(struct kc_buf *b, const struct chapter *c, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, kc_buf_adds(b, "| entry |", err));
	for (size_t i = 0; i < 8 && c->column[i] != NULL; i++)
		KC_TRY(r, kc_buf_addf(b, err, " %s |", c->column[i]));
	KC_TRY(r, kc_buf_adds(b, "\n|---|", err));
	for (size_t i = 0; i < 8 && c->column[i] != NULL; i++)
		KC_TRY(r, kc_buf_adds(b, "---|", err));
	r = kc_buf_adds(b, "\n", err);
out:
	return r;
}

static kc_result
put_row(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct table *t = ctx;
	const struct chapter *c = t->chapter;
	kc_result r;

	if (strcmp(e->kind, c->kind) != 0 ||
	    json_object_get(e->facts, c->fact) == NULL)
		return KC_DONE;
	if (t->found++ == 0)
		KC_TRY(r, put_head(t->b, c, err));
	KC_TRY(r, kc_buf_addf(t->b, err, "| %llu |",
	    (unsigned long long)e->n));
	for (size_t i = 0; i < 8 && c->column[i] != NULL; i++) {
		const json_t *v = json_object_get(e->facts, c->column[i]);

		KC_TRY(r, kc_buf_adds(t->b, " ", err));
		if (v != NULL)
			KC_TRY(r, put_value(t->b, v, err));
		KC_TRY(r, kc_buf_adds(t->b, " |", err));
	}
	r = kc_buf_adds(t->b, "\n", err);
out:
	return r;
}

/* A rung of a key's provenance is three facts: NAME, its state; NAME.found;
 * NAME.not, the end of the sentence "It does not show". */
static kc_result
put_rung(struct kc_buf *b, const struct aud_entry *e, const char *rung,
    struct kc_err *err)
{
	const char *state = aud_entry_str(e, rung);
	const char *found, *not_shown;
	char name[32];
	kc_result r;

	if (state == NULL)
		return KC_DONE;
	(void)snprintf(name, sizeof name, "%s.found", rung);
	found = aud_entry_str(e, name);
	(void)snprintf(name, sizeof name, "%s.not", rung);
	not_shown = aud_entry_str(e, name);
	KC_TRY(r, kc_buf_addf(b, err, "  - %s: **", rung));
	KC_TRY(r, put(b, state, err));
	KC_TRY(r, kc_buf_adds(b, "**, ", err));
	KC_TRY(r, put(b, found != NULL ? found : "", err));
	KC_TRY(r, kc_buf_adds(b, ". It does not show ", err));
	KC_TRY(r, put(b, not_shown != NULL ? not_shown : "more", err));
	r = kc_buf_adds(b, ".\n", err);
out:
	return r;
}

static kc_result
put_provenance(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	static const char *const rungs[] = { "attested", "witnessed",
		"reported" };
	struct table *t = ctx;
	const char *card = aud_entry_str(e, "card");
	const char *key = aud_entry_str(e, "key");
	kc_result r;

	if (strcmp(e->kind, "provenance") != 0 || card == NULL || key == NULL)
		return KC_DONE;
	t->found++;
	KC_TRY(r, kc_buf_adds(t->b, "- ", err));
	KC_TRY(r, put(t->b, card, err));
	KC_TRY(r, kc_buf_adds(t->b, ", ", err));
	KC_TRY(r, put(t->b, key, err));
	KC_TRY(r, kc_buf_addf(t->b, err, " (entry %llu)\n",
	    (unsigned long long)e->n));
	for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
		KC_TRY(r, put_rung(t->b, e, rungs[i], err));
out:
	return r;
}

static kc_result
put_ladder(struct kc_buf *b, const struct aud_entries *es,
    struct kc_err *err)
{
	struct table t = { b, NULL, 0 };
	kc_result r;

	KC_TRY(r, kc_buf_adds(b, "## Provenance of keys\n\nA key stands here "
	    "each time it was judged; its last entry counts.\n\n", err));
	KC_TRY(r, aud_entries_each(es, put_provenance, &t, err));
	r = kc_buf_adds(b, t.found == 0 ? "None was judged.\n\n" : "\n", err);
out:
	return r;
}

static kc_result
put_step(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	return put_entry(ctx, e, err);
}

static kc_result
put_cover(struct kc_buf *b, const struct aud_state *st, struct kc_err *err)
{
	struct kc_buf hex = { 0 }, words = { 0 };
	kc_result r;

	KC_TRY(r, kc_hex_groups(st->chain.head, KC_SHA256, &hex, err));
	KC_TRY(r, kc_words(st->chain.head, KC_SHA256, " ", &words, err));
	KC_TRY(r, kc_buf_addf(b, err, "# Transcript of a key ceremony\n\n"
	    "Ceremony %s, mode **%s**.\n\n", st->chain.id,
	    aud_mode_name(st->chain.mode)));
	KC_TRY(r, kc_buf_addf(b, err, "**%s.** %llu entries in %llu runs; "
	    "%zu checkpoints, %lld signers required; %llu exceptions, %zu "
	    "open; %zu card commands without an outcome.\n\n",
	    st->closed ? "Closed" : "Not closed",
	    (unsigned long long)st->chain.n,
	    (unsigned long long)st->chain.run, st->n_cps,
	    (long long)st->required, (unsigned long long)st->exceptions,
	    json_object_size(st->open), json_object_size(st->intents)));
	KC_TRY(r, kc_buf_addf(b, err, "| | SHA-256 |\n|---|---|\n"
	    "| script | %s |\n| site | %s |\n| software | %s |\n\n",
	    st->script, st->site, st->software));
	r = kc_buf_addf(b, err, "Head: %s\n\n%s\n\n", kc_buf_str(&hex),
	    kc_buf_str(&words));
out:
	kc_buf_free(&words);
	kc_buf_free(&hex);
	return r;
}

static kc_result
put_artifacts(struct kc_buf *b, const struct aud_state *st,
    struct kc_err *err)
{
	const char *name;
	json_t *o;
	kc_result r;

	KC_TRY(r, kc_buf_adds(b, "## Artifacts\n\n| file | bytes | SHA-256 "
	    "|\n|---|---|---|\n", err));
	json_object_foreach(st->artifacts, name, o) {
		KC_TRY(r, kc_buf_adds(b, "| ", err));
		KC_TRY(r, put(b, name, err));
		KC_TRY(r, kc_buf_addf(b, err, " | %lld | %s |\n",
		    (long long)json_integer_value(json_object_get(o,
		    "bytes")), json_string_value(json_object_get(o,
		    "sha256"))));
	}
	r = kc_buf_adds(b, "\n", err);
out:
	return r;
}

static kc_result
put_form(struct kc_buf *b, const struct aud_entries *es,
    const struct aud_state *st, struct kc_err *err)
{
	struct aud_form f = { 0 };
	kc_result r;

	KC_TRY(r, aud_form_make(es, st, &f, err));
	r = aud_form_md(&f, b, err);
out:
	aud_form_free(&f);
	return r;
}

kc_result
aud_transcript(const struct aud_entries *es,
    const struct aud_state *st, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	kc_result r;

	KC_TRY(r, put_cover(&b, st, err));
	for (size_t i = 0; i < sizeof chapters / sizeof *chapters; i++) {
		struct table t = { &b, &chapters[i], 0 };

		KC_TRY(r, kc_buf_addf(&b, err, "## %s\n\n",
		    chapters[i].title));
		KC_TRY(r, aud_entries_each(es, put_row, &t, err));
		KC_TRY(r, kc_buf_addf(&b, err, "%s%s\n", t.found == 0 ?
		    chapters[i].none : "", t.found == 0 ? "\n" : ""));
	}
	KC_TRY(r, put_ladder(&b, es, err));
	KC_TRY(r, put_artifacts(&b, st, err));
	KC_TRY(r, put_form(&b, es, st, err));
	KC_TRY(r, kc_buf_adds(&b, "## Every step\n\n", err));
	KC_TRY(r, aud_entries_each(es, put_step, &b, err));
	KC_TRY(r, kc_buf_adds(&b, "\n", err));
	KC_TRY(r, kc_buf_adds(&b, "## What this proves\n\nThe entries above "
	    "are those of journal.jsonl in their order. What people typed is "
	    "what they typed; README.txt says what a verifier can show and "
	    "what it cannot.\n", err));
	*ret = b;
	b = (struct kc_buf){ 0 };
out:
	kc_buf_free(&b);
	return r;
}
