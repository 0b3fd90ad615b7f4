/* SPDX-License-Identifier: Apache-2.0
 *
 * token init, generate, certificate, sign, wipe.
 */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "ceremony/cmd_token.h"
#include "ceremony/pin.h"
#include "tokens/profile.h"

#define TEST_TEXT "ceremony-test-v1"
#define TEST_TEXT_MAX ((size_t)1 << 20)

int
cer_token_init(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt options[] = { CER_CARD_OPTS,
		{ "--label", CER_ONE, true },
		{ "--so-pin-fd", CER_ONE, true },
		{ "--puk-fd", CER_ONE, false } };
	struct kc_secret so = { 0 }, pin = { 0 }, puk = { 0 };
	struct cer_token_cmd c = { 0 };
	struct kc_err err = { 0 };
	json_t *o = NULL;
	kc_result r;

	KC_TRY(r, cer_token_args(&c, options, 8, 1, 1, argc, argv, &err));
	if (!c.args->opt[O_PIN_FD].given) {
		r = KC_FAIL(&err, KC_EUSAGE, 0, "--pin-fd is missing");
		goto out;
	}
	KC_TRY(r, cer_pin(c.args->opt[O_OWN + 1].v[0], NULL, NULL, "SO PIN",
	    &so, &err));
	KC_TRY(r, cer_pin(c.args->opt[O_PIN_FD].v[0], NULL, NULL, "new PIN",
	    &pin, &err));
	if (c.args->opt[O_OWN + 2].given)
		KC_TRY(r, cer_pin(c.args->opt[O_OWN + 2].v[0], NULL, NULL,
		    "new PUK", &puk, &err));
	KC_TRY(r, cer_token_open(app, &c, &err));
	KC_TRY(r, tok_init(c.card, c.args->opt[O_OWN].v[0], &so, &pin, &puk,
	    &err));
	KC_TRY(r, tok_info(c.card, &c.info, &err));
	if (!c.args->opt[O_JSON].given) {
		cer_card_print(&c.info);
		goto out;
	}
	KC_TRY(r, cer_card_json(&c.info, &o, &err));
	if (cer_print_json(o, 0) != 0)
		r = KC_FAIL(&err, KC_EIO, 0, "stdout cannot be written");
out:
	kc_secret_free(&so);
	kc_secret_free(&pin);
	kc_secret_free(&puk);
	return cer_token_done(&c, "token init", r, &err);
}

static kc_result
parse_use(const char *text, enum tok_use *ret, struct kc_err *err)
{
	if (strcmp(text, "wrapping") == 0)
		*ret = TOK_WRAPPING;
	else if (strcmp(text, "signing") == 0)
		*ret = TOK_SIGNING;
	else
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--use '%.40s' is neither wrapping nor signing", text);
	return KC_DONE;
}

static kc_result
report_key(const struct cer_token_cmd *c, const struct tok_key *key,
    struct kc_err *err)
{
	json_t *o = NULL;
	kc_result r;

	if (!c->args->opt[O_JSON].given) {
		cer_key_print(key);
		return KC_DONE;
	}
	KC_TRY(r, cer_key_json(&c->info, key, &o, err));
	if (cer_print_json(o, 0) != 0)
		r = KC_FAIL(err, KC_EIO, 0, "stdout cannot be written");
out:
	return r;
}

