/* SPDX-License-Identifier: Apache-2.0
 *
 * The wrapping set: who is in it, and what the online side needs of it.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ceremony/steps.h"
#include "sd/cert.h"

struct cer_set
cer_set_new(const struct cer_room *room)
{
	return (struct cer_set){ "new-holder",
		(size_t)room->site.new_quorum, CER_NEW_DOMAIN };
}

struct cer_set
cer_set_of(const struct cer_room *room, const struct cer_instance *in)
{
	if (cer_node_get(in->step->node, "set") != NULL)
		return cer_set_new(room);
	return (struct cer_set){ "holder", (size_t)room->site.quorum,
		CER_DOMAIN };
}

kc_result
cer_holders_get(struct cer_room *room, const char *role,
    struct cer_holders *ret, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < room->site.n_people && kc_ok(r); i++) {
		const struct cer_person *p = &room->site.person[i];
		const struct cer_card *card = cer_card_of(room, p->id);

		if (strcmp(p->role, role) != 0)
			continue;
		if (ret->n == SD_MAX_HOLDERS)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "more than %d with the role %s", SD_MAX_HOLDERS,
			    role);
		if (card == NULL || card->cert[TOK_WRAPPING].len == 0)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s has no wrapping certificate yet", p->id);
		r = sd_cert_read(p->id, card->cert[TOK_WRAPPING].p,
		    card->cert[TOK_WRAPPING].len, &ret->cert[ret->n], err);
		if (kc_ok(r))
			ret->n++;
	}
	return r;
}

void
cer_holders_free(struct cer_holders *h)
{
	for (size_t i = 0; i < h->n; i++)
		sd_cert_free(&h->cert[i]);
	h->n = 0;
}

kc_result
cer_holders_proven(struct cer_room *room, const struct cer_holders *h,
    struct kc_err *err)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct cer_card *card = cer_card_of(room,
		    h->cert[i].name);
		const char *proof = card->proven[TOK_WRAPPING];

		if (proof[0] == '\0')
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s has not proven possession of the wrapping key "
			    "(card.prove): no set is built", card->def->person);
		if (strcmp(proof, card->cert_sha[TOK_WRAPPING]) != 0)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s has proven possession for another wrapping "
			    "certificate (%.16s..., now %.16s...): prove again "
			    "(card.prove)", card->def->person, proof,
			    card->cert_sha[TOK_WRAPPING]);
	}
	return KC_DONE;
}

/* One file for the archive and for the online side. */
static kc_result
put_both(struct cer_room *room, const struct cer_instance *in,
    const char *name, const struct kc_buf *b, struct kc_err *err)
{
	char on_medium[120];
	kc_result r;

	(void)snprintf(on_medium, sizeof on_medium, "%s.%s", room->site.pool,
	    name);
	KC_TRY(r, cer_artifact_put(room, in, name, b->p, b->len, err));
	r = cer_medium_put(room, in, on_medium, b->p, b->len, err);
out:
	return r;
}

/* The certificates under the names that az and the thumbprints use. */
static void
cert_file(const struct cer_room *room, const struct sd_cert *cert,
    char ret[static 120])
{
	(void)snprintf(ret, 120, "%s.%s.cer", room->site.pool, cert->name);
}

static kc_result
put_certs(struct cer_room *room, const struct cer_instance *in,
    const struct cer_holders *h, struct kc_err *err)
{
	struct kc_buf pem = { 0 };
	char name[120];
	kc_result r = KC_DONE;

	for (size_t i = 0; i < h->n; i++) {
		cer_card_file(cer_card_of(room, h->cert[i].name),
		    TOK_WRAPPING, name);
		KC_TRY(r, cer_artifact_read(room, name, &pem, err));
		cert_file(room, &h->cert[i], name);
		KC_TRY(r, cer_medium_put(room, in, name, pem.p, pem.len,
		    err));
		kc_buf_free(&pem);
	}
out:
	kc_buf_free(&pem);
	return r;
}

kc_result
cer_set_publish(struct cer_room *room, const struct cer_instance *in,
    const struct cer_holders *h, size_t quorum, const char *prefix,
    struct kc_err *err)
{
	char file[SD_MAX_HOLDERS][120], name[40];
	const char *files[SD_MAX_HOLDERS];
	struct kc_buf csv = { 0 }, json = { 0 };
	kc_result r;

	for (size_t i = 0; i < h->n; i++) {
		cert_file(room, &h->cert[i], file[i]);
		files[i] = file[i];
	}
	KC_TRY(r, put_certs(room, in, h, err));
	KC_TRY(r, sd_set_thumbprints(h->cert, files, h->n, quorum, &csv,
	    &json, err));
	(void)snprintf(name, sizeof name, "%sthumbprints.csv", prefix);
	KC_TRY(r, put_both(room, in, name, &csv, err));
	(void)snprintf(name, sizeof name, "%sthumbprints.json", prefix);
	r = put_both(room, in, name, &json, err);
out:
	kc_buf_free(&csv);
	kc_buf_free(&json);
	return r;
}

/* The command that az wants beside the request. */
static kc_result
put_command(struct cer_room *room, const struct cer_instance *in,
    const struct cer_holders *h, struct kc_err *err)
{
	struct kc_buf az = { 0 };
	char name[120];
	kc_result r;

	KC_TRY(r, kc_buf_addf(&az, err, "az keyvault security-domain "
	    "download --hsm-name %s --sd-wrapping-keys", room->site.pool));
	for (size_t i = 0; i < h->n; i++) {
		cert_file(room, &h->cert[i], name);
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
	return r;
}

kc_result
cer_do_set(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_holders h = { 0 };
	struct kc_buf warn = { 0 }, body = { 0 };
	size_t m = (size_t)room->site.quorum;
	char hex[KC_HEX];
	struct aud_fact f[3];
	kc_result r;

	KC_TRY(r, cer_holders_get(room, "holder", &h, err));
	KC_TRY(r, cer_holders_proven(room, &h, err));
	KC_TRY(r, sd_set_check(h.cert, h.n, m, kc_clock_utc_ms(), &warn, err));
	for (size_t i = 0; i < h.n; i++) {
		kc_hex(h.cert[i].x5t, KC_SHA256, hex);
		cer_line(room, CER_LINE_LABEL, h.cert[i].name, "%.16s...",
		    hex);
	}
	KC_TRY(r, sd_request_body(h.cert, h.n, m, &body, err));
	KC_TRY(r, cer_set_publish(room, in, &h, m, "", err));
	KC_TRY(r, put_command(room, in, &h, err));
	/* Last: whoever waits for it finds the rest beside it. */
	KC_TRY(r, put_both(room, in, "download-request.json", &body, err));
	f[0] = AUD_I("holders", (int64_t)h.n);
	f[1] = AUD_I("quorum", (int64_t)m);
	f[2] = AUD_S("pool", room->site.pool);
	r = cer_row(room, "set", in, f, 3, err);
	if (kc_ok(r) && warn.len > 0)
		cer_warn_lines(room, kc_buf_str(&warn));
out:
	cer_holders_free(&h);
	kc_buf_free(&warn);
	kc_buf_free(&body);
	return r;
}
