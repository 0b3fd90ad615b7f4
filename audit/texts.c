/* SPDX-License-Identifier: Apache-2.0
 *
 * The state after a journal's entries: signers and the texts they sign.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/cert.h"
#include "audit/cms.h"
#include "audit/finding.h"
#include "audit/state.h"
#include "base/b64.h"
#include "base/json.h"

static size_t
find_signer(const struct aud_state *st, const char *name)
{
	size_t i = 0;

	while (i < st->n_signers && strcmp(st->signers[i].name, name) != 0)
		i++;
	return i;
}

static void
drop_signer(struct aud_state *st, size_t i)
{
	kc_buf_free(&st->signers[i].cert);
	st->n_signers--;
	memmove(&st->signers[i], &st->signers[i + 1],
	    (st->n_signers - i) * sizeof *st->signers);
}

/* The certificate of a signer.add row, checked against its hash. */
static kc_result
read_cert(const char *where, const struct aud_entry *e,
    struct aud_signer *ret, struct kc_err *err)
{
	const char *b64 = aud_entry_str(e, "cert");
	const char *sha = aud_entry_str(e, "cert.sha256");
	uint8_t hash[KC_SHA256];
	kc_result r;

	if (b64 == NULL || sha == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: cert or cert.sha256 is missing", where);
	KC_TRY(r, kc_b64_decode(b64, strlen(b64), &ret->cert, err));
	KC_TRY(r, aud_cert_check(ret->name, &ret->cert, err));
	KC_TRY(r, kc_sha256_one(ret->cert.p, ret->cert.len, hash, err));
	kc_hex(hash, sizeof hash, ret->sha256);
	if (strcmp(ret->sha256, sha) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the certificate of %s has "
		    "the SHA-256 %s, the fact says %.70s", ret->name,
		    ret->sha256, sha);
out:
	if (!kc_ok(r))
		return kc_prefix(err, "%s", where);
	return r;
}

kc_result
aud_state_own_key(const struct aud_state *st, const char *name,
    const struct kc_buf *cert, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < st->n_signers; i++) {
		const struct aud_signer *other = &st->signers[i];
		bool same = false;

		if (strcmp(other->name, name) == 0)
			continue;
		KC_TRY(r, aud_cert_same_key(&other->cert, cert, &same, err));
		if (same)
			return KC_FAIL(err, KC_EREFUSED, 0, "the key of %s is "
			    "that of %s: one card would sign for two people",
			    name, other->name);
	}
out:
	return r;
}

static kc_result
check_room(const struct aud_state *st, const char *where,
    const struct aud_signer *s, struct kc_err *err)
{
	size_t at = find_signer(st, s->name);
	kc_result r = aud_state_own_key(st, s->name, &s->cert, err);

	if (!kc_ok(r))
		return kc_prefix(err, "%s", where);
	if (at == st->n_signers && at == AUD_SIGNERS_MAX)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: more than %d signers", where, AUD_SIGNERS_MAX);
	return KC_DONE;
}

kc_result
aud_state_signer(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	const char *name = aud_entry_str(e, "signer");
	struct aud_signer s = { 0 };
	size_t at;
	kc_result r;

	if (name == NULL || !aud_file_name_ok(name))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: the signer's name is not well-formed", where);
	at = find_signer(st, name);
	if (strcmp(e->kind, "signer.remove") == 0) {
		if (at == st->n_signers)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s removes %s, who is no signer", where, name);
		drop_signer(st, at);
		return KC_DONE;
	}
	(void)snprintf(s.name, sizeof s.name, "%s", name);
	KC_TRY(r, read_cert(where, e, &s, err));
	KC_TRY(r, check_room(st, where, &s, err));
	KC_TRY(r, kc_json_add_new(st->certs, json_pack("{s:s,s:s,s:s}",
	    "signer", s.name, "cert", aud_entry_str(e, "cert"), "sha256",
	    s.sha256), err));
	if (at == st->n_signers)
		st->n_signers++;
	else
		kc_buf_free(&st->signers[at].cert);
	st->signers[at] = s;
	s = (struct aud_signer){ 0 };
out:
	kc_buf_free(&s.cert);
	return r;
}

