/* SPDX-License-Identifier: Apache-2.0
 *
 * Estates for tests: a good file of each kind, a site that approves it, and
 * a table of one change after another, each with what is then said.
 */
#ifndef KC_TESTS_ESTATE_ESTATE_H
#define KC_TESTS_ESTATE_ESTATE_H

#include "base/clock.h"
#include "estate/estate.h"
#include "tests/check.h"

#define ID_1 "11111111-1111-4111-8111-111111111111"
#define ID_2 "22222222-2222-4222-8222-222222222222"
#define ID_3 "33333333-3333-4333-8333-333333333333"
#define ID_4 "44444444-4444-4444-8444-444444444444"
#define TENANT "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define SUB "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
#define HSM "Microsoft.KeyVault/managedHsm/"
#define VERSION "0123456789abcdef0123456789abcdef"
#define GOOD_POOL							\
	"{\"id\":\"/x\",\"name\":\"pool-a\","				\
	"\"type\":\"Microsoft.KeyVault/managedHSMs\","			\
	"\"location\":\"westeurope\",\"resourceGroup\":\"rg\","		\
	"\"sku\":{\"family\":\"B\",\"name\":\"Standard_B1\"},"		\
	"\"systemData\":{\"lastModifiedBy\":\"ada\"},\"tags\":{},"	\
	"\"properties\":{\"tenantId\":\"" TENANT "\","			\
	"\"hsmUri\":\"https://pool-a.managedhsm.azure.net/\","		\
	"\"initialAdminObjectIds\":[\"" ID_1 "\"],"			\
	"\"enableSoftDelete\":true,\"softDeleteRetentionInDays\":90,"	\
	"\"enablePurgeProtection\":true,"				\
	"\"provisioningState\":\"Succeeded\",\"statusMessage\":\"fine\"," \
	"\"networkAcls\":{\"bypass\":\"None\",\"defaultAction\":\"Deny\"," \
	"\"ipRules\":[{\"value\":\"192.0.2.1\"}],"			\
	"\"virtualNetworkRules\":[]},"					\
	"\"publicNetworkAccess\":\"Disabled\","				\
	"\"privateEndpointConnections\":[{\"properties\":{"		\
	"\"privateEndpoint\":{\"id\":\"/pe/1\"},"			\
	"\"privateLinkServiceConnectionState\":"			\
	"{\"status\":\"Approved\"}}}],"					\
	"\"regions\":[{\"name\":\"westeurope\"},{\"name\":\"uksouth\"}]," \
	"\"createMode\":null,\"securityDomainProperties\":"		\
	"{\"activationStatus\":\"Active\","				\
	"\"activationStatusMessage\":\"done\"}}}"
#define GOOD_KEY							\
	"{\"attributes\":{\"created\":\"2026-11-01T00:00:00+00:00\","	\
	"\"enabled\":true,\"expires\":\"2027-01-01T00:00:00+00:00\","	\
	"\"exportable\":false,\"notBefore\":null,"			\
	"\"recoverableDays\":90,\"recoveryLevel\":"			\
	"\"CustomizedRecoverable+ProtectedSubscription\"},"		\
	"\"key\":{\"kid\":\"https://pool-a.managedhsm.azure.net/keys/kek/" \
	VERSION "\",\"kty\":\"RSA-HSM\",\"keyOps\":[\"import\"],"	\
	"\"n\":\"%s\",\"e\":\"AQAB\",\"d\":null},"		\
	"\"managed\":null,\"releasePolicy\":null,\"tags\":null}"
#define ROLE(who, guid, name, kind, scope)				\
	"{\"id\":\"/a\",\"name\":\"a\",\"principalId\":\"" who "\","	\
	"\"principalName\":\"x\",\"principalType\":\"" kind "\","	\
	"\"roleDefinitionId\":\"Microsoft.KeyVault/providers/"		\
	"Microsoft.Authorization/roleDefinitions/" guid "\","		\
	"\"roleName\":" name ",\"scope\":\"" scope "\","		\
	"\"type\":\"Microsoft.Authorization/roleAssignments\"}"
