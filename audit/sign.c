/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that several cards sign: the rows of their signing.
 */
#include "audit/sign.h"

#include <string.h>

#include "audit/cert.h"
#include "audit/cms.h"
#include "audit/state.h"
#include "base/b64.h"

void
aud_text_free(struct aud_text *t)
{
	if (t == NULL)
		return;
	kc_buf_free(&t->body);
	*t = (struct aud_text){ 0 };
}

/* The text that is being signed, from the journal's state. */
static kc_result
fill(const struct aud_frozen *f, struct aud_text *ret, struct kc_err *err)
{
	struct aud_text t = { .manifest = f->manifest, .number = f->number,
		.required = f->required, .n_signed = f->n_sigs };
	kc_result r;

	KC_TRY(r, aud_cms_digest_of(f->hash, t.digest, err));
	if (!f->manifest)
		KC_TRY(r, kc_buf_add(&t.body, f->body.p, f->body.len, err));
	for (size_t i = 0; i < f->n_sigs; i++)
		memcpy(t.signed_by[i], f->listed[f->by[i]].sha256, KC_HEX);
	*ret = t;
out:
	return r;
}

static const struct aud_frozen *
latest(const struct aud_state *st, bool manifest)
{
	return manifest ? st->ex :
	    st->n_cps > 0 ? st->cps[st->n_cps - 1] : NULL;
}

kc_result
aud_checkpoint_freeze(struct aud_journal *j, const char *step,
    struct aud_text *ret, struct kc_err *err)
{
	struct kc_buf body = { 0 }, b64 = { 0 };
	struct aud_state st = { 0 };
	struct aud_text t = { 0 };
	kc_result r;

	KC_TRY(r, aud_state_load(&st, j, aud_count(j), err));
	KC_TRY(r, aud_state_checkpoint(&st, &body, err));
	KC_TRY(r, kc_b64_encode(body.p, body.len, &b64, err));
	KC_TRY(r, aud_cms_digest(body.p, body.len, t.digest, err));
	t.number = (int64_t)st.n_cps + 1;
	t.required = st.required;
	KC_TRY(r, aud_append(j, AUD_KIND_CP_BODY, step, (struct aud_fact[]){
	    AUD_I("number", t.number), AUD_S("body", kc_buf_str(&b64)) }, 2,
	    NULL, err));
	t.body = body;
	body = (struct kc_buf){ 0 };
	*ret = t;
out:
	aud_state_free(&st);
	kc_buf_free(&b64);
	kc_buf_free(&body);
	return r;
}

kc_result
aud_text_resume(struct aud_journal *j, const char *step, bool manifest,
    struct aud_text *ret, bool *ret_found, struct kc_err *err)
{
	const struct aud_frozen *f;
	struct aud_state st = { 0 };
	kc_result r;

	(void)step;
	KC_TRY(r, aud_state_load(&st, j, aud_count(j), err));
	f = latest(&st, manifest);
	if (f == NULL || f->ended || f->dirty) {
		*ret_found = false;
		goto out;
	}
	KC_TRY(r, fill(f, ret, err));
	*ret_found = true;
out:
	aud_state_free(&st);
	return r;
}

/* The journal's own view of a text; refuses a text that is not the one
 * being signed. */
static kc_result
find_text(struct aud_journal *j, const struct aud_text *t,
    struct aud_state *st, const struct aud_frozen **ret, struct kc_err *err)
{
	const struct aud_frozen *f;
	kc_result r;

	KC_TRY(r, aud_state_load(st, j, aud_count(j), err));
	f = latest(st, t->manifest);
	if (f == NULL || f->ended || f->number != t->number ||
	    f->n_sigs != t->n_signed)
		return KC_FAIL(err, KC_EBUG, 0,
		    "text %lld is not the one that is being signed",
		    (long long)t->number);
	*ret = f;
out:
	return r;
}

static const char *
number_name(const struct aud_text *t)
{
	return t->manifest ? "size" : "number";
}

kc_result
aud_text_intent(struct aud_journal *j, const char *step, struct aud_text *t,
    const char *signer, struct kc_err *err)
{
	return aud_append(j, t->manifest ? AUD_KIND_EX_INTENT :
	    AUD_KIND_CP_INTENT, step, (struct aud_fact[]){
	    AUD_I(number_name(t), t->number), AUD_S("signer", signer) }, 2,
	    NULL, err);
}

