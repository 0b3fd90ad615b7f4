/* SPDX-License-Identifier: Apache-2.0
 *
 * Share arithmetic, the tag's compare and CBC unpadding on secrets, for
 * memcheck.  Right and wrong inputs both: either side of each verdict runs.
 */
#include "tests/consttime.h"

#include "base/b64.h"
#include "sd/jwe.h"
#include "sd/kdf.h"
#include "sd/share.h"

#define M 3

static void
random_secret(struct kc_secret *s, size_t len)
{
	must(kc_ok(kc_secret_random(s, len, NULL)), "random bytes");
	poison(s->p, s->len);
}

static void
field(void)
{
	uint32_t a = 256, b = 77, c;

	poison(&a, sizeof a);
	poison(&b, sizeof b);
	c = sd_gf_mul(a, sd_gf_inv(b));
	c = sd_gf_mul(c, b);
	reveal(&c, sizeof c);
	must(c == 256, "a * b^-1 * b");
}

/* M + 1 shares; coefficients below 256 will do. */
static void
make(struct kc_secret *master, struct kc_secret *shares)
{
	struct kc_secret coef = { 0 };

	random_secret(master, SD_MASTER);
	random_secret(&coef, 2 * (M - 1) * SD_MASTER);
	reveal(coef.p, coef.len);
	for (size_t i = 1; i < coef.len; i += 2)
		coef.p[i] = 0;
	poison(coef.p, coef.len);
	for (uint32_t x = 1; x <= M + 1; x++) {
		must(kc_ok(sd_share_make(master, &coef, M, x, &shares[x - 1],
		    NULL)), "a share");
		/* Made of secrets as a whole; from here its x is public. */
		reveal(shares[x - 1].p, shares[x - 1].len);
		poison_share(&shares[x - 1]);
	}
	kc_secret_free(&coef);
}

static void
check_share(const struct kc_secret *share, bool good)
{
	uint32_t x = 0;

	must(kc_ok(sd_share_check("share", share, &x, NULL)) == good,
	    "the check of a share");
}

/* The last word gets this value. */
static void
spoil(struct kc_secret *share, uint32_t value)
{
	uint8_t *p = share->p + share->len - 2;

	reveal(p, 2);
	p[0] = (uint8_t)(value & 0xff);
	p[1] = (uint8_t)((p[1] & 0xfe) | value >> 8);
	poison_share(share);
}

static void
agree(const struct kc_secret *const *pick, const struct kc_secret *extra,
    bool want)
{
	bool agrees = !want;

	must(kc_ok(sd_share_agrees(pick, M, extra, &agrees, NULL)), "agrees");
	reveal(&agrees, sizeof agrees);
	must(agrees == want, "whether a share agrees");
}

static void
shares(void)
{
	struct kc_secret master = { 0 }, s[M + 1] = { { 0 } }, back = { 0 };
	const struct kc_secret *pick[M] = { &s[0], &s[1], &s[2] };
	bool constant;

	make(&master, s);
	check_share(&s[0], true);
	must(kc_ok(sd_share_combine(pick, M, &back, NULL)), "combine");
	constant = sd_share_constant(&s[0], &back);
	reveal(&constant, sizeof constant);
	must(!constant, "the one-share test");
	agree(pick, &s[3], true);
	spoil(&s[3], 511);
	check_share(&s[3], false);
	agree(pick, &s[3], false);
	reveal(back.p, back.len);
	reveal(master.p, master.len);
	must(memcmp(back.p, master.p, SD_MASTER) == 0, "the master key");
	kc_secret_free(&back);
	/* f(0) = v1*3 - v2*3 + v3 for x = 1, 2, 3 */
	spoil(&s[0], 0);
	spoil(&s[1], 0);
	spoil(&s[2], 256);
	must(!kc_ok(sd_share_combine(pick, M, &back, NULL)), "a byte of 256");
	kc_secret_free(&master);
	for (size_t i = 0; i <= M; i++)
		kc_secret_free(&s[i]);
}

/* A JWE of a secret plaintext, sealed under a secret key; the text is what
 * travels, and public. */
static void
sealed(const char *plain, size_t len, const struct kc_secret *cek,
    struct sd_jwe *ret)
{
	const struct sd_seal s = { .kid = "kid", .plain = plain,
		.plain_len = len };
	struct kc_buf text = { 0 };

	/* Sealing writes base64 of what it encrypted: not looked at here. */
	reveal(cek->p, cek->len);
	must(kc_ok(sd_jwe_seal(&s, cek, &text, NULL)), "seal");
	must(kc_ok(sd_jwe_parse("jwe", kc_buf_str(&text), false, ret, NULL)),
	    "parse");
	poison(cek->p, cek->len);
	kc_buf_free(&text);
}

/* Flip the last plaintext byte, the pad's length: through the block before
 * it, and with a tag that holds. */
static void
break_padding(struct sd_jwe *jwe, const struct kc_secret *cek)
{
	uint64_t bits = (uint64_t)jwe->header.len * 8;
	uint8_t al[8], tag[SD_SHA512];
	const struct kc_part parts[] = {
		{ jwe->header.p, jwe->header.len }, { jwe->iv.p, 16 },
		{ jwe->ciphertext.p, jwe->ciphertext.len }, { al, 8 },
	};

	jwe->iv.p[15] ^= 0x40;
	for (size_t i = 0; i < 8; i++)
		al[i] = (uint8_t)(bits >> (56 - 8 * i));
	must(kc_ok(sd_hmac512(cek->p, 32, parts, 4, tag, NULL)), "a tag");
	memcpy(jwe->tag.p, tag, SD_JWE_TAG);
	reveal(jwe->tag.p, SD_JWE_TAG);
}

static void
decrypts(const struct sd_jwe *jwe, const struct kc_secret *cek,
    const char *want)
{
	uint8_t out[64];
	size_t len = 0;
	bool good = kc_ok(sd_jwe_decrypt("jwe", jwe, cek, out, &len, NULL));

	must(good == (want != NULL), "whether it decrypts");
	if (want == NULL)
		return;
	reveal(&len, sizeof len);
	reveal(out, sizeof out);
	must(len == strlen(want) && memcmp(out, want, len) == 0, "plaintext");
}

static void
jwe(void)
{
	static const char *const plain[] = { "", "one", "fifteen bytes..",
		"sixteen bytes..." };
	struct kc_secret master = { 0 }, cek = { 0 };

	random_secret(&master, SD_MASTER);
	must(kc_ok(sd_kdf(&master, "hsm_backup", "", SD_CEK, &cek, NULL)),
	    "kdf");
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		struct sd_jwe j = { 0 };

		sealed(plain[i], strlen(plain[i]), &cek, &j);
		decrypts(&j, &cek, plain[i]);
		j.tag.p[31] ^= 1;
		must(!kc_ok(sd_jwe_verify("jwe", &j, &cek, NULL)), "a tag");
		decrypts(&j, &cek, NULL);
		if (j.ciphertext.len == 16) {
			break_padding(&j, &cek);
			decrypts(&j, &cek, NULL);
		}
		sd_jwe_free(&j);
	}
	kc_secret_free(&master);
	kc_secret_free(&cek);
}

static void
all(void)
{
	field();
	shares();
	jwe();
}

int
main(int argc, char **argv)
{
	return consttime_main(argc, argv, all);
}
