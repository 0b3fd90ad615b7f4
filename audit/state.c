/* SPDX-License-Identifier: Apache-2.0
 *
 * The state after a journal's entries: the plain rows.
 */
#include "audit/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/finding.h"
#include "base/json.h"

bool
aud_file_name_ok(const char *s)
{
	return aud_name_ok(s) && s[0] != '.';
}

kc_result
aud_state_init(struct aud_state *st, enum aud_mode mode, const char *id,
    struct kc_err *err)
{
	*st = (struct aud_state){ .certs = json_array(),
		.artifacts = json_object(), .intents = json_object(),
		.open = json_object() };
	return aud_chain_init(&st->chain, mode, id, err);
}

void
aud_frozen_free(struct aud_frozen *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n_sigs; i++)
		kc_buf_free(&f->sig[i]);
	for (size_t i = 0; i < f->n_listed; i++)
		kc_buf_free(&f->listed[i].cert);
	free(f->listed);
	kc_buf_free(&f->body);
	free(f);
}

void
aud_state_free(struct aud_state *st)
{
	for (size_t i = 0; i < st->n_signers; i++)
		kc_buf_free(&st->signers[i].cert);
	for (size_t i = 0; i < st->n_cps; i++)
		aud_frozen_free(st->cps[i]);
	free(st->cps);
	aud_frozen_free(st->ex);
	json_decref(st->certs);
	json_decref(st->artifacts);
	json_decref(st->intents);
	json_decref(st->open);
	*st = (struct aud_state){ 0 };
}

/* A fact that must be 64 lower-case hex digits; absent is "" if optional. */
static kc_result
get_hash(const char *where, const struct aud_entry *e, const char *name,
    bool optional, char ret[static KC_HEX], struct kc_err *err)
{
	const char *s = aud_entry_str(e, name);

	if (s == NULL && optional)
		return KC_DONE;
	if (s == NULL || strlen(s) != KC_HEX - 1 ||
	    strspn(s, "0123456789abcdef") != KC_HEX - 1)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: the fact '%s' is no SHA-256 in hex", where, name);
	memcpy(ret, s, KC_HEX);
	return KC_DONE;
}

static kc_result
get_required(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	int64_t k = aud_entry_int(e, "signers.required", 0);

	if (k < 1 || k > AUD_SIGNERS_MAX)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: signers.required is not 1 to %d", where,
		    AUD_SIGNERS_MAX);
	st->required = k;
	return KC_DONE;
}

static kc_result
on_genesis(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	const char *mode = aud_entry_str(e, "mode");
	kc_result r;

	if (mode == NULL || strcmp(mode, aud_mode_name(st->chain.mode)) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s says mode '%.20s', the chain begins with '%s'",
		    where, mode != NULL ? mode : "",
		    aud_mode_name(st->chain.mode));
	KC_TRY(r, get_hash(where, e, "script", false, st->script, err));
	KC_TRY(r, get_hash(where, e, "site", false, st->site, err));
	KC_TRY(r, get_hash(where, e, "software", true, st->software, err));
	r = get_required(st, where, e, err);
out:
	return r;
}

static kc_result
on_run(struct aud_state *st, const char *where, const struct aud_entry *e,
    struct kc_err *err)
{
	return get_hash(where, e, "software", true, st->software, err);
}

static kc_result
on_artifact(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	const char *name = aud_entry_str(e, "name");
	int64_t bytes = aud_entry_int(e, "bytes", -1);
	char hash[KC_HEX] = "";
	const char *old;
	json_t *o;
	kc_result r;

	if (name == NULL || !aud_file_name_ok(name) || bytes < 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: the artifact's name or size is not well-formed",
		    where);
	KC_TRY(r, get_hash(where, e, "sha256", false, hash, err));
	old = json_string_value(json_object_get(json_object_get(
	    st->artifacts, name), "sha256"));
	if (old != NULL && strcmp(old, hash) != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s: the artifact '%s' has "
		    "the hash %s, before it had %s", where, name, hash, old);
		goto out;
	}
	o = json_pack("{s:s,s:I}", "sha256", hash, "bytes",
	    (json_int_t)bytes);
	r = kc_json_set_new(st->artifacts, name, o, err);
out:
	return r;
}

/* An opening row puts its key into the map, a closing one takes it out. */
static kc_result
track(json_t *map, const char *where, const char *key, bool opens,
    uint64_t n, struct kc_err *err)
{
	bool there = json_object_get(map, key) != NULL;

	if (opens == there)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: '%.70s' is %s",
		    where, key, opens ? "open already" : "not open");
	if (opens)
		return kc_json_set_int(map, key, (int64_t)n, err);
	(void)json_object_del(map, key);
	return KC_DONE;
}

