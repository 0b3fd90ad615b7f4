/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading one entry: strict shapes, canonical bytes, commitments, chain.
 */
#include <stdio.h>
#include <string.h>

#include "audit/commit.h"
#include "audit/entry.h"
#include "audit/finding.h"
#include "audit/tree.h"
#include "base/clock.h"
#include "base/json.h"

#define EXACT ((INT64_C(1) << 53) - 1)

/* Parse, and refuse bytes that our own writer would not have written. */
static kc_result
read_canonical(const char *where, const struct kc_part text, json_t **ret,
    struct kc_err *err)
{
	struct kc_buf again = { 0 };
	json_t *v = NULL;
	kc_result r;

	KC_TRY(r, kc_json_read(where, text.p, text.len, AUD_LINE_MAX, &v,
	    err));
	r = kc_json_canon(v, &again, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", where);
		goto out;
	}
	if (again.len != text.len ||
	    memcmp(again.p, text.p, text.len) != 0) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s is not canonical JSON", where);
		goto out;
	}
	*ret = v;
	v = NULL;
out:
	json_decref(v);
	kc_buf_free(&again);
	return r;
}

static bool
hex_ok(const char *s, size_t bytes)
{
	return strlen(s) == 2 * bytes &&
	    strspn(s, "0123456789abcdef") == 2 * bytes;
}

static kc_result
check_fact(const char *where, struct aud_entry *e, const char *id,
    const char *name, json_t *one, struct kc_err *err)
{
	json_t *o = json_object_get(e->facts, name);
	const char *commit = json_string_value(o), *salt = NULL;
	uint8_t want[KC_SHA256], have[KC_SHA256];
	struct aud_value v = { 0 };
	kc_result r;

	KC_TRY(r, kc_json_only(one, where, "salt value", err));
	KC_TRY(r, kc_json_str(one, where, "salt", &salt, err));
	v.value = json_object_get(one, "value");
	if (!hex_ok(salt, AUD_SALT) || !kc_unhex(salt, AUD_SALT, v.salt) ||
	    (!json_is_string(v.value) && !json_is_integer(v.value) &&
	    !json_is_boolean(v.value)) || (json_is_string(v.value) &&
	    !aud_text_ok(json_string_value(v.value)))) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the fact '%s' is not well-formed", where, name);
		goto out;
	}
	if (commit == NULL || !kc_unhex(commit, KC_SHA256, want)) {
		r = AUD_REFUSE(err, FACT,
		    "%s: the fact '%s' has no commitment in the entry",
		    where, name);
		goto out;
	}
	KC_TRY(r, aud_commit(id, e->n, name, &v, have, err));
	if (memcmp(have, want, sizeof have) != 0) {
		char hex[KC_HEX];

		kc_hex(have, sizeof have, hex);
		r = AUD_REFUSE(err, FACT, "%s: the fact '%s' gives "
		    "the commitment %s, the entry says %s", where, name, hex,
		    commit);
		goto out;
	}
	r = kc_json_set_new(e->facts, name, json_incref(v.value), err);
out:
	return r;
}

/* Commitments whose facts are not told. */
static kc_result
note_withheld(struct aud_entry *e, const json_t *told, struct kc_err *err)
{
	const char *name;
	json_t *v;
	kc_result r = KC_DONE;

	if (json_object_size(e->facts) == json_object_size(told))
		return r;
	e->withheld = json_array();
	json_object_foreach(e->facts, name, v)
		if (json_object_get(told, name) == NULL)
			KC_TRY(r, kc_json_add_new(e->withheld,
			    json_string(name), err));
out:
	return r;
}

/* e->facts holds the commitments; leave only values of facts given. */
static kc_result
open_facts(const char *where, struct aud_entry *e, const char *id,
    json_t *salted, struct kc_err *err)
{
	json_t *one, *values = json_object();
	const char *name;
	kc_result r = KC_DONE;

	if (!json_is_object(salted)) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the facts are not an object", where);
		goto out;
	}
	json_object_foreach(salted, name, one) {
		KC_TRY(r, check_fact(where, e, id, name, one, err));
		KC_TRY(r, kc_json_set_new(values, name,
		    json_incref(json_object_get(e->facts, name)), err));
	}
	KC_TRY(r, note_withheld(e, values, err));
	json_decref(e->facts);
	e->facts = values;
	values = NULL;
out:
	json_decref(values);
	return r;
}

static kc_result
check_commitments(const char *where, const json_t *f, struct kc_err *err)
{
	json_t *o = (json_t *)(uintptr_t)f, *v;
	const char *name;

	if (json_object_size(f) > AUD_FACTS_MAX)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s has %zu facts", where,
		    json_object_size(f));
	json_object_foreach(o, name, v)
		if (!aud_name_ok(name) || !json_is_string(v) ||
		    !hex_ok(json_string_value(v), KC_SHA256))
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "%s: the commitment '%.70s' is not well-formed",
			    where, name);
	return KC_DONE;
}

