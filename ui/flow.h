/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow: a tall grid that is filled downward and then shown through a
 * window, so that no content depends on the height of the terminal.
 */
#ifndef KC_UI_FLOW_H
#define KC_UI_FLOW_H

#include "base/buf.h"
#include "ui/grid.h"

#define UI_FLOW_ROWS 200

/* struct ui_flow: row is the next free one.
 *  gaps       how many blank lines between blocks may still be drawn
 *  pin_least  rows that always stay: who acts
 *  pin_most   rows that stay where there is room: what is read aloud
 *  tail       an overlong rest is shown from its end, not its beginning */
struct ui_flow {
	struct ui_grid g;
	int row;
	int gaps;
	int pin_least, pin_most;
	bool tail;
};

KC_MUST kc_result ui_flow_new(struct ui_flow *ret, int cols, int gaps,
    const struct ui_look *look, struct kc_err *err);
void ui_flow_free(struct ui_flow *f);

/* ui_flow_gap: a blank line between blocks. */
void ui_flow_gap(struct ui_flow *f);

/* ui_flow_text: a wrapped foreign text from column col on. */
void ui_flow_text(struct ui_flow *f, int col, enum ui_attr a, const char *s);

/* ui_flow_lead: a word at the left and a text that hangs beside it. */
void ui_flow_lead(struct ui_flow *f, const char *lead, enum ui_attr lead_a,
    int col, enum ui_attr a, const char *s);

/* ui_flow_hash: 64 hex digits in groups of four, and words below. */
void ui_flow_hash(struct ui_flow *f, const char *label, int col,
    const char *hex, size_t words);

/* ui_flow_show: body above foot in a box of g; the foot is whole, the body
 *  scrolls by `scroll` rows from its natural place.  g->hidden tells how
 *  many rows of it are not on the screen. */
void ui_flow_show(struct ui_grid *g, struct ui_box box,
    const struct ui_flow *body, const struct ui_flow *foot, int scroll);

#endif
