/* SPDX-License-Identifier: Apache-2.0
 *
 * Files: limited reads, writes that never replace.
 */
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"

static char dir[256];

static const char *
in_dir(const char *name)
{
	static char path[4][512];
	static unsigned next;
	char *p = path[next++ % 4];

	(void)snprintf(p, 512, "%s/%s", dir, name);
	return p;
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static size_t
entries(void)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	return n;
}

static int
setup(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	if (!kc_ok(kc_secret_heap(&err)))
		return -1;
	t_dir(dir);
	return 0;
}

static int
teardown(void **state)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	(void)state;
	while (d != NULL && (e = readdir(d)) != NULL)
		if (unlinkat(dirfd(d), e->d_name, 0) != 0)
			(void)unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	if (d != NULL)
		(void)closedir(d);
	return rmdir(dir);
}

static void
what_is_written_is_read_back_with_its_mode(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };
	struct stat st;

	(void)state;
	t_ok(kc_file_write_new(in_dir("a"), "x\0y", 3, 0600, &err), &err);
	t_ok(kc_file_read(in_dir("a"), 3, &b, &err), &err);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.p, "x\0y", 4);
	assert_int_equal(stat(in_dir("a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(entries(), 1);
	kc_buf_free(&b);
}

static void
an_empty_file_is_written_and_read(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_file_write_new(in_dir("a"), "", 0, 0600, &err), &err);
	t_ok(kc_file_read(in_dir("a"), 0, &b, &err), &err);
	assert_int_equal(b.len, 0);
	assert_string_equal(kc_buf_str(&b), "");
	kc_buf_free(&b);
}

static void
a_secret_file_is_read_into_the_heap(void **state)
{
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	put(in_dir("pin"), "123456");
	t_ok(kc_file_read_secret(in_dir("pin"), 64, &s, &err), &err);
	assert_int_equal(s.len, 6);
	assert_memory_equal(s.p, "123456", 7);
	kc_secret_free(&s);
	t_fails(kc_file_read_secret(in_dir("pin"), 5, &s, &err), &err,
	    KC_ELIMIT, "has 6 bytes; the limit is 5");
	assert_null(s.p);
}

static void
an_existing_output_is_refused_and_left_as_it_was(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	put(in_dir("a"), "old");
	t_fails(kc_file_write_new(in_dir("a"), "new", 3, 0600, &err), &err,
	    KC_EEXISTS, "exists already; nothing is ever overwritten");
	t_ok(kc_file_read(in_dir("a"), 10, &b, &err), &err);
	assert_string_equal(kc_buf_str(&b), "old");
	assert_int_equal(entries(), 1);
	kc_buf_free(&b);
}

static void
a_dead_link_in_the_outputs_place_counts_as_existing(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	assert_int_equal(symlink("nowhere", in_dir("link")), 0);
	assert_true(kc_file_exists(in_dir("link")));
	t_fails(kc_file_write_new(in_dir("link"), "x", 1, 0600, &err), &err,
	    KC_EEXISTS, "exists already");
	assert_false(kc_file_exists(in_dir("nowhere")));
	t_fails(kc_file_check_new(in_dir("link"), &err), &err, KC_EEXISTS,
	    "link exists already");
	t_ok(kc_file_check_new(in_dir("nowhere"), &err), &err);
}

struct writer {
	char text[8];
	kc_result r;
	struct kc_err err;
};

static void *
write_one(void *arg)
{
	struct writer *w = arg;

	w->r = kc_file_write_new(in_dir("race"), w->text, strlen(w->text),
	    0600, &w->err);
	return NULL;
}

/* The name is taken by renaming without replacing, so of two writers that
 * both saw it free one is refused. */
static void
of_two_writers_at_once_exactly_one_wins(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		struct writer w[2] = { { .text = "one" }, { .text = "two" } };
		struct kc_buf b = { 0 };
		struct kc_err err = { 0 };
		pthread_t t[2];
		int won;

		for (int i = 0; i < 2; i++)
			assert_int_equal(pthread_create(&t[i], NULL,
			    write_one, &w[i]), 0);
		for (int i = 0; i < 2; i++)
			assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_int_equal(kc_ok(w[0].r) + kc_ok(w[1].r), 1);
		won = kc_ok(w[1].r);
		assert_int_equal(w[!won].r.code, KC_EEXISTS);
		t_ok(kc_file_read(in_dir("race"), 10, &b, &err), &err);
		assert_string_equal(kc_buf_str(&b), w[won].text);
		assert_int_equal(entries(), 1);
		assert_int_equal(unlink(in_dir("race")), 0);
		kc_buf_free(&b);
	}
}