int
cer_token_generate(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt options[] = { CER_CARD_OPTS,
		{ "--id", CER_ONE, false }, { "--use", CER_ONE, true },
		{ "--bits", CER_ONE, true },
		{ "--so-pin-fd", CER_ONE, false } };
	enum tok_use use = TOK_WRAPPING;
	struct tok_key key = { 0 };
	struct cer_token_cmd c = { 0 };
	struct kc_err err = { 0 };
	uint8_t id[TOK_ID_MAX];
	size_t id_len = 0;
	long bits = 0;
	kc_result r;

	KC_TRY(r, cer_token_args(&c, options, 9, 1, 1, argc, argv, &err));
	KC_TRY(r, cer_token_id(&c, c.args->opt[O_OWN].v[0], id, &id_len,
	    &err));
	KC_TRY(r, parse_use(c.args->opt[O_OWN + 1].v[0], &use, &err));
	KC_TRY(r, cer_number("--bits", c.args->opt[O_OWN + 2].v[0], 2048,
	    8192, &bits, &err));
	KC_TRY(r, cer_token_open(app, &c, &err));
	KC_TRY(r, cer_token_login(&c, &err));
	KC_TRY(r, cer_token_so(&c, c.args->opt[O_OWN + 3].v[0], &err));
	KC_TRY(r, tok_generate(c.card, id, id_len, use, (size_t)bits, &key,
	    &err));
	r = report_key(&c, &key, &err);
out:
	tok_key_free(&key);
	return cer_token_done(&c, "token generate", r, &err);
}

/* PEM as az reads it with --sd-wrapping-keys. */
static kc_result
write_pem(const struct kc_buf *der, const char *path, struct kc_err *err)
{
	const unsigned char *p = der->p;
	X509 *x = d2i_X509(NULL, &p, (long)der->len);
	BIO *b = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;
	kc_result r;

	if (x == NULL || b == NULL || PEM_write_bio_X509(b, x) != 1) {
		r = KC_FAIL_SSL(err, KC_ENOMEM,
		    "the certificate could not be written as PEM");
		goto out;
	}
	len = BIO_get_mem_data(b, &text);
	r = kc_file_write_new(path, text, (size_t)len, 0644, err);
out:
	X509_free(x);
	BIO_free(b);
	return r;
}

/* What the key on the card may do decides what its certificate says.  On PIV
 * every key may do everything, and the slot decides: 9c (id 02) signs. */
static enum tok_use
use_said(const struct cer_token_cmd *c, const struct tok_key *key)
{
	const struct tok_profile *p = tok_profile_named(c->info.profile);
	bool piv = p != NULL && (p->birth == TOK_BIRTH_PIV ||
	    p->birth == TOK_BIRTH_NONE);

	if (key->decrypt == 0 ||
	    (piv && key->id_len == 1 && key->id[0] == 0x02))
		return TOK_SIGNING;
	return TOK_WRAPPING;
}

static kc_result
use_of(struct cer_token_cmd *c, const uint8_t *id, size_t id_len,
    enum tok_use *ret, struct kc_err *err)
{
	static struct tok_key keys[TOK_KEYS_MAX];
	size_t n = 0;
	kc_result r = tok_keys(c->card, keys, TOK_KEYS_MAX, &n, err);

	for (size_t i = 0; i < n; i++) {
		if (keys[i].has_private && keys[i].id_len == id_len &&
		    memcmp(keys[i].id, id, id_len) == 0)
			*ret = use_said(c, &keys[i]);
		tok_key_free(&keys[i]);
	}
	return r;
}

int
cer_token_certificate(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt options[] = { CER_CARD_OPTS,
		{ "--id", CER_ONE, false }, { "--subject", CER_ONE, true },
		{ "-o", CER_ONE, true },
		{ "--so-pin-fd", CER_ONE, false } };
	enum tok_use use = TOK_WRAPPING;
	struct kc_buf der = { 0 };
	struct cer_token_cmd c = { 0 };
	struct kc_err err = { 0 };
	uint8_t id[TOK_ID_MAX];
	const char *out_path;
	size_t id_len = 0;
	kc_result r;

	KC_TRY(r, cer_token_args(&c, options, 9, 1, 1, argc, argv, &err));
	out_path = c.args->opt[O_OWN + 2].v[0];
	KC_TRY(r, cer_token_id(&c, c.args->opt[O_OWN].v[0], id, &id_len,
	    &err));
	KC_TRY(r, kc_file_check_new(out_path, &err));
	KC_TRY(r, cer_token_open(app, &c, &err));
	KC_TRY(r, cer_token_login(&c, &err));
	KC_TRY(r, cer_token_so(&c, c.args->opt[O_OWN + 3].v[0], &err));
	KC_TRY(r, use_of(&c, id, id_len, &use, &err));
	KC_TRY(r, tok_certificate(c.card, id, id_len, use,
	    c.args->opt[O_OWN + 1].v[0], &der, &err));
	KC_TRY(r, write_pem(&der, out_path, &err));
	(void)printf("certificate: %s\n", out_path);
out:
	kc_buf_free(&der);
	return cer_token_done(&c, "token certificate", r, &err);
}

