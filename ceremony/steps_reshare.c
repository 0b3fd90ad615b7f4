/* SPDX-License-Identifier: Apache-2.0
 *
 * Resharing: the domain for a new set of holders, opened by the old one.
 * What no program can do, end the old file, is asked of the room.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/steps.h"
#include "sd/reshare.h"

/* The old holders open; the new file is checked before it is kept. */
static kc_result
make(struct cer_room *room, const struct cer_instance *in,
    const struct cer_set *old, const struct sd_domain *d,
    const struct sd_new_set *set, struct kc_err *err)
{
	struct kc_secret master = { 0 };
	struct kc_buf json = { 0 };
	kc_result r;

	KC_TRY(r, cer_shares_open(room, in, old, d, &master, err));
	KC_TRY(r, sd_reshare(d, &master, set, &json, err));
	KC_TRY(r, sd_reshare_check(CER_NEW_DOMAIN, &json, d, &master, set,
	    err));
	kc_secret_free(&master);
	r = cer_artifact_put(room, in, CER_NEW_DOMAIN, json.p, json.len, err);
out:
	kc_secret_free(&master);
	kc_buf_free(&json);
	return r;
}

static kc_result
put_on_medium(struct cer_room *room, const struct cer_instance *in,
    const struct cer_holders *h, size_t quorum, struct kc_err *err)
{
	struct kc_buf json = { 0 };
	char name[80];
	kc_result r;

	KC_TRY(r, cer_set_publish(room, in, h, quorum, "new-", err));
	KC_TRY(r, cer_artifact_read(room, CER_NEW_DOMAIN, &json, err));
	(void)snprintf(name, sizeof name, "%s-new-SD.json", room->site.pool);
	r = cer_medium_put(room, in, name, json.p, json.len, err);
out:
	kc_buf_free(&json);
	return r;
}

/* The word only says that the room has heard it. */
static kc_result
acknowledge(struct cer_room *room, const struct cer_instance *in,
    const char *old_file, struct kc_err *err)
{
	char text[640];
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_WORD, .key = "destroy",
		.person = in->person->id, .name = in->person->name,
		.word = "DESTROY", .certain = "both files stand; the word "
		"destroys nothing", .text = text };

	room->view.n_lines = 0;
	cer_line(room, CER_LINE_NOGO, "The old file", "%s", old_file);
	(void)snprintf(text, sizeof text, "Prove the new file first. Then "
	    "destroy every copy of the old file, and the keys of the old "
	    "cards, before witnesses. The word says that the room will; it "
	    "destroys nothing itself.");
	return cer_ask(room, in, &q, &a, err);
}

static kc_result
reshared(struct cer_room *room, const struct cer_instance *in,
    const struct sd_domain *old, const struct cer_set *set, size_t holders,
    struct kc_err *err)
{
	char old_file[160];
	struct aud_fact f[] = {
		AUD_S("old.sha256", cer_artifact_get(room,
		    CER_DOMAIN)->sha256),
		AUD_I("old.quorum", (int64_t)old->required),
		AUD_I("old.holders", (int64_t)old->n_shares),
		AUD_S("new.sha256", cer_artifact_get(room,
		    CER_NEW_DOMAIN)->sha256),
		AUD_I("quorum", (int64_t)set->quorum),
		AUD_I("holders", (int64_t)holders),
		AUD_I("data", (int64_t)old->n_data),
		AUD_S("old-key", "fails every tag of the new file"),
		AUD_S("old-file", old_file),
		AUD_S("acknowledged", in->person->id),
	};
	kc_result r;

	(void)snprintf(old_file, sizeof old_file,
	    "opens for ever with any %zu of its %zu cards: destroy every copy "
	    "and those cards' keys", old->required, old->n_shares);
	KC_TRY(r, acknowledge(room, in, old_file, err));
	r = cer_row(room, "domain.reshare", in, f, sizeof f / sizeof *f, err);
out:
	return r;
}

kc_result
cer_do_reshare(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_set old = cer_set_of(room, in), new = cer_set_new(room);
	struct cer_holders h = { 0 };
	struct sd_domain d = { 0 };
	struct sd_new_set set;
	struct kc_buf warn = { 0 };
	kc_result r;

	KC_TRY(r, cer_holders_get(room, new.role, &h, err));
	KC_TRY(r, cer_holders_proven(room, &h, err));
	KC_TRY(r, sd_set_check(h.cert, h.n, new.quorum, kc_clock_utc_ms(),
	    &warn, err));
	cer_warn_lines(room, kc_buf_str(&warn));
	set = (struct sd_new_set){ h.cert, h.n, new.quorum };
	KC_TRY(r, cer_domain_load(room, old.domain, &d, err));
	KC_TRY(r, cer_artifact_adopt(room, in, CER_NEW_DOMAIN, err));
	if (cer_artifact_get(room, CER_NEW_DOMAIN) == NULL)
		KC_TRY(r, make(room, in, &old, &d, &set, err));
	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "the old file opens as before");
	KC_TRY(r, put_on_medium(room, in, &h, new.quorum, err));
	r = reshared(room, in, &d, &new, h.n, err);
out:
	cer_holders_free(&h);
	sd_domain_free(&d);
	kc_buf_free(&warn);
	if (!kc_ok(r))
		kc_certain(err, "the old file and its holders' cards are "
		    "unchanged");
	return r;
}
