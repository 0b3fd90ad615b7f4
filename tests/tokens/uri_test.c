/* SPDX-License-Identifier: Apache-2.0
 *
 * Card URIs: a table of good ones, a table of bad ones, and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tokens/uri.h"

static void
good_uris_are_read(void **state)
{
	struct tok_uri u;
	struct kc_err err;

	(void)state;
	assert_true(kc_ok(tok_uri_parse("pkcs11:", &u, &err)));
	assert_string_equal(u.serial, "");
	assert_true(kc_ok(tok_uri_parse("pkcs11:token=holder%20one;"
	    "manufacturer=SoftHSM%20project;serial=0a1b;model=SoftHSM%20v2;"
	    "object=wrapping;type=private;id=%01%fF;slot-id=77"
	    "?module-path=/usr/lib/x.so&pin-source=file:/media/a%20b", &u,
	    &err)));
	assert_string_equal(u.token, "holder one");
	assert_string_equal(u.manufacturer, "SoftHSM project");
	assert_string_equal(u.serial, "0a1b");
	assert_string_equal(u.model, "SoftHSM v2");
	assert_string_equal(u.object, "wrapping");
	assert_string_equal(u.type, "private");
	assert_int_equal(u.id_len, 2);
	assert_memory_equal(u.id, "\x01\xff", 2);
	assert_true(u.has_slot);
	assert_int_equal(u.slot, 77);
	assert_string_equal(u.module_path, "/usr/lib/x.so");
	assert_string_equal(u.pin_file, "/media/a b");
	assert_true(kc_ok(tok_uri_parse("pkcs11:?module-path=/x.so", &u,
	    &err)));
	assert_string_equal(u.module_path, "/x.so");
	assert_true(kc_ok(tok_uri_parse("pkcs11:id=A%2e?pin-source=file:"
	    "///etc/p", &u, &err)));
	assert_memory_equal(u.id, "A.", 2);
	assert_string_equal(u.pin_file, "/etc/p");
}

static void
bad_uris_are_refused_with_their_own_sentence(void **state)
{
	static const struct {
		const char *uri, *part;
	} bad[] = {
		{ "", "must begin with pkcs11:" },
		{ "PKCS11:token=a", "must begin with pkcs11:" },
		{ "pkcs11:tokn=a", "'tokn' is no attribute" },
		{ "pkcs11:token", "'token' is no attribute" },
		{ "pkcs11:;", "'' is no attribute" },
		{ "pkcs11:token=a;", "ends after a separator" },
		{ "pkcs11:token=a;token=b", "token is given twice" },
		{ "pkcs11:token=a%", "bad % escape" },
		{ "pkcs11:token=a%4", "bad % escape" },
		{ "pkcs11:token=a%4g", "bad % escape" },
		{ "pkcs11:token=a b", "must be written as a % escape" },
		{ "pkcs11:token=%00", "token has 1 bytes" },
		{ "pkcs11:token=0123456789012345678901234567890123",
		  "token has 34 bytes; the limit is 32" },
		{ "pkcs11:serial=01234567890123456", "the limit is 16" },
		{ "pkcs11:id=", "id has 0 bytes" },
		{ "pkcs11:id=012345678901234567890123456789012",
		  "id has 33 bytes" },
		{ "pkcs11:type=key", "type 'key'" },
		{ "pkcs11:slot-id=-1", "slot-id '-1' is not a number" },
		{ "pkcs11:slot-id=4294967296", "is not a number" },
		{ "pkcs11:module-path=/x", "is no attribute" },
		{ "pkcs11:?token=x", "is no attribute" },
		{ "pkcs11:?pin-value=123456", "pin-value would show the PIN" },
		{ "pkcs11:?pin-source=|/bin/cat", "must be file:PATH" },
		{ "pkcs11:?pin-source=file:", "empty or too long" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct tok_uri u;
		struct kc_err err = { 0 };

		memset(&u, 0x5a, sizeof u);
		if (tok_uri_parse(bad[i].uri, &u, &err).code != KC_EUSAGE ||
		    strstr(err.msg, bad[i].part) == NULL)
			fail_msg("'%s': %s, wanted '%s'", bad[i].uri, err.msg,
			    bad[i].part);
		assert_null(strstr(err.msg, "123456,"));
		assert_int_equal(u.token[0], 0x5a);
	}
}

static void
what_is_written_is_read_back_the_same(void **state)
{
	struct tok_uri u = { .token = "a;b/c ?%\xc3\xbc", .serial = "00ff",
		.model = "m", .manufacturer = "x&y", .object = "key 1",
		.type = "cert", .id = { 0, 1, 0x41 }, .id_len = 3 };
	struct tok_uri back;
	struct kc_buf b = { 0 };
	struct kc_err err;

	(void)state;
	assert_true(kc_ok(tok_uri_format(&u, &b, &err)));
	assert_string_equal(kc_buf_str(&b), "pkcs11:model=m;"
	    "manufacturer=x%26y;serial=00ff;"
	    "token=a%3Bb%2Fc%20%3F%25%C3%BC;id=%00%01%41;object=key%201;"
	    "type=cert");
	assert_true(kc_ok(tok_uri_parse(kc_buf_str(&b), &back, &err)));
	assert_memory_equal(&back, &u, sizeof u);
	kc_buf_free(&b);
	memset(&u, 0, sizeof u);
	assert_true(kc_ok(tok_uri_format(&u, &b, &err)));
	assert_string_equal(kc_buf_str(&b), "pkcs11:");
	kc_buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_uris_are_read),
		cmocka_unit_test(bad_uris_are_refused_with_their_own_sentence),
		cmocka_unit_test(what_is_written_is_read_back_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
