/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of a recovery: who receives the domain, and the blob for it.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "ceremony/steps.h"
#include "sd/domain.h"

#define EXCHANGE "exchange.cer"
#define BLOB "restore-blob.json"

/* Ask for the exchange key and read what came. */
static kc_result
fetch(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct kc_buf bytes = { 0 }, ask = { 0 };
	struct sd_cert cert = { 0 };
	char name[80];
	kc_result r = KC_DONE;

	if (cer_artifact_get(room, EXCHANGE) != NULL)
		return r;
	KC_TRY(r, kc_buf_addf(&ask, err, "az keyvault security-domain "
	    "init-recovery --hsm-name %s --sd-exchange-key %s-SDE.cer\n",
	    room->site.destination, room->site.destination));
	(void)snprintf(name, sizeof name, "%s.init-recovery",
	    room->site.destination);
	KC_TRY(r, cer_medium_put(room, in, name, ask.p, ask.len, err));
	(void)snprintf(name, sizeof name, "%s-SDE.cer",
	    room->site.destination);
	KC_TRY(r, cer_medium_take(room, in, name, &bytes, err));
	KC_TRY(r, sd_cert_read(name, bytes.p, bytes.len, &cert, err));
	KC_TRY(r, sd_cert_dates(&cert, kc_clock_utc_ms(), err));
	r = cer_artifact_put(room, in, EXCHANGE, bytes.p, bytes.len, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "nothing was decrypted or encrypted");
	sd_cert_free(&cert);
	kc_buf_free(&ask);
	kc_buf_free(&bytes);
	return r;
}

static kc_result
exchange_hash(struct cer_room *room, char ret[static KC_HEX],
    struct kc_err *err)
{
	struct kc_buf bytes = { 0 };
	struct sd_cert cert = { 0 };
	kc_result r;

	KC_TRY(r, cer_artifact_read(room, EXCHANGE, &bytes, err));
	KC_TRY(r, sd_cert_read(EXCHANGE, bytes.p, bytes.len, &cert, err));
	kc_hex(cert.x5t, KC_SHA256, ret);
out:
	sd_cert_free(&cert);
	kc_buf_free(&bytes);
	return r;
}

/* No evidence is checked here yet, so receiving is a signed exception: it
 * says so, and two people's cards sign the certificate's hash. */
static kc_result
except(struct cer_room *room, const struct cer_instance *in,
    const char *sha, struct kc_err *err)
{
	const char *by[CER_LIST_MAX], *reason;
	size_t n = 0;
	/* One that an interruption left open goes on under its number. */
	int64_t number = room->st.unproven != 0 ? room->st.unproven :
	    room->st.exceptions + 1;
	struct aud_fact f[7];
	kc_result r;

	KC_TRY(r, cer_node_str(in->step->node, "reason", NULL, &reason,
	    err));
	KC_TRY(r, cer_node_list(in->step->node, "exception_by", by,
	    CER_LIST_MAX, &n, err));
	if (n < 2) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "an unproven exchange key needs the cards of two people "
		    "in 'exception_by'");
		goto out;
	}
	f[0] = AUD_I("number", number);
	f[1] = AUD_S("expected", "evidence that an enclave of the pool holds "
	    "the exchange key");
	f[2] = AUD_S("happened", "the evidence was not checked");
	f[3] = AUD_S("action", reason);
	f[4] = AUD_S("decided.by", "two people, by their cards");
	f[5] = AUD_S("exchange.sha256", sha);
	if (room->st.unproven == 0)
		KC_TRY(r, cer_row(room, "exception.open", in, f, 6, err));
	for (size_t i = 0; i < n; i++)
		KC_TRY(r, cer_approve(room, in, cer_site_who(&room->site,
		    by[i])->id, "exchange-without-evidence", sha, err));
	r = cer_row(room, "exception.close", in, f, 1, err);
out:
	return r;
}

