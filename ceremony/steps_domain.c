/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions on the security domain: the wrapping set, the file that came
 * back, opening it to prove it.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/steps.h"
#include "sd/domain.h"

#define DOMAIN "domain.json"

/* The holders' wrapping certificates in the order of the site file. */
static kc_result
holder_certs(struct cer_room *room, struct sd_cert *ret, size_t *ret_n,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	*ret_n = 0;
	for (size_t i = 0; i < room->site.n_people && kc_ok(r); i++) {
		const struct cer_person *p = &room->site.person[i];
		const struct cer_card *card = cer_card_of(room, p->id);

		if (strcmp(p->role, "holder") != 0)
			continue;
		if (*ret_n == SD_MAX_HOLDERS)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "more than %d holders", SD_MAX_HOLDERS);
		if (card == NULL || card->cert[TOK_WRAPPING].len == 0)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s has no wrapping certificate yet", p->id);
		r = sd_cert_read(p->id, card->cert[TOK_WRAPPING].p,
		    card->cert[TOK_WRAPPING].len, &ret[*ret_n], err);
		if (kc_ok(r))
			++*ret_n;
	}
	return r;
}

static void
free_certs(struct sd_cert *cert, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sd_cert_free(&cert[i]);
}

/* One line of the pane for each line of the warning. */
static void
warn_lines(struct cer_room *room, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		cer_line(room, CER_LINE_NOGO, "Warning", "%.*s",
		    (int)(len < 200 ? len : 200), text);
		text += len + (text[len] == '\n');
	}
}

/* The certificates and the command that az wants beside the request. */
static kc_result
put_certs(struct cer_room *room, const struct cer_instance *in,
    const struct sd_cert *cert, size_t n, struct kc_err *err)
{
	struct kc_buf az = { 0 }, pem = { 0 };
	char name[120];
	kc_result r;

	KC_TRY(r, kc_buf_addf(&az, err, "az keyvault security-domain "
	    "download --hsm-name %s --sd-wrapping-keys", room->site.pool));
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(name, sizeof name, "%s-wrapping.cer",
		    cert[i].name);
		KC_TRY(r, cer_artifact_read(room, name, &pem, err));
		(void)snprintf(name, sizeof name, "%s.%s.cer",
		    room->site.pool, cert[i].name);
		KC_TRY(r, cer_medium_put(room, in, name, pem.p, pem.len,
		    err));
		kc_buf_free(&pem);
		KC_TRY(r, kc_buf_addf(&az, err, " %s", name));
	}
	KC_TRY(r, kc_buf_addf(&az, err, " --sd-quorum %lld "
	    "--security-domain-file %s-SD.json\n",
	    (long long)room->site.quorum, room->site.pool));
	(void)snprintf(name, sizeof name, "%s.az-command.txt",
	    room->site.pool);
	r = cer_medium_put(room, in, name, az.p, az.len, err);
out:
	kc_buf_free(&az);
	kc_buf_free(&pem);
	return r;
}

kc_result
cer_do_set(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct sd_cert cert[SD_MAX_HOLDERS];
	struct kc_buf warn = { 0 }, body = { 0 };
	size_t n = 0, m = (size_t)room->site.quorum;
	char name[80], hex[KC_HEX];
	struct aud_fact f[3];
	kc_result r;

	KC_TRY(r, holder_certs(room, cert, &n, err));
	KC_TRY(r, sd_set_check(cert, n, m, kc_clock_utc_ms(), &warn, err));
	for (size_t i = 0; i < n; i++) {
		kc_hex(cert[i].x5t, KC_SHA256, hex);
		cer_line(room, CER_LINE_LABEL, cert[i].name, "%.16s...",
		    hex);
	}
	KC_TRY(r, sd_request_body(cert, n, m, &body, err));
	KC_TRY(r, cer_artifact_put(room, in, "download-request.json",
	    body.p, body.len, err));
	KC_TRY(r, put_certs(room, in, cert, n, err));
	(void)snprintf(name, sizeof name, "%s.download-request.json",
	    room->site.pool);
	KC_TRY(r, cer_medium_put(room, in, name, body.p, body.len, err));
	f[0] = AUD_I("holders", (int64_t)n);
	f[1] = AUD_I("quorum", (int64_t)m);
	f[2] = AUD_S("pool", room->site.pool);
	r = cer_row(room, "set", in, f, 3, err);
	if (kc_ok(r) && warn.len > 0)
		warn_lines(room, kc_buf_str(&warn));
out:
	free_certs(cert, n);
	kc_buf_free(&warn);
	kc_buf_free(&body);
	return r;
}

