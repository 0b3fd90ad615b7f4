/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a security domain: shares unwrapped by their holders' keys,
 * combined, and proven by the tag of every datum.
 */
#include <string.h>

#include "sd/jwe.h"
#include "sd/judge.h"
#include "sd/share.h"

void
sd_opened_free(struct sd_opened *o)
{
	if (o == NULL)
		return;
	kc_secret_free(&o->master);
	kc_buf_free(&o->warn);
	*o = (struct sd_opened){ 0 };
}

static bool
find_share(const struct sd_domain *d, const struct sd_key *key, size_t *ret)
{
	for (size_t i = 0; key->has_x5t && i < d->n_shares; i++)
		if (memcmp(d->share[i].x5t, key->x5t, KC_SHA256) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

static kc_result
nobody(const char *name, const struct sd_key *key, struct kc_err *err)
{
	char hex[KC_HEX];

	if (!key->has_x5t)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s opens none of the shares in %s", key->name, name);
	kc_hex(key->x5t, KC_SHA256, hex);
	return KC_FAIL(err, KC_EREFUSED, 0,
	    "%s (certificate SHA-256 %s) is no holder of %s", key->name, hex,
	    name);
}

/* What the failure of one share means, and what to try. */
static void
explain_share(const char *where, bool unwrapped, struct kc_err *err)
{
	if (!unwrapped) {
		(void)kc_prefix(err, "%s", where);
		(void)kc_suffix(err, ": the share was wrapped for another "
		    "key, or its encrypted key was changed. Another holder "
		    "can stand in");
	} else if (err->code == KC_EMAC) {
		(void)kc_suffix(err, ": the key is its holder's, but the "
		    "share was changed in the file. Compare the file's "
		    "SHA-256 with another copy; another holder can stand in");
	} else {
		(void)kc_suffix(err, ". Its tag holds, so it was written "
		    "this way and every copy of the file has it. Another "
		    "holder can stand in");
	}
}

/* One share with one key: unwrap, decrypt, check its shape. */
static kc_result
unwrap_at(const struct sd_domain *d, const struct sd_key *key, size_t i,
    struct kc_secret *ret, struct kc_err *err)
{
	const struct sd_jwe *jwe = &d->share[i].jwe;
	struct kc_secret cek = { 0 }, share = { 0 };
	struct kc_buf where = { 0 };
	uint32_t x;
	kc_result r;

	KC_TRY(r, kc_buf_addf(&where, err, "share %zu (%s)", i + 1,
	    key->name));
	KC_TRY(r, key->unwrap(key->ctx, jwe->ek.p, jwe->ek.len, &cek, err));
	KC_TRY(r, sd_jwe_decrypt_secret(kc_buf_str(&where), jwe, &cek, &share,
	    err));
	if (share.len != SD_SHARE) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the share has %zu bytes, not %d", kc_buf_str(&where),
		    share.len, SD_SHARE);
		goto out;
	}
	KC_TRY(r, sd_share_check(kc_buf_str(&where), &share, &x, err));
	*ret = share;
	share = (struct kc_secret){ 0 };
out:
	if (err != NULL && (r.code == KC_EMAC || r.code == KC_EFORMAT))
		explain_share(kc_buf_str(&where), cek.p != NULL, err);
	kc_secret_free(&cek);
	kc_secret_free(&share);
	kc_buf_free(&where);
	return r;
}

kc_result
sd_share_unwrap(const char *name, const struct sd_domain *d,
    const struct sd_key *key, size_t *ret_index, struct kc_secret *ret_share,
    struct kc_err *err)
{
	size_t i = 0;
	kc_result r;

	if (key->has_x5t) {
		if (!find_share(d, key, &i))
			return nobody(name, key, err);
		r = unwrap_at(d, key, i, ret_share, err);
		if (kc_ok(r))
			*ret_index = i;
		return kc_ok(r) ? r : kc_prefix(err, "%s", name);
	}
	/* No certificate beside the key: the one share whose tag holds. */
	for (i = 0; i < d->n_shares; i++) {
		r = unwrap_at(d, key, i, ret_share, err);
		if (kc_ok(r)) {
			*ret_index = i;
			return r;
		}
		if (r.code != KC_EMAC)
			return kc_prefix(err, "%s", name);
	}
	return nobody(name, key, err);
}

static kc_result
twice(const char *name, const char *a, const char *b, size_t index,
    struct kc_err *err)
{
	return KC_FAIL(err, KC_EQUORUM, 0,
	    "%s: %s and %s are the same holder (share %zu)", name, a, b,
	    index + 1);
}

static kc_result
too_few(const char *name, size_t have, size_t want, struct kc_err *err)
{
	return KC_FAIL(err, KC_EQUORUM, 0,
	    "%s needs %zu holders; %zu of %zu %s here", name, want, have,
	    want, have == 1 ? "is" : "are");
}

/* The x of a checked share: public, it is a place on a list. */
static size_t
x_of(const struct sd_given *g)
{
	return g->share.p[1] >> 1;
}

static kc_result
same_x(const char *name, const struct sd_given *a, const struct sd_given *b,
    struct kc_err *err)
{
	const struct sd_given *odd = x_of(a) == a->index + 1 ? b :
	    x_of(b) == b->index + 1 ? a : NULL;
	struct kc_buf who = { 0 }, wrong = { 0 };
	kc_result r;

