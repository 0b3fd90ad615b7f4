/* SPDX-License-Identifier: Apache-2.0
 *
 * The PIN question's screen.  It is drawn from the question alone: no byte
 * and no count of the PIN is in the state it sees.
 */
#include "ui/mode.h"

#include <stdio.h>

#include "ui/flow.h"

static void
pin_foot(const struct ui_state *s, struct ui_flow *f)
{
	const struct cer_pin *p = s->pin;
	char text[160];

	ui_foot_rule(f, p->person, p->name);
	if (p->text != NULL)
		ui_flow_text(f, 0, UI_BOLD, p->text);
	ui_flow_text(f, 0, UI_PLAIN,
	    "Nobody else looks. Nothing appears while you type.");
	if (p->min == p->max)
		(void)snprintf(text, sizeof text, "Exactly %zu characters%s.",
		    p->min, p->twice ? ", typed twice" : "");
	else
		(void)snprintf(text, sizeof text, "%zu to %zu characters%s.",
		    p->min, p->max, p->twice ? ", typed twice" : "");
	ui_flow_text(f, 0, UI_PLAIN, text);
	if (p->tries != NULL && p->tries[0] != '\0')
		ui_flow_text(f, 0, UI_NOTE, p->tries);
	if (s->note[0] != '\0')
		ui_flow_text(f, 0, UI_NOTE, s->note);
	ui_flow_gap(f);
	ui_flow_text(f, 0, UI_KEY, !p->twice ? "PIN, then Enter:" :
	    s->pin_round == 0 ? "New PIN, first time, then Enter:" :
	    "The same PIN again, then Enter:");
}

static void
pin_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = ui_draw_frame(s, g, true);

	ui_draw_pane(s, g, box, ui_step_body, pin_foot);
}

static void
pin_hint(const struct ui_state *s, char *ret, size_t cap)
{
	(void)s;
	(void)snprintf(ret, cap, "Enter\tdone\nEsc\tcancel\nCtrl-U\tclear\n"
	    "F2\texception\nF3\tsuspend");
}

/* Never called: the bytes of a PIN do not come through curses. */
static enum ui_reply
pin_key(struct ui_state *s, struct ui_key k)
{
	(void)s;
	(void)k;
	return UI_STAY;
}

const struct ui_mode ui_mode_pin = {
	.name = "PIN",
	.typing = true,
	.draw = pin_draw,
	.key = pin_key,
	.hint = pin_hint,
};
