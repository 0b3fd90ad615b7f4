/* SPDX-License-Identifier: Apache-2.0
 *
 * Action of a recovery: the blob for the pool that receives the domain.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "ceremony/exchange.h"
#include "ceremony/steps.h"
#include "sd/domain.h"

#define BLOB "restore-blob.json"

/* The one certificate that this room ratified, and no other. */
static kc_result
ratified(struct cer_room *room, struct sd_cert *ret, struct kc_err *err)
{
	struct kc_buf bytes = { 0 };
	char sha[KC_HEX];
	kc_result r;

	KC_TRY(r, cer_artifact_read(room, CER_EXCHANGE, &bytes, err));
	KC_TRY(r, sd_cert_read(CER_EXCHANGE, bytes.p, bytes.len, ret, err));
	kc_hex(ret->x5t, KC_SHA256, sha);
	if (strcmp(sha, room->st.ratified) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s has SHA-256 %.16s..., "
		    "the journal has ratified %.16s...", CER_EXCHANGE, sha,
		    room->st.ratified[0] != '\0' ? room->st.ratified :
		    "none");
out:
	kc_buf_free(&bytes);
	return r;
}

static kc_result
make_blob(struct cer_room *room, const struct cer_instance *in,
    struct kc_buf *ret, struct kc_err *err)
{
	struct sd_domain d = { 0 };
	struct sd_cert cert = { 0 };
	kc_result r;

	KC_TRY(r, ratified(room, &cert, err));
	/* After an interruption the master key is gone: ask M holders. */
	if (room->master.len == 0)
		KC_TRY(r, cer_do_unlock(room, in, err));
	KC_TRY(r, cer_domain_load(room, CER_DOMAIN, &d, err));
	r = sd_restore_blob(&d, &room->master, &cert, kc_clock_utc_ms(), ret,
	    err);
out:
	kc_secret_free(&room->master);
	sd_cert_free(&cert);
	sd_domain_free(&d);
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
