/* SPDX-License-Identifier: Apache-2.0
 *
 * byok wrap: a key of ours, encrypted to a managed HSM's key exchange key.
 */
#include <string.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/file.h"
#include "base/json.h"
#include "base/words.h"
#include "ceremony/cmd_sd.h"
#include "ceremony/commands.h"
#include "ceremony/version.h"
#include "estate/byok.h"
#include "estate/estate.h"

#define PASSWORD_MAX 256
#define GENERATOR "ceremony " CER_VERSION

enum {
	O_JSON, O_AT, O_KEK, O_KID, O_SHOW, O_SHA256, O_POOL, O_KEY,
	O_PASSWORD_FD, O_OCT, O_OUT, O_COUNT
};

static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--at", CER_ONE, false },
	{ "--kek", CER_ONE, true },
	{ "--kid", CER_ONE, true },
	{ "--kek-show", CER_ONE, false },
	{ "--kek-sha256", CER_ONE, false },
	{ "--pool", CER_ONE, false },
	{ "--key", CER_ONE, false },
	{ "--password-fd", CER_ONE, false },
	{ "--oct", CER_ONE, false },
	{ "-o", CER_ONE, true },
};

/* struct work: one wrapping. */
struct work {
	const struct cer_args *a;
	struct est_kek kek;
	struct est_target target;
	struct kc_buf blob;
	bool past_cache;	/* read back past it */
};

static const char *
value(const struct work *w, size_t opt)
{
	return w->a->opt[opt].given ? w->a->opt[opt].v[0] : NULL;
}

static kc_result
check_usage(const struct work *w, struct kc_err *err)
{
	if ((value(w, O_KEY) != NULL) == (value(w, O_OCT) != NULL))
		return KC_FAIL(err, KC_EUSAGE, 0, "give the key that is to "
		    "be wrapped once: --key PEM or --oct FILE");
	if (value(w, O_PASSWORD_FD) != NULL && value(w, O_KEY) == NULL)
		return KC_FAIL(err, KC_EUSAGE, 0, "--password-fd belongs to "
		    "--key");
	return kc_file_check_new(value(w, O_OUT), err);
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
	if (CRYPTO_memcmp(want, w->kek.sha256, KC_SHA256) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "%s is not the key that "
		    "was read back: its fingerprint is another",
		    value(w, O_KEK));
	return KC_DONE;
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
	    value(w, O_POOL), &w->kek, err));
	KC_TRY(r, check_ratified(w, err));
	if (show == NULL)
		goto out;
	KC_TRY(r, kc_file_read(show, EST_FILE_MAX, &json, err));
	r = est_kek_shown(&w->kek, show, json.p, json.len, at_ms, err);
