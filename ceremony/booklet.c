/* SPDX-License-Identifier: Apache-2.0
 *
 * The paper script: cover and steps.
 */
#include "ceremony/booklet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/words.h"
#include "ceremony/action.h"
#include "ceremony/amend.h"

/* struct blank: what is written by hand in the steps of an action. */
struct blank {
	const char *action, *text;
	int64_t n;
};

static const struct blank blanks[] = {
	{ "environment", "Lines that say NO-GO", 1 },
	{ "clock", "Time by the second person's watch, UTC", 1 },
	{ "software", "First words of the program", 5 },
	{ "card.initialise", "Serial number on the card", 1 },
	{ "card.identify", "Serial number on the card", 1 },
	{ "set.build", "First words of the request", 10 },
	{ "domain.import", "First words of the domain file", 10 },
	{ "domain.reshare", "First words of the new domain file", 10 },
	{ "exchange.ratify", "The exchange key, by the second person, from "
	  "another screen than this station's", 32 },
	{ "readback", "The hash, by who reads it back, from another copy "
	  "than this station's", 32 },
	{ "recovery.blob", "First words of the restore blob", 10 },
	{ "custody.seal", "Number of the bag", 1 },
	{ "custody.open", "Number of the bag, and is the seal whole", 1 },
	{ "custody.place", "Things, bags, and who takes them where", 1 },
	{ "card.retire", "Serial number of the destroyed card", 1 },
	{ "checkpoint", "Head of the journal, first words", 10 },
	{ "suspend", "Head of the journal", 32 },
	{ "export", "Head of the journal", 32 },
	{ "export", "SHA-256 of manifest.json", 32 },
};

static kc_result
add_hash(json_t *doc, const char *what, const uint8_t hash[static KC_SHA256],
    struct kc_err *err)
{
	struct kc_buf hex = { 0 }, words = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&hex, err, "  "));
	KC_TRY(r, kc_hex_groups(hash, KC_SHA256, &hex, err));
	KC_TRY(r, kc_words(hash, KC_SHA256, " ", &words, err));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "", what, kc_buf_str(&hex)));
	r = AUD_DOC(doc, "p", 0, err, kc_buf_str(&words));
out:
	kc_buf_free(&words);
	kc_buf_free(&hex);
	return r;
}

static kc_result
add_people(json_t *doc, const struct cer_site *s, struct kc_err *err)
{
	json_t *rows = NULL;
	kc_result r;

	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "People and their cards"));
	KC_TRY(r, aud_doc_table(doc, (const char *const[]){ "person", "role",
	    "name", "card", "serial" }, 5, &rows, err));
	for (size_t i = 0; i < s->n_people; i++) {
		const struct cer_person *p = &s->person[i];
		const struct cer_card_def *c = cer_site_card_of(s, p->id);

		KC_TRY(r, aud_doc_row(rows, (const char *const[]){ p->id,
		    p->role, p->name, c != NULL ? c->id : "", c == NULL ?
		    "" : c->serial[0] != '\0' ? c->serial :
		    "bound in the room" }, 5, err));
	}
out:
	return r;
}

static kc_result
add_materials(json_t *doc, const struct cer_room *room, struct kc_err *err)
{
	const struct cer_script *s = &room->script;
	char count[24];
	json_t *rows = NULL;
	kc_result r;

	if (s->n_materials == 0)
		return KC_DONE;
	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Laid ready before the day"));
	KC_TRY(r, aud_doc_table(doc, (const char *const[]){ "pieces", "what",
	    "counted by" }, 3, &rows, err));
	for (size_t i = 0; i < s->n_materials; i++) {
		int64_t n = cer_material_count(&s->material[i], &room->site);

		(void)snprintf(count, sizeof count, "%lld", n == 0 ? 1LL :
		    (long long)n);
		KC_TRY(r, aud_doc_row(rows, (const char *const[]){ count,
		    s->material[i].title, "" }, 3, err));
	}
out:
	return r;
}

static long
minutes_of(const struct cer_room *room, size_t act)
{
	long sum = 0;

	for (size_t i = 0; i < room->n_inst; i++)
		if (act == CER_ACTS_MAX || room->inst[i].step->act == act)
			sum += (long)room->inst[i].step->minutes;
	return sum;
}

