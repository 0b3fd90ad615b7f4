/* SPDX-License-Identifier: Apache-2.0
 *
 * The action that judges the release policy of a key: for the mistakes that
 * people make, and against the policy that was approved, whose hash the site
 * file has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/policy.h"
#include "ceremony/steps.h"

#define CERTAIN "the policy was judged, nothing else was done"

kc_result
cer_policy_fields(const struct cer_node *step, struct kc_err *err)
{
	static const char *const keys[] = { "file", "approved" };
	const char *accept[CER_LIST_MAX], *name;
	size_t n = 0;
	kc_result r;

	for (size_t i = 0; i < 2; i++) {
		KC_TRY(r, cer_node_str(step, keys[i], "a", &name, err));
		if (!cer_medium_name(name))
			return CER_NODE_FAIL(cer_node_get(step, keys[i]), err,
			    "'%.40s' is no name of a file: letters, digits, "
			    "'.' and '-'", name);
	}
	if ((cer_node_get(step, "file") == NULL) !=
	    (cer_node_get(step, "approved") == NULL))
		return CER_NODE_FAIL(step, err, "'file' and 'approved' stand "
		    "together, or neither");
	r = cer_node_list(step, "accept", accept, CER_LIST_MAX, &n, err);
out:
	return r;
}

/* Did who wrote the script know of this mistake, and take it? */
static bool
is_accepted(const struct cer_instance *in, const char *code)
{
	const char *accept[CER_LIST_MAX];
	size_t n = 0;

	if (!kc_ok(cer_node_list(in->step->node, "accept", accept,
	    CER_LIST_MAX, &n, NULL)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(accept[i], code) == 0)
			return true;
	return false;
}

/* The approved policy is the one of which the site file has the hash. */
static kc_result
is_approved(struct cer_room *room, const struct est_plan_key *plan,
    struct cer_policy_desk *d, struct kc_err *err)
{
	const struct est_approved *a = room->site.estate;
	struct kc_buf canon = { 0 };
	uint8_t sha[KC_SHA256];
	bool found = false;
	kc_result r;

	KC_TRY(r, est_policy_canon(&d->approved, &canon, sha, err));
	for (size_t i = 0; i < a->n_keys; i++)
		found = found || ((plan == NULL || plan == &a->key[i]) &&
		    a->key[i].has_policy && memcmp(a->key[i].policy, sha,
		    sizeof sha) == 0);
	if (!found)
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s is not the policy that "
		    "the site file approves%s%s: its hash is another",
		    d->approved.name, plan != NULL ? " for the key " : "",
		    plan != NULL ? plan->name : "");
out:
	kc_buf_free(&canon);
	return r;
}

static kc_result
rows(struct cer_room *room, const struct cer_instance *in,
    const struct cer_policy_desk *d, bool holds, struct kc_err *err)
{
	static const char *const severity[] = { "note", "warning", "error" };
	static const char *const than[] = { "weaker", "stronger", "other" };
	char hex[KC_HEX];
	kc_result r = KC_DONE;

	kc_hex(d->sha256, KC_SHA256, hex);
	for (size_t i = 0; i < d->found.n; i++) {
		const struct est_finding *x = &d->found.is[i];

		if (x->severity == EST_NOTE)
			continue;
		KC_TRY(r, cer_row(room, "policy.finding", in,
		    (struct aud_fact[]){ AUD_S("code", x->code),
		    AUD_S("state", is_accepted(in, x->code) ? "accepted" :
		    severity[x->severity]), AUD_S("path", x->path),
		    AUD_S("found", x->text), AUD_S("sha256", hex) }, 5, err));
	}
	for (size_t i = 0; i < d->differences.n; i++)
		KC_TRY(r, cer_row(room, "policy.difference", in,
		    (struct aud_fact[]){ AUD_S("than",
		    than[d->differences.is[i].than]), AUD_S("found",
		    d->differences.is[i].text), AUD_S("sha256", hex) }, 3,
		    err));
	r = cer_row(room, "policy.checked", in, (struct aud_fact[]){
	    AUD_S("name", d->policy.name), AUD_S("sha256", hex),
	    AUD_S("verdict", holds ? "holds" : "does-not-hold"),
	    AUD_S("approved", d->approved.name), AUD_I("differences",
	    (int64_t)(d->differences.n + d->differences.more)),
	    AUD_I("errors", (int64_t)d->found.count[EST_ERROR]),
	    AUD_I("warnings", (int64_t)d->found.count[EST_WARNING]) }, 7,
	    err);
out:
	return r;
}

