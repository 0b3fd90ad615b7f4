/* SPDX-License-Identifier: Apache-2.0
 *
 * The physical model's refusals: what is missing or in the way, which later
 * step would have it, and the steps that led there.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ceremony/modelling.h"

static const char *const sentence[][2] = {
#define X(sym, missing, in_the_way) [CER_AT_##sym] = { missing, in_the_way },
#include "ceremony/facts.def"
#undef X
};

static const char *
sentence_of(const struct cer_fault *f)
{
	size_t i = 0;
	const char *text;

	while ((f->fact & 1U << i) == 0)
		i++;
	text = sentence[i][f->missing ? 0 : 1];
	return text != NULL ? text : "the step cannot be here";
}

/* %s of a sentence: whose card, or which role's set. */
static void
say(const struct cer_model *m, const struct cer_fault *f, char *ret,
    size_t size)
{
	const char *text = sentence_of(f), *mark = strstr(text, "%s");
	const char *of = f->card >= 0 ? m->site->card[f->card].person :
	    f->set >= 0 ? cer_model_role((size_t)f->set) : "";

	if (mark == NULL)
		(void)snprintf(ret, size, "%s", text);
	else
		(void)snprintf(ret, size, "%.*s%s%s", (int)(mark - text),
		    text, of, mark + 2);
}

static void
name(const struct cer_instance *in, struct cer_led *ret)
{
	memcpy(ret->number, in->number, sizeof ret->number);
	memcpy(ret->id, in->id, sizeof ret->id);
	ret->action = in->step->action->name;
	ret->line = in->step->node->line;
	ret->col = in->step->node->col;
}

static void
led(struct cer_model *m, size_t at)
{
	struct cer_trail *t = m->trail;

	if (t != NULL && t->n < CER_LED_MAX)
		name(&m->inst[at], &t->led[t->n++]);
}

/* Did this step change what the fault is about? */
static bool
touched(const struct cer_model *m, size_t at, const struct cer_fault *f)
{
	const struct cer_changed *c = &m->changed[at];

	return f->card >= 0 ? (c->cards & 1U << f->card) != 0 :
	    f->set >= 0 ? (c->set[f->set] & f->fact) != 0 :
	    (c->room & f->fact) != 0;
}

/* Of a card all that happened to it; of a set or the room the last step that
 * made it so; and the step before. */
static void
trail(struct cer_model *m, const struct cer_fault *f)
{
	size_t last = m->n, before = m->n;

	if (m->trail != NULL)
		m->trail->n = 0;
	for (size_t i = 0; i < m->at; i++) {
		if (!cer_model_done(m, m->inst[i].step))
			continue;
		before = i;
		if (f == NULL || !touched(m, i, f))
			continue;
		last = i;
		if (f->card >= 0)
			led(m, i);
	}
	if (f != NULL && f->card < 0 && last < m->n)
		led(m, last);
	if (before != last)
		led(m, before);
}

/* Does a term of a later step give what is missing, or take what is not
 * wanted? */
static bool
mends(const struct cer_model *m, size_t at, const struct cer_fault *f)
{
	uint32_t gives = f->missing ? f->fact : f->fact == CER_F_LOOSE ?
	    CER_F_BAG : 0;
	uint32_t takes = f->missing ? 0 : f->fact;
	struct cer_term t;

	for (size_t i = 0; (t = cer_model_term(m, at, i)).of !=
	    CER_OF_NOBODY; i++) {
		if ((t.gives & gives) == 0 && (t.takes & takes) == 0)
			continue;
		if (f->card >= 0 ? (cer_model_cards(m, at, &t) & 1U <<
		    f->card) != 0 : f->set >= 0 ? (cer_model_sets(m, at,
		    &t) & 1U << f->set) != 0 : t.of == CER_OF_ROOM)
			return true;
	}
	return false;
}

static void
later(const struct cer_model *m, const struct cer_fault *f, char *ret,
    size_t size)
{
	ret[0] = '\0';
	for (size_t i = m->at + 1; i < m->n; i++)
		if (cer_model_done(m, m->inst[i].step) && mends(m, i, f)) {
			(void)snprintf(ret, size, "; %s (%s), line %zu, comes "
			    "later", m->inst[i].id,
			    m->inst[i].step->action->name,
			    m->inst[i].step->node->line);
			return;
		}
}

/* "FILE:LINE:COL: step ID (ACTION): " before the sentence. */
static kc_result
refuse(struct cer_model *m, const char *text)
{
	const struct cer_instance *in = &m->inst[m->at < m->n ? m->at :
	    m->n - 1];
	const struct cer_node *node = in->step->node;
	char found[300];

	if (m->trail != NULL) {
		name(in, &m->trail->at);
		m->trail->end = m->at == m->n;
	}
	cer_model_found(m, found, sizeof found);
	return KC_FAIL(m->err, KC_EREFUSED, 0, "%s:%zu:%zu: %s %s (%s): %s%s",
	    node->file, node->line, node->col, m->at < m->n ? "step" :
	    "after the last step", in->id, in->step->action->name, text,
	    found);
}

kc_result
cer_model_fail(struct cer_model *m, int card, const char *fmt, ...)
{
	const struct cer_fault f = { 0, false, -1, card };
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	trail(m, card >= 0 ? &f : NULL);
	return refuse(m, text);
}

/* Which card stays where another one should be read; -1: none. */
static int
occupant(const struct cer_model *m)
{
	for (size_t i = 0; i < m->site->n_cards; i++)
		if ((m->card[i] & CER_F_IN_READER) != 0)
			return (int)i;
	return -1;
}

/* The sentence of a fault, and whose card's story the trail tells. */
static void
story(const struct cer_model *m, struct cer_fault *f, char *ret, size_t size)
{
	char text[360], next[240];
	int stays = occupant(m);

	if (f->fact == CER_F_IN_READER && stays >= 0) {
		(void)snprintf(ret, size, "%s reader is occupied: the card "
		    "of %s stays in it, and that of %s needs one",
		    m->site->readers > 1 ? "every" : "the",
		    m->site->card[stays].person,
		    m->site->card[f->card].person);
		f->card = stays;
		return;
	}
	say(m, f, text, sizeof text);
	later(m, f, next, sizeof next);
	(void)snprintf(ret, size, "%s%s", text, next);
}

kc_result
cer_model_fault(struct cer_model *m, const struct cer_fault *f)
{
	struct cer_fault of = *f;
	char text[600];

	story(m, &of, text, sizeof text);
	trail(m, &of);
	return refuse(m, text);
}

kc_result
cer_model_too_few(struct cer_model *m, size_t have, size_t want,
    const char *to, const struct cer_fault *f)
{
	struct cer_fault of = *f;
	char text[600], why[440];

	if (f->fact == 0)
		return cer_model_fail(m, -1, "%zu of the %zu cards that %s "
		    "are there; the site file has no more", have, want, to);
	story(m, &of, why, sizeof why);
	(void)snprintf(text, sizeof text, "%zu of the %zu cards that %s are "
	    "there: %s", have, want, to, why);
	trail(m, &of);
	return refuse(m, text);
}
