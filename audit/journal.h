/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: append-only, hash-chained entries in SQLite (format:
 * docs/format/journal.md).  One writer; durable when an append returns.
 */
#ifndef KC_AUDIT_JOURNAL_H
#define KC_AUDIT_JOURNAL_H

#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

enum aud_mode {
	AUD_PRODUCTION,
	AUD_REHEARSAL,
};

struct aud_journal;

enum aud_type {
	AUD_STR,
	AUD_INT,
	AUD_BOOL,
};

/* struct aud_fact: one salted, committed statement of an entry. */
struct aud_fact {
	const char *name;	/* [a-z0-9_.-]{1,64} */
	enum aud_type type;
	const char *s;
	int64_t i;
};

#define AUD_S(n, v) ((struct aud_fact){ (n), AUD_STR, (v), 0 })
#define AUD_I(n, v) ((struct aud_fact){ (n), AUD_INT, NULL, (v) })
#define AUD_B(n, v) ((struct aud_fact){ (n), AUD_BOOL, NULL, (v) })

/* struct aud_entry: one entry read back, checked. */
struct aud_entry {
	uint64_t n;
	uint64_t run;
	int64_t boot_ms;	/* since the run began */
	char time[25];
	char kind[65];
	char step[129];
	uint8_t leaf[KC_SHA256];
	uint8_t prev[KC_SHA256];	/* p: the leaf before it */
	json_t *facts;		/* {name: value}; owned by the entry */
	json_t *withheld;	/* [name]: not told; NULL: none */
	struct kc_buf line;	/* canonical entry bytes */
	struct kc_buf salted;	/* canonical {name:{"salt","value"}} */
};

void aud_entry_free(struct aud_entry *e);

/* aud_entry_str / _int / _true: a fact of the entry; NULL / fallback / false
 * when absent or of another type. */
const char *aud_entry_str(const struct aud_entry *e, const char *name);
bool aud_entry_true(const struct aud_entry *e, const char *name);
int64_t aud_entry_int(const struct aud_entry *e, const char *name,
    int64_t fallback);

/* aud_create: a new database with a fresh random id; no entry yet.  Killed
 *  at any moment it leaves path a whole empty journal, or not there.
 *  Errors: KC_EEXISTS, KC_EDB.  ret  caller: aud_close */
KC_MUST kc_result aud_create(const char *path, enum aud_mode mode,
    struct aud_journal **ret, struct kc_err *err);

/* aud_open: open for appending (writable; takes the lock) or reading.
 *  The whole chain is verified on opening for appending; a database of an
 *  earlier version becomes one of this, the old one stays as PATH.v1.
 *  Errors: KC_EDB (locked by another writer, damaged), KC_EFORMAT */
KC_MUST kc_result aud_open(const char *path, bool writable,
    struct aud_journal **ret, struct kc_err *err);

/* aud_close: to one complete file (no -wal, no -journal); NULL-safe. */
void aud_close(struct aud_journal **j);

enum aud_mode aud_get_mode(const struct aud_journal *j);
const char *aud_mode_name(enum aud_mode mode);	/* "production"... */
const char *aud_get_id(const struct aud_journal *j);	/* 32 hex */
int aud_upgraded_from(const struct aud_journal *j);	/* version, or 0 */
uint64_t aud_count(const struct aud_journal *j);
/* aud_head: the last leaf hash; for 0 entries p of entry 0. */
void aud_head(const struct aud_journal *j, uint8_t ret[static KC_SHA256]);

/* aud_run: begin a run: number = last run + 1, BOOTTIME zero = now. */
KC_MUST kc_result aud_run(struct aud_journal *j, struct kc_err *err);

/* aud_run_on: go on with the last run instead: for the process that wrote
 *  its last entry a moment ago and reopened the file.
 *  Errors: KC_EBUG opened for reading, no entry yet */
KC_MUST kc_result aud_run_on(struct aud_journal *j, struct kc_err *err);

/* aud_append: add one entry; on return it is on the disk.
 *  step   step instance or ""
 *  ret_n  its sequence number; may be NULL */
KC_MUST kc_result aud_append(struct aud_journal *j, const char *kind,
    const char *step, const struct aud_fact *facts, size_t n_facts,
    uint64_t *ret_n, struct kc_err *err);

/* aud_get: read entry n.  ret  caller: aud_entry_free */
KC_MUST kc_result aud_get(struct aud_journal *j, uint64_t n,
    struct aud_entry *ret, struct kc_err *err);

/* aud_hold: from here on every read is under one lock, until it is released;
 *  a writer waits meanwhile, so nothing else may be waited for. */
void aud_hold(struct aud_journal *j, bool hold);

/* aud_each: call fn for entries from..to-1 in order; stops on failure. */
KC_MUST kc_result aud_each(struct aud_journal *j, uint64_t from, uint64_t to,
    kc_result (*fn)(void *ctx, const struct aud_entry *e, struct kc_err *err),
    void *ctx, struct kc_err *err);

/* aud_root: RFC 6962 tree hash over the first size leaves. */
KC_MUST kc_result aud_root(struct aud_journal *j, uint64_t size,
    uint8_t ret[static KC_SHA256], struct kc_err *err);

#endif
