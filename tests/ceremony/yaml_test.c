/* SPDX-License-Identifier: Apache-2.0
 *
 * The YAML subset: what is read, and each refusal with its line and column.
 */
#include "ceremony/yaml.h"

#include "tests/check.h"

static kc_result
parse(const char *text, size_t len, struct cer_node **ret,
    struct kc_err *err)
{
	/* An exact allocation, so that a sanitizer sees reading past it. */
	char *exact = malloc(len > 0 ? len : 1);
	kc_result r;

	assert_non_null(exact);
	memcpy(exact, text, len);
	*err = (struct kc_err){ 0 };
	r = cer_yaml_read("t.yaml", exact, len, ret, err);
	free(exact);
	return r;
}

static void
refused(const char *text, const char *sentence)
{
	struct cer_node *root = NULL;
	struct kc_err err;

	t_fails(parse(text, strlen(text), &root, &err), &err, KC_EFORMAT,
	    sentence);
	assert_null(root);
}

static const char good[] =
    "# comment\n"
    "name: one\n"
    "list: [a, \"b c\", 'd']\n"
    "deep:\n"
    "  - {id: x, n: 7}\n"
    "  - id: y\n"
    "    n: \"8\"\n"
    "empty: \"\"\n";

static void
a_document_becomes_a_tree_with_places(void **state)
{
	struct cer_node *root = NULL;
	const struct cer_node *deep;
	struct kc_err err;
	const char *text, *list[4];
	size_t n = 0;
	int64_t v = 0;

	(void)state;
	t_ok(parse(good, strlen(good), &root, &err), &err);
	assert_int_equal(root->kind, CER_MAP);
	assert_int_equal(root->n, 4);
	assert_string_equal(root->file, "t.yaml");
	t_ok(cer_node_str(root, "name", NULL, &text, &err), &err);
	assert_string_equal(text, "one");
	t_ok(cer_node_list(root, "list", list, 4, &n, &err), &err);
	assert_int_equal(n, 3);
	assert_string_equal(list[1], "b c");
	deep = cer_node_get(root, "deep");
	assert_int_equal(deep->n, 2);
	assert_int_equal(deep->child[1]->line, 6);
	assert_int_equal(deep->child[1]->col, 5);
	t_ok(cer_node_int(deep->child[1], "n", 0, 9, &v, &err), &err);
	assert_int_equal(v, 8);
	cer_node_free(&root);
	assert_null(root);
}

static void
what_yaml_can_and_we_do_not_want_is_refused_by_place(void **state)
{
	(void)state;
	refused("a: &x 1\nb: 2\n", "t.yaml:1:4: anchors are not allowed");
	refused("a: &x [1]\n", "t.yaml:1:4: anchors are not allowed");
	refused("a: &x {b: 1}\n", "t.yaml:1:4: anchors are not allowed");
	refused("b: 1\na: *x\n", "t.yaml:2:4: aliases are not allowed");
	refused("a: !!str 1\n", "t.yaml:1:4: tags are not allowed");
	refused("a: !own [1]\n", "t.yaml:1:4: tags are not allowed");
	refused("a: !!map {b: 1}\n", "t.yaml:1:4: tags are not allowed");
	refused("a: 1\n<<: {b: 2}\n", "t.yaml:2:1: merge keys are not");
	refused("a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document");
	refused("a: 1\nb: 2\na: 3\n", "t.yaml:3:1: this key is there already");
	refused("[a]: 1\n", "t.yaml:1:1: a key must be a text");
	refused("? {a: 1}\n: 2\n", "t.yaml:1:3: a key must be a text");
	refused("", "t.yaml: empty");
	refused("# nothing\n", "t.yaml: empty");
	refused("a: [1\n", "t.yaml:2:1: ");
	refused("a: \"1\n", "t.yaml:");
	refused("a:\n\t- 1\n", "t.yaml:2:1: ");
}

