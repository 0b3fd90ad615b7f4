/* SPDX-License-Identifier: Apache-2.0
 *
 * Known answers: key derivation, content encryption, shares.
 */
#include "sd/selftest.h"

#include <string.h>

#include <openssl/crypto.h>

#include "base/hash.h"
#include "sd/jwe.h"
#include "sd/kdf.h"
#include "sd/share.h"

/* A public test value into the secure heap, where the code wants it. */
static kc_result
secret_of(const char *hex, struct kc_secret *ret, struct kc_err *err)
{
	size_t len = strlen(hex) / 2;
	kc_result r = kc_secret_new(ret, len, err);

	if (!kc_ok(r))
		return r;
	ret->len = len;
	if (!kc_unhex(hex, len, ret->p))
		return KC_FAIL(err, KC_ESELFTEST, 0, "a test vector is odd");
	return KC_DONE;
}

static bool
equals(const struct kc_secret *s, const char *hex)
{
	uint8_t want[128];

	return s->len <= sizeof want && kc_unhex(hex, s->len, want) &&
	    CRYPTO_memcmp(s->p, want, s->len) == 0;
}

static const char master_hex[] =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static kc_result
test_kdf(struct kc_err *err)
{
	static const char want[] =
	    "2d34f55a1dd64e68d793ce19439e032e913bc2c83a99237a33c1bde888fb91da"
	    "91626f37c72aaff2d718d3e7a37f0a39417a66839669da3c76fe4336aec9747c";
	struct kc_secret master = { 0 }, k = { 0 };
	kc_result r;

	KC_TRY(r, secret_of(master_hex, &master, err));
	KC_TRY(r, sd_kdf(&master, "hsm_backup", "", 64, &k, err));
	if (!equals(&k, want))
		r = KC_FAIL(err, KC_ESELFTEST, 0, "SP 800-108 derivation");
out:
	kc_secret_free(&master);
	kc_secret_free(&k);
	return r;
}

static const char jwe_text[] =
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoiaHNtX2JhY2t1cCJ9"
    "..oKGio6SlpqeoqaqrrK2urw.OhhJRBTWrhjPk_qQL4GpXcKeTS4RYK8VoxBpAkPrjqk."
    "zi5BAeWhVO4dycGfZ0kSbieT1Rw53IClyRXXCq1ZhbU";

static kc_result
test_jwe(struct kc_err *err)
{
	static const char plain[] = "hello security domain";
	static const uint8_t iv[SD_JWE_IV] = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4,
		0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae,
		0xaf };
	const struct sd_seal s = { .kid = "hsm_backup", .iv = iv,
		.plain = plain, .plain_len = sizeof plain - 1 };
	struct kc_secret master = { 0 }, cek = { 0 }, back = { 0 };
	struct kc_buf out = { 0 };
	struct sd_jwe jwe = { 0 };
	kc_result r;

	KC_TRY(r, secret_of(master_hex, &master, err));
	KC_TRY(r, sd_kdf(&master, "hsm_backup", "", SD_CEK, &cek, err));
	KC_TRY(r, sd_jwe_seal(&s, &cek, &out, err));
	KC_TRY(r, sd_jwe_parse("test", jwe_text, false, &jwe, err));
	KC_TRY(r, sd_jwe_pin("test", &jwe, false, "hsm_backup", err));
	KC_TRY(r, sd_jwe_decrypt_secret("test", &jwe, &cek, &back, err));
	if (strcmp(kc_buf_str(&out), jwe_text) != 0 ||
	    back.len != sizeof plain - 1 ||
	    memcmp(back.p, plain, back.len) != 0) {
		r = KC_FAIL(err, KC_ESELFTEST, 0, "A256CBC-HS512 JWE");
		goto out;
	}
	jwe.tag.p[31] ^= 1;
	if (kc_ok(sd_jwe_verify("test", &jwe, &cek, NULL)))
		r = KC_FAIL(err, KC_ESELFTEST, 0,
		    "a JWE with a false tag was accepted");
out:
	sd_jwe_free(&jwe);
	kc_buf_free(&out);
	kc_secret_free(&master);
	kc_secret_free(&cek);
	kc_secret_free(&back);
	return r;
}

static kc_result
test_shares(struct kc_err *err)
{
	/* f(x) = 10x^2 + 200x + 65 over GF(257) */
	static const char *const want[] = { "1202", "f804", "f106", "fe08",
		"1e0a" };
	struct kc_secret secret = { 0 }, coef = { 0 }, back = { 0 };
	struct kc_secret share[5] = { 0 };
	const struct kc_secret *pick[] = { &share[0], &share[2], &share[4] };
	bool agrees = false;
	kc_result r;

	KC_TRY(r, secret_of("41", &secret, err));
	KC_TRY(r, secret_of("c8000a00", &coef, err));
	for (uint32_t i = 0; i < 5; i++) {
		KC_TRY(r, sd_share_make(&secret, &coef, 3, i + 1, &share[i],
		    err));
		if (!equals(&share[i], want[i])) {
			r = KC_FAIL(err, KC_ESELFTEST, 0,
			    "share %u over GF(257)", i + 1);
			goto out;
		}
	}
	KC_TRY(r, sd_share_combine(pick, 3, &back, err));
	KC_TRY(r, sd_share_agrees(pick, 3, &share[1], &agrees, err));
	if (!equals(&back, "41") || !agrees)
		r = KC_FAIL(err, KC_ESELFTEST, 0,
		    "combining shares over GF(257)");
out:
	for (size_t i = 0; i < 5; i++)
		kc_secret_free(&share[i]);
	kc_secret_free(&secret);
	kc_secret_free(&coef);
	kc_secret_free(&back);
	return r;
}

static const struct {
	const char *name;
	kc_result (*run)(struct kc_err *err);
} tests[] = {
	{ "sd-kdf", test_kdf },
	{ "sd-jwe", test_jwe },
	{ "sd-shares", test_shares },
};

size_t
sd_selftests(void)
{
	return sizeof tests / sizeof *tests;
}

kc_result
sd_selftest(size_t i, const char **ret_name, struct kc_err *err)
{
	kc_result r;

	if (i >= sd_selftests())
		return KC_FAIL(err, KC_EBUG, 0, "self-test %zu", i);
	*ret_name = tests[i].name;
	r = tests[i].run(err);
	if (!kc_ok(r) && r.code != KC_ESELFTEST) {
		r = KC_FAIL(err, KC_ESELFTEST, (long)r.code, "%s did not run",
		    tests[i].name);
	}
	return r;
}
