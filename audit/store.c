/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal's database file.  Rollback journal with synchronous=EXTRA:
 * the file alone is complete after every commit, and a commit survives a
 * power cut, directory entry included.
 */
#include "audit/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "audit/schema.h"

kc_result
aud_db_fail(struct aud_journal *j, const char *what, struct kc_err *err)
{
	int code = j->db != NULL ? sqlite3_extended_errcode(j->db) :
	    SQLITE_NOMEM;

	if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
		return KC_FAIL(err, KC_EFORMAT, code,
		    "%s is not a whole journal database: %s", j->path,
		    sqlite3_errmsg(j->db));
	return KC_FAIL(err, KC_EDB, code, "%s: %s: %s", j->path, what,
	    j->db != NULL ? sqlite3_errmsg(j->db) : "out of memory");
}

static kc_result
lock(struct aud_journal *j, struct kc_err *err)
{
	j->lock_fd = open(j->path, O_RDWR | O_CLOEXEC);
	if (j->lock_fd < 0)
		return KC_FAIL(err, KC_EDB, errno, "cannot open %s: %s",
		    j->path, strerror(errno));
	if (flock(j->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return KC_DONE;
	if (errno != EWOULDBLOCK)
		return KC_FAIL(err, KC_EDB, errno, "cannot lock %s: %s",
		    j->path, strerror(errno));
	(void)KC_FAIL(err, KC_EDB, errno, "%s is being written by another "
	    "process; a journal has one writer", j->path);
	kc_certain(err, "the journal is unchanged by this process");
	return (kc_result){ KC_EDB };
}

static kc_result
configure(struct aud_journal *j, struct kc_err *err)
{
	static const char writer[] = "PRAGMA journal_mode=DELETE; "
	    "PRAGMA synchronous=EXTRA; PRAGMA recursive_triggers=ON; "
	    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; "
	    "PRAGMA temp_store=MEMORY;";
	static const char reader[] = "PRAGMA query_only=ON; "
	    "PRAGMA temp_store=MEMORY; "
	    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;";

	(void)sqlite3_extended_result_codes(j->db, 1);
	(void)sqlite3_busy_timeout(j->db, 10000);
	(void)sqlite3_db_config(j->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_limit(j->db, SQLITE_LIMIT_LENGTH, 1 << 20);
	if (sqlite3_exec(j->db, j->writable ? writer : reader, NULL, NULL,
	    NULL) != SQLITE_OK)
		return aud_db_fail(j, "cannot be set up", err);
	return KC_DONE;
}

/* A reader may still have to roll an interrupted commit back, so it opens
 * for writing where it may; query_only keeps it from anything else. */
kc_result
aud_store_open(const char *path, bool writable, struct aud_journal **ret,
    struct kc_err *err)
{
	struct aud_journal *j = calloc(1, sizeof *j);
	kc_result r;

	if (j == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a journal");
	j->lock_fd = -1;
	j->writable = writable;
	KC_TRY(r, kc_strdup(path, &j->path, err));
	if (access(path, R_OK) != 0) {
		r = KC_FAIL(err, errno == ENOENT ? KC_EIO : KC_EDB, errno,
		    "cannot open %s: %s", path, strerror(errno));
		goto out;
	}
	if (writable)
		KC_TRY(r, lock(j, err));
	if (sqlite3_open_v2(path, &j->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE, NULL) !=
	    SQLITE_OK) {
		r = aud_db_fail(j, "cannot be opened", err);
		goto out;
	}
	KC_TRY(r, configure(j, err));
	*ret = j;
	j = NULL;
out:
	aud_close(&j);
	return r;
}

static kc_result
put_meta(struct aud_journal *j, const char *id, enum aud_mode mode,
    struct kc_err *err)
{
	sqlite3_stmt *s = NULL;
	kc_result r = KC_DONE;

	if (sqlite3_prepare_v2(j->db, "INSERT INTO meta (one, id, mode) "
	    "VALUES (1, ?1, ?2)", -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_text(s, 2, aud_mode_name(mode), -1, SQLITE_STATIC)
	    != SQLITE_OK || sqlite3_step(s) != SQLITE_DONE)
		r = aud_db_fail(j, "cannot be begun", err);
	(void)sqlite3_finalize(s);
	return r;
}

kc_result
aud_store_make(struct aud_journal *j, const char *id, enum aud_mode mode,
    struct kc_err *err)
{
	char ids[96];
	kc_result r = KC_DONE;
	bool good;

	(void)snprintf(ids, sizeof ids,
	    "PRAGMA application_id=%d; PRAGMA user_version=%d;",
	    AUD_APPLICATION_ID, AUD_USER_VERSION);
	good = sqlite3_exec(j->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
	    SQLITE_OK && sqlite3_exec(j->db, ids, NULL, NULL, NULL) ==
	    SQLITE_OK;
	for (size_t i = 0; good && i < AUD_OBJECTS; i++)
		good = sqlite3_exec(j->db, aud_object_of(AUD_USER_VERSION,
		    i)->sql, NULL, NULL, NULL) == SQLITE_OK;
	if (!good)
		return aud_db_fail(j, "cannot be begun", err);
	KC_TRY(r, put_meta(j, id, mode, err));
	if (sqlite3_exec(j->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		r = aud_db_fail(j, "cannot be begun", err);
out:
	return r;
}

kc_result
aud_store_new(const char *temp, const char *id, enum aud_mode mode,
    struct aud_journal **ret, struct kc_err *err)
{
	struct aud_journal *j = NULL;
	struct kc_buf other = { 0 };
	int fd;
	kc_result r;

	KC_TRY(r, kc_buf_addf(&other, err, "%s-journal", temp));
	(void)unlink(kc_buf_str(&other));
	(void)unlink(temp);
	fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0) {
		r = KC_FAIL(err, KC_EDB, errno, "cannot create %s: %s", temp,
		    strerror(errno));
		goto out;
	}
	(void)close(fd);
	KC_TRY(r, aud_store_open(temp, true, &j, err));
	KC_TRY(r, aud_store_make(j, id, mode, err));
	*ret = j;
	j = NULL;
out:
	aud_close(&j);
	kc_buf_free(&other);
	return r;
}

static kc_result
read_number(struct aud_journal *j, const char *pragma, int *ret,
    struct kc_err *err)
{
	sqlite3_stmt *s = NULL;
	kc_result r = KC_DONE;

	if (sqlite3_prepare_v2(j->db, pragma, -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW)
		r = aud_db_fail(j, "cannot be read", err);
	else
		*ret = sqlite3_column_int(s, 0);
	(void)sqlite3_finalize(s);
	return r;
}

static kc_result
check_version(struct aud_journal *j, struct kc_err *err)
{
	int app = 0;
	kc_result r;

	KC_TRY(r, read_number(j, "PRAGMA application_id", &app, err));
	KC_TRY(r, read_number(j, "PRAGMA user_version", &j->version, err));
	if (app != AUD_APPLICATION_ID)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s is no journal: its "
		    "application_id is %d, not %d", j->path, app,
		    AUD_APPLICATION_ID);
	if (j->version < 1 || j->version > AUD_USER_VERSION)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s is a journal of "
		    "version %d; this program knows 1 to %d", j->path,
		    j->version, AUD_USER_VERSION);
out:
	return r;
}

static kc_result
check_schema(struct aud_journal *j, struct kc_err *err)
{
	sqlite3_stmt *s = NULL;
	kc_result r = KC_DONE;
	size_t seen = 0;
	int rc;

	if (sqlite3_prepare_v2(j->db, "SELECT name, sql FROM sqlite_schema",
	    -1, &s, NULL) != SQLITE_OK)
		return aud_db_fail(j, "cannot be read", err);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && kc_ok(r)) {
		const char *name = (const char *)sqlite3_column_text(s, 0);
		const char *sql = (const char *)sqlite3_column_text(s, 1);
		size_t i = 0;

		while (i < AUD_OBJECTS && (name == NULL || sql == NULL ||
		    strcmp(aud_object_of(j->version, i)->name, name) != 0 ||
		    strcmp(aud_object_of(j->version, i)->sql, sql) != 0))
			i++;
		seen++;
		if (i == AUD_OBJECTS)
			r = KC_FAIL(err, KC_EFORMAT, 0, "%s: '%.60s' does "
			    "not belong to a journal's schema", j->path,
			    name != NULL ? name : "");
	}
	if (kc_ok(r) && rc != SQLITE_DONE)
		r = aud_db_fail(j, "cannot be read", err);
	if (kc_ok(r) && seen != AUD_OBJECTS)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s has %zu schema objects, not %zu", j->path, seen,
		    AUD_OBJECTS);
	(void)sqlite3_finalize(s);
	return r;
}

kc_result
aud_store_check(struct aud_journal *j, char id[static 33],
    enum aud_mode *ret_mode, struct kc_err *err)
{
	sqlite3_stmt *s = NULL;
	const char *text, *mode;
	uint8_t raw[16];
	kc_result r;

	KC_TRY(r, check_version(j, err));
	KC_TRY(r, check_schema(j, err));
	if (sqlite3_prepare_v2(j->db, "SELECT id, mode FROM meta WHERE "
	    "one = 1", -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW) {
		r = aud_db_fail(j, "has no id", err);
		goto out;
	}
	text = (const char *)sqlite3_column_text(s, 0);
	mode = (const char *)sqlite3_column_text(s, 1);
	if (text == NULL || mode == NULL || !kc_unhex(text, 16, raw) ||
	    !aud_mode_parse(mode, ret_mode)) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the id or mode is not well-formed", j->path);
		goto out;
	}
	kc_hex(raw, sizeof raw, id);
out:
	(void)sqlite3_finalize(s);
	return r;
}

kc_result
aud_store_count(struct aud_journal *j, uint64_t *ret, struct kc_err *err)
{
	sqlite3_stmt *s = NULL;
	kc_result r = KC_DONE;

	if (sqlite3_prepare_v2(j->db, "SELECT coalesce(max(n) + 1, 0) FROM "
	    "entry", -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW)
		r = aud_db_fail(j, "cannot be read", err);
	else
		*ret = (uint64_t)sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return r;
}

kc_result
aud_store_prepare(struct aud_journal *j, struct kc_err *err)
{
	if (sqlite3_prepare_v3(j->db, "SELECT line, facts, leaf FROM entry "
	    "WHERE n = ?1", -1, SQLITE_PREPARE_PERSISTENT, &j->get, NULL) !=
	    SQLITE_OK)
		return aud_db_fail(j, "cannot be read", err);
	if (j->writable && sqlite3_prepare_v3(j->db, "INSERT INTO entry "
	    "(n, line, facts, leaf) VALUES (?1, ?2, ?3, ?4)", -1,
	    SQLITE_PREPARE_PERSISTENT, &j->insert, NULL) != SQLITE_OK)
		return aud_db_fail(j, "cannot be written", err);
	return KC_DONE;
}

kc_result
aud_store_insert(struct aud_journal *j, const struct aud_entry *e,
    struct kc_err *err)
{
	sqlite3_stmt *s = j->insert;
	kc_result r = KC_DONE;

	if (sqlite3_bind_int64(s, 1, (sqlite3_int64)e->n) != SQLITE_OK ||
	    sqlite3_bind_text(s, 2, kc_buf_str(&e->line), (int)e->line.len,
	    SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_text(s, 3, kc_buf_str(&e->salted),
	    (int)e->salted.len, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_blob(s, 4, e->leaf, KC_SHA256, SQLITE_STATIC) !=
	    SQLITE_OK || sqlite3_step(s) != SQLITE_DONE) {
		r = aud_db_fail(j, "the entry was not written", err);
		kc_certain(err, "the journal ends where it ended before");
	}
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return r;
}
