/* SPDX-License-Identifier: Apache-2.0
 *
 * The online team of a rehearsal.
 */
#include "pool/attend.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "pool/hsm.h"
#include "pool/recovery.h"
#include "pool/store.h"

#define POLL_NS 200000000L
#define SOURCE_MAX ((size_t)256)

/* struct post: one request being answered. */
struct post {
	const struct pool_attendance *a;
	char pool[POOL_NAME_MAX + 1];
	struct kc_buf request;	/* path of the request file */
};

static kc_result
answer_download(const struct post *p, struct kc_buf *ret, struct kc_err *err)
{
	return pool_download(p->a->dir, p->pool, kc_buf_str(&p->request), ret,
	    err);
}

static kc_result
answer_recovery(const struct post *p, struct kc_buf *ret, struct kc_err *err)
{
	return pool_init_recovery(&(struct pool_recovery){ .dir = p->a->dir,
	    .name = p->pool, .bits = p->a->bits, .make = true,
	    .bare = p->a->bare }, ret, err);
}

/* The source pool's name beside the blob, one line; absent: "". */
static kc_result
read_source(const struct post *p, char ret[static POOL_NAME_MAX + 1],
    struct kc_err *err)
{
	struct kc_buf path = { 0 }, text = { 0 };
	size_t len;
	kc_result r;

	KC_TRY(r, kc_buf_addf(&path, err, "%s/to-online/%s.restore-of",
	    p->a->medium, p->pool));
	ret[0] = '\0';
	if (!kc_file_exists(kc_buf_str(&path)))
		goto out;
	KC_TRY(r, kc_file_read(kc_buf_str(&path), SOURCE_MAX, &text, err));
	len = strcspn(kc_buf_str(&text), "\r\n");
	text.p[len] = '\0';
	KC_TRY(r, pool_name_check(kc_buf_str(&text), err));
	(void)snprintf(ret, POOL_NAME_MAX + 1, "%s", kc_buf_str(&text));
out:
	kc_buf_free(&text);
	kc_buf_free(&path);
	return r;
}

static kc_result
answer_upload(const struct post *p, struct kc_buf *ret, struct kc_err *err)
{
	char source[POOL_NAME_MAX + 1];
	kc_result r = read_source(p, source, err);

	if (!kc_ok(r))
		return r;
	return pool_upload(p->a->dir, p->pool, kc_buf_str(&p->request),
	    source[0] != '\0' ? source : NULL, ret, err);
}

/* A request's ending, its answer's, and where a refusal is written. */
static const struct kind {
	const char *request;
	const char *answer;
	const char *refusal;
	kc_result (*act)(const struct post *p, struct kc_buf *ret,
	    struct kc_err *err);
} kinds[] = {
	{ ".download-request.json", "-SD.json", ".download-result.json",
	  answer_download },
	{ ".init-recovery", "-SDE.cer", ".init-recovery-result.json",
	  answer_recovery },
	{ ".restore-blob.json", ".upload-result.json", ".upload-result.json",
	  answer_upload },
};

/* The kind of a request file's name and the pool it names; NULL for any
 * other file, also a temporary one (they begin with a dot). */
static const struct kind *
kind_of(const char *file, char ret_pool[static POOL_NAME_MAX + 1])
{
	size_t len = strlen(file);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t end = strlen(kinds[i].request);

		if (len <= end || len - end > POOL_NAME_MAX ||
		    strcmp(file + len - end, kinds[i].request) != 0)
			continue;
		memcpy(ret_pool, file, len - end);
		ret_pool[len - end] = '\0';
		return kc_ok(pool_name_check(ret_pool, NULL)) ? &kinds[i] :
		    NULL;
	}
	return NULL;
}

/* Where it is noted that a request on this medium was answered: also when
 * the answer was carried away. */
static kc_result
note_path(const struct post *p, const char *file, struct kc_buf *ret,
    struct kc_err *err)
{
	char *real = realpath(p->a->medium, NULL), hex[KC_HEX];
	uint8_t hash[KC_SHA256];
	kc_result r;

	if (real == NULL)
		return KC_FAIL(err, KC_EIO, errno, "cannot find %s: %s",
		    p->a->medium, strerror(errno));
	KC_TRY(r, kc_sha256((struct kc_part[]){ { real, strlen(real) + 1 },
	    { file, strlen(file) } }, 2, hash, err));
	kc_hex(hash, sizeof hash, hex);
	ret->len = 0;
	r = kc_buf_addf(ret, err, "%s/.answered/%s", p->a->dir, hex);
out:
	free(real);
	return r;
}

static void
say(const char *file, const char *answer, const struct kc_err *why)
{
	struct kc_buf b = { 0 };

	if (why == NULL)
		(void)printf("answered %s: %s\n", file, answer);
	else if (kc_ok(kc_text_escape(why->msg, strlen(why->msg), &b, NULL)))
		(void)printf("refused %s: %s\n", file, kc_buf_str(&b));
	(void)fflush(stdout);
	kc_buf_free(&b);
}

