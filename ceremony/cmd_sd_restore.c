/* SPDX-License-Identifier: Apache-2.0
 *
 * sd restore-blob: the one command after which another pool holds the keys.
 * Who receives is said first; the output is checked before any key is used.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "base/words.h"
#include "ceremony/cmd_sd.h"
#include "ceremony/receiver.h"
#include "sd/cert.h"

enum {
	O_FILE = SDO_OWN, O_EXCHANGE, O_OUT, O_WITHOUT, O_SHA256, O_RECEIVER,
	O_COUNT = O_RECEIVER + RCV_OPTIONS
};
#define O_PINS_MUST (O_RECEIVER + RCV_MRSIGNER)	/* the last that must be */

static const struct cer_opt table[] = {
	SD_KEY_OPTIONS,
	{ "--sd-file", CER_ONE, true },
	{ "--sd-exchange-key", CER_ONE, true },
	{ "--sd-file-restore-blob", CER_ONE, true },
	{ "--without-evidence", CER_ONE, false },
	{ "--exchange-sha256", CER_ONE, false },
	CER_RECEIVER_OPTIONS,
};

/* struct job: everything of one run. */
struct job {
	struct cer_domain dom;
	struct cer_receiver to;
	struct cer_keysource *src;
	struct sd_opened opened;
	struct kc_buf blob;
};

static void
job_free(struct job *j)
{
	sd_opened_free(&j->opened);
	cer_keysource_free(&j->src);
	sd_domain_free(&j->dom.d);
	cer_receiver_free(&j->to);
	kc_buf_free(&j->blob);
}

static kc_result
check_pins(const struct cer_args *a, struct kc_err *err)
{
	for (size_t o = O_SHA256; o <= O_PINS_MUST; o++)
		if (!a->opt[o].given)
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "who receives the domain: %s is missing beside "
			    "the other pins", table[o].name);
	return KC_DONE;
}

/* RECEIVER: always said. */
static kc_result
check_receiver(const struct cer_args *a, struct kc_err *err)
{
	const char *reason = a->opt[O_WITHOUT].v[0];
	bool pins = false;

	for (size_t o = O_SHA256; o < O_COUNT; o++)
		pins = pins || a->opt[o].given;
	if (!pins && reason == NULL)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "who receives the domain must always be said: "
		    "--exchange-sha256 HEX --pool NAME --pin-mrsigner HEX, or "
		    "--without-evidence REASON");
	if (pins && reason != NULL)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--without-evidence and pins are given together; who "
		    "receives the domain is said one way");
	if (pins)
		return check_pins(a, err);
	if (reason[strspn(reason, " \t")] == '\0' || !kc_text_clean(reason))
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--without-evidence wants a reason in words");
	return KC_DONE;
}

static kc_result
check_hash(const struct cer_args *a, const struct sd_cert *c,
    struct kc_err *err)
{
	const char *text = a->opt[O_SHA256].v[0];
	uint8_t want[KC_SHA256];
	char got[KC_HEX];

	if (!kc_unhex(text, KC_SHA256, want))
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--exchange-sha256: '%.70s' is not 64 hex digits", text);
	kc_hex(c->x5t, KC_SHA256, got);
	if (CRYPTO_memcmp(want, c->x5t, KC_SHA256) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s is not the certificate that was read back: its "
		    "SHA-256 is %s", c->name, got);
	return KC_DONE;
}

/* The key itself; on stderr with --json, so that it is read in either
 * case.  With pins its evidence must hold before any key is used. */
static kc_result
check_key(const struct cer_args *a, struct cer_receiver *to,
    struct kc_err *err)
{
	FILE *out = a->opt[SDO_JSON].given ? stderr : stdout;
	const char *reason = a->opt[O_WITHOUT].v[0];
	int64_t at_ms = to->pins.at_ms;
	kc_result r;

	KC_TRY(r, cer_receiver_read(a->opt[O_EXCHANGE].v[0], to, err));
	KC_TRY(r, cer_receiver_show(to, out, err));
	KC_TRY(r, sd_exchange_check(&to->x.cert, at_ms, err));
	if (reason != NULL) {
		(void)fprintf(out, "  NOT PROVEN: used without evidence: "
		    "%s\n", reason);
		(void)fflush(out);
		goto out;
	}
	KC_TRY(r, check_hash(a, &to->x.cert, err));
	r = sd_evidence_check(&to->x, &to->pins, &to->found, err);
	cer_evidence_show(to, kc_ok(r) ? NULL : err->msg, out);
out:
	return r;
}

/* Everything that needs no key. */
static kc_result
prepare(const struct cer_args *a, struct job *j,
    struct cer_key_request *ret_rq, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, check_receiver(a, err));
	KC_TRY(r, cer_sd_request(a, ret_rq, err));
	KC_TRY(r, kc_file_check_new(a->opt[O_OUT].v[0], err));
	KC_TRY(r, cer_receiver_pins(a, O_RECEIVER, ret_rq->at_ms, &j->to,
	    err));
	KC_TRY(r, cer_sd_read(a->opt[O_FILE].v[0], &j->dom, err));
	r = check_key(a, &j->to, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "no key was used, nothing was decrypted, no "
		    "file was written");
	return r;
}