#define G_ADMIN "a290e904-7015-4bba-90c8-60543313cdb4"
#define G_OFFICER "515eb02d-2335-4d2d-92f2-b1cbdf9c3778"
#define G_USER "21dbd100-6940-42c2-9190-5d6cb909625b"
#define G_RELEASE "21dbd100-6940-42c2-9190-5d6cb909625c"
#define G_OWN "99999999-9999-4999-8999-999999999999"
#define N_ADMIN "Managed HSM Administrator"
#define N_USER "Managed HSM Crypto User"
#define Q(s) "\"" s "\""
#define GOOD_ROLES							\
	"[" ROLE(ID_1, G_ADMIN, Q(N_ADMIN), "User", "/") ","		\
	ROLE(ID_2, G_ADMIN, Q(N_ADMIN), "User", "/") ","		\
	ROLE(ID_3, G_OWN, Q("Signer"), "ServicePrincipal", "/keys/a") "," \
	ROLE(ID_4, G_RELEASE,						\
	Q("Managed HSM Crypto Service Release User"),			\
	"ServicePrincipal", "/keys/b") "]"
#define DEFS								\
	"[{\"id\":\"x/" G_OWN "\",\"name\":\"" G_OWN "\","		\
	"\"roleName\":\"Signer\",\"roleType\":\"CustomRole\","		\
	"\"permissions\":[{\"actions\":[],\"notActions\":[],"		\
	"\"dataActions\":[\"" HSM "keys/sign/action\"],"		\
	"\"notDataActions\":[]}]}]"
#define GOOD_ROTATION							\
	"{\"id\":\"https://pool-a.managedhsm.azure.net/keys/kek/"	\
	"rotationpolicy\",\"lifetimeActions\":[],"			\
	"\"attributes\":{\"expiryTime\":\"P2Y\"}}"
#define GOOD_BACKUP							\
	"{\"status\":\"Succeeded\",\"statusDetails\":null,"		\
	"\"azureStorageBlobContainerUri\":"				\
	"\"https://safe.blob.core.windows.net/c/"			\
	"mhsm-pool-a-2026112210203055\","				\
	"\"jobId\":\"1\",\"startTime\":1795300000,"			\
	"\"endTime\":1795300100,\"error\":null}"
#define GOOD_SETTINGS							\
	"{\"settings\":[{\"name\":"					\
	"\"AllowKeyManagementOperationsThroughARM\","			\
	"\"type\":\"boolean\",\"value\":\"false\"}]}"
#define RECORD								\
	"{\"exported\":\"2026-11-22T10:00:00Z\","			\
	"\"version\":{\"azure-cli\":\"2.67.0\"},"			\
	"\"account\":{\"id\":\"" SUB "\",\"tenantId\":\"" TENANT "\"},"	\
	"\"files\":{\"f\":\"%s\",\"b\":\"%s\"}}"
#define AT "2026-11-23T18:40:01Z"

/* What the site approves: exactly the good files. */
static inline struct est_approved *
site_of(void)
{
	static struct est_approved a;
	static const struct est_plan_role roles[] = {
		{ ID_1, "User", N_ADMIN, "/" },
		{ ID_2, NULL, N_ADMIN, "/" },
		{ ID_3, NULL, "Signer", "/keys/a" },
		{ ID_4, NULL, "Managed HSM Crypto Service Release User",
		  "/keys/b" },
	};

	a = (struct est_approved){ .site = true, .pool = "pool-a",
		.tenant = TENANT, .subscription = SUB,
		.location = "westeurope", .sku = "Standard_B1",
		.retention_days = 90, .admins = { true, 1, { ID_1 } },
		.regions = { true, 1, { "uksouth" } },
		.ip_rules = { true, 1, { "192.0.2.1" } },
		.subnets = { true, 0, { NULL } },
		.endpoints = { true, 1, { "/pe/1" } },
		.has_roles = true, .n_roles = 4, .n_custom = 1,
		.custom = { { "Signer", { true, 1,
		{ HSM "keys/sign/action" } } } },
		.n_keys = 1, .key = { { .name = "kek", .version = VERSION,
		.type = "RSA-HSM", .bits = 3072, .ops = { true, 1,
		{ "import" } }, .has_limit = true,
		.limit_ms = INT64_C(1830000000000) } },
		.accounts = { true, 1, { "safe/c" } }, .backup_days = 30,
		.has_domain = true, .has_window = true,
		.from_ms = INT64_C(1790000000000),
		.to_ms = INT64_C(1800000000000) };
	memcpy(a.role, roles, sizeof roles);
	assert_true(kc_ok(kc_sha256_one("domain", 6, a.domain, NULL)));
	return &a;
}

