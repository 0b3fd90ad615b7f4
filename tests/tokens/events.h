/* SPDX-License-Identifier: Apache-2.0
 *
 * An event of the readers as a line, for tests.
 */
#ifndef KC_TESTS_TOKENS_EVENTS_H
#define KC_TESTS_TOKENS_EVENTS_H

#include <stdio.h>

#include "base/hash.h"
#include "tokens/reader.h"

#define EVENT_LINE (TOK_READER_NAME + 200)

/* "card in NAME 3bfd.. 5", and so on. */
static inline void
event_line(const struct tok_reader_event *e, char ret[static EVENT_LINE])
{
	static const char *const kinds[] = { "service", "reader", "card",
		"listed" };
	char atr[2 * TOK_ATR_MAX + 1];
	int n = snprintf(ret, EVENT_LINE, "%s", kinds[e->kind]);

	if (e->kind != TOK_LISTED)
		n += snprintf(ret + n, EVENT_LINE - (size_t)n, " %s",
		    e->mute ? "mute" : e->present ? "in" : "out");
	if (e->reader[0] != '\0')
		n += snprintf(ret + n, EVENT_LINE - (size_t)n, " %s",
		    e->reader);
	kc_hex(e->atr, e->atr_len, atr);
	if (e->atr_len > 0)
		n += snprintf(ret + n, EVENT_LINE - (size_t)n, " %s", atr);
	if (e->kind == TOK_CARD)
		n += snprintf(ret + n, EVENT_LINE - (size_t)n, " %u",
		    e->count);
	if (e->why[0] != '\0')
		(void)snprintf(ret + n, EVENT_LINE - (size_t)n, ": %s",
		    e->why);
}

#endif
