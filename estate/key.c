/* SPDX-License-Identifier: Apache-2.0
 *
 * A key as its JSON says it is: held against the key of that name in the
 * site's plan.
 */
#include "estate/key.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"

/* What a key gets when nobody chose. */
static const char usual_rsa[] = "wrapKey decrypt encrypt unwrapKey sign "
    "verify";
#define USUAL_RSA 6
#define RSA_LEAST 2048

static const char top[] = "attributes key managed releasePolicy "
    "release_policy tags";
static const char key_members[] = "kid kty keyOps key_ops n e crv x y d dp "
    "dq k p q qi t key_hsm";
static const char attribute_members[] = "created updated expires exp "
    "notBefore nbf enabled exportable recoverableDays recoveryLevel "
    "additionalProperties hsmPlatform attestation";

static const struct est_plan_key *
planned(const struct est_look *k, const struct est_key_json *j)
{
	for (size_t i = 0; i < k->a->n_keys; i++)
		if (j->facts.name[0] != '\0' &&
		    strcasecmp(k->a->key[i].name, j->facts.name) == 0)
			return &k->a->key[i];
	return NULL;
}

static kc_result
no_word(struct est_look *k, const char *name, const char *key,
    struct kc_err *err)
{
	return est_say_that(k, name, EST_UNKNOWN, err,
	    "the file does not say (%s absent or null)", key);
}

static kc_result
kid(struct est_look *k, const struct est_key_json *j,
    const struct est_plan_key *plan, struct kc_err *err)
{
	const struct est_key_facts *f = &j->facts;
	kc_result r;

	if (f->kid == NULL) {
		KC_TRY(r, no_word(k, "kid", "kid", err));
		KC_TRY(r, no_word(k, "kid-host", "kid", err));
		return no_word(k, "kid-version", "kid", err);
	}
	KC_TRY(r, est_say_that(k, "kid", f->name[0] != '\0' ? EST_HOLDS :
	    EST_FAILS, err, f->name[0] != '\0' ? "%s" : "%s is not "
	    "https://POOL/keys/NAME/VERSION with a version of 32 hex digits",
	    f->kid));
	if (k->a->pool == NULL)
		KC_TRY(r, est_say_that(k, "kid-host", EST_UNKNOWN, err, "it is "
		    "at %s; no site file names the pool",
		    f->host.name[0] != '\0' ? f->host.name : "no host"));
	else
		KC_TRY(r, est_say_that(k, "kid-host", est_host_is(f->host.name,
		    k->a->pool) ? EST_HOLDS : EST_FAILS, err, "it is at %s, "
		    "the pool is %s", f->host.name[0] != '\0' ?
		    f->host.name : "no host", k->a->pool));
	if (plan == NULL)
		r = est_say_that(k, "kid-version", EST_UNKNOWN, err, "the site "
		    "file plans no key of this name");
	else if (plan->version == NULL)
		r = est_say_that(k, "kid-version", EST_UNKNOWN, err, "version "
		    "%s; the site file names none", f->version);
	else
		r = est_say_that(k, "kid-version", strcasecmp(plan->version,
		    f->version) == 0 ? EST_HOLDS : EST_FAILS, err,
		    "version %s, the record's is %s", f->version,
		    plan->version);
out:
	return r;
}

static bool
is_hsm(const char *type)
{
	return est_word_in("RSA-HSM EC-HSM oct-HSM", type);
}

static kc_result
kind(struct est_look *k, const struct est_key_json *j,
    const struct est_plan_key *plan, struct kc_err *err)
{
	const char *want = plan != NULL ? plan->type : NULL;

	if (j->type == NULL)
		return no_word(k, "key-type", "kty", err);
	if (!is_hsm(j->type))
		return est_say_that(k, "key-type", EST_FAILS, err, "kty is %s, "
		    "no key of an HSM", j->type);
	if (want != NULL && strcmp(want, j->type) != 0)
		return est_say_that(k, "key-type", EST_FAILS, err, "kty is %s, "
		    "approved is %s", j->type, want);
	return est_say_that(k, "key-type", EST_HOLDS, err, "kty is %s",
	    j->type);
}

/* An RSA key below 2048 bits fails whatever is approved. */
static kc_result
rsa_size(struct est_look *k, const struct est_key_json *j,
    const struct est_plan_key *plan, struct kc_err *err)
{
	int64_t least = plan != NULL ? plan->bits : 0;

	if (!j->has_bits)
		return no_word(k, "key-size", "n", err);
	if (j->bits < RSA_LEAST || (int64_t)j->bits < least)
		return est_say_that(k, "key-size", EST_FAILS, err, "RSA of %zu "
		    "bits, at least %lld are approved", j->bits,
		    (long long)(least > 0 ? least : RSA_LEAST));
	if (least == 0)
		return est_say_that(k, "key-size", EST_UNKNOWN, err, "RSA of "
		    "%zu bits; the site file approves no size", j->bits);
	return est_say_that(k, "key-size", EST_HOLDS, err,
	    "RSA of %zu bits, at least %lld are approved", j->bits,
	    (long long)least);
}

