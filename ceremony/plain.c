/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine in plain lines: no cursor is moved, nothing is redrawn.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/text.h"
#include "base/words.h"
#include "ceremony/pin.h"
#include "ceremony/unattended.h"

#define TICK_MS 200

struct plain {
	struct cer_plain_state shown;
	int64_t told_ms;
};

static void
put(const char *before, const char *text, const char *after)
{
	struct kc_buf b = { 0 };

	if (kc_ok(kc_text_escape(text, strlen(text), &b, NULL)))
		(void)printf("%s%s%s", before, kc_buf_str(&b), after);
	kc_buf_free(&b);
}

static void
put_hash(const struct cer_line *l)
{
	struct kc_buf words = { 0 }, groups = { 0 };
	uint8_t sha[KC_SHA256];

	if (kc_unhex(l->text, KC_SHA256, sha) &&
	    kc_ok(kc_hex_groups(sha, KC_SHA256, &groups, NULL)) &&
	    kc_ok(kc_words(sha, 5, " ", &words, NULL)))
		(void)printf("     %-10s %s\n     %-10s %s ...\n", l->label,
		    kc_buf_str(&groups), "", kc_buf_str(&words));
	kc_buf_free(&words);
	kc_buf_free(&groups);
}

void
cer_plain_show(struct cer_plain_state *st, const struct cer_view *v)
{
	if (strcmp(st->number, v->number) != 0) {
		memcpy(st->number, v->number, sizeof st->number);
		st->n_lines = 0;
		(void)printf("%-5s", v->number);
		put("", v->title, "");
		put("  [", v->acts, "]\n");
	}
	if (v->n_lines < st->n_lines)
		st->n_lines = 0;
	for (; st->n_lines < v->n_lines; st->n_lines++) {
		const struct cer_line *l = &v->line[st->n_lines];

		if (l->kind == CER_LINE_HASH) {
			put_hash(l);
			continue;
		}
		(void)printf("     %s", l->kind == CER_LINE_OK ? "ok    " :
		    l->kind == CER_LINE_NOGO ? "NO-GO " : "");
		put("", l->label, " ");
		put("", l->text, "\n");
	}
	(void)fflush(stdout);
}

static void
p_show(void *ctx, const struct cer_view *v)
{
	struct plain *p = ctx;
	bool new_step = strcmp(p->shown.number, v->number) != 0;

	cer_plain_show(&p->shown, v);
	if (!new_step)
		return;
	put("     Reads: ", v->reads, "\n");
	put("     Acts: ", v->acts, "\n");
	put("     Watches: ", v->watches, "\n");
	put("     \"", v->say, "\"\n");
	put("     Why: ", v->why, "\n");
}

static kc_result
line(char *ret, size_t size, struct kc_err *err)
{
	size_t len;

	(void)fflush(stdout);
	if (fgets(ret, (int)size, stdin) == NULL)
		return KC_FAIL(err, KC_ECANCEL, 0, "the input has ended");
	len = strlen(ret);
	if (len > 0 && ret[len - 1] == '\n')
		ret[--len] = '\0';
	if (!kc_text_clean(ret))
		return KC_FAIL(err, KC_ECANCEL, 0,
		    "the line holds control characters");
	if (strcmp(ret, "!e") == 0)
		return KC_FAIL(err, KC_EEXCEPT, 0, "exception form");
	if (strcmp(ret, "!s") == 0)
		return KC_FAIL(err, KC_ESUSPEND, 0, "suspend");
	return KC_DONE;
}

/* Is it the letter of a line of choices? */
static bool
has_choice(const char *choices, char letter)
{
	const char *at = choices;

	while (at != NULL && *at != '\0') {
		if (*at == letter)
			return true;
		at = strchr(at, '\n');
		at += at != NULL;
	}
	return false;
}

