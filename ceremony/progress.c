/* SPDX-License-Identifier: Apache-2.0
 *
 * Times of card commands: a mean, for RSA keys are found by chance and the
 * last one's time says little of the next.
 */
#include "ceremony/progress.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/room.h"

#define SHOWN_AFTER_MS 300	/* quicker answers would only flicker */

static const struct {
	const char *command, *text;
} works[CER_PACES] = {
	{ "initialise", "Initialising the card" },
	{ "generate", "Generating a key on the card" },
	{ "certificate", "Making the certificate on the card" },
	{ "identify", "Reading the card" },
	{ "login", "The card judges the PIN" },
	{ "prove", "The card proves its key" },
	{ "unwrap", "The card decrypts a share" },
	{ "approve", "The card signs" },
	{ "erase", "Erasing a key on the card" },
	{ "sweep", "Clearing the card" },
	{ "factory-key", "Trying the factory's management key" },
	{ "so-login", "The card judges the management key" },
	{ "pin", "The card changes its PIN" },
	{ "extract", "The card wraps a key" },
	{ "retire", "Destroying all that the card holds" },
};

/* CER_PACES for a command whose time is not remembered. */
static size_t
work_of(const char *command)
{
	size_t i = 0;

	while (i < CER_PACES && (command == NULL ||
	    strcmp(works[i].command, command) != 0))
		i++;
	return i;
}

static bool
is(const struct aud_entry *e, const char *fact, const char *value)
{
	const char *s = aud_entry_str(e, fact);

	return s != NULL && strcmp(s, value) == 0;
}

void
cer_pace_intent(struct cer_timed *t, const struct cer_card *card,
    const struct aud_entry *e)
{
	bool asked_after = false;

	for (size_t u = 0; u < CER_USES; u++)
		asked_after = asked_after || (card->pending[u] &&
		    is(e, "command", "generate") &&
		    is(e, "key", cer_use_name[u]));
	*t = (struct cer_timed){ asked_after ? 0 : e->run, e->boot_ms };
}

void
cer_pace_done(const struct cer_timed *t, struct cer_card *card,
    const struct aud_entry *e)
{
	size_t i = work_of(aud_entry_str(e, "command"));

	/* Another device in the same person's hand has its own pace. */
	if (is(e, "command", "initialise") && card->serial[0] != '\0' &&
	    !is(e, "serial", card->serial))
		memset(card->pace, 0, sizeof card->pace);
	if (i == CER_PACES || t->run == 0 || t->run != e->run ||
	    e->boot_ms < t->boot_ms)
		return;
	card->pace[i].runs++;
	card->pace[i].ms += e->boot_ms - t->boot_ms;
}

void
cer_work_begin(struct cer_room *room, const struct cer_command *c)
{
	size_t i = work_of(c->command);
	struct cer_work *w = &room->doing;

	*w = (struct cer_work){ .began_ms = kc_clock_boot_ms() };
	if (i == CER_PACES)
		return;
	(void)snprintf(w->text, sizeof w->text, "%s%s%s%s",
	    c->work[0] != '\0' ? c->work : works[i].text,
	    c->key[0] != '\0' ? " (" : "", c->key,
	    c->key[0] != '\0' ? ")" : "");
	if (c->card->pace[i].runs > 0)
		w->expected_ms = c->card->pace[i].ms / c->card->pace[i].runs;
}

void
cer_work_end(struct cer_room *room)
{
	room->doing = (struct cer_work){ 0 };
	room->view.busy[0] = '\0';
	room->view.busy_ms = room->view.busy_expected_ms = 0;
}

bool
cer_work_tick(struct cer_room *room, int64_t elapsed_ms)
{
	const struct cer_work *w = &room->doing;
	struct cer_view *v = &room->view;

	if (w->text[0] != '\0')
		elapsed_ms = kc_clock_boot_ms() - w->began_ms;
	if (elapsed_ms < SHOWN_AFTER_MS)
		return false;
	(void)snprintf(v->busy, sizeof v->busy, "%s", w->text[0] != '\0' ?
	    w->text : room->work);
	v->busy_ms = elapsed_ms;
	v->busy_expected_ms = w->expected_ms;
	return true;
}
