/* SPDX-License-Identifier: Apache-2.0
 *
 * What is carried in beside evidence: TCB info, QE identity, revocation
 * lists, issuer chains.  The input is, with a line "==" between them, the
 * time in milliseconds, the evidence, and the files.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "sd/pck.h"
#include "sd/quote.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/judged.h"

static const char line[] = "\n==\n";
#define LINE (sizeof line - 1)

static struct sd_pins pins;

void
fuzz_start(void)
{
	pins = fuzz_pins();
}

/* The bytes up to the next line into ret; false behind the last. */
static bool
part(const uint8_t **p, size_t *len, struct kc_buf *ret)
{
	const uint8_t *end;
	size_t n;

	if (*p == NULL)
		return false;
	end = memmem(*p, *len, line, LINE);
	n = end != NULL ? (size_t)(end - *p) : *len;
	if (n > 0)
		fuzz_ok(kc_buf_add(ret, *p, n, NULL));
	*len -= end != NULL ? n + LINE : n;
	*p = end != NULL ? end + LINE : NULL;
	return true;
}

/* The root that the evidence itself brings, as a rehearsal's is given. */
static bool
root_of(const struct kc_buf *evidence, struct kc_buf *ret)
{
	struct sd_pck chain = { 0 };
	struct sd_quote q = { 0 };
	unsigned char *der = NULL;
	int n;

	if (!kc_ok(sd_quote_parse(evidence->p, evidence->len, &q, NULL)) ||
	    !kc_ok(sd_pck_read(q.chain, q.chain_len, &chain, NULL)))
		return false;
	n = i2d_X509(chain.cert[SD_PCK_ROOT], &der);
	fuzz_must(n > 0);
	fuzz_ok(kc_buf_add(ret, der, (size_t)n, NULL));
	OPENSSL_free(der);
	sd_pck_free(&chain);
	return true;
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct sd_exchange x = { .has_evidence = true };
	struct kc_buf at = { 0 }, root = { 0 };
	struct sd_collateral c = { 0 };

	(void)part(&p, &len, &at);
	(void)part(&p, &len, &x.evidence);
	while (c.n < SD_COLLATERAL_MAX && part(&p, &len,
	    &c.file[c.n].data))
		c.file[c.n++].name = "a file";
	if (x.evidence.p != NULL && root_of(&x.evidence, &root)) {
		pins.at_ms = strtoll(kc_buf_str(&at), NULL, 10);
		pins.collateral = &c;
		pins.root = &root;
		/* The truth is slower: asked where the rest is right. */
		fuzz_all_holds = true;
		if (fuzz_links(&x, &pins)) {
			fuzz_all_holds = false;
			(void)fuzz_links(&x, &pins);
		}
		fuzz_all_holds = false;
	}
	sd_collateral_free(&c);
	kc_buf_free(&x.evidence);
	kc_buf_free(&root);
	kc_buf_free(&at);
}
