/* SPDX-License-Identifier: Apache-2.0
 *
 * The strict JSON reader: a table of our own, and JSONTestSuite where it is
 * at hand.
 */
#include "base/json.h"

#include <dirent.h>

#include "base/file.h"
#include "tests/check.h"

#define MAX ((size_t)1 << 20)

static kc_result
try_read(const char *text, size_t len, struct kc_err *err)
{
	json_t *v = NULL;
	kc_result r = kc_json_read("t.json", text, len, MAX, &v, err);

	if (kc_ok(r))
		assert_non_null(v);
	else
		assert_null(v);
	json_decref(v);
	return r;
}

static void
well_formed_texts_of_every_type_are_read(void **state)
{
	static const char *const good[] = { "{}", "[]", "\"\"", "0", "-1",
		"true", "false", "null", " \t\r\n{ \"a\" : [ 1 , 2.5e3 ] } ",
		"{\"a\":{\"a\":1},\"A\":2}", "\"\\ud83d\\ude00\"",
		"[\"\xf0\x9f\x98\x80\", \"\\\"]\", {}]" };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		t_ok(try_read(good[i], strlen(good[i]), &err), &err);
}

static const struct {
	const char *text;
	const char *say;
} bad[] = {
	{ "", "t.json: line 1, column 0" },
	{ " ", "line 1" },
	{ "{", "line 1, column 1" },
	{ "{}{}", "end of file expected" },
	{ "{} x", "end of file expected" },
	{ "[1],", "end of file expected" },
	{ "{\"a\":1,\"a\":1}", "duplicate object key" },
	{ "{\"a\":1,\"\\u0061\":2}", "duplicate object key" },
	{ "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", "duplicate object key" },
	{ "[1,]", "unexpected token" },
	{ "{\"a\":1,}", "line 1, column" },
	{ "{a:1}", "line 1, column" },
	{ "{'a':1}", "line 1, column" },
	{ "[01]", "line 1, column" },
	{ "[+1]", "line 1, column" },
	{ "[.5]", "line 1, column" },
	{ "[1.]", "line 1, column" },
	{ "[NaN]", "line 1, column" },
	{ "[Infinity]", "line 1, column" },
	{ "[True]", "line 1, column" },
	{ "[1] // c", "line 1, column" },
	{ "/* c */ [1]", "line 1, column" },
	{ "\n\n[1,\n  tru]", "line 4, column" },
	{ "\"a\nb\"", "line" },
	{ "\"\\x41\"", "line 1, column" },
	{ "\"\\u12\"", "line 1, column" },
	{ "\"\\ud800\"", "line 1, column" },
	{ "\"\\udc00\"", "line 1, column" },
	{ "\"\\u0000\"", "line 1, column" },
	{ "{\"\\u0000\":1}", "line 1, column" },
	{ "\"\xff\"", "line 1, column" },
	{ "\"\xc0\x80\"", "line 1, column" },
	{ "\"\xed\xa0\x80\"", "line 1, column" },
	{ "\xef\xbb\xbf{}", "line 1, column" },
	{ "9223372036854775808", "line 1, column" },
	{ "1e400", "line 1, column" },
};

static void
each_malformed_text_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct kc_err err = { 0 };

		t_fails(try_read(bad[i].text, strlen(bad[i].text), &err),
		    &err, KC_EFORMAT, bad[i].say);
	}
}

static void
a_nul_byte_is_named_by_its_offset_wherever_it_is(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_fails(try_read("{}\0", 3, &err), &err, KC_EFORMAT,
	    "t.json: a NUL byte at offset 2");
	t_fails(try_read("\0{}", 3, &err), &err, KC_EFORMAT, "offset 0");
	t_fails(try_read("[\"a\0b\"]", 7, &err), &err, KC_EFORMAT,
	    "offset 3");
	t_fails(try_read("[1]\0[2]", 7, &err), &err, KC_EFORMAT, "offset 3");
}

