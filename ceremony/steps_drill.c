/* SPDX-License-Identifier: Apache-2.0
 *
 * The drill: before the real domain exists, a synthetic one for the same
 * cards is restored by every quorum of them.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/steps.h"
#include "sd/drill.h"

#define DRILL "the drill's domain"

/* The tag of what was made a moment ago does not hold: that is no file to
 * fetch anew, but the wrong key on the card. */
static kc_result
not_its_key(const char *person, struct kc_err *err)
{
	struct kc_err why = *err;

	return KC_FAIL(err, KC_EREFUSED, why.native,
	    "the card of %s does not open what is encrypted to its "
	    "certificate: the holder would have no share (%.300s)", person,
	    why.msg);
}

/* Every holder once: the card of each opens the one share it has. */
static kc_result
take_all(struct cer_room *room, const struct cer_instance *in,
    const struct sd_drill *drill, const struct cer_holders *h,
    struct kc_secret *share, struct kc_err *err)
{
	const struct sd_domain *d = sd_drill_domain(drill);
	kc_result r = KC_DONE;

	for (size_t i = 0; i < h->n; i++) {
		const struct cer_person *p = cer_site_person(&room->site,
		    h->cert[i].name);
		struct cer_answer a = { 0 };
		struct cer_prompt q = { .kind = CER_ASK_CONTINUE,
			.key = "drill", .person = p->id, .name = p->name,
			.certain = room->view.certain, .text = "Put your card "
			"into the reader, then Enter: it opens its share of "
			"the drill." };
		size_t index = 0;

		KC_TRY(r, cer_ask(room, in, &q, &a, err));
		r = cer_share_take(room, in, DRILL, d, cer_card_of(room,
		    p->id), &index, &share[i], err);
		if (r.code == KC_EMAC)
			r = not_its_key(p->id, err);
		if (!kc_ok(r))
			break;
	}
out:
	return r;
}

/* The screen says which quorum; Esc there ends the drill. */
static bool
on_quorum(void *ctx, size_t done, size_t total)
{
	struct cer_room *room = ctx;

	(void)snprintf(room->view.busy, sizeof room->view.busy,
	    "Drill: opening quorum %zu of %zu", done + 1, total);
	return room->ui.tick(room->ui.ctx, &room->view);
}

static kc_result
passed(struct cer_room *room, const struct cer_instance *in,
    const struct cer_set *set, size_t holders,
    const struct sd_drill_found *found, struct kc_err *err)
{
	char hex[KC_HEX];
	struct aud_fact f[] = {
		AUD_I("holders", (int64_t)holders),
		AUD_I("quorum", (int64_t)set->quorum),
		AUD_I("subsets", (int64_t)found->quorums),
		AUD_S("covering", found->all ? "all" : "design"),
		AUD_I("data", (int64_t)found->data),
		AUD_I("bytes", (int64_t)found->bytes),
		AUD_S("domain.sha256", hex),
		AUD_S("restore-blob", "opened"),
		AUD_S("destroyed", "in memory, never written"),
	};

	kc_hex(found->domain, KC_SHA256, hex);
	cer_line(room, CER_LINE_OK, "Drill",
	    "%zu quorums of %zu open all %zu data%s", found->quorums,
	    set->quorum, found->data, found->all ? "" :
	    "; every two holders met");
	cer_line(room, CER_LINE_OK, "Restore blob",
	    "made for a throwaway key and opened with it");
	cer_line(room, CER_LINE_OK, "Destroyed",
	    "the drill was in memory only");
	return cer_row(room, "set.drill", in, f, sizeof f / sizeof *f, err);
}

kc_result
cer_do_drill(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_set set = cer_set_of(room, in);
	struct kc_secret share[SD_MAX_HOLDERS] = { 0 };
	struct sd_drill_found found = { 0 };
	struct cer_holders h = { 0 };
	struct sd_drill *drill = NULL;
	kc_result r;

	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "the drill is in memory only: no file is written, no key is "
	    "changed");
	KC_TRY(r, cer_holders_get(room, set.role, &h, err));
	KC_TRY(r, sd_drill_new(h.cert, h.n, set.quorum, &drill, err));
	KC_TRY(r, take_all(room, in, drill, &h, share, err));
	r = sd_drill_run(drill, share, on_quorum, room, &found, err);
	room->view.busy[0] = '\0';
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		kc_secret_free(&share[i]);
	sd_drill_free(&drill);
	if (kc_ok(r))
		r = passed(room, in, &set, h.n, &found, err);
out:
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		kc_secret_free(&share[i]);
	sd_drill_free(&drill);
	cer_holders_free(&h);
	if (!kc_ok(r))
		kc_certain(err, "the drill is gone; no file was written, no "
		    "key was changed");
	return r;
}
