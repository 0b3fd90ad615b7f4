/* SPDX-License-Identifier: Apache-2.0
 *
 * Proof that a card holds the key of its certificate, over the journal's
 * head: it cannot have been made before.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/b64.h"
#include "ceremony/ladder.h"
#include "ceremony/steps.h"

/* Proof of the wrapping key: it takes a challenge off that was made here
 * for the public key of its certificate. */
static kc_result
prove_wrapping(const struct cer_card *card, struct tok_card *tok,
    struct kc_err *err)
{
	const unsigned char *p = card->cert[TOK_WRAPPING].p;
	X509 *x = d2i_X509(NULL, &p, (long)card->cert[TOK_WRAPPING].len);
	EVP_PKEY_CTX *ctx = x == NULL ? NULL :
	    EVP_PKEY_CTX_new(X509_get0_pubkey(x), NULL);
	struct kc_secret challenge = { 0 }, back = { 0 };
	uint8_t ek[TOK_MODULUS_MAX];
	size_t ek_len = sizeof ek;
	kc_result r;

	KC_TRY(r, kc_secret_random(&challenge, 64, err));
	if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) != 1 ||
	    EVP_PKEY_encrypt(ctx, ek, &ek_len, challenge.p,
	    challenge.len) != 1) {
		r = KC_FAIL_SSL(err, KC_EBUG, "cannot make a challenge");
		goto out;
	}
	KC_TRY(r, tok_unwrap(tok, &cer_key_id[TOK_WRAPPING], 1, card->way,
	    ek, ek_len, &back, err));
	if (back.len != challenge.len ||
	    CRYPTO_memcmp(back.p, challenge.p, back.len) != 0)
		r = KC_FAIL(err, KC_ECARD, 0,
		    "the card's answer is not the challenge");
out:
	kc_secret_free(&challenge);
	kc_secret_free(&back);
	EVP_PKEY_CTX_free(ctx);
	X509_free(x);
	return r;
}

kc_result
cer_key_prove(struct cer_room *room, const struct cer_instance *in,
    struct cer_card *card, struct tok_card *tok, enum tok_use use,
    struct kc_err *err)
{
	struct cer_command c = { .command = "prove", .cls = "repeatable",
		.key = cer_use_name[use], .card = card };
	struct kc_buf text = { 0 }, sig = { 0 }, b64 = { 0 };
	uint8_t head[KC_SHA256];
	char hex[KC_HEX];
	struct aud_fact f[3];
	size_t n = 0;
	kc_result r;

	aud_head(room->j, head);
	kc_hex(head, sizeof head, hex);
	KC_TRY(r, kc_buf_addf(&text, err, "ceremony-proof-v1 %s %s %s %s %s",
	    aud_mode_name(aud_get_mode(room->j)), aud_get_id(room->j),
	    card->def->person, cer_use_name[use], hex));
	KC_TRY(r, cer_command_begin(room, in, &c, err));
	r = use == TOK_WRAPPING ? prove_wrapping(card, tok, err) : KC_DONE;
	if (kc_ok(r))
		r = cer_sign_checked(card, use, tok, &text, &sig, err);
	if (kc_ok(r))
		r = kc_b64_encode(sig.p, sig.len, &b64, err);
	f[n++] = AUD_S("text", kc_buf_str(&text));
	f[n++] = AUD_S("signature", kc_buf_str(&b64));
	if (use == TOK_WRAPPING)
		f[n++] = AUD_S("round-trip", "witnessed");
	KC_TRY(r, cer_command_end(room, in, &c, r, f, n, err));
	cer_line(room, CER_LINE_OK, cer_use_name[use],
	    "possession proven over the journal's head");
	r = cer_ladder(room, in, card, tok, use, card->made[use], err);
out:
	kc_buf_free(&text);
	kc_buf_free(&sig);
	kc_buf_free(&b64);
	return r;
}
