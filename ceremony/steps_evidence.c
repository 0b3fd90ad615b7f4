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

#define NAME_MAX_CHARS 60
#define CERTAIN "the file was judged, nothing else was done"

/* struct desk: the judged file, and those beside it. */
struct desk {
	struct sd_estate_file file[1 + SD_BESIDE_MAX];
	struct kc_buf bytes[1 + SD_BESIDE_MAX];
	char name[1 + SD_BESIDE_MAX][NAME_MAX_CHARS + 1];
	size_t n;
	struct sd_estate found;
};

/* A name that is one in a folder and in the export. */
static bool
is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-");

	return n > 0 && n <= NAME_MAX_CHARS && s[n] == '\0' && s[0] != '.' &&
	    s[0] != '-';
}

/* "pool=pool.json" */
static bool
split(const char *word, enum sd_kind *ret_kind, const char **ret_name)
{
	const char *eq = strchr(word, '=');
	char kind[24] = "";

	if (eq == NULL || (size_t)(eq - word) >= sizeof kind)
		return false;
	memcpy(kind, word, (size_t)(eq - word));
	*ret_kind = sd_kind_of(kind);
	*ret_name = eq + 1;
	return *ret_kind != SD_KINDS && is_name(eq + 1);
}

kc_result
cer_evidence_fields(const struct cer_node *step, struct kc_err *err)
{
	const char *kind, *file, *beside[SD_BESIDE_MAX];
	enum sd_kind of;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_node_str(step, "kind", NULL, &kind, err));
	KC_TRY(r, cer_node_str(step, "file", NULL, &file, err));
	if (sd_kind_of(kind) >= SD_KIND_JUDGED)
		return CER_NODE_FAIL(cer_node_get(step, "kind"), err,
		    "'%.40s' is none of pool, roles, key, rotation, backup, "
		    "settings", kind);
	if (!is_name(file))
		return CER_NODE_FAIL(cer_node_get(step, "file"), err,
		    "'%.40s' is no name of a file: a-z, 0-9, '.' and '-'",
		    file);
	KC_TRY(r, cer_node_list(step, "beside", beside, SD_BESIDE_MAX, &n,
	    err));
	for (size_t i = 0; i < n; i++)
		if (!split(beside[i], &of, &file))
			return CER_NODE_FAIL(cer_node_get(step, "beside"),
			    err, "'%.40s' is not KIND=FILE", beside[i]);
out:
	return r;
}

/* One that was kept by a step before is the one that is meant. */
static kc_result
take(struct cer_room *room, const struct cer_instance *in, struct desk *d,
    enum sd_kind kind, const char *name, struct kc_err *err)
{
	struct kc_buf *b = &d->bytes[d->n];
	kc_result r;

	KC_TRY(r, cer_artifact_adopt(room, in, name, err));
	if (cer_artifact_get(room, name) != NULL)
		KC_TRY(r, cer_artifact_read(room, name, b, err));
	else
		KC_TRY(r, cer_medium_take(room, in, name, b, err));
	memcpy(d->name[d->n], name, strlen(name) + 1);
	d->file[d->n] = (struct sd_estate_file){ kind, d->name[d->n], b->p,
		b->len };
	d->n++;
out:
	return r;
}

static kc_result
gather(struct cer_room *room, const struct cer_instance *in, struct desk *d,
    struct kc_err *err)
{
	const struct cer_node *step = in->step->node;
	const char *kind, *file, *beside[SD_BESIDE_MAX];
	enum sd_kind of = SD_KINDS;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_node_str(step, "kind", NULL, &kind, err));
	KC_TRY(r, cer_node_str(step, "file", NULL, &file, err));
	KC_TRY(r, cer_node_list(step, "beside", beside, SD_BESIDE_MAX, &n,
	    err));
	KC_TRY(r, take(room, in, d, sd_kind_of(kind), file, err));
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
	const struct sd_estate *e = &d->found;
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
		AUD_S("evidence", sd_kind_name(e->kind)),
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
	static const enum sd_truth order[] = { SD_FAILS, SD_UNKNOWN,
		SD_HOLDS };
	const struct sd_estate *e = &d->found;
	char text[200];

	room->view.n_lines = 0;
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i < e->n; i++)
			if (e->is[i].truth == order[k])
				cer_line(room, order[k] == SD_FAILS ?
				    CER_LINE_NOGO : order[k] == SD_HOLDS ?
				    CER_LINE_OK : CER_LINE_LABEL,
				    e->is[i].name, "%s%s", order[k] ==
				    SD_UNKNOWN ? "UNKNOWN: " : "",
				    kc_buf_str(&e->is[i].text));
	(void)snprintf(text, sizeof text, "%s: %zu hold, %zu do not hold, %zu "
	    "are unknown. It is unsigned: it shows what was exported.",
	    d->name[0], e->n - e->fails - e->unknown, e->fails, e->unknown);
	return cer_continue(room, in, "assertions", text, err);
}

kc_result
cer_do_evidence(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct desk *d = calloc(1, sizeof *d);
	kc_result r;

	if (d == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for files");
	(void)snprintf(room->view.certain, sizeof room->view.certain, "%s",
	    CERTAIN);
	KC_TRY(r, gather(room, in, d, err));
	KC_TRY(r, sd_estate_check(&d->file[0], &d->file[1], d->n - 1,
	    room->site.estate, kc_clock_utc_ms(), &d->found, err));
	KC_TRY(r, rows(room, in, d, err));
	KC_TRY(r, show(room, in, d, err));
	KC_TRY(r, cer_estate_verdict(&d->found, d->name[0], err));
	for (size_t i = 0; i < d->n; i++)
		KC_TRY(r, cer_artifact_put(room, in, d->name[i],
		    d->bytes[i].p, d->bytes[i].len, err));
out:
	if (!kc_ok(r))
		kc_certain(err, "%s; no file was kept", CERTAIN);
	for (size_t i = 0; i < 1 + SD_BESIDE_MAX; i++)
		kc_buf_free(&d->bytes[i]);
	sd_estate_free(&d->found);
	free(d);
	return r;
}
