/* SPDX-License-Identifier: Apache-2.0
 *
 * What a card keeps without power: a JSON file, secrets and all, for this
 * card guards nothing but tests.
 */
#include "tests/cards/card.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/x509.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"

#define STATE_MAX ((size_t)1 << 20)

/* --- writing --- */

static kc_result
set_hex(json_t *o, const char *name, const uint8_t *p, size_t len,
    struct kc_err *err)
{
	char *hex = calloc(2, len + 1);
	kc_result r;

	if (hex == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for the state");
	kc_hex(p, len, hex);
	r = kc_json_set_str(o, name, hex, err);
	free(hex);
	return r;
}

static kc_result
save_pin(json_t *root, const char *name, const struct piv_pin *pin,
    struct kc_err *err)
{
	json_t *o = json_object();
	kc_result r;

	KC_TRY(r, kc_json_set_new(root, name, o, err));
	KC_TRY(r, set_hex(o, "value", pin->value, sizeof pin->value, err));
	KC_TRY(r, kc_json_set_int(o, "max", pin->max, err));
	r = kc_json_set_int(o, "left", pin->left, err);
out:
	return r;
}

static kc_result
save_key(json_t *keys, unsigned ref, const struct piv_key *k,
    struct kc_err *err)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(k->key);
	json_t *o = json_object();
	uint8_t *der = NULL;
	int len = info != NULL ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : 0;
	kc_result r;

	KC_TRY(r, kc_json_add_new(keys, o, err));
	if (len <= 0) {
		r = KC_FAIL_SSL(err, KC_ENOMEM, "writing a key");
		goto out;
	}
	KC_TRY(r, kc_json_set_int(o, "slot", ref, err));
	KC_TRY(r, kc_json_set_int(o, "alg", k->alg, err));
	KC_TRY(r, kc_json_set_int(o, "pin", k->pin_policy, err));
	KC_TRY(r, kc_json_set_int(o, "touch", k->touch_policy, err));
	KC_TRY(r, kc_json_set_int(o, "imported", k->imported, err));
	r = set_hex(o, "pkcs8", der, (size_t)len, err);
out:
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
	return r;
}

static kc_result
save_object(json_t *objects, const struct piv_object *at,
    struct kc_err *err)
{
	json_t *o = json_object();
	kc_result r;

	KC_TRY(r, kc_json_add_new(objects, o, err));
	KC_TRY(r, kc_json_set_int(o, "tag", at->tag, err));
	r = set_hex(o, "data", at->data.p, at->data.len, err);
out:
	return r;
}

static kc_result
save_all(const struct piv_card *c, json_t *root, struct kc_err *err)
{
	json_t *keys = json_array(), *objects = json_array();
	kc_result r;

	KC_TRY(r, kc_json_set_new(root, "keys", keys, err));
	KC_TRY(r, kc_json_set_new(root, "objects", objects, err));
	KC_TRY(r, kc_json_set_int(root, "serial", c->serial, err));
	KC_TRY(r, set_hex(root, "firmware", c->firmware, 3, err));
	KC_TRY(r, save_pin(root, "pin", &c->pin, err));
	KC_TRY(r, save_pin(root, "puk", &c->puk, err));
	KC_TRY(r, kc_json_set_int(root, "mgm_alg", c->mgm_alg, err));
	KC_TRY(r, set_hex(root, "mgm_key", c->mgm_key, PIV_MGM_MAX, err));
	for (size_t i = 0; i < PIV_KEYS; i++)
		if (c->keys[i].key != NULL)
			KC_TRY(r, save_key(keys, piv_key_ref(i), &c->keys[i],
			    err));
	for (size_t i = 0; i < PIV_OBJECTS; i++)
		if (c->objects[i].tag != 0)
			KC_TRY(r, save_object(objects, &c->objects[i], err));
out:
	return r;
}

kc_result
piv_save(const struct piv_card *c, const char *path, struct kc_err *err)
{
	json_t *root = json_object();
	struct kc_buf text = { 0 }, temp = { 0 };
	kc_result r;

	if (root == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for the state");
	KC_TRY(r, save_all(c, root, err));
	KC_TRY(r, kc_json_canon(root, &text, err));
	KC_TRY(r, kc_buf_addf(&temp, err, "%s.new", path));
	/* One left by a card that was killed while it wrote. */
	(void)unlink(kc_buf_str(&temp));
	KC_TRY(r, kc_file_write_new(kc_buf_str(&temp), text.p, text.len,
	    0600, err));
	if (rename(kc_buf_str(&temp), path) != 0)
		r = KC_FAIL(err, KC_EIO, errno, "cannot write %s: %s", path,
		    strerror(errno));
out:
	kc_buf_free(&text);
	kc_buf_free(&temp);
	json_decref(root);
	return r;
}

/* --- reading --- */

static kc_result
get_int(const json_t *o, const char *name, unsigned most, unsigned *ret,
    struct kc_err *err)
{
	int64_t v;
	kc_result r = kc_json_int(o, "state", name, 0, most, &v, err);

	if (kc_ok(r))
		*ret = (unsigned)v;
	return r;
}

static kc_result
get_byte(const json_t *o, const char *name, uint8_t *ret, struct kc_err *err)
{
	unsigned v;
	kc_result r = get_int(o, name, 255, &v, err);

	if (kc_ok(r))
		*ret = (uint8_t)v;
	return r;
}

static kc_result
get_hex(const json_t *o, const char *name, uint8_t *p, size_t len,
    struct kc_err *err)
{
	const char *hex;
	kc_result r = kc_json_str(o, "state", name, &hex, err);

	if (kc_ok(r) && !kc_unhex(hex, len, p))
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "state: '%s' is not %zu bytes in hex", name, len);
	return r;
}