out:
	kc_buf_free(&b);
	kc_buf_free(&json);
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

	KC_TRY(r, est_byok_wrap(&w->kek, &w->target, GENERATOR, &w->blob,
	    err));
	KC_TRY(r, est_byok_check(out, w->blob.p, w->blob.len, &w->kek,
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
	else
		KC_TRY(r, read_pem(w, err));
	r = write_blob(w, err);
out:
	return r;
}

static void
warn(const struct work *w)
{
	(void)fprintf(stderr, "WARNING: %s is a key in a file: nobody can say "
	    "how many copies there are, and no attestation will show it as "
	    "made in the HSM\n", value(w, O_OCT) != NULL ? value(w, O_OCT) :
	    value(w, O_KEY));
	if (value(w, O_SHOW) == NULL)
		(void)fputs("WARNING: without --kek-show nothing says that "
		    "the KEK may only import\n", stderr);
	if (value(w, O_SHA256) == NULL)
		(void)fputs("WARNING: without --kek-sha256 the KEK is "
		    "whatever the file holds; compare its words with a second "
		    "path before the blob leaves the room\n", stderr);
}

/* What the imported key must show online. */
static kc_result
print_target(const struct est_target *t, struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	kc_result r = KC_DONE;

	if (t->spki.len == 0) {
		kc_hex(t->kcv, sizeof t->kcv, hex);
		(void)printf("Key:  oct, %zu bits; check value %s\n",
		    t->bits, hex);
		return r;
	}
	KC_TRY(r, kc_sha256_one(t->spki.p, t->spki.len, hash, err));
	kc_hex(hash, KC_SHA256, hex);
	(void)printf("Key:  %s, %zu bits%s%s; SHA-256 of its public key "
	    "%s\n", t->type, t->bits, t->curve != NULL ? ", " : "",
	    t->curve != NULL ? t->curve : "", hex);
out:
	return r;
}

static kc_result
print_text(const struct work *w, struct kc_err *err)
{
	struct kc_buf groups = { 0 }, words = { 0 };
	kc_result r;

	KC_TRY(r, kc_hex_groups(w->kek.sha256, KC_SHA256, &groups, err));
	KC_TRY(r, kc_words(w->kek.sha256, KC_SHA256, " ", &words, err));
	(void)printf("KEK:  RSA, %zu bits, %s\n      %s\n      %s\n",
	    w->kek.bits, w->kek.kid, kc_buf_str(&groups),
	    kc_buf_str(&words));
	KC_TRY(r, print_target(&w->target, err));
	(void)printf("Wrote %s: %zu bytes, read back%s\n", value(w, O_OUT),
	    w->blob.len, w->past_cache ? " from the medium" : "");
out:
	kc_buf_free(&groups);
	kc_buf_free(&words);
	return r;
}

static kc_result
json_target(json_t *o, const struct est_target *t, struct kc_err *err)
{
	struct kc_buf b64 = { 0 };
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, kc_json_set_str(o, "type", t->type, err));
	KC_TRY(r, kc_json_set_int(o, "bits", (int64_t)t->bits, err));
	if (t->curve != NULL)
		KC_TRY(r, kc_json_set_str(o, "curve", t->curve, err));
	if (t->spki.len == 0) {
		kc_hex(t->kcv, sizeof t->kcv, hex);
		r = kc_json_set_str(o, "check_value", hex, err);
		goto out;
	}
	KC_TRY(r, kc_b64_encode(t->spki.p, t->spki.len, &b64, err));
	r = kc_json_set_str(o, "public_key", kc_buf_str(&b64), err);
out:
	kc_buf_free(&b64);
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

	kc_hex(w->kek.sha256, KC_SHA256, kek);
	KC_TRY(r, kc_words(w->kek.sha256, KC_SHA256, " ", &words, err));
	KC_TRY(r, kc_sha256_one(w->blob.p, w->blob.len, hash, err));
	kc_hex(hash, KC_SHA256, blob);
	o = json_pack("{s:s,s:s,s:s,s:I,s:b,s:b,s:s,s:I,s:s}", "kid",
	    w->kek.kid, "kek_sha256", kek, "kek_words", kc_buf_str(&words),
	    "kek_bits", (json_int_t)w->kek.bits, "kek_shown",
	    value(w, O_SHOW) != NULL, "kek_ratified",
	    value(w, O_SHA256) != NULL, "file", value(w, O_OUT), "bytes",
	    (json_int_t)w->blob.len, "sha256", blob);
	if (o == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the answer");
		goto out;
	}
	KC_TRY(r, json_target(o, &w->target, err));
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
	struct work w = { .a = &a };
	int code = 0;
	kc_result r;

	(void)app;
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
	est_kek_free(&w.kek);
	est_target_free(&w.target);
	kc_buf_free(&w.blob);
	return code;
}

const struct cer_cmd cer_byok_commands[] = {
	{ "byok", "wrap", false, cmd_wrap,
	  "--kek PEM --kid URL [--kek-show KEYSHOW.json] [--kek-sha256 HEX] "
	  "[--pool NAME] (--key PEM [--password-fd N] | --oct FILE) "
	  "-o OUT.byok [--at TIME] [--json]",
	  "encrypt a key to a managed HSM's key exchange key" },
	{ 0 },
};
