/* SPDX-License-Identifier: Apache-2.0
 *
 * The key that a byok.wrap wraps: a file on the medium or a key on the card of
 * who acts; and what becomes of it afterwards.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "ceremony/kek.h"
#include "ceremony/steps.h"

#define PASSWORD_MAX 200
#define LABEL_MAX 64

bool
cer_byok_card(const struct cer_node *step)
{
	return cer_node_get(step, "object") != NULL &&
	    cer_node_get(step, "key") == NULL &&
	    cer_node_get(step, "oct") == NULL;
}

/* A file's name, or missing where it may be. */
static kc_result
file_field(const struct cer_node *step, const char *key, bool must,
    struct kc_err *err)
{
	const char *name;
	kc_result r;

	if (!must && cer_node_get(step, key) == NULL)
		return KC_DONE;
	r = cer_node_str(step, key, NULL, &name, err);
	if (kc_ok(r) && !cer_medium_name(name))
		r = CER_NODE_FAIL(cer_node_get(step, key), err, "'%.70s' is "
		    "no name of a file: letters, digits, '.' and '-'", name);
	return r;
}

kc_result
cer_byok_fields(const struct cer_node *step, struct kc_err *err)
{
	static const struct { const char *key; bool must; } files[] = {
		{ "kek", true }, { "show", true }, { "attestation", false },
		{ "key", false }, { "oct", false }, { "blob", true } };
	const char *object;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		KC_TRY(r, file_field(step, files[i].key, files[i].must,
		    err));
	KC_TRY(r, cer_node_str(step, "object", "", &object, err));
	if (strlen(object) > LABEL_MAX)
		return CER_NODE_FAIL(cer_node_get(step, "object"), err,
		    "the label of a key has at most %d bytes", LABEL_MAX);
	if (object[0] == '\0' && cer_node_get(step, "key") == NULL &&
	    cer_node_get(step, "oct") == NULL)
		return CER_NODE_FAIL(step, err, "'byok.wrap' names no key: "
		    "'key' or 'oct' (files on the medium), or 'object' (on "
		    "the card of who acts)");
out:
	return r;
}

/* One line of the choice; ret: the last that was offered. */
static kc_result
offer(struct kc_buf *choices, enum cer_byok_from from, const char *what,
    const char *text, struct cer_byok_source *ret, size_t *n,
    struct kc_err *err)
{
	if (what[0] == '\0')
		return KC_DONE;
	*ret = (struct cer_byok_source){ from, what };
	(*n)++;
	return kc_buf_addf(choices, err, "%s%c %s %s", choices->len > 0 ?
	    "\n" : "", from, text, what);
}

/* Where there is more than one, whoever acts says which. */
kc_result
cer_byok_choose(struct cer_room *room, const struct cer_instance *in,
    struct cer_byok_source *ret, struct kc_err *err)
{
	static const enum cer_byok_from from[] = { CER_BYOK_KEY, CER_BYOK_OCT,
		CER_BYOK_CARD };
	static const char *const field[] = { "key", "oct", "object" };
	static const char *const text[] = { "An RSA or EC key, in the file",
		"An AES key, raw, in the file", "On my card, the key" };
	const struct cer_node *step = in->step->node;
	struct cer_byok_source offered[3];
	struct kc_buf choices = { 0 };
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_CHOICE, .key = "source",
		.person = in->person->id, .name = in->person->name,
		.text = "Where is the key that is to be brought in?",
		.certain = room->view.certain };
	const char *what;
	size_t n = 0;
	kc_result r;

	for (size_t i = 0; i < 3; i++) {
		KC_TRY(r, cer_node_str(step, field[i], "", &what, err));
		if (from[i] == CER_BYOK_CARD &&
		    cer_card_of(room, in->person->id) == NULL)
			continue;
		KC_TRY(r, offer(&choices, from[i], what, text[i],
		    &offered[n], &n, err));
	}
	q.choices = kc_buf_str(&choices);
	if (n > 1)
		KC_TRY(r, cer_ask(room, in, &q, &a, err));
	for (size_t i = 0; i < n; i++)
		if (n == 1 || (a.text[0] == (char)offered[i].from &&
		    a.text[1] == '\0')) {
			*ret = offered[i];
			goto out;
		}
	r = KC_FAIL(err, KC_EREFUSED, 0, "'%.20s' says not where the key is",
	    a.text);
out:
	kc_buf_free(&choices);
	return r;
}

static kc_result
load_pem(struct cer_room *room, const struct cer_instance *in,
    const char *name, const char *path, struct est_target *ret,
    struct kc_err *err)
{
	char text[120];
	struct cer_pin p = { .key = "password", .person = in->person->id,
		.name = in->person->name, .text = text, .tries = "",
		.min = 1, .max = PASSWORD_MAX };
	struct kc_secret password = { 0 };
	kc_result r = est_target_pem(path, NULL, ret, err);

	if (r.code != KC_EPASSWORD)
		return r;
	(void)snprintf(text, sizeof text, "The password of %s.", name);
	KC_TRY(r, cer_pin_ask(room, in, &p, &password, err));
	r = est_target_pem(path, &password, ret, err);
out:
	kc_secret_free(&password);
	return r;
}

