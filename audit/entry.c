/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing one entry.
 */
#include "audit/entry.h"

#include <stdio.h>
#include <string.h>

#include "audit/tree.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"

#include "audit/commit.h"

void
aud_entry_free(struct aud_entry *e)
{
	if (e == NULL)
		return;
	json_decref(e->facts);
	json_decref(e->withheld);
	kc_buf_free(&e->line);
	kc_buf_free(&e->salted);
	*e = (struct aud_entry){ 0 };
}

const char *
aud_entry_str(const struct aud_entry *e, const char *name)
{
	return json_string_value(json_object_get(e->facts, name));
}

int64_t
aud_entry_int(const struct aud_entry *e, const char *name, int64_t fallback)
{
	const json_t *v = json_object_get(e->facts, name);

	return json_is_integer(v) ? json_integer_value(v) : fallback;
}

bool
aud_entry_true(const struct aud_entry *e, const char *name)
{
	return json_is_true(json_object_get(e->facts, name));
}

const char *
aud_mode_name(enum aud_mode mode)
{
	return mode == AUD_PRODUCTION ? "production" : "rehearsal";
}

bool
aud_mode_parse(const char *text, enum aud_mode *ret)
{
	if (strcmp(text, "production") == 0)
		*ret = AUD_PRODUCTION;
	else if (strcmp(text, "rehearsal") == 0)
		*ret = AUD_REHEARSAL;
	else
		return false;
	return true;
}

bool
aud_name_ok(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.-");

	return n >= 1 && n <= 64 && s[n] == '\0';
}

bool
aud_text_ok(const char *s)
{
	if (!kc_utf8_ok(s, strlen(s)))
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20)
			return false;
	return true;
}

kc_result
aud_chain_init(struct aud_chain *c, enum aud_mode mode, const char *id,
    struct kc_err *err)
{
	const char *name = aud_mode_name(mode);
	struct kc_part parts[] = { { "ceremony-journal-v1\n", 20 },
		{ name, strlen(name) }, { "\n", 1 }, { id, strlen(id) },
		{ "\n", 1 } };

	*c = (struct aud_chain){ .mode = mode };
	(void)snprintf(c->id, sizeof c->id, "%s", id);
	return kc_sha256(parts, 5, c->head, err);
}

kc_result
aud_commit(const char *id, uint64_t n, const char *name,
    const struct aud_value *v, uint8_t ret[static KC_SHA256],
    struct kc_err *err)
{
	struct kc_buf text = { 0 };
	kc_result r;

	/* id and name are of characters that JSON writes as they are. */
	KC_TRY(r, kc_buf_addf(&text, err, "[\"%s\",%llu,\"%s\",", id,
	    (unsigned long long)n, name));
	KC_TRY(r, kc_json_canon(v->value, &text, err));
	KC_TRY(r, kc_buf_add(&text, "]", 1, err));
	r = kc_sha256((struct kc_part[]){ { "\2", 1 },
	    { v->salt, sizeof v->salt }, { text.p, text.len } }, 3, ret, err);
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
check_fact(const struct aud_fact *f, const json_t *seen, struct kc_err *err)
{
	if (f->name == NULL || !aud_name_ok(f->name))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "'%.70s' is no name of a fact",
		    f->name != NULL ? f->name : "");
	if (json_object_get(seen, f->name) != NULL)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "the fact '%s' is given twice", f->name);
	if (f->type == AUD_STR && (f->s == NULL || !aud_text_ok(f->s)))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "the fact '%s' is no UTF-8 text without control "
		    "characters", f->name);
	return KC_DONE;
}

