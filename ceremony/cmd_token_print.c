/* SPDX-License-Identifier: Apache-2.0
 *
 * A card and its keys for people and for programs.
 */
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "ceremony/cmd_token.h"

/* Text a card gave: JSON wants UTF-8; what is none is escaped. */
static kc_result
set_text(json_t *o, const char *key, const char *text, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	kc_result r;

	if (kc_utf8_ok(text, strlen(text)))
		return kc_json_set_str(o, key, text, err);
	KC_TRY(r, kc_text_escape(text, strlen(text), &b, err));
	r = kc_json_set_str(o, key, kc_buf_str(&b), err);
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
set_uri(json_t *o, const struct tok_info *i, const struct tok_key *k,
    struct kc_err *err)
{
	struct tok_uri u = { 0 };
	struct kc_buf b = { 0 };
	kc_result r;

	memcpy(u.token, i->label, sizeof u.token);
	memcpy(u.manufacturer, i->manufacturer, sizeof u.manufacturer);
	memcpy(u.model, i->model, sizeof u.model);
	memcpy(u.serial, i->serial, sizeof u.serial);
	if (k != NULL) {
		memcpy(u.id, k->id, k->id_len);
		u.id_len = k->id_len;
		memcpy(u.object, k->label, sizeof u.object);
		(void)snprintf(u.type, sizeof u.type, "%s",
		    k->has_private ? "private" : "public");
	}
	KC_TRY(r, tok_uri_format(&u, &b, err));
	r = kc_json_set_str(o, "uri", kc_buf_str(&b), err);
out:
	kc_buf_free(&b);
	return r;
}

kc_result
cer_card_json(const struct tok_info *i, json_t **ret, struct kc_err *err)
{
	const struct {
		const char *key;
		bool v;
	} flags[] = {
		{ "initialized", i->initialized }, { "pin_set", i->pin_set },
		{ "pin_low", i->pin_low }, { "pin_last", i->pin_last },
		{ "pin_locked", i->pin_locked }, { "pin_pad", i->pin_pad },
		{ "so_locked", i->so_locked },
		{ "factory_pin", i->factory_pin },
		{ "factory_so_pin", i->so_factory },
		{ "write_protected", i->write_protected },
		{ "software", tok_known_soft(i) },
	};
	json_t *o = json_object();
	kc_result r;

	KC_TRY(r, set_uri(o, i, NULL, err));
	KC_TRY(r, set_text(o, "label", i->label, err));
	KC_TRY(r, set_text(o, "manufacturer", i->manufacturer, err));
	KC_TRY(r, set_text(o, "model", i->model, err));
	KC_TRY(r, set_text(o, "serial", i->serial, err));
	KC_TRY(r, set_text(o, "reader", i->reader, err));
	KC_TRY(r, kc_json_set_str(o, "firmware", i->firmware, err));
	KC_TRY(r, kc_json_set_str(o, "hardware", i->hardware, err));
	KC_TRY(r, kc_json_set_int(o, "slot", (int64_t)i->slot, err));
	KC_TRY(r, kc_json_set_int(o, "pin_min", (int64_t)i->pin_min, err));
	KC_TRY(r, kc_json_set_int(o, "pin_max", (int64_t)i->pin_max, err));
	KC_TRY(r, kc_json_set_int(o, "rsa_min", (int64_t)i->rsa_min, err));
	KC_TRY(r, kc_json_set_int(o, "rsa_max", (int64_t)i->rsa_max, err));
	for (size_t f = 0; f < sizeof flags / sizeof *flags; f++)
		KC_TRY(r, kc_json_set_bool(o, flags[f].key, flags[f].v, err));
	*ret = o;
	o = NULL;
out:
	json_decref(o);
	return r;
}

/* 0 and 1 as false and true; what the card does not say as null. */
static kc_result
set_tri(json_t *o, const char *key, int v, struct kc_err *err)
{
	return kc_json_set_new(o, key, v < 0 ? json_null() : json_boolean(v),
	    err);
}

static kc_result
set_hash(json_t *o, const char *key, const void *p, size_t len,
    struct kc_err *err)
{
	uint8_t h[KC_SHA256];
	char hex[KC_HEX];
	kc_result r = kc_sha256_one(p, len, h, err);

	if (!kc_ok(r))
		return r;
	kc_hex(h, sizeof h, hex);
	return kc_json_set_str(o, key, hex, err);
}

kc_result
cer_key_json(const struct tok_info *i, const struct tok_key *k, json_t **ret,
    struct kc_err *err)
{
	const struct {
		const char *key;
		int v;
	} tri[] = {
		{ "private", k->has_private }, { "public", k->has_public },
		{ "decrypt", k->decrypt }, { "sign", k->sign },
		{ "sensitive", k->sensitive },
		{ "extractable", k->extractable },
		{ "never_extractable", k->never_extractable },
		{ "always_sensitive", k->always_sensitive },
		{ "local", k->local },
		{ "always_authenticate", k->always_authenticate },
	};
	char hex[2 * TOK_ID_MAX + 1];
	json_t *o = json_object();
	kc_result r;

	kc_hex(k->id, k->id_len, hex);
	KC_TRY(r, kc_json_set_str(o, "id", hex, err));
	KC_TRY(r, set_uri(o, i, k, err));
	KC_TRY(r, set_text(o, "label", k->label, err));
	KC_TRY(r, kc_json_set_int(o, "bits", (int64_t)k->bits, err));
	for (size_t t = 0; t < sizeof tri / sizeof *tri; t++)
		KC_TRY(r, set_tri(o, tri[t].key, tri[t].v, err));
	if (k->n_len > 0)
		KC_TRY(r, set_hash(o, "modulus_sha256", k->n, k->n_len, err));
	if (k->cert.len > 0)
		KC_TRY(r, set_hash(o, "certificate_sha256", k->cert.p,
		    k->cert.len, err));
	*ret = o;
	o = NULL;
out:
	json_decref(o);
	return r;
}

static void
line(const char *name, const char *text)
{
	struct kc_buf b = { 0 };

	if (kc_ok(kc_text_escape(text, strlen(text), &b, NULL)))
		(void)printf("  %-13s %s\n", name, kc_buf_str(&b));
	kc_buf_free(&b);
}

void
cer_card_print(const struct tok_info *i)
{
	(void)printf("Card %s\n", i->initialized ? "" : "(blank)");
	line("serial", i->serial);
	line("label", i->label);
	line("made by", i->manufacturer);
	line("model", i->model);
	line("reader", i->reader);
	(void)printf("  %-13s %s%s%s%s\n", "PIN", i->pin_locked ? "LOCKED" :
	    i->pin_last ? "ONE TRY LEFT" : i->pin_set ? "set" : "not set",
	    i->pin_low && !i->pin_last ? "; a try was wrong" : "",
	    i->factory_pin || i->so_factory ? "; FACTORY PIN" : "",
	    i->pin_pad ? "; typed on the reader" : "");
	if (tok_known_soft(i))
		(void)printf("  %-13s %s\n", "kind",
		    "software: for rehearsal only");
}

static const char *
tri_word(int v)
{
	return v < 0 ? "not told" : v ? "yes" : "no";
}

void
cer_key_print(const struct tok_key *k)
{
	char hex[2 * TOK_ID_MAX + 1];

	kc_hex(k->id, k->id_len, hex);
	(void)printf("Key %s: RSA %zu, %s%s\n", hex, k->bits,
	    k->has_private ? "private key on the card" : "public half only",
	    k->cert.len > 0 ? ", with certificate" : "");
	line("label", k->label);
	if (!k->has_private)
		return;
	(void)printf("  decrypt %s, sign %s, sensitive %s, extractable %s, "
	    "made on the card %s\n", tri_word(k->decrypt), tri_word(k->sign),
	    tri_word(k->sensitive), tri_word(k->extractable),
	    tri_word(k->local));
}