/* Everything that makes a signature one of this text's. */
static kc_result
check_signature(const struct aud_frozen *f, const struct aud_text *t,
    const char *signer, const struct aud_signature *s,
    char ret_sha[static KC_HEX], struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	size_t at;
	kc_result r;

	KC_TRY(r, aud_cert_check(signer, &s->cert, err));
	KC_TRY(r, kc_sha256_one(s->cert.p, s->cert.len, hash, err));
	kc_hex(hash, sizeof hash, ret_sha);
	at = aud_frozen_find(f, ret_sha);
	if (at == f->n_listed || strcmp(f->listed[at].name, signer) != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "the certificate %s of %s "
		    "is not among the %zu signers of this text", ret_sha,
		    signer, f->n_listed);
		goto out;
	}
	for (size_t i = 0; i < f->n_sigs; i++)
		if (f->by[i] == at) {
			r = KC_FAIL(err, KC_EREFUSED, 0,
			    "%s has signed this text already", signer);
			goto out;
		}
	r = aud_cert_verify(signer, &s->cert, t->digest, &s->sig, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "this signature is not in the journal");
	return r;
}

kc_result
aud_text_add(struct aud_journal *j, const char *step, struct aud_text *t,
    const char *signer, const struct kc_buf *cert_der,
    const struct kc_buf *sig, struct kc_err *err)
{
	const struct aud_signature s = { *cert_der, *sig };
	const struct aud_frozen *f = NULL;
	struct aud_state st = { 0 };
	struct kc_buf b64 = { 0 };
	char sha[KC_HEX] = "";
	kc_result r;

	KC_TRY(r, find_text(j, t, &st, &f, err));
	KC_TRY(r, check_signature(f, t, signer, &s, sha, err));
	KC_TRY(r, kc_b64_encode(sig->p, sig->len, &b64, err));
	KC_TRY(r, aud_append(j, t->manifest ? AUD_KIND_EX_SIGNATURE :
	    AUD_KIND_CP_SIGNATURE, step, (struct aud_fact[]){
	    AUD_I(number_name(t), t->number), AUD_S("signer", signer),
	    AUD_S("cert.sha256", sha),
	    AUD_S("signature", kc_buf_str(&b64)) }, 4, NULL, err));
	memcpy(t->signed_by[t->n_signed++], sha, KC_HEX);
out:
	kc_buf_free(&b64);
	aud_state_free(&st);
	return r;
}

kc_result
aud_text_end(struct aud_journal *j, const char *step, struct aud_text *t,
    struct kc_err *err)
{
	if (t->n_signed < (size_t)t->required)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%zu of %lld signatures are there", t->n_signed,
		    (long long)t->required);
	return aud_append(j, t->manifest ? AUD_KIND_EX_END : AUD_KIND_CP_END,
	    step, (struct aud_fact[]){ AUD_I(number_name(t), t->number) }, 1,
	    NULL, err);
}

kc_result
aud_signer_add(struct aud_journal *j, const char *step, const char *signer,
    const struct kc_buf *cert_der, struct kc_err *err)
{
	struct kc_buf b64 = { 0 };
	struct aud_state st = { 0 };
	uint8_t hash[KC_SHA256];
	char sha[KC_HEX];
	kc_result r;

	if (!aud_file_name_ok(signer))
		return KC_FAIL(err, KC_EREFUSED, 0, "'%.70s' is no name of a "
		    "signer: lower-case letters, digits, . _ -", signer);
	KC_TRY(r, aud_cert_check(signer, cert_der, err));
	KC_TRY(r, kc_sha256_one(cert_der->p, cert_der->len, hash, err));
	kc_hex(hash, sizeof hash, sha);
	KC_TRY(r, aud_state_load(&st, j, aud_count(j), err));
	KC_TRY(r, aud_state_own_key(&st, signer, cert_der, err));
	KC_TRY(r, kc_b64_encode(cert_der->p, cert_der->len, &b64, err));
	r = aud_append(j, AUD_KIND_SIGNER, step, (struct aud_fact[]){
	    AUD_S("signer", signer), AUD_S("cert", kc_buf_str(&b64)),
	    AUD_S("cert.sha256", sha) }, 3, NULL, err);
out:
	aud_state_free(&st);
	kc_buf_free(&b64);
	return r;
}
