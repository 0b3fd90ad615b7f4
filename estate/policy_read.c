/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a release policy: its grammar, each refusal with its place.
 */
#include "estate/policy.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/place.h"
#include "estate/key.h"

static const char *const op_name[EST_OPS] = { "equals", "notEquals", "less",
	"lessOrEquals", "greater", "greaterOrEquals", "exists" };

const char *
est_op_name(enum est_op op)
{
	return op_name[op];
}

void
est_policy_place(const struct est_policy *p, const char *path,
    size_t *ret_line, size_t *ret_col)
{
	*ret_line = *ret_col = 1;
	(void)kc_json_place(kc_buf_str(&p->text), p->text.len, path, ret_line,
	    ret_col);
}

#define POLICY_FAIL(p, path, err, ...) \
	policy_fail((p), (path), (err), __LINE__, __VA_ARGS__)
static kc_result KC_PRINTF(5, 6)
policy_fail(const struct est_policy *p, const char *path, struct kc_err *err,
    int at, const char *fmt, ...)
{
	char text[400];
	size_t line, col;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	est_policy_place(p, path, &line, &col);
	return kc_fail(err, KC_EFORMAT, 0, __FILE__, at, "%s:%s%zu:%zu: %s%s%s"
	    "%s", p->name, p->in_key ? " the policy in it, " : "", line, col,
	    text, path[0] != '\0' ? " (" : "", path, path[0] != '\0' ? ")" :
	    "");
}

bool
est_authority_norm(const char *url, char ret[static 256], bool *ret_slash)
{
	size_t n = strlen(url), host;

	if (n < 9 || n > 255)
		return false;
	for (size_t i = 0; i <= n; i++)
		ret[i] = (char)tolower((unsigned char)url[i]);
	*ret_slash = ret[n - 1] == '/';
	if (*ret_slash)
		ret[n - 1] = '\0';
	host = strspn(ret + 8, "abcdefghijklmnopqrstuvwxyz0123456789-.");
	return strncmp(ret, "https://", 8) == 0 && host > 0 &&
	    ret[8 + host] == '\0';
}

/* A condition's members: exactly a claim and one operator. */
static kc_result
read_claim(struct est_policy *p, struct est_cond *c, const json_t *o,
    struct kc_err *err)
{
	const json_t *claim = json_object_get(o, "claim");
	size_t i = 0;

	if (!json_is_string(claim) || json_string_length(claim) == 0)
		return POLICY_FAIL(p, c->path, err, "\"claim\" is no name");
	c->claim = json_string_value(claim);
	if (json_object_size(o) == 3 &&
	    json_is_string(json_object_get(o, "condition"))) {
		if (strcmp(json_string_value(json_object_get(o, "condition")),
		    "equals") != 0 || p->version[0] == '1')
			return POLICY_FAIL(p, c->path, err, "\"condition\" is "
			    "of policies of version 0.2, and \"equals\" there");
		p->legacy = true;
		c->value = json_object_get(o, "value");
	} else if (json_object_size(o) != 2) {
		return POLICY_FAIL(p, c->path, err, "a condition is a "
		    "\"claim\" and one operator, and nothing else");
	} else {
		while (i < EST_OPS && json_object_get(o, op_name[i]) == NULL)
			i++;
		if (i == EST_OPS)
			return POLICY_FAIL(p, c->path, err, "there is no such "
			    "operator: equals, notEquals, less, lessOrEquals, "
			    "greater, greaterOrEquals, exists");
		c->op = (enum est_op)i;
		c->value = json_object_get(o, op_name[i]);
	}
	if (json_is_string(c->value) || json_is_integer(c->value) ||
	    json_is_boolean(c->value))
		return KC_DONE;
	return POLICY_FAIL(p, c->path, err, "a value is a string, an integer "
	    "or a boolean%s", json_is_real(c->value) ? ", not a fraction" :
	    json_is_null(c->value) ? ", not null" : "");
}

