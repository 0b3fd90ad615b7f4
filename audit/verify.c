/* SPDX-License-Identifier: Apache-2.0
 *
 * Verification: which of the three a path is, and the verdict.
 */
#include "audit/verify.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/check.h"
#include "audit/finding.h"
#include "audit/proof.h"
#include "base/file.h"
#include "base/json.h"

void
aud_verdict_free(struct aud_verdict *v)
{
	if (v == NULL)
		return;
	kc_buf_free(&v->report);
	*v = (struct aud_verdict){ 0 };
}

static kc_result
feed(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	char where[48];

	(void)snprintf(where, sizeof where, "entry %llu",
	    (unsigned long long)e->n);
	return aud_check_entry(ctx, where, e, err);
}

static kc_result
check_database(const char *path, struct aud_check *c, struct aud_verdict *v,
    struct kc_err *err)
{
	struct aud_journal *j = NULL;
	kc_result r;

	KC_TRY(r, aud_open(path, false, &j, err));
	KC_TRY(r, aud_state_init(&c->st, aud_get_mode(j), aud_get_id(j),
	    err));
	aud_hold(j, true);
	r = aud_each(j, 0, aud_count(j), feed, c, err);
	aud_hold(j, false);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", path);
		goto out;
	}
	v->manifest_signed = c->st.ex != NULL && c->st.ex->ended;
out:
	aud_close(&j);
	return r;
}

static kc_result
check_file(const char *dir, const char *name, const char *want,
    struct kc_err *err)
{
	struct kc_buf path = { 0 }, bytes = { 0 };
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, kc_path_join(dir, name, &path, err));
	if (!kc_file_exists(kc_buf_str(&path))) {
		r = AUD_REFUSE(err, FILE,
		    "%s is missing; the journal says its SHA-256 is %s",
		    kc_buf_str(&path), want);
		goto out;
	}
	KC_TRY(r, kc_file_read(kc_buf_str(&path), (size_t)64 << 20, &bytes,
	    err));
	KC_TRY(r, kc_sha256_one(bytes.p, bytes.len, hash, err));
	kc_hex(hash, sizeof hash, hex);
	if (strcmp(hex, want) != 0)
		r = AUD_REFUSE(err, FILE, "%s has the SHA-256 %s; the "
		    "journal says %s", kc_buf_str(&path), hex, want);
out:
	kc_buf_free(&bytes);
	kc_buf_free(&path);
	return r;
}

static kc_result
check_directory(const char *dir, struct aud_check *c, struct aud_verdict *v,
    struct kc_err *err)
{
	struct kc_buf path = { 0 };
	const char *name;
	json_t *o;
	kc_result r;

	KC_TRY(r, kc_path_join(dir, "journal.db", &path, err));
	KC_TRY(r, check_database(kc_buf_str(&path), c, v, err));
	if (c->st.chain.n > 0) {
		KC_TRY(r, check_file(dir, "script.yaml", c->st.script, err));
		KC_TRY(r, check_file(dir, "site.yaml", c->st.site, err));
	}
	json_object_foreach(c->st.artifacts, name, o) {
		path.len = 0;
		KC_TRY(r, kc_buf_addf(&path, err, "artifacts/%s", name));
		KC_TRY(r, check_file(dir, kc_buf_str(&path),
		    json_string_value(json_object_get(o, "sha256")), err));
	}
out:
	kc_buf_free(&path);
	return r;
}

static void
fill(const struct aud_check *c, struct aud_verdict *v)
{
	const struct aud_state *st = &c->st;
	uint64_t sealed = 0;

	(void)snprintf(v->id, sizeof v->id, "%s", st->chain.id);
	(void)snprintf(v->mode, sizeof v->mode, "%s",
	    aud_mode_name(st->chain.mode));
	v->entries = st->chain.n;
	v->runs = st->chain.run;
	for (size_t i = 0; i < st->n_cps; i++)
		if (st->cps[i]->ended) {
			v->checkpoints++;
			sealed = st->cps[i]->row;
		}
	v->exceptions = st->exceptions;
	v->open_exceptions = json_object_size(st->open);
	v->open_intents = json_object_size(st->intents);
	v->unsealed = st->chain.n - sealed;
	v->clock_back = st->chain.clock_back;
	v->signatures += st->signatures;
	v->withheld_facts = st->withheld;
	v->closed = st->closed;
	memcpy(v->head, st->chain.head, KC_SHA256);
}

