/* SPDX-License-Identifier: Apache-2.0
 *
 * Read-back: words of a hash from a second person's paper.  A screen shows
 * what the station believes; only a copy that came another way can tell it
 * that it was lied to.
 */
#include "ceremony/readback.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "ceremony/steps.h"

static const struct {
	const char *name, *what;
	struct cer_term term;	/* what must be there */
} subjects[] = {
	{ .name = "software", .what = "this program" },
	{ .name = "script", .what = "the script of this ceremony" },
	{ .name = "site", .what = "the site file" },
	{ .name = "head", .what = "the journal's head at the last checkpoint "
	  "or suspension", .term = { CER_OF_ROOM, .needs = CER_F_HEAD } },
	{ .name = "exchange", .what = "the ratified exchange key", .term = {
	  CER_OF_ROOM, .needs = CER_F_RECEIVER } },
	{ .name = "domain", .what = "the security domain's file", .term = {
	  CER_OF_SET, .needs = CER_F_DOMAIN } },
};
#define N_SUBJECTS (sizeof subjects / sizeof *subjects)

/* Where a copy may be from: letter, what the journal says. */
static const struct {
	char letter;
	const char *source;
	bool second;		/* a path of its own */
} copies[] = {
	{ 'o', "own screen", true },
	{ 'v', "read out", true },
	{ 'p', "earlier paper", true },
	{ 'c', "stick or this screen", false },
};
static const char choices[] =
    "o Written by me from my own screen, as it happened there\n"
    "v Read out to me by phone or video\n"
    "p On paper from an earlier day\n"
    "c Copied from the stick or from this screen";

bool
cer_readback_subject(const char *name)
{
	for (size_t i = 0; i < N_SUBJECTS; i++)
		if (strcmp(subjects[i].name, name) == 0)
			return true;
	return false;
}

struct cer_term
cer_readback_term(const char *name)
{
	struct cer_term none = { CER_OF_NOBODY, 0, 0, 0, 0, false };

	for (size_t i = 0; i < N_SUBJECTS; i++)
		if (strcmp(subjects[i].name, name) == 0)
			return subjects[i].term;
	return none;
}

/* The hash as hex only: words on the screen could be copied from it. */
static void
show_hash(struct cer_room *room, const struct cer_readback *rb)
{
	char half[48];

	room->view.n_lines = 0;
	cer_line(room, CER_LINE_PLAIN, "", "To be read back: %s", rb->what);
	for (size_t i = 0; i < 64; i += 32) {
		int n = 0;

		for (size_t k = i; k < i + 32; k += 4)
			n += snprintf(half + n, sizeof half - (size_t)n,
			    "%s%.4s", k == i ? "" : k == i + 16 ? "  " : " ",
			    rb->sha + k);
		cer_line(room, CER_LINE_LABEL, i == 0 ? "SHA-256" : "", "%s",
		    half);
	}
}

static kc_result
copy_row(struct cer_room *room, const struct cer_instance *in,
    const struct cer_readback *rb, size_t copy, struct kc_err *err)
{
	struct aud_fact f[] = {
		AUD_S("subject", rb->subject),
		AUD_S("sha256", rb->sha),
		AUD_S("person", rb->by->id),
		AUD_S("source", copies[copy].source),
		AUD_B("accepted", copies[copy].second),
	};

	return cer_row(room, CER_READBACK_COPY, in, f, sizeof f / sizeof *f,
	    err);
}

/* Words copied from the file under test say nothing about it. */
static kc_result
ask_copy(struct cer_room *room, const struct cer_instance *in,
    const struct cer_readback *rb, size_t *ret, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_CHOICE, .key = "copy",
		.person = rb->by->id, .name = rb->by->name,
		.text = "Where did the words on your paper come from?",
		.certain = room->view.certain, .choices = choices };
	size_t i = 0, n = sizeof copies / sizeof *copies;
	kc_result r;

	KC_TRY(r, cer_ask(room, in, &q, &a, err));
	while (i < n && (a.text[0] != copies[i].letter || a.text[1] != '\0'))
		i++;
	if (i == n) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "'%.20s' says not where the copy of %s is from: o, v, p "
		    "or c", a.text, rb->by->id);
		goto out;
	}
	KC_TRY(r, copy_row(room, in, rb, i, err));
	if (copies[i].second)
		*ret = i;
	else
		r = KC_FAIL(err, KC_EREFUSED, 0, "the copy of %s came from "
		    "the stick or this screen: that is no second path, it "
		    "would agree with any forgery on it", rb->by->id);
