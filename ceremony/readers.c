/* SPDX-License-Identifier: Apache-2.0
 *
 * Readers, as the watching process reports them.
 */
#include "ceremony/readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"

#define READERS_MAX 16		/* pcscd's own limit */
#define FIRST_TRIES 60		/* of NAP_MS each, for all that is there */
#define NAP_MS 50
#define CHANGES_MAX 32

/* struct change: what has no row yet. */
struct change {
	char reader[TOK_READER_NAME];
	const char *event;
	char atr[2 * TOK_ATR_MAX + 1];
};

struct cer_readers {
	struct tok_watch *watch;	/* NULL: its process ended */
	bool service, listed;
	bool told;			/* all that is there, or that none is */
	struct cer_reader reader[READERS_MAX];
	size_t n;
	uint64_t moves;			/* of cards, in any reader */
	struct change change[CHANGES_MAX];
	size_t n_changes, lost;
	struct cer_used used;
	char text[32];
};

kc_result
cer_readers_open(struct cer_room *room, struct kc_err *err)
{
	struct cer_readers *s;
	bool real = false;
	kc_result r;

	for (size_t i = 0; i < room->site.n_cards; i++)
		real = real || room->site.card[i].store[0] == '\0';
	if (!real || room->app->server == NULL)
		return KC_DONE;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for readers");
	r = tok_watch_start(room->app->server, &s->watch, err);
	if (!kc_ok(r)) {
		free(s);
		return r;
	}
	room->readers = s;
	return KC_DONE;
}

void
cer_readers_close(struct cer_room *room)
{
	if (room->readers == NULL)
		return;
	tok_watch_stop(&room->readers->watch);
	free(room->readers);
	room->readers = NULL;
}

static struct cer_reader *
find(struct cer_readers *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->reader[i].name, name) == 0)
			return &s->reader[i];
	return NULL;
}

static void
changed(struct cer_readers *s, const char *reader, const char *event,
    const char *atr)
{
	struct change *c;

	if (s->n_changes == CHANGES_MAX) {
		s->lost++;
		return;
	}
	c = &s->change[s->n_changes++];
	(void)snprintf(c->reader, sizeof c->reader, "%s", reader);
	(void)snprintf(c->atr, sizeof c->atr, "%s", atr);
	c->event = event;
}

static bool
is_known(const struct cer_readers *s, const char *person)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->reader[i].card &&
		    strcmp(s->reader[i].person, person) == 0)
			return true;
	return false;
}

/* A card goes.  One that nobody knows may be the one that is being used, if
 * that is in no other reader. */
static void
goes(struct cer_readers *s, const struct cer_reader *r)
{
	struct cer_used *used = &s->used;

	s->moves++;
	if (used->person[0] != '\0' &&
	    (strcmp(r->person, used->person) == 0 || (r->person[0] == '\0' &&
	    !is_known(s, used->person))))
		(void)snprintf(used->out_of, sizeof used->out_of, "%s",
		    r->name);
}

static void
on_reader(struct cer_readers *s, const struct tok_reader_event *e)
{
	struct cer_reader *r = find(s, e->reader);

	if (e->present && r == NULL && s->n < READERS_MAX) {
		r = &s->reader[s->n++];
		memset(r, 0, sizeof *r);
		(void)snprintf(r->name, sizeof r->name, "%s", e->reader);
		changed(s, e->reader, "reader in", "");
	} else if (!e->present && r != NULL) {
		if (r->card)
			goes(s, r);
		*r = s->reader[--s->n];
		changed(s, e->reader, "reader out", "");
	}
}

static void
on_card(struct cer_readers *s, const struct tok_reader_event *e)
{
	struct cer_reader *r = find(s, e->reader);
	bool before;

	if (r == NULL)
		return;
	before = r->card;
	if (before)
		goes(s, r);
	r->card = e->present;
	r->mute = e->mute;
	if (r->card)
		r->in = ++s->moves;
	r->person[0] = '\0';
	kc_hex(e->atr, e->present ? e->atr_len : 0, r->atr);
	if (r->card || before)
		changed(s, e->reader, !r->card ? "card out" : r->mute ?
		    "card in, mute" : "card in", r->atr);
}

/* For the top line of the screen: short, for 80 columns are few. */
static void
describe(struct cer_readers *s)
{
	const char *who = NULL;
	char where[20] = "";
	size_t cards = 0, len = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (!s->reader[i].card)
			continue;
		if (s->reader[i].person[0] != '\0')
			who = s->reader[i].person;
		cards++;
		if (len + 4 < sizeof where)
			len += (size_t)snprintf(where + len,
			    sizeof where - len, "%s%zu", len > 0 ? "," : "",
			    i + 1);
	}
	if (s->watch == NULL)
		(void)snprintf(s->text, sizeof s->text, "unwatched");
	else if (!s->service)
		(void)snprintf(s->text, sizeof s->text, "no pcscd");
	else if (cards == 0)
		(void)snprintf(s->text, sizeof s->text, "%s", s->n == 0 ?
		    "no reader" : "no card");
	else if (cards == 1 && who != NULL)
		(void)snprintf(s->text, sizeof s->text, "%.20s in %.6s", who,
		    where);
	else
		(void)snprintf(s->text, sizeof s->text, "card in %s", where);
}

