/* SPDX-License-Identifier: Apache-2.0
 *
 * Promises of the online side, and what of the journal shows them.  A file
 * may be judged more than once: the last entry about it counts.
 */
#include "audit/promises.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

#define SHOWS_MAX 8

/* struct show: entries of this kind, of which fact is value (NULL: all), show
 * it if good says so; one for each text of the fact `of`.  "" as good: that
 * the entry is there is enough. */
struct show {
	const char *label, *kind, *fact, *value, *of, *good;
};

struct promise {
	const char *title;
	struct show show[SHOWS_MAX];
};

#define ASSERTION(label, name) \
	{ (label), "evidence.assertion", "name", (name), "sha256", "state" }
#define CHECKED(label, kind) { (label), (kind), NULL, NULL, "name", "verdict" }

static const struct promise promises[] = {
	{ "The pool is activated, and a restore was rehearsed", {
	    ASSERTION("activated", "activation"),
	    ASSERTION("provisioned", "provisioning"),
	    ASSERTION("the backup's own domain is in the archive",
	      "paired-domain"),
	    { "the domain was opened before witnesses", "domain.opened",
	      NULL, NULL, "sha256", "" } } },
	{ "A key is released only to an attested machine", {
	    ASSERTION("no key leaves but under its approved policy",
	      "exportable"),
	    CHECKED("the policies, without a mistake nobody took",
	      "policy.checked") } },
	{ "An authority that is not ours is refused", {
	    CHECKED("each authority of the policies is a known one",
	      "policy.checked"),
	    { "an exchange key without proof would be an exception",
	      "exchange.ratified", NULL, NULL, "exchange.sha256", "" } } },
	{ "The perimeter is closed", {
	    ASSERTION("no public network", "public-network"),
	    ASSERTION("default is to deny", "default-action"),
	    ASSERTION("no bypass", "bypass"),
	    ASSERTION("addresses", "ip-rules"),
	    ASSERTION("subnets", "network-rules"),
	    ASSERTION("private endpoints", "private-endpoints"),
	    ASSERTION("the control plane reaches no key",
	      "arm-key-management"),
	    ASSERTION("nobody has powers over pool and keys",
	      "separation-of-duties") } },
	{ "Where a key was made can be verified", {
	    CHECKED("the HSM's own statement of each key",
	      "attestation.checked"),
	    ASSERTION("each key is of this pool", "kid-host"),
	    ASSERTION("no rotation to an unattested version",
	      "no-rotation") } },
};

/* struct look: last entry about each thing, {of: {n, good}}.  names: of the
 * judged files, by their hash. */
struct look {
	const struct show *show;
	json_t *last;
	const json_t *names;
};

static kc_result
take(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct look *l = ctx;
	const struct show *s = l->show;
	const char *value = s->fact != NULL ? aud_entry_str(e, s->fact) : NULL;
	const char *of, *good, *name;

	if (strcmp(e->kind, s->kind) != 0 || (s->fact != NULL &&
	    (value == NULL || strcmp(value, s->value) != 0)))
		return KC_DONE;
	of = aud_entry_str(e, s->of);
	name = of != NULL ? json_string_value(json_object_get(l->names, of)) :
	    NULL;
	of = name != NULL ? name : of;
	good = s->good[0] != '\0' ? aud_entry_str(e, s->good) : "holds";
	return kc_json_set_new(l->last, of != NULL ? of : e->step,
	    json_pack("{s:I,s:s}", "n", (json_int_t)e->n, "is", good != NULL ?
	    good : "withheld"), err);
}

enum { SHOWN, UNSHOWN, BROKEN };

/* "holds: entries 12, 40", or what the worst of them says. */
static kc_result
say(const json_t *last, struct kc_buf *ret, int *ret_state,
    struct kc_err *err)
{
	const char *key, *worst = "holds";
	json_t *v;
	bool first = true;
	kc_result r = KC_DONE;

