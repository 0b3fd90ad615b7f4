/* SPDX-License-Identifier: Apache-2.0
 *
 * Journal: entries against vectors made elsewhere, the tree, the database.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <signal.h>
#include <sqlite3.h>

#include "audit/entry.h"
#include "audit/journal.h"
#include "audit/tree.h"
#include "base/file.h"
#include "base/json.h"

#define ID "000102030405060708090a0b0c0d0e0f"

static char dir[64], path[96];

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof dir, "%s", "build/audit-XXXXXX");
	if (mkdtemp(dir) == NULL) {
		(void)snprintf(dir, sizeof dir, "%s", "/var/tmp/aud-XXXXXX");
		if (mkdtemp(dir) == NULL)
			return -1;
	}
	(void)snprintf(path, sizeof path, "%s/journal.db", dir);
	return 0;
}

static int
teardown(void **state)
{
	char other[128];

	(void)state;
	(void)unlink(path);
	(void)snprintf(other, sizeof other, "%s-journal", path);
	(void)unlink(other);
	(void)rmdir(dir);
	return 0;
}

static struct aud_journal *
create(void)
{
	struct kc_err err = { 0 };
	struct aud_journal *j = NULL;

	assert_true(kc_ok(aud_create(path, AUD_REHEARSAL, &j, &err)));
	assert_true(kc_ok(aud_run(j, &err)));
	assert_true(kc_ok(aud_append(j, "genesis", "", (struct aud_fact[]){
	    AUD_S("mode", "rehearsal") }, 1, NULL, &err)));
	return j;
}

/* Read vector i; the caller frees both. */
static json_t *
vector(size_t i)
{
	FILE *f = fopen("tests/audit/data/vectors.jsonl", "r");
	json_t *v = NULL;
	char *line = NULL;
	size_t cap = 0;

	assert_non_null(f);
	for (size_t k = 0; k <= i; k++)
		if (getline(&line, &cap, f) < 0)
			break;
		else if (k == i)
			v = json_loads(line, 0, NULL);
	free(line);
	(void)fclose(f);
	return v;
}

static struct kc_part
part(const json_t *v, size_t i)
{
	const char *s = json_string_value(json_array_get(v, i));

	return (struct kc_part){ s, strlen(s) };
}

static void
entries_and_roots_are_those_computed_elsewhere(void **state)
{
	struct aud_tree tree = { 0 };
	struct aud_chain c;
	struct kc_err err = { 0 };
	size_t n = 0;
	json_t *v;

	(void)state;
	assert_true(kc_ok(aud_chain_init(&c, AUD_REHEARSAL, ID, &err)));
	for (; (v = vector(n)) != NULL; n++) {
		struct aud_entry e = { 0 };
		uint8_t root[KC_SHA256];
		char hex[KC_HEX];

		if (!kc_ok(aud_entry_read(ID, "v", part(v, 0), part(v, 1),
		    &e, &err)) || !kc_ok(aud_chain_step(&c, "v", &e, &err)))
			fail_msg("vector %zu: %s", n, err.msg);
		kc_hex(e.leaf, KC_SHA256, hex);
		assert_string_equal(hex, part(v, 2).p);
		assert_true(kc_ok(aud_tree_add(&tree, e.leaf, &err)));
		assert_true(kc_ok(aud_tree_root(&tree, root, &err)));
		kc_hex(root, KC_SHA256, hex);
		assert_string_equal(hex, part(v, 3).p);
		aud_entry_free(&e);
		json_decref(v);
	}
	assert_int_equal(n, 6);
}

/* Vector 2 with one piece of its text replaced. */
static void
refused(size_t which, const char *from, const char *to, enum kc_code code,
    const char *says)
{
	json_t *v = vector(2);
	struct kc_part p[2] = { part(v, 0), part(v, 1) };
	const char *s = p[which].p, *at = strstr(s, from);
	struct kc_buf b = { 0 };
	struct aud_entry e = { 0 };
	struct kc_err err = { 0 };
	kc_result r;

	assert_non_null(at);
	assert_true(kc_ok(kc_buf_addf(&b, &err, "%.*s%s%s", (int)(at - s), s,
	    to, at + strlen(from))));
	p[which] = (struct kc_part){ b.p, b.len };
	r = aud_entry_read(ID, "line 3", p[0], p[1], &e, &err);
	if (r.code != code || strstr(err.msg, says) == NULL ||
	    strstr(err.msg, "line 3") == NULL)
		fail_msg("'%s' for '%s': %s %s", to, from,
		    kc_symbol(r.code), err.msg);
	kc_buf_free(&b);
	json_decref(v);
}

