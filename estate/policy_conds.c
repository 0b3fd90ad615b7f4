/* SPDX-License-Identifier: Apache-2.0
 *
 * Mistakes in one condition of a release policy: it can never hold, holds for
 * everybody, or will stop holding.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "estate/policy_finding.h"

static const char *
text_of(const struct est_cond *c)
{
	return json_is_string(c->value) ? json_string_value(c->value) : "";
}

static void
operators(struct est_hunt *h, const struct est_cond *c)
{
	if (c->op == EST_EXISTS)
		est_found(h, EST_WARNING, "operator", c->path, "Use equals "
		    "with the value that is wanted.", "'exists' is "
		    "documented, but that the service knows it is not "
		    "confirmed; it asks for no value, so any will do");
	else if (c->op != EST_EQUALS)
		est_found(h, EST_WARNING, "operator", c->path, "Use equals, "
		    "or try it against the service before the day.", "'%s' is "
		    "documented, but that the service knows it is not "
		    "confirmed: its own text says that only equals is allowed",
		    est_op_name(c->op));
}

/* JSON types: MAA writes true, people write "true". */
static void
types(struct est_hunt *h, const struct est_cond *c,
    const struct est_claim_def *d)
{
	const char *text = text_of(c);
	char fix[120];
	bool quoted_bool = strcmp(text, "true") == 0 ||
	    strcmp(text, "false") == 0;
	bool quoted_int = text[0] != '\0' &&
	    strspn(text, "0123456789") == strlen(text);

	(void)snprintf(fix, sizeof fix, "Write %.60s without quotes, or try it "
	    "against the service.", text);
	if ((d->kind == EST_CLAIM_BOOL && quoted_bool) ||
	    (d->kind == EST_CLAIM_INT && quoted_int))
		est_found(h, EST_WARNING, "type", c->path, fix, "the token has "
		    "a %s here, the policy a string: whether the service takes "
		    "one for the other is not documented",
		    d->kind == EST_CLAIM_BOOL ? "boolean" : "number");
	else if ((d->kind == EST_CLAIM_BOOL && !json_is_boolean(c->value)) ||
	    (d->kind == EST_CLAIM_INT && !json_is_integer(c->value)) ||
	    (d->kind >= EST_CLAIM_HEX && !json_is_string(c->value)) ||
	    (d->kind == EST_CLAIM_TEXT && !json_is_string(c->value)))
		est_found(h, EST_ERROR, "type", c->path, "", "the token has a "
		    "%s here: this value never equals it",
		    d->kind == EST_CLAIM_BOOL ? "boolean" :
		    d->kind == EST_CLAIM_INT ? "number" : "string");
}

static void
hex(struct est_hunt *h, const struct est_cond *c,
    const struct est_claim_def *d)
{
	const char *text = text_of(c);
	size_t n = strlen(text);
	bool upper = false;

	if (d->kind != EST_CLAIM_HEX || n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		upper = upper || isupper((unsigned char)text[i]);
	if (n != d->digits || strspn(text, "0123456789abcdefABCDEF") != n)
		est_found(h, EST_ERROR, "hex", c->path, "", "the token has %zu "
		    "hex digits here, the policy %zu characters: it never "
		    "holds", d->digits, n);
	else if (upper)
		est_found(h, EST_ERROR, "hex-case", c->path, "Write it in "
		    "lower case.", "the token's hex is in lower case: it never "
		    "holds");
	else if (strspn(text, "0") == n)
		est_found(h, EST_ERROR, "all-zero", c->path, "Take the value "
		    "of the machine that shall receive the key.", "it is zero: "
		    "so it is in every ordinary virtual machine, and says "
		    "nothing");
}

/* What a change of firmware breaks. */
static void
versions(struct est_hunt *h, const struct est_cond *c,
    const struct est_claim_def *d)
{
	if (c->op != EST_EQUALS)
		return;
	if ((d->does & EST_SVN) != 0)
		est_found(h, EST_WARNING, "version-pinned", c->path, "Leave it "
		    "to the compliance status, or plan a new policy for each "
		    "update.", "a security version pinned with equals: the "
		    "next firmware update locks the key away");
	else if ((d->does & EST_MEASURE) != 0)
		est_found(h, EST_WARNING, "measurement-pinned", c->path, "",
		    "Microsoft's firmware changes this value%s",
		    strstr(d->name, "idkey") != NULL ? ", about once a year" :
		    " often, and Microsoft advises against it");
	else if ((d->does & EST_TOKEN) != 0)
		est_found(h, EST_WARNING, "token-mechanics", c->path, "Leave "
		    "it out: 'authority' says whose tokens, and their times "
		    "are checked anyway.", "%s is the token's own mechanics, "
		    "not a property of the machine", c->claim);
}

/* A value that does the opposite of what the claim is asked for. */
static void
values(struct est_hunt *h, const struct est_cond *c,
    const struct est_claim_def *d, bool tee)
{
	const char *text = text_of(c);
	bool yes = json_is_true(c->value) || strcmp(text, "true") == 0;
	bool no = json_is_false(c->value) || strcmp(text, "false") == 0;
	const unsigned debug = EST_DEBUG | EST_GUEST;

	if (c->op != EST_EQUALS)
		return;
	if (((d->does & (debug | EST_MIGRATES)) != 0 && yes) ||
	    ((d->does & EST_BOOT) != 0 && no))
		est_found(h, EST_ERROR, "opposite", c->path, (d->does &
		    EST_BOOT) != 0 ? "Want true." : "Want false.", "this asks "
		    "for a machine %s", (d->does & debug) != 0 ?
		    "that can be debugged" : (d->does & EST_BOOT) != 0 ?
		    "without secure boot" : "that can be moved elsewhere");
	if (d->does == EST_TYPE && tee && strcmp(text, "azurevm") == 0)
		est_found(h, EST_ERROR, "level", c->path, "Ask for sevsnpvm or "
		    "tdxvm here; azurevm stands at the top.", "under "
		    "x-ms-isolation-tee the type is the TEE's, never azurevm");
}

/* A name that no token has, or not there. */
static void
unknown(struct est_hunt *h, const struct est_cond *c)
{
	const struct est_claim_def *like = est_claim_like(c->claim);
	char fix[200] = "";

	if (strpbrk(c->claim, "[]") != NULL) {
		est_found(h, EST_ERROR, "array", c->path, "Ask for a claim "
		    "that is no item of a list.", "items of a list cannot be "
		    "asked for: it never holds");
		return;
	}
	if (like != NULL)
		(void)snprintf(fix, sizeof fix, "Is '%s%s' meant?",
		    like->tee && !like->top ? EST_TEE : "", like->name);
	est_found(h, EST_WARNING, "unknown-claim", c->path, fix, "'%s' is no "
	    "claim that this program knows; a missing claim never holds",
	    c->claim);
}

void
est_find_cond(struct est_hunt *h, const struct est_cond *c)
{
	bool tee;
	const struct est_claim_def *d = est_claim_known(c->claim, &tee);

	operators(h, c);
	if (d == NULL) {
		unknown(h, c);
		return;
	}
	if (c->op != EST_EXISTS) {
		types(h, c, d);
		hex(h, c, d);
	}
	versions(h, c, d);
	values(h, c, d, tee);
}
