/* SPDX-License-Identifier: Apache-2.0
 *
 * token list, show, probe: what a card is and whether its keys work.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "ceremony/cmd_token.h"
#include "tokens/pins.h"

static const struct cer_opt options[] = { CER_CARD_OPTS };
#define OPTIONS (sizeof options / sizeof *options)

static kc_result
list_json(const struct tok_info *list, size_t n, struct kc_err *err)
{
	json_t *o = json_object(), *a = json_array(), *one = NULL;
	kc_result r = KC_DONE;

	for (size_t i = 0; kc_ok(r) && i < n; i++) {
		r = cer_card_json(&list[i], &one, err);
		if (kc_ok(r))
			r = kc_json_add_new(a, one, err);
	}
	if (kc_ok(r))
		r = kc_json_set_new(o, "tokens", json_incref(a), err);
	if (kc_ok(r) && cer_print_json(json_incref(o), 0) != 0)
		r = KC_FAIL(err, KC_EIO, 0, "stdout cannot be written");
	json_decref(a);
	json_decref(o);
	return r;
}

/* The tokens of the one module, or of every module of the site. */
static kc_result
list_all(struct cer_app *app, const struct cer_token_cmd *c,
    struct tok_info *list, size_t *ret_n, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (c->site.site == NULL)
		return tok_list(app->server, &c->module, list, TOK_LIST_MAX,
		    ret_n, err);
	*ret_n = 0;
	for (size_t i = 0; i < c->site.n && kc_ok(r); i++) {
		size_t n = 0;

		r = tok_list(app->server, &c->site.module[i], list + *ret_n,
		    TOK_LIST_MAX - *ret_n, &n, err);
		*ret_n += n;
	}
	return r;
}

/* As the site file wants them, under its module. */
static kc_result
print_pins(const struct tok_pin *file, size_t n, struct kc_err *err)
{
	char hex[KC_HEX];

	for (int config = 0; config < 2; config++) {
		bool any = false;

		for (size_t i = 0; i < n; i++) {
			if (file[i].config != (config != 0))
				continue;
			kc_hex(file[i].sha256, sizeof file[i].sha256, hex);
			(void)printf("%s      - {path: %s, sha256: %s}\n",
			    any ? "" : config ? "    config:\n" :
			    "    objects:\n", file[i].path, hex);
			any = true;
		}
	}
	if (fflush(stdout) != 0)
		return KC_FAIL(err, KC_EIO, 0, "stdout cannot be written");
	return KC_DONE;
}

static kc_result
json_pins(const struct tok_pin *file, size_t n, struct kc_err *err)
{
	json_t *o = json_object(), *list[2] = { json_array(), json_array() };
	char hex[KC_HEX];
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n; i++) {
		json_t *one = json_object();

		KC_TRY(r, kc_json_add_new(list[file[i].config], one, err));
		kc_hex(file[i].sha256, sizeof file[i].sha256, hex);
		KC_TRY(r, kc_json_set_str(one, "path", file[i].path, err));
		KC_TRY(r, kc_json_set_str(one, "sha256", hex, err));
	}
	KC_TRY(r, kc_json_set_new(o, "objects", json_incref(list[0]), err));
	KC_TRY(r, kc_json_set_new(o, "config", json_incref(list[1]), err));
	if (cer_print_json(json_incref(o), 0) != 0)
		r = KC_FAIL(err, KC_EIO, 0, "stdout cannot be written");
out:
	json_decref(list[0]);
	json_decref(list[1]);
	json_decref(o);
	return r;
}

/* --pins: what the module's process consists of. */
static kc_result
list_pins(struct cer_app *app, const struct cer_token_cmd *c,
    struct kc_err *err)
{
	struct tok_pin *file = calloc(TOK_PINS_MAX, sizeof *file);
	size_t n = 0;
	kc_result r;

	if (file == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for pins");
	if (c->site.site != NULL)
		r = KC_FAIL(err, KC_EUSAGE, 0, "--pins is about one module: "
		    "give --module PATH");
	else
		r = tok_pins(app->server, &c->module, file, &n, err);
	if (kc_ok(r))
		r = c->args->opt[O_JSON].given ? json_pins(file, n, err) :
		    print_pins(file, n, err);
	free(file);
	return r;
}

int
cer_token_list(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = { CER_CARD_OPTS,
		{ "--pins", CER_FLAG, false } };
	struct tok_info *list = calloc(TOK_LIST_MAX, sizeof *list);
	struct cer_token_cmd c = { 0 };
	struct kc_err err = { 0 };
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_token_args(&c, table, sizeof table / sizeof *table, 0,
	    1, argc, argv, &err));
	if (list == NULL) {
		r = KC_FAIL(&err, KC_ENOMEM, 0, "no memory for a list");
		goto out;
	}
	if (c.args->opt[O_OWN].given) {
		r = list_pins(app, &c, &err);
		goto out;
	}
	KC_TRY(r, list_all(app, &c, list, &n, &err));
	if (c.args->opt[O_JSON].given) {
		r = list_json(list, n, &err);
		goto out;
	}
	for (size_t i = 0; i < n; i++)
		cer_card_print(&list[i]);
	if (n == 0)
		(void)puts("The module shows no card.");
out:
	free(list);
	return cer_token_done(&c, "token list", r, &err);
}

/* struct findings: what show and probe collect. */
struct findings {
	struct tok_key key[TOK_KEYS_MAX];
	size_t n;
	json_t *json;		/* array, one object for each key */
};

static kc_result
findings_json(const struct cer_token_cmd *c, struct findings *f,
    struct kc_err *err)
{
	json_t *o = json_object(), *card = NULL;
	kc_result r;

