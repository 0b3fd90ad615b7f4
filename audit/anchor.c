/* SPDX-License-Identifier: Apache-2.0
 *
 * Anchors: what a verifier was given from outside.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "audit/bundle.h"
#include "audit/check.h"
#include "audit/finding.h"
#include "base/file.h"
#include "base/words.h"

#define JOURNAL_MAX ((size_t)1 << 30)

void
aud_check_free(struct aud_check *c)
{
	aud_state_free(&c->st);
	free(c->other);
	*c = (struct aud_check){ 0 };
}

kc_result
aud_lines(const char *name, const struct kc_buf *text,
    kc_result (*fn)(void *ctx, const char *where, struct kc_part entry,
    struct kc_part facts, struct kc_err *err), void *ctx,
    struct kc_err *err)
{
	static const char head[] = "{\"entry\":", mid[] = "},\"facts\":{";
	const char *p = kc_buf_str(text), *end = p + text->len;
	unsigned long long line = 0;
	kc_result r = KC_DONE;

	while (p < end && kc_ok(r)) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *cut = nl == NULL ? NULL :
		    memmem(p, (size_t)(nl - p), mid, sizeof mid - 1);
		char where[96];

		(void)snprintf(where, sizeof where, "%s line %llu (entry "
		    "%llu)", name, line + 1, line);
		if (cut == NULL || strncmp(p, head, sizeof head - 1) != 0 ||
		    nl[-1] != '}')
			return KC_FAIL(err, KC_EFORMAT, 0, "%s is not {\""
			    "entry\":...,\"facts\":...} and a line feed",
			    where);
		r = fn(ctx, where, (struct kc_part){ p + sizeof head - 1,
		    (size_t)(cut + 1 - (p + sizeof head - 1)) },
		    (struct kc_part){ cut + sizeof mid - 2,
		    (size_t)(nl - 1 - (cut + sizeof mid - 2)) }, err);
		p = nl + 1;
		line++;
	}
	return r;
}

static kc_result
add_other(void *ctx, const char *where, struct kc_part entry,
    struct kc_part facts, struct kc_err *err)
{
	struct aud_check *c = ctx;
	uint8_t (*more)[KC_SHA256] = realloc(c->other,
	    (c->n_other + 1) * sizeof *more);

	(void)where;
	(void)facts;
	if (more == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for hashes");
	c->other = more;
	return aud_leaf(entry.p, entry.len, more[c->n_other++], err);
}

static kc_result
read_head(struct aud_anchor *a, const char *text, struct kc_err *err)
{
	static const size_t lens[] = { 32, 10, 5 };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < 3; i++)
		if (kc_ok(kc_words_parse(text, lens[i], a->want, NULL))) {
			a->want_len = lens[i];
			return KC_DONE;
		}
	r = kc_words_parse(text, 32, a->want, err);
	return kc_ok(r) ? r : kc_prefix(err, "--head (32, 10 or 5 words or "
	    "bytes in hex)");
}

kc_result
aud_check_begin(struct aud_check *c, const struct aud_verify *opt,
    struct kc_err *err)
{
	struct kc_buf path = { 0 }, text = { 0 };
	kc_result r = KC_DONE;

	if (opt->head != NULL)
		KC_TRY(r, read_head(&c->head, opt->head, err));
	if (opt->against != NULL) {
		KC_TRY(r, kc_path_join(opt->against, "journal.jsonl", &path,
		    err));
		KC_TRY(r, kc_file_read(kc_buf_str(&path), JOURNAL_MAX, &text,
		    err));
		r = aud_lines(kc_buf_str(&path), &text, add_other, c, err);
	}
out:
	kc_buf_free(&text);
	kc_buf_free(&path);
	return r;
}

kc_result
aud_check_entry(struct aud_check *c, const char *where,
    const struct aud_entry *e, struct kc_err *err)
{
	kc_result r = aud_state_add(&c->st, where, e, err);

	if (!kc_ok(r))
		return r;
	if (c->head.want_len > 0 && !c->head.found && memcmp(e->leaf,
	    c->head.want, c->head.want_len) == 0) {
		c->head.found = true;
		c->head.at = e->n;
	}
	if (!c->forked && e->n < c->n_other &&
	    memcmp(c->other[e->n], e->leaf, KC_SHA256) != 0) {
		c->forked = true;
		c->fork = e->n;
	}
	return KC_DONE;
}

static kc_result
judge_head(struct aud_check *c, struct aud_verdict *v, struct kc_err *err)
{
	if (!c->head.found)
		return AUD_REFUSE(err, HEAD, "--head: no entry of "
		    "this journal has that hash: another ceremony, a fork, "
		    "or a cut end");
	if (c->head.want_len < KC_SHA256)
		return kc_buf_addf(&v->report, err, "head: the %zu words "
		    "are those of entry %llu; too few to anchor\n",
		    c->head.want_len, (unsigned long long)c->head.at);
	v->anchored = true;
	return kc_buf_addf(&v->report, err, "head: anchored through entry "
	    "%llu\n", (unsigned long long)c->head.at);
}

static kc_result
judge_other(struct aud_check *c, struct aud_verdict *v, struct kc_err *err)
{
	if (c->forked)
		return AUD_REFUSE(err, FORK, "--against: entry %llu "
		    "differs: one of the two is a fork",
		    (unsigned long long)c->fork);
	if (c->n_other > c->st.chain.n || c->n_other == 0)
		return AUD_REFUSE(err, CUT, "--against: the other "
		    "has %llu entries, this only %llu: this one is earlier, "
		    "or its end is cut", (unsigned long long)c->n_other,
		    (unsigned long long)c->st.chain.n);
	v->anchored = true;
	return kc_buf_addf(&v->report, err, "against: the same through "
	    "entry %llu\n", (unsigned long long)c->n_other - 1);
}

/* SHA-256 of every certificate of a PEM file, as one blank-ended list. */
static kc_result
read_pem(const char *path, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf text = { 0 };
	BIO *in = NULL;
	X509 *x;
	kc_result r;

	KC_TRY(r, kc_file_read(path, KC_FILE_MAX, &text, err));
	in = BIO_new_mem_buf(text.p, (int)text.len);
	while (in != NULL && kc_ok(r) &&
	    (x = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
		uint8_t hash[KC_SHA256];
		char hex[KC_HEX];

		if (X509_digest(x, EVP_sha256(), hash, NULL) != 1)
			r = KC_FAIL_SSL(err, KC_ENOMEM, "SHA-256 failed");
		kc_hex(hash, sizeof hash, hex);
		X509_free(x);
		if (kc_ok(r))
			r = kc_buf_addf(ret, err, "%s ", hex);
	}
	ERR_clear_error();
	if (kc_ok(r) && ret->len == 0)
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s holds no certificate",
		    path);
out:
	BIO_free(in);
	kc_buf_free(&text);
	return r;
}