static void
a_text_over_the_limit_is_refused_before_parsing(void **state)
{
	struct kc_err err = { 0 };
	json_t *v = NULL;

	(void)state;
	t_ok(kc_json_read("t", "[1]", 3, 3, &v, &err), &err);
	json_decref(v);
	v = NULL;
	t_fails(kc_json_read("t", "[1]}", 4, 3, &v, &err), &err, KC_ELIMIT,
	    "t has 4 bytes; the limit is 3");
	assert_null(v);
}

static void
nesting_is_read_to_the_limit_and_refused_beyond(void **state)
{
	struct kc_err err = { 0 };
	char text[2 * KC_JSON_DEPTH + 3] = { 0 };

	(void)state;
	memset(text, '[', KC_JSON_DEPTH);
	memset(text + KC_JSON_DEPTH, ']', KC_JSON_DEPTH);
	t_ok(try_read(text, strlen(text), &err), &err);
	memset(text, '[', KC_JSON_DEPTH + 1);
	memset(text + KC_JSON_DEPTH + 1, ']', KC_JSON_DEPTH + 1);
	t_fails(try_read(text, strlen(text), &err), &err, KC_ELIMIT,
	    "nested deeper than 64");
	/* brackets in strings are no nesting */
	memset(text, '[', sizeof text - 1);
	text[0] = text[sizeof text - 2] = '"';
	t_ok(try_read(text, strlen(text), &err), &err);
}

/* Cut anywhere, or any byte made a NUL: never read. */
static void
a_text_cut_at_any_length_is_refused(void **state)
{
	static const char text[] = "{\"a\":[1,-2,\"x\\u00e9\"],"
	    "\"b\":{\"c\":null,\"d\":true}}";
	struct kc_err err = { 0 };
	char copy[sizeof text];

	(void)state;
	t_ok(try_read(text, strlen(text), &err), &err);
	for (size_t n = 0; n < strlen(text); n++) {
		t_fails(try_read(text, n, &err), &err, KC_EFORMAT, "t.json");
		memcpy(copy, text, sizeof text);
		copy[n] = '\0';
		t_fails(try_read(copy, strlen(text), &err), &err, KC_EFORMAT,
		    "a NUL byte at offset");
	}
}

static json_t *
object(const char *text)
{
	struct kc_err err = { 0 };
	json_t *v = NULL;

	t_ok(kc_json_read("t", text, strlen(text), MAX, &v, &err), &err);
	return v;
}

static void
members_are_read_by_exact_type(void **state)
{
	json_t *v = object("{\"s\":\"x\",\"i\":-3,\"o\":{},\"a\":[1,2]}");
	struct kc_err err = { 0 };
	const char *s = NULL;
	const json_t *m = NULL;
	int64_t i = 0;

	(void)state;
	t_ok(kc_json_str(v, "top", "s", &s, &err), &err);
	assert_string_equal(s, "x");
	t_ok(kc_json_int(v, "top", "i", -3, -3, &i, &err), &err);
	assert_int_equal(i, -3);
	t_ok(kc_json_obj(v, "top", "o", &m, &err), &err);
	assert_true(json_is_object(m));
	t_ok(kc_json_arr(v, "top", "a", 2, 2, &m, &err), &err);
	assert_int_equal(json_array_size(m), 2);
	t_ok(kc_json_only(v, "top", "a s o i x", &err), &err);
	json_decref(v);
}