/* Does the line answer the prompt?  Yes and no are brought to one form. */
static bool
fits(const struct cer_prompt *p, char *text)
{
	switch (p->kind) {
	case CER_ASK_CONTINUE:
	case CER_ASK_WAIT:
		return true;
	case CER_ASK_YESNO:
		if (text[0] != 'y' && text[0] != 'n')
			return false;
		(void)snprintf(text, 4, "%s", text[0] == 'y' ? "yes" : "no");
		return true;
	case CER_ASK_WORD:
		return strcmp(text, p->word) == 0;
	case CER_ASK_TEXT:
		return text[0] != '\0' && strlen(text) <= p->max;
	default:
		return text[0] != '\0' && text[1] == '\0' &&
		    has_choice(p->choices, text[0]);
	}
}

/* The words of a read-back, a line each; no line before showed them. */
static kc_result
type_words(const struct cer_prompt *q, struct cer_answer *ret,
    struct kc_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < CER_WORDS; i++) {
		char word[80];
		kc_result r;

		do {
			(void)printf("     word %u (!e exception, !s suspend)"
			    " > ", (unsigned)q->at[i]);
			r = line(word, sizeof word, err);
			if (!kc_ok(r))
				return r;
		} while (word[0] == '\0' || strchr(word, ' ') != NULL);
		n += (size_t)snprintf(ret->text + n, sizeof ret->text - n,
		    "%s%s", i > 0 ? " " : "", word);
	}
	return KC_DONE;
}

/* Was it ready before a line came?  (stdin has no buffer: p_open.) */
static bool
comes_first(const struct cer_prompt *q)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };

	(void)fflush(stdout);
	for (;;) {
		if (q->ready(q->ready_ctx))
			return true;
		if (poll(&p, 1, TICK_MS) > 0)
			return false;
	}
}

static kc_result
p_ask(void *ctx, const struct cer_view *v, const struct cer_prompt *q,
    struct cer_answer *ret, struct kc_err *err)
{
	kc_result r;

	p_show(ctx, v);
	put("  -> ", q->name, ": ");
	put("", q->text, "\n");
	if (q->kind == CER_ASK_WORDS)
		return type_words(q, ret, err);
	if (q->kind == CER_ASK_CHOICE)
		(void)printf("%s\n", q->choices);
	do {
		(void)printf("     %s%s (!e exception, !s suspend) > ",
		    q->kind == CER_ASK_YESNO ? "y or n" :
		    q->kind == CER_ASK_WORD ? "the word " :
		    q->kind == CER_ASK_TEXT ? "text" :
		    q->kind == CER_ASK_WAIT ? "Enter when it is there" :
		    q->kind == CER_ASK_CHOICE ? "one letter" :
		    "Enter",
		    q->kind == CER_ASK_WORD ? q->word : "");
		if (q->ready != NULL && comes_first(q)) {
			(void)printf("\n");
			return KC_DONE;
		}
		r = line(ret->text, sizeof ret->text, err);
		if (!kc_ok(r))
			return r;
	} while (!fits(q, ret->text) ||
	    (q->kind == CER_ASK_WAIT && !q->ready(q->ready_ctx)));
	return KC_DONE;
}

/* One typing of a PIN; a length that cannot be is asked again here, before
 * any card hears of it. */
static kc_result
type_pin(const char *prompt, const struct cer_pin *p, struct kc_secret *ret,
    struct kc_err *err)
{
	kc_result r;

	for (;;) {
		r = cer_secret_tty(prompt, p->max + 2, ret, err);
		if (r.code == KC_EUSAGE && err->native == 0) {
			put("     ", err->msg, "\n");
			continue;
		}
		if (!kc_ok(r) || ret->len >= p->min)
			return r;
		(void)printf("     At least %zu characters.\n", p->min);
		kc_secret_free(ret);
	}
}

