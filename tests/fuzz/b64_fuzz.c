/* SPDX-License-Identifier: Apache-2.0
 *
 * base64 and base64url: what decodes has no other spelling.
 */
#include <string.h>

#include "base/b64.h"
#include "tests/fuzz/fuzz.h"

struct alphabet {
	kc_result (*decode)(const char *s, size_t len, struct kc_buf *ret,
	    struct kc_err *err);
	kc_result (*encode)(const uint8_t *p, size_t len, struct kc_buf *ret,
	    struct kc_err *err);
};

void
fuzz_start(void)
{
}

static void
both_ways(const struct alphabet *a, const uint8_t *p, size_t len)
{
	struct kc_buf bytes = { 0 }, text = { 0 };
	struct kc_err err = { 0 };
	kc_result r;

	/* Decoding appends. */
	fuzz_ok(kc_buf_adds(&bytes, "before", NULL));
	r = a->decode((const char *)p, len, &bytes, &err);
	fuzz_must(memcmp(bytes.p, "before", 6) == 0);
	if (kc_ok(r)) {
		fuzz_ok(a->encode(bytes.p + 6, bytes.len - 6, &text, NULL));
		fuzz_must(text.len == len);
		fuzz_must(len == 0 || memcmp(text.p, p, len) == 0);
	} else {
		fuzz_failed(r, &err);
		fuzz_must(bytes.len == 6);
	}
	/* Any bytes survive the way there and back. */
	kc_buf_free(&bytes);
	kc_buf_free(&text);
	fuzz_ok(a->encode(p, len, &text, NULL));
	fuzz_ok(a->decode(kc_buf_str(&text), text.len, &bytes, NULL));
	fuzz_must(bytes.len == len);
	fuzz_must(len == 0 || memcmp(bytes.p, p, len) == 0);
	kc_buf_free(&bytes);
	kc_buf_free(&text);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	static const struct alphabet url = { kc_b64url_decode,
		kc_b64url_encode };
	static const struct alphabet standard = { kc_b64_decode,
		kc_b64_encode };

	both_ways(&url, p, len);
	both_ways(&standard, p, len);
}
