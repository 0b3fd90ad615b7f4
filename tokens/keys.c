/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys on a card, as the rest of the program calls them.
 */
#include "tokens/card.h"

#include "tokens/link.h"

void
tok_key_free(struct tok_key *key)
{
	if (key != NULL)
		kc_buf_free(&key->cert);
}

static kc_result
next_key(struct tok_card *c, struct tok_key *ret, struct kc_err *err)
{
	struct tok_key k;
	kc_result r = tok_link_next(c, err);

	if (!kc_ok(r))
		return r;
	tok_get_key(&c->msg, &k);
	if (!tok_msg_done(&c->msg)) {
		tok_key_free(&k);
		return tok_link_nonsense(c, err);
	}
	*ret = k;
	return KC_DONE;
}

kc_result
tok_keys(struct tok_card *card, struct tok_key *ret, size_t max,
    size_t *ret_n, struct kc_err *err)
{
	size_t n = 0;
	uint32_t want;
	kc_result r;

	KC_TRY(r, tok_link_begin(card, TOK_OP_KEYS, 0, err));
	KC_TRY(r, tok_link_call(card, NULL, 0, -1, err));
	want = card->n_items;
	if (want > max) {
		(void)tok_link_end(card);
		return KC_FAIL(err, KC_ECARD, 0,
		    "the card holds %u keys; %zu are handled", want, max);
	}
	for (; n < want; n++)
		KC_TRY(r, next_key(card, &ret[n], err));
	*ret_n = n;
	n = 0;
out:
	while (n > 0)
		tok_key_free(&ret[--n]);
	return r;
}

/* A request about one key: its id first. */
static kc_result
begin_key(struct tok_card *card, enum tok_op op, const uint8_t *id,
    size_t id_len, struct kc_err *err)
{
	kc_result r;

	if (id_len == 0 || id_len > TOK_ID_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "a key id has 1 to %d bytes, not %zu", TOK_ID_MAX,
		    id_len);
	r = tok_link_begin(card, op, 0, err);
	if (kc_ok(r))
		tok_put_bytes(&card->msg, id, id_len);
	return r;
}

kc_result
tok_generate(struct tok_card *card, const uint8_t *id, size_t id_len,
    enum tok_use use, size_t bits, struct tok_key *ret, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_GENERATE, id, id_len, err));
	tok_put_u32(&card->msg, use);
	tok_put_u32(&card->msg, (uint32_t)bits);
	KC_TRY(r, tok_link_call(card, NULL, 0, 1, err));
	r = next_key(card, ret, err);
out:
	return r;
}

kc_result
tok_erase(struct tok_card *card, const uint8_t *id, size_t id_len,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_ERASE, id, id_len, err));
	r = tok_link_call(card, NULL, 0, 0, err);
out:
	return r;
}

kc_result
tok_sweep(struct tok_card *card, size_t *ret_n, struct kc_err *err)
{
	uint32_t n;
	kc_result r;

	KC_TRY(r, tok_link_begin(card, TOK_OP_SWEEP, 0, err));
	KC_TRY(r, tok_link_call(card, NULL, 0, 1, err));
	KC_TRY(r, tok_link_next(card, err));
	n = tok_get_u32(&card->msg);
	if (!tok_msg_done(&card->msg)) {
		r = tok_link_nonsense(card, err);
		goto out;
	}
	*ret_n = n;
out:
	return r;
}

/* The bytes of the one item of a reply. */
static kc_result
item_bytes(struct tok_card *card, size_t max, struct kc_buf *ret,
    struct kc_err *err)
{
	uint8_t bytes[TOK_CERT_MAX];
	size_t len;
	kc_result r = tok_link_next(card, err);

	if (!kc_ok(r))
		return r;
	tok_get_bytes(&card->msg, bytes, max, &len);
	if (!tok_msg_done(&card->msg) || len == 0)
		return tok_link_nonsense(card, err);
	return kc_buf_add(ret, bytes, len, err);
}

kc_result
tok_certificate(struct tok_card *card, const uint8_t *id, size_t id_len,
    enum tok_use use, const char *subject, struct kc_buf *ret_der,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_CERTIFICATE, id, id_len, err));
	tok_put_u32(&card->msg, use);
	tok_put_str(&card->msg, subject);
	KC_TRY(r, tok_link_call(card, NULL, 0, 1, err));
	r = item_bytes(card, TOK_CERT_MAX, ret_der, err);
out:
	return r;
}

kc_result
tok_probe(struct tok_card *card, const uint8_t *id, size_t id_len,
    bool decrypt, bool sign, enum tok_oaep *ret_way, struct kc_err *err)
{
	uint32_t way;
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_PROBE, id, id_len, err));
	tok_put_u32(&card->msg, decrypt);
	tok_put_u32(&card->msg, sign);
	KC_TRY(r, tok_link_call(card, NULL, 0, 1, err));
	KC_TRY(r, tok_link_next(card, err));
	way = tok_get_u32(&card->msg);
	if (!tok_msg_done(&card->msg) || way > TOK_OAEP_RAW ||
	    (way == TOK_OAEP_UNKNOWN) == decrypt)
		return tok_link_nonsense(card, err);
	*ret_way = (enum tok_oaep)way;
out:
	return r;
}

kc_result
tok_unwrap(struct tok_card *card, const uint8_t *id, size_t id_len,
    enum tok_oaep way, const uint8_t *ek, size_t ek_len,
    struct kc_secret *ret_cek, struct kc_err *err)
{
	kc_result r;

	if (ek_len == 0 || ek_len > TOK_MODULUS_MAX)
		return KC_FAIL(err, KC_EFORMAT, 0, "the encrypted key has %zu "
		    "bytes; 1 to %d are handled", ek_len, TOK_MODULUS_MAX);
	KC_TRY(r, begin_key(card, TOK_OP_UNWRAP, id, id_len, err));
	tok_put_u32(&card->msg, way);
	tok_put_bytes(&card->msg, ek, ek_len);
	KC_TRY(r, tok_link_call(card, NULL, 0, 0, err));
	r = tok_link_secret(card, ret_cek, err);
out:
	return r;
}

kc_result
tok_sign(struct tok_card *card, const uint8_t *id, size_t id_len,
    const uint8_t digest[static 32], struct kc_buf *ret_sig,
    struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_SIGN, id, id_len, err));
	tok_put_bytes(&card->msg, digest, 32);
	KC_TRY(r, tok_link_call(card, NULL, 0, 1, err));
	r = item_bytes(card, TOK_MODULUS_MAX, ret_sig, err);
out:
	return r;
}

kc_result
tok_attestation(struct tok_card *card, const uint8_t *id, size_t id_len,
    struct kc_buf *ret_leaf, struct kc_buf *ret_device, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, begin_key(card, TOK_OP_ATTEST, id, id_len, err));
	KC_TRY(r, tok_link_call(card, NULL, 0, 2, err));
	KC_TRY(r, item_bytes(card, TOK_CERT_MAX, ret_leaf, err));
	r = item_bytes(card, TOK_CERT_MAX, ret_device, err);
out:
	return r;
}

kc_result
tok_wipe(struct tok_card *card, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, tok_link_begin(card, TOK_OP_WIPE, 0, err));
	r = tok_link_call(card, NULL, 0, 0, err);
out:
	return r;
}
