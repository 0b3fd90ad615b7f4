/* SPDX-License-Identifier: Apache-2.0
 *
 * From one set of holders to another.
 */
#include "sd/reshare.h"

#include <string.h>

#include "sd/data.h"

kc_result
sd_reshare(const struct sd_domain *d, const struct kc_secret *master,
    const struct sd_new_set *set, struct kc_buf *ret_json,
    struct kc_err *err)
{
	struct sd_plain plain[SD_MAX_DATA] = { 0 };
	struct sd_input in[SD_MAX_DATA];
	struct kc_buf json = { 0 };
	kc_result r;

	for (size_t i = 0; i < d->n_data; i++) {
		KC_TRY(r, sd_datum_open(d, i, master, &plain[i], err));
		in[i] = (struct sd_input){ d->datum[i].tag, plain[i].p,
			plain[i].len };
	}
	KC_TRY(r, sd_split(set->certs, set->n, set->required, in, d->n_data,
	    &json, err));
	if (json.len > SD_FILE_MAX) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the new domain would have %zu bytes; the limit is %zu",
		    json.len, SD_FILE_MAX);
		goto out;
	}
	r = kc_buf_add(ret_json, json.p, json.len, err);
out:
	for (size_t i = 0; i < SD_MAX_DATA; i++)
		sd_plain_free(&plain[i]);
	kc_buf_free(&json);
	return r;
}

/* The same tags in the same order; no datum opens with the old key. */
static kc_result
check_data(const char *name, const struct sd_domain *new,
    const struct sd_domain *old, const struct kc_secret *master,
    struct kc_err *err)
{
	if (new->n_data != old->n_data)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s has %zu data, the old domain %zu", name, new->n_data,
		    old->n_data);
	for (size_t i = 0; i < new->n_data; i++) {
		kc_result r;

		if (strcmp(new->datum[i].tag, old->datum[i].tag) != 0)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s: datum %zu is \"%s\", not \"%s\"", name, i,
			    new->datum[i].tag, old->datum[i].tag);
		r = sd_datum_verify(&new->datum[i], master, err);
		if (kc_ok(r))
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s: the master key of the old quorum still opens "
			    "\"%s\": nothing was reshared", name,
			    new->datum[i].tag);
		if (r.code != KC_EMAC)
			return r;
	}
	return KC_DONE;
}

static kc_result
check_set(const char *name, const struct sd_domain *new,
    const struct sd_new_set *set, struct kc_err *err)
{
	if (new->n_shares != set->n || new->required != set->required)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s is %zu of %zu, not %zu of %zu", name, new->required,
		    new->n_shares, set->required, set->n);
	for (size_t i = 0; i < set->n; i++)
		if (memcmp(new->share[i].x5t, set->certs[i].x5t,
		    KC_SHA256) != 0)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s: share %zu is not for %s", name, i + 1,
			    set->certs[i].name);
	return KC_DONE;
}

kc_result
sd_reshare_check(const char *name, const struct kc_buf *json,
    const struct sd_domain *d, const struct kc_secret *master,
    const struct sd_new_set *set, struct kc_err *err)
{
	struct sd_domain new = { 0 };
	kc_result r;

	KC_TRY(r, sd_domain_read(name, json->p, json->len, &new, err));
	KC_TRY(r, check_set(name, &new, set, err));
	r = check_data(name, &new, d, master, err);
out:
	sd_domain_free(&new);
	return r;
}