/* Add one fact to the three objects: values, salted, commitments. */
static kc_result
add_fact(const struct aud_chain *c, const struct aud_fact *f, json_t *values,
    json_t *salted, json_t *commits, struct kc_err *err)
{
	struct aud_value v = { 0 };
	json_t *one = json_object();
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, check_fact(f, values, err));
	v.value = f->type == AUD_STR ? json_string(f->s) :
	    f->type == AUD_INT ? json_integer(f->i) : json_boolean(f->i);
	KC_TRY(r, kc_random(v.salt, sizeof v.salt, err));
	KC_TRY(r, aud_commit(c->id, c->n, f->name, &v, hash, err));
	kc_hex(hash, sizeof hash, hex);
	KC_TRY(r, kc_json_set_str(commits, f->name, hex, err));
	kc_hex(v.salt, sizeof v.salt, hex);
	KC_TRY(r, kc_json_set_str(one, "salt", hex, err));
	KC_TRY(r, kc_json_set_new(one, "value", json_incref(v.value), err));
	KC_TRY(r, kc_json_set_new(salted, f->name, json_incref(one), err));
	r = kc_json_set_new(values, f->name, json_incref(v.value), err);
out:
	json_decref(one);
	json_decref(v.value);
	return r;
}

/* The entry's object; commits is stolen. */
static kc_result
make_object(const struct aud_chain *c, const struct aud_draft *d,
    json_t *commits, json_t **ret, struct kc_err *err)
{
	char time[KC_TIME_CHARS], prev[KC_HEX];
	json_t *o;

	kc_clock_format(d->utc_ms, time);
	kc_hex(c->head, sizeof c->head, prev);
	o = json_pack("{s:s,s:o,s:s,s:I,s:I,s:s,s:I,s:s,s:s,s:i}", "c", c->id,
	    "f", commits, "k", d->kind, "m", (json_int_t)d->boot_ms, "n",
	    (json_int_t)c->n, "p", prev, "r", (json_int_t)d->run, "s",
	    d->step, "t", time, "v", 1);
	if (o == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for an entry");
	*ret = o;
	return KC_DONE;
}

static kc_result
check_draft(const struct aud_draft *d, struct kc_err *err)
{
	if (d->kind == NULL || !aud_name_ok(d->kind))
		return KC_FAIL(err, KC_EFORMAT, 0, "'%.70s' is no kind",
		    d->kind != NULL ? d->kind : "");
	if (d->step == NULL || strlen(d->step) > 128 || !aud_text_ok(d->step))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "a step's name has 0 to 128 bytes of UTF-8");
	if (d->n_facts > AUD_FACTS_MAX)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%zu facts in one entry; the limit is %d", d->n_facts,
		    AUD_FACTS_MAX);
	return KC_DONE;
}

kc_result
aud_entry_write(const struct aud_chain *c, const struct aud_draft *d,
    struct aud_entry *ret, struct kc_err *err)
{
	json_t *salted = json_object(), *commits = json_object(), *o = NULL;
	struct aud_entry e = { .n = c->n, .run = d->run,
		.boot_ms = d->boot_ms, .facts = json_object() };
	kc_result r;

	KC_TRY(r, check_draft(d, err));
	for (size_t i = 0; i < d->n_facts; i++)
		KC_TRY(r, add_fact(c, &d->facts[i], e.facts, salted, commits,
		    err));
	KC_TRY(r, make_object(c, d, json_incref(commits), &o, err));
	KC_TRY(r, kc_json_canon(o, &e.line, err));
	KC_TRY(r, kc_json_canon(salted, &e.salted, err));
	if (e.line.len + e.salted.len + 20 > AUD_LINE_MAX) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "the entry '%s' would have %zu bytes; the limit is %zu",
		    d->kind, e.line.len + e.salted.len + 20, AUD_LINE_MAX);
		goto out;
	}
	kc_clock_format(d->utc_ms, e.time);
	(void)snprintf(e.kind, sizeof e.kind, "%s", d->kind);
	(void)snprintf(e.step, sizeof e.step, "%s", d->step);
	memcpy(e.prev, c->head, sizeof e.prev);
	KC_TRY(r, aud_leaf(e.line.p, e.line.len, e.leaf, err));
	*ret = e;
	e = (struct aud_entry){ 0 };
out:
	aud_entry_free(&e);
	json_decref(o);
	json_decref(salted);
	json_decref(commits);
	return r;
}