static int
compare_hex(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

kc_result
aud_state_checkpoint(const struct aud_state *st, struct kc_buf *ret,
    struct kc_err *err)
{
	const char *mode = aud_mode_name(st->chain.mode);
	struct kc_buf b = { 0 }, b64 = { 0 };
	const char *list[AUD_SIGNERS_MAX];
	uint8_t root[KC_SHA256];
	char head[KC_HEX];
	kc_result r;

	if (st->n_signers < (size_t)st->required || st->n_signers == 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "a checkpoint needs %lld "
		    "signers; %zu are known", (long long)st->required,
		    st->n_signers);
	if (st->software[0] == '\0')
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "no entry says the software's SHA-256");
	for (size_t i = 0; i < st->n_signers; i++)
		list[i] = st->signers[i].sha256;
	qsort(list, st->n_signers, sizeof *list, compare_hex);
	kc_hex(st->chain.head, KC_SHA256, head);
	KC_TRY(r, aud_tree_root(&st->tree, root, err));
	KC_TRY(r, kc_b64_encode(root, sizeof root, &b64, err));
	KC_TRY(r, kc_buf_addf(&b, err, "ceremony.invalid/%s/%s\n%llu\n%s\n",
	    mode, st->chain.id, (unsigned long long)st->chain.n,
	    kc_buf_str(&b64)));
	KC_TRY(r, kc_buf_addf(&b, err, "mode %s\nhead %s\nscript %s\n"
	    "site %s\nsoftware %s\nsigners %lld", mode, head, st->script,
	    st->site, st->software, (long long)st->required));
	for (size_t i = 0; i < st->n_signers; i++)
		KC_TRY(r, kc_buf_addf(&b, err, " %s", list[i]));
	KC_TRY(r, kc_buf_adds(&b, "\n", err));
	*ret = b;
	b = (struct kc_buf){ 0 };
out:
	kc_buf_free(&b64);
	kc_buf_free(&b);
	return r;
}

size_t
aud_frozen_find(const struct aud_frozen *f, const char *sha256)
{
	size_t i = 0;

	while (i < f->n_listed && strcmp(f->listed[i].sha256, sha256) != 0)
		i++;
	return i;
}

/* Copy a list of signers with their certificates. */
static kc_result
copy_list(struct aud_frozen *f, const struct aud_signer *from, size_t n,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	f->listed = calloc(n + 1, sizeof *f->listed);
	if (f->listed == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for signers");
	for (; f->n_listed < n && kc_ok(r); f->n_listed++) {
		struct aud_signer *s = &f->listed[f->n_listed];

		*s = from[f->n_listed];
		s->cert = (struct kc_buf){ 0 };
		r = kc_buf_add(&s->cert, from[f->n_listed].cert.p,
		    from[f->n_listed].cert.len, err);
	}
	return r;
}

static kc_result
new_checkpoint(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	const char *b64 = aud_entry_str(e, "body");
	struct aud_frozen *f = calloc(1, sizeof *f), **more;
	struct kc_buf want = { 0 };
	kc_result r;

	more = realloc(st->cps, (st->n_cps + 1) * sizeof *more);
	if (more != NULL)
		st->cps = more;
	if (f == NULL || more == NULL) {
		free(f);
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a text");
	}
	st->cps[st->n_cps++] = f;
	f->number = aud_entry_int(e, "number", -1);
	f->row = e->n;
	f->required = st->required;
	if (f->number != (int64_t)st->n_cps || b64 == NULL) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: the checkpoint has the number %lld where %zu is "
		    "due, or no body", where, (long long)f->number,
		    st->n_cps);
		goto out;
	}
	KC_TRY(r, kc_b64_decode(b64, strlen(b64), &f->body, err));
	KC_TRY(r, aud_state_checkpoint(st, &want, err));
	if (want.len != f->body.len ||
	    memcmp(want.p, f->body.p, want.len) != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s: the text of checkpoint "
		    "%lld is not what the %llu entries before it give",
		    where, (long long)f->number, (unsigned long long)e->n);
		goto out;
	}
	KC_TRY(r, kc_sha256_one(f->body.p, f->body.len, f->hash, err));
	r = copy_list(f, st->signers, st->n_signers, err);
