/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions: two modes, one where letters are keys (Enter, yes or no, a
 * choice, waiting) and one where they are text (a line, the exact word).
 */
#include "ui/mode.h"

#include <stdio.h>
#include <string.h>

#include "ui/flow.h"

bool
ui_choice(const char *choices, uint32_t letter)
{
	const char *line = choices;

	while (line != NULL && *line != '\0') {
		if (letter < 0x80 && letter > ' ' &&
		    (uint32_t)(unsigned char)*line == letter)
			return true;
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return false;
}

void
ui_choice_hint(const char *choices, char *ret, size_t cap)
{
	size_t n = 0;

	ret[0] = '\0';
	for (const char *p = choices; p != NULL && *p != '\0' &&
	    n + 16 < cap;) {
		if (n > 0)
			ret[n++] = ' ';
		ret[n++] = *p;
		p = strchr(p, '\n');
		p += p != NULL;
	}
	if (n > 0)
		(void)snprintf(ret + n, cap - n, "\tanswer\n");
}

static void
draw_choices(const char *choices, struct ui_flow *f)
{
	while (choices != NULL && *choices != '\0') {
		size_t len = strcspn(choices, "\n");
		char key[8], text[240];

		(void)snprintf(key, sizeof key, "[%c]", choices[0]);
		(void)snprintf(text, sizeof text, "%.*s",
		    len > 2 ? (int)(len - 2) : 0,
		    len > 2 ? choices + 2 : "");
		ui_flow_lead(f, key, UI_KEY, 4, UI_PLAIN, text);
		choices += len;
		choices += *choices == '\n';
	}
}

static void
draw_field(const struct ui_state *s, struct ui_flow *f)
{
	bool text = s->ask->kind == CER_ASK_TEXT;
	struct ui_box box = { f->row, 2, 4, f->g.cols - (text ? 12 : 4) };
	char count[32];

	(void)ui_put(&f->g, f->row, 0, 1, UI_KEY, ">");
	if (text) {
		(void)snprintf(count, sizeof count, "%zu/%zu", s->edit.len,
		    s->edit.max);
		(void)ui_put(&f->g, f->row,
		    f->g.cols - (int)strlen(count), 9, UI_PLAIN, count);
	}
	f->row += ui_edit_draw(&s->edit, &f->g, box, true);
}

static void
ask_foot(const struct ui_state *s, struct ui_flow *f)
{
	const struct cer_prompt *p = s->ask;
	const char *certain = p->certain != NULL && p->certain[0] != '\0' ?
	    p->certain : s->v->certain;
	char text[80];

	ui_foot_rule(f, p->person, p->name);
	ui_flow_text(f, 0, UI_BOLD, p->text != NULL ? p->text : "");
	if (p->kind == CER_ASK_WORD) {
		(void)snprintf(text, sizeof text,
		    "This cannot be undone. Type the word %.30s.", p->word);
		ui_flow_text(f, 0, UI_NOTE, text);
	}
	if (p->kind == CER_ASK_TEXT || p->kind == CER_ASK_WORD)
		draw_field(s, f);
	if (p->kind == CER_ASK_CHOICE)
		draw_choices(p->choices, f);
	if (p->ready != NULL) {
		static const char *const wheel[] = { ".  ", ".. ", "...",
			" ..", "  .", "   " };

		(void)snprintf(text, sizeof text, "waiting %s",
		    wheel[s->utc_ms / 500 % 6]);
		ui_flow_text(f, 0, UI_PLAIN, text);
	}
	if (s->note[0] != '\0')
		ui_flow_text(f, 0, UI_NOTE, s->note);
	if (certain[0] != '\0') {
		ui_flow_gap(f);
		ui_flow_lead(f, "Certain:", UI_BOLD, 9, UI_PLAIN, certain);
	}
}

static void
ask_draw(const struct ui_state *s, struct ui_grid *g)
{
	struct ui_box box = ui_draw_frame(s, g, true);

	ui_draw_pane(s, g, box, ui_step_body, ask_foot);
}

static enum ui_reply
ask_key(struct ui_state *s, struct ui_key k)
{
	uint32_t c = k.kind == UI_KEY_CHAR ? k.cp : 0;

	if (s->ask->ready != NULL && s->ask->ready(s->ask->ready_ctx))
		return UI_DONE;
	switch (s->ask->kind) {
	case CER_ASK_CONTINUE:
		return k.kind == UI_KEY_ENTER ? UI_DONE : UI_STAY;
	case CER_ASK_YESNO:
		s->letter = (char)(c == 'y' || c == 'Y' ? 'y' :
		    c == 'n' || c == 'N' ? 'n' : '\0');
		if (k.kind == UI_KEY_ENTER)
			(void)snprintf(s->note, sizeof s->note,
			    "Answer with y or n; Enter alone says neither.");
		return s->letter != '\0' ? UI_DONE : UI_STAY;
	case CER_ASK_CHOICE:
		if (ui_choice(s->ask->choices, c)) {
			s->letter = (char)c;
			return UI_DONE;
		}
		if (k.kind == UI_KEY_CHAR || k.kind == UI_KEY_ENTER)
			(void)snprintf(s->note, sizeof s->note,
			    "Press one of the letters in brackets.");
		return UI_STAY;
	case CER_ASK_WAIT:
		return k.kind == UI_KEY_ESC ? UI_CANCEL : UI_STAY;
	default:
		return UI_CANCEL;
	}
}

static void
ask_hint(const struct ui_state *s, char *ret, size_t cap)
{
	static const char *const own[] = {
		[CER_ASK_CONTINUE] = "Enter\tdone\n",
		[CER_ASK_YESNO] = "y\tyes\nn\tno\n",
		[CER_ASK_CHOICE] = "",
		[CER_ASK_WAIT] = "Esc\tgive up\n",
	};
	const char *c = s->ask->kind == CER_ASK_CHOICE ? s->ask->choices :
	    "";
	char letters[64];

	ui_choice_hint(c, letters, sizeof letters);
	(void)snprintf(ret, cap, "%s%s%s\texception\n%s\tsuspend\n%s\thead\n"
	    "?\thelp", own[s->ask->kind] != NULL ? own[s->ask->kind] : "",
	    letters, ui_choice(c, 'e') ? "F2" : "e",
	    ui_choice(c, 's') ? "F3" : "s", ui_choice(c, 'h') ? "F4" : "h");
}

const struct ui_mode ui_mode_ask = {
	.name = "question",
	.draw = ask_draw,
	.key = ask_key,
	.hint = ask_hint,
};

static enum ui_reply
type_enter(struct ui_state *s)
{
	char text[4 * UI_EDIT_MAX + 1];

	if (!ui_edit_text(&s->edit, text, sizeof text))
		return UI_STAY;
	if (s->edit.len == 0) {
		(void)snprintf(s->note, sizeof s->note,
		    "Nothing is written yet; Esc gives up.");
		return UI_STAY;
	}
	if (s->ask->kind == CER_ASK_WORD &&
	    strcmp(text, s->ask->word) != 0) {
		(void)snprintf(s->note, sizeof s->note,
		    "'%.60s' is not the word %.30s. Nothing was done.",
		    text, s->ask->word);
		ui_edit_init(&s->edit, s->edit.max, s->edit.max_bytes, "");
		return UI_STAY;
	}
	return UI_DONE;
}

static enum ui_reply
type_key(struct ui_state *s, struct ui_key k)
{
	if (k.kind == UI_KEY_ESC)
		return UI_CANCEL;
	if (k.kind == UI_KEY_ENTER)
		return type_enter(s);
	if (k.kind == UI_KEY_NONE)
		return UI_STAY;
	s->note[0] = '\0';
	if (!ui_edit_key(&s->edit, k) && k.kind == UI_KEY_CHAR)
		(void)snprintf(s->note, sizeof s->note,
		    s->edit.len >= s->edit.max ?
		    "The field is full." :
		    "This character cannot be written here.");
	return UI_STAY;
}

static void
type_hint(const struct ui_state *s, char *ret, size_t cap)
{
	(void)s;
	(void)snprintf(ret, cap, "Enter\tdone\nEsc\tcancel\n"
	    "F2\texception\nF3\tsuspend\nF4\thead\nF1\thelp");
}

const struct ui_mode ui_mode_type = {
	.name = "line",
	.typing = true,
	.draw = ask_draw,
	.key = type_key,
	.hint = type_hint,
};
