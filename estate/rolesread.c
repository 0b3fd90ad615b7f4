/* SPDX-License-Identifier: Apache-2.0
 *
 * Role assignments and role definitions: as az flattens them, or as the
 * service nests them under properties.
 */
#include <string.h>
#include <strings.h>

#include "estate/role.h"

/* Where an item of a list stands, for messages. */
#define PLACE 128

/* A list, the service's {"value": list}, or one object. */
static kc_result
items(const struct est_paper *p, const json_t **ret, bool *ret_one,
    struct kc_err *err)
{
	const json_t *v = p->json;
	kc_result r = KC_DONE;

	*ret_one = false;
	if (json_is_object(v) && json_object_get(v, "value") != NULL)
		r = kc_json_arr(v, p->file->name, "value", 0, EST_ROLES_MAX,
		    &v, err);
	else if (json_is_object(v))
		*ret_one = true;
	else if (!json_is_array(v))
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s is no list",
		    p->file->name);
	else if (json_array_size(v) > EST_ROLES_MAX)
		r = KC_FAIL(err, KC_ELIMIT, 0, "%s has %zu items, at most %d "
		    "are read", p->file->name, json_array_size(v),
		    EST_ROLES_MAX);
	if (kc_ok(r))
		*ret = v;
	return r;
}

/* The last part of a path: the GUID, of any case. */
static kc_result
guid(const char *path, const char *where, char ret[static EST_GUID + 1],
    struct kc_err *err)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const char *at = strrchr(path, '/');

	at = at != NULL ? at + 1 : path;
	for (size_t i = 0; i < sizeof shape; i++)
		if (shape[i] == 'x' ? at[i] == '\0' || strchr(
		    "0123456789abcdefABCDEF", at[i]) == NULL :
		    at[i] != shape[i])
			return KC_FAIL(err, KC_EFORMAT, 0, "%s: '%.80s' does "
			    "not end in a role's GUID", where, path);
	memcpy(ret, at, EST_GUID + 1);
	return KC_DONE;
}

static kc_result
add_actions(const json_t *perm, const char *where, const char *key,
    est_actions *set, bool *foreign, struct kc_err *err)
{
	const json_t *list = NULL;
	kc_result r = est_may_arr(perm, where, key, &list, err);

	if (kc_ok(r))
		r = est_all_text(list, where, key, err);
	for (size_t i = 0; kc_ok(r) && i < json_array_size(list); i++)
		if (!est_actions_add(set, json_string_value(
		    json_array_get(list, i))))
			*foreign = true;
	return r;
}

/* One permission: what it gives but for what it excepts. */
static kc_result
permission(const json_t *perm, const char *where, struct est_role *d,
    struct kc_err *err)
{
	est_actions data = 0, not_data = 0, arm = 0, not_arm = 0, other = 0;
	bool none = false;
	kc_result r;

	if (!json_is_object(perm))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: a permission is not an object", where);
	KC_TRY(r, add_actions(perm, where, "dataActions", &data, &d->foreign,
	    err));
	KC_TRY(r, add_actions(perm, where, "notDataActions", &not_data,
	    &none, err));
	KC_TRY(r, add_actions(perm, where, "actions", &arm, &none, err));
	KC_TRY(r, add_actions(perm, where, "notActions", &not_arm, &none,
	    err));
	/* Of the control plane's actions one is of interest; as a data
	 * action there is none of that name. */
	(void)est_actions_add(&other,
	    "Microsoft.KeyVault/managedHsm/keys/createIfNotExists");
	d->can |= (data & ~not_data & ~other) | (arm & ~not_arm & other);
out:
	return r;
}

static kc_result
definition(struct est_look *k, const json_t *o, const char *where,
    struct est_role *d, struct kc_err *err)
{
	const char *id = NULL, *type = NULL;
	const json_t *props = NULL, *perms = NULL;
	const struct est_role *table;
	kc_result r;