out:
	kc_buf_free(&want);
	return r;
}

/* A manifest is signed by those whom the checkpoint it ends with lists. */
static kc_result
new_manifest(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	int64_t size = aud_entry_int(e, "size", -1);
	const char *sha = aud_entry_str(e, "sha256");
	const struct aud_frozen *cp = NULL;
	struct aud_frozen *f;

	for (size_t i = 0; i < st->n_cps; i++)
		if (st->cps[i]->ended && !st->cps[i]->dirty &&
		    (int64_t)st->cps[i]->end_row + 1 == size)
			cp = st->cps[i];
	if (cp == NULL || sha == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: no checkpoint ends "
		    "at %lld entries, or sha256 is missing", where,
		    (long long)size);
	f = calloc(1, sizeof *f);
	if (f == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a text");
	aud_frozen_free(st->ex);
	st->ex = f;
	f->manifest = true;
	f->number = size;
	f->row = e->n;
	f->required = cp->required;
	if (!kc_unhex(sha, KC_SHA256, f->hash))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: sha256 is not well-formed", where);
	return copy_list(f, cp->listed, cp->n_listed, err);
}

static kc_result
new_signature(struct aud_state *st, struct aud_frozen *f, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	const char *sha = aud_entry_str(e, "cert.sha256");
	const char *b64 = aud_entry_str(e, "signature");
	struct kc_buf *sig = &f->sig[f->n_sigs];
	uint8_t digest[KC_SHA256];
	size_t at = sha != NULL ? aud_frozen_find(f, sha) : f->n_listed;
	const char *name = aud_entry_str(e, "signer");
	kc_result r;

	if (at == f->n_listed || b64 == NULL || name == NULL ||
	    strcmp(f->listed[at].name, name) != 0)
		return AUD_REFUSE(err, FOREIGN, "%s: the certificate "
		    "%.64s of '%.64s' is not among the signers listed",
		    where, sha != NULL ? sha : "", name != NULL ? name : "");
	for (size_t i = 0; i < f->n_sigs; i++)
		if (f->by[i] == at)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s: %s has signed this text already", where,
			    name);
	KC_TRY(r, kc_b64_decode(b64, strlen(b64), sig, err));
	f->by[f->n_sigs++] = at;
	KC_TRY(r, aud_cms_digest_of(f->hash, digest, err));
	r = aud_cert_verify(name, &f->listed[at].cert, digest, sig, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", where);
		goto out;
	}
	st->signatures++;
out:
	return r;
}

kc_result
aud_state_text(struct aud_state *st, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	bool manifest = strncmp(e->kind, "export.", 7) == 0;
	const char *what = strchr(e->kind, '.') + 1;
	struct aud_frozen *f = manifest ? st->ex :
	    st->n_cps > 0 ? st->cps[st->n_cps - 1] : NULL;
	int64_t number = aud_entry_int(e, manifest ? "size" : "number", -1);

	if (strcmp(what, "body") == 0)
		return manifest ? new_manifest(st, where, e, err) :
		    new_checkpoint(st, where, e, err);
	if (f == NULL || f->ended || f->number != number)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: '%s' is for no text that is being signed", where,
		    e->kind);
	if (strcmp(what, "signature") == 0)
		return new_signature(st, f, where, e, err);
	if (strcmp(what, "end") != 0)
		return KC_DONE;
	if (f->n_sigs < (size_t)f->required)
		return AUD_REFUSE(err, STRIPPED,
		    "%s ends a text with %zu of %lld signatures", where,
		    f->n_sigs, (long long)f->required);
	f->ended = true;
	f->end_row = e->n;
	return KC_DONE;
}
