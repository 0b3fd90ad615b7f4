/* SPDX-License-Identifier: Apache-2.0
 *
 * The action that wraps a key to a managed HSM's key exchange key: who
 * receives it, by a second person's paper; the key; the blob.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/kek.h"
#include "ceremony/readback.h"
#include "ceremony/steps.h"

#define NOTHING "nothing was wrapped, nothing was written"
#define WRITTEN "the blob is the one in the journal; no key was changed"

/* struct paper: a file of the online side. */
struct paper {
	const char *name;	/* "" where the step has none */
	struct kc_buf bytes;
};

struct desk {
	struct paper pem, show, attestation;
	struct cer_kek k;
	char sha[KC_HEX];	/* of the KEK */
	const char *blob_name;
	struct kc_buf blob;
	char kind[CER_TARGET_TEXT], shows[CER_TARGET_TEXT];
};

/* From the artifacts, if a step or run before kept it; else the medium. */
static kc_result
take(struct cer_room *room, const struct cer_instance *in, const char *field,
    struct paper *p, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, cer_node_str(in->step->node, field, "", &p->name, err));
	if (p->name[0] == '\0')
		return r;
	r = cer_paper_take(room, in, p->name, &p->bytes, err);
out:
	return r;
}

/* An HSM of firmware or az that has no attestation brings none: then that is
 * what the record says. */
static kc_result
take_attestation(struct cer_room *room, const struct cer_instance *in,
    struct paper *p, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "attested",
		.person = in->person->id, .name = in->person->name,
		.text = "Did the online side bring an attestation of the KEK? "
		"(No: its origin stays unproven, and the record says so.)",
		.certain = NOTHING };
	const char *name;
	kc_result r;

	p->name = "";
	KC_TRY(r, cer_node_str(in->step->node, "attestation", "", &name,
	    err));
	if (name[0] == '\0')
		return r;
	KC_TRY(r, cer_artifact_adopt(room, in, name, err));
	if (cer_artifact_get(room, name) == NULL) {
		KC_TRY(r, cer_ask(room, in, &q, &a, err));
		if (strcmp(a.text, "yes") != 0)
			return r;
	}
	r = take(room, in, "attestation", p, err);
out:
	return r;
}

static kc_result
keep(struct cer_room *room, const struct cer_instance *in,
    const struct paper *p, struct kc_err *err)
{
	return p->name[0] == '\0' ? KC_DONE : cer_artifact_put(room, in,
	    p->name, p->bytes.p, p->bytes.len, err);
}

/* The kid is the key show's; everything else must agree with it. */
static kc_result
judge(struct cer_room *room, struct desk *d, struct kc_err *err)
{
	struct kc_buf kid = { 0 };
	int64_t now = kc_clock_utc_ms();
	kc_result r;

	KC_TRY(r, est_kek_kid(d->show.name, d->show.bytes.p,
	    d->show.bytes.len, &kid, err));
	KC_TRY(r, est_kek_read(d->pem.name, d->pem.bytes.p,
	    d->pem.bytes.len, kc_buf_str(&kid), room->site.pool, &d->k.kek,
	    err));
	KC_TRY(r, est_kek_shown(&d->k.kek, d->show.name, d->show.bytes.p,
	    d->show.bytes.len, now, err));
	d->k.shown = true;
	if (d->attestation.name[0] != '\0')
		KC_TRY(r, cer_kek_attest(&d->k, d->attestation.name,
		    &d->attestation.bytes,
		    room->site.estate->has_owner_root ?
		    room->site.estate->owner_root : NULL, now, err));
	kc_hex(d->k.kek.sha256, KC_SHA256, d->sha);
out:
	kc_buf_free(&kid);
	return r;
}

static kc_result
kek_row(struct cer_room *room, const struct cer_instance *in,
    const struct desk *d, struct kc_err *err)
{
	const struct aud_fact f[] = {
		AUD_S("kek.sha256", d->sha),
		AUD_S("kid", d->k.kek.kid),
		AUD_I("bits", (int64_t)d->k.kek.bits),
		AUD_S("origin", cer_kek_origin_word(&d->k)),
		AUD_S("owner-root.sha256", d->k.owner_root),
	};

	return cer_row(room, "byok.kek", in, f, d->k.owner_root[0] != '\0' ?
	    5 : 4, err);
}

