/* SPDX-License-Identifier: Apache-2.0
 *
 * A journal of an earlier schema becomes one of this program's, on a copy:
 * killed at any moment there is the old database under its name, or the new
 * one, with every entry.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/store.h"
#include "base/file.h"

/* The row as it is: what it says was checked when old was stepped through. */
static kc_result
copy_entry(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct aud_journal *to = ctx;
	char where[48];
	kc_result r;

	(void)snprintf(where, sizeof where, "entry %llu",
	    (unsigned long long)e->n);
	KC_TRY(r, aud_chain_step(&to->chain, where, e, err));
	r = aud_store_insert(to, e, err);
out:
	return r;
}

static kc_result
copy_all(struct aud_journal *from, struct aud_journal *to, const char *id,
    enum aud_mode mode, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, aud_store_prepare(from, err));
	KC_TRY(r, aud_store_prepare(to, err));
	KC_TRY(r, aud_chain_init(&from->chain, mode, id, err));
	KC_TRY(r, aud_chain_init(&to->chain, mode, id, err));
	KC_TRY(r, aud_store_count(from, &from->chain.n, err));
	if (sqlite3_exec(to->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
	    SQLITE_OK)
		return aud_db_fail(to, "cannot be written", err);
	KC_TRY(r, aud_each(from, 0, from->chain.n, copy_entry, to, err));
	if (sqlite3_exec(to->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		r = aud_db_fail(to, "cannot be written", err);
out:
	return r;
}

/* The old file under a second name; one that is there already is the same
 * file, of an upgrade that was interrupted. */
static kc_result
keep_old(const char *path, const char *kept, struct kc_err *err)
{
	struct stat a, b;

	if (link(path, kept) == 0)
		return KC_DONE;
	if (errno == EEXIST && stat(path, &a) == 0 && lstat(kept, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		return KC_DONE;
	return KC_FAIL(err, errno == EEXIST ? KC_EEXISTS : KC_EDB, errno,
	    "the journal is of an earlier version and cannot be kept as %s: "
	    "%s", kept, strerror(errno));
}

/* ret_done: the copy has the name, whatever comes after. */
static kc_result
take_name(const char *temp, const char *path, int version, bool *ret_done,
    struct kc_err *err)
{
	const char *slash = strrchr(path, '/');
	struct kc_buf kept = { 0 }, dir = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&kept, err, "%s.v%d", path, version));
	KC_TRY(r, kc_buf_addf(&dir, err, "%.*s", slash == NULL ? 1 :
	    slash == path ? 1 : (int)(slash - path), slash == NULL ? "." :
	    path));
	KC_TRY(r, keep_old(path, kc_buf_str(&kept), err));
	if (rename(temp, path) != 0) {
		r = KC_FAIL(err, KC_EDB, errno, "cannot name %s: %s", path,
		    strerror(errno));
		goto out;
	}
	*ret_done = true;
	r = kc_dir_sync(kc_buf_str(&dir), err);
out:
	kc_buf_free(&dir);
	kc_buf_free(&kept);
	return r;
}

kc_result
aud_upgrade(struct aud_journal **jp, const char *id, enum aud_mode mode,
    struct kc_err *err)
{
	struct aud_journal *from = *jp, *to = NULL;
	struct kc_buf temp = { 0 }, path = { 0 };
	int version = from->version;
	bool done = false;
	char got[33];
	kc_result r;

	*jp = NULL;
	KC_TRY(r, kc_buf_addf(&path, err, "%s", from->path));
	KC_TRY(r, kc_buf_addf(&temp, err, "%s.new", from->path));
	KC_TRY(r, aud_store_new(kc_buf_str(&temp), id, mode, &to, err));
	r = copy_all(from, to, id, mode, err);
	aud_close(&to);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", from->path);
		goto out;
	}
	KC_TRY(r, take_name(kc_buf_str(&temp), from->path, version, &done,
	    err));
	KC_TRY(r, aud_store_open(kc_buf_str(&path), true, &to, err));
	KC_TRY(r, aud_store_check(to, got, &mode, err));
	to->upgraded_from = version;
	*jp = to;
	to = NULL;
out:
	if (!kc_ok(r) && !done)
		(void)unlink(kc_buf_str(&temp));
	if (!kc_ok(r))
		kc_certain(err, done ? "every entry is in the journal, and in "
		    "the one that was kept" : "the journal is unchanged");
	aud_close(&to);
	aud_close(&from);
	kc_buf_free(&path);
	kc_buf_free(&temp);
	return r;
}
