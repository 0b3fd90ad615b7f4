/* SPDX-License-Identifier: Apache-2.0
 *
 * One key of a card: made, certified, tested, or recognised.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/b64.h"
#include "base/clock.h"
#include "ceremony/away.h"
#include "ceremony/identity.h"
#include "ceremony/ladder.h"
#include "ceremony/readers.h"
#include "ceremony/steps.h"

static bool
has_id(const struct tok_key *key, enum tok_use use)
{
	return key->id_len == 1 && key->id[0] == cer_key_id[use];
}

/* The key with our id on the card, if it is there. */
kc_result
cer_key_find(struct tok_card *tok, enum tok_use use, struct tok_key *ret,
    bool *ret_found, struct kc_err *err)
{
	struct tok_key key[TOK_KEYS_MAX];
	size_t n = 0;
	kc_result r = tok_keys(tok, key, TOK_KEYS_MAX, &n, err);

	*ret_found = false;
	if (!kc_ok(r))
		return r;
	for (size_t i = 0; i < n; i++) {
		if (!*ret_found && has_id(&key[i], use)) {
			*ret = key[i];
			*ret_found = true;
		} else {
			tok_key_free(&key[i]);
		}
	}
	return r;
}

/* SHA-256 of the DER SubjectPublicKeyInfo (RFC 5280 4.1.2.7). */
static kc_result
key_sha(const struct tok_key *key, char ret[static KC_HEX],
    struct kc_err *err)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(key->n, (int)key->n_len, NULL);
	BIGNUM *e = BN_bin2bn(key->e, (int)key->e_len, NULL);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	unsigned char *der = NULL;
	uint8_t sha[KC_SHA256];
	int len = -1;
	kc_result r;

	if (bld != NULL && n != NULL && e != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(bld)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1)
		len = i2d_PUBKEY(pkey, &der);
	if (len <= 0)
		r = KC_FAIL_SSL(err, KC_ECARD,
		    "the card's public key is not one OpenSSL can encode");
	else
		r = kc_sha256_one(der, (size_t)len, sha, err);
	if (kc_ok(r))
		kc_hex(sha, sizeof sha, ret);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	BN_free(n);
	OSSL_PARAM_BLD_free(bld);
	return r;
}

/* Both halves there and the known answer right; then it is "done". */
static kc_result
test_key(struct cer_room *room, const struct cer_instance *in,
    const struct cer_command *c, struct tok_card *tok, enum tok_use use,
    int64_t began_ms, struct kc_err *err)
{
	struct tok_key key = { 0 };
	enum tok_oaep way = TOK_OAEP_UNKNOWN;
	char sha[KC_HEX] = "";
	bool found = false;
	struct aud_fact f[12];
	size_t n = 0;
	kc_result r = cer_key_find(tok, use, &key, &found, err);

	if (kc_ok(r) && (!found || key.has_private != 1))
		r = KC_FAIL(err, KC_ECARD, 0, "the key pair is not on the "
		    "card after generation");
	if (kc_ok(r))
		r = key_sha(&key, sha, err);
	if (kc_ok(r))
		r = cer_key_hygiene(room, c->card, use, &key, sha, err);
	if (kc_ok(r))
		r = tok_probe(tok, &cer_key_id[use], 1, use == TOK_WRAPPING,
		    true, &way, err);
	f[n++] = AUD_I("bits", (int64_t)key.bits);
	f[n++] = AUD_S("spki.sha256", sha);
	f[n++] = AUD_I("ms", kc_clock_boot_ms() - began_ms);
	f[n++] = AUD_I("reported.local", key.local);
	f[n++] = AUD_I("reported.sensitive", key.sensitive);
	f[n++] = AUD_I("reported.extractable", key.extractable);
	f[n++] = AUD_I("reported.never-extractable", key.never_extractable);
	f[n++] = AUD_S("known-answer", "passed");
	f[n++] = AUD_S("hygiene", "passed");
	if (use == TOK_WRAPPING)
		f[n++] = AUD_S("oaep", way == TOK_OAEP_DIRECT ? "direct" :
		    "raw");
	r = cer_command_end(room, in, c, r, f, n, err);
	tok_key_free(&key);
	return r;
}

static kc_result
erase(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, enum tok_use use,
    struct kc_err *err)
{
	struct cer_command c = { .command = "erase", .cls = "repeatable",
		.key = cer_use_name[use], .card = card };
	kc_result r;