	KC_TRY(r, cer_card_json(&c->info, &card, err));
	KC_TRY(r, kc_json_set_new(o, "token", card, err));
	KC_TRY(r, kc_json_set_new(o, "keys", json_incref(f->json), err));
	if (cer_print_json(json_incref(o), 0) != 0)
		r = KC_FAIL(err, KC_EIO, 0, "stdout cannot be written");
out:
	json_decref(o);
	return r;
}

static void
findings_free(struct findings *f)
{
	if (f == NULL)
		return;
	while (f->n > 0)
		tok_key_free(&f->key[--f->n]);
	json_decref(f->json);
	free(f);
}

static kc_result
findings_new(struct findings **ret, struct kc_err *err)
{
	struct findings *f = calloc(1, sizeof *f);

	if (f == NULL || (f->json = json_array()) == NULL) {
		free(f);
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for the keys");
	}
	*ret = f;
	return KC_DONE;
}

int
cer_token_show(struct cer_app *app, int argc, char **argv)
{
	struct cer_token_cmd c = { 0 };
	struct findings *f = NULL;
	struct kc_err err = { 0 };
	json_t *one = NULL;
	kc_result r;

	KC_TRY(r, cer_token_args(&c, options, OPTIONS, 0, 1, argc, argv,
	    &err));
	KC_TRY(r, findings_new(&f, &err));
	KC_TRY(r, cer_token_open(app, &c, &err));
	/* Private keys are seen only after a login; none is asked for. */
	if (c.args->opt[O_PIN_FD].given || c.uri.pin_file[0] != '\0')
		KC_TRY(r, cer_token_login(&c, &err));
	KC_TRY(r, tok_keys(c.card, f->key, TOK_KEYS_MAX, &f->n, &err));
	for (size_t i = 0; i < f->n; i++) {
		KC_TRY(r, cer_key_json(&c.info, &f->key[i], &one, &err));
		KC_TRY(r, kc_json_add_new(f->json, one, &err));
	}
	if (c.args->opt[O_JSON].given) {
		r = findings_json(&c, f, &err);
		goto out;
	}
	cer_card_print(&c.info);
	for (size_t i = 0; i < f->n; i++)
		cer_key_print(&f->key[i]);
out:
	findings_free(f);
	return cer_token_done(&c, "token show", r, &err);
}

static const char *
way_word(enum tok_oaep way)
{
	return way == TOK_OAEP_DIRECT ? "direct" :
	    way == TOK_OAEP_RAW ? "raw" : "none";
}

/* Try what the card says the key may do. */
static kc_result
probe_key(struct cer_token_cmd *c, const struct tok_key *k, struct findings *f,
    struct kc_err *err)
{
	bool decrypt = k->decrypt != 0, sign = k->sign != 0;
	enum tok_oaep way = TOK_OAEP_UNKNOWN;
	char hex[2 * TOK_ID_MAX + 1];
	json_t *o = NULL;
	kc_result r;

	kc_hex(k->id, k->id_len, hex);
	r = tok_probe(c->card, k->id, k->id_len, decrypt, sign, &way, err);
	if (!kc_ok(r))
		return kc_prefix(err, "key %s", hex);
	if (!c->args->opt[O_JSON].given) {
		(void)printf("Key %s: RSA %zu, OAEP-SHA-256 %s, signature "
		    "%s\n", hex, k->bits, way_word(way),
		    sign ? "verified" : "not allowed");
		return KC_DONE;
	}
	o = json_object();
	KC_TRY(r, kc_json_set_str(o, "id", hex, err));
	KC_TRY(r, kc_json_set_int(o, "bits", (int64_t)k->bits, err));
	KC_TRY(r, kc_json_set_str(o, "oaep", way_word(way), err));
	KC_TRY(r, kc_json_set_bool(o, "sign", sign, err));
	r = kc_json_add_new(f->json, json_incref(o), err);
out:
	json_decref(o);
	return r;
}

int
cer_token_probe(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt own[] = { CER_CARD_OPTS,
		{ "--attestation-root", CER_ONE, false } };
	struct cer_token_cmd c = { 0 };
	struct findings *f = NULL;
	struct kc_err err = { 0 };
	size_t tried = 0;
	kc_result r;

	KC_TRY(r, cer_token_args(&c, own, sizeof own / sizeof *own, 0, 1,
	    argc, argv, &err));
	KC_TRY(r, findings_new(&f, &err));
	KC_TRY(r, cer_token_open(app, &c, &err));
	KC_TRY(r, cer_token_login(&c, &err));
	KC_TRY(r, tok_keys(c.card, f->key, TOK_KEYS_MAX, &f->n, &err));
	for (size_t i = 0; i < f->n; i++) {
		const struct tok_key *k = &f->key[i];

		if (!k->has_private || (c.uri.id_len > 0 &&
		    (c.uri.id_len != k->id_len ||
		    memcmp(c.uri.id, k->id, k->id_len) != 0)))
			continue;
		KC_TRY(r, probe_key(&c, k, f, &err));
		if (c.args->opt[O_OWN].given)
			KC_TRY(r, cer_token_attested(&c, k,
			    c.args->opt[O_OWN].v[0], json_array_get(f->json,
			    json_array_size(f->json) - 1), &err));
		tried++;
	}
	if (tried == 0)
		r = KC_FAIL(&err, KC_ECARD, 0,
		    "card %s holds no RSA private key%s to probe",
		    c.info.serial, c.uri.id_len > 0 ? " of this id" : "");
	else if (c.args->opt[O_JSON].given)
		r = findings_json(&c, f, &err);
out:
	findings_free(f);
	return cer_token_done(&c, "token probe", r, &err);
}
