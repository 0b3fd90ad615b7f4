/* SPDX-License-Identifier: Apache-2.0
 *
 * Verification of the proof of one entry.
 */
#include <string.h>

#include "audit/cert.h"
#include "audit/cms.h"
#include "audit/proof.h"
#include "base/b64.h"
#include "base/file.h"
#include "base/json.h"

#define WHERE "the entry"

/* struct proof: one that is being judged. */
struct proof {
	json_t *root;
	struct aud_cptext cp;
	struct kc_buf body, cms;
	struct aud_entry e;
	struct aud_signature sigs[AUD_SIGNERS_MAX];
	size_t n_sigs;
};

static kc_result
get_b64(const struct proof *p, const char *name, struct kc_buf *ret,
    struct kc_err *err)
{
	const char *s = NULL;
	kc_result r;

	KC_TRY(r, kc_json_str(p->root, "the proof", name, &s, err));
	r = kc_b64_decode(s, strlen(s), ret, err);
	if (!kc_ok(r))
		r = kc_prefix(err, "%s", name);
out:
	return r;
}

/* One canonical object and a line feed. */
static kc_result
read_proof(const char *name, const struct kc_buf *text, struct proof *p,
    struct kc_err *err)
{
	struct kc_buf again = { 0 };
	const char *type = NULL;
	kc_result r;

	KC_TRY(r, kc_json_read(name, text->p, text->len, KC_FILE_MAX,
	    &p->root, err));
	KC_TRY(r, kc_json_only(p->root, name,
	    "type entry facts path checkpoint signatures", err));
	r = kc_json_canon(p->root, &again, err);
	if (kc_ok(r))
		r = kc_buf_adds(&again, "\n", err);
	if (!kc_ok(r) || again.len != text->len ||
	    memcmp(again.p, text->p, again.len) != 0) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s is not canonical JSON and "
		    "a line feed", name);
		goto out;
	}
	KC_TRY(r, kc_json_str(p->root, name, "type", &type, err));
	if (strcmp(type, "ceremony-proof-v1") != 0) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s: the type is '%.40s', not "
		    "ceremony-proof-v1", name, type);
		goto out;
	}
	KC_TRY(r, get_b64(p, "checkpoint", &p->body, err));
	KC_TRY(r, get_b64(p, "signatures", &p->cms, err));
	r = aud_cptext_read(&p->body, &p->cp, err);
out:
	kc_buf_free(&again);
	return r;
}

static kc_result
read_entry(struct proof *p, struct kc_err *err)
{
	struct kc_buf line = { 0 }, facts = { 0 };
	kc_result r;

	KC_TRY(r, kc_json_canon(json_object_get(p->root, "entry"), &line,
	    err));
	KC_TRY(r, kc_json_canon(json_object_get(p->root, "facts"), &facts,
	    err));
	r = aud_entry_read(p->cp.id, WHERE, (struct kc_part){ line.p,
	    line.len }, (struct kc_part){ facts.p, facts.len }, &p->e, err);
out:
	kc_buf_free(&line);
	kc_buf_free(&facts);
	return r;
}

static kc_result
read_path(const struct proof *p, uint8_t (*ret)[KC_SHA256], size_t *ret_n,
    struct kc_err *err)
{
	const json_t *list = NULL;
	kc_result r;

	KC_TRY(r, kc_json_arr(p->root, "the proof", "path", 0, AUD_PATH_MAX,
	    &list, err));
	*ret_n = json_array_size(list);
	for (size_t i = 0; i < *ret_n; i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s == NULL || strlen(s) != KC_HEX - 1 ||
		    !kc_unhex(s, KC_SHA256, ret[i]))
			return KC_FAIL(err, KC_EFORMAT, 0, "path: hash %zu is "
			    "no SHA-256 in hex", i + 1);
	}
out:
	return r;
}

/* The entry is where it says, under the checkpoint's root. */
static kc_result
check_place(const struct proof *p, struct kc_err *err)
{
	uint8_t path[AUD_PATH_MAX][KC_SHA256], root[KC_SHA256];
	char want[KC_HEX], have[KC_HEX];
	size_t len = 0;
	bool fits = false;
	kc_result r;

	if (p->e.n >= p->cp.size)
		return KC_FAIL(err, KC_EREFUSED, 0, "entry %llu is not among "
		    "the %llu that the checkpoint covers",
		    (unsigned long long)p->e.n,
		    (unsigned long long)p->cp.size);
	KC_TRY(r, read_path(p, path, &len, err));
	KC_TRY(r, aud_tree_follow(p->e.leaf, p->e.n, p->cp.size,
	    (const uint8_t (*)[KC_SHA256])path, len, root, &fits, err));
	kc_hex(root, sizeof root, have);
	kc_hex(p->cp.root, sizeof root, want);
	if (!fits || strcmp(have, want) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "entry %llu and its path give "
		    "the root %s; the checkpoint says %s",
		    (unsigned long long)p->e.n, fits ? have :
		    "of another tree", want);
	else if (p->e.n + 1 == p->cp.size &&
	    memcmp(p->e.leaf, p->cp.head, KC_SHA256) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the last entry is not the "
		    "checkpoint's head");
out:
	return r;
}