static void
control_characters_and_broken_bytes_are_refused(void **state)
{
	struct cer_node *root = NULL;
	struct kc_err err;

	(void)state;
	refused("a: \"x\\0y\"\n", "t.yaml:1:4: a NUL byte");
	refused("a: \"x\\ny\"\n", "t.yaml:1:4: control characters");
	refused("b: 1\na: |\n  two\n  lines\n", "t.yaml:2:4: control");
	refused("a: \"x\\e[2J\"\n", "t.yaml:1:4: control characters");
	refused("\"k\\t\": 1\n", "t.yaml:1:1: control characters");
	refused("a: 1\nname: Zoe\xcc\x88\n",
	    "t.yaml:2:7: a combining mark");
	refused("a: \x1b[2J\n", "t.yaml:");
	refused("a: \xff\xfe\n", "t.yaml:");
	refused("a: \xc0\xaf\n", "t.yaml:");
	refused("a: \xed\xa0\x80\n", "t.yaml:");
	t_fails(parse("a: x\0y\n", 7, &root, &err), &err, KC_EFORMAT,
	    "t.yaml:");
	assert_null(root);
}

/* depth "[" n times, as the value of a key. */
static kc_result
nested(size_t depth, struct kc_err *err)
{
	struct cer_node *root = NULL;
	char text[400] = "a: ";
	size_t at = 3;
	kc_result r;

	memset(text + at, '[', depth);
	at += depth;
	memset(text + at, ']', depth);
	at += depth;
	text[at++] = '\n';
	r = parse(text, at, &root, err);
	cer_node_free(&root);
	return r;
}

static void
nesting_is_limited(void **state)
{
	struct kc_err err;

	(void)state;
	t_ok(nested(15, &err), &err);
	t_fails(nested(16, &err), &err, KC_EFORMAT,
	    "t.yaml:1:19: nested deeper than 16");
	t_fails(nested(150, &err), &err, KC_EFORMAT, "nested deeper than 16");
}

static void
size_and_number_of_items_are_limited(void **state)
{
	struct cer_node *root = NULL;
	struct kc_err err = { 0 };
	char *big = malloc(CER_YAML_MAX + 1);
	char items[513 * 4 + 1];

	(void)state;
	assert_non_null(big);
	memset(big, '\n', CER_YAML_MAX + 1);
	memcpy(big, "a: 1", 4);
	t_fails(cer_yaml_read("t.yaml", big, CER_YAML_MAX + 1, &root, &err),
	    &err, KC_ELIMIT, "t.yaml has 1048577 bytes; the limit is 1048576");
	t_ok(cer_yaml_read("t.yaml", big, CER_YAML_MAX, &root, &err), &err);
	cer_node_free(&root);
	free(big);
	for (size_t i = 0; i < 513; i++)
		memcpy(items + i * 4, "- x\n", 4);
	t_ok(parse(items, 512 * 4, &root, &err), &err);
	assert_int_equal(root->n, 512);
	cer_node_free(&root);
	t_fails(parse(items, 513 * 4, &root, &err), &err, KC_EFORMAT,
	    "t.yaml:513:3: more than 512 items");
	assert_null(root);
}

static void
a_file_cut_at_any_byte_is_read_or_refused(void **state)
{
	size_t ok = 0, bad = 0;

	(void)state;
	for (size_t len = 0; len < strlen(good); len++) {
		struct cer_node *root = NULL;
		struct kc_err err;
		kc_result r = parse(good, len, &root, &err);

		if (kc_ok(r)) {
			assert_non_null(root);
			ok++;
		} else {
			assert_int_equal(r.code, KC_EFORMAT);
			assert_int_equal(err.code, KC_EFORMAT);
			assert_null(root);
			bad++;
		}
		cer_node_free(&root);
	}
	assert_true(ok > 0 && bad > 0);
}

