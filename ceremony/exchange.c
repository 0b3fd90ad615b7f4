/* SPDX-License-Identifier: Apache-2.0
 *
 * The evidence of an exchange key, under the site file's pins.
 *
 * What is missing (a certificate without evidence, a site file without pins)
 * can be covered by an exception that two people sign: nobody knew better.
 * What is there and fails cannot: it says that this key is another's.
 */
#include "ceremony/exchange.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* A place of the site file; "" stays NULL. */
static kc_result
place(const struct cer_room *room, const char *name, struct kc_buf *path,
    const char **ret, struct kc_err *err)
{
	kc_result r = KC_DONE;

	*ret = NULL;
	if (name[0] == '\0')
		return r;
	r = cer_path(room, name, "", path, err);
	*ret = kc_buf_str(path);
	return r;
}

static kc_result
load_pins(const struct cer_room *room, struct cer_receiver *v,
    struct kc_err *err)
{
	const struct cer_pinned *site = &room->site.receiver;
	struct kc_buf a = { 0 }, b = { 0 };
	const char *collateral, *root;
	kc_result r;

	v->pins = (struct sd_pins)SD_PINS_DEFAULT;
	v->pins.pool = room->site.destination;
	v->pins.at_ms = kc_clock_utc_ms();
	v->pins.has_mrsigner = site->has_mrsigner;
	memcpy(v->pins.mrsigner, site->mrsigner, sizeof v->pins.mrsigner);
	v->pins.prod_id = (uint16_t)site->product;
	v->pins.svn_min = (uint16_t)site->svn;
	v->pins.qe_svn_min = (uint16_t)site->qe_svn;
	KC_TRY(r, place(room, site->collateral, &a, &collateral, err));
	KC_TRY(r, place(room, site->root, &b, &root, err));
	r = cer_receiver_files(collateral, root, v, err);
out:
	kc_buf_free(&a);
	kc_buf_free(&b);
	return r;
}

static const char *const state[] = {
	[SD_LINK_HOLDS] = "holds",
	[SD_LINK_FAILS] = "fails",
	[SD_LINK_UNPROVED] = "unproved",
	[SD_LINK_SKIPPED] = "skipped",
};

/* What a small screen still shows comes last: whose key it is, and above all
 * what fails. */
#define RANKS 4
static int
rank(const struct sd_link *l)
{
	static const char *const whose[] = { "pck-root", "pool-name",
		"enclave-signer", "key-binding" };

	if (l->state == SD_LINK_FAILS)
		return 3;
	if (l->state != SD_LINK_HOLDS)
		return 0;
	for (size_t i = 0; i < sizeof whose / sizeof *whose; i++)
		if (strcmp(whose[i], l->name) == 0)
			return 2;
	return 1;
}

static void
show_links(struct cer_room *room, const struct sd_evidence *ev)
{
	room->view.n_lines = 0;
	for (int at = 0; at < RANKS; at++) {
		for (size_t i = 0; i < ev->n; i++) {
			const struct sd_link *l = &ev->link[i];

			if (rank(l) != at)
				continue;
			if (at == 0)
				cer_line(room, CER_LINE_PLAIN, "",
				    "%s, %s: %s", state[l->state], l->name,
				    l->text);
			else
				cer_line(room, l->state == SD_LINK_HOLDS ?
				    CER_LINE_OK : CER_LINE_NOGO, l->name,
				    "%s", l->text);
		}
	}
}

/* Each link in a row of its own, in the order of judgement. */
static kc_result
link_rows(struct cer_room *room, const struct cer_instance *in,
    const struct cer_key *k, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < k->v.found.n && kc_ok(r); i++) {
		const struct sd_link *l = &k->v.found.link[i];
		struct aud_fact f[] = {
			AUD_S("name", l->name),
			AUD_S("state", state[l->state]),
			AUD_S("found", l->text),
			AUD_S("exchange.sha256", k->sha),
		};

		r = cer_row(room, "exchange.link", in, f,
		    sizeof f / sizeof *f, err);
	}
	return r;
}

static bool
any_fails(const struct sd_evidence *ev)
{
	for (size_t i = 0; i < ev->n; i++)
		if (ev->link[i].state == SD_LINK_FAILS)
			return true;
	return false;
}

kc_result
cer_key_judge(struct cer_room *room, const struct cer_instance *in,
    struct cer_key *k, struct kc_err *err)
{
	struct kc_err why = { 0 };
	kc_result r, verdict;

	k->reason[0] = '\0';
	KC_TRY(r, sd_exchange_read(k->name, k->bytes.p, k->bytes.len, &k->v.x,
	    err));
	kc_hex(k->v.x.cert.x5t, KC_SHA256, k->sha);
	KC_TRY(r, load_pins(room, &k->v, err));
	verdict = sd_evidence_check(&k->v.x, &k->v.pins, &k->v.found,
	    &why);
	show_links(room, &k->v.found);
	KC_TRY(r, link_rows(room, in, k, err));
	if (kc_ok(verdict))
		goto out;
	if (verdict.code != KC_EREFUSED || any_fails(&k->v.found)) {
		*err = why;
		r = kc_prefix(err, "%s is not taken", k->name);
		goto out;
	}
	(void)snprintf(k->reason, sizeof k->reason, "%.199s", why.msg);
out:
	return r;
}

void
cer_key_free(struct cer_key *k)
{
	cer_receiver_free(&k->v);
	kc_buf_free(&k->bytes);
}
