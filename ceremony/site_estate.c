/* SPDX-License-Identifier: Apache-2.0
 *
 * The site file's estate: what it approves of the pool, its roles, keys and
 * backups.  Every word is checked here, so that none is compared in vain.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/script.h"

/* struct word: one text and what it may be: NULL any, "guid", or words with
 * '|' between. */
struct word {
	const char *key;
	const char **to;
	const char *may;
};

static bool
is_guid(const char *s)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof shape; i++)
		if (shape[i] == 'x' ? s[i] == '\0' || strchr(
		    "0123456789abcdefABCDEF", s[i]) == NULL :
		    s[i] != shape[i])
			return false;
	return true;
}

static bool
is_one_of(const char *may, const char *text)
{
	size_t n = strlen(text);

	for (const char *at = may; n > 0 && (at = strstr(at, text)) != NULL;
	    at++)
		if ((at == may || at[-1] == '|') &&
		    (at[n] == '|' || at[n] == '\0') &&
		    strchr(text, '|') == NULL)
			return true;
	return false;
}

/* Texts end up in commands for a shell: no control, nothing empty. */
static kc_result
may_be(const struct cer_node *map, const struct word *w, struct kc_err *err)
{
	const struct cer_node *v = cer_node_get(map, w->key);
	const char *text = "";
	kc_result r;

	if (v == NULL)
		return KC_DONE;
	KC_TRY(r, cer_node_str(map, w->key, NULL, &text, err));
	if (text[0] == '\0' || strlen(text) > 400)
		return CER_NODE_FAIL(v, err, "'%s' is empty or too long",
		    w->key);
	if (w->may != NULL && strcmp(w->may, "guid") == 0 && !is_guid(text))
		return CER_NODE_FAIL(v, err, "'%.40s' is no GUID", text);
	if (w->may != NULL && strcmp(w->may, "guid") != 0 &&
	    !is_one_of(w->may, text))
		return CER_NODE_FAIL(v, err, "'%.40s' is none of %s", text,
		    w->may);
	*w->to = text;
out:
	return r;
}

static kc_result
words(const struct cer_node *map, const struct word *w, size_t n,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n && kc_ok(r); i++)
		r = may_be(map, &w[i], err);
	return r;
}

static kc_result
names(const struct cer_node *map, const char *key, struct est_names *ret,
    struct kc_err *err)
{
	ret->given = cer_node_get(map, key) != NULL;
	return cer_node_list(map, key, ret->v, EST_NAMES_MAX, &ret->n, err);
}

static kc_result
number(const struct cer_node *map, const char *key, int64_t min, int64_t max,
    int64_t *ret, struct kc_err *err)
{
	return cer_node_get(map, key) == NULL ? KC_DONE :
	    cer_node_int(map, key, min, max, ret, err);
}

static kc_result
hash(const struct cer_node *map, const char *key, bool *ret_has,
    uint8_t ret[static KC_SHA256], struct kc_err *err)
{
	const char *hex = "";
	kc_result r = cer_node_str(map, key, "", &hex, err);

	*ret_has = cer_node_get(map, key) != NULL;
	if (kc_ok(r) && *ret_has && !kc_unhex(hex, KC_SHA256, ret))
		r = CER_NODE_FAIL(cer_node_get(map, key), err,
		    "'%s' must be 64 hex digits", key);
	return r;
}

static kc_result
moment(const struct cer_node *map, const char *key, bool *ret_has,
    int64_t *ret_ms, struct kc_err *err)
{
	const char *text = "";
	kc_result r = cer_node_str(map, key, "", &text, err);

	*ret_has = cer_node_get(map, key) != NULL;
	if (kc_ok(r) && *ret_has && !kc_ok(kc_clock_parse(text, ret_ms,
	    NULL)))
		r = CER_NODE_FAIL(cer_node_get(map, key), err, "'%.40s' is "
		    "no time like 2026-11-23T18:40:01Z", text);
	return r;
}

static kc_result
custom_role(struct est_approved *a, const struct cer_node *node,
    struct kc_err *err)
{
	struct est_plan_custom *c = &a->custom[a->n_custom];
	kc_result r;

