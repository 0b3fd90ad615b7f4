/* SPDX-License-Identifier: Apache-2.0
 *
 * Data actions of a Managed HSM, what they mean to people, and the built-in
 * roles made of them.  Source: the service's list of 2022, and for Restore
 * the documentation of 2024.
 */
#include <string.h>
#include <strings.h>

#include "estate/role.h"

#define PREFIX "Microsoft.KeyVault/managedHsm/"

enum {
	ASSIGN_READ, ASSIGN_WRITE, ASSIGN_DELETE,
	DEFINE_READ, DEFINE_WRITE, DEFINE_DELETE,
	EST_DOWNLOAD, EST_DOWNLOADED, EST_UPLOAD, EST_UPLOADED, EST_TRANSFER,
	BACKUP, BACKUP_STATUS, RESTORE, RESTORE_STATUS,
	DELETED_READ, PURGE, RECOVER, EXPORT,
	KEY_READ, KEY_WRITE, KEY_DELETE, KEY_CREATE, KEY_ROTATE, KEY_IMPORT,
	KEY_RELEASE, KEY_BACKUP, KEY_RESTORE, ENCRYPT, DECRYPT, WRAP, UNWRAP,
	SIGN, VERIFY, DERIVE, RNG, ARM_KEYS,
	ACTIONS
};
_Static_assert(ACTIONS <= 64, "a bit for each");
#define B(a) (UINT64_C(1) << (a))

static const char *const actions[ACTIONS] = {
	[ASSIGN_READ] = "roleAssignments/read/action",
	[ASSIGN_WRITE] = "roleAssignments/write/action",
	[ASSIGN_DELETE] = "roleAssignments/delete/action",
	[DEFINE_READ] = "roleDefinitions/read/action",
	[DEFINE_WRITE] = "roleDefinitions/write/action",
	[DEFINE_DELETE] = "roleDefinitions/delete/action",
	[EST_DOWNLOAD] = "securitydomain/download/action",
	[EST_DOWNLOADED] = "securitydomain/download/read",
	[EST_UPLOAD] = "securitydomain/upload/action",
	[EST_UPLOADED] = "securitydomain/upload/read",
	[EST_TRANSFER] = "securitydomain/transferkey/read",
	[BACKUP] = "backup/start/action",
	[BACKUP_STATUS] = "backup/status/action",
	[RESTORE] = "restore/start/action",
	[RESTORE_STATUS] = "restore/status/action",
	[DELETED_READ] = "keys/deletedKeys/read/action",
	[PURGE] = "keys/deletedKeys/delete",
	[RECOVER] = "keys/deletedKeys/recover/action",
	[EXPORT] = "keys/export/action",
	[KEY_READ] = "keys/read/action",
	[KEY_WRITE] = "keys/write/action",
	[KEY_DELETE] = "keys/delete",
	[KEY_CREATE] = "keys/create",
	[KEY_ROTATE] = "keys/rotate/action",
	[KEY_IMPORT] = "keys/import/action",
	[KEY_RELEASE] = "keys/release/action",
	[KEY_BACKUP] = "keys/backup/action",
	[KEY_RESTORE] = "keys/restore/action",
	[ENCRYPT] = "keys/encrypt/action",
	[DECRYPT] = "keys/decrypt/action",
	[WRAP] = "keys/wrap/action",
	[UNWRAP] = "keys/unwrap/action",
	[SIGN] = "keys/sign/action",
	[VERIFY] = "keys/verify/action",
	[DERIVE] = "keys/derive/action",
	[RNG] = "rng/action",
	/* An action of Azure's control plane, no data action. */
	[ARM_KEYS] = "keys/createIfNotExists",
};

#define READ_ROLES (B(ASSIGN_READ) | B(DEFINE_READ))
#define WRITE_ROLES (B(ASSIGN_WRITE) | B(ASSIGN_DELETE) | \
	B(DEFINE_WRITE) | B(DEFINE_DELETE))
#define USE_KEYS (B(ENCRYPT) | B(DECRYPT) | B(WRAP) | B(UNWRAP) | B(SIGN) | \
	B(DERIVE))
#define CHANGE_KEYS (B(KEY_WRITE) | B(KEY_DELETE) | B(KEY_CREATE) | \
	B(KEY_ROTATE) | B(KEY_IMPORT))

const struct est_power est_powers[] = {
	{ "can-manage-roles", "manage roles", WRITE_ROLES },
	{ "can-download-domain", "download the security domain",
	  B(EST_DOWNLOAD) },
	{ "can-upload-domain", "upload a security domain", B(EST_UPLOAD) },
	{ "can-back-up", "start a backup", B(BACKUP) | B(KEY_BACKUP) },
	{ "can-restore", "start a restore", B(RESTORE) | B(KEY_RESTORE) },
	{ "can-purge", "purge deleted keys", B(PURGE) },
	{ "can-export", "export keys", B(EXPORT) },
	{ "can-release", "have keys released", B(KEY_RELEASE) },
	{ "can-write-keys", "make, import, rotate or delete keys and write "
	  "their policies", CHANGE_KEYS },
	{ "can-use-keys", "use keys", USE_KEYS },
	{ "can-use-arm", "reach keys through Azure's control plane",
	  B(ARM_KEYS) },
};
const size_t est_n_powers = sizeof est_powers / sizeof *est_powers;

