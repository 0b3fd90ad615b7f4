/* SPDX-License-Identifier: Apache-2.0
 *
 * The action that judges a file of the estate.  What it says of the file is
 * in the journal, whatever that is; a file that contradicts what the site
 * file approves is not kept, and the step goes on only with another.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/evidence.h"
#include "ceremony/steps.h"

#define CERTAIN "the file was judged, nothing else was done"

/* struct desk: the judged file, and those beside it. */
struct desk {
	struct est_file file[1 + EST_BESIDE_MAX];
	struct kc_buf bytes[1 + EST_BESIDE_MAX];
	char name[1 + EST_BESIDE_MAX][CER_MEDIUM_NAME + 1];
	size_t n;
	struct est_estate found;
};

/* "pool=pool.json" */
static bool
split(const char *word, enum est_kind *ret_kind, const char **ret_name)
{
	const char *eq = strchr(word, '=');
	char kind[24] = "";

	if (eq == NULL || (size_t)(eq - word) >= sizeof kind)
		return false;
	memcpy(kind, word, (size_t)(eq - word));
	*ret_kind = est_kind_of(kind);
	*ret_name = eq + 1;
	return *ret_kind != EST_KINDS && cer_medium_name(eq + 1);
}

/* A file for each key of the site: "key-NAME.json". */
static bool
is_for_keys(const char *kind)
{
	return strcmp(kind, "key") == 0 || strcmp(kind, "rotation") == 0;
}

kc_result
cer_evidence_fields(const struct cer_node *step, struct kc_err *err)
{
	const char *kind, *file, *beside[EST_BESIDE_MAX];
	enum est_kind of;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_node_str(step, "kind", NULL, &kind, err));
	KC_TRY(r, cer_node_str(step, "file", is_for_keys(kind) ? "key" :
	    NULL, &file, err));
	if (est_kind_of(kind) >= EST_KIND_JUDGED)
		return CER_NODE_FAIL(cer_node_get(step, "kind"), err,
		    "'%.40s' is none of pool, roles, key, rotation, backup, "
		    "settings", kind);
	if (!cer_medium_name(file))
		return CER_NODE_FAIL(cer_node_get(step, "file"), err,
		    "'%.40s' is no name of a file: letters, digits, '.' and "
		    "'-'", file);
	KC_TRY(r, cer_node_list(step, "beside", beside, EST_BESIDE_MAX, &n,
	    err));
	for (size_t i = 0; i < n; i++)
		if (!split(beside[i], &of, &file))
			return CER_NODE_FAIL(cer_node_get(step, "beside"),
			    err, "'%.40s' is not KIND=FILE", beside[i]);
out:
	return r;
}

/* One that was kept by a step before is the one that is meant; but a record
 * is of the export as it now lies on the medium. */
static kc_result
take(struct cer_room *room, const struct cer_instance *in, struct desk *d,
    enum est_kind kind, const char *name, struct kc_err *err)
{
	struct kc_buf *b = &d->bytes[d->n];
	kc_result r;

	KC_TRY(r, kind == EST_KIND_RECORD ?
	    cer_medium_take(room, in, name, b, err) :
	    cer_paper_take(room, in, name, b, err));
	memcpy(d->name[d->n], name, strlen(name) + 1);
	d->file[d->n] = (struct est_file){ kind, d->name[d->n], b->p,
		b->len };
	d->n++;
out:
	return r;
}

static kc_result
gather(struct cer_room *room, const struct cer_instance *in, struct desk *d,
    const char *file, struct kc_err *err)
{
	const struct cer_node *step = in->step->node;
	const char *kind, *beside[EST_BESIDE_MAX];
	enum est_kind of = EST_KINDS;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_node_str(step, "kind", NULL, &kind, err));
	KC_TRY(r, cer_node_list(step, "beside", beside, EST_BESIDE_MAX, &n,
	    err));
	KC_TRY(r, take(room, in, d, est_kind_of(kind), file, err));
	for (size_t i = 0; i < n; i++)
		if (split(beside[i], &of, &file))
			KC_TRY(r, take(room, in, d, of, file, err));
out:
	return r;
}

/* Each assertion a row, then their sum. */
static kc_result
rows(struct cer_room *room, const struct cer_instance *in,
    const struct desk *d, struct kc_err *err)
{
	const struct est_estate *e = &d->found;
	char hex[KC_HEX];
	kc_result r = KC_DONE;

	kc_hex(e->sha256, KC_SHA256, hex);
	for (size_t i = 0; i < e->n; i++) {
		const struct aud_fact f[] = {
			AUD_S("name", e->is[i].name),
			AUD_S("state", cer_estate_word(e->is[i].truth)),
			AUD_S("found", kc_buf_str(&e->is[i].text)),
			AUD_S("sha256", hex),
		};

		KC_TRY(r, cer_row(room, "evidence.assertion", in, f, 4, err));
	}
	const struct aud_fact f[] = {
		AUD_S("name", d->name[0]),
		AUD_S("evidence", est_kind_name(e->kind)),
		AUD_S("sha256", hex),
		AUD_S("verdict", cer_estate_word(cer_estate_sum(e))),
		AUD_I("holds", (int64_t)(e->n - e->fails - e->unknown)),
		AUD_I("fails", (int64_t)e->fails),
		AUD_I("unknown", (int64_t)e->unknown),
	};
	r = cer_row(room, "evidence.checked", in, f, 7, err);
out:
	return r;
}

