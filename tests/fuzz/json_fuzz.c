/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict JSON: what is read and has a canonical form reads back as the same
 * value and writes the same bytes.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

void
fuzz_start(void)
{
}

static void
there_and_back(const json_t *v)
{
	struct kc_buf once = { 0 }, again = { 0 };
	struct kc_err err = { 0 };
	json_t *back = NULL;
	kc_result r;

	fuzz_ok(kc_buf_adds(&once, "x", NULL));
	r = kc_json_canon(v, &once, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(once.len == 1);
		goto out;
	}
	fuzz_must(kc_utf8_ok(once.p, once.len));
	fuzz_ok(kc_json_read("back", once.p + 1, once.len - 1, once.len,
	    &back, NULL));
	fuzz_must(json_equal(v, back));
	fuzz_ok(kc_json_canon(back, &again, NULL));
	fuzz_must(again.len == once.len - 1 &&
	    memcmp(again.p, once.p + 1, again.len) == 0);
out:
	json_decref(back);
	kc_buf_free(&once);
	kc_buf_free(&again);
}

static void
members(const json_t *v)
{
	const json_t *o = NULL;
	struct kc_err err = { 0 };
	const char *s = NULL;
	int64_t n = 0;
	kc_result r;

	r = kc_json_only(v, "it", "alg enc kid data", &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	r = kc_json_str(v, "it", "alg", &s, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	fuzz_must(kc_ok(r) == (s != NULL));
	r = kc_json_int(v, "it", "n", -3, 10, &n, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	fuzz_must(n >= -3 && n <= 10);
	r = kc_json_arr(v, "it", "data", 1, 3, &o, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	else
		fuzz_must(json_array_size(o) >= 1 && json_array_size(o) <= 3);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct kc_err err = { 0 };
	json_t *v, *mark;
	kc_result r;

	fuzz_mark(&v, sizeof v);
	mark = v;
	r = kc_json_read("the input", p, len, 1 << 16, &v, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(v == mark);
		return;
	}
	there_and_back(v);
	members(v);
	json_decref(v);
}