static const struct est_role built_in[] = {
	{ "a290e904-7015-4bba-90c8-60543313cdb4", "Managed HSM Administrator",
	  READ_ROLES | WRITE_ROLES | B(EST_DOWNLOAD) | B(EST_DOWNLOADED) |
	  B(EST_UPLOAD) | B(EST_UPLOADED) | B(EST_TRANSFER) | B(BACKUP) |
	  B(BACKUP_STATUS) | B(RESTORE) | B(RESTORE_STATUS),
	  true, false, true },
	{ "515eb02d-2335-4d2d-92f2-b1cbdf9c3778",
	  "Managed HSM Crypto Officer", READ_ROLES | WRITE_ROLES |
	  B(DELETED_READ) | B(PURGE) | B(RECOVER) | B(EXPORT),
	  true, false, true },
	{ "21dbd100-6940-42c2-9190-5d6cb909625b", "Managed HSM Crypto User",
	  READ_ROLES | B(KEY_READ) | CHANGE_KEYS | B(KEY_RELEASE) |
	  B(KEY_BACKUP) | B(KEY_RESTORE) | USE_KEYS | B(VERIFY) | B(RNG),
	  true, false, true },
	{ "4bd23610-cdcf-4971-bdee-bdc562cc28e4",
	  "Managed HSM Policy Administrator", READ_ROLES | WRITE_ROLES,
	  true, false, true },
	{ "2c18b078-7c48-4d3a-af88-5a3a1b3f82b3",
	  "Managed HSM Crypto Auditor", READ_ROLES | B(KEY_READ) |
	  B(DELETED_READ), true, false, true },
	{ "33413926-3206-4cdd-b39a-83574fe37a17",
	  "Managed HSM Crypto Service Encryption User", B(KEY_READ) | B(WRAP)
	  | B(UNWRAP), true, false, true },
	/* One digit behind Crypto User's. */
	{ "21dbd100-6940-42c2-9190-5d6cb909625c",
	  "Managed HSM Crypto Service Release User", B(KEY_RELEASE),
	  true, false, true },
	{ "7b127d3c-77bd-4e3e-bbe0-dbb8971fa7f8", "Managed HSM Backup User",
	  B(BACKUP) | B(BACKUP_STATUS) | B(KEY_BACKUP), true, false, true },
	{ "6efe6056-5259-49d2-8b3d-d3d73544b20b", "Managed HSM Restore",
	  B(KEY_RESTORE) | B(RESTORE) | B(RESTORE_STATUS),
	  true, false, true },
	{ "770fd66c-6266-4643-9d4e-b616870898d5", "Managed HSM ARM User",
	  B(ARM_KEYS), true, false, true },
};

est_actions
est_admin_actions(void)
{
	return WRITE_ROLES | B(EST_DOWNLOAD) | B(EST_UPLOAD) | B(PURGE) |
	    B(EXPORT);
}

est_actions
est_crypto_actions(void)
{
	return USE_KEYS | CHANGE_KEYS;
}

/* text against a pattern with '*', ASCII letters of any case. */
static bool
matches(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (strncasecmp(pattern, text, 1) == 0) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

bool
est_actions_add(est_actions *set, const char *text)
{
	char whole[160];
	bool any = false;

	for (size_t i = 0; i < ACTIONS; i++) {
		(void)snprintf(whole, sizeof whole, PREFIX "%s", actions[i]);
		if (matches(text, whole)) {
			*set |= B(i);
			any = true;
		}
	}
	return any;
}

bool
est_action_known(const char *action)
{
	est_actions none = 0;

	return est_actions_add(&none, action);
}

const struct est_role *
est_role_built_in(const char *id, const char *name)
{
	for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
		if ((id != NULL && strcasecmp(built_in[i].id, id) == 0) ||
		    (name != NULL && strcasecmp(built_in[i].name, name) == 0))
			return &built_in[i];
	return NULL;
}

est_actions
est_plan_can(const struct est_approved *a, const char *role)
{
	const struct est_role *known = est_role_built_in(NULL, role);
	est_actions can = 0;

	if (known != NULL)
		return known->can;
	for (size_t i = 0; i < a->n_custom; i++)
		if (strcasecmp(a->custom[i].name, role) == 0)
			for (size_t n = 0; n < a->custom[i].actions.n; n++)
				(void)est_actions_add(&can,
				    a->custom[i].actions.v[n]);
	return can;
}

bool
est_plan_role_known(const struct est_approved *a, const char *role)
{
	if (est_role_built_in(NULL, role) != NULL)
		return true;
	for (size_t i = 0; i < a->n_custom; i++)
		if (strcasecmp(a->custom[i].name, role) == 0)
			return true;
	return false;
}

bool
est_scope_covers(const char *outer, const char *inner)
{
	size_t n = strlen(outer);

	while (n > 0 && outer[n - 1] == '/')
		n--;
	return strncasecmp(outer, inner, n) == 0 &&
	    (n == 0 || inner[n] == '\0' || inner[n] == '/');
}
