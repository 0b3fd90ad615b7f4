/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict base64, both alphabets.
 */
#include "base/b64.h"

#include <stdlib.h>

static const char url_set[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char std_set[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static kc_result
encode(const uint8_t *p, size_t len, const char *set, bool pad,
    struct kc_buf *ret, struct kc_err *err)
{
	kc_result r = KC_DONE;
	char out[4];

	for (size_t i = 0; i < len && kc_ok(r); i += 3) {
		size_t have = len - i < 3 ? len - i : 3;
		uint32_t v = (uint32_t)p[i] << 16;

		if (have > 1)
			v |= (uint32_t)p[i + 1] << 8;
		if (have > 2)
			v |= p[i + 2];
		for (size_t k = 0; k < 4; k++)
			out[k] = k <= have ? set[v >> (18 - 6 * k) & 63] : '=';
		r = kc_buf_add(ret, out, pad ? 4 : have + 1, err);
	}
	return r;
}

static int
value(char c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (url ? '-' : '+'))
		return 62;
	if (c == (url ? '_' : '/'))
		return 63;
	return -1;
}

static kc_result
decode(const char *s, size_t len, bool url, uint8_t *out, size_t *ret_len,
    struct kc_err *err)
{
	uint32_t acc = 0;
	int bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int v = value(s[i], url);

		if (v < 0)
			return KC_FAIL(err, KC_EFORMAT, 0,
			    "byte 0x%02x at offset %zu is not %s",
			    (unsigned char)s[i], i,
			    url ? "base64url" : "base64");
		acc = acc << 6 | (uint32_t)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (uint8_t)(acc >> bits);
			acc &= (1u << bits) - 1;
		}
	}
	if (bits >= 6)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "a length of %zu characters is impossible in base64", len);
	if (acc != 0)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "the unused bits of the last character are not zero");
	*ret_len = n;
	return KC_DONE;
}

static kc_result
decode_to(const char *s, size_t len, bool url, struct kc_buf *ret,
    struct kc_err *err)
{
	uint8_t *out = malloc(len / 4 * 3 + 4);
	size_t n = 0;
	kc_result r;

	if (out == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for %zu bytes",
		    len);
	r = decode(s, len, url, out, &n, err);
	if (kc_ok(r))
		r = kc_buf_add(ret, out, n, err);
	free(out);
	return r;
}

kc_result
kc_b64url_encode(const uint8_t *p, size_t len, struct kc_buf *ret,
    struct kc_err *err)
{
	return encode(p, len, url_set, false, ret, err);
}

kc_result
kc_b64url_decode(const char *s, size_t len, struct kc_buf *ret,
    struct kc_err *err)
{
	return decode_to(s, len, true, ret, err);
}

kc_result
kc_b64_encode(const uint8_t *p, size_t len, struct kc_buf *ret,
    struct kc_err *err)
{
	return encode(p, len, std_set, true, ret, err);
}

kc_result
kc_b64_decode(const char *s, size_t len, struct kc_buf *ret,
    struct kc_err *err)
{
	size_t pad = 0;

	if (len % 4 != 0)
		return KC_FAIL(err, KC_EFORMAT, 0,
		    "base64 of %zu characters is not padded to fours", len);
	while (pad < 2 && pad < len && s[len - 1 - pad] == '=')
		pad++;
	return decode_to(s, len - pad, false, ret, err);
}
