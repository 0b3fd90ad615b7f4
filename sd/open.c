/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a security domain: shares unwrapped by their holders' keys,
 * combined, and proven by the tag of every datum.
 */
#include <string.h>

#include "sd/data.h"
#include "sd/jwe.h"
#include "sd/share.h"

void
sd_opened_free(struct sd_opened *o)
{
	if (o == NULL)
		return;
	kc_secret_free(&o->master);
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

/* Names for messages: the keys' if they are known. */
struct naming {
	const struct sd_domain *d;
	const struct sd_key *keys;	/* NULL: only shares are known */
	const size_t *index;		/* share index of each */
};

static kc_result
twice(const char *name, const struct naming *nm, size_t a, size_t b,
    struct kc_err *err)
{
	if (nm->keys == NULL)
		return KC_FAIL(err, KC_EQUORUM, 0,
		    "%s: share %zu is given twice", name, nm->index[b] + 1);
	return KC_FAIL(err, KC_EQUORUM, 0,
	    "%s: %s and %s are the same holder (share %zu)", name,
	    nm->keys[a].name, nm->keys[b].name, nm->index[b] + 1);
}

static kc_result
too_few(const char *name, size_t have, size_t want, struct kc_err *err)
{
	return KC_FAIL(err, KC_EQUORUM, 0,
	    "%s needs %zu holders; %zu of %zu %s here", name, want, have,
	    want, have == 1 ? "is" : "are");
}

static kc_result
verify_all(const char *name, const struct sd_domain *d,
    const struct kc_secret *master, struct kc_err *err)
{
	for (size_t i = 0; i < d->n_data; i++) {
		kc_result r = sd_datum_verify(&d->datum[i], master, err);

		if (!kc_ok(r))
			return kc_prefix(err, "%s: EncData.data[%zu]", name,
			    i);
	}
	return KC_DONE;
}

/* A subset is right if any datum opens: that another one does not is then
 * said of that datum, not of the holders. */
static bool
subset_opens(const struct sd_domain *d, const struct kc_secret *const *pick,
    struct kc_secret *ret)
{
	if (!kc_ok(sd_share_combine(pick, d->required, ret, NULL)))
		return false;
	for (size_t i = 0; i < d->n_data; i++)
		if (kc_ok(sd_datum_verify(&d->datum[i], ret, NULL)))
			return true;
	kc_secret_free(ret);
	return false;
}

/* Say which shares lie off the polynomial that opens the data. */
static kc_result
name_wrong(const char *name, const struct naming *nm,
    const struct kc_secret *const *pick, const struct kc_secret *shares,
    size_t n, struct kc_err *err)
{
	struct kc_buf who = { 0 };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n; i++) {
		bool agrees = true;

		KC_TRY(r, sd_share_agrees(pick, nm->d->required, &shares[i],
		    &agrees, err));
		if (agrees)
			continue;
		KC_TRY(r, kc_buf_addf(&who, err, "%sshare %zu",
		    who.len > 0 ? ", " : "", nm->index[i] + 1));
		if (nm->keys != NULL)
			KC_TRY(r, kc_buf_addf(&who, err, " (%s)",
			    nm->keys[i].name));
	}
	if (who.len > 0)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: %s is not on the polynomial of the other holders: a "
		    "wrong share", name, kc_buf_str(&who));
out:
	kc_buf_free(&who);
	return r;
}

/* The next m-subset of n in a bit mask (Gosper); 0 after the last. */
static uint32_t
next_subset(uint32_t s, size_t n)
{
	uint32_t low = s & (0u - s), up = s + low;

	s = (((up ^ s) >> 2) / low) | up;
	return s >> n != 0 ? 0 : s;
}

/* Find the master key: the first M shares, or, when there are more and those
 * disagree, any M that open the data, so that the wrong one gets a name. */