bool
cer_readers_poll(struct cer_room *room)
{
	struct cer_readers *s = room->readers;
	struct tok_reader_event e;
	char before[sizeof s->text];
	bool have = true;

	if (s == NULL || s->watch == NULL)
		return false;
	(void)snprintf(before, sizeof before, "%s", s->text);
	while (have && s->watch != NULL) {
		if (!kc_ok(tok_watch_next(s->watch, 0, &e, &have, NULL))) {
			tok_watch_stop(&s->watch);
			changed(s, "", "no longer watched", "");
			break;
		}
		if (!have)
			break;
		if (e.kind == TOK_SERVICE) {
			if (s->service != e.present || !s->listed)
				changed(s, "", e.present ? "pcscd in" :
				    "pcscd out", "");
			s->service = e.present;
			s->listed = true;
			s->told = !e.present;
		} else if (e.kind == TOK_LISTED) {
			s->told = true;
		} else if (e.kind == TOK_READER) {
			on_reader(s, &e);
		} else if (e.kind == TOK_CARD) {
			on_card(s, &e);
		}
	}
	describe(s);
	room->view.card_state = s->text;
	return strcmp(before, s->text) != 0;
}

kc_result
cer_readers_note(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_readers *s = room->readers;
	kc_result r = KC_DONE;

	/* After the end nothing but signatures may follow. */
	if (s == NULL || room->st.closed)
		return r;
	(void)cer_readers_poll(room);
	for (size_t i = 0; i < s->n_changes; i++) {
		const struct change *c = &s->change[i];
		struct aud_fact f[] = { AUD_S("event", c->event),
			AUD_S("reader", c->reader), AUD_S("atr", c->atr) };

		KC_TRY(r, cer_row(room, "reader", in, f, 3, err));
	}
	if (s->lost > 0) {
		struct aud_fact f[] = { AUD_S("event", "more, not kept"),
			AUD_S("reader", ""), AUD_S("atr", "") };

		KC_TRY(r, cer_row(room, "reader", in, f, 3, err));
	}
	s->n_changes = s->lost = 0;
out:
	return r;
}

void
cer_readers_first(struct cer_room *room)
{
	const struct timespec nap = { 0, NAP_MS * 1000000L };
	const struct cer_readers *s = room->readers;

	if (s == NULL)
		return;
	(void)cer_readers_poll(room);
	for (size_t i = 0; i < FIRST_TRIES && s->watch != NULL && !s->told;
	    i++) {
		(void)nanosleep(&nap, NULL);
		(void)cer_readers_poll(room);
	}
}

void
cer_readers_lines(struct cer_room *room)
{
	const struct cer_readers *s = room->readers;
	char label[40];

	if (s == NULL)
		return;
	cer_readers_first(room);
	if (!s->service)
		cer_line(room, CER_LINE_NOGO, "Readers",
		    "pcscd does not answer: no reader can be seen");
	for (size_t i = 0; i < s->n; i++) {
		const struct cer_reader *r = &s->reader[i];

		(void)snprintf(label, sizeof label, "Reader %zu", i + 1);
		cer_line(room, CER_LINE_LABEL, label, "%.60s: %s%s", r->name,
		    !r->card ? "empty" : r->mute ? "a card that does not "
		    "answer: is it the right way up?" : "a card, ATR ",
		    r->card && !r->mute ? r->atr : "");
	}
}

const struct cer_reader *
cer_readers_list(const struct cer_room *room, size_t *ret_n)
{
	const struct cer_readers *s = room->readers;

	*ret_n = 0;
	if (s == NULL || s->watch == NULL || !s->service)
		return NULL;
	*ret_n = s->n;
	return s->reader;
}

uint64_t
cer_readers_moves(const struct cer_room *room)
{
	return room->readers != NULL ? room->readers->moves : 0;
}

struct cer_used *
cer_readers_used(const struct cer_room *room)
{
	return room->readers != NULL ? &room->readers->used : NULL;
}

/* A slot's description is the reader's name, cut to 64 bytes. */
static bool
same_reader(const char *name, const char *slot)
{
	size_t len = strlen(slot);

	return len > 0 && strncmp(name, slot, len) == 0 &&
	    (name[len] == '\0' || len >= 63);
}

void
cer_readers_known(struct cer_room *room, const char *reader,
    const char *person)
{
	struct cer_readers *s = room->readers;

	if (s == NULL)
		return;
	(void)cer_readers_poll(room);
	for (size_t i = 0; i < s->n; i++)
		if (s->reader[i].card &&
		    same_reader(s->reader[i].name, reader))
			(void)snprintf(s->reader[i].person,
			    sizeof s->reader[i].person, "%s", person);
	(void)cer_readers_poll(room);
}

void
cer_readers_atr(const struct cer_room *room, const char *reader,
    char ret[static 67])
{
	const struct cer_readers *s = room->readers;

	ret[0] = '\0';
	for (size_t i = 0; s != NULL && i < s->n; i++)
		if (s->reader[i].card &&
		    same_reader(s->reader[i].name, reader))
			(void)snprintf(ret, 67, "%s", s->reader[i].atr);
}