	KC_TRY(r, cer_exception_note(room, in, "one key pair, made once",
	    "an interrupted generation left a key that the journal does not "
	    "know as tested", "erased under its own intent; generated again",
	    err));
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = tok_erase(tok, &cer_key_id[use], 1, err);
	r = cer_command_end(room, in, &c, r, NULL, 0, err);
out:
	return r;
}

/* Parts of an object that an interrupted command was making: SoftHSM leaves
 * them without an id, so that erasing by id does not meet them. */
static kc_result
sweep(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, struct kc_err *err)
{
	struct cer_command c = { .command = "sweep", .cls = "repeatable",
		.key = "", .card = card };
	struct aud_fact f[1];
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = tok_sweep(tok, &n, err);
	f[0] = AUD_I("destroyed", (int64_t)n);
	KC_TRY(r, cer_command_end(room, in, &c, r, f, 1, err));
	if (n > 0)
		r = cer_exception_note(room, in, "every object whole",
		    "an interrupted command left an object without an id",
		    "destroyed under its own intent", err);
out:
	return r;
}

static kc_result
generate(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, enum tok_use use,
    struct kc_err *err)
{
	struct cer_command c = { .command = "generate", .cls = "answerable",
		.key = cer_use_name[use], .card = card };
	struct tok_info info;
	size_t bits = 0;
	int64_t began = kc_clock_boot_ms();
	struct tok_key made = { 0 };
	kc_result r;

	KC_TRY(r, tok_info(tok, &info, err));
	KC_TRY(r, cer_key_size(room, &info, &bits, err));
	(void)snprintf(c.work, sizeof c.work, "Generating RSA %zu on the card",
	    bits);
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = tok_generate(tok, &cer_key_id[use], 1, use, bits, &made, err);
	tok_key_free(&made);
	if (!kc_ok(r))
		r = cer_command_end(room, in, &c, r, NULL, 0, err);
	else
		r = test_key(room, in, &c, tok, use, began, err);
	if (kc_ok(r))
		cer_line(room, CER_LINE_OK, cer_use_name[use],
		    "RSA %zu, known answer passed", bits);
out:
	return r;
}

/* A key that does not work, or is half there: did the card answer at all? */
static bool
answered(struct cer_room *room, const struct tok_card *tok,
    struct kc_err *why)
{
	if (why->code == KC_OK)
		(void)KC_FAIL(why, KC_ECARD, 0, "half of a key is seen");
	return tok_pid(tok) != 0 && cer_card_gone(room,
	    (kc_result){ why->code }, why).code != KC_ECARDLESS;
}

/* A generation whose outcome is unknown: the card is asked.  Complete and
 * tested: adopted.  Anything less: erased.  Nothing there: made now. */
static kc_result
settle(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, enum tok_use use,
    struct kc_err *err)
{
	struct cer_command c = { .command = "generate", .cls = "answerable",
		.key = cer_use_name[use], .card = card };
	struct tok_key key = { 0 };
	struct kc_err why = { 0 };
	bool found = false, whole;
	enum tok_oaep way;
	kc_result r;

	KC_TRY(r, cer_key_find(tok, use, &key, &found, err));
	if (!found)
		goto out;
	if (!card->pending[use]) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the card of %s holds a %s key that this ceremony did "
		    "not make", card->def->person, cer_use_name[use]);
		goto out;
	}
	whole = key.has_private == 1 && kc_ok(tok_probe(tok,
	    &cer_key_id[use], 1, use == TOK_WRAPPING, true, &way, &why));
	if (!whole && !answered(room, tok, &why)) {
		/* That says nothing about the key. */
		*err = why;
		r = (kc_result){ why.code };
		goto out;
	}
	if (!whole) {
		r = erase(room, in, card, tok, use, err);
		goto out;
	}
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = test_key(room, in, &c, tok, use, kc_clock_boot_ms(), err);
out:
	tok_key_free(&key);
	return r;
}

/* A name keeps its content: a spare's file is named by the card. */
void
cer_card_file(const struct cer_card *card, enum tok_use use,
    char ret[static CER_CARD_FILE])
{
	(void)snprintf(ret, CER_CARD_FILE, "%s-%s.cer", card->is_spare ?
	    card->def->id : card->def->person, cer_use_name[use]);
}