static kc_result
show(struct cer_room *room, const struct cer_instance *in,
    const struct cer_policy_desk *d, struct kc_err *err)
{
	char text[200];

	room->view.n_lines = 0;
	for (size_t i = 0; i < d->differences.n; i++)
		cer_line(room, CER_LINE_NOGO, "Differs", "%s",
		    d->differences.is[i].text);
	for (int s = EST_ERROR; s > EST_NOTE; s--)
		for (size_t i = 0; i < d->found.n; i++)
			if ((int)d->found.is[i].severity == s)
				cer_line(room, s == EST_ERROR &&
				    !is_accepted(in, d->found.is[i].code) ?
				    CER_LINE_NOGO : CER_LINE_LABEL,
				    d->found.is[i].code, "%s",
				    d->found.is[i].text);
	(void)snprintf(text, sizeof text, "%.80s: %s; %zu mistake(s), %zu "
	    "warning(s).", d->policy.name, d->differences.n == 0 ?
	    "it is the approved policy" : "it is NOT the approved policy",
	    d->found.count[EST_ERROR], d->found.count[EST_WARNING]);
	return cer_continue(room, in, "findings", text, err);
}

/* The first finding that nobody took into account. */
static const struct est_finding *
unaccepted(const struct cer_instance *in, const struct est_findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->is[i].severity == EST_ERROR &&
		    !is_accepted(in, f->is[i].code))
			return &f->is[i];
	return NULL;
}

static kc_result
verdict(const struct cer_instance *in, const struct cer_policy_desk *d,
    struct kc_err *err)
{
	const struct est_finding *x = unaccepted(in, &d->found);

	if (d->differences.n > 0)
		return cer_policy_verdict(d, err);
	if (x != NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s: %s (%s): %s",
		    d->policy.name, x->code, x->path, x->text);
	return KC_DONE;
}

static kc_result
judge(struct cer_room *room, const struct cer_instance *in, const char *file,
    const char *approved, const struct est_plan_key *plan, struct kc_err *err)
{
	struct cer_policy_desk *d = calloc(1, sizeof *d);
	struct kc_err why = { 0 };
	kc_result r, said;

	if (d == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for policies");
	d->compared = true;
	KC_TRY(r, cer_paper_take(room, in, approved, &d->bytes[1], err));
	KC_TRY(r, est_policy_read(approved, d->bytes[1].p, d->bytes[1].len,
	    &d->approved, err));
	KC_TRY(r, is_approved(room, plan, d, err));
	KC_TRY(r, cer_paper_take(room, in, file, &d->bytes[0], err));
	KC_TRY(r, est_policy_read(file, d->bytes[0].p, d->bytes[0].len,
	    &d->policy, err));
	KC_TRY(r, cer_policy_judge(d, err));
	said = verdict(in, d, &why);
	KC_TRY(r, rows(room, in, d, kc_ok(said), err));
	KC_TRY(r, show(room, in, d, err));
	if (!kc_ok(said)) {
		*err = why;
		r = said;
		goto out;
	}
	KC_TRY(r, cer_artifact_put(room, in, approved, d->bytes[1].p,
	    d->bytes[1].len, err));
	r = cer_artifact_put(room, in, file, d->bytes[0].p, d->bytes[0].len,
	    err);
out:
	if (!kc_ok(r))
		kc_certain(err, "%s; %s was not kept", CERTAIN, file);
	cer_policy_desk_free(&d);
	return r;
}

/* Each key that may leave the HSM: key-NAME.json, policy-NAME.json. */
static kc_result
judge_keys(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	const struct est_approved *a = room->site.estate;
	char file[160], approved[160];
	size_t n = 0;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < a->n_keys && kc_ok(r); i++) {
		if (!a->key[i].has_policy)
			continue;
		n++;
		(void)snprintf(file, sizeof file, "key-%.120s.json",
		    a->key[i].name);
		(void)snprintf(approved, sizeof approved,
		    "policy-%.120s.json", a->key[i].name);
		r = cer_medium_name(approved) ? judge(room, in, file, approved,
		    &a->key[i], err) : KC_FAIL(err, KC_EREFUSED, 0, "'%s' is "
		    "too long for a file's name", approved);
	}
	if (!kc_ok(r) || n > 0)
		return r;
	/* Whether a key is exportable all the same is evidence.check's. */
	KC_TRY(r, cer_row(room, "policy.none", in, (struct aud_fact[]){
	    AUD_I("keys", (int64_t)a->n_keys) }, 1, err));
	r = cer_continue(room, in, "findings", "The site file approves no "
	    "release policy: none of its keys may leave the HSM.", err);
out:
	return r;
}

kc_result
cer_do_policy(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	const char *file, *approved;
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain, "%s",
	    CERTAIN);
	KC_TRY(r, cer_node_str(in->step->node, "file", "", &file, err));
	KC_TRY(r, cer_node_str(in->step->node, "approved", "", &approved,
	    err));
	r = file[0] != '\0' ? judge(room, in, file, approved, NULL, err) :
	    judge_keys(room, in, err);
out:
	return r;
}