static void
an_entry_of_another_spelling_or_content_is_refused(void **state)
{
	(void)state;
	refused(0, ",\"k\"", ", \"k\"", KC_EFORMAT, "canonical");
	refused(0, "\"m\":20", "\"m\":20.0", KC_EFORMAT, "no integer");
	refused(0, "\"m\":20", "\"m\":-1", KC_EFORMAT, "outside");
	refused(0, "\"m\":20", "\"m\":20,\"m\":20", KC_EFORMAT, "duplicate");
	refused(0, "\"v\":1", "\"v\":2", KC_EFORMAT, "outside");
	refused(0, "\"v\":1", "\"v\":1,\"w\":1", KC_EFORMAT,
	    "does not belong");
	refused(0, "2026-11-23", "2026-13-23", KC_EFORMAT, "time");
	refused(0, "\"k\":\"person\"", "\"k\":\"Person\"", KC_EFORMAT,
	    "kind");
	refused(0, "roll-call", "roll\\ncall", KC_EFORMAT, "step");
	refused(0, "\"c\":\"00", "\"c\":\"01", KC_EREFUSED, "belongs to");
	refused(1, "Zo", "Xo", KC_EREFUSED, "gives the commitment");
	refused(1, ":true", ":false", KC_EREFUSED, "gives the commitment");
	refused(1, ":true", ":null", KC_EFORMAT, "not well-formed");
	refused(1, "\"present\"", "\"presenu\"", KC_EREFUSED,
	    "no commitment");
	refused(1, "\"salt\"", "\"salu\"", KC_EFORMAT, "does not belong");
}

static void
the_tree_gives_the_roots_of_certificate_transparency(void **state)
{
	static const char *const leaves[] = { "", "00", "10", "2021", "3031",
		"40414243", "5051525354555657",
		"606162636465666768696a6b6c6d6e6f" };
	static const char *const roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" };
	struct aud_tree t = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		uint8_t h[KC_SHA256], raw[16];
		char hex[KC_HEX];

		assert_true(kc_ok(aud_tree_root(&t, h, &err)));
		kc_hex(h, KC_SHA256, hex);
		assert_string_equal(hex, roots[i]);
		if (i == 8)
			break;
		assert_true(kc_unhex(leaves[i], strlen(leaves[i]) / 2, raw));
		assert_true(kc_ok(aud_leaf(raw, strlen(leaves[i]) / 2, h,
		    &err)));
		assert_true(kc_ok(aud_tree_add(&t, h, &err)));
	}
}

static void
the_database_lets_nothing_be_changed_deleted_or_put_in(void **state)
{
	static const char *const bad[] = {
	    "UPDATE entry SET line = 'x' WHERE n = 0",
	    "DELETE FROM entry WHERE n = 0",
	    "INSERT INTO entry (n, line, facts, leaf) VALUES (2,'','',x'')",
	    "INSERT INTO entry (n, line, facts, leaf) VALUES (0,'','',x'')",
	    "INSERT INTO entry (line, facts, leaf) VALUES ('','',x'')",
	    "INSERT INTO entry (n, line, facts, leaf) VALUES (-1,'','',x'')",
	    ("PRAGMA recursive_triggers=ON; REPLACE INTO entry "
	    "(n, line, facts, leaf) VALUES (0,'','',x'')"),
	    "UPDATE meta SET mode = 'production'", "DELETE FROM meta" };
	struct aud_journal *j = create();
	sqlite3 *db = NULL;

	(void)state;
	aud_close(&j);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (sqlite3_exec(db, bad[i], NULL, NULL, NULL) !=
		    SQLITE_CONSTRAINT)
			fail_msg("not aborted: %s", bad[i]);
	(void)sqlite3_close(db);
}

