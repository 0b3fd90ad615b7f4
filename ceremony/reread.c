/* SPDX-License-Identifier: Apache-2.0
 *
 * A room over the site file that its journal's last amendment brought.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/action.h"
#include "ceremony/amend.h"

/* A spare takes a card's place: the person's card steps are done again, and
 * a drill that was with the other card. */
static void
replace_card(struct cer_room *room, const char *person)
{
	struct cer_card *card = cer_card_of(room, person);

	for (size_t i = 0; i < room->n_inst; i++) {
		struct cer_instance *in = &room->inst[i];

		if ((in->step->action->card &&
		    strcmp(person, in->person->id) == 0) ||
		    strcmp(in->step->action->name, "set.drill") == 0)
			in->begun = in->done = in->failed =
			    in->suspended = in->skipped = false;
	}
	if (card == NULL)
		return;
	kc_secret_free(&card->so);
	for (size_t u = 0; u < CER_USES; u++)
		kc_buf_free(&card->cert[u]);
	*card = (struct cer_card){ .def = card->def, .is_spare = true };
	(void)strncpy(card->serial, card->def->serial,
	    sizeof card->serial - 1);
}

void
cer_state_amended(struct cer_room *room, const struct aud_entry *e)
{
	const char *at = aud_entry_str(e, "replaced");
	const char *site = aud_entry_str(e, "site");
	char person[41];

	if (site != NULL)
		(void)snprintf(room->st.site, sizeof room->st.site, "%s",
		    site);
	/* "PERSON:OLD:NEW", one blank between two. */
	for (at = at != NULL ? at : ""; *at != '\0'; ) {
		size_t len = strcspn(at, ":");

		if (len < sizeof person) {
			memcpy(person, at, len);
			person[len] = '\0';
			replace_card(room, person);
		}
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
}

kc_result
cer_room_lay(struct cer_room *room, struct kc_err *err)
{
	free(room->inst);
	free(room->item);
	room->inst = NULL;
	room->item = NULL;
	room->n_inst = room->n_items = 0;
	room->view.items = NULL;
	room->view.n_items = room->view.current = 0;
	for (size_t i = 0; i < room->site.n_cards; i++) {
		struct cer_card *c = &room->st.card[i];

		c->def = &room->site.card[i];
		(void)strncpy(c->serial, c->def->serial,
		    sizeof c->serial - 1);
		(void)strncpy(c->bag, c->def->bag, sizeof c->bag - 1);
	}
	return cer_plan(room, err);
}

/* struct last: the hash of the last amendment; "": none. */
struct last {
	char site[KC_HEX];
};

static kc_result
note(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct last *last = ctx;
	const char *sha = aud_entry_str(e, "site");

	if (strcmp(e->kind, CER_SITE_AMENDED) != 0)
		return KC_DONE;
	if (sha == NULL || strlen(sha) != KC_HEX - 1)
		return KC_FAIL(err, KC_EDB, 0, "entry %llu amends the site "
		    "file without its SHA-256", (unsigned long long)e->n);
	memcpy(last->site, sha, KC_HEX);
	return KC_DONE;
}

kc_result
cer_site_amended(struct cer_room *room, struct kc_err *err)
{
	struct last last = { "" };
	struct cer_site *site = calloc(1, sizeof *site);
	struct kc_buf name = { 0 }, path = { 0 };
	char have[KC_HEX];
	kc_result r;

	if (site == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a site file");
	KC_TRY(r, aud_each(room->j, 0, aud_count(room->j), note, &last,
	    err));
	if (last.site[0] == '\0')
		goto out;
	KC_TRY(r, kc_buf_addf(&name, err, "site-%.16s.yaml", last.site));
	KC_TRY(r, cer_path(room, kc_buf_str(&name), "", &path, err));
	KC_TRY(r, cer_site_read(kc_buf_str(&path), site, err));
	kc_hex(site->sha256, KC_SHA256, have);
	if (strcmp(have, last.site) != 0) {
		r = KC_FAIL(err, KC_EOTHER, 0, "%s has SHA-256 %.16s..., the "
		    "journal's last amendment says %.16s...",
		    kc_buf_str(&path), have, last.site);
		goto out;
	}
	KC_TRY(r, cer_script_bind(&room->script, site, err));
	cer_state_free(&room->st);
	memset(&room->st, 0, sizeof room->st);
	room->applied = 0;
	cer_site_free(&room->site);
	room->site = *site;
	memset(site, 0, sizeof *site);
	r = cer_room_lay(room, err);
out:
	cer_site_free(site);
	free(site);
	kc_buf_free(&name);
	kc_buf_free(&path);
	return r;
}

kc_result
cer_room_again(struct cer_room *room, struct kc_err *err)
{
	kc_result r;

	room->amended = false;
	KC_TRY(r, cer_site_amended(room, err));
	r = cer_catch_up(room, err);
out:
	return r;
}
