/* SPDX-License-Identifier: Apache-2.0
 *
 * What the engine asks of whoever shows it: the screens (ui/), plain text,
 * or an answers file.  The engine decides everything; an implementation
 * shows a view, returns what a person said, and never touches the journal.
 *
 * At any prompt a person may ask for the exception form (KC_EEXCEPT) or for
 * suspension (KC_ESUSPEND); the engine does it and asks again.
 */
#ifndef KC_CEREMONY_UI_H
#define KC_CEREMONY_UI_H

#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/secret.h"

#define CER_LINES_MAX 40
#define CER_WORDS 5		/* words of one read-back */
#define CER_WORD_POSITIONS 32	/* words of a SHA-256 */

/* What an answers file says in place of words it cannot know.  A form of
 * CER_WORDS words never says it; the engine takes it in a rehearsal only. */
#define CER_FROM_SCREEN "from-screen"

enum cer_item_state {
	CER_ITEM_AHEAD,
	CER_ITEM_NOW,
	CER_ITEM_DONE,
	CER_ITEM_FAILED,
};

/* struct cer_item: a line of the left pane: an act (level 0) or one of its
 * step instances (level 1). */
struct cer_item {
	int level;
	char number[12];	/* "2" or "2.3" */
	char label[64];		/* unescaped text of the script or site */
	enum cer_item_state state;
	size_t done, total;	/* acts: steps done of all */
};

/* struct cer_line: a line of the step pane. */
enum cer_line_kind {
	CER_LINE_PLAIN,
	CER_LINE_LABEL,		/* "Card   YubiKey ...": label and text */
	CER_LINE_OK,		/* a check that holds */
	CER_LINE_NOGO,		/* a check that does not */
	CER_LINE_HASH,	/* 64 hex digits, shown in groups and words */
};
struct cer_line {
	enum cer_line_kind kind;
	char label[24];
	char text[256];
};

/* struct cer_exception: one that was filed; step "-": in none. */
#define CER_LAST_MAX 24
struct cer_exception {
	int64_t number;
	bool open;
	char step[64], happened[160];
};

/* struct cer_view: everything on the screen; owned by the engine, valid
 * during the call.  Strings may hold foreign text: escape before drawing. */
struct cer_view {
	const char *site;		/* "contoso-hsm-eu" */
	const char *ceremony;		/* "activation" */
	bool rehearsal;
	const char *card_state;		/* "holder-2 in 1", "no card", "" */
	void (*poll)(void *ctx);	/* NULL, or called often by who waits:
					 * may change card_state */
	void *poll_ctx;
	const struct cer_item *items;
	size_t n_items;
	size_t current;			/* index of the current step */
	char number[12];		/* current step */
	char title[128];
	char reads[96], acts[96], watches[160];
	char say[1024], why[512];
	long minutes;			/* for this step */
	long minutes_left;		/* for the rest */
	struct cer_line line[CER_LINES_MAX];	/* evidence of this step */
	size_t n_lines;
	char busy[96];			/* card work in progress, or "" */
	int64_t busy_ms;		/* elapsed */
	int64_t busy_expected_ms;	/* 0: unknown */
	char certain[240];		/* what is certainly unchanged */
	uint64_t journal_entries;
	uint8_t head[KC_SHA256];
	size_t open_exceptions, exceptions;
	const struct cer_exception *last;	/* the latest, oldest first */
	size_t n_last;
};

enum cer_ask {
	CER_ASK_CONTINUE,	/* Enter when done, or ready() */
	CER_ASK_YESNO,		/* y or n; answer "yes" or "no" */
	CER_ASK_TEXT,		/* a line of text, 1..max characters */
	CER_ASK_WORD,		/* the exact word (GENERATE, DESTROY) */
	CER_ASK_CHOICE,		/* one of the letters of choices */
	CER_ASK_WAIT,		/* until ready() or a person gives up */
	CER_ASK_WORDS,		/* CER_WORDS hash words, from paper */
};

/* struct cer_prompt: one question.
 *  key      stable name, for answers files ("present", "bag", "medium")
 *  person   id of the one who acts; name for people
 *  text     the sentence
 *  certain  what is certainly unchanged if it fails; may be ""
 *  word     CER_ASK_WORD
 *  choices  CER_ASK_CHOICE: "r Read the medium again\nx Record an
 *           exception\na Abandon" one letter, blank, sentence a line
 *  max      CER_ASK_TEXT: most characters (<= 200)
 *  at       CER_ASK_WORDS: which words, from 1, CER_WORDS of them.  The
 *           answer is what was typed, in their order, one blank between.
 *           The evidence of the view is not shown meanwhile: it may hold
 *           the hash that is read back
 *  ready    CER_ASK_WAIT, and CER_ASK_CONTINUE unless it is NULL: polled at
 *           least five times a second; true ends the question */
struct cer_prompt {
	enum cer_ask kind;
	const char *key;
	const char *person, *name;
	const char *text;
	const char *certain;
	const char *word;
	const char *choices;
	size_t max;
	const uint8_t *at;
	bool (*ready)(void *ctx);
	void *ready_ctx;
};

struct cer_answer {
	char text[801];		/* UTF-8, checked; CHOICE: the letter */
};

/* struct cer_form: the exception form (design: expected, happened, action,
 * decided by). */
struct cer_form {
	int64_t number;
	char opened[32];	/* "14:35:10" */
	char step[129];
	char expected[241], happened[241], action[241], decided[121];
};

/* struct cer_pin: a PIN question.
 *  twice     setting a new PIN: typed twice, compared in the secure heap
 *  min, max  length in bytes
 *  tries     sentence about tries left, or "" */
struct cer_pin {
	const char *key;
	const char *person, *name;
	const char *text;
	const char *tries;
	bool twice;
	size_t min, max;
};

/* struct cer_ui: one implementation.  All functions get ctx first.
 *  show    draw the view; never waits
 *  ask     show and wait for the answer.  KC_EEXCEPT, KC_ESUSPEND,
 *          KC_ECANCEL (Esc where allowed, end of input)
 *  pin     ask for a PIN straight into the secure heap; caller frees
 *  tick    during card work, about ten times a second: redraw with
 *          view->busy_ms; false when the person wants the work killed
 *  refuse  show a refusal (view, error), return one letter of choices
 *  form    fill the exception form; KC_ECANCEL keeps the journal as it is
 *  say     a lasting message of several lines (end of ceremony, head words,
 *          suspension); waits for a key where there is one
 *  close   give the terminal back; NULL-safe, idempotent */
struct cer_ui {
	void *ctx;
	void (*show)(void *ctx, const struct cer_view *v);
	kc_result (*ask)(void *ctx, const struct cer_view *v,
	    const struct cer_prompt *p, struct cer_answer *ret,
	    struct kc_err *err);
	kc_result (*pin)(void *ctx, const struct cer_view *v,
	    const struct cer_pin *p, struct kc_secret *ret,
	    struct kc_err *err);
	bool (*tick)(void *ctx, const struct cer_view *v);
	kc_result (*refuse)(void *ctx, const struct cer_view *v,
	    const struct kc_err *why, const char *choices, char *ret,
	    struct kc_err *err);
	kc_result (*form)(void *ctx, const struct cer_view *v,
	    struct cer_form *form, struct kc_err *err);
	void (*say)(void *ctx, const struct cer_view *v, const char *text);
	void (*close)(void *ctx);
};

#endif
