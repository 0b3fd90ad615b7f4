/* SPDX-License-Identifier: Apache-2.0
 *
 * A bundle on a medium: names that every file system takes, or none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/bundle.h"
#include "base/file.h"

static char dir[] = "/var/tmp/medium-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	return rmdir(dir);	/* nothing may be left in it */
}

static kc_result
write_one(const char *path, struct aud_written *ret, struct kc_err *err)
{
	struct aud_bundle b = { 0 };
	struct kc_buf bytes = { 0 };
	char out[64];
	kc_result r;

	(void)snprintf(out, sizeof out, "%s/out", dir);
	KC_TRY(r, kc_buf_adds(&bytes, "text", err));
	KC_TRY(r, aud_bundle_add(&b, path, &bytes, err));
	r = aud_bundle_write(&b, out, ret, err);
out:
	aud_bundle_free(&b);
	return r;
}

static void
a_name_that_fat_does_not_take_is_refused_before_anything_is_written(
    void **state)
{
	static const char *const bad[] = { "Set.json", "artifacts/a b",
		"artifacts/a:b", "artifacts/.hidden", "artifacts/ends.",
		"artifacts/", "artifacts/caf\xc3\xa9", "artifacts/a/b",
		"artifacts/README.txt" };
	char left[64];

	(void)state;
	(void)snprintf(left, sizeof left, "%s/.out.part", dir);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct kc_err err = { 0 };

		assert_false(kc_ok(write_one(bad[i], NULL, &err)));
		assert_int_equal(err.code, KC_EREFUSED);
		assert_non_null(strstr(err.msg, "not fit on every medium"));
		assert_false(kc_file_exists(left));
	}
}

static void
what_was_written_is_told(void **state)
{
	/* printf text | sha256sum */
	static const char want[] = "982d9e3eb996f559e633f4d194def376"
	    "1d909f5a3b647d1a851fead67c32c9d1";
	static const char *const names[] = { "manifest.json", "artifacts",
		"certs", "checkpoints", "" };
	struct aud_written w = { 0 };
	struct kc_err err = { 0 };
	char hex[KC_HEX], path[64];

	(void)state;
	assert_true(kc_ok(write_one("manifest.json", &w, &err)));
	assert_int_equal(w.files, 1);
	kc_hex(w.manifest, KC_SHA256, hex);
	assert_string_equal(hex, want);
	assert_false(kc_ok(write_one("manifest.json", &w, &err)));
	assert_int_equal(err.code, KC_EEXISTS);
	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(path, sizeof path, "%s/out/%s", dir, names[i]);
		assert_int_equal(remove(path), 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
a_name_that_fat_does_not_take_is_refused_before_anything_is_written),
		cmocka_unit_test(what_was_written_is_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
