/* SPDX-License-Identifier: Apache-2.0
 *
 * Key release responses: every link has a state and, if it was reached, a
 * clean sentence; what is refused names a link that fails.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "estate/release.h"
#include "tests/fuzz/fuzz.h"

#define AT INT64_C(1795600800000)
#define KID "https://pool-a.managedhsm.azure.net/keys/skr/" \
	"0123456789abcdef0123456789abcdef"

static const char text[] = "{\"version\":\"1.0.0\",\"anyOf\":[{\"authority\":"
    "\"https://sharedweu.weu.attest.azure.net\",\"allOf\":[{\"claim\":"
    "\"secureboot\",\"equals\":true}]}]}";
static struct est_policy policy;

void
fuzz_start(void)
{
	fuzz_ok(est_policy_read("policy", text, sizeof text - 1, &policy,
	    NULL));
}

static void
sound(const struct est_release *f, bool refused)
{
	size_t fails = 0;

	for (int i = 0; i < EST_REL_LINKS; i++) {
		fails += f->state[i] == EST_REL_FAILS;
		fuzz_must(kc_text_clean(f->text[i]));
		fuzz_must((f->state[i] == EST_REL_UNREACHED) ==
		    (f->text[i][0] == '\0'));
	}
	fuzz_must((fails > 0) == refused);
	fuzz_must(refused || f->state[EST_REL_SIGNATURE] == EST_REL_HOLDS);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct est_release *f = calloc(1, sizeof *f);
	const struct est_release_ask ask = { .name = "the input", .kid = KID,
		.nonce = "n-1", .p = p, .len = len, .policy = &policy,
		.at_ms = AT };
	struct kc_err err = { 0 };
	kc_result r;

	if (f == NULL)
		abort();
	r = est_release_verify(&ask, f, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	if (kc_ok(r) || r.code == KC_EREFUSED)
		sound(f, !kc_ok(r));
	free(f);
}