static kc_result
tell(const struct aud_check *c, struct aud_verdict *v, struct kc_err *err)
{
	const struct aud_state *st = &c->st;
	struct kc_buf *b = &v->report;
	char head[KC_HEX];
	kc_result r;

	kc_hex(v->head, KC_SHA256, head);
	KC_TRY(r, kc_buf_addf(b, err, "ceremony %s, %s\nentries %llu, runs "
	    "%llu, head %s\n", v->id, v->mode, (unsigned long long)v->entries,
	    (unsigned long long)v->runs, head));
	KC_TRY(r, kc_buf_addf(b, err, "checkpoints %llu with %llu signatures;"
	    " %llu entries are not under a signed checkpoint\n",
	    (unsigned long long)v->checkpoints,
	    (unsigned long long)v->signatures,
	    (unsigned long long)v->unsealed));
	KC_TRY(r, kc_buf_addf(b, err, "exceptions %llu, open %llu; card "
	    "commands without an outcome %llu\n",
	    (unsigned long long)v->exceptions,
	    (unsigned long long)v->open_exceptions,
	    (unsigned long long)v->open_intents));
	if (v->clock_back)
		KC_TRY(r, kc_buf_adds(b, "a later run began at an earlier "
		    "clock time\n", err));
	if (st->redacted)
		KC_TRY(r, kc_buf_addf(b, err, "redacted from the export whose "
		    "manifest has the SHA-256 %s: %llu facts and %llu files "
		    "are withheld; it stands on the checkpoints\n",
		    v->redacted_from, (unsigned long long)v->withheld_facts,
		    (unsigned long long)v->withheld_files));
	r = kc_buf_addf(b, err, "%s; the manifest is %ssigned\n", v->closed ?
	    "closed" : "not closed", v->manifest_signed ? "" : "not ");
out:
	return r;
}

static kc_result
judge_required(const struct aud_verify *opt, const struct aud_verdict *v,
    struct kc_err *err)
{
	if ((opt->closed || opt->is_signed) && v->is_proof)
		return KC_FAIL(err, KC_EREFUSED, 0, "--require: the proof of "
		    "one entry says nothing of the ceremony's end or of a "
		    "manifest");
	if (opt->closed && !v->closed)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "--require closed: the ceremony is not closed");
	if (opt->is_signed && !v->manifest_signed)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "--require signed: the manifest is not signed");
	if (opt->anchored && !v->anchored)
		return KC_FAIL(err, KC_EREFUSED, 0, "--require anchored: "
		    "nothing from outside anchors this; give --signers, "
		    "--head or --against");
	return KC_DONE;
}

static bool
has(const char *path, const char *name)
{
	struct kc_buf p = { 0 };
	bool there = kc_ok(kc_path_join(path, name, &p, NULL)) &&
	    kc_file_exists(kc_buf_str(&p));

	kc_buf_free(&p);
	return there;
}

/* A proof is JSON, a database is not. */
static bool
begins_object(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c = '\0';
	bool yes = fd >= 0 && read(fd, &c, 1) == 1 && c == '{';

	if (fd >= 0)
		(void)close(fd);
	return yes;
}

static kc_result
check_proof(const char *path, struct aud_check *c,
    const struct aud_verify *opt, struct aud_verdict *v, struct kc_err *err)
{
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, kc_file_read(path, KC_FILE_MAX, &text, err));
	r = aud_check_proof(path, &text, c, opt, v, err);
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
check_path(const char *path, struct aud_check *c,
    const struct aud_verify *opt, struct aud_verdict *v, struct kc_err *err)
{
	struct stat sb;
	kc_result r;

	if (stat(path, &sb) != 0)
		return KC_FAIL(err, KC_EIO, 0, "cannot open %s", path);
	if (S_ISREG(sb.st_mode) && begins_object(path))
		return check_proof(path, c, opt, v, err);
	if (S_ISDIR(sb.st_mode) && !has(path, "journal.db"))
		return aud_check_export(path, c, opt, v, err);
	r = S_ISDIR(sb.st_mode) ? check_directory(path, c, v, err) :
	    check_database(path, c, v, err);
	if (kc_ok(r))
		r = aud_check_anchors(c, opt, NULL, 0, v, err);
	return r;
}

kc_result
aud_verify(const char *path, const struct aud_verify *opt,
    struct aud_verdict *ret, struct kc_err *err)
{
	struct aud_check c = { 0 };
	kc_result r;

	KC_TRY(r, aud_check_begin(&c, opt, err));
	r = check_path(path, &c, opt, ret, err);
	if (!ret->is_proof)
		fill(&c, ret);
	if (!kc_ok(r))
		goto out;
	if (!ret->is_proof)
		KC_TRY(r, tell(&c, ret, err));
	KC_TRY(r, judge_required(opt, ret, err));
	r = kc_buf_adds(&ret->report, ret->anchored ?
	    "consistent, and anchored by what you gave\n" :
	    "consistent; anyone could have made this\n", err);
out:
	aud_check_free(&c);
	return r;
}
