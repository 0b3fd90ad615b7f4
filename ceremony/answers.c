/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine answered by a file: rehearsals and tests.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "ceremony/pinrule.h"
#include "ceremony/unattended.h"
#include "ceremony/yaml.h"

struct answers {
	struct cer_node *root;
	struct kc_buf bytes;
	char *dir;
	const char *pin_file;		/* with {person} */
	int64_t wait_s, retries, retried;
	struct cer_plain_state shown;
};

static void
a_show(void *ctx, const struct cer_view *v)
{
	struct answers *a = ctx;

	cer_plain_show(&a->shown, v);
}

/* The answer for a prompt: "<step>/<key>/<person>", "<key>/<person>",
 * "<key>", in this order; {person} and {step} are filled in. */
static const char *
look_up(const struct answers *a, const struct cer_view *v, const char *key,
    const char *person)
{
	const struct cer_node *map = cer_node_get(a->root, "answers");
	const struct cer_node *n;
	char name[256];

	(void)snprintf(name, sizeof name, "%s/%s/%s", v->number, key, person);
	n = cer_node_get(map, name);
	if (n == NULL) {
		(void)snprintf(name, sizeof name, "%s/%s", key, person);
		n = cer_node_get(map, name);
	}
	if (n == NULL)
		n = cer_node_get(map, key);
	return n != NULL && n->kind == CER_SCALAR ? n->text : NULL;
}

static void
expand(const char *text, const char *person, char *ret, size_t size)
{
	const char *mark = strstr(text, "{person}");

	if (mark == NULL)
		(void)snprintf(ret, size, "%s", text);
	else
		(void)snprintf(ret, size, "%.*s%s%s", (int)(mark - text),
		    text, person, mark + strlen("{person}"));
}

static kc_result
wait_ready(const struct answers *a, const struct cer_prompt *p,
    struct kc_err *err)
{
	int64_t until = kc_clock_boot_ms() + a->wait_s * 1000;
	const struct timespec nap = { 0, 50 * 1000000L };

	while (!p->ready(p->ready_ctx)) {
		if (kc_clock_boot_ms() > until)
			return KC_FAIL(err, KC_ECANCEL, 0,
			    "nothing came within %lld s: %s",
			    (long long)a->wait_s, p->text);
		(void)nanosleep(&nap, NULL);
	}
	return KC_DONE;
}

static kc_result
a_ask(void *ctx, const struct cer_view *v, const struct cer_prompt *p,
    struct cer_answer *ret, struct kc_err *err)
{
	struct answers *a = ctx;
	const char *text = look_up(a, v, p->key, p->person);

	a_show(a, v);
	if (p->kind == CER_ASK_WAIT)
		return wait_ready(a, p, err);
	if (text != NULL && strcmp(text, "suspend") == 0)
		return KC_FAIL(err, KC_ESUSPEND, 0, "the answers suspend");
	if (p->kind == CER_ASK_CONTINUE) {
		/* Nobody is there to press Enter before it is time. */
		if (p->ready != NULL)
			(void)wait_ready(a, p, NULL);
		return KC_DONE;
	}
	if (text == NULL)
		return KC_FAIL(err, KC_ECANCEL, 0,
		    "the answers file has no answer '%s' for %s in step %s",
		    p->key, p->person, v->number);
	expand(text, p->person, ret->text, sizeof ret->text);
	if (p->kind == CER_ASK_WORD && strcmp(ret->text, p->word) != 0)
		return KC_FAIL(err, KC_ECANCEL, 0,
		    "the answer '%s' is not the word %s", ret->text, p->word);
	if (p->kind == CER_ASK_TEXT && strlen(ret->text) > p->max)
		return KC_FAIL(err, KC_ECANCEL, 0,
		    "the answer '%s' is longer than %zu", p->key, p->max);
	return KC_DONE;
}

/* Eight random digits for a rehearsal card. */
static kc_result
draw_pin(struct kc_secret *ret, struct kc_err *err)
{
	kc_result r;

	do {
		kc_secret_free(ret);
		KC_TRY(r, kc_secret_random(ret, 9, err));
		for (size_t i = 0; i < 8; i++)
			ret->p[i] = (uint8_t)('0' + ret->p[i] % 10);
		ret->p[8] = '\0';
		ret->len = 8;
	} while (cer_pin_weak(ret, NULL) != NULL);
out:
	return r;
}