	KC_TRY(r, sd_who(a, &who, err));
	KC_TRY(r, sd_who(b, &who, err));
	if (odd != NULL) {
		KC_TRY(r, kc_buf_adds(&wrong, "By its place in the file ",
		    err));
		KC_TRY(r, kc_buf_addf(&wrong, err, "share %zu is the wrong "
		    "one. ", odd->index + 1));
	}
	r = KC_FAIL(err, KC_EFORMAT, 0, "%s: %s have the same x = %zu: two "
	    "points at one place fix no polynomial. %sOpen with another "
	    "holder in its place", name, kc_buf_str(&who), x_of(a),
	    kc_buf_str(&wrong));
out:
	kc_buf_free(&who);
	kc_buf_free(&wrong);
	return r;
}

/* What needs no arithmetic: who is here, how often, and where on the x axis.
 */
static kc_result
check_given(const char *name, const struct sd_domain *d,
    const struct sd_given *given, size_t n, struct kc_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (given[i].share.len != SD_SHARE ||
		    given[i].index >= d->n_shares)
			return KC_FAIL(err, KC_EBUG, 0,
			    "%s: share %zu of %zu bytes", name,
			    given[i].index, given[i].share.len);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (given[i].index == given[k].index)
				return twice(name, given[k].who, given[i].who,
				    given[i].index, err);
	if (n < d->required)
		return too_few(name, n, d->required, err);
	if (n > SD_MAX_HOLDERS)
		return KC_FAIL(err, KC_EQUORUM, 0,
		    "%s: %zu shares of at most %d", name, n, SD_MAX_HOLDERS);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (x_of(&given[i]) == x_of(&given[k]))
				return same_x(name, &given[k], &given[i],
				    err);
	return KC_DONE;
}

/* What people should hear of a domain that opened. */
static kc_result
remark(const char *name, const struct sd_given *given, size_t n,
    struct sd_opened *o, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n; i++) {
		if (x_of(&given[i]) != given[i].index + 1)
			KC_TRY(r, kc_buf_addf(&o->warn, err, "%s: share %zu "
			    "(%s) carries x = %zu, not its place in the file: "
			    "no HSM was seen to write it so\n", name,
			    given[i].index + 1, given[i].who,
			    x_of(&given[i])));
		if (sd_share_constant(&given[i].share, &o->master))
			o->one_share_fails = true;
	}
	if (o->one_share_fails)
		r = kc_buf_addf(&o->warn, err, "%s FAILS THE ONE-SHARE TEST: "
		    "its shares were made with the same coefficients for "
		    "every byte\n"
		    "any ONE share leaves at most 257 candidates for the "
		    "master key: one holder alone can open this file\n"
		    "it still opens for its quorum: reshare it now (ceremony "
		    "sd reshare), then destroy every copy of this file\n",
		    name);
out:
	return r;
}

kc_result
sd_combine(const char *name, const struct sd_domain *d,
    const struct sd_given *given, size_t n, struct sd_opened *ret,
    struct kc_err *err)
{
	struct sd_opened o = { .n_keys = n };
	kc_result r;

	KC_TRY(r, check_given(name, d, given, n, err));
	KC_TRY(r, sd_judge(name, d, given, n, &o.master, err));
	KC_TRY(r, remark(name, given, n, &o, err));
	for (size_t i = 0; i < n; i++)
		o.share_of[i] = given[i].index;
	*ret = o;
	o = (struct sd_opened){ 0 };
out:
	sd_opened_free(&o);
	return r;
}

/* What certificates alone can tell, before any key is used. */
static kc_result
check_keys(const char *name, const struct sd_domain *d,
    const struct sd_key *keys, size_t n, struct kc_err *err)
{
	size_t index[SD_MAX_HOLDERS] = { 0 };

	if (n > SD_MAX_HOLDERS)
		return KC_FAIL(err, KC_EQUORUM, 0,
		    "%s: %zu keys are given; a set has at most %d holders",
		    name, n, SD_MAX_HOLDERS);
	for (size_t i = 0; i < n; i++) {
		if (!keys[i].has_x5t)
			continue;
		if (!find_share(d, &keys[i], &index[i]))
			return nobody(name, &keys[i], err);
		for (size_t k = 0; k < i; k++)
			if (keys[k].has_x5t && index[k] == index[i])
				return twice(name, keys[k].name, keys[i].name,
				    index[i], err);
	}
	if (n < d->required)
		return too_few(name, n, d->required, err);
	return KC_DONE;
}

kc_result
sd_open(const char *name, const struct sd_domain *d,
    const struct sd_key *keys, size_t n_keys, struct sd_opened *ret,
    struct kc_err *err)
{
	struct sd_given given[SD_MAX_HOLDERS] = { 0 };
	kc_result r;

	KC_TRY(r, check_keys(name, d, keys, n_keys, err));
	for (size_t i = 0; i < n_keys; i++) {
		given[i].who = keys[i].name;
		KC_TRY(r, sd_share_unwrap(name, d, &keys[i], &given[i].index,
		    &given[i].share, err));
	}
	r = sd_combine(name, d, given, n_keys, ret, err);
out:
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		kc_secret_free(&given[i].share);
	return r;
}
