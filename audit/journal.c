/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal: entries appended, read back and checked.
 */
#include "audit/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/finding.h"
#include "audit/schema.h"
#include "audit/store.h"
#include "audit/tree.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"

void
aud_close(struct aud_journal **jp)
{
	struct aud_journal *j = *jp;

	if (j == NULL)
		return;
	(void)sqlite3_finalize(j->insert);
	(void)sqlite3_finalize(j->get);
	(void)sqlite3_close(j->db);
	if (j->lock_fd >= 0)
		(void)close(j->lock_fd);
	free(j->path);
	free(j);
	*jp = NULL;
}

/* An empty journal with an id of its own, under a temporary name. */
static kc_result
make_empty(const char *temp, enum aud_mode mode, struct kc_err *err)
{
	struct aud_journal *j = NULL;
	uint8_t raw[16];
	char id[33];
	kc_result r;

	KC_TRY(r, kc_random(raw, sizeof raw, err));
	kc_hex(raw, sizeof raw, id);
	r = aud_store_new(temp, id, mode, &j, err);
out:
	aud_close(&j);
	return r;
}

/* Made whole beside its place, then named: whoever finds a file of this
 * name finds a journal. */
kc_result
aud_create(const char *path, enum aud_mode mode, struct aud_journal **ret,
    struct kc_err *err)
{
	const char *slash = strrchr(path, '/');
	struct kc_buf temp = { 0 }, dir = { 0 };
	kc_result r;

	KC_TRY(r, kc_file_check_new(path, err));
	KC_TRY(r, kc_buf_addf(&temp, err, "%s.new", path));
	KC_TRY(r, kc_buf_addf(&dir, err, "%.*s", slash == NULL ? 1 :
	    slash == path ? 1 : (int)(slash - path), slash == NULL ? "." :
	    path));
	KC_TRY(r, make_empty(kc_buf_str(&temp), mode, err));
	if (renameat2(AT_FDCWD, kc_buf_str(&temp), AT_FDCWD, path,
	    RENAME_NOREPLACE) != 0) {
		r = KC_FAIL(err, errno == EEXIST ? KC_EEXISTS : KC_EDB,
		    errno, "cannot name %s: %s", path, strerror(errno));
		(void)unlink(kc_buf_str(&temp));
		goto out;
	}
	KC_TRY(r, kc_dir_sync(kc_buf_str(&dir), err));
	r = aud_open(path, true, ret, err);
out:
	kc_buf_free(&dir);
	kc_buf_free(&temp);
	return r;
}

static kc_result
step_chain(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	char where[48];

	(void)snprintf(where, sizeof where, "entry %llu",
	    (unsigned long long)e->n);
	return aud_chain_step(ctx, where, e, err);
}

/* Where the chain stands after the last entry. */
static kc_result
find_end(struct aud_journal *j, uint64_t count, struct kc_err *err)
{
	struct aud_entry e = { 0 };
	struct aud_chain c = j->chain;
	kc_result r = KC_DONE;

	j->chain.n = count;	/* aud_get wants it */
	if (j->writable) {
		KC_TRY(r, aud_each(j, 0, count, step_chain, &c, err));
		j->chain = c;
	} else if (count > 0) {
		KC_TRY(r, aud_get(j, count - 1, &e, err));
		memcpy(j->chain.head, e.leaf, KC_SHA256);
		j->chain.run = e.run;
	}
out:
	aud_entry_free(&e);
	return r;
}

kc_result
aud_open(const char *path, bool writable, struct aud_journal **ret,
    struct kc_err *err)
{
	struct aud_journal *j = NULL;
	enum aud_mode mode = AUD_REHEARSAL;
	uint64_t count = 0;
	char id[33];
	kc_result r;

	KC_TRY(r, aud_store_open(path, writable, &j, err));
	KC_TRY(r, aud_store_check(j, id, &mode, err));
	if (writable && j->version < AUD_USER_VERSION)
		KC_TRY(r, aud_upgrade(&j, id, mode, err));
	KC_TRY(r, aud_chain_init(&j->chain, mode, id, err));
	KC_TRY(r, aud_store_prepare(j, err));
	KC_TRY(r, aud_store_count(j, &count, err));
	r = find_end(j, count, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", path);
		goto out;
	}
	*ret = j;
	j = NULL;
out:
	aud_close(&j);
	return r;
}

enum aud_mode
aud_get_mode(const struct aud_journal *j)
{
	return j->chain.mode;
}

const char *
aud_get_id(const struct aud_journal *j)
{
	return j->chain.id;
}

int
aud_upgraded_from(const struct aud_journal *j)
{
	return j->upgraded_from;
}

uint64_t
aud_count(const struct aud_journal *j)
{
	return j->chain.n;
}

void
aud_head(const struct aud_journal *j, uint8_t ret[static KC_SHA256])
{
	memcpy(ret, j->chain.head, KC_SHA256);
}

kc_result
aud_run(struct aud_journal *j, struct kc_err *err)
{
	if (!j->writable)
		return KC_FAIL(err, KC_EBUG, 0,
		    "%s was opened for reading", j->path);
	j->run = j->chain.run + 1;
	j->boot_zero_ms = kc_clock_boot_ms();
	j->utc_zero_ms = kc_clock_utc_ms();
	return KC_DONE;
}

