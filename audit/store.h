/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal's database: opening, locking, schema.  Private to audit/.
 */
#ifndef KC_AUDIT_STORE_H
#define KC_AUDIT_STORE_H

#include <sqlite3.h>

#include "audit/entry.h"

struct aud_journal {
	sqlite3 *db;
	sqlite3_stmt *insert;
	sqlite3_stmt *get;
	int lock_fd;		/* flock on the file itself; -1 for readers */
	bool writable;
	int version;		/* of the schema it was found with */
	int upgraded_from;	/* the version before this opening; 0 */
	char *path;
	struct aud_chain chain;	/* where the next entry goes */
	uint64_t run;		/* of this process; 0 before aud_run */
	int64_t boot_zero_ms;
	int64_t utc_zero_ms;
};

/* aud_db_fail: SQLite's failure as ours. */
kc_result aud_db_fail(struct aud_journal *j, const char *what,
    struct kc_err *err);

/* aud_store_open: open, lock if writable, settings; no schema yet. */
KC_MUST kc_result aud_store_open(const char *path, bool writable,
    struct aud_journal **ret, struct kc_err *err);

/* aud_store_make: the schema and the one meta row, in one transaction. */
KC_MUST kc_result aud_store_make(struct aud_journal *j, const char *id,
    enum aud_mode mode, struct kc_err *err);

/* aud_store_new: an empty journal of the last version at temp, which what an
 *  interrupted one left there is not; open for writing. */
KC_MUST kc_result aud_store_new(const char *temp, const char *id,
    enum aud_mode mode, struct aud_journal **ret, struct kc_err *err);

/* aud_store_count: entries of the table; gaps show when they are read. */
KC_MUST kc_result aud_store_count(struct aud_journal *j, uint64_t *ret,
    struct kc_err *err);

/* aud_store_check: ours by application_id, user_version and that version's
 *  schema text; reads id and mode, sets j->version.  Errors: KC_EFORMAT */
KC_MUST kc_result aud_store_check(struct aud_journal *j, char id[static 33],
    enum aud_mode *ret_mode, struct kc_err *err);

/* aud_store_prepare: the statements of aud_append and aud_get. */
KC_MUST kc_result aud_store_prepare(struct aud_journal *j,
    struct kc_err *err);

/* aud_store_insert: e as the next row; needs aud_store_prepare. */
KC_MUST kc_result aud_store_insert(struct aud_journal *j,
    const struct aud_entry *e, struct kc_err *err);

/* aud_upgrade: a journal of an earlier version, open for writing, becomes one
 *  of this: on a copy that takes its name when every entry is in it and its
 *  head is the same.  The old file stays as PATH.v1 (its version).
 *  *jp  closed, and the new one open in its place; NULL on failure
 *  Errors: KC_EREFUSED it contradicts itself; KC_EEXISTS another PATH.v1 is
 *  there; KC_EDB.  On error PATH is the old one or the whole new one; the
 *  error's `certain` says which */
KC_MUST kc_result aud_upgrade(struct aud_journal **jp, const char *id,
    enum aud_mode mode, struct kc_err *err);

#endif
