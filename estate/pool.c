/* SPDX-License-Identifier: Apache-2.0
 *
 * A pool as `az keyvault show --hsm-name` prints it.
 */
#include <string.h>
#include <strings.h>

#include "estate/look.h"

#define TYPE "Microsoft.KeyVault/managedHSMs"
#define RETENTION_MIN 7
#define RETENTION_MAX 90

static const char top[] = "id name type location resourceGroup sku "
    "systemData tags identity properties";
static const char members[] = "provisioningState securityDomainProperties "
    "statusMessage enablePurgeProtection enableSoftDelete "
    "softDeleteRetentionInDays publicNetworkAccess networkAcls "
    "privateEndpointConnections regions initialAdminObjectIds tenantId "
    "hsmUri createMode scheduledPurgeDate";

kc_result
est_pool_facts(const struct est_paper *p, struct est_pool_facts *ret,
    struct kc_err *err)
{
	const char *name = p->file->name;
	const json_t *sdp = NULL;
	struct est_pool_facts f = { 0 };
	kc_result r;

	KC_TRY(r, kc_json_obj(p->json, name, "properties", &f.props, err));
	KC_TRY(r, est_may_str(f.props, name, "hsmUri", &f.uri, err));
	KC_TRY(r, est_may_bool(f.props, name, "enablePurgeProtection",
	    &f.purge, err));
	KC_TRY(r, est_may_arr(f.props, name, "initialAdminObjectIds",
	    &f.admins, err));
	KC_TRY(r, est_all_text(f.admins, name, "initialAdminObjectIds", err));
	KC_TRY(r, est_may_obj(f.props, name, "securityDomainProperties", &sdp,
	    err));
	if (sdp != NULL)
		KC_TRY(r, est_may_str(sdp, name, "activationStatus",
		    &f.activation, err));
	if (f.uri != NULL && !est_host_read(f.uri, &f.host))
		f.host.name[0] = '\0';
	*ret = f;
out:
	return r;
}

/* One text against what is approved of it. */
static kc_result
is_text(struct est_look *k, const json_t *o, const char *name,
    const char *where, const char *key, const char *want, struct kc_err *err)
{
	const char *got = NULL;
	kc_result r = est_may_str(o, where, key, &got, err);

	if (!kc_ok(r))
		return r;
	if (got == NULL)
		return est_say_that(k, name, EST_UNKNOWN, err,
		    "the file does not say (%s absent or null)", key);
	if (want == NULL)
		return est_say_that(k, name, EST_UNKNOWN, err,
		    "%s is %s; the site file approves none", key, got);
	return est_say_that(k, name, strcasecmp(got, want) == 0 ? EST_HOLDS :
	    EST_FAILS, err, "%s is %s, approved is %s", key, got, want);
}

static kc_result
identity(struct est_look *k, const struct est_paper *p,
    const struct est_pool_facts *f, struct kc_err *err)
{
	const char *file = p->file->name, *pool = k->a->pool;
	kc_result r;

	KC_TRY(r, is_text(k, p->json, "resource-type", file, "type", TYPE,
	    err));
	KC_TRY(r, is_text(k, p->json, "pool-name", file, "name", pool, err));
	if (f->uri == NULL)
		KC_TRY(r, est_say_that(k, "hsm-uri", EST_UNKNOWN, err,
		    "the file does not say (hsmUri absent or null)"));
	else if (f->host.name[0] == '\0')
		KC_TRY(r, est_say_that(k, "hsm-uri", EST_FAILS, err,
		    "hsmUri %s is no https URL of a host", f->uri));
	else if (pool == NULL)
		KC_TRY(r, est_say_that(k, "hsm-uri", EST_UNKNOWN, err,
		    "hsmUri is at %s; no site file names the pool",
		    f->host.name));
	else
		KC_TRY(r, est_say_that(k, "hsm-uri", est_host_is(f->host.name,
		    pool) ? EST_HOLDS : EST_FAILS, err,
		    "hsmUri is at %s, the pool is %s", f->host.name, pool));
	KC_TRY(r, is_text(k, f->props, "tenant", file, "tenantId",
	    k->a->tenant, err));
	r = is_text(k, p->json, "location", file, "location", k->a->location,
	    err);
out:
	return r;
}