/* First what contradicts, then what is not shown; then what holds. */
static kc_result
show(struct cer_room *room, const struct cer_instance *in,
    const struct desk *d, struct kc_err *err)
{
	static const enum est_truth order[] = { EST_FAILS, EST_UNKNOWN,
		EST_HOLDS };
	const struct est_estate *e = &d->found;
	char text[200];

	room->view.n_lines = 0;
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i < e->n; i++)
			if (e->is[i].truth == order[k])
				cer_line(room, order[k] == EST_FAILS ?
				    CER_LINE_NOGO : order[k] == EST_HOLDS ?
				    CER_LINE_OK : CER_LINE_LABEL,
				    e->is[i].name, "%s%s", order[k] ==
				    EST_UNKNOWN ? "UNKNOWN: " : "",
				    kc_buf_str(&e->is[i].text));
	(void)snprintf(text, sizeof text, "%s: %zu hold, %zu do not hold, %zu "
	    "are unknown. It is unsigned: it shows what was exported.",
	    d->name[0], e->n - e->fails - e->unknown, e->fails, e->unknown);
	return cer_continue(room, in, "assertions", text, err);
}

/* A record by its hash: after a file was replaced there is another. */
static kc_result
keep(struct cer_room *room, const struct cer_instance *in,
    const struct desk *d, size_t i, struct kc_err *err)
{
	const char *name = d->name[i];
	uint8_t sha[KC_SHA256];
	char hex[KC_HEX], record[40];
	kc_result r;

	if (d->file[i].kind == EST_KIND_RECORD) {
		KC_TRY(r, kc_sha256_one(d->file[i].p, d->file[i].len, sha,
		    err));
		kc_hex(sha, sizeof sha, hex);
		(void)snprintf(record, sizeof record, "record-%.16s.json",
		    hex);
		name = record;
	}
	r = cer_artifact_put(room, in, name, d->file[i].p, d->file[i].len,
	    err);
out:
	return r;
}

static kc_result
judge(struct cer_room *room, const struct cer_instance *in, const char *file,
    struct kc_err *err)
{
	struct desk *d = calloc(1, sizeof *d);
	kc_result r;

	if (d == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for files");
	KC_TRY(r, gather(room, in, d, file, err));
	KC_TRY(r, est_check(&d->file[0], &d->file[1], d->n - 1,
	    room->site.estate, kc_clock_utc_ms(), &d->found, err));
	KC_TRY(r, rows(room, in, d, err));
	KC_TRY(r, show(room, in, d, err));
	KC_TRY(r, cer_estate_verdict(&d->found, d->name[0], err));
	for (size_t i = 0; i < d->n; i++)
		KC_TRY(r, keep(room, in, d, i, err));
out:
	if (!kc_ok(r))
		kc_certain(err, "%s; %s was not kept", CERTAIN, file);
	for (size_t i = 0; i < 1 + EST_BESIDE_MAX; i++)
		kc_buf_free(&d->bytes[i]);
	est_free(&d->found);
	free(d);
	return r;
}

/* Without a file's name: one for each key that the site file plans. */
static kc_result
judge_keys(struct cer_room *room, const struct cer_instance *in,
    const char *kind, struct kc_err *err)
{
	const struct est_approved *a = room->site.estate;
	char name[160];
	kc_result r = KC_DONE;

	if (a->n_keys == 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "the site file's estate "
		    "plans no keys, and the step names no file");
	for (size_t i = 0; i < a->n_keys && kc_ok(r); i++) {
		(void)snprintf(name, sizeof name, "%s-%.120s.json", kind,
		    a->key[i].name);
		r = cer_medium_name(name) ? judge(room, in, name, err) :
		    KC_FAIL(err, KC_EREFUSED, 0, "'%s' is too long for a "
		    "file's name", name);
	}
	return r;
}

kc_result
cer_do_evidence(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	const char *kind, *file;
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain, "%s",
	    CERTAIN);
	KC_TRY(r, cer_node_str(in->step->node, "kind", NULL, &kind, err));
	KC_TRY(r, cer_node_str(in->step->node, "file", "", &file, err));
	r = file[0] != '\0' ? judge(room, in, file, err) :
	    judge_keys(room, in, kind, err);
out:
	return r;
}
