/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence without a certificate around it: the input is the extension's
 * value.
 */
#include <string.h>

#include "sd/quote.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/judged.h"

#define HEADER 16	/* Open Enclave's */

static struct sd_pins pins;

void
fuzz_start(void)
{
	pins = fuzz_pins();
}

/* The parts lie in the input one behind the other, with nothing between. */
static void
in_order(const struct sd_quote *q, const uint8_t *p, size_t len)
{
	size_t behind = (size_t)(q->chain - p) + q->chain_len;

	fuzz_must(q->signed_part == p + HEADER);
	fuzz_must(q->enclave.bytes + SD_REPORT ==
	    q->signed_part + SD_QUOTE_SIGNED);
	fuzz_must(q->signature == q->signed_part + SD_QUOTE_SIGNED + 4);
	fuzz_must(q->key == q->signature + 64);
	fuzz_must(q->qe.bytes == q->key + 64);
	fuzz_must(q->qe_signature == q->qe.bytes + SD_REPORT);
	fuzz_must(q->auth == q->qe_signature + 64 + 2);
	fuzz_must(q->chain == q->auth + q->auth_len + 6);
	fuzz_must(behind == len || (behind + 1 == len && p[behind] == 0));
	fuzz_must(q->enclave.data + 64 ==
	    q->signed_part + SD_QUOTE_SIGNED);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct sd_exchange x = { .has_evidence = true };
	struct kc_err err = { 0 };
	struct sd_quote q;
	kc_result r;

	fuzz_mark(&q, sizeof q);
	r = sd_quote_parse(p, len, &q, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(fuzz_marked(&q, sizeof q));
		return;
	}
	in_order(&q, p, len);
	fuzz_ok(kc_buf_add(&x.evidence, p, len, NULL));
	/* Nobody's quote holds: its root is not Intel's, it is about no
	 * key of ours. */
	fuzz_must(!fuzz_links(&x, &pins));
	fuzz_all_holds = true;
	(void)fuzz_links(&x, &pins);
	fuzz_all_holds = false;
	kc_buf_free(&x.evidence);
}