/* What follows a certificate: the PEM as an artifact, and the signer. */
static kc_result
publish(struct cer_room *room, const struct cer_instance *in,
    const struct cer_card *card, enum tok_use use, struct kc_err *err)
{
	const struct kc_buf *der = &card->cert[use];
	struct kc_buf b64 = { 0 }, pem = { 0 };
	char name[CER_CARD_FILE];
	kc_result r;

	cer_card_file(card, use, name);
	KC_TRY(r, kc_b64_encode(der->p, der->len, &b64, err));
	KC_TRY(r, kc_buf_adds(&pem, "-----BEGIN CERTIFICATE-----\n", err));
	for (size_t at = 0; at < b64.len; at += 64)
		KC_TRY(r, kc_buf_addf(&pem, err, "%.64s\n",
		    (const char *)b64.p + at));
	KC_TRY(r, kc_buf_adds(&pem, "-----END CERTIFICATE-----\n", err));
	KC_TRY(r, cer_artifact_put(room, in, name, pem.p, pem.len, err));
	if (use != TOK_SIGNING || card->is_signer)
		goto out;
	KC_TRY(r, aud_signer_add(room->j, in->id, card->def->person, der,
	    err));
	r = cer_catch_up(room, err);
out:
	kc_buf_free(&b64);
	kc_buf_free(&pem);
	return r;
}

/* An outcome row that carries a certificate. */
static kc_result
cert_done(struct cer_room *room, const struct cer_instance *in,
    const struct cer_command *c, kc_result r, const struct kc_buf *der,
    struct kc_err *err)
{
	struct kc_buf b64 = { 0 };
	uint8_t sha[KC_SHA256];
	char hex[KC_HEX] = "";
	struct aud_fact f[2];

	if (kc_ok(r))
		r = kc_sha256_one(der->p, der->len, sha, err);
	if (kc_ok(r)) {
		kc_hex(sha, sizeof sha, hex);
		r = kc_b64_encode(der->p, der->len, &b64, err);
	}
	f[0] = AUD_S("cert.sha256", hex);
	f[1] = AUD_S("cert", kc_buf_str(&b64));
	r = cer_command_end(room, in, c, r, f, 2, err);
	kc_buf_free(&b64);
	return r;
}

static kc_result
certify(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, enum tok_use use,
    struct kc_err *err)
{
	struct cer_command c = { .command = "certificate",
		.cls = "answerable", .key = cer_use_name[use],
		.card = card };
	struct kc_buf der = { 0 };
	char subject[64];
	kc_result r;

	(void)snprintf(subject, sizeof subject, "%s %.30s",
	    aud_get_id(room->j), card->def->person);
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = tok_certificate(tok, &cer_key_id[use], 1, use, subject, &der,
	    err);
	r = cert_done(room, in, &c, r, &der, err);
out:
	kc_buf_free(&der);
	return r;
}

kc_result
cer_key_make(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, enum tok_use use,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (card->unsure)
		KC_TRY(r, sweep(room, in, card, tok, err));
	if (!card->made[use])
		KC_TRY(r, settle(room, in, card, tok, use, err));
	if (!card->made[use])
		KC_TRY(r, generate(room, in, card, tok, use, err));
	/* Before the certificate: some modules forget LOCAL over it. */
	if (!card->judged[use])
		KC_TRY(r, cer_ladder(room, in, card, tok, use, true, err));
	if (card->cert[use].len == 0)
		KC_TRY(r, certify(room, in, card, tok, use, err));
	r = publish(room, in, card, use, err);
	if (kc_ok(r))
		cer_line(room, CER_LINE_HASH, cer_use_name[use], "%s",
		    card->cert_sha[use]);
out:
	return r;
}

kc_result
cer_key_identify(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, enum tok_use use,
    struct kc_err *err)
{
	struct cer_command c = { .command = "identify", .cls = "repeatable",
		.key = cer_use_name[use], .card = card };
	struct tok_key key = { 0 };
	struct tok_info info;
	char atr[67];
	bool found = false;
	kc_result r;

	KC_TRY(r, tok_info(tok, &info, err));
	cer_readers_atr(room, info.reader, atr);
	c.seen[c.n_seen++] = AUD_S("atr", atr);
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = cer_key_find(tok, use, &key, &found, err);
	if (kc_ok(r))
		r = cer_card_holds(room, card, use, found, &key, err);
	KC_TRY(r, cert_done(room, in, &c, r, &key.cert, err));
	KC_TRY(r, publish(room, in, card, use, err));
	if (!card->judged[use])
		r = cer_ladder(room, in, card, tok, use, false, err);
out:
	tok_key_free(&key);
	return r;
}