kc_result
aud_judge_signers(const char *pem, const char *what,
    const struct aud_signature *sigs, size_t n, int64_t required,
    struct kc_err *err)
{
	struct kc_buf known = { 0 };
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	int64_t found = 0;
	kc_result r;

	KC_TRY(r, read_pem(pem, &known, err));
	for (size_t i = 0; i < n; i++) {
		KC_TRY(r, kc_sha256_one(sigs[i].cert.p, sigs[i].cert.len,
		    hash, err));
		kc_hex(hash, sizeof hash, hex);
		found += strstr(kc_buf_str(&known), hex) != NULL;
	}
	if (found < required)
		r = AUD_REFUSE(err, FOREIGN, "--signers: %lld of the "
		    "signers of %s are in that file; %lld are required",
		    (long long)found, what, (long long)required);
out:
	kc_buf_free(&known);
	return r;
}

static kc_result
judge_pem(struct aud_check *c, const char *path,
    const struct aud_signature *sigs, size_t n_sigs, struct aud_verdict *v,
    struct kc_err *err)
{
	struct aud_signature pairs[AUD_SIGNERS_MAX] = { 0 };
	const struct aud_frozen *f = NULL;
	kc_result r;

	for (size_t i = 0; i < c->st.n_cps; i++)
		if (c->st.cps[i]->ended)
			f = c->st.cps[i];
	if (f == NULL)
		return AUD_REFUSE(err, STRIPPED,
		    "--signers: nothing here is signed");
	aud_pairs(f, pairs);
	KC_TRY(r, aud_judge_signers(path, "the last checkpoint", pairs,
	    f->n_sigs, f->required, err));
	if (n_sigs > 0)
		KC_TRY(r, aud_judge_signers(path, "the manifest", sigs,
		    n_sigs, f->required, err));
	v->anchored = true;
	r = kc_buf_addf(&v->report, err, "signers: anchored through the "
	    "last checkpoint, entry %llu\n", (unsigned long long)f->row);
out:
	return r;
}

kc_result
aud_check_anchors(struct aud_check *c, const struct aud_verify *opt,
    const struct aud_signature *sigs, size_t n_sigs, struct aud_verdict *v,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (opt->head != NULL)
		KC_TRY(r, judge_head(c, v, err));
	if (opt->against != NULL)
		KC_TRY(r, judge_other(c, v, err));
	if (opt->signers != NULL)
		r = judge_pem(c, opt->signers, sigs, n_sigs, v, err);
out:
	return r;
}
