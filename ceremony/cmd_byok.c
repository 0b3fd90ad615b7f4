/* SPDX-License-Identifier: Apache-2.0
 *
 * byok wrap: a key of ours, encrypted to a managed HSM's key exchange key.
 */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/words.h"
#include "ceremony/cardsession.h"
#include "ceremony/cmd_sd.h"
#include "ceremony/commands.h"
#include "ceremony/kek.h"
#include "estate/estate.h"

#define PASSWORD_MAX 256

enum {
	O_JSON, O_AT, O_KEK, O_KID, O_SHOW, O_ATTEST, O_ROOT, O_SHA256,
	O_POOL, O_KEY, O_PASSWORD_FD, O_OCT, O_TOKEN, O_PIN_FD, O_MODULE,
	O_ENV, O_SITE, O_OUT, O_COUNT
};

static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--at", CER_ONE, false },
	{ "--kek", CER_ONE, true },
	{ "--kid", CER_ONE, true },
	{ "--kek-show", CER_ONE, false },
	{ "--kek-attestation", CER_ONE, false },
	{ "--owner-root", CER_ONE, false },
	{ "--kek-sha256", CER_ONE, false },
	{ "--pool", CER_ONE, false },
	{ "--key", CER_ONE, false },
	{ "--password-fd", CER_ONE, false },
	{ "--oct", CER_ONE, false },
	{ "--token", CER_ONE, false },
	{ "--pin-fd", CER_ONE, false },
	{ "--module", CER_ONE, false },
	{ "--module-env", CER_LIST, false },
	{ "--site", CER_ONE, false },
	{ "-o", CER_ONE, true },
};

/* struct work: one wrapping. */
struct work {
	struct cer_app *app;
	const struct cer_args *a;
	struct cer_kek k;
	struct est_target target;
	struct kc_buf card;	/* its name, if the key is on one */
	struct kc_buf blob;
	bool past_cache;	/* read back past it */
};

static const char *
value(const struct work *w, size_t opt)
{
	return w->a->opt[opt].given ? w->a->opt[opt].v[0] : NULL;
}

/* An option that says nothing without another. */
static kc_result
belongs(const struct work *w, size_t opt, size_t to, struct kc_err *err)
{
	if (w->a->opt[opt].given && !w->a->opt[to].given)
		return KC_FAIL(err, KC_EUSAGE, 0, "%s belongs to %s",
		    table[opt].name, table[to].name);
	return KC_DONE;
}

static kc_result
check_usage(const struct work *w, struct kc_err *err)
{
	kc_result r;

	if (w->a->opt[O_KEY].given + w->a->opt[O_OCT].given +
	    w->a->opt[O_TOKEN].given != 1)
		return KC_FAIL(err, KC_EUSAGE, 0, "give the key that is to "
		    "be wrapped once: --key PEM or --oct FILE or --token "
		    "URI");
	KC_TRY(r, belongs(w, O_PASSWORD_FD, O_KEY, err));
	KC_TRY(r, belongs(w, O_ROOT, O_ATTEST, err));
	for (size_t i = O_PIN_FD; i <= O_SITE; i++)
		KC_TRY(r, belongs(w, i, O_TOKEN, err));
	r = kc_file_check_new(value(w, O_OUT), err);
out:
	return r;
}

/* The fingerprint that people compared, if it was given. */
static kc_result
check_ratified(const struct work *w, struct kc_err *err)
{
	const char *text = value(w, O_SHA256);
	uint8_t want[KC_SHA256];

	if (text == NULL)
		return KC_DONE;
	if (!kc_unhex(text, KC_SHA256, want))
		return KC_FAIL(err, KC_EUSAGE, 0, "--kek-sha256: '%.70s' is "
		    "not 64 hex digits", text);
	if (CRYPTO_memcmp(want, w->k.kek.sha256, KC_SHA256) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s is not the key that "
		    "was read back: its fingerprint is another",
		    value(w, O_KEK));
	return KC_DONE;
}