static kc_result
size(struct est_look *k, const struct est_key_json *j,
    const struct est_plan_key *plan, struct kc_err *err)
{
	const char *want = plan != NULL ? plan->curve : NULL;

	if (j->type == NULL)
		return no_word(k, "key-size", "kty", err);
	if (strncmp(j->type, "RSA", 3) == 0)
		return rsa_size(k, j, plan, err);
	if (strncmp(j->type, "EC", 2) != 0)
		return est_say_that(k, "key-size", EST_UNKNOWN, err, "the size "
		    "of a symmetric key is not in this file");
	if (j->curve == NULL)
		return no_word(k, "key-size", "crv", err);
	if (!est_word_in("P-256 P-256K P-384 P-521", j->curve))
		return est_say_that(k, "key-size", EST_FAILS, err, "crv is %s, "
		    "no curve of a Managed HSM", j->curve);
	if (want == NULL)
		return est_say_that(k, "key-size", EST_UNKNOWN, err, "crv is "
		    "%s; the site file approves none", j->curve);
	return est_say_that(k, "key-size", strcmp(want, j->curve) == 0 ?
	    EST_HOLDS : EST_FAILS, err, "crv is %s, approved is %s", j->curve,
	    want);
}

/* Why an exportable key is not approved, or NULL. */
static const char *
loose_policy(const struct est_key_json *j, const struct est_plan_key *plan)
{
	if (!j->has_policy)
		return "without a release policy";
	if (j->immutable == 0)
		return "and its release policy is not immutable: whoever may "
		    "write keys can exchange it";
	if (plan != NULL && plan->has_policy && memcmp(plan->policy,
	    j->policy, sizeof j->policy) != 0)
		return "under another release policy than the approved one";
	if (plan != NULL && !plan->has_policy)
		return "and the site file approves no release policy for it";
	return NULL;
}

static kc_result
exportable(struct est_look *k, const struct est_key_json *j,
    const struct est_plan_key *plan, struct kc_err *err)
{
	const char *why = loose_policy(j, plan);
	char hex[KC_HEX] = "";
	kc_result r;

	kc_hex(j->policy, sizeof j->policy, hex);
	if (j->has_policy)
		KC_TRY(r, est_remark(k, err, "its release policy has the "
		    "canonical SHA-256 %s", hex));
	if (j->exportable < 0)
		return no_word(k, "exportable", "attributes.exportable", err);
	if (j->exportable == 0)
		return est_say_that(k, "exportable", EST_HOLDS, err,
		    "exportable is false; only an attestation, which is "
		    "signed, proves it");
	if (why != NULL)
		r = est_say_that(k, "exportable", EST_FAILS, err,
		    "exportable is true, %s", why);
	else if (j->immutable < 0 || plan == NULL)
		r = est_say_that(k, "exportable", EST_UNKNOWN, err,
		    "exportable is true under a release policy%s%s",
		    j->immutable < 0 ? " of which the file does not say "
		    "whether it is immutable" : "", plan == NULL ?
		    "; the site file plans no key of this name" : "");
	else
		r = est_say_that(k, "exportable", EST_HOLDS, err, "exportable "
		    "is true under the approved policy, which is immutable");
out:
	return r;
}

/* No date is no limit in every version of the service. */
static kc_result
dates(struct est_look *k, const struct est_key_json *j,
    const struct est_plan_key *plan, struct kc_err *err)
{
	char from[KC_TIME_CHARS] = "", to[KC_TIME_CHARS] = "never";
	char limit[KC_TIME_CHARS] = "";
	kc_result r;

	if (j->has_nbf)
		kc_clock_format(j->nbf_ms, from);
	if (j->has_exp)
		kc_clock_format(j->exp_ms, to);
	if (plan != NULL && plan->has_limit)
		kc_clock_format(plan->limit_ms, limit);
	KC_TRY(r, j->enabled < 0 ?
	    no_word(k, "enabled", "attributes.enabled", err) :
	    est_say_that(k, "enabled", j->enabled ? EST_HOLDS : EST_FAILS, err,
	    "enabled is %s", j->enabled ? "true" : "false"));
	if ((j->has_exp && j->exp_ms <= k->at_ms) ||
	    (j->has_nbf && j->nbf_ms > k->at_ms))
		KC_TRY(r, est_say_that(k, "dates", EST_FAILS, err, "it %s%s",
		    j->has_exp && j->exp_ms <= k->at_ms ? "expired " :
		    "is not valid before ", j->has_exp &&
		    j->exp_ms <= k->at_ms ? to : from));
	else
		KC_TRY(r, est_say_that(k, "dates", EST_HOLDS, err, "within its "
		    "dates: from %s, to %s", j->has_nbf ? from :
		    "its creation", to));
	if (plan == NULL)
		r = est_say_that(k, "time-limit", EST_UNKNOWN, err, "it "
		    "expires %s; the site file plans no key of this name",
		    to);
	else if (limit[0] == '\0')
		r = est_say_that(k, "time-limit", EST_HOLDS, err, "it expires "
		    "%s; the site file sets no limit", to);
	else
		r = est_say_that(k, "time-limit", j->has_exp &&
		    j->exp_ms <= plan->limit_ms ? EST_HOLDS : EST_FAILS, err,
		    "it expires %s, the limit is %s", to, limit);
out:
	return r;
}