static void
a_second_writer_is_refused_and_readers_are_not(void **state)
{
	struct aud_journal *j = create(), *other = NULL;
	struct kc_err err = { 0 };
	kc_result r;

	(void)state;
	r = aud_open(path, true, &other, &err);
	assert_int_equal(r.code, KC_EDB);
	assert_non_null(strstr(err.msg, "one writer"));
	assert_true(kc_ok(aud_open(path, false, &other, &err)));
	assert_int_equal(aud_count(other), 1);
	aud_close(&other);
	aud_close(&j);
	assert_true(kc_ok(aud_open(path, true, &other, &err)));
	aud_close(&other);
}

static void
what_the_format_does_not_allow_is_not_appended(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_err err = { 0 };
	char *big = calloc(1, 70000);

	(void)state;
	assert_true(kc_ok(aud_create(path, AUD_REHEARSAL, &j, &err)));
	assert_int_equal(aud_append(j, "genesis", "", NULL, 0, NULL,
	    &err).code, KC_EBUG);
	assert_true(kc_ok(aud_run(j, &err)));
	assert_int_equal(aud_append(j, "note", "", NULL, 0, NULL, &err).code,
	    KC_EBUG);
	assert_non_null(strstr(err.msg, "genesis"));
	assert_true(kc_ok(aud_append(j, "genesis", "", NULL, 0, NULL,
	    &err)));
	memset(big, 'a', 69999);
	assert_int_equal(aud_append(j, "note", "", (struct aud_fact[]){
	    AUD_S("x", big) }, 1, NULL, &err).code, KC_EFORMAT);
	assert_non_null(strstr(err.msg, "limit"));
	free(big);
	assert_int_equal(aud_append(j, "note", "", (struct aud_fact[]){
	    AUD_S("x", "a\nb") }, 1, NULL, &err).code, KC_EFORMAT);
	assert_non_null(strstr(err.msg, "control"));
	assert_int_equal(aud_append(j, "note", "", (struct aud_fact[]){
	    AUD_S("X", "a") }, 1, NULL, &err).code, KC_EFORMAT);
	assert_int_equal(aud_append(j, "note", "", (struct aud_fact[]){
	    AUD_I("x", INT64_C(1) << 53) }, 1, NULL, &err).code, KC_EFORMAT);
	assert_int_equal(aud_append(j, "note", "", (struct aud_fact[]){
	    AUD_I("x", 1), AUD_I("x", 2) }, 2, NULL, &err).code, KC_EFORMAT);
	assert_int_equal(aud_count(j), 1);
	aud_close(&j);
	assert_int_equal(aud_create(path, AUD_REHEARSAL, &j, &err).code,
	    KC_EEXISTS);
}

static void
closing_leaves_one_file_and_a_new_run_follows(void **state)
{
	struct aud_journal *j = create();
	struct aud_entry e = { 0 };
	struct kc_err err = { 0 };
	char other[128];
	uint64_t n = 0;

	(void)state;
	aud_close(&j);
	(void)snprintf(other, sizeof other, "%s-journal", path);
	assert_false(kc_file_exists(other));
	assert_true(kc_ok(aud_open(path, true, &j, &err)));
	assert_true(kc_ok(aud_run(j, &err)));
	assert_true(kc_ok(aud_append(j, "note", "s", (struct aud_fact[]){
	    AUD_S("a", "\xc3\xab"), AUD_I("b", -7), AUD_B("c", true) }, 3,
	    &n, &err)));
	assert_true(kc_ok(aud_get(j, n, &e, &err)));
	assert_int_equal(e.run, 2);
	assert_string_equal(aud_entry_str(&e, "a"), "\xc3\xab");
	assert_int_equal(aud_entry_int(&e, "b", 0), -7);
	assert_int_equal(aud_entry_int(&e, "a", 9), 9);
	assert_true(json_is_true(json_object_get(e.facts, "c")));
	aud_entry_free(&e);
	aud_close(&j);
}

static void
append_forever(int fd)
{
	struct aud_journal *j = NULL;
	struct kc_err err;
	uint64_t n = 0;

	if (!kc_ok(aud_open(path, true, &j, &err)) ||
	    !kc_ok(aud_run(j, &err)))
		_exit(1);
	while (kc_ok(aud_append(j, "note", "", (struct aud_fact[]){
	    AUD_I("x", 1) }, 1, &n, &err)))
		if (write(fd, &n, sizeof n) != sizeof n)
			break;
	_exit(1);
}