static kc_result
find_master(const char *name, const struct naming *nm,
    const struct kc_secret *shares, size_t n, struct kc_secret *ret,
    struct kc_err *err)
{
	const struct kc_secret *pick[SD_MAX_HOLDERS];
	size_t m = nm->d->required;

	for (uint32_t set = (1u << m) - 1; set != 0;
	    set = next_subset(set, n)) {
		size_t k = 0;
		kc_result r;

		for (size_t i = 0; i < n; i++)
			if ((set >> i & 1) != 0)
				pick[k++] = &shares[i];
		if (!subset_opens(nm->d, pick, ret))
			continue;
		r = name_wrong(name, nm, pick, shares, n, err);
		if (!kc_ok(r))
			kc_secret_free(ret);
		return r;
	}
	return KC_FAIL(err, KC_EMAC, 0,
	    "%s: the %zu shares here do not open its data: one of them%s is "
	    "of another domain, or the data are not what was written%s", name,
	    n, n > m ? " or more" : "",
	    n > m ? "" : "; a further holder would tell which");
}

static kc_result
combine(const char *name, const struct naming *nm,
    const struct kc_secret *shares, size_t n, struct kc_secret *ret,
    struct kc_err *err)
{
	struct kc_secret master = { 0 };
	kc_result r;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (nm->index[i] == nm->index[k])
				return twice(name, nm, k, i, err);
	if (n < nm->d->required)
		return too_few(name, n, nm->d->required, err);
	if (n > SD_MAX_HOLDERS)
		return KC_FAIL(err, KC_EQUORUM, 0,
		    "%s: %zu shares of at most %d", name, n, SD_MAX_HOLDERS);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (shares[i].p[1] >> 1 == shares[k].p[1] >> 1)
				return KC_FAIL(err, KC_EFORMAT, 0,
				    "%s: shares %zu and %zu have the same x = "
				    "%d", name, nm->index[k] + 1,
				    nm->index[i] + 1, shares[i].p[1] >> 1);
	KC_TRY(r, find_master(name, nm, shares, n, &master, err));
	KC_TRY(r, verify_all(name, nm->d, &master, err));
	*ret = master;
	master = (struct kc_secret){ 0 };
out:
	kc_secret_free(&master);
	return r;
}

kc_result
sd_combine(const char *name, const struct sd_domain *d,
    const struct kc_secret *shares, const size_t *index, size_t n,
    struct kc_secret *ret_master, struct kc_err *err)
{
	const struct naming nm = { d, NULL, index };

	for (size_t i = 0; i < n; i++)
		if (shares[i].len != SD_SHARE || index[i] >= d->n_shares)
			return KC_FAIL(err, KC_EBUG, 0,
			    "%s: share %zu of %zu bytes", name, index[i],
			    shares[i].len);
	return combine(name, &nm, shares, n, ret_master, err);
}

/* What certificates alone can tell, before any key is used. */
static kc_result
check_keys(const char *name, const struct sd_domain *d,
    const struct sd_key *keys, size_t n, struct kc_err *err)
{
	size_t index[SD_MAX_HOLDERS] = { 0 };
	const struct naming nm = { d, keys, index };

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
				return twice(name, &nm, k, i, err);
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
	struct kc_secret shares[SD_MAX_HOLDERS] = { 0 };
	struct sd_opened o = { 0 };
	const struct naming nm = { d, keys, o.share_of };
	kc_result r;

	KC_TRY(r, check_keys(name, d, keys, n_keys, err));
	for (size_t i = 0; i < n_keys; i++)
		KC_TRY(r, sd_share_unwrap(name, d, &keys[i], &o.share_of[i],
		    &shares[i], err));
	KC_TRY(r, combine(name, &nm, shares, n_keys, &o.master, err));
	o.n_keys = n_keys;
	*ret = o;
	o = (struct sd_opened){ 0 };
out:
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		kc_secret_free(&shares[i]);
	sd_opened_free(&o);
	return r;
}
