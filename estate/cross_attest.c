/* SPDX-License-Identifier: Apache-2.0
 *
 * What the HSM signed, beside what az printed: the owner root names the pool
 * of the other files.
 */
#include <stdlib.h>

#include "estate/attestation.h"
#include "estate/look.h"

static kc_result
one(struct est_look *k, const struct est_file *f, const char *host,
    struct kc_err *err)
{
	struct est_attest *found = calloc(1, sizeof *found);
	const struct est_attest_ask ask = { .name = f->name, .p = f->p,
		.len = f->len, .at_ms = k->at_ms, .owner_root =
		k->a->has_owner_root ? k->a->owner_root : NULL };
	struct kc_err why = { 0 };
	kc_result r;

	if (found == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for an "
		    "attestation");
	if (!kc_ok(est_attest_verify(&ask, found, &why)))
		r = est_say_that(k, "attested-pool", EST_FAILS, err, "%s",
		    why.msg);
	else if (host[0] == '\0')
		r = est_say_that(k, "attested-pool", EST_UNKNOWN, err, "%s is "
		    "of the pool %s; no other file here names one", f->name,
		    found->pool);
	else
		r = est_say_that(k, "attested-pool", est_host_is(host,
		    found->pool) ? EST_HOLDS : EST_FAILS, err, "%s is of the "
		    "pool %s, the other files of %s", f->name, found->pool,
		    host);
	free(found);
	return r;
}

kc_result
est_look_attested(struct est_look *k, const char *host, struct kc_err *err)
{
	const struct est_paper *p = est_first(k, EST_KIND_ATTESTATION);

	return p != NULL ? one(k, p->file, host, err) : KC_DONE;
}
