/* SPDX-License-Identifier: Apache-2.0
 *
 * Making the proof of one entry.
 */
#include "audit/proof.h"

#include <stdlib.h>
#include <string.h>

#include "audit/bundle.h"
#include "base/b64.h"
#include "base/file.h"
#include "base/json.h"

/* struct gather: the leaves of the lines, and the line that is meant. */
struct gather {
	uint8_t (*leaf)[KC_SHA256];
	uint64_t n, room, want;
	struct kc_buf entry, facts;
};

static kc_result
take_line(void *ctx, const char *where, struct kc_part line,
    struct kc_part facts, struct kc_err *err)
{
	struct gather *g = ctx;
	kc_result r;

	(void)where;
	if (g->n == g->room) {
		uint64_t room = g->room * 2 + 256;
		void *more = realloc(g->leaf, room * sizeof *g->leaf);

		if (more == NULL)
			return KC_FAIL(err, KC_ENOMEM, 0,
			    "no memory for %llu leaves",
			    (unsigned long long)room);
		g->leaf = more;
		g->room = room;
	}
	KC_TRY(r, aud_leaf(line.p, line.len, g->leaf[g->n], err));
	if (g->n == g->want) {
		KC_TRY(r, kc_buf_add(&g->entry, line.p, line.len, err));
		KC_TRY(r, kc_buf_add(&g->facts, facts.p, facts.len, err));
	}
	g->n++;
out:
	return r;
}

/* The last checkpoint that covers entry n. */
static const struct aud_frozen *
cover_of(const struct aud_state *st, uint64_t n)
{
	for (size_t i = st->n_cps; i-- > 0;)
		if (st->cps[i]->ended && st->cps[i]->row > n)
			return st->cps[i];
	return NULL;
}

static kc_result
add_b64(json_t *o, const char *name, const struct kc_buf *bytes,
    struct kc_err *err)
{
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, kc_b64_encode(bytes->p, bytes->len, &text, err));
	r = kc_json_set_str(o, name, kc_buf_str(&text), err);
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
add_parsed(json_t *o, const char *name, const struct kc_buf *text,
    struct kc_err *err)
{
	json_t *v = NULL;
	kc_result r;

	KC_TRY(r, kc_json_read(name, text->p, text->len, AUD_LINE_MAX, &v,
	    err));
	r = kc_json_set_new(o, name, v, err);
out:
	return r;
}

static kc_result
add_path(json_t *o, const struct gather *g, uint64_t size, struct kc_err *err)
{
	uint8_t path[AUD_PATH_MAX][KC_SHA256];
	json_t *list = json_array();
	char hex[KC_HEX];
	size_t len = 0;
	kc_result r;

	KC_TRY(r, aud_tree_path((const uint8_t (*)[KC_SHA256])g->leaf, size,
	    g->want, path, &len, err));
	for (size_t i = 0; i < len; i++) {
		kc_hex(path[i], KC_SHA256, hex);
		KC_TRY(r, kc_json_add_new(list, json_string(hex), err));
	}
	r = kc_json_set_new(o, "path", json_incref(list), err);
out:
	json_decref(list);
	return r;
}

static kc_result
make(const struct gather *g, const struct aud_frozen *f, struct kc_buf *ret,
    struct kc_err *err)
{
	struct aud_signature pairs[AUD_SIGNERS_MAX] = { 0 };
	struct kc_buf cms = { 0 };
	json_t *o = json_object();
	kc_result r;

	aud_pairs(f, pairs);
	KC_TRY(r, aud_cms_build(f->body.p, f->body.len, pairs, f->n_sigs,
	    &cms, err));
	KC_TRY(r, kc_json_set_str(o, "type", "ceremony-proof-v1", err));
	KC_TRY(r, add_parsed(o, "entry", &g->entry, err));
	KC_TRY(r, add_parsed(o, "facts", &g->facts, err));
	KC_TRY(r, add_path(o, g, f->row, err));
	KC_TRY(r, add_b64(o, "checkpoint", &f->body, err));
	KC_TRY(r, add_b64(o, "signatures", &cms, err));
	KC_TRY(r, kc_json_canon(o, ret, err));
	r = kc_buf_adds(ret, "\n", err);
out:
	json_decref(o);
	kc_buf_free(&cms);
	return r;
}

kc_result
aud_prove(const char *path, uint64_t n, const char *out, struct kc_err *err)
{
	const struct aud_verify nothing = { 0 };
	struct aud_verdict v = { 0 };
	struct aud_check c = { 0 };
	struct kc_buf lines = { 0 }, name = { 0 }, text = { 0 };
	struct gather g = { .want = n };
	const struct aud_frozen *f;
	kc_result r;

	KC_TRY(r, kc_file_check_new(out, err));
	r = aud_check_export(path, &c, &nothing, &v, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s does not verify", path);
		goto out;
	}
	f = cover_of(&c.st, n);
	if (f == NULL) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "no signed checkpoint of %s "
		    "covers an entry %llu", path, (unsigned long long)n);
		goto out;
	}
	KC_TRY(r, kc_path_join(path, "journal.jsonl", &name, err));
	KC_TRY(r, kc_file_read(kc_buf_str(&name), (size_t)1 << 30, &lines,
	    err));
	KC_TRY(r, aud_lines("journal.jsonl", &lines, take_line, &g, err));
	KC_TRY(r, make(&g, f, &text, err));
	r = kc_file_write_new(out, text.p, text.len, 0600, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "no proof was written");
	free(g.leaf);
	kc_buf_free(&g.entry);
	kc_buf_free(&g.facts);
	kc_buf_free(&text);
	kc_buf_free(&name);
	kc_buf_free(&lines);
	aud_verdict_free(&v);
	aud_check_free(&c);
	return r;
}
