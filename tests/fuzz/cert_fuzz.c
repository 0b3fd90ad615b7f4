/* SPDX-License-Identifier: Apache-2.0
 *
 * Certificates: DER or PEM; what is read keeps its bytes and writes back.
 */
#include <string.h>

#include "sd/cert.h"
#include "sd/hygiene.h"
#include "tests/fuzz/fuzz.h"

void
fuzz_start(void)
{
}

static void
judged(const struct sd_cert *c)
{
	int64_t from = 0, to = 0;
	struct kc_err err = { 0 };
	kc_result r = sd_cert_span(c, &from, &to, &err);

	if (!kc_ok(r))
		fuzz_failed(r, &err);
	else if (from <= to)
		fuzz_ok(sd_cert_dates(c, from, NULL));
	r = sd_exchange_check(c, 1764000000000, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	else
		fuzz_must(c->bits >= 3072);
	r = sd_hygiene_certs(c, 1, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	else
		fuzz_must((c->n.p[c->n.len - 1] & 1) != 0);
}

static void
same_again(const struct sd_cert *c)
{
	struct sd_cert back = { 0 };
	struct kc_buf pem = { 0 };

	fuzz_ok(sd_cert_pem(c, &pem, NULL));
	fuzz_must(sd_pem_is(pem.p, pem.len));
	fuzz_ok(sd_cert_read("back", pem.p, pem.len, &back, NULL));
	fuzz_must(back.der.len == c->der.len &&
	    memcmp(back.der.p, c->der.p, c->der.len) == 0);
	fuzz_must(memcmp(back.x5t, c->x5t, KC_SHA256) == 0);
	fuzz_must(back.n.len == c->n.len && back.e.len == c->e.len);
	sd_cert_free(&back);
	kc_buf_free(&pem);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct kc_err err = { 0 };
	struct sd_cert c;
	kc_result r;

	fuzz_mark(&c, sizeof c);
	r = sd_cert_read("the input", p, len, &c, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(fuzz_marked(&c, sizeof c));
		return;
	}
	fuzz_must(c.bits >= 2048 && c.bits <= 8192);
	fuzz_must(c.n.len == (c.bits + 7) / 8);
	if (!sd_pem_is(p, len))
		fuzz_must(c.der.len == len && memcmp(c.der.p, p, len) == 0);
	same_again(&c);
	judged(&c);
	sd_cert_free(&c);
}
