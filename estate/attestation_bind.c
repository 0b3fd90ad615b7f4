/* SPDX-License-Identifier: Apache-2.0
 *
 * What the attested objects are held against: a key's unsigned JSON, the kid
 * in it, the pool; and what their attributes say of the key.
 */
#include <stdio.h>
#include <string.h>

#include "estate/attestation_in.h"
#include "estate/look.h"
#include "sd/pki.h"

/* A number without leading zeros in a value that may have them. */
static bool
is_number(const struct kc_buf *b, const struct est_attr *a)
{
	if (a == NULL || b->len == 0 || b->len > a->len ||
	    memcmp(b->p, a->p + a->len - b->len, b->len) != 0)
		return false;
	for (size_t i = 0; i < a->len - b->len; i++)
		if (a->p[i] != 0)
			return false;
	return true;
}

/* X || Y, each of half the point's width, at the end of the value. */
static bool
is_point(const struct est_claim *c, const struct est_attr *a)
{
	static const struct {
		const char *name;
		size_t bytes;
	} curve[] = { { "P-256", 32 }, { "P-256K", 32 }, { "P-384", 48 },
		{ "P-521", 66 } };
	size_t half = 0;
	struct est_attr x, y;

	for (size_t i = 0; i < sizeof curve / sizeof *curve; i++)
		if (c->curve != NULL && strcmp(c->curve, curve[i].name) == 0)
			half = curve[i].bytes;
	if (a == NULL || half == 0 || a->len < 2 * half + 1 ||
	    a->len > 2 * half + 4 || a->p[a->len - 2 * half - 1] != 0x04)
		return false;
	x = (struct est_attr){ EST_A_MODULUS, half, a->p + a->len - 2 * half };
	y = (struct est_attr){ EST_A_MODULUS, half, a->p + a->len - half };
	return is_number(&c->x, &x) && is_number(&c->y, &y);
}

static kc_result
one_key(const struct est_attest_work *w, const struct est_claim *c,
    struct kc_err *err)
{
	int type = est_attr_byte(w->secret, EST_A_KEY_TYPE);
	const char *want = type == EST_TYPE_RSA ? "RSA-HSM" : type ==
	    EST_TYPE_EC ? "EC-HSM" : "oct-HSM";

	if (strcmp(c->type, want) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: its type is "
		    "'%.40s', attested is %s", c->where, c->type, want);
	if (type == EST_TYPE_RSA && !is_number(&c->n, est_attr_get(w->public,
	    EST_A_MODULUS)))
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: its modulus is "
		    "not the attested one", c->where);
	if (type == EST_TYPE_RSA && !is_number(&c->e, est_attr_get(w->public,
	    EST_A_EXPONENT)))
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: its exponent is "
		    "not the attested one", c->where);
	if (type == EST_TYPE_EC && !is_point(c, est_attr_get(w->public,
	    EST_A_MODULUS)))
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: its curve or "
		    "point is not the attested one", c->where);
	return KC_DONE;
}

/* No key beside it: nothing to hold the attestation against. */
static bool
alone(struct est_attest_work *w, const char *what)
{
	if (w->n_claims > 0)
		return false;
	w->unproved = true;
	est_attest_say(w, "%s: the file has no key; give one with --key",
	    what);
	return true;
}

kc_result
est_attest_key(struct est_attest_work *w, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (alone(w, "public numbers not compared"))
		return r;
	for (size_t i = 0; i < w->n_claims && kc_ok(r); i++)
		r = one_key(w, &w->claim[i], err);
	est_attest_say(w, w->public != NULL ? "the key's public numbers are "
	    "the attested ones" : "a secret key, as attested");
	return r;
}

kc_result
est_attest_kid(struct est_attest_work *w, struct kc_err *err)
{
	if (alone(w, "name and version not compared"))
		return KC_DONE;
	for (size_t i = 0; i < w->n_claims; i++) {
		const struct est_claim *c = &w->claim[i];
		struct est_host host;

		if (!est_host_read(c->kid, &host))
			return KC_FAIL(err, KC_EREFUSED, 0, "%s: the kid "
			    "'%.200s' is no https address", c->where, c->kid);
		if (strcmp(host.path, w->ret->id + 1) != 0 ||
		    w->ret->id[0] != '/')
			return KC_FAIL(err, KC_EREFUSED, 0, "%s: the kid "
			    "names /%.200s, attested is %s", c->where,
			    host.path, w->ret->id);
	}
	est_attest_say(w, "%s, as the kid says", w->ret->id);
	return KC_DONE;
}

