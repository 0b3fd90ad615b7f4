/* SPDX-License-Identifier: Apache-2.0
 *
 * SHA-256 and hexadecimal.
 */
#include "base/hash.h"

#include <string.h>

#include <openssl/evp.h>

kc_result
kc_sha256(const struct kc_part *parts, size_t n,
    uint8_t ret[static KC_SHA256], struct kc_err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int good = ctx != NULL &&
	    EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; good && i < n; i++)
		good = EVP_DigestUpdate(ctx, parts[i].p, parts[i].len) == 1;
	good = good && EVP_DigestFinal_ex(ctx, ret, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (!good)
		return KC_FAIL_SSL(err, KC_ENOMEM, "SHA-256 failed");
	return KC_DONE;
}

kc_result
kc_sha256_one(const void *p, size_t len, uint8_t ret[static KC_SHA256],
    struct kc_err *err)
{
	struct kc_part part = { p, len };

	return kc_sha256(&part, 1, ret, err);
}

void
kc_hex(const uint8_t *p, size_t len, char *ret)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		ret[2 * i] = digits[p[i] >> 4];
		ret[2 * i + 1] = digits[p[i] & 15];
	}
	ret[2 * len] = '\0';
}

/* A digit's value and one; 0: none.  A table, for hashes are random and a
 * branch for each digit would be guessed wrong every third time. */
static const uint8_t digit[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6,
	['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11,
	['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static int
nibble(char c)
{
	return (int)digit[(unsigned char)c] - 1;
}

bool
kc_unhex(const char *hex, size_t len, uint8_t *ret)
{
	int bad = 0;

	if (strlen(hex) != 2 * len)
		return false;
	for (size_t i = 0; i < 2 * len; i++)
		bad |= nibble(hex[i]);
	for (size_t i = 0; i < len && bad >= 0; i++)
		ret[i] = (uint8_t)(nibble(hex[2 * i]) << 4 |
		    nibble(hex[2 * i + 1]));
	return bad >= 0;
}

kc_result
kc_hex_groups(const uint8_t *p, size_t len, struct kc_buf *ret,
    struct kc_err *err)
{
	char pair[3];
	kc_result r = KC_DONE;

	for (size_t i = 0; i < len && kc_ok(r); i++) {
		kc_hex(p + i, 1, pair);
		r = kc_buf_addf(ret, err, "%s%s",
		    i > 0 && i % 2 == 0 ? " " : "", pair);
	}
	return r;
}
