/* SPDX-License-Identifier: Apache-2.0
 *
 * The export: frozen, signed, rebuilt.
 */
#include "audit/export.h"

#include <stdio.h>
#include <string.h>

#include "audit/bundle.h"
#include "base/file.h"

/* The last checkpoint that has ended; KC_EREFUSED when rows of others stand
 * inside it: then the journal up to its end is not covered by it. */
static kc_result
find_size(const struct aud_state *st, uint64_t *ret, struct kc_err *err)
{
	const struct aud_frozen *f = NULL;

	for (size_t i = 0; i < st->n_cps; i++)
		if (st->cps[i]->ended)
			f = st->cps[i];
	if (f != NULL && f->dirty)
		return KC_FAIL(err, KC_EREFUSED, 0, "other entries stand "
		    "inside checkpoint %lld (entries %llu to %llu); make "
		    "another checkpoint before exporting",
		    (long long)f->number, (unsigned long long)f->row,
		    (unsigned long long)f->end_row);
	*ret = f != NULL ? f->end_row + 1 : 0;
	return KC_DONE;
}

kc_result
aud_export_size(struct aud_journal *j, uint64_t *ret, struct kc_err *err)
{
	struct aud_state st = { 0 };
	kc_result r;

	KC_TRY(r, aud_state_load(&st, j, aud_count(j), err));
	r = find_size(&st, ret, err);
out:
	aud_state_free(&st);
	return r;
}

kc_result
aud_export_freeze(const struct aud_source *src, uint64_t size,
    const char *step, struct aud_text *ret, struct kc_err *err)
{
	struct aud_text t = { .manifest = true, .number = (int64_t)size };
	struct aud_bundle b = { 0 };
	struct aud_state st = { 0 };
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, aud_bundle_make(src, size, &st, &b, err));
	t.required = aud_state_sealed(&st)->required;
	KC_TRY(r, aud_bundle_manifest(&b, &st, t.required, NULL,
	    &t.body, err));
	KC_TRY(r, aud_cms_digest(t.body.p, t.body.len, t.digest, err));
	KC_TRY(r, kc_sha256_one(t.body.p, t.body.len, hash, err));
	kc_hex(hash, sizeof hash, hex);
	KC_TRY(r, aud_append(src->j, AUD_KIND_EX_BODY, step,
	    (struct aud_fact[]){ AUD_I("size", t.number),
	    AUD_S("sha256", hex) }, 2, NULL, err));
	*ret = t;
	t = (struct aud_text){ 0 };
out:
	aud_text_free(&t);
	aud_bundle_free(&b);
	aud_state_free(&st);
	return r;
}

/* Manifest and, when it was signed, its signatures, as files. */
static kc_result
add_manifest(struct aud_bundle *b, const struct aud_state *st,
    const struct aud_frozen *ex, struct kc_err *err)
{
	struct aud_signature pairs[AUD_SIGNERS_MAX] = { 0 };
	struct kc_buf text = { 0 }, cms = { 0 };
	uint8_t hash[KC_SHA256];
	kc_result r;

	KC_TRY(r, aud_bundle_manifest(b, st, ex != NULL ? ex->required : 0,
	    NULL, &text, err));
	if (ex != NULL) {
		KC_TRY(r, kc_sha256_one(text.p, text.len, hash, err));
		if (memcmp(hash, ex->hash, sizeof hash) != 0) {
			r = KC_FAIL(err, KC_EBUG, 0, "the manifest is not "
			    "the one that was signed at entry %llu: this "
			    "program or the directory has changed since",
			    (unsigned long long)ex->row);
			goto out;
		}
		aud_pairs(ex, pairs);
		KC_TRY(r, aud_cms_build(text.p, text.len, pairs, ex->n_sigs,
		    &cms, err));
		KC_TRY(r, aud_bundle_add(b, "manifest.json.p7s", &cms, err));
	}
	r = aud_bundle_add(b, "manifest.json", &text, err);
out:
	kc_buf_free(&text);
	kc_buf_free(&cms);
	return r;
}

kc_result
aud_export_write(const struct aud_source *src, const char *out,
    struct aud_written *ret, struct kc_err *err)
{
	struct aud_state all = { 0 }, st = { 0 };
	const struct aud_frozen *ex;
	struct aud_bundle b = { 0 };
	uint64_t size = 0;
	kc_result r;

	KC_TRY(r, aud_state_load(&all, src->j, aud_count(src->j), err));
	KC_TRY(r, find_size(&all, &size, err));
	if (size == 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "there is nothing to export:"
		    " no checkpoint of this ceremony has ended");
		goto out;
	}
	ex = all.ex != NULL && all.ex->ended &&
	    all.ex->number == (int64_t)size ? all.ex : NULL;
	KC_TRY(r, aud_bundle_make(src, size, &st, &b, err));
	KC_TRY(r, add_manifest(&b, &st, ex, err));
	r = aud_bundle_write(&b, out, ret, err);
	if (kc_ok(r) && ret != NULL)
		memcpy(ret->head, st.chain.head, KC_SHA256);
out:
	if (!kc_ok(r))
		kc_certain(err, "no export was written");
	aud_bundle_free(&b);
	aud_state_free(&st);
	aud_state_free(&all);
	return r;
}
