/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of the site file: quorums, signatures, sizes, readers.
 */
#include "ceremony/script.h"

#define RSA_FLOOR 2048
#define READERS_MAX 16

/* ret keeps what it is where the key is missing. */
static kc_result
may_be(const struct cer_site *s, const char *key, int64_t min, int64_t max,
    int64_t *ret, struct kc_err *err)
{
	return cer_node_get(s->root, key) == NULL ? KC_DONE :
	    cer_node_int(s->root, key, min, max, ret, err);
}

kc_result
cer_site_numbers(struct cer_site *s, struct kc_err *err)
{
	kc_result r;

	s->rsa_floor = RSA_FLOOR;
	s->readers = 1;
	KC_TRY(r, cer_node_int(s->root, "quorum", 2, 10, &s->quorum, err));
	KC_TRY(r, may_be(s, "new-quorum", 2, 10, &s->new_quorum, err));
	KC_TRY(r, cer_node_int(s->root, "signers", 1, 10, &s->signers, err));
	KC_TRY(r, may_be(s, "rsa-floor", RSA_FLOOR, 4096, &s->rsa_floor,
	    err));
	r = may_be(s, "readers", 1, READERS_MAX, &s->readers, err);
out:
	return r;
}
