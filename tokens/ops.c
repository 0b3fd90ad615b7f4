/* SPDX-License-Identifier: Apache-2.0
 *
 * The operations of a card child, and their table.
 */
#include "tokens/ops.h"

#include <string.h>

#include "tokens/pins.h"

struct tok_msg *
tok_child_item(struct tok_child *c)
{
	struct tok_msg *m = &c->item[c->n_items++];

	m->len = m->at = 0;
	m->bad = false;
	return m;
}

struct key_ref {
	uint8_t id[TOK_ID_MAX];
	size_t id_len;
};

static kc_result
get_ref(struct tok_child *c, struct key_ref *k, struct kc_err *err)
{
	tok_get_bytes(&c->in, k->id, sizeof k->id, &k->id_len);
	if (c->in.bad || k->id_len == 0)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "a key id has 1 to %d bytes", TOK_ID_MAX);
	return KC_DONE;
}

static kc_result
do_list(struct tok_child *c, struct kc_err *err)
{
	CK_SLOT_ID slots[TOK_LIST_MAX];
	struct tok_info info;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, tok_mod_load(&c->mod, err));
	KC_TRY(r, tok_mod_slots(&c->mod, slots, TOK_LIST_MAX, &n, err));
	for (size_t i = 0; i < n; i++) {
		KC_TRY(r, tok_mod_info(&c->mod, slots[i], &info, err));
		tok_put_info(tok_child_item(c), &info);
	}
out:
	return r;
}

/* Asked for its cards first: some modules load more only then.  The pins go
 * into as many items as they need. */
static kc_result
do_pins(struct tok_child *c, struct kc_err *err)
{
	static struct tok_pin pin[TOK_PINS_MAX];
	struct tok_msg *m = NULL;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, do_list(c, err));
	c->n_items = 0;
	KC_TRY(r, tok_pins_here(c->mod.profile, pin, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (i % TOK_PINS_ITEM == 0)
			m = tok_child_item(c);
		tok_put_str(m, pin[i].path);
		tok_put_bytes(m, pin[i].sha256, sizeof pin[i].sha256);
		tok_put_u32(m, pin[i].config);
	}
out:
	return r;
}

static kc_result
do_open(struct tok_child *c, struct kc_err *err)
{
	struct tok_info info;
	struct tok_uri uri;
	kc_result r;

	tok_get_uri(&c->in, &uri);
	if (!tok_msg_done(&c->in))
		return KC_FAIL(err, KC_EBUG, 0, TOK_NOT_UNDERSTOOD);
	KC_TRY(r, tok_mod_load(&c->mod, err));
	KC_TRY(r, tok_mod_select(&c->mod, &uri, &info, err));
	tok_put_info(tok_child_item(c), &info);
out:
	return r;
}

static kc_result
do_info(struct tok_child *c, struct kc_err *err)
{
	struct tok_info info;
	kc_result r = tok_mod_info(&c->mod, c->mod.slot, &info, err);

	if (kc_ok(r))
		tok_put_info(tok_child_item(c), &info);
	return r;
}

static kc_result
do_login(struct tok_child *c, struct kc_err *err)
{
	return tok_mod_login(&c->mod, &c->secret[0], err);
}

static kc_result
do_init(struct tok_child *c, struct kc_err *err)
{
	char label[33];

	tok_get_str(&c->in, label, sizeof label);
	if (!tok_msg_done(&c->in))
		return KC_FAIL(err, KC_EBUG, 0, TOK_NOT_UNDERSTOOD);
	return tok_mod_init(&c->mod, label, &c->secret[0], &c->secret[1],
	    &c->secret[2], err);
}

static kc_result
do_so_pin(struct tok_child *c, struct kc_err *err)
{
	return tok_mod_keep(&c->mod.so_pin, &c->secret[0], err);
}

static kc_result
do_so_try(struct tok_child *c, struct kc_err *err)
{
	return tok_mod_so_try(&c->mod, &c->secret[0], err);
}

static kc_result
do_set_pin(struct tok_child *c, struct kc_err *err)
{
	return tok_mod_set_pin(&c->mod, &c->secret[0], err);
}

static kc_result
do_keys(struct tok_child *c, struct kc_err *err)
{
	static struct tok_key keys[TOK_KEYS_MAX];
	size_t n = 0;
	kc_result r = tok_obj_keys(&c->mod, keys, TOK_KEYS_MAX, &n, err);

	for (size_t i = 0; kc_ok(r) && i < n; i++) {
		tok_put_key(tok_child_item(c), &keys[i]);
		tok_key_free(&keys[i]);
	}
	return r;
}