static kc_result
add_plan(json_t *doc, const struct cer_room *room, struct kc_err *err)
{
	char number[24], minutes[24];
	json_t *rows = NULL;
	kc_result r;

	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Acts"));
	KC_TRY(r, aud_doc_table(doc, (const char *const[]){ "act", "title",
	    "about, minutes" }, 3, &rows, err));
	for (size_t i = 0; i < room->script.n_acts; i++) {
		(void)snprintf(number, sizeof number, "%zu", i + 1);
		(void)snprintf(minutes, sizeof minutes, "%ld",
		    minutes_of(room, i));
		KC_TRY(r, aud_doc_row(rows, (const char *const[]){ number,
		    room->script.act[i].title, minutes }, 3, err));
	}
	(void)snprintf(minutes, sizeof minutes, "%ld",
	    minutes_of(room, CER_ACTS_MAX));
	r = aud_doc_row(rows, (const char *const[]){ "", "together",
	    minutes }, 3, err);
out:
	return r;
}

static kc_result
add_cover(json_t *doc, const struct cer_room *room, struct kc_err *err)
{
	const struct cer_site *s = &room->site;
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, AUD_DOC(doc, "h", 1, err, room->script.title));
	KC_TRY(r, kc_buf_addf(&text, err, "Paper script of the ceremony '%s'"
	    " for the pool %s", room->script.name, s->pool));
	if (s->destination[0] != '\0')
		KC_TRY(r, kc_buf_addf(&text, err, ", received by %s",
		    s->destination));
	KC_TRY(r, kc_buf_addf(&text, err, ": %zu holders, any %lld of them "
	    "open the domain; %lld cards sign each checkpoint.",
	    cer_site_count(s, "holder"), (long long)s->quorum,
	    (long long)s->signers));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, kc_buf_str(&text)));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "A rehearsal and the ceremony run "
	    "the same bytes. The station shows both hashes at its start "
	    "and writes them into the first entry of the journal: compare "
	    "them with these."));
	KC_TRY(r, add_hash(doc, "Script", room->script.sha256, err));
	KC_TRY(r, add_hash(doc, "Site file", s->sha256, err));
	KC_TRY(r, add_people(doc, s, err));
	KC_TRY(r, add_materials(doc, room, err));
	r = add_plan(doc, room, err);
out:
	kc_buf_free(&text);
	return r;
}

/* A card's keys, which have a line of words each on the screen. */
static kc_result
add_keys(json_t *fill, const struct cer_step *st, struct kc_err *err)
{
	const char *key[CER_USES];
	char text[64];
	size_t n = 0;
	kc_result r;

	if (strcmp(st->action->name, "card.generate") != 0)
		return KC_DONE;
	KC_TRY(r, cer_node_list(st->node, "keys", key, CER_USES, &n, err));
	for (size_t i = 0; i < (n == 0 ? CER_USES : n); i++) {
		(void)snprintf(text, sizeof text, "First words of the %.20s "
		    "certificate", n == 0 ? cer_use_name[i] : key[i]);
		KC_TRY(r, aud_doc_blank(fill, text, 5, err));
	}
out:
	return r;
}

/* Who reads aloud, acts and watches: the words of the screen. */
static kc_result
add_step(json_t *doc, struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	const struct cer_view *v = &room->view;
	json_t *fill = NULL;
	char who[800], uses[200];
	kc_result r;

	cer_view_words(room, in);
	cer_uses_name(&room->script, in->step, uses, sizeof uses);
	(void)snprintf(who, sizeof who, "%s acts%s%s. %s%s%sAbout %ld min. "
	    "%s", v->acts, v->watches[0] != '\0' ? "; watching: " : "",
	    v->watches, uses[0] != '\0' ? "Uses: " : "", uses,
	    uses[0] != '\0' ? ". " : "", v->minutes, in->id);
	KC_TRY(r, aud_doc_step(doc, &(struct aud_doc_step){ v->number,
	    v->title, who, v->say, v->why }, &fill, err));
	if (in->step->if_was[0] != '\0') {
		const struct cer_step *from =
		    &room->script.step[in->step->if_step];

		(void)snprintf(who, sizeof who, "Only if %s.%s was %s; else "
		    "struck out", room->script.act[from->act].id, from->id,
		    in->step->if_was);
		KC_TRY(r, aud_doc_blank(fill, who, 1, err));
	}
	for (size_t i = 0; i < in->step->n_approve; i++) {
		(void)snprintf(who, sizeof who, "Approved by the card of %s",
		    in->step->approve[i]);
		KC_TRY(r, aud_doc_blank(fill, who, 1, err));
	}
	KC_TRY(r, add_keys(fill, in->step, err));
	for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
		if (strcmp(blanks[i].action, in->step->action->name) == 0)
			KC_TRY(r, aud_doc_blank(fill, blanks[i].text,
			    blanks[i].n, err));
out:
	return r;
}

