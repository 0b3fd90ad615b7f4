/* SPDX-License-Identifier: Apache-2.0
 *
 * Time in UTC.  Own calendar arithmetic: no locale, no time zone database.
 */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
kc_clock_utc_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
kc_clock_boot_ms(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

void
kc_clock_format(int64_t utc_ms, char ret[static KC_TIME_CHARS])
{
	time_t s = (time_t)(utc_ms / 1000);
	struct tm tm = { 0 };
	char text[64];

	(void)gmtime_r(&s, &tm);
	(void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, (int)(utc_ms % 1000));
	memcpy(ret, text, KC_TIME_CHARS - 1);
	ret[KC_TIME_CHARS - 1] = '\0';
}

/* Days from 1970-01-01 to the given civil date. */
static int64_t
days(int y, int m, int d)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243,
		273, 304, 334 };
	int64_t n = (int64_t)(y - 1970) * 365;

	for (int k = 1970; k < y; k++)
		if ((k % 4 == 0 && k % 100 != 0) || k % 400 == 0)
			n++;
	n += before[m - 1] + d - 1;
	if (m > 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0))
		n++;
	return n;
}

static bool
digits(const char *s, int n, int *ret)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	*ret = v;
	return true;
}

static int
month_days(int y, int m)
{
	static const int len[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return len[m - 1] + (m == 2 && leap);
}

/* Milliseconds and the closing Z after the seconds. */
static bool
fraction(const char *s, int *ret_ms)
{
	int scale = 100, ms = 0;

	if (*s == '.') {
		s++;
		if (*s < '0' || *s > '9')
			return false;
		for (; *s >= '0' && *s <= '9'; s++, scale /= 10)
			ms += (*s - '0') * scale;
	}
	*ret_ms = ms;
	return strcmp(s, "Z") == 0;
}

kc_result
kc_clock_parse(const char *text, int64_t *ret_utc_ms, struct kc_err *err)
{
	int y, mo, d, h, mi, s, ms;

	if (strlen(text) < 20 || !digits(text, 4, &y) || text[4] != '-' ||
	    !digits(text + 5, 2, &mo) || text[7] != '-' ||
	    !digits(text + 8, 2, &d) || text[10] != 'T' ||
	    !digits(text + 11, 2, &h) || text[13] != ':' ||
	    !digits(text + 14, 2, &mi) || text[16] != ':' ||
	    !digits(text + 17, 2, &s) || !fraction(text + 19, &ms))
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "'%.40s' is not a time like 2026-11-23T18:40:01Z", text);
	if (y < 1970 || mo < 1 || mo > 12 || d < 1 ||
	    d > month_days(y, mo) || h > 23 || mi > 59 || s > 59)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "'%.40s' names a time that does not exist", text);
	*ret_utc_ms = ((days(y, mo, d) * 24 + h) * 60 + mi) * 60000 +
	    s * 1000 + ms;
	return KC_DONE;
}