kc_result
cer_do_import(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct kc_buf bytes = { 0 };
	struct sd_domain d = { 0 };
	char name[80];
	kc_result r = KC_DONE;

	if (cer_artifact_get(room, DOMAIN) != NULL)
		return r;
	(void)snprintf(name, sizeof name, "%s-SD.json", room->site.pool);
	KC_TRY(r, cer_medium_take(room, in, name, &bytes, err));
	/* Parsed before it is kept: the file in the archive is a domain. */
	KC_TRY(r, sd_domain_read(name, bytes.p, bytes.len, &d, err));
	r = cer_artifact_put(room, in, DOMAIN, bytes.p, bytes.len, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "nothing was taken from the medium");
	sd_domain_free(&d);
	kc_buf_free(&bytes);
	return r;
}

kc_result
cer_domain_load(struct cer_room *room, struct sd_domain *ret,
    struct kc_err *err)
{
	struct kc_buf bytes = { 0 };
	kc_result r;

	KC_TRY(r, cer_artifact_read(room, DOMAIN, &bytes, err));
	r = sd_domain_read(DOMAIN, bytes.p, bytes.len, ret, err);
out:
	kc_buf_free(&bytes);
	return r;
}

/* Whose share: the index of the holder's certificate in the domain. */
static bool
share_of(const struct sd_domain *d, const uint8_t x5t[static KC_SHA256],
    size_t *ret)
{
	for (size_t i = 0; i < d->n_shares; i++)
		if (memcmp(d->share[i].x5t, x5t, KC_SHA256) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

kc_result
cer_do_check(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct sd_cert cert[SD_MAX_HOLDERS];
	struct sd_domain d = { 0 };
	size_t n = 0, at;
	struct aud_fact f[3];
	kc_result r;

	KC_TRY(r, cer_domain_load(room, &d, err));
	KC_TRY(r, holder_certs(room, cert, &n, err));
	if (d.n_shares != n || d.required != (size_t)room->site.quorum) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the domain is %zu of %zu, the site file says %lld of "
		    "%zu: destroy the pool before any key is made in it",
		    d.required, d.n_shares, (long long)room->site.quorum, n);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		if (!share_of(&d, cert[i].x5t, &at)) {
			r = KC_FAIL(err, KC_EREFUSED, 0,
			    "the domain holds no share for %s: destroy the "
			    "pool before any key is made in it",
			    cert[i].name);
			goto out;
		}
		cer_line(room, CER_LINE_OK, cert[i].name, "share %zu of %zu",
		    at + 1, n);
	}
	f[0] = AUD_I("quorum", (int64_t)d.required);
	f[1] = AUD_I("shares", (int64_t)d.n_shares);
	f[2] = AUD_I("data", (int64_t)d.n_data);
	r = cer_row(room, "domain.check", in, f, 3, err);
out:
	free_certs(cert, n);
	sd_domain_free(&d);
	return r;
}

/* sd_key over a logged-in card. */
struct card_key {
	struct tok_card *tok;
	enum tok_oaep way;
};

static kc_result
unwrap(void *ctx, const uint8_t *ek, size_t len, struct kc_secret *ret,
    struct kc_err *err)
{
	const struct card_key *k = ctx;

	return tok_unwrap(k->tok, &cer_key_id[TOK_WRAPPING], 1, k->way, ek,
	    len, ret, err);
}

/* One holder's share: card, PIN, one decryption; the child ends here. */
static kc_result
take_share(struct cer_room *room, const struct cer_instance *in,
    const struct sd_domain *d, struct cer_card *card, size_t *ret_index,
    struct kc_secret *ret_share, struct kc_err *err)
{
	struct cer_command c = { .command = "unwrap", .cls = "repeatable",
		.key = "wrapping", .card = card };
	struct card_key ck = { .way = card->way };
	struct sd_key key = { .name = card->def->person, .has_x5t = true,
		.ctx = &ck, .unwrap = unwrap };
	struct aud_fact f[1];
	kc_result r;