	KC_TRY(r, kc_json_str(o, where, "id", &id, err));
	KC_TRY(r, guid(id, where, d->id, err));
	KC_TRY(r, est_may_obj(o, where, "properties", &props, err));
	KC_TRY(r, props != NULL ?
	    est_may_str(props, where, "type", &type, err) :
	    est_may_str(o, where, "roleType", &type, err));
	o = props != NULL ? props : o;
	KC_TRY(r, est_may_str(o, where, "roleName", &d->name, err));
	KC_TRY(r, kc_json_arr(o, where, "permissions", 0, 64, &perms, err));
	for (size_t i = 0; i < json_array_size(perms); i++)
		KC_TRY(r, permission(json_array_get(perms, i), where, d,
		    err));
	d->known = true;
	d->built_in = type != NULL && strcmp(type, "AKVBuiltInRole") == 0;
	table = est_role_built_in(d->id, NULL);
	if (table != NULL && table->can != d->can)
		KC_TRY(r, est_remark(k, err, "%s allows other data actions "
		    "than the table of this program has: the definitions "
		    "beside it are taken", table->name));
	if (d->foreign)
		r = est_remark(k, err, "%s has data actions that this program "
		    "does not know", d->name != NULL ? d->name : d->id);
out:
	return r;
}

static kc_result
definitions(struct est_look *k, const struct est_paper *p, struct est_roles *s,
    struct kc_err *err)
{
	const json_t *list = NULL;
	char where[PLACE];
	bool one = false;
	kc_result r = items(p, &list, &one, err);

	if (!kc_ok(r))
		return r;
	for (size_t i = 0; kc_ok(r) && i < (one ? 1 : json_array_size(list));
	    i++) {
		(void)snprintf(where, sizeof where, "%.64s, definition %zu",
		    p->file->name, i + 1);
		r = definition(k, one ? list : json_array_get(list, i), where,
		    &s->def[s->n_defs++], err);
	}
	return r;
}

/* What the role of this id allows: the file beside knows best. */
static struct est_role
role_of(const struct est_roles *s, const char *id, const char *name)
{
	struct est_role unknown = { .name = name };

	for (size_t i = 0; i < s->n_defs; i++)
		if (strcasecmp(s->def[i].id, id) == 0) {
			unknown = s->def[i];
			if (unknown.name == NULL)
				unknown.name = name;
			return unknown;
		}
	if (est_role_built_in(id, NULL) != NULL)
		return *est_role_built_in(id, NULL);
	memcpy(unknown.id, id, sizeof unknown.id);
	return unknown;
}

static kc_result
assignment(struct est_look *k, const json_t *o, const char *where,
    const struct est_roles *s, struct est_assignment *a, struct kc_err *err)
{
	const char *id = NULL, *name = NULL, *who = NULL;
	char role[EST_GUID + 1] = "";
	const json_t *props = NULL;
	kc_result r;

	KC_TRY(r, est_known(k, o, "", "id name principalId principalName "
	    "principalType roleDefinitionId roleName scope type properties",
	    err));
	KC_TRY(r, est_may_obj(o, where, "properties", &props, err));
	KC_TRY(r, est_known(k, props, "properties.", "principalId "
	    "roleDefinitionId scope", err));
	KC_TRY(r, est_may_str(o, where, "roleName", &name, err));
	a->dangling = props == NULL && name == NULL;
	o = props != NULL ? props : o;
	KC_TRY(r, kc_json_str(o, where, "principalId", &a->principal, err));
	KC_TRY(r, kc_json_str(o, where, "scope", &a->scope, err));
	KC_TRY(r, kc_json_str(o, where, "roleDefinitionId", &id, err));
	KC_TRY(r, guid(id, where, role, err));
	KC_TRY(r, est_may_str(o, where, "principalType", &a->type, err));
	KC_TRY(r, est_may_str(o, where, "principalName", &who, err));
	if (a->type != NULL && strcmp(a->type, "Unknown") == 0)
		a->type = NULL;
	a->role = role_of(s, role, name);
	a->dangling = a->dangling && !a->role.known;
	if (a->scope[0] != '/' && a->scope[0] != '\0')
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s: the scope '%.60s' does "
		    "not begin with /", where, a->scope);
out:
	return r;
}

kc_result
est_roles_read(struct est_look *k, const struct est_paper *p,
    struct est_roles *ret, struct kc_err *err)
{
	const struct est_paper *defs = est_first(k, EST_KIND_DEFINITIONS);
	const json_t *list = NULL;
	char where[PLACE];
	bool one = false;
	kc_result r;

	if (defs != NULL)
		KC_TRY(r, definitions(k, defs, ret, err));
	KC_TRY(r, items(p, &list, &one, err));
	ret->whole = !one;
	ret->n = one ? 1 : json_array_size(list);
	for (size_t i = 0; i < ret->n; i++) {
		(void)snprintf(where, sizeof where, "%.64s, assignment %zu",
		    p->file->name, i + 1);
		KC_TRY(r, assignment(k, one ? list : json_array_get(list, i),
		    where, ret, &ret->a[i], err));
	}
out:
	return r;
}
