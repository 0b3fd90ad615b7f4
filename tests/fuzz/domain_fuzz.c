/* SPDX-License-Identifier: Apache-2.0
 *
 * Security domains: what is read obeys the format's limits and writes back
 * as the same; then it is opened with keys that always unwrap.
 */
#include <string.h>

#include "base/b64.h"
#include "base/json.h"
#include "sd/data.h"
#include "sd/jwe.h"
#include "tests/fuzz/fuzz.h"

void
fuzz_start(void)
{
}

static void
jwe_text(const struct sd_jwe *j, struct kc_buf *ret)
{
	const struct kc_buf *parts[] = { &j->ek, &j->iv, &j->ciphertext,
		&j->tag };

	fuzz_ok(kc_buf_adds(ret, kc_buf_str(&j->header), NULL));
	for (size_t i = 0; i < 4; i++) {
		fuzz_ok(kc_buf_adds(ret, ".", NULL));
		fuzz_ok(kc_b64url_encode(parts[i]->p, parts[i]->len, ret,
		    NULL));
	}
}

/* {key: JWE, key2: text2} at the end of arr */
static void
add(json_t *arr, const char *key, const struct sd_jwe *j, const char *key2,
    const char *text2)
{
	struct kc_buf t = { 0 };
	json_t *o = json_object();

	jwe_text(j, &t);
	fuzz_ok(kc_json_add_new(arr, o, NULL));
	fuzz_ok(kc_json_set_str(o, key, kc_buf_str(&t), NULL));
	fuzz_ok(kc_json_set_str(o, key2, text2, NULL));
	kc_buf_free(&t);
}

static void
write_back(const struct sd_domain *d, struct kc_buf *ret)
{
	json_t *data = json_array(), *shares = json_array();
	json_t *root = json_pack("{s:{s:o,s:s},s:{s:o,s:s,s:i},s:i}",
	    "EncData", "data", data, "kdf", "sp108_kdf", "SharedKeys",
	    "enc_shares", shares, "key_algorithm", "shamir_share",
	    "required", (int)d->required, "version", 2);

	fuzz_must(root != NULL);
	for (size_t i = 0; i < d->n_data; i++)
		add(data, "compact_jwe", &d->datum[i].jwe, "tag",
		    d->datum[i].tag);
	for (size_t i = 0; i < d->n_shares; i++) {
		struct kc_buf x5t = { 0 };

		fuzz_ok(sd_x5t_text(d->share[i].x5t, &x5t, NULL));
		add(shares, "enc_key", &d->share[i].jwe, "x5t_256",
		    kc_buf_str(&x5t));
		kc_buf_free(&x5t);
	}
	fuzz_ok(kc_json_canon(root, ret, NULL));
	json_decref(root);
}

static void
shape(const struct sd_domain *d)
{
	fuzz_must(d->n_shares >= 3 && d->n_shares <= SD_MAX_HOLDERS);
	fuzz_must(d->required >= 2 && d->required <= d->n_shares);
	fuzz_must(d->n_data >= 1 && d->n_data <= SD_MAX_DATA);
	for (size_t i = 0; i < d->n_shares; i++) {
		fuzz_must(d->share[i].jwe.tag.len == SD_JWE_TAG);
		for (size_t k = 0; k < i; k++)
			fuzz_must(memcmp(d->share[i].x5t, d->share[k].x5t,
			    KC_SHA256) != 0);
	}
	for (size_t i = 0; i < d->n_data; i++) {
		fuzz_ok(sd_tag_check("it", d->datum[i].tag, NULL));
		fuzz_must(d->datum[i].jwe.ek.len == 0);
		for (size_t k = 0; k < i; k++)
			fuzz_must(strcmp(d->datum[i].tag, d->datum[k].tag) !=
			    0);
	}
}

static void
same_again(const struct sd_domain *d)
{
	struct kc_buf once = { 0 }, again = { 0 };
	struct sd_domain back = { 0 };

	write_back(d, &once);
	fuzz_ok(sd_domain_read("back", once.p, once.len, &back, NULL));
	write_back(&back, &again);
	fuzz_must(once.len == again.len &&
	    memcmp(once.p, again.p, once.len) == 0);
	sd_domain_free(&back);
	kc_buf_free(&once);
	kc_buf_free(&again);
}

static void
look_inside(const struct sd_domain *d, const struct sd_opened *o, size_t n)
{
	fuzz_must(o->n_keys == n && o->master.len == 32);
	for (size_t i = 0; i < d->n_data; i++) {
		struct kc_err err = { 0 };
		struct sd_plain plain = { 0 };
		kc_result r = sd_datum_open(d, i, &o->master, &plain, &err);

		if (!kc_ok(r))
			fuzz_failed(r, &err);
		/* With its tag true only the padding can be wrong. */
		fuzz_must(kc_ok(r) || r.code == KC_EFORMAT);
		fuzz_must(kc_ok(r) || plain.p == NULL);
		sd_plain_free(&plain);
	}
}

static void
open_with(const struct sd_domain *d, size_t n, bool certs)
{
	struct sd_key keys[SD_MAX_HOLDERS] = { 0 };
	struct kc_err err = { 0 };
	struct sd_opened o;
	kc_result r;

	for (size_t i = 0; i < n; i++) {
		keys[i] = (struct sd_key){ .name = "a holder",
			.has_x5t = certs, .unwrap = fuzz_unwrap };
		memcpy(keys[i].x5t, d->share[i].x5t, KC_SHA256);
	}
	fuzz_mark(&o, sizeof o);
	r = sd_open("it", d, keys, n, &o, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(fuzz_marked(&o, sizeof o));
		return;
	}
	look_inside(d, &o, n);
	sd_opened_free(&o);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct kc_err err = { 0 };
	struct sd_domain d;
	kc_result r;

	fuzz_mark(&d, sizeof d);
	r = sd_domain_read("the input", p, len, &d, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(fuzz_marked(&d, sizeof d));
		return;
	}
	shape(&d);
	same_again(&d);
	for (int hold = 0; hold < 2; hold++) {
		fuzz_all_holds = hold != 0;
		open_with(&d, d.required, true);
		open_with(&d, d.n_shares, true);
		open_with(&d, d.required - 1, true);
		open_with(&d, d.required, false);
	}
	sd_domain_free(&d);
}
