/* SPDX-License-Identifier: Apache-2.0
 *
 * A key's rotation policy: as az prints it, as the service does, or as az
 * takes it.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "estate/look.h"

#define EXPIRY_LEAST 28	/* days */
#define ACTIONS_MAX 64

/* The first of these names that is there. */
static const char *
spelled(const json_t *o, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_object_get(o, names[i]);

		if (v != NULL && !json_is_null(v))
			return names[i];
	}
	return names[0];
}

/* Days of an ISO 8601 duration of years, months, weeks and days, at the
 * fewest that each can have. */
static bool
duration(const char *text, int64_t *ret_days)
{
	static const char unit[] = "YMWD";
	static const int64_t of[] = { 365, 28, 7, 1 };
	const char *at = text;
	int last = -1;

	*ret_days = 0;
	if (*at++ != 'P' || *at == '\0')
		return false;
	while (*at != '\0') {
		size_t n = strspn(at, "0123456789");
		const char *u = n > 0 && n < 7 && at[n] != '\0' ?
		    strchr(unit, at[n]) : NULL;
		int64_t v = 0;

		if (u == NULL || u - unit <= last)
			return false;
		last = (int)(u - unit);
		for (size_t i = 0; i < n; i++)
			v = v * 10 + (at[i] - '0');
		*ret_days += v * of[last];
		at += n + 1;
	}
	return true;
}

/* struct seen: what the actions of a policy are. */
struct seen {
	size_t rotate, notify, other, untriggered;
};

static kc_result
trigger(const json_t *o, const char *where, struct seen *s,
    struct kc_err *err)
{
	static const char *const names[2][2] = {
		{ "timeAfterCreate", "time_after_create" },
		{ "timeBeforeExpiry", "time_before_expiry" },
	};
	size_t n = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < 2; i++) {
		const char *key = spelled(o, names[i], 2), *text = NULL;
		int64_t days;

		KC_TRY(r, est_may_str(o, where, key, &text, err));
		if (text != NULL && !duration(text, &days)) {
			r = KC_FAIL(err, KC_EFORMAT, 0, "%s: '%.40s' is no "
			    "duration like P90D", where, text);
			goto out;
		}
		n += text != NULL;
	}
	s->untriggered += n != 1;
out:
	return r;
}

/* {"action":{"type":"Rotate"},"trigger":{...}}, or both flat. */
static kc_result
action(const json_t *o, const char *where, struct seen *s, struct kc_err *err)
{
	const json_t *inner = json_object_get(o, "action"), *at = NULL;
	const char *type = NULL;
	kc_result r;

	if (!json_is_object(o))
		return KC_FAIL(err, KC_EFORMAT, 0, "%s is not an object",
		    where);
	if (json_is_object(inner))
		KC_TRY(r, kc_json_str(inner, where, "type", &type, err));
	else
		KC_TRY(r, kc_json_str(o, where, "action", &type, err));
	s->rotate += strcasecmp(type, "Rotate") == 0;
	s->notify += strcasecmp(type, "Notify") == 0;
	s->other += strcasecmp(type, "Rotate") != 0 &&
	    strcasecmp(type, "Notify") != 0;
	KC_TRY(r, est_may_obj(o, where, "trigger", &at, err));
	r = trigger(at != NULL ? at : o, where, s, err);
out:
	return r;
}

static kc_result
say_actions(struct est_look *k, const json_t *list, const struct seen *s,
    bool reattested, struct kc_err *err)
{
	kc_result r;

	if (list == NULL) {
		KC_TRY(r, est_say_that(k, "no-rotation", EST_UNKNOWN, err,
		    "the file does not say (lifetimeActions absent or "
		    "null)"));
		return est_say_that(k, "actions", EST_UNKNOWN, err, "the file "
		    "does not say (lifetimeActions absent or null)");
	}
	if (s->rotate > 0 && !reattested)
		KC_TRY(r, est_say_that(k, "no-rotation", EST_FAILS, err,
		    "Rotate makes a new version of the key that nothing "
		    "attests; the site file does not plan an attestation "
		    "after each"));
	else
		KC_TRY(r, est_say_that(k, "no-rotation", EST_HOLDS, err,
		    s->rotate > 0 ? "Rotate, and the site file plans an "
		    "attestation after each" : "nothing rotates the key"));
	r = est_say_that(k, "actions", s->rotate > 1 || s->notify > 0 ||
	    s->other > 0 || s->untriggered > 0 ? EST_FAILS : EST_HOLDS, err,
	    "%zu Rotate (at most one), %zu Notify (a vault's, no Managed "
	    "HSM's), %zu other, %zu without exactly one trigger", s->rotate,
	    s->notify, s->other, s->untriggered);
out:
	return r;
}

