/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims of Microsoft Azure Attestation's tokens: what they are, and what a
 * condition on one is good for.
 *
 * Source: the claims of a confidential virtual machine's token of 2022;
 * Learn, "Claim sets".
 */
#include "estate/policy_claims.h"

#include <string.h>
#include <strings.h>

#define SNP "x-ms-sevsnpvm-"
#define VM "x-ms-azurevm-"
#define CONFIG "x-ms-runtime.vm-configuration."

static const struct est_claim_def known[] = {
	{ "iss", EST_CLAIM_TEXT, 0, EST_TOKEN, false, true },
	{ "exp", EST_CLAIM_INT, 0, EST_TOKEN, false, true },
	{ "nbf", EST_CLAIM_INT, 0, EST_TOKEN, false, true },
	{ "iat", EST_CLAIM_INT, 0, EST_TOKEN, false, true },
	{ "jti", EST_CLAIM_TEXT, 0, EST_TOKEN, false, true },
	{ "secureboot", EST_CLAIM_BOOL, 0, EST_BOOT, false, true },
	{ "x-ms-ver", EST_CLAIM_TEXT, 0, EST_TOKEN, false, true },
	{ "x-ms-policy-hash", EST_CLAIM_TEXT, 0, EST_RULES, false, true },
	{ "x-ms-attestation-type", EST_CLAIM_TEXT, 0, EST_TYPE, true, true },
	{ "x-ms-compliance-status", EST_CLAIM_TEXT, 0, EST_COMPLIES, true,
	  false },
	{ SNP "authorkeydigest", EST_CLAIM_HEX, 96, 0, true, false },
	{ SNP "bootloader-svn", EST_CLAIM_INT, 0, EST_SVN, true, false },
	{ SNP "familyId", EST_CLAIM_HEX, 32, 0, true, false },
	{ SNP "imageId", EST_CLAIM_HEX, 32, 0, true, false },
	{ SNP "guestsvn", EST_CLAIM_INT, 0, EST_SVN, true, false },
	{ SNP "hostdata", EST_CLAIM_HEX, 64, EST_BINDS, true, false },
	{ SNP "idkeydigest", EST_CLAIM_HEX, 96, EST_MEASURE, true, false },
	{ SNP "is-debuggable", EST_CLAIM_BOOL, 0, EST_DEBUG, true, false },
	{ SNP "launchmeasurement", EST_CLAIM_HEX, 96, EST_MEASURE, true,
	  false },
	{ SNP "microcode-svn", EST_CLAIM_INT, 0, EST_SVN, true, false },
	{ SNP "migration-allowed", EST_CLAIM_BOOL, 0, EST_MIGRATES, true,
	  false },
	{ SNP "reportdata", EST_CLAIM_HEX, 128, 0, true, false },
	{ SNP "reportid", EST_CLAIM_HEX, 64, EST_BINDS, true, false },
	{ SNP "smt-allowed", EST_CLAIM_BOOL, 0, 0, true, false },
	{ SNP "snpfw-svn", EST_CLAIM_INT, 0, EST_SVN, true, false },
	{ SNP "tee-svn", EST_CLAIM_INT, 0, EST_SVN, true, false },
	{ SNP "vmpl", EST_CLAIM_INT, 0, EST_LEVEL, true, false },
	{ CONFIG "console-enabled", EST_CLAIM_BOOL, 0, 0, true, false },
	{ CONFIG "secure-boot", EST_CLAIM_BOOL, 0, EST_BOOT, true, false },
	{ CONFIG "tpm-enabled", EST_CLAIM_BOOL, 0, 0, true, false },
	{ CONFIG "vmUniqueId", EST_CLAIM_TEXT, 0, EST_BINDS, true, false },
	{ CONFIG "current-time", EST_CLAIM_INT, 0, EST_TOKEN, true, false },
	{ CONFIG "root-cert-thumbprint", EST_CLAIM_TEXT, 0, 0, true, false },
	{ "x-ms-runtime.client-payload.nonce", EST_CLAIM_TEXT, 0, EST_TOKEN,
	  false, true },
	{ VM "attestation-protocol-ver", EST_CLAIM_TEXT, 0, 0, false, true },
	{ VM "bootdebug-enabled", EST_CLAIM_BOOL, 0, EST_GUEST, false, true },
	{ VM "dbvalidated", EST_CLAIM_BOOL, 0, 0, false, true },
	{ VM "dbxvalidated", EST_CLAIM_BOOL, 0, 0, false, true },
	{ VM "debuggersdisabled", EST_CLAIM_BOOL, 0, 0, false, true },
	{ VM "default-securebootkeysvalidated", EST_CLAIM_BOOL, 0, 0, false,
	  true },
	{ VM "elam-enabled", EST_CLAIM_BOOL, 0, 0, false, true },
	{ VM "flightsigning-enabled", EST_CLAIM_BOOL, 0, 0, false, true },
	{ VM "hvci-policy", EST_CLAIM_INT, 0, 0, false, true },
	{ VM "hypervisordebug-enabled", EST_CLAIM_BOOL, 0, EST_GUEST, false,
	  true },
	{ VM "is-windows", EST_CLAIM_BOOL, 0, 0, false, true },
	{ VM "kerneldebug-enabled", EST_CLAIM_BOOL, 0, EST_GUEST, false, true },
	{ VM "osbuild", EST_CLAIM_TEXT, 0, 0, false, true },
	{ VM "osdistro", EST_CLAIM_TEXT, 0, 0, false, true },
	{ VM "ostype", EST_CLAIM_TEXT, 0, 0, false, true },
	{ VM "osversion-major", EST_CLAIM_INT, 0, 0, false, true },
	{ VM "osversion-minor", EST_CLAIM_INT, 0, 0, false, true },
	{ VM "signingdisabled", EST_CLAIM_BOOL, 0, 0, false, true },
	{ VM "testsigning-enabled", EST_CLAIM_BOOL, 0, 0, false, true },
	{ VM "vmid", EST_CLAIM_TEXT, 0, EST_BINDS, false, true },
	/* Enclaves of Intel SGX: no virtual machine, but keys are released to
	 * them too. */
	{ "x-ms-sgx-is-debuggable", EST_CLAIM_BOOL, 0, EST_DEBUG | EST_SGX,
	  false, true },
	{ "x-ms-sgx-mrenclave", EST_CLAIM_HEX, 64, EST_BINDS | EST_SGX, false,
	  true },
	{ "x-ms-sgx-mrsigner", EST_CLAIM_HEX, 64, EST_BINDS | EST_SGX, false,
	  true },
	{ "x-ms-sgx-product-id", EST_CLAIM_INT, 0, EST_SGX, false, true },
	{ "x-ms-sgx-svn", EST_CLAIM_INT, 0, EST_SVN | EST_SGX, false, true },
};

const struct est_claim_def *
est_claim_known(const char *claim, bool *ret_tee)
{
	*ret_tee = strncmp(claim, EST_TEE, strlen(EST_TEE)) == 0;
	if (*ret_tee)
		claim += strlen(EST_TEE);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].name, claim) == 0 &&
		    (!*ret_tee || known[i].tee))
			return &known[i];
	return NULL;
}

/* Letters alone: "is_debuggable" and "isDebuggable" are "is-debuggable". */
static void
bare(const char *from, char *ret, size_t size)
{
	size_t n = 0;

	for (; *from != '\0' && n + 1 < size; from++)
		if (strchr("-_. ", *from) == NULL)
			ret[n++] = *from;
	ret[n] = '\0';
}

const struct est_claim_def *
est_claim_like(const char *claim)
{
	const char *last = strrchr(claim, '.');
	char want[128], have[128];
	size_t n;

	bare(last != NULL ? last + 1 : claim, want, sizeof want);
	n = strlen(want);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t len;

		bare(known[i].name, have, sizeof have);
		len = strlen(have);
		if (n >= 4 && len >= n &&
		    strcasecmp(have + len - n, want) == 0)
			return &known[i];
	}
	return NULL;
}