static void
no_acknowledged_entry_is_lost_when_the_writer_is_killed(void **state)
{
	struct aud_journal *j = create();
	struct kc_err err = { 0 };
	uint64_t n = 0, last = 0;

	(void)state;
	aud_close(&j);
	for (unsigned round = 0; round < 8; round++) {
		uint64_t want = 3 + 5 * round, got = 0;
		int fd[2];
		pid_t pid;

		assert_int_equal(pipe(fd), 0);
		pid = fork();
		if (pid == 0)
			append_forever(fd[1]);
		(void)close(fd[1]);
		while (got < want && read(fd[0], &n, sizeof n) == sizeof n)
			got++;
		assert_int_equal(got, want);
		assert_int_equal(kill(pid, SIGKILL), 0);
		while (read(fd[0], &n, sizeof n) == sizeof n)
			got++;
		last = n;
		(void)close(fd[0]);
		(void)waitpid(pid, NULL, 0);
		if (!kc_ok(aud_open(path, round % 2 == 0, &j, &err)))
			fail_msg("round %u: %s", round, err.msg);
		assert_true(aud_count(j) > last);
		assert_true(aud_count(j) <= last + 2);
		aud_close(&j);
	}
}

static void
a_file_that_is_no_journal_is_named_so(void **state)
{
	struct aud_journal *j = NULL;
	struct kc_err err = { 0 };
	sqlite3 *db = NULL;

	(void)state;
	assert_true(kc_ok(kc_file_write_new(path, "not a database, really",
	    22, 0600, &err)));
	assert_int_equal(aud_open(path, true, &j, &err).code, KC_EFORMAT);
	(void)unlink(path);
	assert_int_equal(aud_open(path, true, &j, &err).code, KC_EIO);
	j = create();
	aud_close(&j);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE VIEW v AS SELECT 1", NULL,
	    NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
	assert_int_equal(aud_open(path, false, &j, &err).code, KC_EFORMAT);
	assert_non_null(strstr(err.msg, "does not belong"));
}

/* RFC 8785's own data, as far as integers go; elsewhere it is skipped. */
static void
canonical_json_is_that_of_rfc_8785(void **state)
{
	static const char *const names[] = { "french", "structures",
		"unicode", "weird" };
	const char *shared = getenv("CEREMONY_SHARED");
	char in[512], out[512];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct kc_buf a = { 0 }, b = { 0 }, c = { 0 };
		struct kc_err err = { 0 };
		json_t *v = NULL;

		(void)snprintf(in, sizeof in, "%s/vectors/jcs/input/%s.json",
		    shared != NULL ? shared : "../shared", names[i]);
		(void)snprintf(out, sizeof out,
		    "%s/vectors/jcs/output/%s.json",
		    shared != NULL ? shared : "../shared", names[i]);
		if (!kc_file_exists(in)) {
			print_message("skip: %s is absent\n", in);
			skip();
		}
		assert_true(kc_ok(kc_file_read(in, KC_FILE_MAX, &a, &err)));
		assert_true(kc_ok(kc_file_read(out, KC_FILE_MAX, &b, &err)));
		if (!kc_ok(kc_json_read(in, a.p, a.len, KC_FILE_MAX, &v,
		    &err)))
			fail_msg("%s", err.msg);
		if (kc_ok(kc_json_canon(v, &c, &err)))
			assert_string_equal(kc_buf_str(&c), kc_buf_str(&b));
		else
			assert_non_null(strstr(err.msg, "no integer"));
		json_decref(v);
		kc_buf_free(&a);
		kc_buf_free(&b);
		kc_buf_free(&c);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(entries_and_roots_are_those_computed_elsewhere),
		T(an_entry_of_another_spelling_or_content_is_refused),
		T(the_tree_gives_the_roots_of_certificate_transparency),
		T(the_database_lets_nothing_be_changed_deleted_or_put_in),
		T(a_second_writer_is_refused_and_readers_are_not),
		T(what_the_format_does_not_allow_is_not_appended),
		T(closing_leaves_one_file_and_a_new_run_follows),
		T(no_acknowledged_entry_is_lost_when_the_writer_is_killed),
		T(a_file_that_is_no_journal_is_named_so),
		T(canonical_json_is_that_of_rfc_8785),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
