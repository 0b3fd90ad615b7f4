/* SPDX-License-Identifier: Apache-2.0
 *
 * The action that judges what an HSM signed about a key: of one file, or of
 * each key that the site file plans.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/steps.h"
#include "estate/attestation.h"

#define CERTAIN "the file was judged, nothing else was done"

/* struct desk: an attestation, and the key show beside it. */
struct desk {
	const char *name, *key_name;
	struct kc_buf file, key;
	uint8_t sha256[KC_SHA256];
	struct est_attest found;
};

static const char *const state_word[] = {
	[EST_ATTEST_UNREACHED] = "not-reached", [EST_ATTEST_HOLDS] = "holds",
	[EST_ATTEST_UNPROVED] = "not-proven",
	[EST_ATTEST_FAILS] = "does-not-hold",
};

kc_result
cer_attestation_fields(const struct cer_node *step, struct kc_err *err)
{
	const char *name[2];
	kc_result r;

	KC_TRY(r, cer_node_str(step, "file", "a", &name[0], err));
	KC_TRY(r, cer_node_str(step, "key", "a", &name[1], err));
	for (size_t i = 0; i < 2; i++)
		if (!cer_medium_name(name[i]))
			return CER_NODE_FAIL(cer_node_get(step, i == 0 ?
			    "file" : "key"), err, "'%.40s' is no name of a "
			    "file: letters, digits, '.' and '-'", name[i]);
	if (cer_node_get(step, "key") != NULL &&
	    cer_node_get(step, "file") == NULL)
		return CER_NODE_FAIL(cer_node_get(step, "key"), err,
		    "'key' stands beside a 'file'");
out:
	return r;
}

/* Each link a row, then what they come to. */
static kc_result
rows(struct cer_room *room, const struct cer_instance *in,
    const struct desk *d, kc_result verdict, struct kc_err *err)
{
	const struct est_attest *f = &d->found;
	char hex[KC_HEX], root[KC_HEX] = "";
	kc_result r = KC_DONE;

	kc_hex(d->sha256, KC_SHA256, hex);
	if (f->has_root)
		kc_hex(f->owner_root, KC_SHA256, root);
	for (int i = 0; i < EST_ATTEST_LINKS; i++)
		KC_TRY(r, cer_row(room, "attestation.link", in,
		    (struct aud_fact[]){ AUD_S("name", est_attest_name(
		    (enum est_attest_link)i)), AUD_S("state",
		    state_word[f->state[i]]), AUD_S("found", f->text[i]),
		    AUD_S("sha256", hex) }, 4, err));
	r = cer_row(room, "attestation.checked", in, (struct aud_fact[]){
	    AUD_S("name", d->name), AUD_S("sha256", hex), AUD_S("verdict",
	    kc_ok(verdict) ? "holds" : "does-not-hold"), AUD_S("key.id",
	    f->id), AUD_S("owner-root.sha256", root) }, 5, err);
out:
	return r;
}

/* First what fails; the properties of the key stand last, where they are
 * read. */
static kc_result
show(struct cer_room *room, const struct cer_instance *in,
    const struct desk *d, struct kc_err *err)
{
	char text[200];

	room->view.n_lines = 0;
	for (int i = 0; i < EST_ATTEST_LINKS; i++)
		if (d->found.state[i] != EST_ATTEST_UNREACHED)
			cer_line(room, d->found.state[i] == EST_ATTEST_FAILS ?
			    CER_LINE_NOGO : d->found.state[i] ==
			    EST_ATTEST_HOLDS ? CER_LINE_OK : CER_LINE_LABEL,
			    est_attest_name((enum est_attest_link)i), "%s",
			    d->found.text[i]);
	(void)snprintf(text, sizeof text, "%s. It does not show %s.", d->name,
	    est_attest_unproven(0));
	return cer_continue(room, in, "links", text, err);
}

/* An HSM whose firmware or az has no attestations brings none: then that is
 * what the record says. */