/* A refusal is an answer too; a machine's failure is not. */
static bool
is_refusal(enum kc_code code)
{
	return kc_exit(code) == 1 || kc_exit(code) == 3;
}

static kc_result
answer(const struct post *p, const struct kind *k, const char *file,
    struct kc_err *err)
{
	struct kc_buf text = { 0 }, path = { 0 }, note = { 0 };
	struct kc_err why = { 0 };
	const char *ending = k->answer;
	kc_result r, acted;

	KC_TRY(r, note_path(p, file, &note, err));
	KC_TRY(r, kc_buf_addf(&path, err, "%s/to-offline/%s%s", p->a->medium,
	    p->pool, k->answer));
	if (kc_file_exists(kc_buf_str(&note)) ||
	    kc_file_exists(kc_buf_str(&path))) {
		r = (kc_result){ KC_EEXISTS };
		goto out;
	}
	acted = k->act(p, &text, &why);
	if (!kc_ok(acted) && !is_refusal(acted.code)) {
		*err = why;
		r = acted;
		goto out;
	}
	if (!kc_ok(acted)) {
		ending = k->refusal;
		KC_TRY(r, pool_result("Failed", why.msg, NULL, &text, err));
	}
	path.len = 0;
	KC_TRY(r, kc_buf_addf(&path, err, "%s/to-offline/%s%s", p->a->medium,
	    p->pool, ending));
	KC_TRY(r, kc_file_write_new(kc_buf_str(&path), text.p, text.len, 0644,
	    err));
	say(file, kc_buf_str(&path), kc_ok(acted) ? NULL : &why);
	r = kc_file_write_new(kc_buf_str(&note), file, strlen(file), 0600,
	    err);
out:
	kc_buf_free(&note);
	kc_buf_free(&path);
	kc_buf_free(&text);
	return r;
}

static kc_result
make_dir(const char *dir, const char *name, struct kc_err *err)
{
	struct kc_buf path = { 0 };
	kc_result r = kc_path_join(dir, name, &path, err);

	if (kc_ok(r) && mkdir(kc_buf_str(&path), 0755) != 0 &&
	    errno != EEXIST)
		r = KC_FAIL(err, KC_EIO, errno,
		    "cannot make the directory %s: %s", kc_buf_str(&path),
		    strerror(errno));
	kc_buf_free(&path);
	return r;
}

static kc_result
prepare(const char *dir, const char *medium, struct kc_err *err)
{
	kc_result r;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return KC_FAIL(err, KC_EIO, errno,
		    "cannot make the directory %s: %s", dir, strerror(errno));
	KC_TRY(r, make_dir(dir, ".answered", err));
	KC_TRY(r, make_dir(medium, "to-online", err));
	r = make_dir(medium, "to-offline", err);
out:
	return r;
}

kc_result
pool_attend_once(const struct pool_attendance *a, size_t *ret_n,
    struct kc_err *err)
{
	struct post p = { .a = a };
	struct kc_buf online = { 0 };
	const struct dirent *e;
	const struct kind *k;
	DIR *d = NULL;
	kc_result r;

	*ret_n = 0;
	KC_TRY(r, prepare(a->dir, a->medium, err));
	KC_TRY(r, kc_path_join(a->medium, "to-online", &online, err));
	d = opendir(kc_buf_str(&online));
	if (d == NULL) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot open %s: %s",
		    kc_buf_str(&online), strerror(errno));
		goto out;
	}
	while ((e = readdir(d)) != NULL) {
		k = kind_of(e->d_name, p.pool);
		if (k == NULL)
			continue;
		KC_TRY(r, kc_path_join(kc_buf_str(&online), e->d_name,
		    &p.request, err));
		r = answer(&p, k, e->d_name, err);
		if (kc_ok(r))
			++*ret_n;
		else if (r.code != KC_EEXISTS)
			goto out;
	}
	r = KC_DONE;
out:
	if (d != NULL)
		(void)closedir(d);
	kc_buf_free(&p.request);
	kc_buf_free(&online);
	return r;
}

kc_result
pool_attend(const struct pool_attendance *a, struct kc_err *err)
{
	const struct timespec pause = { 0, POLL_NS };
	sigset_t ends;
	size_t n;
	kc_result r;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	/* Blocked, so that an answer in the making is finished first. */
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0)
		return KC_FAIL(err, KC_EBUG, errno, "cannot block signals: %s",
		    strerror(errno));
	do {
		KC_TRY(r, pool_attend_once(a, &n, err));
	} while (sigtimedwait(&ends, NULL, &pause) < 0);
out:
	return r;
}