	*ret_state = SHOWN;
	json_object_foreach((json_t *)(uintptr_t)last, key, v) {
		const char *is = json_string_value(json_object_get(v, "is"));
		int state = strcmp(is, "holds") == 0 ? SHOWN :
		    strcmp(is, "does-not-hold") == 0 ? BROKEN : UNSHOWN;

		if (state > *ret_state) {
			*ret_state = state;
			worst = is;
		}
	}
	if (json_object_size(last) == 0) {
		*ret_state = UNSHOWN;
		return kc_buf_adds(ret, "no entry shows it", err);
	}
	KC_TRY(r, kc_buf_addf(ret, err, "%s: entr%s ", worst,
	    json_object_size(last) == 1 ? "y" : "ies"));
	json_object_foreach((json_t *)(uintptr_t)last, key, v) {
		KC_TRY(r, kc_buf_addf(ret, err, "%s%lld", first ? "" : ", ",
		    (long long)json_integer_value(json_object_get(v, "n"))));
		first = false;
	}
out:
	return r;
}

static kc_result
add_show(json_t *rows, const struct aud_entries *es, const struct show *s,
    const json_t *names, int *ret_state, struct kc_err *err)
{
	struct look l = { s, json_object(), names };
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, aud_entries_each(es, take, &l, err));
	KC_TRY(r, say(l.last, &text, ret_state, err));
	r = aud_doc_row(rows, (const char *const[]){ s->label,
	    kc_buf_str(&text) }, 2, err);
out:
	kc_buf_free(&text);
	json_decref(l.last);
	return r;
}

static kc_result
add_promise(json_t *doc, const struct aud_entries *es,
    const struct promise *p, const json_t *names, struct kc_err *err)
{
	static const char *const verdict[] = { "Shown.",
		"Not shown: what is missing stands there.",
		"IT DOES NOT HOLD." };
	json_t *rows = NULL, *own = json_array();
	int worst = SHOWN, state = SHOWN;
	kc_result r;

	/* The verdict stands above the table it comes from. */
	KC_TRY(r, aud_doc_table(own, (const char *const[]){ "", "shown by" },
	    2, &rows, err));
	for (size_t i = 0; i < SHOWS_MAX && p->show[i].label != NULL; i++) {
		KC_TRY(r, add_show(rows, es, &p->show[i], names,
		    &state, err));
		worst = state > worst ? state : worst;
	}
	KC_TRY(r, AUD_DOC(doc, "h", 3, err, p->title));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "", verdict[worst]));
	if (json_array_extend(doc, own) != 0)
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for a page");
out:
	json_decref(own);
	return r;
}

/* Names of judged files by their hash: a file that was set right has the name
 * of the one before it. */
static kc_result
name_file(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	static const char *const kinds[] = { "evidence.checked",
		"attestation.checked", "policy.checked" };
	const char *name = aud_entry_str(e, "name");
	const char *sha = aud_entry_str(e, "sha256");

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(e->kind, kinds[i]) == 0 && name != NULL &&
		    sha != NULL)
			return kc_json_set_str(ctx, sha, name, err);
	return KC_DONE;
}

kc_result
aud_promises(json_t *doc, const struct aud_entries *es, struct kc_err *err)
{
	json_t *names = json_object();
	kc_result r;

	KC_TRY(r, aud_entries_each(es, name_file, names, err));
	if (json_object_size(names) == 0)
		goto out;
	KC_TRY(r, aud_doc_page(doc, err));
	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "What was promised, and what shows "
	    "it"));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "The numbers are entries of this "
	    "journal. Files that az printed are unsigned: they show what was "
	    "exported on that day. What the HSM signed says so."));
	for (size_t i = 0; i < sizeof promises / sizeof *promises; i++)
		KC_TRY(r, add_promise(doc, es, &promises[i], names, err));
out:
	json_decref(names);
	return r;
}
