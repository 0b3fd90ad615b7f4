/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool's perimeter: who on the network reaches it, and in which regions
 * its keys are.
 */
#include <string.h>
#include <strings.h>

#include "estate/look.h"

/* A word that is good by itself, or approved. */
static kc_result
good_word(struct est_look *k, const char *name, const char *key,
    const char *got, const char *good, const char *approved,
    struct kc_err *err)
{
	if (got == NULL)
		return est_say_that(k, name, EST_UNKNOWN, err,
		    "the file does not say (%s absent or null)", key);
	if (approved != NULL)
		return est_say_that(k, name, strcasecmp(got, approved) == 0 ?
		    EST_HOLDS : EST_FAILS, err, "%s is %s, approved is %s", key,
		    got, approved);
	return est_say_that(k, name, strcasecmp(got, good) == 0 ? EST_HOLDS :
	    EST_FAILS, err, strcasecmp(got, good) == 0 ? "%s is %s" :
	    "%s is %s, not %s, and the site file approves nothing else", key,
	    got, good);
}

/* The texts of one member of each object of a list. */
static kc_result
members(const json_t *arr, const char *where, const char *what,
    const char *key, json_t **ret, struct kc_err *err)
{
	json_t *list = json_array();
	const char *text = NULL;
	kc_result r = list != NULL ? KC_DONE :
	    KC_FAIL(err, KC_ENOMEM, 0, "no memory for a list");

	for (size_t i = 0; kc_ok(r) && i < json_array_size(arr); i++) {
		const json_t *o = json_array_get(arr, i);

		if (!json_is_object(o)) {
			r = KC_FAIL(err, KC_EFORMAT, 0,
			    "%s: \"%s\"[%zu] is not an object", where, what,
			    i);
			break;
		}
		KC_TRY(r, kc_json_str(o, where, key, &text, err));
		KC_TRY(r, kc_json_add_new(list, json_string(text), err));
	}
out:
	if (kc_ok(r))
		*ret = list;
	else
		json_decref(list);
	return r;
}

static kc_result
rules(struct est_look *k, const json_t *acls, const char *file,
    const char *name, const char *list, const char *key,
    const struct est_names *want, struct kc_err *err)
{
	const json_t *arr = NULL;
	json_t *texts = NULL;
	kc_result r = KC_DONE;

	if (acls != NULL)
		KC_TRY(r, est_may_arr(acls, file, list, &arr, err));
	if (arr != NULL)
		KC_TRY(r, members(arr, file, list, key, &texts, err));
	for (size_t i = 0; i < json_array_size(texts); i++)
		KC_TRY(r, est_remark(k, err, "networkAcls.%s: %s", list,
		    json_string_value(json_array_get(texts, i))));
	/* No rule opens nothing, whatever is approved. */
	if (texts != NULL && json_array_size(texts) == 0 && !want->given)
		r = est_say_that(k, name, EST_HOLDS, err, "no %s", list);
	else
		r = est_say_set(k, name, list, texts, want, err);
out:
	json_decref(texts);
	return r;
}

/* az flattens what ARM has under properties. */
static kc_result
endpoint(const json_t *o, const char *file, size_t i, const char **ret_id,
    const char **ret_status, struct kc_err *err)
{
	const json_t *props = NULL, *point = NULL, *state = NULL;
	kc_result r;

	if (!json_is_object(o))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: \"privateEndpointConnections\"[%zu] is not an "
		    "object", file, i);
	KC_TRY(r, est_may_obj(o, file, "properties", &props, err));
	if (props != NULL)
		o = props;
	KC_TRY(r, est_may_obj(o, file, "privateEndpoint", &point, err));
	KC_TRY(r, est_may_obj(o, file, "privateLinkServiceConnectionState",
	    &state, err));
	*ret_id = *ret_status = NULL;
	if (point != NULL)
		KC_TRY(r, est_may_str(point, file, "id", ret_id, err));
	if (state != NULL)
		KC_TRY(r, est_may_str(state, file, "status", ret_status,
		    err));
out:
	return r;
}

static kc_result
endpoints(struct est_look *k, const json_t *props, const char *file,
    struct kc_err *err)
{
	const char *id = NULL, *status = NULL;
	const json_t *arr = NULL;
	struct kc_buf bad = { 0 };
	json_t *ids = json_array();
	size_t n_bad = 0;
	kc_result r;

