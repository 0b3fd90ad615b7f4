/* SPDX-License-Identifier: Apache-2.0
 *
 * Which shares open the data, and whose is wrong.
 *
 * A set of shares is a bit mask over the shares given.  The tags of the data
 * decide; where none holds, what is left to know is which shares lie on one
 * polynomial: any M do, so only M + 1 or more say something.
 */
#include "sd/judge.h"

#include <string.h>

#include "sd/data.h"
#include "sd/share.h"

#define WHO_MAX 40		/* bytes of a name in a list of ten */

/* struct table: the shares on it. */
struct table {
	const char *name;	/* the domain file's */
	const struct sd_domain *d;
	const struct sd_given *given;
	size_t n;
};

kc_result
sd_who(const struct sd_given *g, struct kc_buf *ret, struct kc_err *err)
{
	const char *who = g->who, *dots = "";
	size_t len = strlen(who);

	if (len > WHO_MAX) {
		who += len - WHO_MAX;
		while (((unsigned char)*who & 0xc0) == 0x80)
			who++;
		dots = "...";
	}
	return kc_buf_addf(ret, err, "%sshare %zu (%s%s)",
	    ret->len > 0 ? ", " : "", g->index + 1, dots, who);
}

static kc_result
list(const struct table *t, uint32_t set, struct kc_buf *ret,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < t->n && kc_ok(r); i++)
		if ((set >> i & 1) != 0)
			r = sd_who(&t->given[i], ret, err);
	return r;
}

static uint32_t
everybody(const struct table *t)
{
	return (1u << t->n) - 1;
}

static size_t
count(uint32_t set)
{
	return (size_t)__builtin_popcount(set);
}

/* The next m-subset of n in a bit mask (Gosper); 0 after the last. */
static uint32_t
next_subset(uint32_t s, size_t n)
{
	uint32_t low = s & (0u - s), up = s + low;

	s = (((up ^ s) >> 2) / low) | up;
	return s >> n != 0 ? 0 : s;
}

static void
pick(const struct table *t, uint32_t set, const struct kc_secret **ret)
{
	for (size_t i = 0; i < t->n; i++)
		if ((set >> i & 1) != 0)
			*ret++ = &t->given[i].share;
}

/* A subset is right if any datum opens: that another one does not is then
 * said of that datum, not of the holders. */
static bool
subset_opens(const struct table *t, uint32_t set, struct kc_secret *ret)
{
	const struct kc_secret *shares[SD_MAX_HOLDERS];

	pick(t, set, shares);
	if (!kc_ok(sd_share_combine(shares, t->d->required, ret, NULL)))
		return false;
	for (size_t i = 0; i < t->d->n_data; i++)
		if (kc_ok(sd_datum_verify(&t->d->datum[i], ret, NULL)))
			return true;
	kc_secret_free(ret);
	return false;
}

/* Everybody on the polynomials of the M shares in set. */
static kc_result
agreeing(const struct table *t, uint32_t set, uint32_t *ret,
    struct kc_err *err)
{
	const struct kc_secret *shares[SD_MAX_HOLDERS];

	pick(t, set, shares);
	*ret = 0;
	for (size_t i = 0; i < t->n; i++) {
		bool agrees = false;
		kc_result r = sd_share_agrees(shares, t->d->required,
		    &t->given[i].share, &agrees, err);

		if (!kc_ok(r))
			return r;
		*ret |= (uint32_t)agrees << i;
	}
	return KC_DONE;
}

/* The data open with the shares in good and not with the others. */
static kc_result
name_wrong(const struct table *t, uint32_t good, struct kc_err *err)
{
	uint32_t wrong = everybody(t) & ~good;
	struct kc_buf bad = { 0 }, rest = { 0 };
	kc_result r;

	KC_TRY(r, list(t, wrong, &bad, err));
	KC_TRY(r, list(t, good, &rest, err));
	r = KC_FAIL(err, KC_EREFUSED, 0, "%s: %s %s not on the polynomial of "
	    "the other holders: a wrong share%s. The data open by %s alone; "
	    "open without the wrong one, then reshare", t->name,
	    kc_buf_str(&bad), count(wrong) == 1 ? "is" : "are",
	    count(wrong) == 1 ? "" : " each", kc_buf_str(&rest));
out:
	kc_buf_free(&bad);
	kc_buf_free(&rest);
	return r;
}

/* Exactly M shares and no tag holds: none of them can be accused alone. */
static kc_result
explain_quorum(const struct table *t, struct kc_err *err)
{
	const struct kc_secret *shares[SD_MAX_HOLDERS];
	struct kc_secret master = { 0 };
	struct kc_buf who = { 0 };
	bool over;
	kc_result r;

	pick(t, everybody(t), shares);
	over = sd_share_combine(shares, t->n, &master, NULL).code == KC_EMAC;
	kc_secret_free(&master);
	KC_TRY(r, list(t, everybody(t), &who, err));
	r = KC_FAIL(err, KC_EMAC, 0, "%s: the shares disagree with the data: "
	    "%s. Used: %s. %s", t->name, over ?
	    "a byte of the master key comes out as 256, so at least one share "
	    "is wrong or of another domain" :
	    "no tag of the data holds under the key they combine to, so at "
	    "least one share is wrong or of another domain, or every datum "
	    "was changed", kc_buf_str(&who), t->n < t->d->n_shares ?
	    "Each share is well-formed by itself; a further holder would "
	    "tell which is wrong" :
	    "All holders are here; compare the file's SHA-256 with another "
	    "copy of it");
out:
	kc_buf_free(&who);
	return r;
}

