/* SPDX-License-Identifier: Apache-2.0
 *
 * Mistakes of a release policy as a whole: who can meet it, and who can
 * change it.  The weakest authority decides, so each is judged by itself.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "estate/policy_finding.h"

static void
clean(const char *from, char *ret, size_t size)
{
	struct kc_buf b = { 0 };

	if (kc_ok(kc_text_escape(from, strlen(from), &b, NULL)))
		(void)snprintf(ret, size, "%s", kc_buf_str(&b));
	kc_buf_free(&b);
	/* Cut in the middle of a character, it is a shorter text. */
	while (ret[0] != '\0' && !kc_text_clean(ret))
		ret[strlen(ret) - 1] = '\0';
}

void
est_found(struct est_hunt *h, enum est_severity severity, const char *code,
    const char *path, const char *fix, const char *fmt, ...)
{
	struct est_finding *f = &h->ret->is[h->ret->n];
	char text[400];
	va_list ap;

	h->ret->count[severity]++;
	if (h->ret->n == EST_FINDINGS_MAX)
		return;
	h->ret->n++;
	f->severity = severity;
	f->code = code;
	(void)snprintf(f->path, sizeof f->path, "%s", path);
	est_policy_place(h->p, path, &f->line, &f->col);
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	clean(text, f->text, sizeof f->text);
	clean(fix, f->fix, sizeof f->fix);
}

/* Is it a condition that does this, as it should be? */
static bool
does(const struct est_cond *c, unsigned what)
{
	bool tee;
	const struct est_claim_def *d = est_claim_known(c->claim, &tee);
	const char *text = json_is_string(c->value) ?
	    json_string_value(c->value) : "";
	bool yes = json_is_true(c->value) || strcmp(text, "true") == 0;
	bool no = json_is_false(c->value) || strcmp(text, "false") == 0;

	if (d == NULL || (d->does & what) == 0 || c->op != EST_EQUALS)
		return false;
	switch (what) {
	case EST_DEBUG:
	case EST_GUEST:
	case EST_MIGRATES:
		return no;
	case EST_BOOT:
		return yes;
	case EST_LEVEL:
		return (json_is_integer(c->value) &&
		    json_integer_value(c->value) == 0) ||
		    strcmp(text, "0") == 0;
	case EST_BINDS:
		return strspn(text, "0") != strlen(text);
	default:
		return true;
	}
}

/* Does whatever meets this authority meet a condition that does that?  Of a
 * group of all one child is enough, of a group of any each must. */
static bool
wants(const struct est_policy *p, size_t root, unsigned what)
{
	bool *is = calloc(p->n, sizeof *is), ret;

	if (is == NULL)
		return false;
	for (size_t i = p->n; i-- > root; ) {
		const struct est_cond *c = &p->cond[i];

		if (c->kind == EST_CLAIM) {
			is[i] = does(c, what);
			continue;
		}
		is[i] = c->kind == EST_ANY_OF;
		for (size_t k = c->first; k < c->first + c->n; k++)
			is[i] = c->kind == EST_ANY_OF ? is[i] && is[k] :
			    is[i] || is[k];
	}
	ret = is[root];
	free(is);
	return ret;
}

enum place { SHARED, OWN, TEST, ELSEWHERE, NO_URL };

/* shared<region>.<region>.attest.azure.net is Microsoft's; another name there
 * somebody's own. */
static enum place
place_of(const struct est_authority *a, char ret_bad[static 64])
{
	static const char *const ends[] = { ".attest.azure.net",
		".attest.azure.us", ".attest.azure.cn" };
	const char *host = a->norm + strlen("https://"), *dot;
	char norm[256];
	size_t n = 0;
	bool slash;

	ret_bad[0] = '\0';
	if (!est_authority_norm(a->url, norm, &slash))
		return NO_URL;
	for (size_t i = 0; n == 0 && i < sizeof ends / sizeof *ends; i++)
		if (strlen(host) > strlen(ends[i]) && strcmp(host +
		    strlen(host) - strlen(ends[i]), ends[i]) == 0)
			n = strlen(host) - strlen(ends[i]);
	if (n == 0)
		return ELSEWHERE;
	if (n > 5 && strncmp(host + n - 5, ".test", 5) == 0)
		return TEST;
	dot = memchr(host, '.', n);
	if (strncmp(host, "shared", 6) != 0 || dot == NULL)
		return OWN;
	if ((size_t)(dot - host) - 6 != n - (size_t)(dot - host) - 1 ||
	    memcmp(host + 6, dot + 1, (size_t)(dot - host) - 6) != 0)
		(void)snprintf(ret_bad, 64, "%.*s", (int)(n < 63 ? n : 63),
		    host);
	return SHARED;
}