/* Children of a group, to be read in their turn. */
static kc_result
add_children(struct est_policy *p, size_t at, const json_t *list,
    const char *key, struct kc_err *err)
{
	struct est_cond *c = &p->cond[at];
	const char *dot = c->path[0] != '\0' ? "." : "";
	char path[EST_POLICY_PATH + 8];
	int len;

	(void)snprintf(path, sizeof path, "%s%s%s", c->path, dot, key);
	if (!json_is_array(list) || json_array_size(list) == 0)
		return POLICY_FAIL(p, path, err, "\"%s\" is no list, or an "
		    "empty one", key);
	c->first = p->n;
	c->n = json_array_size(list);
	if (c->depth == EST_POLICY_DEPTH || c->n > EST_CONDS_MAX - p->n)
		return KC_FAIL(err, KC_ELIMIT, 0, "%s: more than %d conditions "
		    "or %d groups in each other", p->name, EST_CONDS_MAX,
		    EST_POLICY_DEPTH);
	for (size_t i = 0; i < c->n; i++) {
		struct est_cond *child = &p->cond[p->n++];

		child->depth = c->depth + 1;
		child->authority = c->authority;
		child->value = json_array_get(list, i);
		len = snprintf(child->path, sizeof child->path, "%s[%zu]",
		    path, i);
		if (len < 0 || (size_t)len >= sizeof child->path)
			return KC_FAIL(err, KC_ELIMIT, 0, "%s: groups in each "
			    "other too deep", p->name);
	}
	return KC_DONE;
}

/* What its parent left in value: a condition or a group. */
static kc_result
read_cond(struct est_policy *p, size_t at, struct kc_err *err)
{
	struct est_cond *c = &p->cond[at];
	const json_t *o = c->value;
	const json_t *all, *any;

	if (!json_is_object(o))
		return POLICY_FAIL(p, c->path, err, "a condition is an object");
	all = json_object_get(o, "allOf");
	any = json_object_get(o, "anyOf");
	if (all == NULL && any == NULL) {
		if (json_object_get(o, "claim") == NULL)
			return POLICY_FAIL(p, c->path, err, "neither a "
			    "\"claim\" nor \"allOf\" or \"anyOf\"");
		c->kind = EST_CLAIM;
		return read_claim(p, c, o, err);
	}
	if (json_object_size(o) != 1)
		return POLICY_FAIL(p, c->path, err, "a group is \"allOf\" or "
		    "\"anyOf\" alone");
	c->kind = all != NULL ? EST_ALL_OF : EST_ANY_OF;
	c->value = NULL;
	return add_children(p, at, all != NULL ? all : any, all != NULL ?
	    "allOf" : "anyOf", err);
}

static kc_result
read_authority(struct est_policy *p, const json_t *o, size_t i,
    struct kc_err *err)
{
	struct est_authority *a = &p->authority[i];
	struct est_cond *root;
	const json_t *all = json_object_get(o, "allOf");
	const json_t *any = json_object_get(o, "anyOf");
	const json_t *url = json_object_get(o, "authority");

	(void)snprintf(a->path, sizeof a->path, "anyOf[%zu]", i);
	if (!json_is_object(o))
		return POLICY_FAIL(p, a->path, err, "an authority is an "
		    "object");
	if (!json_is_string(url) || json_string_length(url) == 0)
		return POLICY_FAIL(p, a->path, err, "\"authority\" is no URL");
	if (all != NULL && any != NULL)
		return POLICY_FAIL(p, a->path, err, "both \"allOf\" and "
		    "\"anyOf\": an authority has one of them; put one into "
		    "the other");
	if (json_object_size(o) != 2 || (all == NULL && any == NULL))
		return POLICY_FAIL(p, a->path, err, "an authority is "
		    "\"authority\" and \"allOf\" or \"anyOf\", and nothing "
		    "else");
	a->url = json_string_value(url);
	if (!est_authority_norm(a->url, a->norm, &a->slash))
		(void)snprintf(a->norm, sizeof a->norm, "%s", a->url);
	a->root = p->n;
	root = &p->cond[p->n++];
	root->kind = all != NULL ? EST_ALL_OF : EST_ANY_OF;
	root->authority = i;
	(void)snprintf(root->path, sizeof root->path, "%s", a->path);
	return KC_DONE;
}

