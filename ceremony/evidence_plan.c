/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan for the online side: az commands that give a pool the roles and
 * the perimeter that the site file approves, and those that export what
 * `evidence check` judges.  Every word is quoted for a POSIX shell.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ceremony/cmd.h"
#include "ceremony/evidence.h"

#define ARM_API "2024-11-01"
static const char roles[] = "roles", perimeter[] = "perimeter",
    settings[] = "settings", export[] = "export", record[] = "record";

/* struct pen: writes one command after another. */
struct pen {
	struct cer_plan *p;
	const char *part;
	kc_result r;
	struct kc_err *err;
};

static struct kc_buf *
line(struct pen *w)
{
	return &w->p->is[w->p->n - 1].line;
}

/* A new command, of words that need no quotes. */
KC_PRINTF(2, 3) static void
begin(struct pen *w, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	if (!kc_ok(w->r))
		return;
	if (w->p->n == CER_PLAN_MAX) {
		w->r = KC_FAIL(w->err, KC_ELIMIT, 0, "the plan has more than "
		    "%d commands", CER_PLAN_MAX);
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	w->p->is[w->p->n++].part = w->part;
	w->r = kc_buf_adds(line(w), text, w->err);
}

/* Text that is no word yet. */
static void
raw(struct pen *w, const char *text)
{
	if (kc_ok(w->r))
		w->r = kc_buf_adds(line(w), text, w->err);
}

/* Inside quotes a shell changes nothing but the quote itself. */
static void
quoted(struct pen *w, const char *text)
{
	for (; *text != '\0' && kc_ok(w->r); text++)
		w->r = *text == '\'' ? kc_buf_adds(line(w), "'\\''", w->err) :
		    kc_buf_add(line(w), text, 1, w->err);
}

static bool
is_plain(const char *s)
{
	return s[0] != '\0' && strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=") == strlen(s);
}

static void
word(struct pen *w, const char *option, const char *text)
{
	raw(w, option);
	raw(w, is_plain(text) ? "" : "'");
	quoted(w, text);
	raw(w, is_plain(text) ? "" : "'");
}

/* Options that every command on the pool has. */
static void
begin_pool(struct pen *w, const struct est_approved *a, const char *command)
{
	begin(w, "az keyvault %s", command);
	word(w, " --hsm-name ", a->pool);
	if (a->subscription != NULL)
		word(w, " --subscription ", a->subscription);
}

/* A text as JSON, inside quotes of the shell. */
static void
json_text(struct pen *w, const char *text)
{
	json_t *s = json_string(text);
	struct kc_buf b = { 0 };

	if (kc_ok(w->r))
		w->r = s != NULL ? kc_json_canon(s, &b, w->err) :
		    KC_FAIL(w->err, KC_ENOMEM, 0, "no memory for a text");
	quoted(w, kc_buf_str(&b));
	kc_buf_free(&b);
	json_decref(s);
}

/* A list of texts, or of {member:text}, as JSON inside quotes. */
static void
json_list(struct pen *w, const struct est_names *list, const char *member)
{
	raw(w, "[");
	for (size_t i = 0; i < list->n; i++) {
		raw(w, i > 0 ? "," : "");
		raw(w, member != NULL ? "{\"" : "");
		raw(w, member != NULL ? member : "");
		raw(w, member != NULL ? "\":" : "");
		json_text(w, list->v[i]);
		raw(w, member != NULL ? "}" : "");
	}
	raw(w, "]");
}

static void
put_roles(struct pen *w, const struct est_approved *a)
{
	w->part = roles;
	for (size_t i = 0; i < a->n_custom; i++) {
		begin_pool(w, a, "role definition create");
		raw(w, " --role-definition '{\"roleName\":");
		json_text(w, a->custom[i].name);
		raw(w, ",\"description\":\"\",\"actions\":[],"
		    "\"notActions\":[],\"dataActions\":");
		json_list(w, &a->custom[i].actions, NULL);
		raw(w, ",\"notDataActions\":[]}'");
	}
	for (size_t i = 0; i < a->n_roles; i++) {
		begin_pool(w, a, "role assignment create");
		word(w, " --role ", a->role[i].role);
		word(w, " --scope ", a->role[i].scope);
		word(w, " --assignee-object-id ", a->role[i].principal);
		if (a->role[i].type != NULL)
			word(w, " --assignee-principal-type ",
			    a->role[i].type);
	}
}

/* What az has no option for is set on the resource itself. */
static void
put_perimeter(struct pen *w, const struct est_approved *a)
{
	w->part = perimeter;
	begin_pool(w, a, "update-hsm --enable-purge-protection true");
	if (a->group != NULL)
		word(w, " --resource-group ", a->group);
	for (size_t i = 0; i < a->regions.n; i++)
		word(w, i == 0 ? " --secondary-locations " : " ",
		    a->regions.v[i]);
	if (a->subscription == NULL || a->group == NULL)
		return;
	begin(w, "az resource update --api-version " ARM_API);
	word(w, " --subscription ", a->subscription);
	word(w, " --resource-group ", a->group);
	raw(w, " --resource-type Microsoft.KeyVault/managedHSMs");
	word(w, " --name ", a->pool);
	raw(w, " --set properties.publicNetworkAccess=");
	raw(w, a->public_network != NULL ? a->public_network : "Disabled");
	raw(w, " properties.networkAcls.defaultAction=Deny"
	    " properties.networkAcls.bypass=");
	raw(w, a->bypass != NULL ? a->bypass : "None");
	raw(w, " 'properties.networkAcls.ipRules=");
	json_list(w, &a->ip_rules, "value");
	raw(w, "' 'properties.networkAcls.virtualNetworkRules=");
	json_list(w, &a->subnets, "id");
	raw(w, "'");
}

static void
put_export(struct pen *w, const struct est_approved *a)
{
	w->part = settings;
	begin_pool(w, a, "setting update --name "
	    "AllowKeyManagementOperationsThroughARM --value false "
	    "--setting-type boolean");
	w->part = export;
	begin_pool(w, a, "show");
	raw(w, " -o json >pool.json");
	begin_pool(w, a, "role assignment list");
	raw(w, " -o json >roles.json");
	begin_pool(w, a, "role definition list");
	raw(w, " -o json >definitions.json");
	begin_pool(w, a, "setting list");
	raw(w, " -o json >settings.json");
	for (size_t i = 0; i < a->n_keys; i++) {
		begin_pool(w, a, "key show");
		word(w, " --name ", a->key[i].name);
		word(w, " -o json >key-", a->key[i].name);
		raw(w, ".json");
		begin_pool(w, a, "key rotation-policy show");
		word(w, " --name ", a->key[i].name);
		word(w, " -o json >rotation-", a->key[i].name);
		raw(w, ".json");
	}
	if (a->accounts.n > 0) {
		char account[120];

		(void)snprintf(account, sizeof account, "%.*s",
		    (int)strcspn(a->accounts.v[0], "/"), a->accounts.v[0]);
		begin_pool(w, a, "backup start");
		word(w, " --storage-account-name ", account);
		if (strchr(a->accounts.v[0], '/') != NULL)
			word(w, " --blob-container-name ",
			    strchr(a->accounts.v[0], '/') + 1);
		else
			raw(w, " --blob-container-name \"$CONTAINER\"");
		raw(w, " --storage-container-SAS-token \"$SAS\" -o json "
		    ">backup.json");
	}
}

/* One object: when, with which az, by which account, of which files. */
static void
put_record(struct pen *w)
{
	w->part = record;
	begin(w, "printf '{\"exported\":\"%%s\",\"version\":' "
	    "\"$(date -u +%%FT%%TZ)\" >record.json");
	begin(w, "az version -o json >>record.json");
	begin(w, "printf ',\"account\":' >>record.json");
	begin(w, "az account show -o json >>record.json");
	begin(w, "s=',\"files\":{'; for f in *.json; do "
	    "[ \"$f\" = record.json ] || { printf '%%s\"%%s\":\"%%s\"' "
	    "\"$s\" \"$f\" ");
	raw(w, "\"$(sha256sum <\"$f\" | cut -c1-64)\" >>record.json; s=,; }; "
	    "done");
	begin(w, "printf '}}\\n' >>record.json");
}

kc_result
cer_plan_make(const struct cer_site *site, struct cer_plan *ret,
    struct kc_err *err)
{
	struct pen w = { .p = ret, .r = KC_DONE, .err = err };

	if (cer_node_get(site->root, "estate") == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "the site file %s has no "
		    "'estate': there is nothing to plan", site->name);
	put_roles(&w, site->estate);
	put_perimeter(&w, site->estate);
	put_export(&w, site->estate);
	put_record(&w);
	return w.r;
}

void
cer_plan_free(struct cer_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		kc_buf_free(&p->is[i].line);
	p->n = 0;
}

static const char *
heading(const char *part)
{
	return part == roles ? "Roles: exactly these; remove every other "
	    "assignment, the initial administrators' too, where it is not "
	    "in the list" : part == perimeter ? "Perimeter: purge protection "
	    "can never be taken back" : part == settings ? "Azure's control "
	    "plane reaches no key" : part == export ? "Export what is judged "
	    "(SAS: a token for the container, for the backup only; it must "
	    "not get into a file)" : "The record of this export";
}

kc_result
cer_plan_print(const struct cer_site *site, const struct cer_plan *p,
    FILE *to, struct kc_err *err)
{
	const char *part = NULL;
	char hex[KC_HEX];
	int bad;

	kc_hex(site->sha256, KC_SHA256, hex);
	bad = fprintf(to, "#!/bin/sh\n# Plan for the pool %s, of the site "
	    "file %s\n# SHA-256 %s\nset -eu\n", site->pool, site->name, hex)
	    < 0;
	for (size_t i = 0; i < p->n; i++) {
		if (p->is[i].part != part)
			bad |= fprintf(to, "\n# %s\n", heading(
			    p->is[i].part)) < 0;
		part = p->is[i].part;
		bad |= fprintf(to, "%s\n", kc_buf_str(&p->is[i].line)) < 0;
	}
	for (size_t i = 0; i < site->estate->endpoints.n; i++)
		bad |= fprintf(to, "%s# private endpoint, to be Approved: "
		    "%s\n", i == 0 ? "\n" : "",
		    site->estate->endpoints.v[i]) < 0;
	if (bad || fflush(to) != 0)
		return KC_FAIL(err, KC_EIO, 0, "the plan was not written");
	return KC_DONE;
}

kc_result
cer_plan_json(const struct cer_site *site, const struct cer_plan *p,
    struct kc_err *err)
{
	json_t *list = json_array(), *o = NULL;
	char hex[KC_HEX];
	kc_result r = KC_DONE;

	kc_hex(site->sha256, KC_SHA256, hex);
	for (size_t i = 0; i < p->n; i++)
		KC_TRY(r, kc_json_add_new(list, json_pack("{s:s,s:s}", "part",
		    p->is[i].part, "command", kc_buf_str(&p->is[i].line)),
		    err));
	o = json_pack("{s:s,s:s,s:s,s:O}", "pool", site->pool, "site",
	    site->name, "site_sha256", hex, "commands", list);
	if (o == NULL)
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the plan");
	else if (cer_print_json(o, 0) == 6)
		r = KC_FAIL(err, KC_EIO, 0, "the plan was not written");
out:
	json_decref(list);
	return r;
}