static void
authority_url(struct est_hunt *h, const struct est_authority *a,
    enum place where, const char *bad)
{
	char path[64];

	(void)snprintf(path, sizeof path, "%s.authority", a->path);
	if (where == NO_URL)
		est_found(h, EST_ERROR, strncmp(a->norm, "http:", 5) == 0 ?
		    "http" : "authority-url", path, "Write https://HOST of the "
		    "attestation service, without port or path.", "'%s' is no "
		    "https://HOST: no token is of it", a->url);
	else if (where == ELSEWHERE)
		est_found(h, EST_ERROR, "authority-host", path, "", "'%s' is "
		    "no host of Azure Attestation (attest.azure.net): whoever "
		    "runs it decides who gets the key", a->url);
	else if (where == TEST)
		est_found(h, EST_ERROR, "authority-test", path, "", "'%s' is a "
		    "test instance of Azure Attestation", a->url);
	else if (bad[0] != '\0')
		est_found(h, EST_ERROR, "region", path, "The shared instance "
		    "of a region has its name twice: sharedweu.weu.", "'%s': "
		    "the instance and its region differ, so no token is of it",
		    bad);
	else if (where == OWN && !wants(h->p, a->root, EST_RULES))
		est_found(h, EST_WARNING, "own-instance", path, "Require "
		    "x-ms-policy-hash, or take a shared instance of "
		    "Microsoft's.", "'%s' is somebody's own instance: who may "
		    "change its attestation policy decides who gets the key",
		    a->url);
}

/* Who meets it, and what is not excluded. */
static void
strength(struct est_hunt *h, const struct est_authority *a, enum place where)
{
	const struct est_policy *p = h->p;
	bool complies = wants(p, a->root, EST_COMPLIES);

	if (!wants(p, a->root, EST_BINDS) && where != OWN)
		est_found(h, EST_ERROR, "anybody", a->path, "Require something "
		    "of your own: vmUniqueId, x-ms-azurevm-vmid, the host data "
		    "of a container, or an attestation instance of your own.",
		    "nothing in it is its owner's: any confidential machine of "
		    "any tenant meets it, and only the release role keeps "
		    "them from the key");
	if (!wants(p, a->root, EST_DEBUG))
		est_found(h, complies ? EST_WARNING : EST_ERROR, "debug",
		    a->path, "Require " EST_TEE "x-ms-sevsnpvm-is-debuggable "
		    "equals false.", "a machine with a debugger is not "
		    "excluded%s", complies ? " but by the compliance status" :
		    "");
	if (wants(p, a->root, EST_SGX))
		return;
	if (!wants(p, a->root, EST_BOOT))
		est_found(h, EST_NOTE, "secure-boot", a->path, "Require "
		    "secureboot equals true.", "secure boot is not required");
	if (!wants(p, a->root, EST_GUEST))
		est_found(h, EST_NOTE, "guest-debug", a->path, "Require "
		    "x-ms-azurevm-kerneldebug-enabled equals false, and of "
		    "bootdebug and hypervisordebug likewise.", "debuggers of "
		    "the guest's own kernel are not excluded");
	if (!wants(p, a->root, EST_MIGRATES))
		est_found(h, EST_NOTE, "migration", a->path, "Require " EST_TEE
		    "x-ms-sevsnpvm-migration-allowed equals false.",
		    "a machine that may be moved is not excluded");
	if (!wants(p, a->root, EST_LEVEL))
		est_found(h, EST_NOTE, "vmpl", a->path, "Require " EST_TEE
		    "x-ms-sevsnpvm-vmpl equals 0.", "privilege levels of the "
		    "guest other than 0 are not excluded");
}

/* In a group: the same claim twice, or different claims of which one is
 * enough; TEE claims at the top and under the TEE. */
