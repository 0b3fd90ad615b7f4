/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence judged: what holds of every answer.
 */
#include "tests/fuzz/judged.h"

#include <string.h>

#include "base/text.h"
#include "sd/link.h"
#include "tests/fuzz/fuzz.h"

/* What the rehearsal's pool says of itself. */
#define SIGNER "REHEARSAL enclave signer of ceremony-pool"
#define AT_MS INT64_C(1800000000000)	/* within the dates of the seeds */

static sd_link_fn *const of_quote[] = {
	sd_link_pck_root, sd_link_pck_chain, sd_link_pck_dates,
	sd_link_pck_leaf, sd_link_qe_signature, sd_link_qe_identity,
	sd_link_qe_debug, sd_link_qe_svn, sd_link_qe_binding,
	sd_link_quote_signature, sd_link_enclave_debug,
	sd_link_enclave_signer, sd_link_enclave_product,
	sd_link_enclave_svn, sd_link_key_binding,
};
static sd_link_fn *const carried[] = {
	sd_link_tcb_status, sd_link_qe_status, sd_link_revocation,
};

struct sd_pins
fuzz_pins(void)
{
	struct sd_pins pins = SD_PINS_DEFAULT;

	pins.pool = "fuzz";
	pins.has_mrsigner = true;
	fuzz_ok(kc_sha256_one(SIGNER, strlen(SIGNER), pins.mrsigner, NULL));
	pins.at_ms = AT_MS;
	return pins;
}

static size_t
count(const struct sd_evidence *e, enum sd_link_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++)
		n += e->link[i].state == state;
	return n;
}

static void
once(const struct sd_exchange *x, const struct sd_pins *pins)
{
	struct kc_err err = { 0 };
	struct sd_evidence e;
	kc_result r;

	fuzz_mark(&e, sizeof e);
	r = sd_evidence_check(x, pins, &e, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	fuzz_must(e.proven == kc_ok(r) && e.present == x->has_evidence);
	fuzz_must(e.n >= 1 && e.n <= SD_LINKS_MAX);
	for (size_t i = 0; i < e.n; i++) {
		fuzz_must(e.link[i].name != NULL);
		fuzz_must(memchr(e.link[i].text, '\0', SD_LINK_CHARS) !=
		    NULL);
		fuzz_must(e.link[i].text[0] != '\0');
		fuzz_must(kc_text_clean(e.link[i].text));
	}
	/* Proven: nothing fails, nothing stands on what fails. */
	fuzz_must(!e.proven || (count(&e, SD_LINK_FAILS) == 0 &&
	    count(&e, SD_LINK_SKIPPED) == 0 && e.parsed && e.present));
	fuzz_must(e.proven || count(&e, SD_LINK_FAILS) > 0 ||
	    !e.present || pins->pool == NULL || !pins->has_mrsigner);
}

void
fuzz_judge(const struct sd_exchange *x, const struct sd_pins *pins)
{
	struct sd_pins none = *pins;

	once(x, pins);
	fuzz_all_holds = true;
	once(x, pins);
	/* Pins are looked at after all that takes long. */
	none.pool = NULL;
	none.has_mrsigner = false;
	if (!x->has_evidence)
		once(x, &none);
	fuzz_all_holds = false;
}

static bool
holds(struct sd_inquiry *j, sd_link_fn *link)
{
	struct kc_err err = { 0 };
	kc_result r;

	j->unproved = false;
	j->text[0] = '\0';
	r = link(j, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	else
		fuzz_must(j->text[0] != '\0');
	return kc_ok(r) && !j->unproved;
}

bool
fuzz_links(const struct sd_exchange *x, const struct sd_pins *pins)
{
	struct sd_inquiry j = { .x = x, .pins = pins };
	bool all = holds(&j, sd_link_evidence);

	if (!all)
		goto out;
	for (size_t i = 0; i < sizeof of_quote / sizeof *of_quote; i++)
		all = holds(&j, of_quote[i]) && all;
	if (!holds(&j, sd_link_collateral)) {
		all = all && pins->collateral == NULL;
		goto out;
	}
	for (size_t i = 0; i < sizeof carried / sizeof *carried; i++)
		all = holds(&j, carried[i]) && all;
out:
	sd_pck_free(&j.pck);
	sd_found_free(&j.found);
	return all;
}