static kc_result
restore(struct cer_app *app, const struct cer_args *a, struct job *j,
    struct kc_err *err)
{
	const char *out_path = a->opt[O_OUT].v[0];
	struct cer_key_request rq;
	const struct sd_key *keys;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, prepare(a, j, &rq, err));
	KC_TRY(r, cer_keysource_open(app, &rq, &j->dom.d, &j->src, err));
	keys = cer_keysource_keys(j->src, &n);
	KC_TRY(r, sd_open(a->opt[O_FILE].v[0], &j->dom.d, keys, n,
	    &j->opened, err));
	cer_sd_warn(&j->opened.warn);
	KC_TRY(r, sd_restore_blob(&j->dom.d, &j->opened.master,
	    &j->to.x.cert, rq.at_ms, &j->blob, err));
	kc_secret_free(&j->opened.master);
	KC_TRY(r, kc_file_write_new(out_path, j->blob.p, j->blob.len, 0600,
	    err));
	r = cer_sd_written(out_path, &j->blob, err);
	if (kc_ok(r))
		r = sd_blob_check(out_path, j->blob.p, j->blob.len,
		    &j->dom.d, &j->to.x.cert, err);
	if (!kc_ok(r))
		kc_certain(err, "%s was written but must not be used",
		    out_path);
out:
	return r;
}

static kc_result
make_json(const struct cer_args *a, const struct job *j, const char *hash,
    json_t **ret, struct kc_err *err)
{
	struct kc_buf words = { 0 };
	const char *reason = a->opt[O_WITHOUT].v[0];
	const struct sd_cert *c = &j->to.x.cert;
	json_t *o = NULL, *holders = NULL;
	const struct sd_key *keys;
	char hex[KC_HEX];
	size_t n = 0;
	kc_result r;

	keys = cer_keysource_keys(j->src, &n);
	kc_hex(c->x5t, KC_SHA256, hex);
	KC_TRY(r, kc_words(c->x5t, KC_SHA256, " ", &words, err));
	KC_TRY(r, cer_sd_holders(&j->dom.d, keys, &j->opened, &holders, err));
	o = json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:o,s:[]}",
	    "blob", a->opt[O_OUT].v[0], "bytes", (json_int_t)j->blob.len,
	    "sha256", hash, "exchange_sha256", hex, "exchange_words",
	    kc_buf_str(&words), "domain_sha256", j->dom.sha256,
	    "holders", holders, "tags");
	KC_TRY(r, cer_evidence_json(&j->to, o, err));
	if (reason != NULL)
		KC_TRY(r, kc_json_set_str(o, "without_evidence", reason,
		    err));
	KC_TRY(r, cer_sd_one_share(o, &j->opened, err));
	for (size_t i = 0; i < j->dom.d.n_data; i++)
		KC_TRY(r, kc_json_add_new(json_object_get(o, "tags"),
		    json_string(j->dom.d.datum[i].tag), err));
	*ret = o;
	o = NULL;
out:
	kc_buf_free(&words);
	json_decref(o);
	return r;
}

static int
print(const struct cer_args *a, const struct job *j, struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	const struct sd_key *keys;
	json_t *o = NULL;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, kc_sha256_one(j->blob.p, j->blob.len, hash, err));
	kc_hex(hash, sizeof hash, hex);
	if (a->opt[SDO_JSON].given) {
		KC_TRY(r, make_json(a, j, hex, &o, err));
		return cer_print_json(o, 0);
	}
	keys = cer_keysource_keys(j->src, &n);
	for (size_t i = 0; i < n; i++)
		(void)printf("  share %zu of %zu opened by %s\n",
		    j->opened.share_of[i] + 1, j->dom.d.n_shares,
		    keys[i].name);
	(void)printf("restore blob %s: %zu bytes, %zu data\n  SHA-256 %s\n",
	    a->opt[O_OUT].v[0], j->blob.len, j->dom.d.n_data, hex);
out:
	if (!kc_ok(r))
		return cer_report("sd restore-blob", err);
	return 0;
}

int
cer_sd_restore_blob(struct cer_app *app, int argc, char **argv)
{
	struct cer_args a;
	struct job *j = calloc(1, sizeof *j);
	struct kc_err err = { 0 };
	int code;

	if (j == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("sd restore-blob", &err);
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 0, 0, argc, argv, &a, &err)) ||
	    !kc_ok(restore(app, &a, j, &err))) {
		kc_certain(&err, "no restore blob was written; what was "
		    "opened is wiped");
		code = cer_report("sd restore-blob", &err);
	} else {
		code = print(&a, j, &err);
	}
	job_free(j);
	free(j);
	return code;
}
