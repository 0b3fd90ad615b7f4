/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical JSON: vectors of our own, and RFC 8785's where they are at hand.
 */
#include "base/file.h"
#include "base/json.h"

#include "tests/check.h"

static const struct {
	const char *text;
	const char *want;
} vectors[] = {
	{ "{}", "{}" },
	{ "[]", "[]" },
	{ " [ 1 , true , false , null , \"x\" ] ",
	  "[1,true,false,null,\"x\"]" },
	{ "{\"b\":1,\"a\":{\"d\":[],\"c\":{}}}",
	  "{\"a\":{\"c\":{},\"d\":[]},\"b\":1}" },
	/* a name is before the one it begins; "" is first of all */
	{ "{\"aa\":1,\"a\":2,\"\":3,\"A\":4,\"10\":5,\"9\":6}",
	  "{\"\":3,\"10\":5,\"9\":6,\"A\":4,\"a\":2,\"aa\":1}" },
	/* UTF-16: U+1F600 (d83d de00) sorts before U+FB33, and U+10000
	 * before U+E000; by code point and by UTF-8 it would be after */
	{ "{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"\\u20ac\":3}",
	  "{\"\xe2\x82\xac\":3,\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":1}" },
	{ "{\"\\ue000\":1,\"\\ud800\\udc00\":2}",
	  "{\"\xf0\x90\x80\x80\":2,\"\xee\x80\x80\":1}" },
	/* two astral names: the second halves decide */
	{ "{\"\\ud83d\\ude01\":1,\"\\ud83d\\ude00\":2}",
	  "{\"\xf0\x9f\x98\x80\":2,\"\xf0\x9f\x98\x81\":1}" },
	/* U+D7FF sorts before a surrogate, U+E000 after it */
	{ "{\"\\ud7ff\":1,\"\\ud800\\udc00\":2,\"\\uffff\":3}",
	  "{\"\xed\x9f\xbf\":1,\"\xf0\x90\x80\x80\":2,\"\xef\xbf\xbf\":3}" },
	{ "\"\\u0001\\u001f\\b\\t\\n\\u000b\\f\\r\\\"\\\\\\/\\u007f\"",
	  "\"\\u0001\\u001f\\b\\t\\n\\u000b\\f\\r\\\"\\\\/\x7f\"" },
	{ "\"\\u00e9\\u20ac\\ud83d\\udd11<>&'\"",
	  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x91<>&'\"" },
	{ "{\"\\n\\\"\":1}", "{\"\\n\\\"\":1}" },
	{ "-0", "0" },
	{ "[9007199254740991,-9007199254740991,0,-1]",
	  "[9007199254740991,-9007199254740991,0,-1]" },
};

static void
check_one(const char *text, size_t len, const char *want, size_t want_len)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };
	json_t *v = NULL;

	t_ok(kc_json_read("vector", text, len, 1 << 20, &v, &err), &err);
	t_ok(kc_json_canon(v, &b, &err), &err);
	assert_int_equal(b.len, want_len);
	assert_memory_equal(b.p, want, want_len);
	kc_buf_free(&b);
	json_decref(v);
}

static void
our_vectors_come_out_byte_for_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		const char *want = vectors[i].want;

		check_one(vectors[i].text, strlen(vectors[i].text), want,
		    strlen(want));
		/* and canonical text is its own canonical form */
		check_one(want, strlen(want), want, strlen(want));
	}
}

static void
refused(const char *text, enum kc_code code, const char *say)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };
	json_t *v = NULL;

	t_ok(kc_json_read("vector", text, strlen(text), 1 << 20, &v, &err),
	    &err);
	t_ok(kc_buf_adds(&b, "kept", &err), &err);
	t_fails(kc_json_canon(v, &b, &err), &err, code, say);
	assert_string_equal(kc_buf_str(&b), "kept");
	kc_buf_free(&b);
	json_decref(v);
}

