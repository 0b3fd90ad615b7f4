/* SPDX-License-Identifier: Apache-2.0
 *
 * A key exchange key, how far it is shown whose it is, and the key for it.
 */
#include "ceremony/kek.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/json.h"

void
cer_kek_free(struct cer_kek *k)
{
	est_kek_free(&k->kek);
}

kc_result
cer_kek_attest(struct cer_kek *k, const char *name,
    const struct kc_buf *file, const uint8_t *owner_root, int64_t at_ms,
    struct kc_err *err)
{
	const struct est_attest_ask ask = { .name = name,
		.p = kc_buf_str(file), .len = file->len,
		.owner_root = owner_root, .at_ms = at_ms };
	struct est_attest *found = calloc(1, sizeof *found);
	kc_result r;

	if (found == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for links");
	KC_TRY(r, est_kek_attested(&k->kek, ask, found, err));
	k->attested = true;
	k->recorded = owner_root != NULL;
	if (found->has_root)
		kc_hex(found->owner_root, KC_SHA256, k->owner_root);
out:
	free(found);
	return r;
}

const char *
cer_kek_origin(const struct cer_kek *k)
{
	return !k->attested ? "the KEK's origin is not proven: no "
	    "attestation says that an HSM holds it" : k->recorded ?
	    "attested: an HSM of the pool whose owner root was recorded made "
	    "it, and it was never extractable" : "attested: an HSM made it, "
	    "and it was never extractable; that it is the pool's is not "
	    "proven: its owner root was not recorded before";
}

const char *
cer_kek_origin_word(const struct cer_kek *k)
{
	return !k->attested ? "not-proven" : k->recorded ?
	    "attested-recorded" : "attested";
}

kc_result
cer_target_card(const char *name, const struct tok_extract *x,
    struct est_target *ret, struct kc_err *err)
{
	const struct est_wrapped w = { .aes = &x->aes, .wrapped = &x->wrapped,
		.oct = x->secret_key, .n = x->n, .n_len = x->n_len };

	return est_target_wrapped(name, &w, ret, err);
}

kc_result
cer_target_say(const struct est_target *t,
    char ret_kind[static CER_TARGET_TEXT],
    char ret_shows[static CER_TARGET_TEXT], struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	kc_result r = KC_DONE;

	(void)snprintf(ret_kind, CER_TARGET_TEXT, "%s, %zu bits%s%s", t->type,
	    t->bits, t->curve != NULL ? ", " : "", t->curve != NULL ?
	    t->curve : "");
	if (t->spki.len == 0) {
		kc_hex(t->kcv, sizeof t->kcv, hex);
		(void)snprintf(ret_shows, CER_TARGET_TEXT, "check value %s",
		    hex);
		return r;
	}
	KC_TRY(r, kc_sha256_one(t->spki.p, t->spki.len, hash, err));
	kc_hex(hash, KC_SHA256, hex);
	(void)snprintf(ret_shows, CER_TARGET_TEXT, "SHA-256 of its public key "
	    "%s", hex);
out:
	return r;
}

kc_result
cer_target_json(const struct est_target *t, json_t *o, struct kc_err *err)
{
	struct kc_buf b64 = { 0 };
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, kc_json_set_str(o, "type", t->type, err));
	KC_TRY(r, kc_json_set_int(o, "bits", (int64_t)t->bits, err));
	if (t->curve != NULL)
		KC_TRY(r, kc_json_set_str(o, "curve", t->curve, err));
	if (t->spki.len == 0) {
		kc_hex(t->kcv, sizeof t->kcv, hex);
		r = kc_json_set_str(o, "check_value", hex, err);
		goto out;
	}
	KC_TRY(r, kc_b64_encode(t->spki.p, t->spki.len, &b64, err));
	r = kc_json_set_str(o, "public_key", kc_buf_str(&b64), err);
out:
	kc_buf_free(&b64);
	return r;
}