	if (!kc_unhex(card->cert_sha[TOK_WRAPPING], KC_SHA256, key.x5t))
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s has no wrapping certificate", card->def->person);
	KC_TRY(r, cer_room_login(room, in, card, false, &ck.tok, err));
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = sd_share_unwrap(DOMAIN, d, &key, ret_index, ret_share, err);
	f[0] = AUD_I("share", kc_ok(r) ? (int64_t)*ret_index + 1 : 0);
	r = cer_command_end(room, in, &c, r, f, 1, err);
	if (kc_ok(r))
		cer_line(room, CER_LINE_OK, card->def->person,
		    "share %zu unwrapped", *ret_index + 1);
out:
	tok_close(&ck.tok);
	return r;
}

/* Any M of the holders: each in turn may say that another one will. */
static kc_result
gives(struct cer_room *room, const struct cer_instance *in,
    const struct cer_person *p, bool *ret, struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_YESNO, .key = "give",
		.person = p->id, .name = p->name,
		.certain = room->view.certain,
		.text = "Will this holder give a share now? (No: the next "
		"one is asked.)" };
	kc_result r = cer_ask(room, in, &q, &a, err);

	*ret = kc_ok(r) && strcmp(a.text, "yes") == 0;
	return r;
}

/* What the room must know of a domain that opened: it opened, and how. */
static kc_result
note_opened(struct cer_room *room, const struct cer_instance *in,
    const struct sd_opened *o, struct kc_err *err)
{
	struct aud_fact f = AUD_S("one-share-test", o->one_share_fails ?
	    "failed" : "held");
	kc_result r = cer_row(room, "domain.opened", in, &f, 1, err);

	if (!kc_ok(r))
		return r;
	if (!o->one_share_fails)
		cer_line(room, CER_LINE_OK, "One-share test",
		    "one share alone tells nothing of the master key");
	warn_lines(room, kc_buf_str(&o->warn));
	return r;
}

/* M holders, one after another; the master key checked on every datum. */
static kc_result
open_domain(struct cer_room *room, const struct cer_instance *in,
    const struct sd_domain *d, struct kc_secret *ret_master,
    struct kc_err *err)
{
	struct sd_given given[SD_MAX_HOLDERS] = { 0 };
	struct sd_opened o = { 0 };
	size_t n = 0;
	kc_result r = KC_DONE;

	(void)snprintf(room->view.certain, sizeof room->view.certain,
	    "the domain file is only read; no file is written");
	for (size_t i = 0; i < room->site.n_people && n < d->required; i++) {
		const struct cer_person *p = &room->site.person[i];
		bool yes = false;

		if (strcmp(p->role, "holder") != 0)
			continue;
		KC_TRY(r, gives(room, in, p, &yes, err));
		if (!yes)
			continue;
		given[n].who = p->id;
		KC_TRY(r, take_share(room, in, d, cer_card_of(room, p->id),
		    &given[n].index, &given[n].share, err));
		n++;
	}
	KC_TRY(r, sd_combine(DOMAIN, d, given, n, &o, err));
	KC_TRY(r, note_opened(room, in, &o, err));
	*ret_master = o.master;
	o.master = (struct kc_secret){ 0 };
out:
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		kc_secret_free(&given[i].share);
	sd_opened_free(&o);
	return r;
}

/* Every datum opened once: its MAC holds, its bytes are wiped. */
static kc_result
prove_data(struct cer_room *room, const struct cer_instance *in,
    const struct sd_domain *d, const struct kc_secret *master,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < d->n_data && kc_ok(r); i++) {
		struct sd_plain plain = { 0 };
		struct aud_fact f[2];

		KC_TRY(r, sd_datum_open(d, i, master, &plain, err));
		f[0] = AUD_S("tag", d->datum[i].tag);
		f[1] = AUD_I("bytes", (int64_t)plain.len);
		sd_plain_free(&plain);
		r = cer_row(room, "domain.datum", in, f, 2, err);
		cer_line(room, CER_LINE_OK, "MAC holds", "%s",
		    d->datum[i].tag);
	}
out:
	return r;
}

kc_result
cer_do_domain_prove(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct sd_domain d = { 0 };
	struct kc_secret master = { 0 };
	kc_result r;

	KC_TRY(r, cer_domain_load(room, &d, err));
	KC_TRY(r, open_domain(room, in, &d, &master, err));
	r = prove_data(room, in, &d, &master, err);
out:
	kc_secret_free(&master);
	sd_domain_free(&d);
	return r;
}

kc_result
cer_do_unlock(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct sd_domain d = { 0 };
	kc_result r;

	kc_secret_free(&room->master);
	KC_TRY(r, cer_domain_load(room, &d, err));
	r = open_domain(room, in, &d, &room->master, err);
out:
	sd_domain_free(&d);
	return r;
}