static kc_result
add_acts(json_t *doc, struct cer_room *room, struct kc_err *err)
{
	size_t act = CER_ACTS_MAX;
	char head[200];
	kc_result r = KC_DONE;

	for (size_t i = 0; i < room->n_inst; i++) {
		const struct cer_instance *in = &room->inst[i];

		if (in->step->act != act) {
			act = in->step->act;
			(void)snprintf(head, sizeof head, "%zu  %s", act + 1,
			    room->script.act[act].title);
			if (i == 0)
				KC_TRY(r, aud_doc_page(doc, err));
			KC_TRY(r, AUD_DOC(doc, "h", 2, err, head));
		}
		KC_TRY(r, add_step(doc, room, in, err));
	}
out:
	return r;
}

kc_result
cer_booklet(struct cer_room *room, json_t **ret, struct kc_err *err)
{
	json_t *doc = json_array();
	kc_result r;

	KC_TRY(r, add_cover(doc, room, err));
	KC_TRY(r, add_acts(doc, room, err));
	KC_TRY(r, cer_booklet_sheets(room, doc, err));
	*ret = doc;
	doc = NULL;
out:
	json_decref(doc);
	return r;
}

static kc_result
make_pdf(const struct cer_room *room, const json_t *doc, struct kc_buf *ret,
    struct kc_err *err)
{
	struct kc_buf head = { 0 }, foot = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&head, err, "%s · %s", room->script.name,
	    room->site.pool));
	KC_TRY(r, kc_buf_adds(&foot, "script ", err));
	KC_TRY(r, kc_words(room->script.sha256, 5, " ", &foot, err));
	KC_TRY(r, kc_buf_adds(&foot, " · site ", err));
	KC_TRY(r, kc_words(room->site.sha256, 5, " ", &foot, err));
	r = aud_doc_pdf(doc, &(struct page_edge){ kc_buf_str(&head),
	    kc_buf_str(&foot) }, NULL, ret, err);
out:
	kc_buf_free(&foot);
	kc_buf_free(&head);
	return r;
}

kc_result
cer_booklet_print(const char *script, const char *site, const char *out,
    struct kc_err *err)
{
	struct cer_room *room = calloc(1, sizeof *room);
	const char *end = strrchr(out, '.');
	bool pdf = end != NULL && strcmp(end, ".pdf") == 0;
	struct kc_buf text = { 0 };
	json_t *doc = NULL;
	kc_result r;

	if (room == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a script");
	room->lock = -1;
	if (!pdf && (end == NULL || strcmp(end, ".md") != 0)) {
		r = KC_FAIL(err, KC_EUSAGE, 0, "-o: '%.90s' ends in neither "
		    ".pdf nor .md", out);
		goto out;
	}
	KC_TRY(r, kc_file_check_new(out, err));
	KC_TRY(r, cer_script_read(script, &room->script, err));
	KC_TRY(r, cer_site_read(site, &room->site, err));
	KC_TRY(r, cer_script_bind(&room->script, &room->site, err));
	KC_TRY(r, cer_room_lay(room, err));
	KC_TRY(r, cer_booklet(room, &doc, err));
	KC_TRY(r, pdf ? make_pdf(room, doc, &text, err) :
	    aud_doc_markdown(doc, &text, err));
	r = kc_file_write_new(out, text.p, text.len, 0600, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "no booklet was written");
	json_decref(doc);
	kc_buf_free(&text);
	cer_room_close(room);
	free(room);
	return r;
}