static void
a_file_with_any_byte_changed_is_read_or_refused(void **state)
{
	static const uint8_t bits[] = { 0x01, 0x20, 0x80, 0xff };
	char text[sizeof good];

	(void)state;
	for (size_t i = 0; i < strlen(good); i++) {
		for (size_t k = 0; k < sizeof bits; k++) {
			struct cer_node *root = NULL;
			struct kc_err err;
			kc_result r;

			memcpy(text, good, sizeof good);
			text[i] = (char)((uint8_t)text[i] ^ bits[k]);
			r = parse(text, strlen(good), &root, &err);
			assert_true(kc_ok(r) || err.code == KC_EFORMAT);
			assert_true(kc_ok(r) == (root != NULL));
			cer_node_free(&root);
		}
	}
}

static void
fields_of_the_wrong_kind_are_refused_by_place(void **state)
{
	struct cer_node *root = NULL;
	struct kc_err err;
	const char *text = "kept", *list[2];
	size_t n = 0;
	int64_t v = 42;

	(void)state;
	t_ok(parse(good, strlen(good), &root, &err), &err);
	t_fails(cer_node_str(root, "none", NULL, &text, &err), &err,
	    KC_EFORMAT, "t.yaml:2:1: 'none' is missing");
	t_fails(cer_node_str(root, "list", NULL, &text, &err), &err,
	    KC_EFORMAT, "t.yaml:3:7: 'list' is not a text");
	t_fails(cer_node_str(root, "empty", NULL, &text, &err), &err,
	    KC_EFORMAT, "'empty' is empty");
	assert_string_equal(text, "kept");
	t_ok(cer_node_str(root, "none", "else", &text, &err), &err);
	assert_string_equal(text, "else");
	t_fails(cer_node_int(root, "name", 0, 9, &v, &err), &err, KC_EFORMAT,
	    "'name' is 'one', not a number from 0 to 9");
	assert_int_equal(v, 42);
	t_fails(cer_node_list(root, "list", list, 2, &n, &err), &err,
	    KC_EFORMAT, "'list' has more than 2 items");
	t_fails(cer_node_list(root, "deep", list, 2, &n, &err), &err,
	    KC_EFORMAT, "t.yaml:5:5: an item of 'deep' is not a text");
	t_fails(cer_node_only(root, "name list deep", &err), &err,
	    KC_EFORMAT, "'empty' does not belong here (known: name list deep)");
	t_fails(cer_node_only(root, "names list deep empty", &err), &err,
	    KC_EFORMAT, "'name' does not belong here");
	t_fails(cer_node_only(cer_node_get(root, "list"), "a", &err), &err,
	    KC_EFORMAT, "this is not a mapping");
	cer_node_free(&root);
}

static void
numbers_are_plain_decimals_in_their_range(void **state)
{
	static const char *const bad[] = { "-1", "+1", " ", "0x1", "1.0",
		"1e1", "10", "99999999999999999999", "one" };
	struct kc_err err;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct cer_node *root = NULL;
		char text[64];
		int64_t v = 42;

		(void)snprintf(text, sizeof text, "n: \"%s\"\n", bad[i]);
		t_ok(parse(text, strlen(text), &root, &err), &err);
		t_fails(cer_node_int(root, "n", 0, 9, &v, &err), &err,
		    KC_EFORMAT, "t.yaml:1:4: 'n' is '");
		assert_int_equal(v, 42);
		cer_node_free(&root);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_becomes_a_tree_with_places),
		cmocka_unit_test(
		    what_yaml_can_and_we_do_not_want_is_refused_by_place),
		cmocka_unit_test(
		    control_characters_and_broken_bytes_are_refused),
		cmocka_unit_test(nesting_is_limited),
		cmocka_unit_test(size_and_number_of_items_are_limited),
		cmocka_unit_test(a_file_cut_at_any_byte_is_read_or_refused),
		cmocka_unit_test(
		    a_file_with_any_byte_changed_is_read_or_refused),
		cmocka_unit_test(fields_of_the_wrong_kind_are_refused_by_place),
		cmocka_unit_test(numbers_are_plain_decimals_in_their_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
