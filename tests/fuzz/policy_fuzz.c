/* SPDX-License-Identifier: Apache-2.0
 *
 * Release policies: what is read has places inside its text, means itself,
 * has one canonical form, and is judged in clean text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "estate/policy.h"
#include "tests/fuzz/fuzz.h"

void
fuzz_start(void)
{
}

static void
judged(const struct est_policy *p)
{
	struct est_findings *f = calloc(1, sizeof *f);
	size_t sum = 0;

	if (f == NULL)
		abort();
	est_policy_find(p, f);
	for (size_t i = 0; i < f->n; i++) {
		fuzz_must(f->is[i].text[0] != '\0');
		fuzz_must(kc_text_clean(f->is[i].text));
		fuzz_must(kc_text_clean(f->is[i].fix));
		fuzz_must(f->is[i].line > 0 && f->is[i].col > 0);
	}
	for (size_t i = 0; i < 3; i++)
		sum += f->count[i];
	fuzz_must(sum >= f->n);
	free(f);
}

static void
same(const struct est_policy *a, const struct est_policy *b)
{
	struct est_differences *d = calloc(1, sizeof *d);
	struct kc_err err = { 0 };

	if (d == NULL)
		abort();
	fuzz_must(kc_ok(est_policy_compare(a, b, d, &err)));
	fuzz_must(d->n + d->more == 0);
	free(d);
}

/* The canonical form is a policy that means the same and is its own. */
static void
canonical(const struct est_policy *p)
{
	struct est_policy *again = calloc(1, sizeof *again);
	struct kc_buf one = { 0 }, two = { 0 };
	struct kc_err err = { 0 };

	if (again == NULL)
		abort();
	if (kc_ok(est_policy_canon(p, &one, NULL, &err))) {
		fuzz_must(kc_ok(est_policy_read("again", one.p, one.len, again,
		    &err)));
		fuzz_must(kc_ok(est_policy_canon(again, &two, NULL, &err)));
		fuzz_must(one.len == two.len &&
		    memcmp(one.p, two.p, one.len) == 0);
		same(p, again);
	}
	kc_buf_free(&one);
	kc_buf_free(&two);
	est_policy_free(again);
	free(again);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct est_policy *policy = calloc(1, sizeof *policy);
	struct kc_err err = { 0 };
	kc_result r;

	if (policy == NULL)
		abort();
	r = est_policy_read("the input", p, len, policy, &err);
	if (kc_ok(r)) {
		fuzz_must(policy->n > policy->n_authorities);
		same(policy, policy);
		canonical(policy);
		judged(policy);
	} else {
		fuzz_failed(r, &err);
		fuzz_must(policy->text.p == NULL && policy->json == NULL &&
		    policy->key == NULL && policy->n == 0);
	}
	est_policy_free(policy);
	free(policy);
}
