/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of modules: who is found by what CK_INFO says, and the SO PINs
 * that are drawn for them.
 */
#include "tests/check.h"

#include "tokens/profile.h"

/* Fields as Cryptoki pads them. */
static const struct tok_profile *
find(const char *manufacturer, const char *library)
{
	char m[33], l[33];

	(void)snprintf(m, sizeof m, "%-32s", manufacturer);
	(void)snprintf(l, sizeof l, "%-32s", library);
	return tok_profile_find((const unsigned char *)m, 32,
	    (const unsigned char *)l, 32);
}

static void
modules_are_known_by_what_they_say_of_themselves(void **state)
{
	static const char *const rows[][3] = {
		{ "SoftHSM", "Implementation of PKCS11", "SoftHSM2" },
		{ "IBM", "Meta PKCS11 LIBRARY", "openCryptoki" },
		{ "Yubico (www.yubico.com)",
		  "PKCS#11 PIV Library (SP-800-73)", "ykcs11" },
		{ "OpenSC Project", "OpenSC smartcard framework", "OpenSC" },
		{ "tpm2-software.github.io", "TPM2.0 Cryptoki",
		  "tpm2-pkcs11" },
		{ "Example Ltd", "some library", "other" },
		{ "IBM", "another library of theirs", "other" },
		{ "", "", "other" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(find(rows[i][0], rows[i][1])->name,
		    rows[i][2]);
}

static void
every_row_says_its_limits_and_is_found_by_name(void **state)
{
	static const char *const names[] = { "SoftHSM2", "openCryptoki",
		"ykcs11", "OpenSC", "tpm2-pkcs11", "other" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct tok_profile *p = tok_profile_named(names[i]);

		assert_non_null(p);
		assert_string_equal(p->name, names[i]);
		assert_true(strlen(p->limits) > 20);
	}
	assert_null(tok_profile_named("nobody"));
}

static void
an_so_pin_is_drawn_as_the_module_takes_it(void **state)
{
	const struct tok_profile *piv = tok_profile_named("ykcs11");
	struct kc_secret a = { 0 }, b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(tok_profile_so_pin(piv, &a, &err), &err);
	t_ok(tok_profile_so_pin(piv, &b, &err), &err);
	assert_int_equal(a.len, 48);
	assert_int_equal(strspn((const char *)a.p, "0123456789abcdef"), 48);
	assert_memory_not_equal(a.p, b.p, 48);
	kc_secret_free(&a);
	kc_secret_free(&b);
	t_ok(tok_profile_so_pin(tok_profile_named("openCryptoki"), &a, &err),
	    &err);
	assert_int_equal(a.len, 8);
	kc_secret_free(&a);
}

static void
a_factory_pin_is_recognised(void **state)
{
	uint8_t digits[] = "123456";
	struct kc_secret pin = { digits, 6, 7 };

	(void)state;
	assert_true(tok_profile_is_factory(tok_profile_named("ykcs11"),
	    &pin));
	assert_false(tok_profile_is_factory(tok_profile_named("SoftHSM2"),
	    &pin));
	pin.len = 5;
	assert_false(tok_profile_is_factory(tok_profile_named("ykcs11"),
	    &pin));
	digits[5] = '7';
	pin.len = 6;
	assert_false(tok_profile_is_factory(tok_profile_named("ykcs11"),
	    &pin));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    modules_are_known_by_what_they_say_of_themselves),
		cmocka_unit_test(
		    every_row_says_its_limits_and_is_found_by_name),
		cmocka_unit_test(an_so_pin_is_drawn_as_the_module_takes_it),
		cmocka_unit_test(a_factory_pin_is_recognised),
	};
	struct kc_err err = { 0 };

	if (!kc_ok(kc_secret_heap(&err)))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