/* text with the first `from` replaced; caller frees. */
static inline char *
swapped(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	size_t size = strlen(text) + strlen(to) + 1;
	char *ret = malloc(size);

	if (at == NULL)
		fail_msg("'%s' is not in: %s", from, text);
	assert_non_null(ret);
	(void)snprintf(ret, size, "%.*s%s%s", (int)(at - text), text, to,
	    at + strlen(from));
	return ret;
}

static inline struct est_file
paper(enum est_kind kind, const char *text)
{
	return (struct est_file){ kind, est_kind_name(kind), text,
		strlen(text) };
}

static inline kc_result
judged(struct est_file file, const struct est_file *beside,
    size_t n, const struct est_approved *a, struct est_estate *ret,
    struct kc_err *err)
{
	int64_t at = 0;

	*err = (struct kc_err){ 0 };
	assert_true(kc_ok(kc_clock_parse(AT, &at, NULL)));
	return est_check(&file, beside, n, a, at, ret, err);
}

/* The assertion of that name is said, so, and its text holds this. */
static inline void
said(const struct est_estate *e, const char *name, enum est_truth truth,
    const char *text)
{
	for (size_t i = 0; i < e->n; i++) {
		if (strcmp(e->is[i].name, name) != 0)
			continue;
		if (e->is[i].truth != truth || strstr(kc_buf_str(
		    &e->is[i].text), text) == NULL)
			fail_msg("%s: %d, not %d with '%s': %s", name,
			    (int)e->is[i].truth, (int)truth, text,
			    kc_buf_str(&e->is[i].text));
		return;
	}
	fail_msg("nothing is said of %s", name);
}

static inline bool
remarked(const struct est_estate *e, const char *text)
{
	for (size_t i = 0; i < e->n_remarks; i++)
		if (strstr(kc_buf_str(&e->remark[i]), text) != NULL)
			return true;
	return false;
}

/* struct change: of a good file, or of what is approved; and what is said.
 *  from, to  NULL: the file as it is
 *  site      changes what is approved; NULL: nothing */
struct change {
	const char *name;
	enum est_truth truth;
	const char *from, *to, *text;
	void (*site)(struct est_approved *a);
};

static inline void
judge_changes(enum est_kind kind, const char *good,
    const struct est_file *beside, size_t n_beside,
    const struct change *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct est_approved *a = site_of();
		char *text = swapped(good, c[i].from != NULL ? c[i].from : "",
		    c[i].to != NULL ? c[i].to : "");
		struct est_estate e = { 0 };
		struct kc_err err;

		if (c[i].site != NULL)
			c[i].site(a);
		t_ok(judged(paper(kind, text), beside, n_beside, a, &e, &err),
		    &err);
		said(&e, c[i].name, c[i].truth, c[i].text);
		est_free(&e);
		free(text);
	}
}

/* Every assertion that the good file makes is there in all states, but for
 * those in the blank-separated list, which have no third. */
static inline void
all_states(const struct est_estate *e, const struct change *c, size_t n,
    const char *but)
{
	for (size_t i = 0; i < e->n; i++) {
		bool seen[3] = { false, false, false };

		seen[e->is[i].truth] = true;
		for (size_t m = 0; m < n; m++)
			if (strcmp(c[m].name, e->is[i].name) == 0)
				seen[c[m].truth] = true;
		if (!(seen[0] && seen[1] && seen[2]) &&
		    strstr(but, e->is[i].name) == NULL)
			fail_msg("%s: not in all three states",
			    e->is[i].name);
	}
}

/* The file is refused with this sentence. */
static inline void
refused(enum est_kind kind, const char *good, const char *from,
    const char *to, enum kc_code code, const char *sentence)
{
	char *text = swapped(good, from, to);
	struct est_estate e;
	struct kc_err err;

	memset(&e, 0xa5, sizeof e);
	t_fails(judged(paper(kind, text), NULL, 0, site_of(), &e, &err), &err,
	    code, sentence);
	assert_int_equal(e.n, (size_t)0xa5a5a5a5a5a5a5a5);
	free(text);
}

#endif
