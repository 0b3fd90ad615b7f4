/* SPDX-License-Identifier: Apache-2.0
 *
 * Key attestations: two bytes of length, a root certificate that counts as
 * the manufacturer's, then the file.  Whatever it says, each link has a state
 * that fits those before it, and a clean sentence where it was reached.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "estate/attestation.h"
#include "tests/fuzz/fuzz.h"

#define AT INT64_C(1795651200000)

void
fuzz_start(void)
{
}

static void
sound(const struct est_attest *f, kc_result r)
{
	bool reached = true;
	size_t fails = 0;

	for (int i = 0; i < EST_ATTEST_LINKS; i++) {
		fuzz_must(kc_text_clean(f->text[i]));
		fuzz_must((f->state[i] == EST_ATTEST_UNREACHED) ==
		    (f->text[i][0] == '\0'));
		fails += f->state[i] == EST_ATTEST_FAILS;
		if (i >= EST_ATTEST_PROOFS)
			continue;
		/* Nothing is reached behind what failed. */
		fuzz_must(reached || f->state[i] == EST_ATTEST_UNREACHED);
		reached = reached && (f->state[i] == EST_ATTEST_HOLDS ||
		    f->state[i] == EST_ATTEST_UNPROVED);
	}
	fuzz_must(!kc_ok(r) || (fails == 0 && reached));
	fuzz_must(kc_ok(r) || fails > 0);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct est_attest *f = calloc(1, sizeof *f);
	struct est_attest_root root;
	struct est_attest_ask ask = { .name = "the input", .at_ms = AT,
		.roots = &root, .n_roots = 1 };
	struct kc_err err = { 0 };
	size_t n = len > 2 ? (size_t)p[0] << 8 | p[1] : 0;
	kc_result r;

	if (f == NULL)
		abort();
	if (len > 2 && n < len - 2) {
		root = (struct est_attest_root){ p + 2, n };
		ask.p = p + 2 + n;
		ask.len = len - 2 - n;
		r = est_attest_verify(&ask, f, &err);
		if (!kc_ok(r))
			fuzz_failed(r, &err);
		sound(f, r);
	}
	free(f);
}
