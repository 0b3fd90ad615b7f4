/* SPDX-License-Identifier: Apache-2.0
 *
 * The online team of a rehearsal: request files and their answers.
 */
#include "pool/attend.h"

#include "base/json.h"
#include "tests/pool/holders.h"

/* One look; the number of answers. */
static size_t
attend(const char *medium)
{
	struct kc_err err = { 0 };
	size_t n = 99;

	t_ok(pool_attend_once(&(struct pool_attendance){
	    .dir = in_dir("pools"), .medium = medium, .bits = 3072 },
	    &n, &err), &err);
	return n;
}

static void
medium_of(const char *name, char ret[static 512])
{
	struct kc_err err = { 0 };

	(void)snprintf(ret, 512, "%s/%s", dir, name);
	t_ok(kc_dir_new(ret, &err), &err);
	assert_int_equal(attend(ret), 0);
}

static const char *
on(const char *medium, const char *file)
{
	static char path[8][800];
	static unsigned next;
	char *p = path[next++ % 8];

	(void)snprintf(p, 800, "%s/%s", medium, file);
	return p;
}

static void
ask_download(const char *medium, const char *pool)
{
	struct kc_buf b = { 0 };
	char file[100];

	take(in_dir("request.json"), &b);
	(void)snprintf(file, sizeof file, "to-online/%s.download-request.json",
	    pool);
	put(on(medium, file), b.p, b.len);
	kc_buf_free(&b);
}

static void
expect_status(const char *path, const char *status, const char *details)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };
	json_t *v = NULL;
	const char *s = NULL;

	take(path, &b);
	t_ok(kc_json_read(path, b.p, b.len, KC_FILE_MAX, &v, &err), &err);
	t_ok(kc_json_only(v, path, "data status status_details", &err), &err);
	t_ok(kc_json_str(v, path, "status", &s, &err), &err);
	assert_string_equal(s, status);
	t_ok(kc_json_str(v, path, "status_details", &s, &err), &err);
	if (strstr(s, details) == NULL)
		fail_msg("'%s' is not in: %s", details, s);
	json_decref(v);
	kc_buf_free(&b);
}

static void
a_whole_recovery_is_answered_each_request_once(void **state)
{
	struct kc_buf sd = { 0 }, pem = { 0 }, blob = { 0 };
	struct kc_err err = { 0 };
	char m[512];

	(void)state;
	t_ok(pool_create(in_dir("pools"), "src-one", &err), &err);
	medium_of("m1", m);
	ask_download(m, "src-one");
	put(on(m, "to-online/dst-one.init-recovery"), "please\n", 7);
	assert_int_equal(attend(m), 2);
	assert_int_equal(attend(m), 0);
	take(on(m, "to-offline/src-one-SD.json"), &sd);
	take(on(m, "to-offline/dst-one-SDE.cer"), &pem);
	make_blob(&sd, &pem, &blob);
	put(on(m, "to-online/dst-one.restore-of"), "src-one\n", 8);
	put(on(m, "to-online/dst-one.restore-blob.json"), blob.p, blob.len);
	assert_int_equal(attend(m), 1);
	assert_int_equal(attend(m), 0);
	expect_status(on(m, "to-offline/dst-one.upload-result.json"),
	    "Success", "equal to those of src-one");
	kc_buf_free(&sd);
	kc_buf_free(&pem);
	kc_buf_free(&blob);
}

static void
an_answer_that_was_carried_away_is_not_given_again(void **state)
{
	char m[512];

	(void)state;
	medium_of("m2", m);
	put(on(m, "to-online/dst-two.init-recovery"), "", 0);
	assert_int_equal(attend(m), 1);
	assert_int_equal(unlink(on(m, "to-offline/dst-two-SDE.cer")), 0);
	assert_int_equal(attend(m), 0);
	assert_false(kc_file_exists(on(m, "to-offline/dst-two-SDE.cer")));
}

static void
an_answer_that_is_there_already_is_left_alone(void **state)
{
	struct kc_buf b = { 0 };
	char m[512];

	(void)state;
	medium_of("m3", m);
	put(on(m, "to-offline/dst-three-SDE.cer"), "old", 3);
	put(on(m, "to-online/dst-three.init-recovery"), "", 0);
	assert_int_equal(attend(m), 0);
	take(on(m, "to-offline/dst-three-SDE.cer"), &b);
	assert_string_equal(kc_buf_str(&b), "old");
	kc_buf_free(&b);
}

static void
unfinished_and_foreign_files_are_ignored(void **state)
{
	static const char *const files[] = {
		".dst-four.init-recovery.kc-tmp-0123456789abcdef",
		".dst-four.init-recovery", "dst-four.init-recovery.part",
		"dst-four.init-recovery~", "init-recovery", ".init-recovery",
		"x.init-recovery", "dst_four.init-recovery",
		"abcdefghijklmnopqrstuvwxy.init-recovery",
		"dst-four.restore-of", "notes.txt" };
	char m[512], file[100];

	(void)state;
	medium_of("m4", m);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		(void)snprintf(file, sizeof file, "to-online/%s", files[i]);
		put(on(m, file), "", 0);
	}
	assert_int_equal(attend(m), 0);
	assert_false(kc_file_exists(in_dir("pools/dst-four")));
}

static void
a_refused_request_gets_a_failed_result_and_is_not_tried_again(void **state)
{
	struct kc_err err = { 0 };
	char m[512];

	(void)state;
	medium_of("m5", m);
	ask_download(m, "no-such-pool");
	assert_int_equal(attend(m), 1);
	expect_status(on(m, "to-offline/no-such-pool.download-result.json"),
	    "Failed", "there is no stand-in pool no-such-pool");
	assert_int_equal(attend(m), 0);

	t_ok(pool_create(in_dir("pools"), "src-five", &err), &err);
	put(on(m, "to-online/src-five.download-request.json"), "{", 1);
	assert_int_equal(attend(m), 1);
	expect_status(on(m, "to-offline/src-five.download-result.json"),
	    "Failed", "");
	assert_false(kc_file_exists(on(m, "to-offline/src-five-SD.json")));

	put(on(m, "to-online/src-five.restore-blob.json"), "{}", 2);
	assert_int_equal(attend(m), 1);
	expect_status(on(m, "to-offline/src-five.upload-result.json"),
	    "Failed", "not in recovery");
}

static void
a_medium_that_is_not_there_is_said(void **state)
{
	struct kc_err err = { 0 };
	size_t n = 0;

	(void)state;
	t_fails(pool_attend_once(&(struct pool_attendance){
	    .dir = in_dir("pools"), .medium = in_dir("none"), .bits = 3072 },
	    &n,
	    &err), &err, KC_EIO, "none/to-online");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_whole_recovery_is_answered_each_request_once),
		cmocka_unit_test(
		    an_answer_that_was_carried_away_is_not_given_again),
		cmocka_unit_test(an_answer_that_is_there_already_is_left_alone),
		cmocka_unit_test(unfinished_and_foreign_files_are_ignored),
		cmocka_unit_test(
	a_refused_request_gets_a_failed_result_and_is_not_tried_again),
		cmocka_unit_test(a_medium_that_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, make_holders, remove_all);
}
