/* SPDX-License-Identifier: Apache-2.0
 *
 * What people's cards sign: checkpoints, the manifest of an export, and
 * approvals of a step.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "audit/export.h"
#include "base/b64.h"
#include "base/file.h"
#include "ceremony/steps.h"

/* One signer: intent, login, signature, row.  A wrong PIN is the signer's
 * to repeat; the intent stands until the signature does. */
static kc_result
sign_with(struct cer_room *room, const struct cer_instance *in,
    struct aud_text *t, struct cer_card *card, struct kc_err *err)
{
	struct tok_card *tok = NULL;
	struct kc_buf sig = { 0 };
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "signatures already given stay; nothing else changes");
	KC_TRY(r, aud_text_intent(room->j, in->id, t, card->def->person,
	    err));
	KC_TRY(r, cer_room_login(room, in, card, true, &tok, err));
	KC_TRY(r, tok_sign(tok, &cer_key_id[TOK_SIGNING], 1, t->digest, &sig,
	    err));
	KC_TRY(r, aud_text_add(room->j, in->id, t, card->def->person,
	    &card->cert[TOK_SIGNING], &sig, err));
	cer_line(room, CER_LINE_OK, "Signed", "%s", card->def->person);
out:
	tok_close(&tok);
	kc_buf_free(&sig);
	return r;
}

static bool
has_signed(const struct aud_text *t, const char *cert_sha)
{
	for (size_t i = 0; i < t->n_signed; i++)
		if (strcmp(t->signed_by[i], cert_sha) == 0)
			return true;
	return false;
}

/* Cards in the order of the site file until K signatures stand.  A row that
 * is none of ours (an exception was filed) makes the text stale. */
static kc_result
collect(struct cer_room *room, const struct cer_instance *in,
    struct aud_text *t, bool *ret_stale, struct kc_err *err)
{
	uint64_t rows = aud_count(room->j);
	kc_result r = KC_DONE;

	*ret_stale = false;
	for (size_t i = 0; i < room->site.n_cards; i++) {
		struct cer_card *card = &room->st.card[i];

		if ((int64_t)t->n_signed >= t->required)
			break;
		if (card->cert[TOK_SIGNING].len == 0 ||
		    has_signed(t, card->cert_sha[TOK_SIGNING]))
			continue;
		r = sign_with(room, in, t, card, err);
		rows++;		/* the intent */
		if (r.code == KC_ECANCEL) {
			/* Esc: this one does not sign; another may. */
			r = KC_DONE;
			continue;
		}
		if (!kc_ok(r))
			break;
		rows++;		/* the signature */
		*ret_stale = aud_count(room->j) != rows;
		if (*ret_stale)
			break;
	}
	if (kc_ok(r) && !*ret_stale && (int64_t)t->n_signed < t->required)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%zu of the %lld required signatures were given",
		    t->n_signed, (long long)t->required);
	return r;
}

static kc_result
freeze(struct cer_room *room, const struct cer_instance *in, bool manifest,
    struct aud_text *ret, struct kc_err *err)
{
	struct aud_source src = { room->j, room->dir };
	uint64_t size = 0;
	kc_result r;

	if (!manifest)
		return aud_checkpoint_freeze(room->j, in->id, ret, err);
	r = aud_export_size(room->j, &size, err);
	if (!kc_ok(r))
		return r;
	if (size == 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "there is no finished checkpoint to export");
	return aud_export_freeze(&src, size, in->id, ret, err);
}

/* The directory is complete or not there.  One that is there is adopted if
 * its manifest is the one just signed: a kill came after the rename. */
static kc_result
write_export(struct cer_room *room, const struct aud_text *t,
    struct kc_err *err)
{
	struct aud_source src = { room->j, room->dir };
	struct kc_buf out = { 0 }, manifest = { 0 }, path = { 0 };
	struct aud_written w = { 0 };
	kc_result r;

	KC_TRY(r, cer_path(room, room->site.exports, "", &out, err));
	KC_TRY(r, kc_path_join(kc_buf_str(&out), "manifest.json", &path,
	    err));
	if (kc_file_exists(kc_buf_str(&path))) {
		KC_TRY(r, kc_file_read(kc_buf_str(&path), KC_FILE_MAX,
		    &manifest, err));
		if (manifest.len == t->body.len && memcmp(manifest.p,
		    t->body.p, t->body.len) == 0)
			goto out;
	}
	r = aud_export_write(&src, kc_buf_str(&out), &w, err);
	if (kc_ok(r)) {
		cer_line(room, CER_LINE_LABEL, "Export", "%s",
		    kc_buf_str(&out));
		cer_line(room, CER_LINE_OK, "Read back", "%zu files, %s",
		    w.files, w.past_cache ? "past the cache" :
		    "after the cache was asked to forget them");
	}
out:
	kc_buf_free(&out);
	kc_buf_free(&manifest);
	kc_buf_free(&path);
	return r;
}