static void
a_failed_write_leaves_no_temporary_file(void **state)
{
	struct kc_err err = { 0 };
	struct stat st;

	(void)state;
	t_fails(kc_file_write_new(in_dir("none/a"), "x", 1, 0600, &err),
	    &err, KC_EIO, "cannot create");
	t_fails(kc_file_write_new(in_dir(""), "x", 1, 0600, &err), &err,
	    KC_EEXISTS, "exists");
	t_fails(kc_file_write_new("", "x", 1, 0600, &err), &err, KC_EIO,
	    "names no file");
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(entries(), 0);
}

static void
a_file_over_the_limit_is_refused_before_reading(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	put(in_dir("a"), "12345");
	t_fails(kc_file_read(in_dir("a"), 4, &b, &err), &err, KC_ELIMIT,
	    "has 5 bytes; the limit is 4");
	assert_null(b.p);
	t_ok(kc_file_read(in_dir("a"), 5, &b, &err), &err);
	kc_buf_free(&b);
}

static void
only_regular_files_are_read_and_a_fifo_does_not_hang(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	t_fails(kc_file_read(in_dir("fifo"), 10, &b, &err), &err, KC_EIO,
	    "fifo is not a regular file");
	t_fails(kc_file_read(dir, 10, &b, &err), &err, KC_EIO,
	    "is not a regular file");
	t_fails(kc_file_read("/dev/zero", 10, &b, &err), &err, KC_EIO,
	    "/dev/zero is not a regular file");
	t_fails(kc_file_read(in_dir("none"), 10, &b, &err), &err, KC_EIO,
	    "none: No such file");
	assert_null(b.p);
}

/* /proc files call themselves empty and are not: like a file that grew
 * between the look at its size and the reading. */
static void
a_file_that_holds_more_than_it_said_is_refused(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_fails(kc_file_read("/proc/self/status", 1 << 20, &b, &err), &err,
	    KC_EIO, "/proc/self/status changed while it was read");
	assert_null(b.p);
	t_fails(kc_file_read_secret("/proc/self/status", 1 << 10, &s, &err),
	    &err, KC_EIO, "changed while it was read");
	assert_null(s.p);
}

static void
only_temporary_files_of_ours_are_dropped(void **state)
{
	static const char *const kept[] = { "a", ".a", ".a.kc-tmp-",
		".a.kc-tmp-0123456789abcde", ".a.kc-tmp-0123456789abcdefg",
		"a.kc-tmp-0123456789abcdef", ".a.kc-tmp-0123456789abcdeg",
		".kc-tmp" };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		put(in_dir(kept[i]), "");
	put(in_dir(".a.kc-tmp-0123456789abcdef"), "half");
	put(in_dir(".b.json.kc-tmp-ffffffffffffffff"), "half");
	t_ok(kc_file_drop_temps(dir, &err), &err);
	assert_int_equal(entries(), sizeof kept / sizeof *kept);
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		assert_true(kc_file_exists(in_dir(kept[i])));
	t_fails(kc_file_drop_temps(in_dir("none"), &err), &err, KC_EIO,
	    "cannot open");
}