/* As many bytes as there are. */
static kc_result
get_bytes(const json_t *o, const char *name, struct kc_buf *ret,
    struct kc_err *err)
{
	const char *hex;
	uint8_t *p = NULL;
	kc_result r;

	KC_TRY(r, kc_json_str(o, "state", name, &hex, err));
	p = calloc(1, strlen(hex) / 2 + 1);
	if (p == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the state");
		goto out;
	}
	KC_TRY(r, get_hex(o, name, p, strlen(hex) / 2, err));
	r = kc_buf_add(ret, p, strlen(hex) / 2, err);
out:
	free(p);
	return r;
}

static kc_result
load_pin(const json_t *root, const char *name, struct piv_pin *pin,
    struct kc_err *err)
{
	const json_t *o;
	kc_result r;

	KC_TRY(r, kc_json_obj(root, "state", name, &o, err));
	KC_TRY(r, get_hex(o, "value", pin->value, sizeof pin->value, err));
	KC_TRY(r, get_int(o, "max", 255, &pin->max, err));
	r = get_int(o, "left", pin->max, &pin->left, err);
out:
	return r;
}

static kc_result
load_key(struct piv_card *c, const json_t *o, struct kc_err *err)
{
	struct kc_buf der = { 0 };
	const uint8_t *p;
	struct piv_key *k;
	unsigned ref, imported;
	kc_result r;

	KC_TRY(r, get_int(o, "slot", 255, &ref, err));
	k = piv_key(c, ref);
	if (k == NULL || k->key != NULL) {
		r = KC_FAIL(err, KC_EFORMAT, 0, "state: slot %02x", ref);
		goto out;
	}
	KC_TRY(r, get_byte(o, "alg", &k->alg, err));
	KC_TRY(r, get_byte(o, "pin", &k->pin_policy, err));
	KC_TRY(r, get_byte(o, "touch", &k->touch_policy, err));
	KC_TRY(r, get_int(o, "imported", 1, &imported, err));
	k->imported = imported != 0;
	KC_TRY(r, get_bytes(o, "pkcs8", &der, err));
	p = der.p;
	k->key = d2i_AutoPrivateKey(NULL, &p, (long)der.len);
	if (k->key == NULL)
		r = KC_FAIL_SSL(err, KC_EFORMAT, "state: a key");
out:
	kc_buf_free(&der);
	return r;
}

static kc_result
load_object(struct piv_card *c, const json_t *o, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	unsigned tag;
	kc_result r;

	KC_TRY(r, get_int(o, "tag", 0xFFFFFF, &tag, err));
	KC_TRY(r, get_bytes(o, "data", &b, err));
	r = piv_object_put(c, tag, b.p, b.len, err);
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
load_all(struct piv_card *c, const json_t *root, struct kc_err *err)
{
	const json_t *keys, *objects;
	kc_result r;

	KC_TRY(r, get_int(root, "serial", UINT32_MAX, &c->serial, err));
	KC_TRY(r, get_hex(root, "firmware", c->firmware, 3, err));
	KC_TRY(r, load_pin(root, "pin", &c->pin, err));
	KC_TRY(r, load_pin(root, "puk", &c->puk, err));
	KC_TRY(r, get_byte(root, "mgm_alg", &c->mgm_alg, err));
	KC_TRY(r, get_hex(root, "mgm_key", c->mgm_key, PIV_MGM_MAX, err));
	KC_TRY(r, kc_json_arr(root, "state", "keys", 0, PIV_KEYS, &keys,
	    err));
	for (size_t i = 0; i < json_array_size(keys); i++)
		KC_TRY(r, load_key(c, json_array_get(keys, i), err));
	KC_TRY(r, kc_json_arr(root, "state", "objects", 0, PIV_OBJECTS,
	    &objects, err));
	for (size_t i = 0; i < json_array_size(objects); i++)
		KC_TRY(r, load_object(c, json_array_get(objects, i), err));
out:
	return r;
}

kc_result
piv_load(struct piv_card *c, const char *path, struct kc_err *err)
{
	struct kc_buf text = { 0 };
	json_t *root = NULL;
	kc_result r;

	KC_TRY(r, kc_file_read(path, STATE_MAX, &text, err));
	KC_TRY(r, kc_json_read(path, text.p, text.len, STATE_MAX, &root,
	    err));
	KC_TRY(r, load_all(c, root, err));
	if (piv_mgm_bytes(c->mgm_alg) == 0)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: management key of algorithm %02x", path,
		    c->mgm_alg);
	c->changed = false;
out:
	if (!kc_ok(r))
		(void)kc_prefix(err, "the card in %s", path);
	json_decref(root);
	kc_buf_free(&text);
	return r;
}