static void
show_kek(struct cer_room *room, const struct desk *d)
{
	room->view.n_lines = 0;
	cer_line(room, CER_LINE_OK, "KEK", "RSA, %zu bits; it may import and "
	    "nothing else", d->k.kek.bits);
	cer_line(room, CER_LINE_LABEL, "Its name", "%s", d->k.kek.kid);
	cer_line(room, d->k.attested ? CER_LINE_OK : CER_LINE_NOGO, "Origin",
	    "%s", cer_kek_origin(&d->k));
}

/* A second person's paper, then the word. */
static kc_result
ratify(struct cer_room *room, const struct cer_instance *in,
    const struct desk *d, struct kc_err *err)
{
	char what[120];
	struct cer_readback rb = { .subject = "kek", .what = what,
		.sha = d->sha, .by = cer_step_reader(&room->site, in->step) };
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_WORD, .key = "wrap",
		.person = in->person->id, .name = in->person->name,
		.word = "WRAP", .certain = NOTHING, .text = "Whoever has this "
		"KEK's private half can read the key. Two people compare the "
		"words with their own papers." };
	kc_result r;

	show_kek(room, d);
	KC_TRY(r, cer_continue(room, in, "kek", "The key exchange key, as the "
	    "online side brought it.", err));
	(void)snprintf(what, sizeof what, "the key exchange key of %.60s",
	    room->site.pool);
	KC_TRY(r, cer_read_back(room, in, &rb, err));
	show_kek(room, d);
	cer_line(room, CER_LINE_HASH, "SHA-256", "%s", d->sha);
	r = cer_ask(room, in, &q, &a, err);
out:
	return r;
}

/* Before the file: what is in it, and where from. */
static kc_result
wrapped_row(struct cer_room *room, const struct cer_instance *in,
    const struct desk *d, const struct cer_byok_source *from,
    const struct est_target *t, struct kc_err *err)
{
	uint8_t sha[KC_SHA256];
	char hex[KC_HEX], public[KC_HEX];
	struct aud_fact f[10];
	size_t n = 0;
	kc_result r;

	KC_TRY(r, kc_sha256_one(d->blob.p, d->blob.len, sha, err));
	kc_hex(sha, sizeof sha, hex);
	f[n++] = AUD_S("kek.sha256", d->sha);
	f[n++] = AUD_S("kid", d->k.kek.kid);
	f[n++] = AUD_S("type", t->type);
	f[n++] = AUD_I("bits", (int64_t)t->bits);
	if (t->curve != NULL)
		f[n++] = AUD_S("curve", t->curve);
	if (t->spki.len > 0) {
		KC_TRY(r, kc_sha256_one(t->spki.p, t->spki.len, sha, err));
		kc_hex(sha, sizeof sha, public);
		f[n++] = AUD_S("public.sha256", public);
	} else {
		kc_hex(t->kcv, sizeof t->kcv, public);
		f[n++] = AUD_S("check-value", public);
	}
	f[n++] = AUD_S("source", from->from == CER_BYOK_CARD ? "card" :
	    "file");
	f[n++] = AUD_S("blob", d->blob_name);
	f[n++] = AUD_S("blob.sha256", hex);
	r = cer_row(room, "byok.wrapped", in, f, n, err);
out:
	return r;
}

/* The key is in this function's hands alone, and gone at its end. */
static kc_result
wrap(struct cer_room *room, const struct cer_instance *in, struct desk *d,
    const struct cer_byok_source *from, struct kc_err *err)
{
	struct est_target t = { 0 };
	kc_result r;

	KC_TRY(r, cer_byok_load(room, in, from, &t, err));
	KC_TRY(r, est_byok_wrap(&d->k.kek, &t, CER_BYOK_GENERATOR, &d->blob,
	    err));
	KC_TRY(r, est_byok_check(d->blob_name, d->blob.p, d->blob.len,
	    &d->k.kek, t.plain.len, err));
	kc_secret_free(&t.plain);
	KC_TRY(r, cer_target_say(&t, d->kind, d->shows, err));
	r = wrapped_row(room, in, d, from, &t, err);
out:
	est_target_free(&t);
	return r;
}

