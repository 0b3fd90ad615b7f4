/* SPDX-License-Identifier: Apache-2.0
 *
 * Placeholders until the card child lands: every call refuses.
 */
#include "tokens/card.h"

kc_result
tok_server_start(struct tok_server **ret, struct kc_err *err)
{
	(void)ret;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_list(struct tok_server *s, const struct tok_module *m, struct tok_info *ret, size_t max, size_t *ret_n, struct kc_err *err)
{
	(void)s;
	(void)m;
	(void)ret;
	(void)max;
	(void)ret_n;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_open(struct tok_server *s, const struct tok_module *m, const struct tok_uri *uri, const struct tok_wait *wait, struct tok_card **ret, struct kc_err *err)
{
	(void)s;
	(void)m;
	(void)uri;
	(void)wait;
	(void)ret;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_info(struct tok_card *card, struct tok_info *ret, struct kc_err *err)
{
	(void)card;
	(void)ret;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_login(struct tok_card *card, const struct kc_secret *pin, struct kc_err *err)
{
	(void)card;
	(void)pin;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_init(struct tok_card *card, const char *label, const struct kc_secret *so_pin, const struct kc_secret *pin, struct kc_err *err)
{
	(void)card;
	(void)label;
	(void)so_pin;
	(void)pin;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_keys(struct tok_card *card, struct tok_key *ret, size_t max, size_t *ret_n, struct kc_err *err)
{
	(void)card;
	(void)ret;
	(void)max;
	(void)ret_n;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_generate(struct tok_card *card, const uint8_t *id, size_t id_len, enum tok_use use, size_t bits, struct tok_key *ret, struct kc_err *err)
{
	(void)card;
	(void)id;
	(void)id_len;
	(void)use;
	(void)bits;
	(void)ret;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_erase(struct tok_card *card, const uint8_t *id, size_t id_len, struct kc_err *err)
{
	(void)card;
	(void)id;
	(void)id_len;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_certificate(struct tok_card *card, const uint8_t *id, size_t id_len, enum tok_use use, const char *subject, struct kc_buf *ret_der, struct kc_err *err)
{
	(void)card;
	(void)id;
	(void)id_len;
	(void)use;
	(void)subject;
	(void)ret_der;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_probe(struct tok_card *card, const uint8_t *id, size_t id_len, bool decrypt, bool sign, enum tok_oaep *ret_way, struct kc_err *err)
{
	(void)card;
	(void)id;
	(void)id_len;
	(void)decrypt;
	(void)sign;
	(void)ret_way;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_unwrap(struct tok_card *card, const uint8_t *id, size_t id_len, enum tok_oaep way, const uint8_t *ek, size_t ek_len, struct kc_secret *ret_cek, struct kc_err *err)
{
	(void)card;
	(void)id;
	(void)id_len;
	(void)way;
	(void)ek;
	(void)ek_len;
	(void)ret_cek;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_sign(struct tok_card *card, const uint8_t *id, size_t id_len, const uint8_t digest[static 32], struct kc_buf *ret_sig, struct kc_err *err)
{
	(void)card;
	(void)id;
	(void)id_len;
	(void)digest;
	(void)ret_sig;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_wipe(struct tok_card *card, struct kc_err *err)
{
	(void)card;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_uri_parse(const char *text, struct tok_uri *ret, struct kc_err *err)
{
	(void)text;
	(void)ret;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

kc_result
tok_uri_format(const struct tok_uri *uri, struct kc_buf *ret, struct kc_err *err)
{
	(void)uri;
	(void)ret;
	return KC_FAIL(err, KC_EMODULE, 0, "cards are not built in yet");
}

void
tok_server_stop(struct tok_server **s)
{
	(void)s;
}

void
tok_close(struct tok_card **card)
{
	(void)card;
}

void
tok_key_free(struct tok_key *key)
{
	kc_buf_free(&key->cert);
}