	KC_TRY(r, est_may_arr(props, file, "privateEndpointConnections", &arr,
	    err));
	for (size_t i = 0; i < json_array_size(arr); i++) {
		KC_TRY(r, endpoint(json_array_get(arr, i), file, i, &id,
		    &status, err));
		KC_TRY(r, kc_json_add_new(ids, json_string(id != NULL ? id :
		    "without id"), err));
		if (id == NULL || status == NULL ||
		    strcmp(status, "Approved") != 0)
			KC_TRY(r, est_names_add(&bad, &n_bad, err, "%s is %s",
			    id != NULL ? id : "one without id", status != NULL
			    ? status : "of no status"));
	}
	KC_TRY(r, est_names_end(&bad, n_bad, err));
	if (n_bad > 0)
		r = est_say_that(k, "private-endpoints", EST_FAILS, err,
		    "%s, not Approved", kc_buf_str(&bad));
	else if (arr == NULL && k->a->endpoints.given &&
	    k->a->endpoints.n == 0)
		r = est_say_that(k, "private-endpoints", EST_UNKNOWN, err,
		    "none approved, and the file does not say "
		    "(privateEndpointConnections absent or null)");
	else if (arr != NULL && json_array_size(arr) == 0 &&
	    !k->a->endpoints.given)
		r = est_say_that(k, "private-endpoints", EST_HOLDS, err,
		    "no private endpoint");
	else
		r = est_say_set(k, "private-endpoints",
		    "privateEndpointConnections", arr != NULL ? ids : NULL,
		    &k->a->endpoints, err);
out:
	kc_buf_free(&bad);
	json_decref(ids);
	return r;
}

/* The region that the pool is in is no extra copy. */
static kc_result
regions(struct est_look *k, const struct est_paper *p, const json_t *props,
    struct kc_err *err)
{
	const char *file = p->file->name, *home = NULL;
	const json_t *arr = NULL;
	json_t *names = NULL;
	kc_result r;

	KC_TRY(r, est_may_str(p->json, file, "location", &home, err));
	KC_TRY(r, est_may_arr(props, file, "regions", &arr, err));
	if (arr != NULL)
		KC_TRY(r, members(arr, file, "regions", "name", &names, err));
	for (size_t i = json_array_size(names); i-- > 0 && home != NULL;)
		if (strcasecmp(json_string_value(json_array_get(names, i)),
		    home) == 0)
			(void)json_array_remove(names, i);
	if (names != NULL && json_array_size(names) == 0 &&
	    !k->a->regions.given)
		r = est_say_that(k, "regions", EST_HOLDS, err,
		    "no region beside the pool's own: no further copies of "
		    "the keys");
	else
		r = est_say_set(k, "regions", "regions", names,
		    &k->a->regions, err);
out:
	json_decref(names);
	return r;
}

kc_result
est_look_net(struct est_look *k, const struct est_paper *p, struct kc_err *err)
{
	const char *file = p->file->name, *access = NULL, *action = NULL;
	const json_t *props = NULL, *acls = NULL;
	const char *bypass = NULL;
	kc_result r;

	KC_TRY(r, kc_json_obj(p->json, file, "properties", &props, err));
	KC_TRY(r, est_may_str(props, file, "publicNetworkAccess", &access,
	    err));
	KC_TRY(r, good_word(k, "public-network", "publicNetworkAccess",
	    access, "Disabled", k->a->public_network, err));
	KC_TRY(r, est_may_obj(props, file, "networkAcls", &acls, err));
	if (acls != NULL) {
		KC_TRY(r, est_may_str(acls, file, "defaultAction", &action,
		    err));
		KC_TRY(r, est_may_str(acls, file, "bypass", &bypass, err));
		KC_TRY(r, est_known(k, acls, "properties.networkAcls.",
		    "bypass defaultAction ipRules virtualNetworkRules",
		    err));
	}
	KC_TRY(r, good_word(k, "default-action", "networkAcls.defaultAction",
	    action, "Deny", NULL, err));
	KC_TRY(r, good_word(k, "bypass", "networkAcls.bypass", bypass,
	    "None", k->a->bypass, err));
	KC_TRY(r, rules(k, acls, file, "ip-rules", "ipRules", "value",
	    &k->a->ip_rules, err));
	KC_TRY(r, rules(k, acls, file, "network-rules",
	    "virtualNetworkRules", "id", &k->a->subnets, err));
	KC_TRY(r, endpoints(k, props, file, err));
	r = regions(k, p, props, err);
out:
	return r;
}
