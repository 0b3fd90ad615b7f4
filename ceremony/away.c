/* SPDX-License-Identifier: Apache-2.0
 *
 * Cards that are waited for, and cards taken out too early.
 */
#include "ceremony/away.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEEN_TRIES 20		/* of NAP_MS each: pcscd looks every 400 ms */
#define NAP_MS 50

/* struct want: a card that somebody is asked for. */
struct want {
	struct cer_room *room;
	const char *person;
};

/* Does a reader hold a card that is, or may be, this person's? */
static bool
may_be_there(void *ctx)
{
	const struct want *w = ctx;
	const struct cer_reader *r;
	const struct cer_used *used;
	size_t n;

	(void)cer_readers_poll(w->room);
	r = cer_readers_list(w->room, &n);
	if (r == NULL)
		return true;	/* nobody sees it come; the module will say */
	used = cer_readers_used(w->room);
	for (size_t i = 0; i < n; i++)
		if (r[i].card && !r[i].mute &&
		    (strcmp(r[i].person, w->person) == 0 ||
		    (r[i].person[0] == '\0' && r[i].in > used->after)))
			return true;
	return false;
}

kc_result
cer_card_insert(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, const char *text, struct kc_err *err)
{
	struct want w = { room, card->def->person };

	if (card->def->store[0] == '\0') {
		cer_readers_lines(room);
		if (!may_be_there(&w))
			return KC_DONE;
	}
	return cer_continue(room, in, "insert", text, err);
}

kc_result
cer_card_there(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, struct kc_err *err)
{
	struct cer_used *used = cer_readers_used(room);
	const struct cer_person *who = cer_site_person(&room->site,
	    card->def->person);
	struct want w = { room, who->id };
	struct cer_prompt p = { .kind = CER_ASK_CONTINUE, .key = "insert",
		.person = who->id, .name = who->name,
		.certain = room->view.certain, .ready = may_be_there,
		.ready_ctx = &w };
	struct cer_answer a;
	char text[160];
	kc_result r = KC_DONE;

	if (used == NULL)
		return r;
	if (card->def->store[0] != '\0') {
		/* A software token lies in no reader. */
		used->person[0] = '\0';
		return r;
	}
	cer_readers_first(room);
	if (strcmp(used->person, who->id) != 0) {
		used->after = 0;
		(void)snprintf(used->person, sizeof used->person, "%s",
		    who->id);
	}
	if (!may_be_there(&w)) {
		(void)snprintf(text, sizeof text, "Put the card of %.60s "
		    "into a reader. It is seen by itself; Enter goes on "
		    "without.", who->name);
		p.text = text;
		r = cer_ask(room, in, &p, &a, err);
	}
	used->out_of[0] = '\0';
	used->after = 0;
	return r;
}

/* After these the card may have been taken out.  (A wrong PIN too: ykcs11 says
 * so of a management key that got no answer.) */
static bool
may_be_gone(enum kc_code code)
{
	return code == KC_ECARD || code == KC_ECARDLESS || code == KC_EHANG ||
	    code == KC_EPIN;
}

kc_result
cer_card_gone(struct cer_room *room, kc_result r, struct kc_err *err)
{
	const struct timespec nap = { 0, NAP_MS * 1000000L };
	struct cer_used *used = cer_readers_used(room);
	size_t n;

	if (used == NULL || used->person[0] == '\0' || !may_be_gone(r.code))
		return r;
	for (size_t i = 0; i < SEEN_TRIES; i++) {
		(void)cer_readers_poll(room);
		if (used->out_of[0] != '\0')
			break;
		(void)nanosleep(&nap, NULL);
	}
	if (used->out_of[0] == '\0')
		return r;
	if (cer_readers_list(room, &n) == NULL)
		return kc_prefix(err, "pcscd does not answer any more");
	(void)kc_prefix(err, "the card of %s was taken out of the reader "
	    "%.60s", used->person, used->out_of);
	err->code = KC_ECARDLESS;
	cer_card_want_new(room);
	used->out_of[0] = '\0';
	return (kc_result){ KC_ECARDLESS };
}

void
cer_card_want_new(struct cer_room *room)
{
	struct cer_used *used = cer_readers_used(room);

	if (used != NULL)
		used->after = cer_readers_moves(room);
}

void
cer_card_unused(struct cer_room *room)
{
	struct cer_used *used = cer_readers_used(room);

	if (used != NULL)
		used->out_of[0] = '\0';
}
