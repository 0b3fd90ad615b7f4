/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens and sets of keys: the first byte says which.  A token is laid out
 * flat and judged by one policy; a value that is found is the token's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "estate/eval.h"
#include "tests/fuzz/fuzz.h"

#define TEE "x-ms-isolation-tee."
#define AT INT64_C(1795600800000)

static const char text[] = "{\"version\":\"1.0.0\",\"anyOf\":[{\"authority\":"
    "\"https://sharedweu.weu.attest.azure.net\",\"allOf\":[{\"claim\":"
    "\"secureboot\",\"equals\":true},{\"anyOf\":[{\"claim\":\"" TEE
    "x-ms-sevsnpvm-hostdata\",\"equals\":\"00000000000000000000000000000000\"}"
    ",{\"claim\":\"" TEE "x-ms-sevsnpvm-vmpl\",\"lessOrEquals\":\"3\"},"
    "{\"claim\":\"a.b\",\"notEquals\":7},{\"claim\":\"a\",\"exists\":true}]}"
    "]}]}";
static struct est_policy policy;

void
fuzz_start(void)
{
	fuzz_ok(est_policy_read("policy", text, sizeof text - 1, &policy,
	    NULL));
}

static void
judged(const struct est_token *t)
{
	struct est_eval *e = calloc(1, sizeof *e);

	if (e == NULL)
		abort();
	est_evaluate(&policy, t, AT, e);
	fuzz_must(e->verdict == EST_UNMET || (e->is_valid && e->issuers > 0 &&
	    e->has_export_key));
	for (size_t i = 0; i < policy.n; i++) {
		const struct est_cond *c = &policy.cond[i];
		const struct est_result *r = &e->result[i];

		if (c->kind != EST_CLAIM)
			continue;
		fuzz_must(r->met == EST_UNMET || r->found != NULL ||
		    c->op == EST_EXISTS);
		fuzz_must(r->found == est_claim_of(t->claims, c->claim));
		fuzz_must(r->met == EST_MET || r->elsewhere[0] == '\0' ||
		    r->note[0] != '\0');
	}
	free(e);
}

static void
token(const uint8_t *p, size_t len)
{
	struct est_token *t = calloc(1, sizeof *t);
	struct kc_err err = { 0 };
	kc_result r;

	if (t == NULL)
		abort();
	r = est_token_read("the input", p, len, NULL, t, &err);
	if (kc_ok(r)) {
		fuzz_must(!t->verified && json_is_object(t->claims));
		for (size_t i = 0; i < t->n; i++)
			fuzz_must(t->leaf[i].path[0] != '\0' ||
			    json_object_get(t->claims, "") != NULL);
		judged(t);
	} else {
		fuzz_failed(r, &err);
		fuzz_must(t->claims == NULL && t->n == 0);
	}
	est_token_free(t);
	free(t);
}

static void
keys(const uint8_t *p, size_t len)
{
	struct est_jwks k = { 0 };
	struct kc_err err = { 0 };
	kc_result r = est_jwks_read("the input", p, len, &k, &err);

	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(k.n == 0 && k.json == NULL);
		return;
	}
	fuzz_must(k.n > 0);
	for (size_t i = 0; i < k.n; i++)
		fuzz_must(est_jwks_find(&k, k.is[i].kid) == k.is[i].key);
	est_jwks_free(&k);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	if (len < 2)
		return;
	if (p[0] == 'k')
		keys(p + 1, len - 1);
	else
		token(p + 1, len - 1);
}