kc_result
aud_run_on(struct aud_journal *j, struct kc_err *err)
{
	if (!j->writable || j->chain.n == 0)
		return KC_FAIL(err, KC_EBUG, 0, "%s: %s", j->path,
		    j->writable ? "no run to go on with" :
		    "it was opened for reading");
	j->run = j->chain.run;
	j->boot_zero_ms = kc_clock_boot_ms() - j->chain.boot_ms;
	j->utc_zero_ms = j->chain.utc_ms - j->chain.boot_ms;
	return KC_DONE;
}

static kc_result
check_append(struct aud_journal *j, const char *kind, struct kc_err *err)
{
	if (j->run == 0)
		return KC_FAIL(err, KC_EBUG, 0,
		    "%s: an entry before aud_run", j->path);
	if (kind != NULL &&
	    (j->chain.n == 0) != (strcmp(kind, "genesis") == 0))
		return KC_FAIL(err, KC_EBUG, 0, "%s: entry %llu is '%.64s'; "
		    "'genesis' is entry 0 and no other", j->path,
		    (unsigned long long)j->chain.n, kind);
	return KC_DONE;
}

/* Inside a run t is the run's beginning plus BOOTTIME, so that it cannot go
 * back when somebody sets the clock. */
kc_result
aud_append(struct aud_journal *j, const char *kind, const char *step,
    const struct aud_fact *facts, size_t n_facts, uint64_t *ret_n,
    struct kc_err *err)
{
	struct aud_draft d = { .kind = kind, .step = step, .facts = facts,
		.n_facts = n_facts };
	struct aud_entry e = { 0 };
	kc_result r;

	KC_TRY(r, check_append(j, kind, err));
	d.run = j->run;
	d.boot_ms = kc_clock_boot_ms() - j->boot_zero_ms;
	d.utc_ms = j->utc_zero_ms + d.boot_ms;
	KC_TRY(r, aud_entry_write(&j->chain, &d, &e, err));
	KC_TRY(r, aud_store_insert(j, &e, err));
	memcpy(j->chain.head, e.leaf, KC_SHA256);
	j->chain.n++;
	j->chain.run = j->run;
	if (ret_n != NULL)
		*ret_n = e.n;
out:
	aud_entry_free(&e);
	return r;
}

/* The row the get statement stands on, as an entry. */
static kc_result
read_row(struct aud_journal *j, uint64_t n, struct aud_entry *ret,
    struct kc_err *err)
{
	sqlite3_stmt *s = j->get;
	struct kc_part line, facts;
	struct aud_entry e = { 0 };
	char where[48];
	kc_result r;

	line.p = sqlite3_column_text(s, 0);
	line.len = (size_t)sqlite3_column_bytes(s, 0);
	facts.p = sqlite3_column_text(s, 1);
	facts.len = (size_t)sqlite3_column_bytes(s, 1);
	(void)snprintf(where, sizeof where, "entry %llu",
	    (unsigned long long)n);
	if (line.p == NULL || facts.p == NULL)
		return KC_FAIL(err, KC_EFORMAT, 0, "%s is empty", where);
	KC_TRY(r, aud_entry_read(j->chain.id, where, line, facts, &e, err));
	if (e.n != n || sqlite3_column_bytes(s, 2) != KC_SHA256 ||
	    memcmp(sqlite3_column_blob(s, 2), e.leaf, KC_SHA256) != 0) {
		r = AUD_REFUSE(err, ORDER,
		    "%s: its number %llu or leaf hash is not the row's",
		    where, (unsigned long long)e.n);
		goto out;
	}
	*ret = e;
	e = (struct aud_entry){ 0 };
out:
	aud_entry_free(&e);
	return r;
}

kc_result
aud_get(struct aud_journal *j, uint64_t n, struct aud_entry *ret,
    struct kc_err *err)
{
	kc_result r;
	int rc;

	if (n >= j->chain.n)
		return KC_FAIL(err, KC_EBUG, 0,
		    "entry %llu is asked for; there are %llu",
		    (unsigned long long)n, (unsigned long long)j->chain.n);
	if (sqlite3_bind_int64(j->get, 1, (sqlite3_int64)n) != SQLITE_OK)
		return aud_db_fail(j, "cannot be read", err);
	rc = sqlite3_step(j->get);
	if (rc == SQLITE_ROW)
		r = read_row(j, n, ret, err);
	else if (rc == SQLITE_DONE)
		r = AUD_REFUSE(err, GAP,
		    "entry %llu is missing", (unsigned long long)n);
	else
		r = aud_db_fail(j, "cannot be read", err);
	(void)sqlite3_reset(j->get);
	return r;
}

void
aud_hold(struct aud_journal *j, bool hold)
{
	(void)sqlite3_exec(j->db, hold ? "BEGIN" : "COMMIT", NULL, NULL,
	    NULL);
}

kc_result
aud_each(struct aud_journal *j, uint64_t from, uint64_t to,
    kc_result (*fn)(void *ctx, const struct aud_entry *e, struct kc_err *err),
    void *ctx, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (uint64_t n = from; n < to && kc_ok(r); n++) {
		struct aud_entry e = { 0 };

		r = aud_get(j, n, &e, err);
		if (kc_ok(r))
			r = fn(ctx, &e, err);
		aud_entry_free(&e);
	}
	return r;
}

static kc_result
add_leaf(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	return aud_tree_add(ctx, e->leaf, err);
}

kc_result
aud_root(struct aud_journal *j, uint64_t size, uint8_t ret[static KC_SHA256],
    struct kc_err *err)
{
	struct aud_tree t = { 0 };
	kc_result r;

	KC_TRY(r, aud_each(j, 0, size, add_leaf, &t, err));
	r = aud_tree_root(&t, ret, err);
out:
	return r;
}
