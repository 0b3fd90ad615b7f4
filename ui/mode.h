/* SPDX-License-Identifier: Apache-2.0
 *
 * A mode is what the screen is doing: a const struct of callbacks.  Drawing
 * is pure: struct ui_state in, cells out.
 */
#ifndef KC_UI_MODE_H
#define KC_UI_MODE_H

#include "ceremony/ui.h"
#include "ui/edit.h"
#include "ui/grid.h"
#include "ui/key.h"

#define UI_FIELDS CER_WORDS

struct ui_state;

enum ui_reply {
	UI_STAY,
	UI_DONE,
	UI_CANCEL,
	UI_EXCEPT,
	UI_SUSPEND,
};

/* struct ui_mode: one of the screens.
 *  name     for the help screen
 *  typing   letters are text here: exception and the rest are on F keys
 *  no_form  the mode is the exception form: it does not open itself
 *  draw     the whole grid
 *  key      one key that is not one of everybody's; UI_KEY_NONE each 100 ms
 *  hint     the mode's own keys, "Enter\tdone\nEsc\tcancel" */
struct ui_mode {
	const char *name;
	bool typing;
	bool no_form;
	void (*draw)(const struct ui_state *s, struct ui_grid *g);
	enum ui_reply (*key)(struct ui_state *s, struct ui_key k);
	void (*hint)(const struct ui_state *s, char *ret, size_t cap);
};

/* struct ui_state: all that a draw function may look at. */
struct ui_state {
	const struct cer_view *v;
	const struct ui_look *look;
	const struct ui_mode *mode;
	const struct ui_mode *overlay;	/* head or help above it; or NULL */
	int64_t utc_ms;
	int scroll, hidden;		/* see ui_flow_show */
	char note[200];			/* an answer not taken, and why */

	const struct cer_prompt *ask;
	struct ui_edit edit;
	char letter;			/* of a choice */

	const struct cer_pin *pin;	/* no byte of it is in this struct */
	int pin_round;

	const struct kc_err *why;
	const char *choices;

	const struct cer_form *form;
	struct ui_edit field[UI_FIELDS];	/* of the form, or words */
	size_t focus;

	const char *say;
	bool stopping;			/* "stop the card work?" is asked */
	bool want_except, want_suspend;	/* pressed during card work */
};

extern const struct ui_mode ui_mode_show, ui_mode_ask, ui_mode_type,
	ui_mode_words, ui_mode_pin, ui_mode_refuse, ui_mode_form, ui_mode_say,
	ui_mode_head, ui_mode_help, ui_mode_small;

/* ui_draw: the state's mode, its overlay, or the sentence for a terminal
 *  that is too small. */
void ui_draw(const struct ui_state *s, struct ui_grid *g);

/* ui_key: a key through what every mode shares (F keys, h, ?, e, s, paging)
 *  to the mode. */
enum ui_reply ui_key(struct ui_state *s, struct ui_key k);

/* ui_choice: does choices ("r Read again\n...") hold the letter? */
bool ui_choice(const char *choices, uint32_t letter);

/* ui_choice_hint: the letters for the key line; "" when there are none. */
void ui_choice_hint(const char *choices, char *ret, size_t cap);

/* Parts of the frame. */
struct ui_box ui_draw_frame(const struct ui_state *s, struct ui_grid *g,
    bool acts);
void ui_draw_acts(const struct ui_state *s, struct ui_grid *g,
    struct ui_box box);

/* What stands in the right pane. */
struct ui_flow;
void ui_step_body(const struct ui_state *s, struct ui_flow *f);
void ui_step_foot(const struct ui_state *s, struct ui_flow *f);

/* ui_draw_pane: body and foot into the box, without gaps where short. */
typedef void ui_fill_fn(const struct ui_state *s, struct ui_flow *f);
void ui_draw_pane(const struct ui_state *s, struct ui_grid *g,
    struct ui_box box, ui_fill_fn *body, ui_fill_fn *foot);

/* ui_foot_rule: the rule above a question, with who is asked. */
void ui_foot_rule(struct ui_flow *f, const char *person, const char *name);

#endif