/* One blob a step: an interrupted run's is taken up, not made again; that of
 * another step holds another key. */
static kc_result
make_blob(struct cer_room *room, const struct cer_instance *in,
    struct desk *d, const struct cer_byok_source *from, struct kc_err *err)
{
	const struct cer_artifact *a;
	kc_result r;

	KC_TRY(r, cer_artifact_adopt(room, in, d->blob_name, err));
	a = cer_artifact_get(room, d->blob_name);
	if (a != NULL && (strcmp(room->st.wrapped_in, in->id) != 0 ||
	    strcmp(room->st.wrapped, a->sha256) != 0)) {
		r = KC_FAIL(err, KC_EEXISTS, 0, "%s is in the journal "
		    "already, and this step did not make it", d->blob_name);
		goto out;
	}
	if (a != NULL) {
		r = cer_artifact_read(room, d->blob_name, &d->blob, err);
		goto out;
	}
	KC_TRY(r, wrap(room, in, d, from, err));
	r = cer_artifact_put(room, in, d->blob_name, d->blob.p, d->blob.len,
	    err);
out:
	return r;
}

/* On the medium, read back from it. */
static kc_result
give(struct cer_room *room, const struct cer_instance *in, struct desk *d,
    struct kc_err *err)
{
	bool past = false;
	kc_result r;

	room->view.n_lines = 0;
	if (d->kind[0] != '\0') {
		cer_line(room, CER_LINE_OK, "Wrapped", "%s", d->kind);
		cer_line(room, CER_LINE_LABEL, "Must show", "%s", d->shows);
	}
	KC_TRY(r, cer_medium_put(room, in, d->blob_name, d->blob.p,
	    d->blob.len, err));
	KC_TRY(r, cer_medium_reread(room, d->blob_name, &d->blob, &past,
	    err));
	cer_line(room, CER_LINE_OK, "Read back", "%zu bytes%s", d->blob.len,
	    past ? ", from the medium itself" : "");
	r = cer_continue(room, in, "wrapped", "Only the HSM can open the "
	    "blob. After the import, compare what key show says with the "
	    "journal.", err);
out:
	return r;
}

static void
desk_free(struct desk *d)
{
	kc_buf_free(&d->pem.bytes);
	kc_buf_free(&d->show.bytes);
	kc_buf_free(&d->attestation.bytes);
	kc_buf_free(&d->blob);
	cer_kek_free(&d->k);
}

kc_result
cer_do_byok(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_byok_source from = { 0 };
	struct desk d = { 0 };
	const char *certain = NOTHING;
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain, "%s",
	    certain);
	KC_TRY(r, cer_node_str(in->step->node, "blob", NULL, &d.blob_name,
	    err));
	KC_TRY(r, take(room, in, "kek", &d.pem, err));
	KC_TRY(r, take(room, in, "show", &d.show, err));
	KC_TRY(r, take_attestation(room, in, &d.attestation, err));
	KC_TRY(r, judge(room, &d, err));
	KC_TRY(r, kek_row(room, in, &d, err));
	KC_TRY(r, ratify(room, in, &d, err));
	KC_TRY(r, keep(room, in, &d.pem, err));
	KC_TRY(r, keep(room, in, &d.show, err));
	KC_TRY(r, keep(room, in, &d.attestation, err));
	KC_TRY(r, cer_byok_choose(room, in, &from, err));
	KC_TRY(r, make_blob(room, in, &d, &from, err));
	certain = WRITTEN;
	(void)snprintf(room->view.certain, sizeof room->view.certain, "%s",
	    certain);
	KC_TRY(r, give(room, in, &d, err));
	r = cer_byok_fate(room, in, &from, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "%s", certain);
	desk_free(&d);
	return r;
}
