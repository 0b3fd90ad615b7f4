/* SPDX-License-Identifier: Apache-2.0
 *
 * Three rungs.  None of them proves what the one above it shows, and none is
 * taken for another.
 */
#include "ceremony/ladder.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/steps.h"
#include "tokens/attest.h"
#include "tokens/profile.h"

static const char *const rung_name[CER_RUNGS] = {
	"rung 1, device attestation",
	"rung 2, witnessed generation",
	"rung 3, attributes as reported",
};

/* The sentence goes on: "does not show ...". */
static const char *const not_shown[CER_RUNGS] = {
	"that nobody used the device before, or that it is the one in this "
	"room",
	"what nobody in the room looked at: it stands on the witnesses and on "
	"the proof of possession",
	"anything but what the module says",
};

#define OPEN "open"		/* not yet, but this ceremony may */

/* struct ladder: the answer. */
struct ladder {
	const char *state[CER_RUNGS];	/* held, refused, none, OPEN */
	char found[CER_RUNGS][400];
	struct tok_attestation said;
	bool wanted;			/* the site file wants rung 1 */
	struct kc_err why;		/* of a refused rung 1 */
};

static void
set(struct ladder *l, enum cer_rung rung, const char *state,
    const char *found)
{
	l->state[rung] = state;
	(void)snprintf(l->found[rung], sizeof l->found[rung], "%.399s", found);
}

static kc_result
judge_attestation(struct cer_room *room, const struct cer_card *card,
    struct tok_card *tok, const struct tok_key *key, struct ladder *l,
    struct kc_err *err)
{
	struct kc_buf leaf = { 0 }, device = { 0 }, root = { 0 };
	const struct cer_attest *pin = &room->site.attest;
	struct tok_attest_rule rule = { .root = &root,
		.serial = card->serial, .at_ms = kc_clock_utc_ms() };
	kc_result r;

	KC_TRY(r, cer_attest_root(room, &root, err));
	memcpy(rule.firmware, pin->firmware, sizeof rule.firmware);
	rule.pin_policy = pin->pin_policy;
	rule.touch_policy = pin->touch_policy;
	r = tok_attestation(tok, key->id, key->id_len, &leaf, &device,
	    &l->why);
	if (kc_ok(r))
		r = tok_attest_check(key, &leaf, &device, &rule, &l->said,
		    &l->why);
	if (!kc_ok(r) && kc_exit(r.code) != 1 && kc_exit(r.code) != 3) {
		*err = l->why;	/* the card went away: says nothing */
		goto out;
	}
	if (!kc_ok(r)) {
		set(l, CER_RUNG_ATTESTED, "refused", l->why.msg);
		r = KC_DONE;
		goto out;
	}
	l->state[CER_RUNG_ATTESTED] = "held";
	(void)snprintf(l->found[CER_RUNG_ATTESTED],
	    sizeof l->found[CER_RUNG_ATTESTED], "made on device %u, firmware "
	    "%u.%u.%u, PIN policy %s, touch policy %s", l->said.serial,
	    l->said.firmware[0], l->said.firmware[1], l->said.firmware[2],
	    tok_policy_name(TOK_POLICY_PIN, l->said.pin_policy),
	    tok_policy_name(TOK_POLICY_TOUCH, l->said.touch_policy));
out:
	kc_buf_free(&leaf);
	kc_buf_free(&device);
	kc_buf_free(&root);
	return r;
}

static kc_result
attested(struct cer_room *room, const struct cer_card *card,
    struct tok_card *tok, const struct tok_profile *p,
    const struct tok_key *key, struct ladder *l, struct kc_err *err)
{
	if (!p->attests) {
		set(l, CER_RUNG_ATTESTED, "none",
		    "the module has no attestation");
		return KC_DONE;
	}
	if (room->site.attest.root == NULL) {
		set(l, CER_RUNG_ATTESTED, "none",
		    "the site file pins no attestation root");
		return KC_DONE;
	}
	l->wanted = true;
	return judge_attestation(room, card, tok, key, l, err);
}

/* People watched the card being emptied and the key being made; that the key
 * they use is that one, its answer over the journal's head shows. */
static void
witnessed(const struct cer_card *card, enum tok_use use, struct ladder *l)
{
	if (!card->initialised || !card->made[use])
		set(l, CER_RUNG_WITNESSED, "none",
		    "made before this ceremony");
	else if (card->cert[use].len == 0 ||
	    strcmp(card->proven[use], card->cert_sha[use]) != 0)
		set(l, CER_RUNG_WITNESSED, OPEN, "made here, after this "
		    "ceremony emptied the card; not yet proven over the "
		    "journal's head");
	else
		set(l, CER_RUNG_WITNESSED, "held", "made here, after this "
		    "ceremony emptied the card, and proven over the "
		    "journal's head");
}

static const char *
tri(int v)
{
	return v < 0 ? "not said" : v != 0 ? "yes" : "no";
}

static void
reported(const struct tok_profile *p, const struct tok_key *key,
    struct ladder *l)
{
	bool good = key->sensitive == 1 && key->extractable == 0;