	if (a->n_custom == EST_PLAN_CUSTOM_MAX)
		return CER_NODE_FAIL(node, err, "more than %d custom roles",
		    EST_PLAN_CUSTOM_MAX);
	KC_TRY(r, cer_node_only(node, "name data-actions", err));
	KC_TRY(r, cer_node_str(node, "name", NULL, &c->name, err));
	KC_TRY(r, names(node, "data-actions", &c->actions, err));
	if (est_plan_role_known(a, c->name))
		return CER_NODE_FAIL(node, err, "there is a role '%.60s' "
		    "already", c->name);
	if (c->actions.n == 0)
		return CER_NODE_FAIL(node, err, "'data-actions' is missing "
		    "or empty");
	for (size_t i = 0; i < c->actions.n; i++)
		if (!est_action_known(c->actions.v[i]))
			return CER_NODE_FAIL(cer_node_get(node,
			    "data-actions"), err, "'%.80s' is no data action "
			    "that this program knows", c->actions.v[i]);
	a->n_custom++;
out:
	return r;
}

static kc_result
role(struct est_approved *a, const struct cer_node *node, struct kc_err *err)
{
	struct est_plan_role *p = &a->role[a->n_roles];
	const struct word w[] = {
		{ "principal", &p->principal, "guid" },
		{ "type", &p->type, "User|Group|ServicePrincipal" },
	};
	kc_result r;

	if (a->n_roles == EST_PLAN_ROLES_MAX)
		return CER_NODE_FAIL(node, err, "more than %d assignments",
		    EST_PLAN_ROLES_MAX);
	KC_TRY(r, cer_node_only(node, "principal type role scope", err));
	KC_TRY(r, cer_node_str(node, "principal", NULL, &p->principal, err));
	KC_TRY(r, words(node, w, sizeof w / sizeof *w, err));
	KC_TRY(r, cer_node_str(node, "role", NULL, &p->role, err));
	KC_TRY(r, cer_node_str(node, "scope", NULL, &p->scope, err));
	if (!est_plan_role_known(a, p->role))
		return CER_NODE_FAIL(cer_node_get(node, "role"), err,
		    "'%.60s' is neither a built-in role nor one of "
		    "'custom-roles'", p->role);
	if (strcmp(p->scope, "/") != 0 && strcmp(p->scope, "/keys") != 0 &&
	    (strncmp(p->scope, "/keys/", 6) != 0 || p->scope[6] == '\0'))
		return CER_NODE_FAIL(cer_node_get(node, "scope"), err,
		    "'%.60s' is none of /, /keys, /keys/NAME", p->scope);
	a->n_roles++;
out:
	return r;
}

static kc_result
key(struct est_approved *a, const struct cer_node *node, struct kc_err *err)
{
	struct est_plan_key *k = &a->key[a->n_keys];
	const char *rotation = "none";
	const struct word w[] = {
		{ "version", &k->version, NULL },
		{ "type", &k->type, "RSA-HSM|EC-HSM|oct-HSM" },
		{ "curve", &k->curve, "P-256|P-256K|P-384|P-521" },
		{ "rotation", &rotation, "none|attested" },
	};
	uint8_t version[16];
	kc_result r;

	if (a->n_keys == EST_PLAN_KEYS_MAX)
		return CER_NODE_FAIL(node, err, "more than %d keys",
		    EST_PLAN_KEYS_MAX);
	KC_TRY(r, cer_node_only(node, "name version type curve bits ops "
	    "policy until rotation", err));
	KC_TRY(r, cer_node_str(node, "name", NULL, &k->name, err));
	KC_TRY(r, words(node, w, sizeof w / sizeof *w, err));
	if (strspn(k->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
	    "UVWXYZ0123456789-") != strlen(k->name) || k->name[0] == '\0')
		return CER_NODE_FAIL(cer_node_get(node, "name"), err,
		    "'%.40s' is no name of a key", k->name);
	if (k->version != NULL && !kc_unhex(k->version, 16, version))
		return CER_NODE_FAIL(cer_node_get(node, "version"), err,
		    "'version' must be 32 hex digits");
	KC_TRY(r, number(node, "bits", 2048, 4096, &k->bits, err));
	KC_TRY(r, names(node, "ops", &k->ops, err));
	KC_TRY(r, hash(node, "policy", &k->has_policy, k->policy, err));
	KC_TRY(r, moment(node, "until", &k->has_limit, &k->limit_ms, err));
	k->reattested = strcmp(rotation, "attested") == 0;
	a->n_keys++;
out:
	return r;
}