static kc_result
recovery(struct est_look *k, const struct est_key_json *j, struct kc_err *err)
{
	const char *level = j->facts.recovery;

	if (level == NULL)
		return no_word(k, "recovery-level", "attributes.recoveryLevel",
		    err);
	if (strstr(level, "Purgeable") != NULL)
		return est_say_that(k, "recovery-level", EST_FAILS, err, "%s: "
		    "once deleted it can be purged", level);
	if (!est_word_in("Recoverable CustomizedRecoverable "
	    "Recoverable+ProtectedSubscription "
	    "CustomizedRecoverable+ProtectedSubscription", level))
		return est_say_that(k, "recovery-level", EST_UNKNOWN, err,
		    "%s, which this program does not know", level);
	return est_say_that(k, "recovery-level", EST_HOLDS, err, "%s", level);
}

static bool
has_op(const struct est_key_json *j, const char *op)
{
	for (size_t i = 0; i < json_array_size(j->ops); i++)
		if (strcmp(json_string_value(json_array_get(j->ops, i)),
		    op) == 0)
			return true;
	return false;
}

/* What no plan makes good: a KEK that does more, an export, or operations
 * that nobody chose. */
static const char *
loose_ops(const struct est_key_json *j, const struct est_plan_key *plan)
{
	size_t n = json_array_size(j->ops), usual = 0;

	if (has_op(j, "import") && n > 1)
		return "a key exchange key does exactly import, nothing else";
	if (has_op(j, "export"))
		return "export takes the key out";
	for (size_t i = 0; i < n; i++)
		usual += est_word_in(usual_rsa, json_string_value(
		    json_array_get(j->ops, i)));
	if ((plan == NULL || !plan->ops.given) && usual == USUAL_RSA &&
	    n == USUAL_RSA)
		return "these are the operations of a key for which nobody "
		    "chose any";
	return NULL;
}

static kc_result
ops(struct est_look *k, const struct est_key_json *j,
    const struct est_plan_key *plan, struct kc_err *err)
{
	static const struct est_names none;
	const char *why = loose_ops(j, plan);

	if (j->ops != NULL && why != NULL)
		return est_say_that(k, "key-ops", EST_FAILS, err, "%s", why);
	return est_say_set(k, "key-ops", "key operations", j->ops,
	    plan != NULL ? &plan->ops : &none, err);
}

static kc_result
unknown_members(struct est_look *k, const struct est_paper *p,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, est_known(k, p->json, "", top, err));
	KC_TRY(r, est_known(k, json_object_get(p->json, "key"), "key.",
	    key_members, err));
	r = est_known(k, json_object_get(p->json, "attributes"),
	    "attributes.", attribute_members, err);
out:
	return r;
}

kc_result
est_look_key(struct est_look *k, const struct est_paper *p, struct kc_err *err)
{
	const struct est_plan_key *plan;
	struct est_key_json j;
	kc_result r;

	KC_TRY(r, est_key_json_read(p, &j, err));
	plan = planned(k, &j);
	KC_TRY(r, est_say_that(k, "planned", plan != NULL ? EST_HOLDS :
	    k->a->n_keys > 0 ? EST_FAILS : EST_UNKNOWN, err, plan != NULL ?
	    "the site file plans a key of this name" : k->a->n_keys > 0 ?
	    "the site file plans keys, and none of this name" :
	    "the site file plans no keys"));
	KC_TRY(r, kid(k, &j, plan, err));
	KC_TRY(r, kind(k, &j, plan, err));
	KC_TRY(r, size(k, &j, plan, err));
	KC_TRY(r, exportable(k, &j, plan, err));
	KC_TRY(r, dates(k, &j, plan, err));
	KC_TRY(r, recovery(k, &j, err));
	KC_TRY(r, ops(k, &j, plan, err));
	KC_TRY(r, j.priv != NULL ? est_say_that(k, "no-private-part",
	    EST_FAILS, err, "the file has a private member, \"%s\": destroy "
	    "every copy of it, and the key", j.priv) :
	    est_say_that(k, "no-private-part", EST_HOLDS, err,
	    "only public members"));
	if (j.managed > 0)
		KC_TRY(r, est_remark(k, err, "managed is true: another "
		    "service made it and rotates it"));
	if (j.attested)
		KC_TRY(r, est_remark(k, err, "an attestation is there: judge "
		    "it with `ceremony attestation verify`"));
	r = unknown_members(k, p, err);
out:
	return r;
}