static void
a_new_directory_is_private_and_must_not_exist(void **state)
{
	struct kc_err err = { 0 };
	struct stat st;

	(void)state;
	t_ok(kc_dir_new(in_dir("d"), &err), &err);
	assert_int_equal(stat(in_dir("d"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0700);
	t_fails(kc_dir_new(in_dir("d"), &err), &err, KC_EEXISTS,
	    "it exists already");
	t_fails(kc_dir_new(in_dir("none/d"), &err), &err, KC_EIO,
	    "cannot make the directory");
	t_ok(kc_dir_sync(in_dir("d"), &err), &err);
	t_fails(kc_dir_sync(in_dir("none"), &err), &err, KC_EIO,
	    "cannot open");
}

static void
paths_are_joined_anew_each_time(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_path_join("dir", "long name", &b, &err), &err);
	t_ok(kc_path_join("dir", "x", &b, &err), &err);
	assert_string_equal(kc_buf_str(&b), "dir/x");
	kc_buf_free(&b);
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void
a_finished_directory_gets_its_name_and_replaces_none(void **state)
{
	char temp[512], path[512];
	struct kc_err err = { 0 };

	(void)state;
	(void)snprintf(temp, sizeof temp, "%s", in_dir("d.part"));
	(void)snprintf(path, sizeof path, "%s", in_dir("d"));
	t_ok(kc_dir_new(temp, &err), &err);
	t_ok(kc_dir_publish(temp, path, &err), &err);
	assert_true(kc_file_exists(path));
	assert_false(kc_file_exists(temp));
	t_ok(kc_dir_new(temp, &err), &err);
	t_fails(kc_dir_publish(temp, path, &err), &err, KC_EEXISTS,
	    "cannot name");
	assert_true(kc_file_exists(temp));
	t_fails(kc_dir_publish(in_dir("gone"), in_dir("e"), &err), &err,
	    KC_EIO, "cannot name");
}

static void
what_is_read_back_is_compared_byte_for_byte(void **state)
{
	static uint8_t big[(3 << 20) + 5];
	char path[512];
	struct kc_err err = { 0 };
	bool past;

	(void)state;
	(void)snprintf(path, sizeof path, "%s", in_dir("big"));
	big[sizeof big - 1] = 7;
	t_ok(kc_file_write_new(path, big, sizeof big, 0600, &err), &err);
	t_ok(kc_file_reread(path, big, sizeof big, &past, &err), &err);
	t_fails(kc_file_reread(path, big, sizeof big - 1, &past, &err), &err,
	    KC_EIO, "reads back longer than it was written");
	big[sizeof big - 1] = 8;
	t_fails(kc_file_reread(path, big, sizeof big, &past, &err), &err,
	    KC_EIO, "from byte 3145732 on; do not trust this medium");
	t_ok(truncate(path, 100) == 0 ? KC_DONE : KC_FAIL(&err, KC_EIO, 0,
	    "truncate"), &err);
	t_fails(kc_file_reread(path, big, sizeof big, &past, &err), &err,
	    KC_EIO, "reads back with 100 of its 3145733 bytes");
	t_fails(kc_file_reread(in_dir("gone"), big, 1, &past, &err), &err,
	    KC_EIO, "cannot open");
	(void)unlink(path);
	t_ok(kc_file_write_new(path, "", 0, 0600, &err), &err);
	t_ok(kc_file_reread(path, "", 0, &past, &err), &err);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_DIR(what_is_written_is_read_back_with_its_mode),
		IN_DIR(an_empty_file_is_written_and_read),
		IN_DIR(a_secret_file_is_read_into_the_heap),
		IN_DIR(an_existing_output_is_refused_and_left_as_it_was),
		IN_DIR(a_dead_link_in_the_outputs_place_counts_as_existing),
		IN_DIR(of_two_writers_at_once_exactly_one_wins),
		IN_DIR(a_failed_write_leaves_no_temporary_file),
		IN_DIR(a_file_over_the_limit_is_refused_before_reading),
		IN_DIR(only_regular_files_are_read_and_a_fifo_does_not_hang),
		IN_DIR(a_file_that_holds_more_than_it_said_is_refused),
		IN_DIR(only_temporary_files_of_ours_are_dropped),
		IN_DIR(a_new_directory_is_private_and_must_not_exist),
		IN_DIR(a_finished_directory_gets_its_name_and_replaces_none),
		IN_DIR(what_is_read_back_is_compared_byte_for_byte),
		cmocka_unit_test(paths_are_joined_anew_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
