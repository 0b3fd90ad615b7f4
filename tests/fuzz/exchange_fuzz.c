/* SPDX-License-Identifier: Apache-2.0
 *
 * Exchange keys in their carriers: what is read is one certificate and its
 * parts, and the same when it comes as that certificate; then its evidence.
 */
#include <string.h>

#include <openssl/x509.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/judged.h"

static struct sd_pins pins;

void
fuzz_start(void)
{
	pins = fuzz_pins();
}

static bool
same(const struct kc_buf *a, const struct kc_buf *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

static void
as_certificate(const struct sd_exchange *x)
{
	struct sd_exchange back = { 0 };

	fuzz_ok(sd_exchange_read("back", x->cert.der.p, x->cert.der.len,
	    &back, NULL));
	fuzz_must(back.carrier == SD_CARRIER_CERT);
	fuzz_must(back.has_evidence == x->has_evidence);
	fuzz_must(same(&back.evidence, &x->evidence));
	fuzz_must(same(&back.spki, &x->spki));
	fuzz_must(same(&back.cert.der, &x->cert.der));
	sd_exchange_free(&back);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct kc_err err = { 0 };
	struct sd_exchange x;
	kc_result r;

	fuzz_mark(&x, sizeof x);
	r = sd_exchange_read("the input", p, len, &x, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(fuzz_marked(&x, sizeof x));
		return;
	}
	fuzz_must(x.has_evidence || x.evidence.len == 0);
	/* The key stands in the certificate as it was taken out. */
	fuzz_must(x.spki.len > 0 && memmem(x.cert.der.p, x.cert.der.len,
	    x.spki.p, x.spki.len) != NULL);
	as_certificate(&x);
	fuzz_judge(&x, &pins);
	sd_exchange_free(&x);
}