out:
	return r;
}

/* CER_WORDS different positions from 1, in ascending order. */
static kc_result
draw(uint8_t ret[static CER_WORDS], struct kc_err *err)
{
	bool taken[CER_WORD_POSITIONS] = { false };
	size_t have = 0;
	kc_result r = KC_DONE;

	while (have < CER_WORDS) {
		uint8_t c;

		r = kc_random(&c, 1, err);
		if (!kc_ok(r))
			return r;
		c %= CER_WORD_POSITIONS;	/* divides 256: no bias */
		have += !taken[c];
		taken[c] = true;
	}
	for (size_t i = 0, k = 0; i < CER_WORD_POSITIONS; i++)
		if (taken[i])
			ret[k++] = (uint8_t)(i + 1);
	return r;
}

/* Which of the words are not the hash's; all of them, if there are not as
 * many as positions. */
static size_t
judge(const uint8_t sha[static KC_SHA256], const uint8_t at[static CER_WORDS],
    const char *typed, char *ret_wrong, size_t size)
{
	char word[CER_WORDS][32] = { { 0 } };
	size_t n = 0, wrong = 0, len = 0;

	for (const char *p = typed + strspn(typed, " "); *p != '\0'; n++) {
		size_t w = strcspn(p, " ");

		if (n < CER_WORDS && w < sizeof word[n])
			memcpy(word[n], p, w);
		p += w;
		p += strspn(p, " ");
	}
	ret_wrong[0] = '\0';
	for (size_t i = 0; i < CER_WORDS; i++) {
		if (n == CER_WORDS && kc_word_is(word[i],
		    (size_t)at[i] - 1, sha[at[i] - 1]))
			continue;
		len += (size_t)snprintf(ret_wrong + len, size - len, "%s%u",
		    wrong > 0 ? " " : "", (unsigned)at[i]);
		wrong++;
	}
	return wrong;
}

/* struct try: one set of words and what came of it. */
struct try {
	int64_t number;
	const char *source;	/* of the copy */
	uint8_t at[CER_WORDS];
	bool by_file;
	size_t n_wrong;
	char wrong[4 * CER_WORDS];
};

static kc_result
try_row(struct cer_room *room, const struct cer_instance *in,
    const struct cer_readback *rb, const struct try *t, struct kc_err *err)
{
	char at[4 * CER_WORDS];
	size_t n = 0;
	struct aud_fact f[] = {
		AUD_S("subject", rb->subject),
		AUD_S("sha256", rb->sha),
		AUD_S("person", rb->by->id),
		AUD_S("source", t->source),
		AUD_I("try", t->number),
		AUD_S("positions", at),
		AUD_B("right", t->n_wrong == 0),
		AUD_S("wrong", t->wrong),
		AUD_S("answered", t->by_file ? "by the answers file, without "
		    "words" : "with words"),
	};

	for (size_t i = 0; i < CER_WORDS; i++)
		n += (size_t)snprintf(at + n, sizeof at - n, "%s%u",
		    i > 0 ? " " : "", (unsigned)t->at[i]);
	return cer_row(room, CER_READBACK, in, f, sizeof f / sizeof *f, err);
}

static kc_result
one_try(struct cer_room *room, const struct cer_instance *in,
    const struct cer_readback *rb, struct try *t, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	char text[300];
	struct cer_prompt q = { .kind = CER_ASK_WORDS, .key = "readback",
		.person = rb->by->id, .name = rb->by->name, .text = text,
		.certain = room->view.certain, .at = t->at };
	uint8_t sha[KC_SHA256];
	kc_result r;

	if (!kc_unhex(rb->sha, sizeof sha, sha))
		return KC_FAIL(err, KC_EBUG, 0, "no hash to read back");
	KC_TRY(r, draw(t->at, err));
	(void)snprintf(text, sizeof text, "%.80s, from YOUR paper, not from "
	    "this screen: %s", rb->by->name, rb->what);
	KC_TRY(r, cer_ask(room, in, &q, &a, err));
	t->by_file = strcmp(a.text, CER_FROM_SCREEN) == 0;
	if (t->by_file && !room->rehearsal) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "an answers file cannot "
		    "read back in production: %s has to", rb->by->id);
		goto out;
	}
	t->n_wrong = 0;
	t->wrong[0] = '\0';
	if (!t->by_file)
		t->n_wrong = judge(sha, t->at, a.text, t->wrong,
		    sizeof t->wrong);
	r = try_row(room, in, rb, t, err);