kc_result
cer_do_ratify(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_answer a = { 0 };
	struct cer_prompt q = { .kind = CER_ASK_WORD, .key = "receive",
		.person = in->person->id, .name = in->person->name,
		.word = "RECEIVE", .certain = "nothing was decrypted or "
		"encrypted", .text = "Two people compare the words with their "
		"own papers." };
	char sha[KC_HEX];
	struct aud_fact f[3];
	kc_result r;

	KC_TRY(r, fetch(room, in, err));
	KC_TRY(r, exchange_hash(room, sha, err));
	/* Only what is compared: it must not scroll out of a small screen. */
	room->view.n_lines = 0;
	cer_line(room, CER_LINE_NOGO, "Evidence",
	    "none: signed exception");
	cer_line(room, CER_LINE_HASH, "Exchange", "%s", sha);
	KC_TRY(r, cer_ask(room, in, &q, &a, err));
	KC_TRY(r, except(room, in, sha, err));
	f[0] = AUD_S("exchange.sha256", sha);
	f[1] = AUD_S("pool", room->site.destination);
	f[2] = AUD_S("evidence", "none: exception");
	r = cer_row(room, "exchange.ratified", in, f, 3, err);
out:
	return r;
}

static kc_result
make_blob(struct cer_room *room, const struct cer_instance *in,
    struct kc_buf *ret, struct kc_err *err)
{
	struct sd_domain d = { 0 };
	struct sd_cert cert = { 0 };
	struct kc_buf bytes = { 0 };
	kc_result r = KC_DONE;

	/* After an interruption the master key is gone: ask M holders. */
	if (room->master.len == 0)
		KC_TRY(r, cer_do_unlock(room, in, err));
	KC_TRY(r, cer_domain_load(room, CER_DOMAIN, &d, err));
	KC_TRY(r, cer_artifact_read(room, EXCHANGE, &bytes, err));
	KC_TRY(r, sd_cert_read(EXCHANGE, bytes.p, bytes.len, &cert, err));
	r = sd_restore_blob(&d, &room->master, &cert, kc_clock_utc_ms(), ret,
	    err);
out:
	kc_secret_free(&room->master);
	sd_cert_free(&cert);
	sd_domain_free(&d);
	kc_buf_free(&bytes);
	return r;
}

/* What the online side says about the upload. */
static kc_result
result(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct kc_buf bytes = { 0 };
	json_t *v = NULL;
	const char *status;
	char name[80];
	struct aud_fact f[2];
	kc_result r;

	(void)snprintf(name, sizeof name, "%s.upload-result.json",
	    room->site.destination);
	KC_TRY(r, cer_medium_take(room, in, name, &bytes, err));
	KC_TRY(r, kc_json_read(name, bytes.p, bytes.len, 1 << 20, &v, err));
	KC_TRY(r, kc_json_str(v, name, "status", &status, err));
	f[0] = AUD_S("status", status);
	f[1] = AUD_S("pool", room->site.destination);
	KC_TRY(r, cer_row(room, "upload.result", in, f, 2, err));
	cer_line(room, strcmp(status, "Success") == 0 ? CER_LINE_OK :
	    CER_LINE_NOGO, "Upload", "%.80s", status);
	/* Kept when it is the last word: a failed upload is tried again, and
	 * its row and hash stand. */
	if (strcmp(status, "Success") == 0)
		r = cer_artifact_put(room, in, "upload-result.json", bytes.p,
		    bytes.len, err);
	else
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the online side reports '%.40s'", status);
out:
	json_decref(v);
	kc_buf_free(&bytes);
	return r;
}

kc_result
cer_do_blob(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct kc_buf blob = { 0 };
	const char *await;
	char name[80];
	kc_result r;

	KC_TRY(r, cer_node_str(in->step->node, "result", "", &await, err));
	KC_TRY(r, cer_artifact_adopt(room, in, BLOB, err));
	if (cer_artifact_get(room, BLOB) == NULL) {
		KC_TRY(r, make_blob(room, in, &blob, err));
		KC_TRY(r, cer_artifact_put(room, in, BLOB, blob.p, blob.len,
		    err));
	} else {
		KC_TRY(r, cer_artifact_read(room, BLOB, &blob, err));
	}
	(void)snprintf(name, sizeof name, "%s.restore-of",
	    room->site.destination);
	KC_TRY(r, cer_medium_put(room, in, name, room->site.pool,
	    strlen(room->site.pool), err));
	(void)snprintf(name, sizeof name, "%s.restore-blob.json",
	    room->site.destination);
	KC_TRY(r, cer_medium_put(room, in, name, blob.p, blob.len, err));
	if (strcmp(await, "await") == 0)
		r = result(room, in, err);
out:
	kc_buf_free(&blob);
	return r;
}