/* "Standard_B1": a Managed HSM's, of either kind. */
static bool
is_hsm_sku(const char *family, const char *name)
{
	const char *at = strncmp(name, "Standard_B", 10) == 0 ? name + 10 :
	    strncmp(name, "Custom_B", 8) == 0 ? name + 8 : "";
	size_t n = strspn(at, "0123456789");

	return strcmp(family, "B") == 0 && n > 0 && at[n] == '\0';
}

static kc_result
sku(struct est_look *k, const struct est_paper *p, struct kc_err *err)
{
	const char *family = NULL, *name = NULL, *want = k->a->sku;
	const json_t *o = NULL;
	kc_result r;

	KC_TRY(r, est_may_obj(p->json, p->file->name, "sku", &o, err));
	if (o != NULL) {
		KC_TRY(r, est_may_str(o, p->file->name, "family", &family,
		    err));
		KC_TRY(r, est_may_str(o, p->file->name, "name", &name, err));
		KC_TRY(r, est_known(k, o, "sku.", "family name", err));
	}
	if (family == NULL || name == NULL)
		r = est_say_that(k, "sku", EST_UNKNOWN, err, "the file does "
		    "not say (sku, its family or name absent or null)");
	else if (!is_hsm_sku(family, name))
		r = est_say_that(k, "sku", EST_FAILS, err, "%s of family %s is "
		    "no Managed HSM's", name, family);
	else if (want == NULL)
		r = est_say_that(k, "sku", EST_UNKNOWN, err, "%s of family %s; "
		    "the site file approves none", name, family);
	else
		r = est_say_that(k, "sku", strcmp(name, want) == 0 ? EST_HOLDS :
		    EST_FAILS, err, "%s of family %s, approved is %s", name,
		    family, want);
out:
	return r;
}

static kc_result
states(struct est_look *k, const struct est_paper *p,
    const struct est_pool_facts *f, struct kc_err *err)
{
	const char *state = NULL, *message = NULL, *file = p->file->name;
	const json_t *sdp = NULL;
	kc_result r;

	KC_TRY(r, est_may_str(f->props, file, "provisioningState", &state,
	    err));
	if (state == NULL)
		KC_TRY(r, est_say_that(k, "provisioning", EST_UNKNOWN, err,
		    "the file does not say (provisioningState absent or "
		    "null)"));
	else
		KC_TRY(r, est_say_that(k, "provisioning",
		    est_word_in("Succeeded Activated", state) ? EST_HOLDS :
		    EST_FAILS, err, "provisioningState is %s%s", state,
		    strcmp(state, "SecurityDomainRestore") == 0 ?
		    ": it waits for a security domain" : ""));
	if (f->activation == NULL)
		KC_TRY(r, est_say_that(k, "activation", EST_UNKNOWN, err,
		    "the file does not say (activationStatus absent or null; "
		    "az of before 2024 asks for an API without it): this is "
		    "no sign that the pool is not activated"));
	else
		KC_TRY(r, est_say_that(k, "activation", strcmp(f->activation,
		    "Active") == 0 ? EST_HOLDS : EST_FAILS, err,
		    "activationStatus is %s", f->activation));
	KC_TRY(r, est_may_str(f->props, file, "statusMessage", &message, err));
	if (message != NULL)
		KC_TRY(r, est_remark(k, err, "statusMessage: %s", message));
	KC_TRY(r, est_may_obj(f->props, file, "securityDomainProperties", &sdp,
	    err));
	if (sdp == NULL)
		goto out;
	KC_TRY(r, est_known(k, sdp, "properties.securityDomainProperties.",
	    "activationStatus activationStatusMessage", err));
	KC_TRY(r, est_may_str(sdp, file, "activationStatusMessage", &message,
	    err));
	if (message != NULL)
		r = est_remark(k, err, "activationStatusMessage: %s", message);
out:
	return r;
}

static kc_result
must_be_true(struct est_look *k, const char *name, const char *key, int is,
    const char *otherwise, struct kc_err *err)
{
	if (is < 0)
		return est_say_that(k, name, EST_UNKNOWN, err, "the file does "
		    "not say (%s absent or null); where it is off, %s", key,
		    otherwise);
	return est_say_that(k, name, is ? EST_HOLDS : EST_FAILS, err,
	    is ? "%s is true" : "%s is false: %s", key, otherwise);
}

