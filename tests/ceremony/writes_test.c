/* SPDX-License-Identifier: Apache-2.0
 *
 * Which directories a command may write: those it was told, and above a
 * mount point or what could become one.
 */
#include "ceremony/writes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/landlock.h"
#include "tests/child.h"

static char top[256];

static int
setup(void **state)
{
	(void)state;
	t_dir(top);
	return chdir(top) == 0 &&
	    mkdir("full", 0700) == 0 && mkdir("full/inside", 0700) == 0 &&
	    mkdir("empty", 0700) == 0 && mkdir("out", 0700) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	return rmdir("full/inside") == 0 && rmdir("full") == 0 &&
	    rmdir("empty") == 0 && rmdir("out") == 0 && chdir("/") == 0 &&
	    rmdir(top) == 0 ? 0 : -1;
}

static void
place_is(const char *place, const char *want)
{
	struct kc_buf got = { 0 };
	struct kc_err err = { 0 };

	t_ok(cer_writes_place(place, &got, &err), &err);
	assert_string_equal(kc_buf_str(&got), want);
	kc_buf_free(&got);
}

static void
a_folder_with_files_in_it_is_allowed_itself(void **state)
{
	(void)state;
	place_is("full", "full");
	place_is("./full/", "./full/");
}

static void
what_may_become_a_mount_point_is_allowed_from_above(void **state)
{
	char path[270];

	(void)state;
	place_is("full/inside", "full");
	place_is("full/later", "full");
	place_is("full/a/b/c", "full");
	(void)snprintf(path, sizeof path, "%s/empty", top);
	place_is(path, top);
	place_is("/proc", "/proc");	/* mounted, and never all of / */
	place_is("/proc/self/fd", "/proc/self/fd");
	place_is("/nonexistent-kc", "/nonexistent-kc");
}

/* The errno of making a file; 0 when it went (and is gone again). */
static int
try_make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	(void)close(fd);
	return unlink(path) == 0 ? 0 : errno;
}

static int
command(const char *group, int argc, const char *const *words)
{
	char *argv[8];

	for (int i = 0; i < argc; i++)
		argv[i] = strdup(words[i]);
	return kc_ok(cer_writes_command(group, argc, argv, NULL)) ? 0 : 1;
}

static int
writes_beside_its_output(void)
{
	static const char *const words[] = { "x", "-o", "out/file" };

	if (command("sd", 3, words) != 0)
		return 2;
	if (try_make("out/file") != 0 || try_make("full/file") != EACCES ||
	    try_make("file") != EACCES)
		return 3;
	return 0;
}

static int
writes_nothing(void)
{
	static const char *const words[] = { "out", "--sd-file", "full" };

	if (command("sd", 3, words) != 0)
		return 2;
	return try_make("out/file") == EACCES &&
	    try_make("full/file") == EACCES ? 0 : 3;
}

static int
writes_its_directory(void)
{
	static const char *const words[] = { "--dir", "full" };

	if (command("status", 2, words) != 0)
		return 2;
	return try_make("full/file") == 0 &&
	    try_make("out/file") == EACCES ? 0 : 3;
}

static int
rolls_a_journal_back(void)
{
	static const char *const words[] = { "full", "--json" };

	if (command("audit", 2, words) != 0)
		return 2;
	return try_make("full/file") == 0 &&
	    try_make("out/file") == EACCES ? 0 : 3;
}

static void
a_command_writes_where_its_options_say_and_nowhere_else(void **state)
{
	(void)state;
	if (kc_landlock_abi() == 0) {
		(void)printf("skip: this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(in_child(writes_beside_its_output), 0);
	assert_int_equal(in_child(writes_nothing), 0);
	assert_int_equal(in_child(writes_its_directory), 0);
	assert_int_equal(in_child(rolls_a_journal_back), 0);
}

static void
a_command_with_too_many_outputs_is_refused(void **state)
{
	char *argv[2 * KC_WRITES_MAX + 2];
	struct kc_err err = { 0 };
	char word[] = "-o";
	kc_result r;

	(void)state;
	for (size_t i = 0; i < sizeof argv / sizeof *argv; i++)
		argv[i] = word;
	r = cer_writes_command("sd", 2 * KC_WRITES_MAX + 2, argv, &err);
	t_fails(r, &err, KC_EUSAGE, "are more outputs than this program takes");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_with_files_in_it_is_allowed_itself),
		cmocka_unit_test(
		    what_may_become_a_mount_point_is_allowed_from_above),
		cmocka_unit_test(
		    a_command_writes_where_its_options_say_and_nowhere_else),
		cmocka_unit_test(a_command_with_too_many_outputs_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
