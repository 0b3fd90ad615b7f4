/* SPDX-License-Identifier: Apache-2.0
 *
 * Journals of an earlier schema: read as they are, written as this one's, on
 * a copy; the old file stays.
 */
#include "tests/check.h"

#include <unistd.h>

#include <sqlite3.h>

#include "audit/journal.h"
#include "audit/schema.h"
#include "base/file.h"

#define ENTRIES 12

static char dir[256], path[300], kept[310], temp[310];
static uint8_t head[KC_SHA256];
static char id[33];

static void
sql(sqlite3 *db, const char *text)
{
	char *why = NULL;

	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", text, why);
}

/* A journal of this version, its rows moved into a file of version 1. */
static int
setup(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_err err = { 0 };
	sqlite3 *db = NULL;
	char text[400];

	(void)state;
	t_dir(dir);
	(void)snprintf(path, sizeof path, "%s/journal.db", dir);
	(void)snprintf(kept, sizeof kept, "%s.v1", path);
	(void)snprintf(temp, sizeof temp, "%s.made", path);
	t_ok(aud_create(temp, AUD_REHEARSAL, &j, &err), &err);
	t_ok(aud_run(j, &err), &err);
	for (int i = 0; i < ENTRIES; i++)
		t_ok(aud_append(j, i == 0 ? "genesis" : "note", "",
		    (struct aud_fact[]){ AUD_I("i", i) }, 1, NULL, &err),
		    &err);
	aud_head(j, head);
	(void)snprintf(id, sizeof id, "%s", aud_get_id(j));
	aud_close(&j);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	(void)snprintf(text, sizeof text, "PRAGMA application_id=%d; "
	    "PRAGMA user_version=1; ATTACH '%s' AS new", AUD_APPLICATION_ID,
	    temp);
	sql(db, text);
	for (size_t i = 0; i < AUD_OBJECTS; i++)
		sql(db, aud_object_of(1, i)->sql);
	sql(db, "INSERT INTO main.meta SELECT * FROM new.meta; INSERT INTO "
	    "main.entry SELECT * FROM new.entry ORDER BY n");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	(void)unlink(temp);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	t_remove(dir);
	return 0;
}

static void
edit(const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sql(db, text);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
slurp(const char *name, struct kc_buf *ret)
{
	struct kc_err err = { 0 };

	t_ok(kc_file_read(name, KC_FILE_MAX, ret, &err), &err);
}

static void
assert_same(const char *name, const struct kc_buf *want)
{
	struct kc_buf have = { 0 };

	slurp(name, &have);
	assert_int_equal(have.len, want->len);
	assert_memory_equal(have.p, want->p, have.len);
	kc_buf_free(&have);
}

static void
assert_holds(struct aud_journal *j, uint64_t n)
{
	uint8_t now[KC_SHA256];

	assert_int_equal(aud_count(j), n);
	assert_string_equal(aud_get_id(j), id);
	aud_head(j, now);
	if (n == ENTRIES)
		assert_memory_equal(now, head, sizeof now);
}

static void
reading_an_earlier_journal_leaves_it_as_it_is(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_buf old = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	slurp(path, &old);
	t_ok(aud_open(path, false, &j, &err), &err);
	assert_holds(j, ENTRIES);
	assert_int_equal(aud_upgraded_from(j), 0);
	aud_close(&j);
	assert_same(path, &old);
	assert_false(kc_file_exists(kept));
	kc_buf_free(&old);
}

static void
writing_one_makes_a_copy_and_keeps_the_old(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_buf old = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	slurp(path, &old);
	t_ok(aud_open(path, true, &j, &err), &err);
	assert_int_equal(aud_upgraded_from(j), 1);
	assert_holds(j, ENTRIES);
	assert_same(kept, &old);
	t_ok(aud_run(j, &err), &err);
	t_ok(aud_append(j, "note", "", NULL, 0, NULL, &err), &err);
	aud_close(&j);
	t_ok(aud_open(path, true, &j, &err), &err);
	assert_int_equal(aud_upgraded_from(j), 0);
	assert_holds(j, ENTRIES + 1);
	aud_close(&j);
	assert_same(kept, &old);
	kc_buf_free(&old);
}

/* The moments at which a kill leaves something behind. */
static void
an_upgrade_that_was_interrupted_is_begun_again(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_err err = { 0 };
	char made[320];

	(void)state;
	(void)snprintf(made, sizeof made, "%s.new", path);
	t_ok(kc_file_write_new(made, "half", 4, 0600, &err), &err);
	assert_int_equal(link(path, kept), 0);
	t_ok(aud_open(path, true, &j, &err), &err);
	assert_holds(j, ENTRIES);
	aud_close(&j);
	assert_false(kc_file_exists(made));
}

static void
another_file_under_the_old_ones_name_is_not_replaced(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_buf old = { 0 }, other = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	slurp(path, &old);
	t_ok(kc_file_write_new(kept, "other", 5, 0600, &err), &err);
	slurp(kept, &other);
	t_fails(aud_open(path, true, &j, &err), &err, KC_EEXISTS,
	    "cannot be kept as");
	assert_string_equal(err.certain, "the journal is unchanged");
	assert_same(path, &old);
	assert_same(kept, &other);
	kc_buf_free(&old);
	kc_buf_free(&other);
}

static void
one_that_contradicts_itself_is_not_upgraded(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_buf old = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	edit("DROP TRIGGER entry_update; UPDATE entry SET leaf = "
	    "zeroblob(32) WHERE n = 5");
	edit(aud_object_of(1, 3)->sql);
	slurp(path, &old);
	t_fails(aud_open(path, true, &j, &err), &err, KC_EREFUSED,
	    "entry 5: its number 5 or leaf hash is not the row's");
	assert_same(path, &old);
	assert_false(kc_file_exists(kept));
	kc_buf_free(&old);
}

static void
a_journal_of_a_later_version_is_refused(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_err err = { 0 };

	(void)state;
	edit("PRAGMA user_version=3");
	t_fails(aud_open(path, true, &j, &err), &err, KC_EFORMAT,
	    "is a journal of version 3; this program knows 1 to 2");
	t_fails(aud_open(path, false, &j, &err), &err, KC_EFORMAT,
	    "is a journal of version 3");
}

static void
a_schema_under_another_versions_number_is_refused(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_err err = { 0 };

	(void)state;
	edit("PRAGMA user_version=2");
	t_fails(aud_open(path, false, &j, &err), &err, KC_EFORMAT,
	    "'meta' does not belong to a journal's schema");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reading_an_earlier_journal_leaves_it_as_it_is),
		TEST(writing_one_makes_a_copy_and_keeps_the_old),
		TEST(an_upgrade_that_was_interrupted_is_begun_again),
		TEST(another_file_under_the_old_ones_name_is_not_replaced),
		TEST(one_that_contradicts_itself_is_not_upgraded),
		TEST(a_journal_of_a_later_version_is_refused),
		TEST(a_schema_under_another_versions_number_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