static kc_result
do_generate(struct tok_child *c, struct kc_err *err)
{
	struct key_ref k;
	struct tok_key key = { 0 };
	uint32_t use, bits;
	kc_result r;

	KC_TRY(r, get_ref(c, &k, err));
	use = tok_get_u32(&c->in);
	bits = tok_get_u32(&c->in);
	if (!tok_msg_done(&c->in))
		return KC_FAIL(err, KC_EBUG, 0, TOK_NOT_UNDERSTOOD);
	KC_TRY(r, tok_obj_generate(&c->mod, k.id, k.id_len,
	    use == TOK_SIGNING ? TOK_SIGNING : TOK_WRAPPING, bits, err));
	KC_TRY(r, tok_obj_key(&c->mod, k.id, k.id_len, &key, err));
	if (key.bits != bits) {
		r = KC_FAIL(err, KC_ECARD, 0, "the card made a key of %zu "
		    "bits, not %u", key.bits, bits);
		goto out;
	}
	tok_put_key(tok_child_item(c), &key);
out:
	tok_key_free(&key);
	return r;
}

static kc_result
do_erase(struct tok_child *c, struct kc_err *err)
{
	struct key_ref k;
	kc_result r = get_ref(c, &k, err);

	if (kc_ok(r))
		r = tok_obj_destroy(&c->mod, k.id, k.id_len, err);
	return r;
}

static kc_result
do_sweep(struct tok_child *c, struct kc_err *err)
{
	size_t n = 0;
	kc_result r = tok_obj_sweep(&c->mod, &n, err);

	if (kc_ok(r))
		tok_put_u32(tok_child_item(c), (uint32_t)n);
	return r;
}

static kc_result
do_certificate(struct tok_child *c, struct kc_err *err)
{
	struct kc_buf der = { 0 };
	struct tok_key key = { 0 };
	struct key_ref k;
	char subject[256];
	uint32_t use;
	kc_result r;

	KC_TRY(r, get_ref(c, &k, err));
	use = tok_get_u32(&c->in);
	tok_get_str(&c->in, subject, sizeof subject);
	if (!tok_msg_done(&c->in))
		return KC_FAIL(err, KC_EBUG, 0, TOK_NOT_UNDERSTOOD);
	KC_TRY(r, tok_obj_key(&c->mod, k.id, k.id_len, &key, err));
	KC_TRY(r, tok_x509_make(&c->mod, &key,
	    use == TOK_SIGNING ? TOK_SIGNING : TOK_WRAPPING, subject, &der,
	    err));
	KC_TRY(r, tok_obj_store_cert(&c->mod, k.id, k.id_len, &der, err));
	tok_put_bytes(tok_child_item(c), der.p, der.len);
out:
	tok_key_free(&key);
	kc_buf_free(&der);
	return r;
}

static kc_result
do_probe(struct tok_child *c, struct kc_err *err)
{
	static const uint8_t known[32] = "ceremony-probe-v1";
	struct tok_key key = { 0 };
	struct kc_buf sig = { 0 };
	struct key_ref k;
	uint32_t decrypt, sign;
	kc_result r;

	KC_TRY(r, get_ref(c, &k, err));
	decrypt = tok_get_u32(&c->in);
	sign = tok_get_u32(&c->in);
	if (!tok_msg_done(&c->in))
		return KC_FAIL(err, KC_EBUG, 0, TOK_NOT_UNDERSTOOD);
	KC_TRY(r, tok_obj_key(&c->mod, k.id, k.id_len, &key, err));
	if (decrypt)
		KC_TRY(r, tok_rsa_probe(&c->mod, &key, err));
	if (sign)
		KC_TRY(r, tok_rsa_sign(&c->mod, &key, known, &sig, err));
	tok_put_u32(tok_child_item(c), decrypt ? (uint32_t)c->mod.way :
	    TOK_OAEP_UNKNOWN);
out:
	tok_key_free(&key);
	kc_buf_free(&sig);
	return r;
}