static kc_result
each(struct est_approved *a, const struct cer_node *map, const char *name,
    kc_result (*fn)(struct est_approved *, const struct cer_node *,
    struct kc_err *), struct kc_err *err)
{
	const struct cer_node *list = cer_node_get(map, name);
	kc_result r = KC_DONE;

	if (list != NULL && list->kind != CER_SEQ)
		return CER_NODE_FAIL(list, err, "'%s' is not a list", name);
	for (size_t i = 0; list != NULL && i < list->n && kc_ok(r); i++)
		r = fn(a, list->child[i], err);
	return r;
}

static kc_result
backup_and_window(struct est_approved *a, const struct cer_node *map,
    struct kc_err *err)
{
	const struct cer_node *b = cer_node_get(map, "backup");
	const struct cer_node *w = cer_node_get(map, "window");
	bool from = false, to = false;
	kc_result r = KC_DONE;

	if (b != NULL) {
		KC_TRY(r, cer_node_only(b, "accounts days domain", err));
		KC_TRY(r, names(b, "accounts", &a->accounts, err));
		KC_TRY(r, number(b, "days", 1, 3650, &a->backup_days, err));
		KC_TRY(r, hash(b, "domain", &a->has_domain, a->domain, err));
	}
	if (w == NULL)
		goto out;
	KC_TRY(r, cer_node_only(w, "from to", err));
	KC_TRY(r, moment(w, "from", &from, &a->from_ms, err));
	KC_TRY(r, moment(w, "to", &to, &a->to_ms, err));
	if (!from || !to || a->from_ms > a->to_ms)
		return CER_NODE_FAIL(w, err, "a window has 'from' and a later "
		    "'to'");
	a->has_window = true;
out:
	return r;
}

static kc_result
read_estate(struct est_approved *a, const struct cer_node *map,
    struct kc_err *err)
{
	const struct word w[] = {
		{ "tenant", &a->tenant, "guid" },
		{ "subscription", &a->subscription, "guid" },
		{ "resource-group", &a->group, NULL },
		{ "location", &a->location, NULL },
		{ "sku", &a->sku, NULL },
		{ "public-network", &a->public_network, "Disabled|Enabled" },
		{ "bypass", &a->bypass, "None|AzureServices" },
	};
	kc_result r;

	KC_TRY(r, cer_node_only(map, "tenant subscription resource-group "
	    "location sku public-network bypass retention-days "
	    "initial-admins regions ip-rules network-rules "
	    "private-endpoints custom-roles roles keys backup window "
	    "owner-root", err));
	KC_TRY(r, words(map, w, sizeof w / sizeof *w, err));
	KC_TRY(r, number(map, "retention-days", 7, 90, &a->retention_days,
	    err));
	KC_TRY(r, names(map, "initial-admins", &a->admins, err));
	KC_TRY(r, names(map, "regions", &a->regions, err));
	KC_TRY(r, names(map, "ip-rules", &a->ip_rules, err));
	KC_TRY(r, names(map, "network-rules", &a->subnets, err));
	KC_TRY(r, names(map, "private-endpoints", &a->endpoints, err));
	KC_TRY(r, each(a, map, "custom-roles", custom_role, err));
	a->has_roles = cer_node_get(map, "roles") != NULL;
	KC_TRY(r, each(a, map, "roles", role, err));
	KC_TRY(r, each(a, map, "keys", key, err));
	KC_TRY(r, hash(map, "owner-root", &a->has_owner_root, a->owner_root,
	    err));
	r = backup_and_window(a, map, err);
out:
	return r;
}

kc_result
cer_site_estate(const struct cer_site *s, struct est_approved **ret,
    struct kc_err *err)
{
	const struct cer_node *map = cer_node_get(s->root, "estate");
	struct est_approved *a = calloc(1, sizeof *a);
	kc_result r = KC_DONE;

	if (a == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for an estate");
	a->site = true;
	a->pool = s->pool;
	if (map != NULL)
		r = read_estate(a, map, err);
	if (kc_ok(r)) {
		*ret = a;
		a = NULL;
	}
	free(a);
	return r;
}