static kc_result
expiry(struct est_look *k, const struct est_paper *p, struct kc_err *err)
{
	static const char *const names[] = { "expiryTime", "expires_in",
		"expiresIn", "expiry_time" };
	const char *file = p->file->name, *text = NULL;
	const json_t *o = NULL;
	int64_t days = 0;
	kc_result r;

	KC_TRY(r, est_may_obj(p->json, file, "attributes", &o, err));
	o = o != NULL ? o : p->json;
	KC_TRY(r, est_known(k, o == p->json ? NULL : o, "attributes.",
	    "expiryTime expires_in expiresIn expiry_time created updated",
	    err));
	KC_TRY(r, est_may_str(o, file, spelled(o, names, 4), &text, err));
	if (text == NULL && o != p->json)
		KC_TRY(r, est_may_str(p->json, file, spelled(p->json, names,
		    4), &text, err));
	if (text == NULL)
		return est_say_that(k, "expiry", EST_UNKNOWN, err, "the file "
		    "does not say (expiryTime absent or null)");
	if (!duration(text, &days))
		return KC_FAIL(err, KC_EFORMAT, 0, "%s: '%.40s' is no "
		    "duration like P2Y", file, text);
	r = est_say_that(k, "expiry", days >= EXPIRY_LEAST ? EST_HOLDS :
	    EST_FAILS, err, "a new version ends after %s, %d days are the "
	    "least", text, EXPIRY_LEAST);
out:
	return r;
}

/* https://HOST/keys/NAME/rotationpolicy */
static kc_result
whose(struct est_look *k, const struct est_paper *p, char ret[static 128],
    struct kc_err *err)
{
	struct est_host host = { .path = "" };
	const char *id = NULL;
	size_t n;
	kc_result r = est_may_str(p->json, p->file->name, "id", &id, err);

	ret[0] = '\0';
	if (!kc_ok(r))
		return r;
	if (id == NULL)
		return est_say_that(k, "policy-host", EST_UNKNOWN, err,
		    "the file does not say (id absent or null)");
	if (!est_host_read(id, &host) || strncmp(host.path, "keys/", 5) != 0)
		return est_say_that(k, "policy-host", EST_FAILS, err, "its id "
		    "%s is not https://POOL/keys/NAME/rotationpolicy", id);
	n = strcspn(host.path + 5, "/");
	if (n < 128)
		(void)snprintf(ret, 128, "%.*s", (int)n, host.path + 5);
	if (k->a->pool == NULL)
		return est_say_that(k, "policy-host", EST_UNKNOWN, err, "it is "
		    "of %s; no site file names the pool", host.name);
	return est_say_that(k, "policy-host", est_host_is(host.name,
	    k->a->pool) ? EST_HOLDS : EST_FAILS, err, "it is of %s, the pool "
	    "is %s", host.name, k->a->pool);
}

kc_result
est_look_rotation(struct est_look *k, const struct est_paper *p,
    struct kc_err *err)
{
	static const char *const names[] = { "lifetimeActions",
		"lifetime_actions" };
	const char *file = p->file->name;
	bool reattested = false;
	const json_t *list = NULL;
	struct seen s = { 0 };
	char key[128], where[128];
	kc_result r;

	KC_TRY(r, whose(k, p, key, err));
	KC_TRY(r, est_may_arr(p->json, file, spelled(p->json, names, 2),
	    &list, err));
	if (json_array_size(list) > ACTIONS_MAX) {
		r = KC_FAIL(err, KC_ELIMIT, 0, "%s has %zu actions", file,
		    json_array_size(list));
		goto out;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		(void)snprintf(where, sizeof where, "%.64s, action %zu",
		    file, i + 1);
		KC_TRY(r, action(json_array_get(list, i), where, &s, err));
	}
	for (size_t i = 0; i < k->a->n_keys; i++)
		reattested = reattested || (k->a->key[i].reattested &&
		    strcasecmp(k->a->key[i].name, key) == 0);
	KC_TRY(r, say_actions(k, list, &s, reattested, err));
	KC_TRY(r, expiry(k, p, err));
	r = est_known(k, p->json, "", "id lifetimeActions lifetime_actions "
	    "attributes expiresIn expires_in expiryTime expiry_time "
	    "createdOn updatedOn", err);
out:
	return r;
}