static kc_result
p_pin(void *ctx, const struct cer_view *v, const struct cer_pin *p,
    struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret a = { 0 }, b = { 0 };
	kc_result r;

	p_show(ctx, v);
	put("  -> ", p->name, ": ");
	put("", p->text, "\n");
	for (;;) {
		KC_TRY(r, type_pin("     PIN", p, &a, err));
		if (!p->twice)
			break;
		KC_TRY(r, type_pin("     PIN again", p, &b, err));
		if (a.len == b.len && CRYPTO_memcmp(a.p, b.p, a.len) == 0)
			break;
		(void)printf("     The two are not equal.\n");
		kc_secret_free(&a);
		kc_secret_free(&b);
	}
	*ret = a;
	a = (struct kc_secret){ 0 };
out:
	kc_secret_free(&a);
	kc_secret_free(&b);
	return r;
}

static bool
p_tick(void *ctx, const struct cer_view *v)
{
	struct plain *p = ctx;

	if (v->busy_ms < p->told_ms)
		p->told_ms = 0;		/* other work */
	if (v->busy_ms < 2000 ||
	    (p->told_ms > 0 && v->busy_ms - p->told_ms < 5000))
		return true;
	p->told_ms = v->busy_ms;
	(void)printf("     %s: %lld s", v->busy,
	    (long long)(v->busy_ms / 1000));
	if (v->busy_expected_ms > 0)
		(void)printf(", usually about %lld s",
		    (long long)((v->busy_expected_ms + 999) / 1000));
	(void)printf("\n");
	(void)fflush(stdout);
	return true;
}

static kc_result
p_refuse(void *ctx, const struct cer_view *v, const struct kc_err *why,
    const char *choices, char *ret, struct kc_err *err)
{
	char text[80];
	kc_result r;

	p_show(ctx, v);
	put("     REFUSED ", kc_sentence(why->code), "\n");
	put("     Found   ", why->msg, "\n");
	put("     Certain ", why->certain, "\n");
	(void)printf("%s\n", choices);
	do {
		(void)printf("     > ");
		r = line(text, sizeof text, err);
		if (r.code == KC_EEXCEPT)
			memcpy(text, "x", 2);
		else if (!kc_ok(r))
			return r;
	} while (text[0] == '\0' || text[1] != '\0' ||
	    !has_choice(choices, text[0]));
	*ret = text[0];
	return KC_DONE;
}

static kc_result
field(const char *label, char *ret, size_t size, struct kc_err *err)
{
	kc_result r;

	do {
		(void)printf("     %s > ", label);
		r = line(ret, size, err);
		if (!kc_ok(r))
			return KC_FAIL(err, KC_ECANCEL, 0, "form left");
	} while (ret[0] == '\0');
	return r;
}

static kc_result
p_form(void *ctx, const struct cer_view *v, struct cer_form *form,
    struct kc_err *err)
{
	kc_result r;

	p_show(ctx, v);
	(void)printf("  -> Exception %lld, opened %s in step %s\n",
	    (long long)form->number, form->opened, form->step);
	KC_TRY(r, field("Expected", form->expected, sizeof form->expected,
	    err));
	KC_TRY(r, field("Happened", form->happened, sizeof form->happened,
	    err));
	KC_TRY(r, field("Action", form->action, sizeof form->action, err));
	r = field("Decided by", form->decided, sizeof form->decided, err);
out:
	return r;
}

static void
p_say(void *ctx, const struct cer_view *v, const char *text)
{
	(void)ctx;
	(void)v;
	(void)printf("%s\n", text);
	(void)fflush(stdout);
}

kc_result
cer_plain_open(struct cer_ui *ret, struct kc_err *err)
{
	struct plain *p = calloc(1, sizeof *p);

	if (p == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory");
	/* So that a line that waits is seen by poll. */
	(void)setvbuf(stdin, NULL, _IONBF, 0);
	*ret = (struct cer_ui){ p, p_show, p_ask, p_pin, p_tick, p_refuse,
		p_form, p_say, free };
	/* cppcheck-suppress memleak; p is ret->ctx, freed by ret->close */
	return KC_DONE;
}