/* The members of an entry into e; p is checked by the chain. */
static kc_result
read_members(const char *where, const json_t *o, const char *id,
    struct aud_entry *e, struct kc_err *err)
{
	const char *c, *k, *p, *s, *t;
	char again[KC_TIME_CHARS] = "";
	int64_t n, run, v, utc = 0;
	const json_t *f;
	kc_result r;

	KC_TRY(r, kc_json_only(o, where, "c f k m n p r s t v", err));
	KC_TRY(r, kc_json_int(o, where, "v", 1, 1, &v, err));
	KC_TRY(r, kc_json_str(o, where, "c", &c, err));
	KC_TRY(r, kc_json_obj(o, where, "f", &f, err));
	KC_TRY(r, kc_json_str(o, where, "k", &k, err));
	KC_TRY(r, kc_json_int(o, where, "m", 0, EXACT, &e->boot_ms, err));
	KC_TRY(r, kc_json_int(o, where, "n", 0, EXACT, &n, err));
	KC_TRY(r, kc_json_str(o, where, "p", &p, err));
	KC_TRY(r, kc_json_int(o, where, "r", 1, EXACT, &run, err));
	KC_TRY(r, kc_json_str(o, where, "s", &s, err));
	KC_TRY(r, kc_json_str(o, where, "t", &t, err));
	if (kc_ok(kc_clock_parse(t, &utc, NULL)))
		kc_clock_format(utc, again);
	if (!aud_name_ok(k) || strlen(s) > 128 || !aud_text_ok(s) ||
	    !hex_ok(p, KC_SHA256) || strcmp(again, t) != 0) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: kind, step, p or time is not well-formed", where);
		goto out;
	}
	if (strcmp(c, id) != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s belongs to the ceremony "
		    "%.40s, not %s", where, c, id);
		goto out;
	}
	(void)kc_unhex(p, KC_SHA256, e->prev);
	e->n = (uint64_t)n;
	e->run = (uint64_t)run;
	(void)snprintf(e->kind, sizeof e->kind, "%s", k);
	(void)snprintf(e->step, sizeof e->step, "%s", s);
	(void)snprintf(e->time, sizeof e->time, "%s", t);
	KC_TRY(r, check_commitments(where, f, err));
	e->facts = json_copy((json_t *)(uintptr_t)f);
out:
	return r;
}

kc_result
aud_entry_read(const char *id, const char *where, const struct kc_part line,
    const struct kc_part facts, struct aud_entry *ret, struct kc_err *err)
{
	struct aud_entry e = { 0 };
	json_t *o = NULL, *salted = NULL;
	kc_result r;

	if (line.len + facts.len + 20 > AUD_LINE_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0,
		    "%s has %zu bytes; the limit is %zu", where,
		    line.len + facts.len + 20, AUD_LINE_MAX);
	KC_TRY(r, read_canonical(where, line, &o, err));
	KC_TRY(r, read_canonical(where, facts, &salted, err));
	KC_TRY(r, read_members(where, o, id, &e, err));
	KC_TRY(r, open_facts(where, &e, id, salted, err));
	KC_TRY(r, kc_buf_add(&e.line, line.p, line.len, err));
	KC_TRY(r, kc_buf_add(&e.salted, facts.p, facts.len, err));
	KC_TRY(r, aud_leaf(line.p, line.len, e.leaf, err));
	*ret = e;
	e = (struct aud_entry){ 0 };
out:
	aud_entry_free(&e);
	json_decref(o);
	json_decref(salted);
	return r;
}

kc_result
aud_chain_step(struct aud_chain *c, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	char want[KC_HEX], have[KC_HEX];
	int64_t utc = 0;

	kc_hex(c->head, sizeof c->head, want);
	kc_hex(e->prev, sizeof e->prev, have);
	if (e->n != c->n)
		return KC_FAIL(err, KC_EREFUSED,
		    e->n > c->n ? AUD_FOUND_GAP : AUD_FOUND_ORDER, "%s has "
		    "the number %llu where %llu is due", where,
		    (unsigned long long)e->n, (unsigned long long)c->n);
	if (strcmp(want, have) != 0)
		return AUD_REFUSE(err, CHAIN, "%s: p is %s, but the hash of "
		    "the entry before it is %s", where, have, want);
	if (e->run != c->run && e->run != c->run + 1)
		return AUD_REFUSE(err, RUN,
		    "%s is of run %llu after run %llu", where,
		    (unsigned long long)e->run, (unsigned long long)c->run);
	if (!kc_ok(kc_clock_parse(e->time, &utc, err)))
		return (kc_result){ KC_EFORMAT };
	if (e->run == c->run && (e->boot_ms < c->boot_ms ||
	    utc < c->utc_ms))
		return AUD_REFUSE(err, CLOCK, "%s: time went back inside run "
		    "%llu (m %lld after %lld)", where,
		    (unsigned long long)e->run, (long long)e->boot_ms,
		    (long long)c->boot_ms);
	if (utc < c->utc_ms)
		c->clock_back = true;
	c->n++;
	c->run = e->run;
	c->boot_ms = e->boot_ms;
	c->utc_ms = utc;
	memcpy(c->head, e->leaf, sizeof c->head);
	return KC_DONE;
}