static kc_result
read_tree(struct est_policy *p, struct kc_err *err)
{
	const json_t *list = json_object_get(p->json, "anyOf");
	const json_t *version = json_object_get(p->json, "version");
	kc_result r = KC_DONE;

	if (!json_is_object(p->json) || json_object_size(p->json) != 2 ||
	    list == NULL || version == NULL)
		return POLICY_FAIL(p, "", err, "a policy is an object of "
		    "\"version\" and \"anyOf\", and nothing else%s",
		    json_object_get(p->json, "anyof") != NULL ?
		    " (\"anyOf\" has a capital O)" : "");
	p->version = json_is_string(version) ? json_string_value(version) :
	    "";
	if (strcmp(p->version, "1.0.0") != 0 && strcmp(p->version, "0.2") != 0)
		return POLICY_FAIL(p, "version", err, "\"version\" is not "
		    "\"1.0.0\"");
	if (!json_is_array(list) || json_array_size(list) == 0)
		return POLICY_FAIL(p, "anyOf", err, "there are no authorities");
	if (json_array_size(list) > EST_AUTHORITIES_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0, "%s: more than %d "
		    "authorities", p->name, EST_AUTHORITIES_MAX);
	p->n_authorities = json_array_size(list);
	for (size_t i = 0; i < p->n_authorities; i++)
		KC_TRY(r, read_authority(p, json_array_get(list, i), i, err));
	for (size_t i = 0; i < p->n_authorities; i++) {
		const json_t *o = json_array_get(list, i);
		const char *key = json_object_get(o, "allOf") != NULL ?
		    "allOf" : "anyOf";

		KC_TRY(r, add_children(p, p->authority[i].root,
		    json_object_get(o, key), key, err));
	}
	for (size_t i = p->n_authorities; i < p->n; i++)
		KC_TRY(r, read_cond(p, i, err));
out:
	return r;
}

/* A policy as it is, or the one in a key's JSON. */
static kc_result
find_text(struct est_policy *p, const void *bytes, size_t len,
    struct kc_err *err)
{
	const json_t *attributes = NULL, *key = NULL;
	json_t *top = NULL;
	bool there = false;
	kc_result r;

	p->immutable = p->exportable = -1;
	KC_TRY(r, kc_json_read(p->name, bytes, len, EST_POLICY_FILE_MAX, &top,
	    err));
	p->in_key = json_object_get(top, "key") != NULL ||
	    json_object_get(top, "data") != NULL ||
	    json_object_get(top, "encodedPolicy") != NULL;
	if (!p->in_key) {
		r = kc_buf_add(&p->text, bytes, len, err);
		goto out;
	}
	p->key = top;
	KC_TRY(r, est_key_policy(top, p->name, &p->text, &there,
	    &p->immutable, err));
	if (!there) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s: the key has no release "
		    "policy", p->name);
		goto out;
	}
	KC_TRY(r, est_may_obj(top, p->name, "attributes", &attributes, err));
	if (attributes != NULL)
		KC_TRY(r, est_may_bool(attributes, p->name, "exportable",
		    &p->exportable, err));
	KC_TRY(r, est_may_obj(top, p->name, "key", &key, err));
	if (key != NULL)
		r = est_may_str(key, p->name, "kid", &p->kid, err);
out:
	if (top != p->key)
		json_decref(top);
	return r;
}

kc_result
est_policy_read(const char *name, const void *bytes, size_t len,
    struct est_policy *ret, struct kc_err *err)
{
	char what[200];
	kc_result r;

	ret->name = name;
	KC_TRY(r, find_text(ret, bytes, len, err));
	(void)snprintf(what, sizeof what, "%.150s%s", name, ret->in_key ?
	    ": the policy in it" : "");
	KC_TRY(r, kc_json_read(what, ret->text.p, ret->text.len,
	    EST_POLICY_MAX, &ret->json, err));
	r = read_tree(ret, err);
out:
	if (!kc_ok(r))
		est_policy_free(ret);
	return r;
}

void
est_policy_free(struct est_policy *p)
{
	if (p == NULL)
		return;
	kc_buf_free(&p->text);
	json_decref(p->json);
	json_decref(p->key);
	memset(p, 0, sizeof *p);
}

kc_result
est_policy_canon(const struct est_policy *p, struct kc_buf *ret,
    uint8_t sha[KC_SHA256], struct kc_err *err)
{
	size_t from = ret->len;
	kc_result r = kc_json_canon(p->json, ret, err);

	if (kc_ok(r) && sha != NULL)
		r = kc_sha256_one(ret->p + from, ret->len - from, sha, err);
	return r;
}