/* No fallback here: the way is the probe's, found once. */
static kc_result
do_unwrap(struct tok_child *c, struct kc_err *err)
{
	struct kc_buf ek = { 0 };
	struct tok_key key = { 0 };
	uint8_t bytes[TOK_MODULUS_MAX];
	struct key_ref k;
	size_t len;
	uint32_t way;
	kc_result r;

	KC_TRY(r, get_ref(c, &k, err));
	way = tok_get_u32(&c->in);
	tok_get_bytes(&c->in, bytes, sizeof bytes, &len);
	if (!tok_msg_done(&c->in) || way > TOK_OAEP_RAW)
		return KC_FAIL(err, KC_EBUG, 0, TOK_NOT_UNDERSTOOD);
	KC_TRY(r, kc_buf_add(&ek, bytes, len, err));
	KC_TRY(r, tok_obj_key(&c->mod, k.id, k.id_len, &key, err));
	if (way == TOK_OAEP_UNKNOWN) {
		if (c->mod.way == TOK_OAEP_UNKNOWN ||
		    c->mod.probed_len != k.id_len ||
		    memcmp(c->mod.probed_id, k.id, k.id_len) != 0)
			KC_TRY(r, tok_rsa_probe(&c->mod, &key, err));
		way = c->mod.way;
	}
	r = tok_rsa_decrypt(&c->mod, &key, (enum tok_oaep)way, &ek,
	    &c->answer, err);
out:
	tok_key_free(&key);
	kc_buf_free(&ek);
	return r;
}

static kc_result
do_sign(struct tok_child *c, struct kc_err *err)
{
	struct tok_key key = { 0 };
	struct kc_buf sig = { 0 };
	struct key_ref k;
	uint8_t digest[32];
	size_t len;
	kc_result r;

	KC_TRY(r, get_ref(c, &k, err));
	tok_get_bytes(&c->in, digest, sizeof digest, &len);
	if (!tok_msg_done(&c->in) || len != sizeof digest)
		return KC_FAIL(err, KC_EBUG, 0, TOK_NOT_UNDERSTOOD);
	KC_TRY(r, tok_obj_key(&c->mod, k.id, k.id_len, &key, err));
	KC_TRY(r, tok_rsa_sign(&c->mod, &key, digest, &sig, err));
	tok_put_bytes(tok_child_item(c), sig.p, sig.len);
out:
	tok_key_free(&key);
	kc_buf_free(&sig);
	return r;
}

/* What the device says of a key, and who the device is (slot F9). */
static kc_result
do_attest(struct tok_child *c, struct kc_err *err)
{
	static const uint8_t f9[] = { 25 };
	struct kc_buf leaf = { 0 }, device = { 0 };
	struct key_ref k;
	kc_result r;

	KC_TRY(r, get_ref(c, &k, err));
	KC_TRY(r, tok_obj_cert(&c->mod, k.id, k.id_len, true, &leaf, err));
	KC_TRY(r, tok_obj_cert(&c->mod, f9, sizeof f9, false, &device, err));
	if (leaf.len == 0 || device.len == 0) {
		r = KC_FAIL(err, KC_EREFUSED, 0, "%s shows no attestation of "
		    "this key: %s", c->mod.profile->name, device.len == 0 ?
		    "the card has no attestation certificate (slot f9)" :
		    "the card did not make it, or cannot say so");
		goto out;
	}
	tok_put_bytes(tok_child_item(c), leaf.p, leaf.len);
	tok_put_bytes(tok_child_item(c), device.p, device.len);
out:
	kc_buf_free(&leaf);
	kc_buf_free(&device);
	return r;
}

static kc_result
do_wipe(struct tok_child *c, struct kc_err *err)
{
	return tok_obj_destroy(&c->mod, NULL, 0, err);
}

static kc_result
do_bye(struct tok_child *c, struct kc_err *err)
{
	(void)err;
	tok_mod_unload(&c->mod);
	return KC_DONE;
}

const struct tok_child_op tok_child_ops[TOK_OPS] = {
	[TOK_OP_LIST] = { do_list, false },
	[TOK_OP_OPEN] = { do_open, false },
	[TOK_OP_INFO] = { do_info, true },
	[TOK_OP_LOGIN] = { do_login, true },
	[TOK_OP_INIT] = { do_init, true },
	[TOK_OP_SO_PIN] = { do_so_pin, true },
	[TOK_OP_SO_TRY] = { do_so_try, true },
	[TOK_OP_SET_PIN] = { do_set_pin, true },
	[TOK_OP_KEYS] = { do_keys, true },
	[TOK_OP_GENERATE] = { do_generate, true },
	[TOK_OP_ERASE] = { do_erase, true },
	[TOK_OP_CERTIFICATE] = { do_certificate, true },
	[TOK_OP_PROBE] = { do_probe, true },
	[TOK_OP_UNWRAP] = { do_unwrap, true },
	[TOK_OP_EXTRACT] = { tok_child_extract, true },
	[TOK_OP_SIGN] = { do_sign, true },
	[TOK_OP_WIPE] = { do_wipe, true },
	[TOK_OP_SWEEP] = { do_sweep, true },
	[TOK_OP_ATTEST] = { do_attest, true },
	[TOK_OP_PINS] = { do_pins, false },
	[TOK_OP_BYE] = { do_bye, false },
};
