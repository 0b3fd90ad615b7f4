/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of a ceremony: a fold over the journal's rows.  Nothing else
 * remembers anything.
 */
#include <string.h>

#include "base/b64.h"
#include "ceremony/action.h"
#include "ceremony/amend.h"
#include "ceremony/gonogo.h"
#include "ceremony/readback.h"

static void
copy(char *to, size_t size, const char *from)
{
	size_t len = from != NULL ? strlen(from) : 0;

	if (len >= size)
		len = size - 1;
	if (len > 0)
		memcpy(to, from, len);
	to[len] = '\0';
}
#define COPY(to, from) copy((to), sizeof(to), (from))

static bool
is(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

static struct cer_instance *
find_instance(struct cer_room *room, const char *id)
{
	for (size_t i = 0; i < room->n_inst; i++)
		if (strcmp(room->inst[i].id, id) == 0)
			return &room->inst[i];
	return NULL;
}

static struct cer_card *
find_card(struct cer_room *room, const char *id)
{
	for (size_t i = 0; i < room->site.n_cards; i++)
		if (is(id, room->site.card[i].id))
			return &room->st.card[i];
	return NULL;
}

struct cer_card *
cer_card_of(struct cer_room *room, const char *person)
{
	for (size_t i = 0; i < room->site.n_cards; i++)
		if (is(person, room->site.card[i].person))
			return &room->st.card[i];
	return NULL;
}

const struct cer_artifact *
cer_artifact_get(const struct cer_room *room, const char *name)
{
	for (size_t i = 0; i < room->st.n_artifacts; i++)
		if (is(name, room->st.artifact[i].name))
			return &room->st.artifact[i];
	return NULL;
}

static int
use_of(const char *key)
{
	return is(key, "wrapping") ? TOK_WRAPPING :
	    is(key, "signing") ? TOK_SIGNING : -1;
}

static void
on_intent(struct cer_room *room, const struct aud_entry *e)
{
	struct cer_state *st = &room->st;
	struct cer_card *card = find_card(room, aud_entry_str(e, "card"));
	int use = use_of(aud_entry_str(e, "key"));

	COPY(st->open_id, aud_entry_str(e, "command.id"));
	COPY(st->open_command, aud_entry_str(e, "command"));
	COPY(st->open_class, aud_entry_str(e, "class"));
	COPY(st->open_card, aud_entry_str(e, "card"));
	COPY(st->open_key, aud_entry_str(e, "key"));
	COPY(st->open_step, e->step);
	if (card == NULL)
		return;
	cer_pace_intent(&st->timed, card, e);
	if (is(st->open_command, "generate") && use >= 0)
		card->pending[use] = true;
	if (is(st->open_class, "unanswerable"))
		card->unanswered[0] = '\0';
	if (is(st->open_command, "initialise")) {
		card->inits++;
		COPY(card->label, aud_entry_str(e, "label"));
	}
}

static kc_result
on_certificate(struct cer_card *card, int use, const struct aud_entry *e,
    struct kc_err *err)
{
	const char *b64 = aud_entry_str(e, "cert");

	if (b64 == NULL)
		return KC_DONE;
	kc_buf_free(&card->cert[use]);
	COPY(card->cert_sha[use], aud_entry_str(e, "cert.sha256"));
	return kc_b64_decode(b64, strlen(b64), &card->cert[use], err);
}

/* The counters that an outcome carries: of the PIN, or of the SO PIN. */
static void
on_tries(struct cer_card *card, const struct aud_entry *e)
{
	static const char *const last[] = { "pin.last.after",
		"so.last.after" }, *const locked[] = { "pin.locked.after",
		"so.locked.after" };

	for (size_t i = 0; i < 2; i++) {
		if (json_object_get(e->facts, last[i]) == NULL)
			continue;
		card->tries_known = true;
		card->tries_low[i] = aud_entry_true(e, last[i]) ||
		    aud_entry_true(e, locked[i]);
	}
}

static kc_result
on_done(struct cer_room *room, const struct aud_entry *e, struct kc_err *err)
{
	struct cer_card *card = find_card(room, aud_entry_str(e, "card"));
	const char *command = aud_entry_str(e, "command");
	const char *way = aud_entry_str(e, "oaep");
	const char *atr = aud_entry_str(e, "atr");
	int use = use_of(aud_entry_str(e, "key"));

	room->st.open_id[0] = '\0';
	if (card == NULL)
		return KC_DONE;
	cer_pace_done(&room->st.timed, card, e);
	on_tries(card, e);
	if (is(command, "initialise")) {
		card->initialised = true;
		/* Whatever was on the card is gone. */
		for (size_t u = 0; u < CER_USES; u++) {
			card->pending[u] = card->made[u] = false;
			card->judged[u] = false;
			kc_buf_free(&card->cert[u]);
		}
		COPY(card->serial, aud_entry_str(e, "serial"));
		COPY(card->module, aud_entry_str(e, "module"));
	}
	if (is(command, "initialise") || (atr != NULL && atr[0] != '\0'))
		COPY(card->atr, atr);
	if (is(command, "initialise"))
		card->pin_changed = card->retired = false;
	if (is(command, "pin"))
		card->pin_changed = true;
	if (is(command, "retire"))
		card->retired = true;
	if (is(command, "sweep"))
		card->unsure = false;
	if (way != NULL)
		card->way = is(way, "direct") ? TOK_OAEP_DIRECT :
		    TOK_OAEP_RAW;
	if (use < 0)
		return KC_DONE;
	if (is(command, "erase"))
		card->pending[use] = card->made[use] = false;
	if (is(command, "generate")) {
		card->pending[use] = false;
		card->made[use] = true;
		card->judged[use] = false;
		COPY(card->spki_sha[use], aud_entry_str(e, "spki.sha256"));
	}
	/* A proof of the wrapping key without the round trip is none. */
	if (is(command, "prove") && (use != TOK_WRAPPING ||
	    is(aud_entry_str(e, "round-trip"), "witnessed")))
		COPY(card->proven[use], card->cert_sha[use]);
	if (is(command, "certificate") || is(command, "identify"))
		return on_certificate(card, use, e, err);
	return KC_DONE;
}

/* Refused ones are judged again. */
static void
on_provenance(struct cer_room *room, const struct aud_entry *e)
{
	struct cer_card *card = find_card(room, aud_entry_str(e, "card"));
	int use = use_of(aud_entry_str(e, "key"));

	if (card != NULL && use >= 0)
		card->judged[use] =
		    !is(aud_entry_str(e, "attested"), "refused") &&
		    !is(aud_entry_str(e, "reported"), "refused");
}

/* A command that makes an object may have left a part of it. */
static void
on_not_done(struct cer_room *room, const struct aud_entry *e)
{
	struct cer_card *card = find_card(room, aud_entry_str(e, "card"));
	const char *command = aud_entry_str(e, "command");

	room->st.open_id[0] = '\0';
	if (card == NULL)
		return;
	on_tries(card, e);
	if (is(command, "generate") || is(command, "certificate"))
		card->unsure = true;
	if (is(room->st.open_class, "unanswerable") &&
	    is(e->kind, "card.unknown"))
		COPY(card->unanswered, command);
}

/* A person said what is done about an unanswered command. */
static void
on_decided(struct cer_room *room, const struct aud_entry *e)
{
	struct cer_card *card = find_card(room, aud_entry_str(e, "card"));

	if (card == NULL)
		return;
	card->unanswered[0] = '\0';
	if (is(aud_entry_str(e, "command"), "pin"))
		card->pin_changed = is(aud_entry_str(e, "decision"),
		    CER_TRY_NEW_PIN);
}

static void
on_artifact(struct cer_room *room, const struct aud_entry *e)
{
	struct cer_state *st = &room->st;
	const char *name = aud_entry_str(e, "name");

	if (name == NULL || cer_artifact_get(room, name) != NULL ||
	    st->n_artifacts == CER_ARTIFACTS_MAX)
		return;
	COPY(st->artifact[st->n_artifacts].name, name);
	COPY(st->artifact[st->n_artifacts].sha256,
	    aud_entry_str(e, "sha256"));
	st->n_artifacts++;
}

static void
on_step(struct cer_room *room, const struct aud_entry *e)
{
	struct cer_instance *in = find_instance(room, e->step);

	if (in == NULL)
		return;
	if (is(e->kind, "step.begin")) {
		in->begun = true;
		in->failed = false;
	} else if (is(e->kind, "step.failed")) {
		in->failed = true;
	} else if (is(e->kind, "suspend")) {
		in->suspended = true;
	} else if (is(e->kind, "step.done") ||
	    (in->step->action->own_end && (is(e->kind, AUD_KIND_CP_END) ||
	    is(e->kind, CER_EXPORT_WRITTEN)))) {
		in->done = true;
		in->failed = false;
	}
	cer_state_outcome(in, e);
}

/* A card goes into a bag, or comes out of it; a thing to its place. */
static void
on_bag(struct cer_room *room, const struct aud_entry *e)
{
	const struct cer_custody *c = &room->site.custody;
	struct cer_card *card = find_card(room, aud_entry_str(e, "card"));

	for (size_t i = 0; is(e->kind, CER_CUSTODY_PLACE) &&
	    i < c->n_things; i++)
		if (is(aud_entry_str(e, "item"), c->thing[i].id))
			room->st.placed[i] = room->st.any_placed = true;
	if (card == NULL)
		return;
	if (is(e->kind, "custody")) {
		COPY(card->bag, aud_entry_str(e, "bag"));
		card->bag_waits = aud_entry_true(e, "until-resumed");
	} else if (is(e->kind, "custody.open") &&
	    (aud_entry_true(e, "right") ||
	    aud_entry_int(e, "exception", 0) > 0)) {
		card->bag[0] = '\0';
		card->bag_waits = false;
		card->bag_refused = 0;
	} else {
		card->bag_refused = room->st.exceptions + 1;
	}
}

static void
on_receiver(struct cer_state *st, const struct aud_entry *e)
{
	if (is(e->kind, "exchange.ratified")) {
		COPY(st->ratified, aud_entry_str(e, "exchange.sha256"));
		COPY(st->ratified_in, e->step);
	} else if (is(e->kind, "byok.wrapped")) {
		COPY(st->wrapped, aud_entry_str(e, "blob.sha256"));
		COPY(st->wrapped_in, e->step);
	}
}

kc_result
cer_state_apply(struct cer_room *room, const struct aud_entry *e,
    struct kc_err *err)
{
	struct cer_state *st = &room->st;
	struct cer_card *card;

	on_step(room, e);
	on_receiver(st, e);
	st->runs += is(e->kind, "run.begin");
	if (is(e->kind, AUD_KIND_CP_END)) {
		st->sealed = e->n + 1;
		memcpy(st->sealed_head, e->leaf, KC_SHA256);
	}
	if (is(e->kind, AUD_KIND_CP_END) || is(e->kind, "suspend")) {
		st->has_paper_head = true;
		memcpy(st->paper_head, e->leaf, KC_SHA256);
	}
	if (is(e->kind, "card.intent"))
		on_intent(room, e);
	else if (is(e->kind, "card.done"))
		return on_done(room, e, err);
	else if (is(e->kind, "provenance"))
		on_provenance(room, e);
	else if (is(e->kind, "card.failed") || is(e->kind, "card.unknown"))
		on_not_done(room, e);
	else if (is(e->kind, "card.decided"))
		on_decided(room, e);
	else if (is(e->kind, "file.intent")) {
		COPY(st->intent_name, aud_entry_str(e, "name"));
		COPY(st->intent_sha, aud_entry_str(e, "sha256"));
	} else if (is(e->kind, "artifact"))
		on_artifact(room, e);
	else if (is(e->kind, "exception.open"))
		cer_state_exception(room, e, true);
	else if (is(e->kind, "exception.close"))
		cer_state_exception(room, e, false);
	else if (is(e->kind, AUD_KIND_GENESIS))
		COPY(st->software, aud_entry_str(e, "software"));
	else if (is(e->kind, "check"))
		cer_state_check(room, e);
	else if (is(e->kind, "suspend"))
		st->suspended = true;
	else if (is(e->kind, "resume"))
		st->suspended = false;
	else if (is(e->kind, "close"))
		st->closed = true;
	else if (is(e->kind, CER_SITE_AMENDED))
		cer_state_amended(room, e);
	else if (is(e->kind, "approval"))
		st->approvals++;
	else if (is(e->kind, CER_READBACK) && aud_entry_true(e, "right")) {
		COPY(st->read_step, e->step);
		COPY(st->read_sha, aud_entry_str(e, "sha256"));
	} else if (is(e->kind, AUD_KIND_SIGNER)) {
		card = cer_card_of(room, aud_entry_str(e, "signer"));
		if (card != NULL)
			card->is_signer = true;
	} else
		on_bag(room, e);
	return KC_DONE;
}

void
cer_state_free(struct cer_state *st)
{
	for (size_t i = 0; i < CER_CARDS_MAX; i++) {
		kc_secret_free(&st->card[i].so);
		for (size_t u = 0; u < CER_USES; u++)
			kc_buf_free(&st->card[i].cert[u]);
	}
}
