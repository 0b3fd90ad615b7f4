/* SPDX-License-Identifier: Apache-2.0
 *
 * Download requests: what the pool's side accepts, our side writes the same.
 */
#include <string.h>

#include "sd/domain.h"
#include "tests/fuzz/fuzz.h"

void
fuzz_start(void)
{
}

static void
same_again(const struct sd_cert *c, size_t n, size_t required)
{
	struct sd_cert back[SD_MAX_HOLDERS] = { 0 };
	size_t n_back = 0, required_back = 0;
	struct kc_buf text = { 0 };

	fuzz_ok(sd_request_body(c, n, required, &text, NULL));
	fuzz_ok(sd_request_read("back", text.p, text.len, back,
	    SD_MAX_HOLDERS, &n_back, &required_back, NULL));
	fuzz_must(n_back == n && required_back == required);
	for (size_t i = 0; i < n; i++) {
		fuzz_must(memcmp(c[i].x5t, back[i].x5t, KC_SHA256) == 0);
		sd_cert_free(&back[i]);
	}
	kc_buf_free(&text);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct sd_cert c[SD_MAX_HOLDERS];
	size_t n = SIZE_MAX, required = SIZE_MAX;
	struct kc_err err = { 0 };
	kc_result r;

	fuzz_mark(c, sizeof c);
	r = sd_request_read("the input", p, len, c, SD_MAX_HOLDERS, &n,
	    &required, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(n == SIZE_MAX && required == SIZE_MAX);
		fuzz_must(fuzz_marked(c, sizeof c));
		return;
	}
	fuzz_must(n >= 3 && n <= SD_MAX_HOLDERS);
	fuzz_must(required >= 2 && required <= n);
	same_again(c, n, required);
	for (size_t i = 0; i < n; i++)
		sd_cert_free(&c[i]);
}
