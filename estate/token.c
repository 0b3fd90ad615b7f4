/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of Microsoft Azure Attestation: read, verified, laid out flat.
 */
#include <stdio.h>
#include <string.h>

#include "estate/eval.h"

/* struct spread: an object or list whose members are still to be laid out. */
struct spread {
	const json_t *v;
	char path[EST_LEAF_PATH];
	bool in_list;
};
#define SPREADS_MAX 128

static kc_result
too_much(const char *name, struct kc_err *err)
{
	return KC_FAIL(err, KC_ELIMIT, 0, "%s: more than %d claims, or names "
	    "too long", name, EST_LEAVES_MAX);
}

/* A value: kept, or put aside to be laid out. */
static bool
lay(struct est_token *t, struct spread *todo, size_t *n,
    const struct spread *of, const char *name, size_t item, const json_t *v)
{
	char path[EST_LEAF_PATH];
	const bool list = name == NULL;
	int len = list ? snprintf(path, sizeof path, "%s[%zu]", of->path,
	    item) : snprintf(path, sizeof path, "%s%s%s", of->path,
	    of->path[0] != '\0' ? "." : "", name);

	if (len < 0 || (size_t)len >= sizeof path)
		return false;
	if (json_is_object(v) || json_is_array(v)) {
		if (*n == SPREADS_MAX)
			return false;
		todo[*n] = (struct spread){ .v = v, .in_list = of->in_list ||
			list };
		memcpy(todo[(*n)++].path, path, sizeof path);
		return true;
	}
	if (t->n == EST_LEAVES_MAX)
		return false;
	t->leaf[t->n].value = v;
	t->leaf[t->n].in_list = of->in_list || list;
	memcpy(t->leaf[t->n++].path, path, sizeof path);
	return true;
}

static bool
flatten(struct est_token *t, struct spread *todo)
{
	size_t n = 0;

	todo[n++] = (struct spread){ .v = t->claims };
	while (n > 0) {
		const struct spread s = todo[--n];
		const char *key;
		json_t *v;
		size_t i;

		if (json_is_array(s.v)) {
			json_array_foreach(s.v, i, v)
				if (!lay(t, todo, &n, &s, NULL, i, v))
					return false;
			continue;
		}
		/* jansson's iterator takes no const. */
		for (void *it = json_object_iter((json_t *)(uintptr_t)s.v);
		    it != NULL; it = json_object_iter_next(
		    (json_t *)(uintptr_t)s.v, it)) {
			key = json_object_iter_key(it);
			v = json_object_iter_value(it);
			if (!lay(t, todo, &n, &s, key, 0, v))
				return false;
		}
	}
	return true;
}

static kc_result
verify(struct est_token *t, const char *name, const struct est_jwks *keys,
    struct kc_err *err)
{
	EVP_PKEY *key;
	kc_result r;

	if (t->jws.kid == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: its header names no "
		    "key (kid)", name);
	key = est_jwks_find(keys, t->jws.kid);
	if (key == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: the keys have none "
		    "with the kid '%.60s'; what the token says of its own "
		    "keys (jku, x5c) is not taken", name, t->jws.kid);
	r = est_jws_verify(&t->jws, key, err);
	t->verified = kc_ok(r);
	return kc_ok(r) ? r : kc_prefix(err, "%s", name);
}

kc_result
est_token_read(const char *name, const void *p, size_t len,
    const struct est_jwks *keys, struct est_token *ret, struct kc_err *err)
{
	struct spread *todo = calloc(SPREADS_MAX, sizeof *todo);
	const json_t *iss;
	bool slash;
	kc_result r;

	if (todo == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a token");
	ret->is_signed = est_jws_is(p, len);
	if (ret->is_signed) {
		KC_TRY(r, est_jws_read(name, p, len, &ret->jws, err));
		ret->claims = ret->jws.payload;
		if (keys != NULL)
			KC_TRY(r, verify(ret, name, keys, err));
	} else {
		KC_TRY(r, kc_json_read(name, p, len, EST_JWS_MAX, &ret->bare,
		    err));
		ret->claims = ret->bare;
	}
	if (!json_is_object(ret->claims)) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s is neither a token nor its "
		    "claims", name);
		goto out;
	}
	iss = json_object_get(ret->claims, "iss");
	ret->iss = json_is_string(iss) ? json_string_value(iss) : NULL;
	if (ret->iss == NULL || !est_authority_norm(ret->iss, ret->norm,
	    &slash))
		ret->norm[0] = '\0';
	r = flatten(ret, todo) ? KC_DONE : too_much(name, err);
out:
	free(todo);
	if (!kc_ok(r))
		est_token_free(ret);
	return r;
}

void
est_token_free(struct est_token *t)
{
	if (t == NULL)
		return;
	est_jws_free(&t->jws);
	json_decref(t->bare);
	memset(t, 0, sizeof *t);
}

const json_t *
est_claim_of(const json_t *claims, const char *name)
{
	char part[EST_LEAF_PATH];

	while (claims != NULL) {
		const json_t *v = json_object_get(claims, name);
		size_t n = strcspn(name, ".");

		if (v != NULL || name[n] == '\0' || n >= sizeof part)
			return v;
		memcpy(part, name, n);
		part[n] = '\0';
		claims = json_object_get(claims, part);
		name += n + 1;
	}
	return NULL;
}