	l->state[CER_RUNG_REPORTED] = good ? "held" : "refused";
	(void)snprintf(l->found[CER_RUNG_REPORTED],
	    sizeof l->found[CER_RUNG_REPORTED], "made on the card %s, "
	    "sensitive %s, extractable %s, never extractable %s%s",
	    tri(key->local), tri(key->sensitive), tri(key->extractable),
	    tri(key->never_extractable), p->constants ? "; most of these are "
	    "constants of this module, not of the key" : "");
}

static kc_result
write_row(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, enum tok_use use, const struct ladder *l,
    struct kc_err *err)
{
	const struct tok_attestation *a = &l->said;
	char firmware[16] = "", device[16] = "";
	struct aud_fact f[] = {
		AUD_S("card", card->def->id),
		AUD_S("key", cer_use_name[use]),
		AUD_S("attested", l->state[CER_RUNG_ATTESTED]),
		AUD_S("attested.found", l->found[CER_RUNG_ATTESTED]),
		AUD_S("attested.not", not_shown[CER_RUNG_ATTESTED]),
		AUD_S("witnessed", l->state[CER_RUNG_WITNESSED]),
		AUD_S("witnessed.found", l->found[CER_RUNG_WITNESSED]),
		AUD_S("witnessed.not", not_shown[CER_RUNG_WITNESSED]),
		AUD_S("reported", l->state[CER_RUNG_REPORTED]),
		AUD_S("reported.found", l->found[CER_RUNG_REPORTED]),
		AUD_S("reported.not", not_shown[CER_RUNG_REPORTED]),
		AUD_S("firmware", firmware),
		AUD_S("device", device),
		AUD_S("pin-policy", ""),
		AUD_S("touch-policy", ""),
	};
	size_t n = sizeof f / sizeof *f;

	if (strcmp(l->state[CER_RUNG_ATTESTED], "held") == 0) {
		(void)snprintf(firmware, sizeof firmware, "%u.%u.%u",
		    a->firmware[0], a->firmware[1], a->firmware[2]);
		(void)snprintf(device, sizeof device, "%u", a->serial);
		f[n - 2] = AUD_S("pin-policy", tok_policy_name(
		    TOK_POLICY_PIN, a->pin_policy));
		f[n - 1] = AUD_S("touch-policy", tok_policy_name(
		    TOK_POLICY_TOUCH, a->touch_policy));
	}
	return cer_row(room, "provenance", in, f, n, err);
}

static enum cer_line_kind
line_of(const char *state)
{
	return strcmp(state, "held") == 0 ? CER_LINE_OK :
	    strcmp(state, "refused") == 0 ? CER_LINE_NOGO : CER_LINE_LABEL;
}

/* Each rung, and under it what it is no evidence of. */
static void
show(struct cer_room *room, enum tok_use use, const struct ladder *l)
{
	for (size_t i = 0; i < CER_RUNGS; i++) {
		cer_line(room, line_of(l->state[i]), l->state[i],
		    "%s key, %s: %s", cer_use_name[use], rung_name[i],
		    l->found[i]);
		cer_line(room, CER_LINE_LABEL, "limit", "It does not show %s.",
		    not_shown[i]);
	}
}

static kc_result
verdict(const struct cer_card *card, enum tok_use use,
    const struct ladder *l, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (l->wanted &&
	    strcmp(l->state[CER_RUNG_ATTESTED], "held") != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the %s key of %s: %s: %s",
		    cer_use_name[use], card->def->person,
		    rung_name[CER_RUNG_ATTESTED],
		    l->found[CER_RUNG_ATTESTED]);
	else if (strcmp(l->state[CER_RUNG_REPORTED], "refused") == 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "the %s key of %s: %s: %s",
		    cer_use_name[use], card->def->person,
		    rung_name[CER_RUNG_REPORTED],
		    l->found[CER_RUNG_REPORTED]);
	if (!kc_ok(r))
		kc_certain(err, "the key stays on the card and is used for "
		    "nothing");
	return r;
}

kc_result
cer_ladder(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, enum tok_use use, bool must,
    struct kc_err *err)
{
	const struct tok_profile *p;
	struct tok_key key = { 0 };
	struct ladder l = { 0 };
	struct tok_info info;
	bool found = false;
	kc_result r;

	KC_TRY(r, tok_info(tok, &info, err));
	p = tok_profile_named(info.profile);
	if (p == NULL) {
		r = KC_FAIL(err, KC_EBUG, 0, "no module '%s'", info.profile);
		goto out;
	}
	KC_TRY(r, cer_key_find(tok, use, &key, &found, err));
	if (!found) {
		r = KC_FAIL(err, KC_ECARDLESS, 0, "the card of %s holds no "
		    "%s key", card->def->person, cer_use_name[use]);
		goto out;
	}
	KC_TRY(r, attested(room, card, tok, p, &key, &l, err));
	witnessed(card, use, &l);
	reported(p, &key, &l);
	KC_TRY(r, write_row(room, in, card, use, &l, err));
	show(room, use, &l);
	if (must)
		r = verdict(card, use, &l, err);
out:
	tok_key_free(&key);
	return r;
}