/* struct camp: the largest set of shares that agree with one another. */
struct camp {
	uint32_t set;
	bool rival;		/* another one is as large */
};

static kc_result
largest_camp(const struct table *t, struct camp *ret, struct kc_err *err)
{
	struct camp c = { 0 };
	uint32_t all;

	for (uint32_t set = (1u << t->d->required) - 1; set != 0;
	    set = next_subset(set, t->n)) {
		kc_result r = agreeing(t, set, &all, err);

		if (!kc_ok(r))
			return r;
		if (count(all) > count(c.set))
			c = (struct camp){ all, false };
		else if (count(all) == count(c.set) && all != c.set)
			c.rival = true;
	}
	*ret = c;
	return KC_DONE;
}

/* More than M shares, and no M of them open a single datum. */
static kc_result
explain_more(const struct table *t, struct kc_err *err)
{
	struct kc_buf in = { 0 }, out_of_it = { 0 };
	struct camp c;
	kc_result r;

	KC_TRY(r, largest_camp(t, &c, err));
	KC_TRY(r, list(t, c.rival ? everybody(t) : c.set, &in, err));
	KC_TRY(r, list(t, everybody(t) & ~c.set, &out_of_it, err));
	if (c.set == everybody(t))
		r = KC_FAIL(err, KC_EMAC, 0, "%s: the shares disagree with "
		    "the data: all %zu agree with one another, so the shares "
		    "are right and the data are another domain's, or every "
		    "datum was changed. Used: %s. Compare the file's SHA-256 "
		    "with another copy of it", t->name, t->n, kc_buf_str(&in));
	else if (count(c.set) > t->d->required && !c.rival)
		r = KC_FAIL(err, KC_EMAC, 0, "%s: the shares disagree with "
		    "the data: %s agree with one another, %s do%s not, and no "
		    "tag of the data holds either way: these are shares of "
		    "another domain, or every datum was changed", t->name,
		    kc_buf_str(&in), kc_buf_str(&out_of_it),
		    count(everybody(t) & ~c.set) == 1 ? "es" : "");
	else
		r = KC_FAIL(err, KC_EMAC, 0, "%s: the shares disagree with "
		    "the data, and no %zu of them open any: either more than "
		    "%zu of the %zu are wrong, or every datum was changed. "
		    "Used: %s. Bring further holders, or another copy of the "
		    "file", t->name, t->d->required, t->n - t->d->required,
		    t->n, kc_buf_str(&in));
out:
	kc_buf_free(&in);
	kc_buf_free(&out_of_it);
	return r;
}

/* Some datum opened, so the shares are right: any other is the datum's own
 * fault. */
static kc_result
verify_all(const struct table *t, const struct kc_secret *master,
    struct kc_err *err)
{
	size_t bad = 0, first = 0, n = t->d->n_data;
	kc_result r = KC_DONE;

	for (size_t i = n; i > 0; i--)
		if (!kc_ok(sd_datum_verify(&t->d->datum[i - 1], master,
		    NULL))) {
			bad++;
			first = i - 1;
		}
	if (bad == 0)
		return r;
	r = sd_datum_verify(&t->d->datum[first], master, err);
	if (r.code != KC_EMAC)
		return r;
	(void)kc_prefix(err, "%s: EncData.data[%zu]", t->name, first);
	return kc_suffix(err, "; %zu of %zu data do%s not open, the others "
	    "do under the same key: the shares are right, and that datum was "
	    "changed. Ask for another copy of the file", bad, n,
	    bad == 1 ? "es" : "");
}

kc_result
sd_judge(const char *name, const struct sd_domain *d,
    const struct sd_given *given, size_t n, struct kc_secret *ret,
    struct kc_err *err)
{
	const struct table t = { name, d, given, n };
	struct kc_secret master = { 0 };
	uint32_t set = (1u << d->required) - 1, good = 0;
	kc_result r;

	while (set != 0 && !subset_opens(&t, set, &master))
		set = next_subset(set, n);
	if (set == 0)
		return n == d->required ? explain_quorum(&t, err) :
		    explain_more(&t, err);
	KC_TRY(r, agreeing(&t, set, &good, err));
	if (good != everybody(&t))
		r = name_wrong(&t, good, err);
	else
		r = verify_all(&t, &master, err);
	if (kc_ok(r)) {
		*ret = master;
		master = (struct kc_secret){ 0 };
	}
out:
	kc_secret_free(&master);
	return r;
}