/* What the HSM signed about it, if that was given. */
static kc_result
read_attestation(struct work *w, int64_t at_ms, struct kc_err *err)
{
	const char *path = value(w, O_ATTEST), *root = value(w, O_ROOT);
	uint8_t recorded[KC_SHA256];
	struct kc_buf b = { 0 };
	kc_result r;

	if (path == NULL)
		return KC_DONE;
	if (root != NULL && !kc_unhex(root, KC_SHA256, recorded))
		return KC_FAIL(err, KC_EUSAGE, 0, "--owner-root: '%.80s' is "
		    "not a SHA-256 of 64 hex digits", root);
	KC_TRY(r, kc_file_read(path, EST_ATTEST_FILE_MAX, &b, err));
	r = cer_kek_attest(&w->k, path, &b, root != NULL ? recorded : NULL,
	    at_ms, err);
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
read_kek(struct work *w, struct kc_err *err)
{
	const char *path = value(w, O_KEK), *show = value(w, O_SHOW);
	struct kc_buf b = { 0 }, json = { 0 };
	int64_t at_ms = 0;
	kc_result r;

	KC_TRY(r, cer_sd_at(w->a, O_AT, &at_ms, err));
	KC_TRY(r, kc_file_read(path, EST_BYOK_MAX, &b, err));
	KC_TRY(r, est_kek_read(path, b.p, b.len, value(w, O_KID),
	    value(w, O_POOL), &w->k.kek, err));
	KC_TRY(r, check_ratified(w, err));
	if (show != NULL) {
		KC_TRY(r, kc_file_read(show, EST_FILE_MAX, &json, err));
		KC_TRY(r, est_kek_shown(&w->k.kek, show, json.p, json.len,
		    at_ms, err));
		w->k.shown = true;
	}
	r = read_attestation(w, at_ms, err);
out:
	kc_buf_free(&b);
	kc_buf_free(&json);
	return r;
}

/* The card wraps it under a key that is drawn for this; opened here, since
 * what is not looked at may be anything. */
static kc_result
read_card(struct work *w, struct kc_err *err)
{
	const struct cer_key_request rq = {
		.token = { w->a->opt[O_TOKEN].v, 1 },
		.pin_fd = { w->a->opt[O_PIN_FD].v, w->a->opt[O_PIN_FD].n },
		.site = value(w, O_SITE),
		.module = value(w, O_MODULE),
		.module_env = { w->a->opt[O_ENV].v, w->a->opt[O_ENV].n },
	};
	struct tok_extract x = { 0 };
	kc_result r;

	KC_TRY(r, cer_card_extract(w->app, &rq, &x, &w->card, err));
	r = cer_target_card(kc_buf_str(&w->card), &x, &w->target, err);
out:
	tok_extract_free(&x);
	return r;
}

/* Only an encrypted key makes its password be read. */
static kc_result
read_pem(struct work *w, struct kc_err *err)
{
	const char *path = value(w, O_KEY), *fd_text = value(w, O_PASSWORD_FD);
	struct kc_secret password = { 0 };
	long fd = -1;
	kc_result r = est_target_pem(path, NULL, &w->target, err);

	if (r.code != KC_EPASSWORD || fd_text == NULL)
		return r;
	KC_TRY(r, cer_number("--password-fd", fd_text, 0, 1023, &fd, err));
	KC_TRY(r, kc_secret_read_line((int)fd, PASSWORD_MAX, "password",
	    &password, err));
	r = est_target_pem(path, &password, &w->target, err);
out:
	kc_secret_free(&password);
	return r;
}

/* Written, checked before and read back after. */
static kc_result
write_blob(struct work *w, struct kc_err *err)
{
	const char *out = value(w, O_OUT);
	kc_result r;

	KC_TRY(r, est_byok_wrap(&w->k.kek, &w->target, CER_BYOK_GENERATOR,
	    &w->blob, err));
	KC_TRY(r, est_byok_check(out, w->blob.p, w->blob.len, &w->k.kek,
	    w->target.plain.len, err));
	KC_TRY(r, kc_file_write_new(out, w->blob.p, w->blob.len, 0644, err));
	r = kc_file_reread(out, w->blob.p, w->blob.len, &w->past_cache, err);
	if (!kc_ok(r) && unlink(out) != 0)
		kc_certain(err, "%s is there, spoilt: do not use it", out);
out:
	return r;
}

static kc_result
work(struct work *w, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, check_usage(w, err));
	KC_TRY(r, read_kek(w, err));
	if (value(w, O_OCT) != NULL)
		KC_TRY(r, est_target_oct(value(w, O_OCT), &w->target, err));
	else if (value(w, O_TOKEN) != NULL)
		KC_TRY(r, read_card(w, err));
	else
		KC_TRY(r, read_pem(w, err));
	r = write_blob(w, err);
out:
	return r;
}

static void
warn(const struct work *w)
{
	const char *file = value(w, O_OCT) != NULL ? value(w, O_OCT) :
	    value(w, O_KEY);

	if (file != NULL)
		(void)fprintf(stderr, "WARNING: %s is a key in a file: nobody "
		    "can say how many copies there are, and no attestation "
		    "will show it as made in the HSM\n", file);
	else
		(void)fprintf(stderr, "WARNING: the key on %s may leave it: "
		    "nobody can say how many copies there are, and no "
		    "attestation will show it as made in the HSM\n",
		    kc_buf_str(&w->card));
	if (!w->k.shown)
		(void)fputs("WARNING: without --kek-show nothing says that "
		    "the KEK may only import\n", stderr);
	if (!w->k.recorded)
		(void)fprintf(stderr, "WARNING: %s\n",
		    cer_kek_origin(&w->k));
	if (value(w, O_SHA256) == NULL)
		(void)fputs("WARNING: without --kek-sha256 the KEK is "
		    "whatever the file holds; compare its words with a second "
		    "path before the blob leaves the room\n", stderr);
}