/* The card wraps it; its process is over before the key is opened. */
static kc_result
load_card(struct cer_room *room, const struct cer_instance *in,
    const char *label, struct est_target *ret, struct kc_err *err)
{
	struct cer_card *card = cer_card_of(room, in->person->id);
	struct cer_command c = { .command = "extract", .cls = "repeatable",
		.key = "", .card = card };
	struct tok_uri uri = { .type = "" };
	struct tok_extract x = { 0 };
	struct tok_card *tok = NULL;
	char name[120];
	kc_result r;

	(void)snprintf(uri.object, sizeof uri.object, "%s", label);
	(void)snprintf(name, sizeof name, "the card of %s", in->person->id);
	KC_TRY(r, cer_room_login(room, in, card, false, &tok, err));
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = tok_extract(tok, &uri, &x, err);
	r = cer_command_end(room, in, &c, r, NULL, 0, err);
	tok_close(&tok);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", name);
		goto out;
	}
	r = cer_target_card(name, &x, ret, err);
out:
	tok_extract_free(&x);
	return r;
}

kc_result
cer_byok_load(struct cer_room *room, const struct cer_instance *in,
    const struct cer_byok_source *from, struct est_target *ret,
    struct kc_err *err)
{
	struct kc_buf path = { 0 };
	kc_result r;

	if (from->from == CER_BYOK_CARD)
		return load_card(room, in, from->what, ret, err);
	KC_TRY(r, cer_medium_find(room, in, from->what, &path, err));
	r = from->from == CER_BYOK_OCT ?
	    est_target_oct(kc_buf_str(&path), ret, err) :
	    load_pem(room, in, from->what, kc_buf_str(&path), ret, err);
out:
	kc_buf_free(&path);
	return r;
}

/* struct fate: what became of the source. */
struct fate {
	bool destroyed;
	struct cer_answer bag;
	const struct cer_person *seen_by;
};

/* A file that is said to be destroyed must at least not lie there still. */
static kc_result
is_gone(struct cer_room *room, const struct cer_byok_source *from,
    struct kc_err *err)
{
	struct kc_buf top = { 0 }, path = { 0 };
	kc_result r;

	KC_TRY(r, cer_path(room, room->site.medium, "", &top, err));
	KC_TRY(r, kc_buf_addf(&path, err, "%s/to-offline/%s",
	    kc_buf_str(&top), from->what));
	if (from->from != CER_BYOK_CARD && kc_file_exists(kc_buf_str(&path)))
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s is still on the medium: "
		    "it is not destroyed", from->what);
out:
	kc_buf_free(&top);
	kc_buf_free(&path);
	return r;
}

static kc_result
ask_fate(struct cer_room *room, const struct cer_instance *in,
    const struct cer_byok_source *from, struct fate *ret, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_CHOICE, .key = "source-fate",
		.person = in->person->id, .name = in->person->name,
		.text = "The blob is written. What becomes of the key it was "
		"made from?", .certain = room->view.certain,
		.choices = "d Destroyed now, every copy, before witnesses\n"
		"k Kept, in a sealed bag" };
	struct cer_prompt bag = { .kind = CER_ASK_TEXT, .key = "source-bag",
		.person = in->person->id, .name = in->person->name,
		.text = "The number of the bag it is in, read aloud:",
		.certain = room->view.certain, .max = 40 };
	kc_result r;

	KC_TRY(r, cer_ask(room, in, &q, &a, err));
	if (strcmp(a.text, "d") != 0 && strcmp(a.text, "k") != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "'%.20s' says not what "
		    "becomes of the key: d or k", a.text);
	ret->destroyed = a.text[0] == 'd';
	r = ret->destroyed ? is_gone(room, from, err) :
	    cer_ask(room, in, &bag, &ret->bag, err);
out:
	return r;
}

static kc_result
ask_seen(struct cer_room *room, const struct cer_instance *in,
    const struct fate *f, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "source-seen",
		.person = f->seen_by->id, .name = f->seen_by->name,
		.text = f->destroyed ? "Did you see every copy of the key "
		"destroyed?" : "Did you see the key go into that bag, and the "
		"bag sealed?", .certain = room->view.certain };
	kc_result r = cer_ask(room, in, &q, &a, err);

	if (kc_ok(r) && strcmp(a.text, "yes") != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s did not see what became "
		    "of the key", f->seen_by->id);
	return r;
}

kc_result
cer_byok_fate(struct cer_room *room, const struct cer_instance *in,
    const struct cer_byok_source *from, struct kc_err *err)
{
	struct fate f = { .seen_by = cer_step_reader(&room->site, in->step) };
	struct aud_fact row[5];
	kc_result r;

	KC_TRY(r, ask_fate(room, in, from, &f, err));
	KC_TRY(r, ask_seen(room, in, &f, err));
	row[0] = AUD_S("source", from->from == CER_BYOK_CARD ? "card" :
	    "file");
	row[1] = AUD_S("name", from->what);
	row[2] = AUD_S("fate", f.destroyed ? "destroyed" : "kept");
	row[3] = AUD_S("bag", f.bag.text);
	row[4] = AUD_S("seen.by", f.seen_by->id);
	r = cer_row(room, "byok.source", in, row, 5, err);
out:
	return r;
}