out:
	return r;
}

kc_result
cer_read_words(struct cer_room *room, const struct cer_instance *in,
    const struct cer_readback *rb, const char *source, struct kc_err *err)
{
	struct try t = { .source = source, .n_wrong = 1 };
	kc_result r = KC_DONE;

	while (t.n_wrong > 0 && t.number < CER_READBACK_TRIES) {
		t.number++;
		KC_TRY(r, one_try(room, in, rb, &t, err));
		if (t.n_wrong > 0)
			cer_line(room, CER_LINE_NOGO, "Read-back", "try "
			    "%lld: wrong at %s", (long long)t.number,
			    t.wrong);
	}
	if (t.n_wrong > 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%d times %s read words "
		    "that are not those of %s; the last time wrong at "
		    "position %s: two copies that differ are two things",
		    CER_READBACK_TRIES, rb->by->id, rb->what, t.wrong);
		goto out;
	}
	cer_line(room, CER_LINE_OK, "Read back", "%d words, %s",
	    CER_WORDS, rb->by->name);
out:
	return r;
}

bool
cer_has_read_back(const struct cer_room *room, const char *step,
    const char *sha)
{
	return strcmp(room->st.read_step, step) == 0 &&
	    strcmp(room->st.read_sha, sha) == 0;
}

kc_result
cer_read_back(struct cer_room *room, const struct cer_instance *in,
    const struct cer_readback *rb, struct kc_err *err)
{
	size_t copy = 0;
	kc_result r = KC_DONE;

	if (cer_has_read_back(room, in->id, rb->sha))
		return r;
	show_hash(room, rb);
	KC_TRY(r, ask_copy(room, in, rb, &copy, err));
	r = cer_read_words(room, in, rb, copies[copy].source, err);
out:
	return r;
}

/* What the subject's hash is, as the journal knows it. */
static kc_result
subject_hash(const struct cer_room *room, const char *subject,
    char ret[static KC_HEX], struct kc_err *err)
{
	const struct cer_artifact *domain = cer_artifact_get(room,
	    "domain.json");
	const char *have = "";

	ret[0] = '\0';
	if (strcmp(subject, "software") == 0)
		kc_hex(room->software, KC_SHA256, ret);
	else if (strcmp(subject, "script") == 0)
		kc_hex(room->script.sha256, KC_SHA256, ret);
	else if (strcmp(subject, "site") == 0)
		kc_hex(room->site.sha256, KC_SHA256, ret);
	else if (strcmp(subject, "head") == 0 && room->st.has_paper_head)
		kc_hex(room->st.paper_head, KC_SHA256, ret);
	else if (strcmp(subject, "exchange") == 0)
		have = room->st.ratified;
	else if (strcmp(subject, "domain") == 0 && domain != NULL)
		have = domain->sha256;
	if (have[0] != '\0')
		(void)snprintf(ret, KC_HEX, "%s", have);
	if (ret[0] == '\0')
		return KC_FAIL(err, KC_EREFUSED, 0, "there is nothing to "
		    "read back yet: %s", strcmp(subject, "head") == 0 ?
		    "no checkpoint and no suspension has been" : subject);
	return KC_DONE;
}

kc_result
cer_do_readback(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	char sha[KC_HEX];
	struct cer_readback rb = { .sha = sha, .by = in->person };
	kc_result r;

	KC_TRY(r, cer_node_str(in->step->node, "subject", NULL, &rb.subject,
	    err));
	for (size_t i = 0; i < N_SUBJECTS; i++)
		if (strcmp(subjects[i].name, rb.subject) == 0)
			rb.what = subjects[i].what;
	KC_TRY(r, subject_hash(room, rb.subject, sha, err));
	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "nothing but the journal has changed");
	r = cer_read_back(room, in, &rb, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "nothing but the journal has changed");
	return r;
}