static void
a_wrong_member_is_refused_with_place_and_name(void **state)
{
	json_t *v = object("{\"s\":\"x\",\"i\":7,\"a\":[1],\"r\":1.0}");
	struct kc_err err = { 0 };
	const char *s = "kept";
	const json_t *m = NULL;
	int64_t i = 42;

	(void)state;
	t_fails(kc_json_str(v, "top", "none", &s, &err), &err, KC_EFORMAT,
	    "top: \"none\" is missing");
	t_fails(kc_json_str(v, "top", "i", &s, &err), &err, KC_EFORMAT,
	    "top: \"i\" is not a string");
	t_fails(kc_json_int(v, "top", "r", 0, 9, &i, &err), &err, KC_EFORMAT,
	    "top: \"r\" is not an integer");
	t_fails(kc_json_int(v, "top", "i", 8, 9, &i, &err), &err, KC_EFORMAT,
	    "top: \"i\" is 7, outside 8 to 9");
	t_fails(kc_json_obj(v, "top", "a", &m, &err), &err, KC_EFORMAT,
	    "top: \"a\" is not an object");
	t_fails(kc_json_arr(v, "top", "s", 0, 9, &m, &err), &err, KC_EFORMAT,
	    "top: \"s\" is not an array");
	t_fails(kc_json_arr(v, "top", "a", 2, 9, &m, &err), &err, KC_EFORMAT,
	    "top: \"a\" has 1 items, not 2 to 9");
	t_fails(kc_json_only(v, "top", "s i a", &err), &err, KC_EFORMAT,
	    "top: \"r\" does not belong there");
	t_fails(kc_json_only(v, "top", "ss i a r", &err), &err, KC_EFORMAT,
	    "top: \"s\" does not belong there");
	t_fails(kc_json_str(json_object_get(v, "a"), "top.a", "x", &s, &err),
	    &err, KC_EFORMAT, "top.a is not an object");
	t_fails(kc_json_only(json_object_get(v, "a"), "top.a", "", &err),
	    &err, KC_EFORMAT, "top.a is not an object");
	assert_string_equal(s, "kept");
	assert_int_equal(i, 42);
	assert_null(m);
	json_decref(v);
}

/* JSONTestSuite.  Of its y_ files four are refused on purpose: duplicate
 * keys, and U+0000 in a string.  Of those left to the parser (i_), these are
 * read; the others, malformed Unicode and numbers out of range, are not. */
static const char *const y_refused[] = {
	"y_object_duplicated_key.json",
	"y_object_duplicated_key_and_value.json",
	"y_object_escaped_null_in_key.json",
	"y_string_null_escape.json",
};
static const char *const i_read[] = {
	"i_number_double_huge_neg_exp.json",
	"i_number_real_underflow.json",
};

static bool
among(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool
to_be_read(const char *name)
{
	if (name[0] == 'y')
		return !among(y_refused, sizeof y_refused / sizeof *y_refused,
		    name);
	return name[0] == 'i' &&
	    among(i_read, sizeof i_read / sizeof *i_read, name);
}

static void
jsontestsuite_is_judged_as_decided(void **state)
{
	const char *shared = getenv("CEREMONY_SHARED");
	char dir[256], path[600];
	const struct dirent *e;
	size_t n = 0;
	DIR *d;

	(void)state;
	(void)snprintf(dir, sizeof dir, "%s/vectors/json-parsing",
	    shared != NULL ? shared : "../shared");
	d = opendir(dir);
	if (d == NULL) {
		printf("skip: JSONTestSuite is not at %s\n", dir);
		skip();
	}
	while ((e = readdir(d)) != NULL) {
		struct kc_buf b = { 0 };
		struct kc_err err = { 0 };
		kc_result r;

		if (strstr(e->d_name, ".json") == NULL)
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		t_ok(kc_file_read(path, MAX, &b, &err), &err);
		r = try_read(kc_buf_str(&b), b.len, &err);
		if (kc_ok(r) != to_be_read(e->d_name))
			fail_msg("%s: %s %s", e->d_name, kc_symbol(r.code),
			    err.msg);
		if (!kc_ok(r))
			assert_int_equal(kc_exit(r.code), 3);
		kc_buf_free(&b);
		n++;
	}
	(void)closedir(d);
	assert_true(n > 300);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_texts_of_every_type_are_read),
		cmocka_unit_test(each_malformed_text_is_refused_with_its_place),
		cmocka_unit_test(
		    a_nul_byte_is_named_by_its_offset_wherever_it_is),
		cmocka_unit_test(
		    a_text_over_the_limit_is_refused_before_parsing),
		cmocka_unit_test(
		    nesting_is_read_to_the_limit_and_refused_beyond),
		cmocka_unit_test(a_text_cut_at_any_length_is_refused),
		cmocka_unit_test(members_are_read_by_exact_type),
		cmocka_unit_test(a_wrong_member_is_refused_with_place_and_name),
		cmocka_unit_test(jsontestsuite_is_judged_as_decided),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