/* Only after the directory stands is the step done. */
static kc_result
written_row(struct cer_room *room, const struct cer_instance *in,
    const struct aud_text *t, struct kc_err *err)
{
	struct aud_fact f[] = { AUD_I("size", t->number) };

	return cer_row(room, CER_EXPORT_WRITTEN, in, f, 1, err);
}

kc_result
cer_sign_text(struct cer_room *room, const struct cer_instance *in,
    bool manifest, struct kc_err *err)
{
	struct aud_text t = { 0 };
	bool stale = true;
	char hex[KC_HEX];
	uint8_t sha[KC_SHA256];
	kc_result r = KC_DONE;

	while (stale) {
		aud_text_free(&t);
		KC_TRY(r, freeze(room, in, manifest, &t, err));
		KC_TRY(r, kc_sha256_one(t.body.p, t.body.len, sha, err));
		kc_hex(sha, sizeof sha, hex);
		cer_line(room, CER_LINE_HASH, manifest ? "Manifest" :
		    "Checkpoint", "%s", hex);
		KC_TRY(r, collect(room, in, &t, &stale, err));
	}
	KC_TRY(r, aud_text_end(room->j, in->id, &t, err));
	if (manifest)
		KC_TRY(r, write_export(room, &t, err));
	r = manifest ? written_row(room, in, &t, err) :
	    cer_catch_up(room, err);
out:
	aud_text_free(&t);
	return r;
}

static kc_result
verify(const struct kc_buf *cert, const struct kc_buf *text,
    const struct kc_buf *sig, struct kc_err *err)
{
	const unsigned char *p = cert->p;
	X509 *x = d2i_X509(NULL, &p, (long)cert->len);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = x != NULL && ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL,
	    X509_get0_pubkey(x)) == 1 &&
	    EVP_DigestVerify(ctx, sig->p, sig->len, text->p, text->len) == 1;

	EVP_MD_CTX_free(ctx);
	X509_free(x);
	if (!good)
		return KC_FAIL_SSL(err, KC_ECARD,
		    "the card's signature does not verify");
	return KC_DONE;
}

/* The card's answer is checked before it becomes a row. */
kc_result
cer_sign_checked(const struct cer_card *card, enum tok_use use,
    struct tok_card *tok, const struct kc_buf *text, struct kc_buf *ret_sig,
    struct kc_err *err)
{
	uint8_t digest[KC_SHA256];
	kc_result r;

	KC_TRY(r, kc_sha256_one(text->p, text->len, digest, err));
	KC_TRY(r, tok_sign(tok, &cer_key_id[use], 1, digest, ret_sig, err));
	r = verify(&card->cert[use], text, ret_sig, err);
out:
	return r;
}

static kc_result
approval_row(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, const struct kc_buf *text,
    const struct kc_buf *sig, struct kc_err *err)
{
	struct kc_buf b64 = { 0 };
	struct aud_fact f[4];
	kc_result r;

	KC_TRY(r, kc_b64_encode(sig->p, sig->len, &b64, err));
	f[0] = AUD_S("signer", card->def->person);
	f[1] = AUD_S("cert.sha256", card->cert_sha[TOK_SIGNING]);
	f[2] = AUD_S("text", kc_buf_str(text));
	f[3] = AUD_S("signature", kc_buf_str(&b64));
	r = cer_row(room, "approval", in, f, 4, err);
out:
	kc_buf_free(&b64);
	return r;
}

kc_result
cer_approve(struct cer_room *room, const struct cer_instance *in,
    const char *person, const char *subject, const char *digest_hex,
    struct kc_err *err)
{
	struct cer_card *card = cer_card_of(room, person);
	struct cer_command c = { .command = "approve", .cls = "repeatable",
		.key = "signing", .card = card };
	struct tok_card *tok = NULL;
	struct kc_buf text = { 0 }, sig = { 0 };
	kc_result r;

	if (card == NULL || card->cert[TOK_SIGNING].len == 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s has no signing card in this ceremony", person);
	KC_TRY(r, kc_buf_addf(&text, err, "ceremony-approval-v1 %s %s %s %s",
	    aud_mode_name(aud_get_mode(room->j)), aud_get_id(room->j),
	    subject, digest_hex));
	KC_TRY(r, cer_room_login(room, in, card, false, &tok, err));
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = cer_sign_checked(card, TOK_SIGNING, tok, &text, &sig, err);
	KC_TRY(r, cer_command_end(room, in, &c, r, NULL, 0, err));
	KC_TRY(r, approval_row(room, in, card, &text, &sig, err));
	cer_line(room, CER_LINE_OK, "Approved", "%s, with a card", person);
out:
	tok_close(&tok);
	kc_buf_free(&text);
	kc_buf_free(&sig);
	return r;
}