static kc_result
a_pin(void *ctx, const struct cer_view *v, const struct cer_pin *p,
    struct kc_secret *ret, struct kc_err *err)
{
	/* What is no card's first PIN has a file of its own. */
	static const struct { const char *key, *ending; } other[] = {
		{ "changed-pin", ".changed" }, { "puk", ".puk" },
		{ "password", ".password" } };
	struct answers *a = ctx;
	char name[512], path[1024];
	const char *ending = "";
	struct kc_secret s = { 0 };
	kc_result r;

	a_show(a, v);
	if (a->pin_file == NULL)
		return KC_FAIL(err, KC_ECANCEL, 0,
		    "the answers file names no pin-file");
	expand(a->pin_file, p->person, name, sizeof name);
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (strcmp(p->key, other[i].key) == 0)
			ending = other[i].ending;
	(void)snprintf(path, sizeof path, "%s%s%s%s",
	    name[0] == '/' ? "" : a->dir, name[0] == '/' ? "" : "/", name,
	    ending);
	if (p->twice && !kc_file_exists(path)) {
		KC_TRY(r, draw_pin(&s, err));
		KC_TRY(r, kc_file_write_new(path, s.p, s.len, 0600, err));
		kc_secret_free(&s);
	}
	KC_TRY(r, kc_file_read_secret(path, 64, &s, err));
	while (s.len > 0 && (s.p[s.len - 1] == '\n' ||
	    s.p[s.len - 1] == '\r'))
		s.len--;
	s.p[s.len] = '\0';
	*ret = s;
	s = (struct kc_secret){ 0 };
out:
	kc_secret_free(&s);
	return r;
}

static bool
a_tick(void *ctx, const struct cer_view *v)
{
	(void)ctx;
	(void)v;
	return true;
}

/* A card that failed is asked again a few times; everything else stops. */
static kc_result
a_refuse(void *ctx, const struct cer_view *v, const struct kc_err *why,
    const char *choices, char *ret, struct kc_err *err)
{
	struct answers *a = ctx;
	bool again = kc_exit(why->code) == 4 && a->retried < a->retries &&
	    why->code != KC_EPIN && why->code != KC_EPINLAST;

	(void)choices;
	(void)err;
	a->retried += again;
	(void)printf("     REFUSED in step %s: %s: %s\n", v->number,
	    kc_sentence(why->code), why->msg);
	(void)fflush(stdout);
	*ret = again ? 'r' : 'a';
	return KC_DONE;
}

static kc_result
a_form(void *ctx, const struct cer_view *v, struct cer_form *form,
    struct kc_err *err)
{
	(void)ctx;
	(void)v;
	(void)form;
	return KC_FAIL(err, KC_ECANCEL, 0, "no form in an answers file");
}

static void
a_say(void *ctx, const struct cer_view *v, const char *text)
{
	(void)ctx;
	(void)v;
	(void)printf("%s\n", text);
	(void)fflush(stdout);
}

static void
a_close(void *ctx)
{
	struct answers *a = ctx;

	if (a == NULL)
		return;
	cer_node_free(&a->root);
	kc_buf_free(&a->bytes);
	free(a->dir);
	free(a);
}

static kc_result
read_answers(struct answers *a, const char *path, struct kc_err *err)
{
	uint8_t sha[KC_SHA256];
	int64_t format;
	kc_result r;

	KC_TRY(r, cer_yaml_load(path, &a->bytes, sha, &a->root, err));
	KC_TRY(r, cer_node_only(a->root, "answers-for format pin-file "
	    "wait-seconds card-retries answers", err));
	KC_TRY(r, cer_node_int(a->root, "format", 1, 1, &format, err));
	KC_TRY(r, cer_node_int(a->root, "wait-seconds", 1, 3600, &a->wait_s,
	    err));
	KC_TRY(r, cer_node_int(a->root, "card-retries", 0, 100, &a->retries,
	    err));
	r = cer_node_str(a->root, "pin-file", NULL, &a->pin_file, err);
out:
	return r;
}

kc_result
cer_answers_open(const char *path, const char *dir, struct cer_ui *ret,
    struct kc_err *err)
{
	struct answers *a = calloc(1, sizeof *a);
	kc_result r;

	if (a == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for answers");
	KC_TRY(r, kc_strdup(dir, &a->dir, err));
	KC_TRY(r, read_answers(a, path, err));
	*ret = (struct cer_ui){ a, a_show, a_ask, a_pin, a_tick, a_refuse,
		a_form, a_say, a_close };
	a = NULL;
out:
	a_close(a);
	return r;
}
