/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal's append beside a raw SQLite insert of the same bytes with the
 * same pragmas.  For tests/bench/run.
 * Usage: append journal DB N     append N entries to a new journal
 *        append raw DB N FROM    insert the first N entries of FROM
 * Prints one line: entries, CPU and wall nanoseconds of the loop.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "audit/journal.h"
#include "base/hash.h"
#include "tests/bench/spent.h"

static void
print(uint64_t n, struct spent from)
{
	struct spent s = spent_since(from);

	(void)printf("%" PRIu64 " %" PRId64 " %" PRId64 "\n", n, s.cpu,
	    s.wall);
}

/* Entries like those of a ceremony: an intent and its outcome in turn. */
static kc_result
append_one(struct aud_journal *j, uint64_t i, struct kc_err *err)
{
	char id[32];
	struct aud_fact f[] = {
		AUD_S("command.id", id),
		AUD_S("command", "unwrap"),
		AUD_S("card", "holder-2"),
		AUD_S("key", "wrapping"),
		AUD_I("share", (int64_t)(i % 10) + 1),
	};

	(void)snprintf(id, sizeof id, "c%" PRIu64, i / 2);
	return aud_append(j, i % 2 == 0 ? "card.intent" : "card.done",
	    "domain.prove", f, sizeof f / sizeof *f, NULL, err);
}

static kc_result
journal(const char *path, uint64_t n, struct kc_err *err)
{
	static const char hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4"
	    "649b934ca495991b7852b855";
	struct aud_journal *j = NULL;
	struct spent from;
	kc_result r;

	KC_TRY(r, aud_create(path, AUD_REHEARSAL, &j, err));
	KC_TRY(r, aud_run(j, err));
	KC_TRY(r, aud_append(j, "genesis", "", (struct aud_fact[]){
	    AUD_S("mode", "rehearsal"), AUD_S("script", hash),
	    AUD_S("site", hash), AUD_S("software", hash),
	    AUD_I("signers.required", 1) }, 5, NULL, err));
	from = spent_now();
	for (uint64_t i = 0; i < n; i++)
		KC_TRY(r, append_one(j, i, err));
	print(n, from);
out:
	aud_close(&j);
	return r;
}

/* One entry of the journal, copied before the clock runs. */
struct row {
	struct kc_buf line, facts;
	uint8_t leaf[KC_SHA256];
};

struct rows {
	struct row *row;
	size_t n;
};

static kc_result
keep(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct rows *all = ctx;
	struct row *row = &all->row[all->n++];
	kc_result r;

	memcpy(row->leaf, e->leaf, KC_SHA256);
	KC_TRY(r, kc_buf_add(&row->line, e->line.p, e->line.len, err));
	r = kc_buf_add(&row->facts, e->salted.p, e->salted.len, err);
out:
	return r;
}

static kc_result
read_rows(const char *from, uint64_t n, struct rows *ret, struct kc_err *err)
{
	struct aud_journal *j = NULL;
	kc_result r;

	KC_TRY(r, aud_open(from, false, &j, err));
	if (n > aud_count(j)) {
		r = KC_FAIL(err, KC_EUSAGE, 0, "%s has fewer entries", from);
		goto out;
	}
	ret->row = calloc(n, sizeof *ret->row);
	if (ret->row == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for rows");
		goto out;
	}
	r = aud_each(j, 0, n, keep, ret, err);
out:
	aud_close(&j);
	return r;
}

static bool
insert(sqlite3_stmt *st, sqlite3_int64 n, const struct row *row)
{
	return sqlite3_bind_int64(st, 1, n) == SQLITE_OK &&
	    sqlite3_bind_text(st, 2, (const char *)row->line.p,
	    (int)row->line.len, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_bind_text(st, 3, (const char *)row->facts.p,
	    (int)row->facts.len, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_bind_blob(st, 4, row->leaf, KC_SHA256,
	    SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_DONE &&
	    sqlite3_reset(st) == SQLITE_OK;
}

/* The journal's table and pragmas; no trigger, no hash, no reading. */
static kc_result
raw(const char *path, uint64_t n, const char *from_path, struct kc_err *err)
{
	static const char setup[] = "PRAGMA journal_mode=DELETE; "
	    "PRAGMA synchronous=EXTRA; PRAGMA recursive_triggers=ON; "
	    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; "
	    "CREATE TABLE entry (n INTEGER PRIMARY KEY, line TEXT NOT NULL, "
	    "facts TEXT NOT NULL, leaf BLOB NOT NULL) STRICT";
	struct rows all = { 0 };
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	struct spent from;
	bool good;
	kc_result r;

	KC_TRY(r, read_rows(from_path, n, &all, err));
	good = sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_exec(db, setup, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "INSERT INTO entry VALUES (?, ?, ?, ?)",
	    -1, &st, NULL) == SQLITE_OK;
	from = spent_now();
	for (size_t i = 0; i < all.n && good; i++)
		good = insert(st, (sqlite3_int64)i, &all.row[i]);
	if (good)
		print(n, from);
	else
		r = KC_FAIL(err, KC_EDB, 0, "%s: %s", path,
		    sqlite3_errmsg(db));
out:
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	for (size_t i = 0; i < all.n; i++) {
		kc_buf_free(&all.row[i].line);
		kc_buf_free(&all.row[i].facts);
	}
	free(all.row);
	return r;
}

int
main(int argc, char **argv)
{
	struct kc_err err = { 0 };
	kc_result r;

	if (argc == 4 && strcmp(argv[1], "journal") == 0)
		r = journal(argv[2], strtoull(argv[3], NULL, 10), &err);
	else if (argc == 5 && strcmp(argv[1], "raw") == 0)
		r = raw(argv[2], strtoull(argv[3], NULL, 10), argv[4], &err);
	else
		r = KC_FAIL(&err, KC_EUSAGE, 0,
		    "append journal DB N | append raw DB N FROM");
	if (!kc_ok(r))
		(void)fprintf(stderr, "%s\n", err.msg);
	return kc_exit(r.code);
}