static kc_result
is_brought(struct cer_room *room, const struct cer_instance *in,
    const char *file, bool *ret, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	char text[240];
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "attested",
		.person = in->person->id, .name = in->person->name,
		.text = text, .certain = CERTAIN };
	kc_result r;

	*ret = true;
	KC_TRY(r, cer_artifact_adopt(room, in, file, err));
	if (cer_artifact_get(room, file) != NULL)
		goto out;
	(void)snprintf(text, sizeof text, "Did the online side bring %.80s? "
	    "(No: where that key was made stays unproven, and the record "
	    "says so.)", file);
	KC_TRY(r, cer_ask(room, in, &q, &a, err));
	*ret = strcmp(a.text, "yes") == 0;
	if (!*ret)
		r = cer_row(room, "attestation.checked", in,
		    (struct aud_fact[]){ AUD_S("name", file),
		    AUD_S("sha256", ""), AUD_S("verdict", "none"),
		    AUD_S("key.id", ""), AUD_S("owner-root.sha256", "") }, 5,
		    err);
out:
	return r;
}

static kc_result
judge(struct cer_room *room, const struct cer_instance *in, const char *file,
    const char *key, struct kc_err *err)
{
	struct desk *d = calloc(1, sizeof *d);
	const struct est_approved *a = room->site.estate;
	struct est_attest_ask ask = { .name = file, .at_ms =
		kc_clock_utc_ms() };
	struct kc_err why = { 0 };
	kc_result r, verdict;
	bool brought;

	if (d == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for files");
	d->name = file;
	KC_TRY(r, is_brought(room, in, file, &brought, err));
	if (!brought)
		goto out;
	KC_TRY(r, cer_paper_take(room, in, file, &d->file, err));
	ask.p = kc_buf_str(&d->file);
	ask.len = d->file.len;
	if (key[0] != '\0') {
		KC_TRY(r, cer_paper_take(room, in, key, &d->key, err));
		ask.key_name = key;
		ask.key = kc_buf_str(&d->key);
		ask.key_len = d->key.len;
	}
	if (a->has_owner_root)
		ask.owner_root = a->owner_root;
	KC_TRY(r, kc_sha256_one(ask.p, ask.len, d->sha256, err));
	verdict = est_attest_verify(&ask, &d->found, &why);
	KC_TRY(r, rows(room, in, d, verdict, err));
	KC_TRY(r, show(room, in, d, err));
	if (!kc_ok(verdict)) {
		*err = why;
		r = verdict;
		goto out;
	}
	KC_TRY(r, cer_artifact_put(room, in, file, d->file.p, d->file.len,
	    err));
	if (key[0] != '\0')
		r = cer_artifact_put(room, in, key, d->key.p, d->key.len,
		    err);
out:
	if (!kc_ok(r))
		kc_certain(err, "%s; %s was not kept", CERTAIN, file);
	kc_buf_free(&d->file);
	kc_buf_free(&d->key);
	free(d);
	return r;
}

/* One for each key of the plan: attestation-NAME.json, key-NAME.json. */
static kc_result
judge_keys(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	const struct est_approved *a = room->site.estate;
	char file[160], key[160];
	kc_result r = KC_DONE;

	if (a->n_keys == 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "the site file's estate "
		    "plans no keys, and the step names no file");
	for (size_t i = 0; i < a->n_keys && kc_ok(r); i++) {
		(void)snprintf(file, sizeof file, "attestation-%.120s.json",
		    a->key[i].name);
		(void)snprintf(key, sizeof key, "key-%.120s.json",
		    a->key[i].name);
		r = cer_medium_name(file) ? judge(room, in, file, key, err) :
		    KC_FAIL(err, KC_EREFUSED, 0, "'%s' is too long for a "
		    "file's name", file);
	}
	return r;
}

kc_result
cer_do_attestation(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	const char *file, *key;
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain, "%s",
	    CERTAIN);
	KC_TRY(r, cer_node_str(in->step->node, "file", "", &file, err));
	KC_TRY(r, cer_node_str(in->step->node, "key", "", &key, err));
	r = file[0] != '\0' ? judge(room, in, file, key, err) :
	    judge_keys(room, in, err);
out:
	return r;
}
