/* SPDX-License-Identifier: Apache-2.0
 *
 * What is mapped into a process, read from its /proc/PID/maps.
 */
#include "base/file.h"
#include "tests/check.h"
#include "tokens/pins.h"
#include "tokens/profile.h"

static struct tok_mapped list[8];
static size_t n;
static struct kc_err err;

static kc_result
mapped(const char *maps)
{
	n = 77;
	return tok_pins_mapped(maps, "/usr/bin/self", list, 2, &n, &err);
}

#define LINE(perms, path)						\
	"7f00-7f01 " perms " 00002000 fe:00 247134      " path "\n"

static void
executable_files_are_listed_once_without_the_program(void **state)
{
	(void)state;
	t_ok(mapped(LINE("r--p", "/usr/lib/data") LINE("r-xp", "/lib/a.so")
	    LINE("r--p", "/lib/a.so") LINE("r-xp", "/lib/a.so")
	    LINE("r-xp", "/usr/bin/self") LINE("r-xp", "[vdso]")
	    "7f00-7f01 r-xp 00000000 00:00 0 \n"
	    LINE("rwxs", "/lib/with space.so")), &err);
	assert_int_equal(n, 2);
	assert_string_equal(list[0].path, "/lib/a.so");
	assert_int_equal(list[0].inode, 247134);
	assert_string_equal(list[1].path, "/lib/with space.so");
	t_ok(mapped(""), &err);
	assert_int_equal(n, 0);
}

static void
a_file_that_is_gone_is_refused_by_name(void **state)
{
	(void)state;
	t_fails(mapped(LINE("r-xp", "/lib/a.so (deleted)")), &err,
	    KC_EMODULE, "/lib/a.so (deleted): the file that is mapped is not "
	    "there any more");
	assert_int_equal(n, 77);
}

static void
more_objects_than_can_be_listed_are_refused(void **state)
{
	char line[800];

	(void)state;
	t_fails(mapped(LINE("r-xp", "/a") LINE("r-xp", "/b")
	    LINE("r-xp", "/c")), &err, KC_EMODULE,
	    "/c: more than 2 objects");
	(void)snprintf(line, sizeof line, "7f00-7f01 r-xp 0 fe:00 1 /%0300d",
	    0);
	t_fails(mapped(line), &err, KC_EMODULE, "255 bytes of path");
	(void)snprintf(line, sizeof line, "7f00-7f01 r-xp 0 fe:00 1 /%0700d",
	    0);
	t_fails(mapped(line), &err, KC_EMODULE,
	    "a path of more than 255 bytes is mapped");
}

/* Of this very process: libc is there, its hash the file's. */
static void
this_process_maps_what_its_files_hash_to(void **state)
{
	static struct tok_pin pin[TOK_PINS_MAX];
	size_t found = 0, count = 0;

	(void)state;
	t_ok(tok_pins_here(tok_profile_named("other"), pin, &count, &err),
	    &err);
	for (size_t i = 0; i < count; i++) {
		struct kc_buf file = { 0 };
		uint8_t sha[KC_SHA256];

		t_ok(kc_file_read(pin[i].path, (size_t)64 << 20, &file,
		    &err), &err);
		t_ok(kc_sha256_one(file.p, file.len, sha, &err), &err);
		assert_memory_equal(sha, pin[i].sha256, sizeof sha);
		kc_buf_free(&file);
		found += strstr(pin[i].path, "/libc.so") != NULL;
		assert_true(pin[i].config || i == 0 ||
		    strcmp(pin[i - 1].path, pin[i].path) < 0);
	}
	assert_int_equal(found, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    executable_files_are_listed_once_without_the_program),
		cmocka_unit_test(a_file_that_is_gone_is_refused_by_name),
		cmocka_unit_test(more_objects_than_can_be_listed_are_refused),
		cmocka_unit_test(this_process_maps_what_its_files_hash_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