static void
numbers_outside_the_profile_are_refused_and_nothing_is_written(void **state)
{
	(void)state;
	refused("9007199254740992", KC_EFORMAT,
	    "the integer 9007199254740992 is beyond 2^53 - 1");
	refused("{\"a\":[1,-9007199254740992]}", KC_EFORMAT,
	    "the integer -9007199254740992 is beyond 2^53 - 1");
	refused("[1.5]", KC_EFORMAT, "no integer has no canonical form");
	refused("[1,1.0]", KC_EFORMAT, "no integer has no canonical form");
	refused("{\"a\":1e2}", KC_EFORMAT, "no canonical form");
	refused("-0.0", KC_EFORMAT, "no canonical form");
}

static void
nesting_is_written_to_the_limit_and_refused_beyond(void **state)
{
	struct kc_buf b = { 0 };
	struct kc_err err = { 0 };
	json_t *v = json_integer(1);

	(void)state;
	for (int i = 0; i < KC_JSON_DEPTH; i++)
		v = json_pack("[o]", v);
	t_ok(kc_json_canon(v, &b, &err), &err);
	assert_int_equal(b.len, 2 * KC_JSON_DEPTH + 1);
	b.len = 0;
	v = json_pack("{s:o}", "a", v);
	t_fails(kc_json_canon(v, &b, &err), &err, KC_ELIMIT,
	    "nested deeper than 64");
	kc_buf_free(&b);
	json_decref(v);
}

/* The RFC's test data; structures.json and values.json hold numbers with a
 * fraction, which our profile refuses. */
static const struct {
	const char *name;
	bool within;
} rfc[] = {
	{ "arrays", true },
	{ "french", true },
	{ "structures", false },
	{ "unicode", true },
	{ "values", false },
	{ "weird", true },
};

static kc_result
canon_file(const char *path, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf in = { 0 };
	json_t *v = NULL;
	kc_result r;

	t_ok(kc_file_read(path, 1 << 20, &in, err), err);
	t_ok(kc_json_read(path, in.p, in.len, 1 << 20, &v, err), err);
	r = kc_json_canon(v, ret, err);
	kc_buf_free(&in);
	json_decref(v);
	return r;
}

static void
the_vectors_of_rfc_8785_hold_within_the_profile(void **state)
{
	const char *shared = getenv("CEREMONY_SHARED");
	char in[512], out[512];

	(void)state;
	if (shared == NULL)
		shared = "../shared";
	(void)snprintf(in, sizeof in, "%s/vectors/jcs", shared);
	if (!kc_file_exists(in)) {
		printf("skip: RFC 8785's vectors are not at %s\n", in);
		skip();
	}
	for (size_t i = 0; i < sizeof rfc / sizeof *rfc; i++) {
		struct kc_buf got = { 0 }, want = { 0 };
		struct kc_err err = { 0 };

		(void)snprintf(in, sizeof in, "%s/vectors/jcs/input/%s.json",
		    shared, rfc[i].name);
		(void)snprintf(out, sizeof out,
		    "%s/vectors/jcs/output/%s.json", shared, rfc[i].name);
		if (!rfc[i].within) {
			t_fails(canon_file(in, &got, &err), &err, KC_EFORMAT,
			    "no integer has no canonical form");
			kc_buf_free(&got);
			continue;
		}
		t_ok(canon_file(in, &got, &err), &err);
		t_ok(kc_file_read(out, 1 << 20, &want, &err), &err);
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.p, want.p, want.len);
		kc_buf_free(&got);
		kc_buf_free(&want);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_vectors_come_out_byte_for_byte),
		cmocka_unit_test(
	numbers_outside_the_profile_are_refused_and_nothing_is_written),
		cmocka_unit_test(
		    nesting_is_written_to_the_limit_and_refused_beyond),
		cmocka_unit_test(
		    the_vectors_of_rfc_8785_hold_within_the_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
