/* SPDX-License-Identifier: Apache-2.0
 *
 * Times: our calendar against the library's, and what is no time.
 */
#include "base/clock.h"

#include <time.h>

#include "tests/check.h"

static void
known_moments_read_as_their_milliseconds(void **state)
{
	static const struct { const char *text; int64_t ms; } known[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:00.001Z", 1 },
		{ "2000-02-29T12:00:00Z", 951825600000 },
		{ "2026-11-23T18:40:01.123Z", 1795459201123 },
		{ "2038-01-19T03:14:08Z", 2147483648000 },
		{ "2049-12-31T23:59:59Z", 2524607999000 },
		{ "2100-03-01T00:00:00Z", 4107542400000 },
		{ "2026-11-23T18:40:01.1Z", 1795459201100 },
		{ "2026-11-23T18:40:01.123999999Z", 1795459201123 },
	};
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		int64_t ms = -1;

		t_ok(kc_clock_parse(known[i].text, &ms, &err), &err);
		assert_int_equal(ms, known[i].ms);
	}
}

/* Every 13th hour of 1970 to 2105: leap years, ends of months, 2038. */
static void
our_calendar_agrees_with_the_librarys(void **state)
{
	struct kc_err err = { 0 };
	char text[KC_TIME_CHARS], want[64];

	(void)state;
	for (int64_t s = 0; s < INT64_C(4260211200); s += 46800) {
		time_t t = (time_t)s;
		struct tm tm;
		int64_t back = -1;

		assert_non_null(gmtime_r(&t, &tm));
		(void)strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S.007Z",
		    &tm);
		kc_clock_format(s * 1000 + 7, text);
		assert_string_equal(text, want);
		t_ok(kc_clock_parse(text, &back, &err), &err);
		assert_int_equal(back, s * 1000 + 7);
	}
}

static void
a_text_that_is_no_time_is_refused_untouched(void **state)
{
	static const char *const bad[] = { "", "now", "2026-11-23",
		"2026-11-23T18:40:01", "2026-11-23 18:40:01Z",
		"2026-11-23t18:40:01Z", "2026-11-23T18:40:01z",
		"2026-11-23T18:40:01+00:00", "2026-11-23T18:40:01.Z",
		"2026-11-23T18:40:01,1Z", "2026-11-23T18:40:01ZZ",
		"2026-1-023T18:40:01Z", "+026-11-23T18:40:01Z",
		" 2026-11-23T18:40:01Z", "2026-11-23T18:40Z        " };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms = 42;

		t_fails(kc_clock_parse(bad[i], &ms, &err), &err, KC_EUSAGE,
		    "is not a time like 2026-11-23T18:40:01Z");
		assert_int_equal(ms, 42);
	}
}

static void
a_time_that_does_not_exist_is_refused(void **state)
{
	static const char *const bad[] = { "2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
		"2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z",
		"2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
		"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
		"2026-01-01T00:00:60Z", "1969-12-31T23:59:59Z" };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms = 42;

		t_fails(kc_clock_parse(bad[i], &ms, &err), &err, KC_EUSAGE,
		    "names a time that does not exist");
		assert_int_equal(ms, 42);
	}
}

static void
the_clocks_run_forward_from_this_century(void **state)
{
	int64_t utc = kc_clock_utc_ms(), boot = kc_clock_boot_ms();

	(void)state;
	assert_true(utc > INT64_C(1700000000000));
	assert_true(boot > 0);
	assert_true(kc_clock_boot_ms() >= boot);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_moments_read_as_their_milliseconds),
		cmocka_unit_test(our_calendar_agrees_with_the_librarys),
		cmocka_unit_test(a_text_that_is_no_time_is_refused_untouched),
		cmocka_unit_test(a_time_that_does_not_exist_is_refused),
		cmocka_unit_test(the_clocks_run_forward_from_this_century),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
