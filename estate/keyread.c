/* SPDX-License-Identifier: Apache-2.0
 *
 * A key's JSON read: `az keyvault key show`, or the service's own answer.
 */
#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "estate/key.h"

#define NUMBER_MAX 4096	/* characters of a modulus */
#define POLICY_MAX ((size_t)64 << 10)

/* az's spelling or the service's; one of them. */
static kc_result
either(const json_t *o, const char *where, const char *az, const char *rest,
    const char **ret, struct kc_err *err)
{
	if (json_object_get(o, az) != NULL && json_object_get(o, rest) != NULL)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s has both \"%s\" and \"%s\"", where, az, rest);
	*ret = json_object_get(o, rest) != NULL ? rest : az;
	return KC_DONE;
}

static bool
is_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdefABCDEF") >= n;
}

/* keys/NAME/VERSION behind the host. */
static void
split_kid(struct est_key_facts *f)
{
	const char *at = f->host.path;
	size_t n;

	if (strncmp(at, "keys/", 5) != 0)
		return;
	at += 5;
	n = strcspn(at, "/");
	if (n == 0 || n >= sizeof f->name || at[n] != '/' ||
	    strlen(at + n + 1) != 32 || !is_hex(at + n + 1, 32) ||
	    strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-") != n)
		return;
	(void)snprintf(f->name, sizeof f->name, "%.*s", (int)n, at);
	(void)snprintf(f->version, sizeof f->version, "%s", at + n + 1);
}

bool
est_kid_read(const char *kid, struct est_key_facts *ret)
{
	struct est_key_facts f = { .kid = kid };

	if (!est_host_read(kid, &f.host))
		return false;
	split_kid(&f);
	*ret = f;
	return f.name[0] != '\0';
}

kc_result
est_key_facts(const struct est_paper *p, struct est_key_facts *ret,
    struct kc_err *err)
{
	const char *name = p->file->name;
	struct est_key_facts f = { 0 };
	const json_t *key = NULL, *attributes = NULL;
	kc_result r;

	KC_TRY(r, kc_json_obj(p->json, name, "key", &key, err));
	KC_TRY(r, est_may_str(key, name, "kid", &f.kid, err));
	KC_TRY(r, est_may_obj(p->json, name, "attributes", &attributes, err));
	if (attributes != NULL)
		KC_TRY(r, est_may_str(attributes, name, "recoveryLevel",
		    &f.recovery, err));
	if (f.kid != NULL && est_host_read(f.kid, &f.host))
		split_kid(&f);
	else
		f.host.name[0] = '\0';
	*ret = f;
out:
	return r;
}

/* base64url as the service writes it, or base64 as az does. */
kc_result
est_key_number(const char *text, const char *where, const char *key,
    struct kc_buf *ret, struct kc_err *err)
{
	size_t n = strlen(text);
	kc_result r;

	if (n > NUMBER_MAX && strcmp(key, "data") != 0)
		return KC_FAIL(err, KC_ELIMIT, 0, "%s: \"%s\" has %zu "
		    "characters", where, key, n);
	r = strpbrk(text, "+/=") != NULL || n % 4 == 0 ?
	    kc_b64_decode(text, n, ret, NULL) : KC_DONE;
	if (ret->len == 0 && n > 0)
		r = kc_b64url_decode(text, n, ret, err);
	return kc_ok(r) ? r : kc_prefix(err, "%s: \"%s\"", where, key);
}

static kc_result
modulus(const json_t *key, const char *where, struct est_key_json *j,
    struct kc_err *err)
{
	struct kc_buf n = { 0 };
	const char *text = NULL;
	size_t at = 0;
	kc_result r = est_may_str(key, where, "n", &text, err);

	if (!kc_ok(r) || text == NULL)
		return r;
	KC_TRY(r, est_key_number(text, where, "n", &n, err));
	while (at < n.len && n.p[at] == 0)
		at++;
	j->has_bits = at < n.len;
	if (j->has_bits) {
		j->bits = (n.len - at) * 8;
		for (uint8_t top = n.p[at]; (top & 0x80) == 0;
		    top = (uint8_t)(top << 1))
			j->bits--;
	}
out:
	kc_buf_free(&n);
	return r;
}

/* The policy's JSON text, hashed in canonical form: the service sorts and
 * minifies what az sent. */
static kc_result
policy_hash(const char *text, size_t len, const char *where,
    struct est_key_json *j, struct kc_err *err)
{
	struct kc_buf canon = { 0 };
	json_t *policy = NULL;
	kc_result r;

	KC_TRY(r, kc_json_read("its release policy", text, len, POLICY_MAX,
	    &policy, err));
	KC_TRY(r, kc_json_canon(policy, &canon, err));
	KC_TRY(r, kc_sha256_one(canon.p, canon.len, j->policy, err));
	j->has_policy = true;
out:
	kc_buf_free(&canon);
	json_decref(policy);
	return kc_ok(r) ? r : kc_prefix(err, "%s", where);
}

kc_result
est_key_policy(const json_t *root, const char *where, struct kc_buf *ret,
    bool *ret_there, int *ret_immutable, struct kc_err *err)
{
	const char *key = NULL, *data = NULL;
	const json_t *o = root;
	kc_result r;

	*ret_there = false;
	*ret_immutable = -1;
	KC_TRY(r, either(root, where, "releasePolicy", "release_policy", &key,
	    err));
	if (json_object_get(root, "data") == NULL &&
	    json_object_get(root, "encodedPolicy") == NULL)
		KC_TRY(r, est_may_obj(root, where, key, &o, err));
	if (o == NULL)
		goto out;
	KC_TRY(r, est_may_bool(o, where, "immutable", ret_immutable, err));
	KC_TRY(r, either(o, where, "encodedPolicy", "data", &key, err));
	KC_TRY(r, est_may_str(o, where, key, &data, err));
	if (data == NULL)
		goto out;
	*ret_there = true;
	r = strcmp(key, "data") == 0 ?
	    est_key_number(data, where, "data", ret, err) :
	    kc_buf_adds(ret, data, err);
out:
	return r;
}

static kc_result
policy(const json_t *root, const char *where, struct est_key_json *j,
    struct kc_err *err)
{
	struct kc_buf text = { 0 };
	bool there;
	kc_result r;

	KC_TRY(r, est_key_policy(root, where, &text, &there, &j->immutable,
	    err));
	if (there)
		r = policy_hash(kc_buf_str(&text), text.len, where, j, err);
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
attributes(const json_t *root, const char *where, struct est_key_json *j,
    struct kc_err *err)
{
	const char *exp = NULL, *nbf = NULL;
	const json_t *o = NULL, *att = NULL;
	kc_result r;

	j->enabled = j->exportable = -1;
	KC_TRY(r, est_may_obj(root, where, "attributes", &o, err));
	if (o == NULL)
		goto out;
	KC_TRY(r, est_may_bool(o, where, "enabled", &j->enabled, err));
	KC_TRY(r, est_may_bool(o, where, "exportable", &j->exportable, err));
	KC_TRY(r, either(o, where, "expires", "exp", &exp, err));
	KC_TRY(r, est_may_time(o, where, exp, &j->has_exp, &j->exp_ms, err));
	KC_TRY(r, either(o, where, "notBefore", "nbf", &nbf, err));
	KC_TRY(r, est_may_time(o, where, nbf, &j->has_nbf, &j->nbf_ms, err));
	KC_TRY(r, est_may_obj(o, where, "attestation", &att, err));
	j->attested = att != NULL;
out:
	return r;
}

kc_result
est_key_json_read(const struct est_paper *p, struct est_key_json *ret,
    struct kc_err *err)
{
	static const char *const priv[] = { "d", "dp", "dq", "k", "p", "q",
		"qi", "t", "key_hsm" };
	const char *where = p->file->name, *ops = NULL;
	struct est_key_json j = { 0 };
	const json_t *key = NULL;
	kc_result r;

	KC_TRY(r, est_key_facts(p, &j.facts, err));
	KC_TRY(r, kc_json_obj(p->json, where, "key", &key, err));
	KC_TRY(r, est_may_str(key, where, "kty", &j.type, err));
	KC_TRY(r, est_may_str(key, where, "crv", &j.curve, err));
	KC_TRY(r, either(key, where, "keyOps", "key_ops", &ops, err));
	KC_TRY(r, est_may_arr(key, where, ops, &j.ops, err));
	KC_TRY(r, est_all_text(j.ops, where, ops, err));
	for (size_t i = 0; i < sizeof priv / sizeof *priv; i++) {
		const json_t *v = json_object_get(key, priv[i]);

		if (v != NULL && !json_is_null(v))
			j.priv = priv[i];
	}
	KC_TRY(r, modulus(key, where, &j, err));
	KC_TRY(r, attributes(p->json, where, &j, err));
	KC_TRY(r, est_may_bool(p->json, where, "managed", &j.managed, err));
	KC_TRY(r, policy(p->json, where, &j, err));
	*ret = j;
out:
	return r;
}