/* Whose certificate the text lists; n_listed: nobody's. */
static size_t
listed_at(const struct aud_cptext *cp, const char *hex)
{
	size_t i = 0;

	while (i < cp->n_listed && strcmp(cp->listed[i], hex) != 0)
		i++;
	return i;
}

static kc_result
check_signers(struct proof *p, struct kc_err *err)
{
	uint8_t digest[KC_SHA256], hash[KC_SHA256];
	bool used[AUD_SIGNERS_MAX] = { false };
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, aud_cms_read("signatures", &p->cms, &p->body, p->sigs,
	    &p->n_sigs, err));
	KC_TRY(r, aud_cms_digest(p->body.p, p->body.len, digest, err));
	for (size_t i = 0; i < p->n_sigs; i++) {
		const struct aud_signature *s = &p->sigs[i];
		size_t at;

		KC_TRY(r, kc_sha256_one(s->cert.p, s->cert.len, hash, err));
		kc_hex(hash, sizeof hash, hex);
		at = listed_at(&p->cp, hex);
		if (at == p->cp.n_listed || used[at]) {
			r = KC_FAIL(err, KC_EREFUSED, 0, "signatures: the "
			    "certificate %s is %s", hex, at ==
			    p->cp.n_listed ? "not a listed signer's" :
			    "there twice");
			goto out;
		}
		used[at] = true;
		KC_TRY(r, aud_cert_check(hex, &s->cert, err));
		KC_TRY(r, aud_cert_verify(hex, &s->cert, digest, &s->sig,
		    err));
	}
	if (p->n_sigs < (size_t)p->cp.required) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "signatures has %zu signers; "
		    "%lld are required", p->n_sigs,
		    (long long)p->cp.required);
		goto out;
	}
	r = aud_cms_second("signatures", &p->cms, &p->body, p->sigs,
	    p->n_sigs, err);
out:
	return r;
}

static kc_result
judge_anchors(const struct proof *p, const struct aud_check *c,
    const struct aud_verify *opt, struct aud_verdict *v, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (c->head.want_len > 0 && memcmp(c->head.want, p->cp.head,
	    c->head.want_len) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "--head: that is not the "
		    "head that the checkpoint names");
	v->anchored = c->head.want_len == KC_SHA256;
	if (opt->against != NULL && (c->n_other <= p->e.n ||
	    memcmp(c->other[p->e.n], p->e.leaf, KC_SHA256) != 0))
		return KC_FAIL(err, KC_EREFUSED, 0, "--against: entry %llu "
		    "there %s", (unsigned long long)p->e.n, c->n_other <=
		    p->e.n ? "does not exist" : "is another");
	v->anchored = v->anchored || opt->against != NULL;
	if (opt->signers != NULL) {
		KC_TRY(r, aud_judge_signers(opt->signers, "the checkpoint",
		    p->sigs, p->n_sigs, p->cp.required, err));
		v->anchored = true;
	}
out:
	return r;
}

static kc_result
tell(const struct proof *p, struct aud_verdict *v, struct kc_err *err)
{
	char head[KC_HEX];
	kc_result r;

	(void)snprintf(v->id, sizeof v->id, "%s", p->cp.id);
	(void)snprintf(v->mode, sizeof v->mode, "%s",
	    aud_mode_name(p->cp.mode));
	v->is_proof = true;
	v->entries = p->cp.size;
	v->entry = p->e.n;
	v->checkpoints = 1;
	v->signatures = p->n_sigs;
	v->withheld_facts = json_array_size(p->e.withheld);
	memcpy(v->head, p->cp.head, KC_SHA256);
	kc_hex(p->cp.head, KC_SHA256, head);
	KC_TRY(r, kc_buf_addf(&v->report, err, "ceremony %s, %s\nentry %llu, "
	    "%s, of %s: among the %llu entries of a checkpoint with the head "
	    "%s and %zu signatures\n", p->cp.id, v->mode,
	    (unsigned long long)p->e.n, p->e.kind, p->e.time,
	    (unsigned long long)p->cp.size, head, p->n_sigs));
	r = kc_buf_addf(&v->report, err, "%zu facts are told, %llu are "
	    "withheld\n", json_object_size(p->e.facts),
	    (unsigned long long)v->withheld_facts);
out:
	return r;
}

kc_result
aud_check_proof(const char *name, const struct kc_buf *text,
    struct aud_check *c, const struct aud_verify *opt, struct aud_verdict *v,
    struct kc_err *err)
{
	struct proof p = { 0 };
	kc_result r;

	KC_TRY(r, read_proof(name, text, &p, err));
	KC_TRY(r, read_entry(&p, err));
	KC_TRY(r, check_place(&p, err));
	KC_TRY(r, check_signers(&p, err));
	KC_TRY(r, judge_anchors(&p, c, opt, v, err));
	r = tell(&p, v, err);
out:
	for (size_t i = 0; i < p.n_sigs; i++) {
		kc_buf_free(&p.sigs[i].cert);
		kc_buf_free(&p.sigs[i].sig);
	}
	aud_entry_free(&p.e);
	kc_buf_free(&p.body);
	kc_buf_free(&p.cms);
	json_decref(p.root);
	return r;
}
