/* SPDX-License-Identifier: Apache-2.0
 *
 * Compact JWE: strict parsing and the pinned header.
 */
#include "sd/jwe.h"

#include <string.h>

#include "base/b64.h"
#include "base/json.h"

#define HEADER_MAX 512

void
sd_jwe_free(struct sd_jwe *jwe)
{
	if (jwe == NULL)
		return;
	kc_buf_free(&jwe->header);
	kc_buf_free(&jwe->ek);
	kc_buf_free(&jwe->iv);
	kc_buf_free(&jwe->ciphertext);
	kc_buf_free(&jwe->tag);
}

static kc_result
check_lengths(const char *where, const struct sd_jwe *j, bool rsa,
    struct kc_err *err)
{
	if (j->tag.len != SD_JWE_TAG)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the authentication tag has %zu bytes, not %d", where,
		    j->tag.len, SD_JWE_TAG);
	if (j->iv.len != SD_JWE_IV)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the IV has %zu bytes, not %d", where, j->iv.len,
		    SD_JWE_IV);
	if (j->ciphertext.len == 0 || j->ciphertext.len % 16 != 0)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the ciphertext has %zu bytes, no multiple of 16",
		    where, j->ciphertext.len);
	if (!rsa && j->ek.len != 0)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: an encrypted key of %zu bytes where none belongs",
		    where, j->ek.len);
	if (rsa && (j->ek.len < 256 || j->ek.len > 1024))
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the encrypted key has %zu bytes, outside 256 to "
		    "1024", where, j->ek.len);
	return KC_DONE;
}

kc_result
sd_jwe_parse(const char *where, const char *text, bool rsa,
    struct sd_jwe *ret, struct kc_err *err)
{
	static const char *const names[] = { "encrypted key", "IV",
		"ciphertext", "authentication tag" };
	struct sd_jwe j = { 0 };
	struct kc_buf *parts[] = { &j.ek, &j.iv, &j.ciphertext, &j.tag };
	const char *at = text;
	size_t n = strcspn(at, ".");
	kc_result r;

	KC_TRY(r, kc_buf_add(&j.header, at, n, err));
	for (size_t i = 0; i < 4; i++) {
		if (at[n] != '.') {
			r = KC_FAIL(err, KC_EFORMAT, 0,
			    "%s: the compact JWE has %zu parts, not 5", where,
			    i + 1);
			goto out;
		}
		at += n + 1;
		n = strcspn(at, ".");
		r = kc_b64url_decode(at, n, parts[i], err);
		if (!kc_ok(r)) {
			r = kc_prefix(err, "%s: %s", where, names[i]);
			goto out;
		}
	}
	if (at[n] != '\0') {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: the compact JWE has more than 5 parts", where);
		goto out;
	}
	KC_TRY(r, check_lengths(where, &j, rsa, err));
	*ret = j;
	j = (struct sd_jwe){ 0 };
out:
	sd_jwe_free(&j);
	return r;
}

static kc_result
pin(const char *where, const json_t *h, const char *key, const char *want,
    struct kc_err *err)
{
	const char *got = NULL;
	kc_result r = kc_json_str(h, where, key, &got, err);

	if (!kc_ok(r))
		return r;
	if (strcmp(got, want) != 0)
		return KC_FAIL(err, KC_EALG, 0,
		    "%s: \"%s\" is \"%.40s\"; only \"%s\" is accepted", where,
		    key, got, want);
	return KC_DONE;
}

kc_result
sd_jwe_pin(const char *where, const struct sd_jwe *jwe, bool rsa,
    const char *kid, struct kc_err *err)
{
	struct kc_buf text = { 0 }, place = { 0 };
	json_t *h = NULL;
	const char *got = NULL, *p;
	kc_result r;

	KC_TRY(r, kc_buf_addf(&place, err, "%s: header", where));
	p = kc_buf_str(&place);
	r = kc_b64url_decode(kc_buf_str(&jwe->header), jwe->header.len,
	    &text, err);
	if (!kc_ok(r)) {
		r = kc_prefix(err, "%s", p);
		goto out;
	}
	KC_TRY(r, kc_json_read(p, kc_buf_str(&text), text.len, HEADER_MAX,
	    &h, err));
	KC_TRY(r, kc_json_only(h, p, "alg enc kid", err));
	KC_TRY(r, pin(p, h, "alg", rsa ? "RSA-OAEP-256" : "dir", err));
	KC_TRY(r, pin(p, h, "enc", "A256CBC-HS512", err));
	KC_TRY(r, kc_json_str(h, p, "kid", &got, err));
	if (kid != NULL && strcmp(got, kid) != 0)
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: \"kid\" is \"%.64s\" but the tag beside it is "
		    "\"%.64s\"", p, got, kid);
out:
	json_decref(h);
	kc_buf_free(&text);
	kc_buf_free(&place);
	return r;
}