static void
group(struct est_hunt *h, const struct est_cond *g)
{
	const struct est_policy *p = h->p;
	bool different = false, top = false, under = false, tee;

	for (size_t i = g->first; i < g->first + g->n; i++) {
		const struct est_cond *a = &p->cond[i];
		const struct est_claim_def *d;

		if (a->kind != EST_CLAIM)
			continue;
		d = est_claim_known(a->claim, &tee);
		under = under || tee;
		top = top || (d != NULL && !tee && d->tee && !d->top);
		for (size_t k = g->first; k < i; k++) {
			const struct est_cond *b = &p->cond[k];

			if (b->kind != EST_CLAIM)
				continue;
			different = different ||
			    strcmp(a->claim, b->claim) != 0;
			if (strcmp(a->claim, b->claim) != 0 ||
			    a->op != EST_EQUALS || b->op != EST_EQUALS)
				continue;
			if (json_equal(a->value, b->value))
				est_found(h, EST_NOTE, "twice", a->path,
				    "Leave it out.", "this condition stands "
				    "there already");
			else if (g->kind == EST_ALL_OF)
				est_found(h, EST_ERROR, "never", a->path,
				    "Put both into an anyOf.", "'%s' cannot "
				    "have two values: it never holds (anyOf "
				    "was meant?)", a->claim);
		}
	}
	if (g->kind == EST_ANY_OF && different)
		est_found(h, g->depth == 0 ? EST_ERROR : EST_WARNING,
		    "any-of-different", g->path, "Put them into an allOf.",
		    "any one of different claims is enough: the weakest "
		    "decides (allOf was meant?)");
	if (g->kind == EST_ALL_OF && top && under)
		est_found(h, EST_ERROR, "level", g->path, "A virtual machine's "
		    "token has the TEE's claims under x-ms-isolation-tee, a "
		    "container's at the top: take one.", "claims of the TEE at "
		    "the top and under x-ms-isolation-tee: no token has both");
}

/* sevsnpvm at the top is what a platform's or a container's token says. */
static void
level(struct est_hunt *h, const struct est_cond *c)
{
	const char *text = json_is_string(c->value) ?
	    json_string_value(c->value) : "";

	if (strcmp(c->claim, "x-ms-attestation-type") == 0 &&
	    (strcmp(text, "sevsnpvm") == 0 || strcmp(text, "tdxvm") == 0))
		est_found(h, EST_WARNING, "level", c->path, "For guest "
		    "attestation write " EST_TEE "x-ms-attestation-type.",
		    "at the top '%s' stands in tokens of the platform (disk "
		    "encryption) and of containers only; a guest's token has "
		    "azurevm there", text);
}

static void
authorities(struct est_hunt *h)
{
	const struct est_policy *p = h->p;
	size_t slashes = 0;

	for (size_t i = 0; i < p->n_authorities; i++) {
		const struct est_authority *a = &p->authority[i];
		char bad[64];
		enum place where = place_of(a, bad);

		slashes += a->slash;
		authority_url(h, a, where, bad);
		strength(h, a, where);
		for (size_t k = 0; k < i; k++)
			if (strcmp(p->authority[k].norm, a->norm) == 0) {
				est_found(h, EST_ERROR, "authority-twice",
				    a->path, "Put the conditions of both into "
				    "one.", "'%s' stands there already (%s): "
				    "the weaker of the two decides", a->url,
				    p->authority[k].path);
				break;
			}
	}
	if (p->n_authorities > 1)
		est_found(h, EST_NOTE, "authorities", "anyOf", "Keep the "
		    "regions in which the key is used.", "a token of any of "
		    "the %zu authorities is enough", p->n_authorities);
	if (slashes > 0 && slashes < p->n_authorities)
		est_found(h, EST_NOTE, "slash", "anyOf", "Write all of them "
		    "without.", "%zu of %zu authorities end in '/', the "
		    "issuers of tokens do not; the service seems to take both",
		    slashes, p->n_authorities);
}

/* What the key around it says. */
static void
key(struct est_hunt *h)
{
	const struct est_policy *p = h->p;

	if (p->legacy || p->version[0] == '0')
		est_found(h, EST_WARNING, "version", "version", "Write version "
		    "1.0.0 with \"equals\".", "this is the form of API 7.0");
	if (!p->in_key)
		return;
	if (p->immutable == 0)
		est_found(h, EST_ERROR, "immutable", "", "az keyvault key "
		    "set-attributes --immutable true (it cannot be taken "
		    "back)", "the policy is not immutable: whoever may write "
		    "the key puts another in its place");
	if (p->exportable == 0)
		est_found(h, EST_ERROR, "exportable", "", "", "the key is not "
		    "exportable: its policy releases nothing");
}

void
est_policy_find(const struct est_policy *p, struct est_findings *ret)
{
	struct est_hunt h = { p, ret };

	key(&h);
	authorities(&h);
	for (size_t i = 0; i < p->n; i++) {
		if (p->cond[i].kind != EST_CLAIM) {
			group(&h, &p->cond[i]);
			continue;
		}
		level(&h, &p->cond[i]);
		est_find_cond(&h, &p->cond[i]);
	}
}