/* Only a text that can mean nothing else is signed from here. */
static kc_result
read_test_text(const char *path, uint8_t digest[static KC_SHA256],
    struct kc_err *err)
{
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, kc_file_read(path, TEST_TEXT_MAX, &text, err));
	if (text.len < strlen(TEST_TEXT) ||
	    memcmp(text.p, TEST_TEXT, strlen(TEST_TEXT)) != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s does not begin with "
		    TEST_TEXT ": this command signs nothing else", path);
		kc_certain(err, "nothing was signed");
		goto out;
	}
	r = kc_sha256_one(text.p, text.len, digest, err);
out:
	kc_buf_free(&text);
	return r;
}

int
cer_token_sign(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt options[] = { CER_CARD_OPTS,
		{ "--id", CER_ONE, false }, { "-o", CER_ONE, true } };
	struct kc_buf sig = { 0 };
	struct cer_token_cmd c = { 0 };
	struct kc_err err = { 0 };
	uint8_t id[TOK_ID_MAX], digest[KC_SHA256];
	const char *out_path;
	size_t id_len = 0;
	kc_result r;

	KC_TRY(r, cer_token_args(&c, options, 7, 2, 2, argc, argv, &err));
	out_path = c.args->opt[O_OWN + 1].v[0];
	KC_TRY(r, cer_token_id(&c, c.args->opt[O_OWN].v[0], id, &id_len,
	    &err));
	KC_TRY(r, read_test_text(c.args->pos[1], digest, &err));
	KC_TRY(r, kc_file_check_new(out_path, &err));
	KC_TRY(r, cer_token_open(app, &c, &err));
	KC_TRY(r, cer_token_login(&c, &err));
	KC_TRY(r, tok_sign(c.card, id, id_len, digest, &sig, &err));
	KC_TRY(r, kc_file_write_new(out_path, sig.p, sig.len, 0644, &err));
	(void)printf("signature: %s\n", out_path);
out:
	kc_buf_free(&sig);
	return cer_token_done(&c, "token sign", r, &err);
}

/* The serial must be said: on the command line, or typed. */
static kc_result
confirm_wipe(struct cer_token_cmd *c, const char *said, struct kc_err *err)
{
	char typed[64] = "", prompt[160];
	kc_result r;

	if (said == NULL) {
		(void)snprintf(prompt, sizeof prompt, "Everything on the "
		    "card in slot %lu will be destroyed.\nType its serial "
		    "to go on: ", c->info.slot);
		KC_TRY(r, cer_ask_tty(prompt, typed, sizeof typed, err));
	} else {
		(void)snprintf(typed, sizeof typed, "%s", said);
	}
	r = KC_DONE;
	if (strcmp(typed, c->info.serial) != 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "the serial given is "
		    "'%.40s', the card's is '%s'", typed, c->info.serial);
		kc_certain(err, "nothing was wiped");
	}
out:
	return r;
}

int
cer_token_wipe(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt options[] = { CER_CARD_OPTS,
		{ "--yes-wipe", CER_ONE, false } };
	struct cer_token_cmd c = { 0 };
	struct kc_err err = { 0 };
	kc_result r;

	KC_TRY(r, cer_token_args(&c, options, 6, 1, 1, argc, argv, &err));
	KC_TRY(r, cer_token_open(app, &c, &err));
	KC_TRY(r, confirm_wipe(&c, c.args->opt[O_OWN].v[0], &err));
	KC_TRY(r, cer_token_login(&c, &err));
	KC_TRY(r, tok_wipe(c.card, &err));
	(void)printf("wiped: %s\n", c.info.serial);
out:
	return cer_token_done(&c, "token wipe", r, &err);
}
