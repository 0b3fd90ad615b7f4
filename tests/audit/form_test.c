/* SPDX-License-Identifier: Apache-2.0
 *
 * The auditor's form: which entries it finds, and what it says without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/form.h"
#include "tests/audit/fixture.h"

static char dir[] = "/var/tmp/form-XXXXXX";
static char path[64];
static struct aud_journal *j;
static struct aud_form form;
static struct aud_state st;

static void
put(const char *kind, const struct aud_fact *f, size_t n)
{
	struct kc_err err = { 0 };

	assert_true(kc_ok(aud_append(j, kind, "a", f, n, NULL, &err)));
}

static void
person(const char *role, bool present)
{
	put("person", (struct aud_fact[]){ AUD_S("role", role),
	    AUD_B("present", present) }, 2);
}

static int
setup(void **state)
{
	struct kc_err err = { 0 };
	char hex[KC_HEX];

	(void)state;
	(void)memset(hex, 'a', sizeof hex - 1);
	hex[sizeof hex - 1] = '\0';
	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof path, "%s/j.db", dir);
	if (!kc_ok(aud_create(path, AUD_REHEARSAL, &j, &err)) ||
	    !kc_ok(aud_run(j, &err)))
		return 1;
	put("genesis", (struct aud_fact[]){ AUD_S("mode", "rehearsal"),
	    AUD_S("script", hex), AUD_S("site", hex), AUD_S("software", hex),
	    AUD_I("signers.required", 1) }, 5);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	aud_form_free(&form);
	aud_state_free(&st);
	aud_close(&j);
	(void)unlink(path);
	return rmdir(dir);
}

static const char *
entries_of(const char *id, struct kc_buf *text)
{
	struct kc_err err = { 0 };

	text->len = 0;
	for (size_t i = 0; i < form.n; i++)
		if (strcmp(form.row[i].id, id) == 0) {
			assert_true(kc_ok(aud_form_numbers(&form.row[i],
			    text, &err)));
			return kc_buf_str(text);
		}
	fail_msg("the form has no row %s", id);
	return "";
}

static void
make(bool redacted)
{
	struct aud_entries es = { .j = j, .size = aud_count(j) };
	struct kc_err err = { 0 };

	aud_form_free(&form);
	aud_state_free(&st);
	assert_true(kc_ok(aud_state_load(&st, j, es.size, &err)));
	st.redacted = redacted;
	assert_true(kc_ok(aud_form_make(&es, &st, &form, &err)));
}

static void
without_entries_each_row_says_why(void **state)
{
	struct kc_buf t = { 0 };

	(void)state;
	make(false);
	assert_string_equal(entries_of("BR 6.1.1.1, all (2)", &t),
	    "not covered, because no entry speaks of it");
	assert_string_equal(entries_of("BR 6.1.1.1, all (1)", &t),
	    "not covered, because no program can see it");
	assert_string_equal(entries_of("BR 6.1.1.1, root (1)", &t), "0");
	make(true);
	assert_string_equal(entries_of("BR 6.1.1.1, all (2)", &t),
	    "not covered, because no entry speaks of it, or its facts are "
	    "withheld");
	for (size_t i = 0; i < form.n; i++)
		assert_true(form.row[i].beyond[0] != '\0');
	kc_buf_free(&t);
}

/* Entries 1 to 5; the auditors are 2 and 3. */
static void
an_auditor_counts_who_was_there(void **state)
{
	struct kc_buf t = { 0 };

	(void)state;
	person("witness", true);
	person("auditor", true);
	person("auditor-2", true);
	person("auditor", false);
	person("auditors", true);
	make(false);
	assert_string_equal(entries_of("BR 6.1.1.1, root (2)", &t), "2-3");
	assert_string_equal(entries_of(
	    "EN 319 411-1 GEN-6.5.1-13A, roles", &t), "1-3, 5");
	kc_buf_free(&t);
}

/* Entries 6 to 105: fifty commands; forty made a key. */
static void
a_command_is_found_by_what_it_was(void **state)
{
	struct kc_buf t = { 0 };
	char id[16];

	(void)state;
	for (int i = 0; i < 50; i++) {
		(void)snprintf(id, sizeof id, "c%d", i);
		put("card.intent", (struct aud_fact[]){
		    AUD_S("command.id", id) }, 1);
		put("card.done", (struct aud_fact[]){
		    AUD_S("command.id", id), AUD_S("command", i < 40 ?
		    "generate" : "login") }, 2);
	}
	make(false);
	assert_string_equal(entries_of("BR 6.1.1.1, all (4)", &t), "6-105");
	(void)entries_of("EN 319 411-1 GEN-6.5.1-06, -07", &t);
	assert_memory_equal(kc_buf_str(&t), "7, 9, 11, ", 10);
	assert_string_equal(kc_buf_str(&t) + t.len - 8, ", 83, 85");
	kc_buf_free(&t);
}

static void
no_row_speaks_of_fulfilment_and_the_head_says_why(void **state)
{
	(void)state;
	assert_non_null(strstr(form.about,
	    "does not say that a requirement is met"));
	for (size_t i = 0; i < form.n; i++) {
		assert_null(strstr(form.row[i].text, "fulfilled"));
		assert_null(strstr(form.row[i].beyond, "fulfilled"));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_entries_each_row_says_why),
		cmocka_unit_test(an_auditor_counts_who_was_there),
		cmocka_unit_test(a_command_is_found_by_what_it_was),
		cmocka_unit_test(
		    no_row_speaks_of_fulfilment_and_the_head_says_why),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