kc_result
est_attest_pool(struct est_attest_work *w, struct kc_err *err)
{
	struct kc_buf cn = { 0 };
	struct est_host host;
	kc_result r;

	if (alone(w, "pool not compared"))
		return KC_DONE;
	KC_TRY(r, sd_pki_cn(w->cert[EST_C_OWNER_ROOT], &cn, err));
	for (size_t i = 0; i < w->n_claims; i++)
		if (!est_host_read(w->claim[i].kid, &host) ||
		    !est_host_is(host.name, kc_buf_str(&cn))) {
			r = KC_FAIL(err, KC_EREFUSED, 0, "%s: the kid's "
			    "host is not that of the owner root's pool "
			    "%.150s", w->claim[i].where, kc_buf_str(&cn));
			goto out;
		}
	est_attest_say(w, "the owner root names the kid's pool %.150s%s",
	    kc_buf_str(&cn), w->ask->owner_root == NULL ? "; it is "
	    "self-signed and not recorded" : "");
out:
	kc_buf_free(&cn);
	return r;
}

kc_result
est_attest_resident(struct est_attest_work *w, struct kc_err *err)
{
	(void)err;
	est_attest_say(w, "a partition that the manufacturer certifies signed "
	    "the %s key's attributes", w->public != NULL ? "private" :
	    "secret");
	return KC_DONE;
}

kc_result
est_attest_kept(struct est_attest_work *w, struct kc_err *err)
{
	static const struct {
		uint32_t type;
		bool value;
		const char *name;
	} want[] = {
		{ EST_A_EXTRACTABLE, false, "EXTRACTABLE" },
		{ EST_A_NEVER_EXTRACTABLE, true, "NEVER_EXTRACTABLE" },
		{ EST_A_SENSITIVE, true, "SENSITIVE" },
		{ EST_A_ALWAYS_SENSITIVE, true, "ALWAYS_SENSITIVE" },
	};

	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		if (!est_attr_is(w->secret, want[i].type, want[i].value))
			return KC_FAIL(err, KC_EREFUSED, 0, "the key is "
			    "exportable or was once: %s is %02d, not %02d",
			    want[i].name, !want[i].value, want[i].value);
	for (size_t i = 0; i < w->n_claims; i++)
		if (w->claim[i].exportable == 1)
			return KC_FAIL(err, KC_EREFUSED, 0, "%s: it says "
			    "\"exportable\": true, against the attestation",
			    w->claim[i].where);
	est_attest_say(w, "not extractable, never was; sensitive, always was");
	return KC_DONE;
}

kc_result
est_attest_local(struct est_attest_work *w, struct kc_err *err)
{
	if (!est_attr_is(w->secret, EST_A_LOCAL, true))
		return KC_FAIL(err, KC_EREFUSED, 0, "the key was brought "
		    "into the HSM: LOCAL is 00, not 01");
	est_attest_say(w, "LOCAL: the key was generated in the HSM");
	return KC_DONE;
}

static const struct {
	const char *op, *word;
	uint32_t type;
	bool public;		/* done with the public half of a pair */
} uses[] = {
	{ "sign", "sign", EST_A_SIGN, false },
	{ "decrypt", "decrypt", EST_A_DECRYPT, false },
	{ "unwrapKey", "unwrap", EST_A_UNWRAP, false },
	{ "verify", "verify", EST_A_VERIFY, true },
	{ "encrypt", "encrypt", EST_A_ENCRYPT, true },
	{ "wrapKey", "wrap", EST_A_WRAP, true },
};
#define USES (sizeof uses / sizeof *uses)

static const struct est_object *
half(const struct est_attest_work *w, size_t use)
{
	return uses[use].public && w->public != NULL ? w->public : w->secret;
}

static kc_result
one_op(const struct est_attest_work *w, const struct est_claim *c,
    const char *op, struct kc_err *err)
{
	for (size_t i = 0; i < USES; i++)
		if (strcmp(uses[i].op, op) == 0) {
			if (est_attr_is(half(w, i), uses[i].type, true))
				return KC_DONE;
			return KC_FAIL(err, KC_EREFUSED, 0, "%s: it may "
			    "%s, which the attested key may not", c->where,
			    op);
		}
	/* The service's own, no attribute answers to them. */
	if (strcmp(op, "import") == 0 || strcmp(op, "export") == 0)
		return KC_DONE;
	return KC_FAIL(err, KC_EREFUSED, 0, "%s: '%.40s' is no key "
	    "operation", c->where, op);
}

kc_result
est_attest_usage(struct est_attest_work *w, struct kc_err *err)
{
	char list[64] = "";
	kc_result r = KC_DONE;

	for (size_t i = 0; i < w->n_claims; i++)
		for (size_t k = 0; k < json_array_size(w->claim[i].ops); k++)
			KC_TRY(r, one_op(w, &w->claim[i], json_string_value(
			    json_array_get(w->claim[i].ops, k)), err));
	for (size_t i = 0; i < USES; i++)
		if (est_attr_is(half(w, i), uses[i].type, true))
			(void)snprintf(list + strlen(list), sizeof list -
			    strlen(list), "%s%s", list[0] != '\0' ? ", " : "",
			    uses[i].word);
	est_attest_say(w, "the key may %s%s", list[0] != '\0' ? list :
	    "do nothing", w->n_claims > 0 ? "; all key_ops are among it" :
	    "");
out:
	return r;
}