static kc_result
print_text(const struct work *w, struct kc_err *err)
{
	struct kc_buf groups = { 0 }, words = { 0 };
	char kind[CER_TARGET_TEXT], shows[CER_TARGET_TEXT];
	kc_result r;

	KC_TRY(r, kc_hex_groups(w->k.kek.sha256, KC_SHA256, &groups, err));
	KC_TRY(r, kc_words(w->k.kek.sha256, KC_SHA256, " ", &words, err));
	(void)printf("KEK:  RSA, %zu bits, %s\n      %s\n      %s\n",
	    w->k.kek.bits, w->k.kek.kid, kc_buf_str(&groups),
	    kc_buf_str(&words));
	(void)printf("      %s\n", cer_kek_origin(&w->k));
	KC_TRY(r, cer_target_say(&w->target, kind, shows, err));
	(void)printf("Key:  %s; %s%s%s\n", kind, shows, w->card.len > 0 ?
	    "; from " : "", w->card.len > 0 ? kc_buf_str(&w->card) : "");
	(void)printf("Wrote %s: %zu bytes, read back%s\n", value(w, O_OUT),
	    w->blob.len, w->past_cache ? " from the medium" : "");
out:
	kc_buf_free(&groups);
	kc_buf_free(&words);
	return r;
}

static kc_result
print_json(const struct work *w, struct kc_err *err)
{
	struct kc_buf words = { 0 };
	uint8_t hash[KC_SHA256];
	char kek[KC_HEX], blob[KC_HEX];
	json_t *o = NULL;
	kc_result r;

	kc_hex(w->k.kek.sha256, KC_SHA256, kek);
	KC_TRY(r, kc_words(w->k.kek.sha256, KC_SHA256, " ", &words, err));
	KC_TRY(r, kc_sha256_one(w->blob.p, w->blob.len, hash, err));
	kc_hex(hash, KC_SHA256, blob);
	o = json_pack("{s:s,s:s,s:s,s:I,s:b,s:b,s:s,s:s,s:s,s:I,s:s}", "kid",
	    w->k.kek.kid, "kek_sha256", kek, "kek_words", kc_buf_str(&words),
	    "kek_bits", (json_int_t)w->k.kek.bits, "kek_shown", w->k.shown,
	    "kek_ratified", value(w, O_SHA256) != NULL, "kek_origin",
	    cer_kek_origin_word(&w->k), "source", w->card.len > 0 ? "card" :
	    "file", "file", value(w, O_OUT), "bytes",
	    (json_int_t)w->blob.len, "sha256", blob);
	if (o == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the answer");
		goto out;
	}
	KC_TRY(r, cer_target_json(&w->target, o, err));
	if (cer_print_json(o, 0) == 6)
		r = KC_FAIL(err, KC_EIO, 0, "the answer was not written");
	o = NULL;
out:
	json_decref(o);
	kc_buf_free(&words);
	return r;
}

static int
cmd_wrap(struct cer_app *app, int argc, char **argv)
{
	struct kc_err err = { 0 };
	struct cer_args a;
	struct work w = { .app = app, .a = &a };
	int code = 0;
	kc_result r;

	if (!kc_ok(cer_parse(table, O_COUNT, 0, 0, argc, argv, &a, &err)) ||
	    !kc_ok(work(&w, &err))) {
		kc_certain(&err, "no blob was written");
		code = cer_report("byok wrap", &err);
	} else {
		warn(&w);
		r = a.opt[O_JSON].given ? print_json(&w, &err) :
		    print_text(&w, &err);
		if (!kc_ok(r)) {
			kc_certain(&err, "the blob is written and read back");
			code = cer_report("byok wrap", &err);
		}
	}
	cer_kek_free(&w.k);
	est_target_free(&w.target);
	kc_buf_free(&w.blob);
	kc_buf_free(&w.card);
	return code;
}

const struct cer_cmd cer_byok_commands[] = {
	{ "byok", "wrap", true, cmd_wrap,
	  "--kek PEM --kid URL [--kek-show KEYSHOW.json] [--kek-attestation "
	  "FILE [--owner-root SHA256]] [--kek-sha256 HEX] [--pool NAME] "
	  "(--key PEM [--password-fd N] | --oct FILE | --token URI [--pin-fd "
	  "N] [--site SITE | --module PATH] [--module-env NAME=VALUE...]) "
	  "-o OUT.byok [--at TIME] [--json]",
	  "encrypt a key to a managed HSM's key exchange key" },
	{ 0 },
};