static kc_result
on_exception(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	bool opens = strcmp(e->kind, "exception.open") == 0;
	int64_t number = aud_entry_int(e, "number", -1);
	char key[24];

	if (number < 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: the exception has no number", where);
	(void)snprintf(key, sizeof key, "%lld", (long long)number);
	st->exceptions += opens;
	return track(st->open, where, key, opens, e->n, err);
}

static kc_result
on_command(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	const char *key = aud_entry_str(e, "command.id");

	if (key == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: the card command has no command.id", where);
	return track(st->intents, where, key,
	    strcmp(e->kind, "card.intent") == 0, e->n, err);
}

static kc_result
on_close(struct aud_state *st, const char *where, const struct aud_entry *e,
    struct kc_err *err)
{
	(void)e;
	if (json_object_size(st->open) != 0)
		return AUD_REFUSE(err, OPEN,
		    "%s closes the ceremony with %zu exceptions open", where,
		    json_object_size(st->open));
	st->closed = true;
	return KC_DONE;
}

/* needs: the facts that the function reads, blanks around each. */
static const struct {
	const char *kind;
	kc_result (*fn)(struct aud_state *st, const char *where,
	    const struct aud_entry *e, struct kc_err *err);
	const char *needs;
} rows[] = {
	{ AUD_KIND_GENESIS, on_genesis,
	  " mode script site software signers.required " },
	{ "run.begin", on_run, " software " },
	{ "signers.required", get_required, " signers.required " },
	{ "signer.add", aud_state_signer, " signer cert cert.sha256 " },
	{ "signer.remove", aud_state_signer, " signer " },
	{ "artifact", on_artifact, " name sha256 bytes " },
	{ "exception.open", on_exception, " number " },
	{ "exception.close", on_exception, " number " },
	{ "card.intent", on_command, " command.id " },
	{ "card.done", on_command, " command.id " },
	{ "card.failed", on_command, " command.id " },
	{ "card.unknown", on_command, " command.id " },
	{ "close", on_close, "" },
	{ "checkpoint.body", aud_state_text, " number body " },
	{ "checkpoint.intent", aud_state_text, " number signer " },
	{ "checkpoint.signature", aud_state_text,
	  " number signer cert.sha256 signature " },
	{ "checkpoint.end", aud_state_text, " number " },
	{ "export.body", aud_state_text, " size sha256 " },
	{ "export.intent", aud_state_text, " size signer " },
	{ "export.signature", aud_state_text,
	  " size signer cert.sha256 signature " },
	{ "export.end", aud_state_text, " size " },
};

bool
aud_fact_needed(const char *kind, const char *fact)
{
	char word[80];

	(void)snprintf(word, sizeof word, " %s ", fact);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].kind, kind) == 0)
			return strstr(rows[i].needs, word) != NULL;
	return false;
}

static kc_result
check_withheld(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	size_t i;
	json_t *v;

	json_array_foreach(e->withheld, i, v) {
		const char *name = json_string_value(v);

		if (!st->redacted)
			return AUD_REFUSE(err, FACT, "%s: the fact "
			    "'%s' is left out, and this is no redacted "
			    "export", where, name);
		if (aud_fact_needed(e->kind, name))
			return KC_FAIL(err, KC_EREFUSED, 0, "%s withholds "
			    "'%s', without which '%s' says nothing", where,
			    name, e->kind);
	}
	st->withheld += json_array_size(e->withheld);
	return KC_DONE;
}

static kc_result
apply(struct aud_state *st, const char *where, const struct aud_entry *e,
    struct kc_err *err)
{
	if ((e->n == 0) != (strcmp(e->kind, AUD_KIND_GENESIS) == 0))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s is '%s'; genesis is entry 0 and no other", where,
		    e->kind);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].kind, e->kind) == 0)
			return rows[i].fn(st, where, e, err);
	return KC_DONE;
}

static bool
is_own_row(const char *kind)
{
	return strcmp(kind, AUD_KIND_CP_INTENT) == 0 ||
	    strcmp(kind, AUD_KIND_CP_SIGNATURE) == 0 ||
	    strcmp(kind, AUD_KIND_CP_END) == 0;
}

/* A checkpoint being signed is disturbed by any row but its own. */
static void
disturb(struct aud_state *st, const struct aud_entry *e)
{
	struct aud_frozen *f = st->n_cps > 0 ? st->cps[st->n_cps - 1] : NULL;

	if (f != NULL && !f->ended && !is_own_row(e->kind))
		f->dirty = true;
}

kc_result
aud_state_add(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	struct aud_chain next = st->chain;
	kc_result r;

	KC_TRY(r, aud_chain_step(&next, where, e, err));
	KC_TRY(r, check_withheld(st, where, e, err));
	disturb(st, e);
	KC_TRY(r, apply(st, where, e, err));
	st->chain = next;
	r = aud_tree_add(&st->tree, e->leaf, err);
out:
	return r;
}

static kc_result
feed(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	char where[48];

	(void)snprintf(where, sizeof where, "entry %llu",
	    (unsigned long long)e->n);
	return aud_state_add(ctx, where, e, err);
}

kc_result
aud_state_load(struct aud_state *st, struct aud_journal *j, uint64_t size,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, aud_state_init(st, aud_get_mode(j), aud_get_id(j), err));
	r = aud_each(j, 0, size, feed, st, err);
out:
	return r;
}

const struct aud_frozen *
aud_state_sealed(const struct aud_state *st)
{
	const struct aud_frozen *f;

	if (st->n_cps == 0)
		return NULL;
	f = st->cps[st->n_cps - 1];
	return f->ended && !f->dirty && f->end_row + 1 == st->chain.n ? f :
	    NULL;
}