static kc_result
retention(struct est_look *k, const struct est_paper *p,
    const struct est_pool_facts *f, struct kc_err *err)
{
	int64_t days = 0, want = k->a->retention_days;
	bool there = false;
	kc_result r = est_may_int(f->props, p->file->name,
	    "softDeleteRetentionInDays", 100000, &there, &days, err);

	if (!kc_ok(r))
		return r;
	if (!there)
		return est_say_that(k, "retention", EST_UNKNOWN, err, "the "
		    "file does not say (softDeleteRetentionInDays absent or "
		    "null)");
	if (days < RETENTION_MIN || days > RETENTION_MAX)
		return est_say_that(k, "retention", EST_FAILS, err, "%lld days,"
		    " outside %d to %d", (long long)days, RETENTION_MIN,
		    RETENTION_MAX);
	if (want == 0)
		return est_say_that(k, "retention", EST_UNKNOWN, err, "%lld "
		    "days; the site file approves no number",
		    (long long)days);
	return est_say_that(k, "retention",
	    days == want ? EST_HOLDS : EST_FAILS, err,
	    "%lld days, approved are %lld", (long long)days,
	    (long long)want);
}

static kc_result
deletion(struct est_look *k, const struct est_paper *p,
    const struct est_pool_facts *f, struct kc_err *err)
{
	const char *file = p->file->name, *mode = NULL, *when = NULL;
	int soft = -1;
	kc_result r;

	KC_TRY(r, must_be_true(k, "purge-protection", "enablePurgeProtection",
	    f->purge, "a deleted pool and its keys can be purged, which is "
	    "the loss of every key", err));
	KC_TRY(r, est_may_bool(f->props, file, "enableSoftDelete", &soft,
	    err));
	KC_TRY(r, must_be_true(k, "soft-delete", "enableSoftDelete", soft,
	    "what is deleted is gone at once", err));
	KC_TRY(r, retention(k, p, f, err));
	KC_TRY(r, est_may_str(f->props, file, "createMode", &mode, err));
	KC_TRY(r, est_say_that(k, "create-mode", mode == NULL ||
	    strcmp(mode, "default") == 0 ? EST_HOLDS : EST_FAILS, err,
	    "createMode is %s", mode == NULL ? "null or absent, as of a pool "
	    "that was never recovered" : mode));
	KC_TRY(r, est_may_str(f->props, file, "scheduledPurgeDate", &when,
	    err));
	r = est_say_that(k, "no-deletion-pending", when == NULL ? EST_HOLDS :
	    EST_FAILS, err, when == NULL ? "no scheduledPurgeDate is set" :
	    "the pool is deleted, scheduledPurgeDate is %s", when);
out:
	return r;
}

/* Who made it and who may act as it: shown, not judged. */
static kc_result
remarks(struct est_look *k, const struct est_paper *p, struct kc_err *err)
{
	const char *by = NULL, *at = NULL, *file = p->file->name;
	const json_t *o = NULL;
	kc_result r;

	KC_TRY(r, est_may_obj(p->json, file, "systemData", &o, err));
	if (o != NULL) {
		KC_TRY(r, est_may_str(o, file, "lastModifiedBy", &by, err));
		KC_TRY(r, est_may_str(o, file, "lastModifiedAt", &at, err));
		KC_TRY(r, est_remark(k, err, "last modified by %s at %s",
		    by != NULL ? by : "nobody named", at != NULL ? at :
		    "no time"));
	}
	KC_TRY(r, est_may_obj(p->json, file, "identity", &o, err));
	if (o != NULL)
		KC_TRY(r, est_remark(k, err, "the pool has a managed "
		    "identity of its own"));
out:
	return r;
}

kc_result
est_look_pool(struct est_look *k, const struct est_paper *p, struct kc_err *err)
{
	struct est_pool_facts f;
	kc_result r;

	KC_TRY(r, est_pool_facts(p, &f, err));
	KC_TRY(r, identity(k, p, &f, err));
	KC_TRY(r, sku(k, p, err));
	KC_TRY(r, states(k, p, &f, err));
	KC_TRY(r, deletion(k, p, &f, err));
	KC_TRY(r, est_look_net(k, p, err));
	KC_TRY(r, est_say_set(k, "initial-admins", "initialAdminObjectIds",
	    f.admins, &k->a->admins, err));
	KC_TRY(r, est_remark(k, err, "initialAdminObjectIds are the first "
	    "administrators only; who is one today is in the role "
	    "assignments"));
	KC_TRY(r, remarks(k, p, err));
	KC_TRY(r, est_known(k, p->json, "", top, err));
	r = est_known(k, f.props, "properties.", members, err);
out:
	return r;
}
