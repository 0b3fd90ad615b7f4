/* SPDX-License-Identifier: Apache-2.0
 *
 * Compact JWE: what parses is what was written; what decrypts had its tag.
 */
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "sd/jwe.h"
#include "tests/fuzz/fuzz.h"

#define ROOM 65536

void
fuzz_start(void)
{
}

/* The parts give the text again, byte for byte. */
static void
same_text(const struct sd_jwe *j, const char *text)
{
	const struct kc_buf *parts[] = { &j->ek, &j->iv, &j->ciphertext,
		&j->tag };
	struct kc_buf t = { 0 };

	fuzz_ok(kc_buf_adds(&t, kc_buf_str(&j->header), NULL));
	for (size_t i = 0; i < 4; i++) {
		fuzz_ok(kc_buf_adds(&t, ".", NULL));
		fuzz_ok(kc_b64url_encode(parts[i]->p, parts[i]->len, &t,
		    NULL));
	}
	fuzz_must(strcmp(kc_buf_str(&t), text) == 0);
	kc_buf_free(&t);
}

static void
pinned(const struct sd_jwe *j, bool rsa)
{
	static const char *const kids[] = { NULL, "not used", "hsm_backup" };

	for (size_t i = 0; i < sizeof kids / sizeof *kids; i++) {
		struct kc_err err = { 0 };
		kc_result r = sd_jwe_pin("it", j, rsa, kids[i], &err);

		if (!kc_ok(r))
			fuzz_failed(r, &err);
		else	/* no file chooses its algorithm */
			fuzz_ok(sd_jwe_pin("it", j, rsa, NULL, NULL));
		fuzz_must(!kc_ok(r) || !kc_ok(sd_jwe_pin("it", j, !rsa,
		    kids[i], NULL)));
	}
}

static void
decrypted(const struct sd_jwe *j, const struct kc_secret *cek)
{
	static uint8_t plain[ROOM];
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };
	size_t len = SIZE_MAX;
	bool tag = kc_ok(sd_jwe_verify("it", j, cek, NULL));
	kc_result r;

	if (j->ciphertext.len > ROOM)
		return;
	fuzz_mark(plain, j->ciphertext.len);
	r = sd_jwe_decrypt("it", j, cek, plain, &len, &err);
	if (!kc_ok(r)) {
		fuzz_failed(r, &err);
		fuzz_must(len == SIZE_MAX);
		fuzz_must(tag ? r.code == KC_EFORMAT : r.code == KC_EMAC);
		/* Nothing of a text whose tag is wrong, ever. */
		fuzz_must(tag || fuzz_marked(plain, j->ciphertext.len));
	} else {
		fuzz_must(tag);
		fuzz_must(len < j->ciphertext.len &&
		    len + 16 >= j->ciphertext.len);
	}
	r = sd_jwe_decrypt_secret("it", j, cek, &s, &err);
	fuzz_must(kc_ok(r) == (len != SIZE_MAX));
	if (kc_ok(r))
		fuzz_must(s.len == len && memcmp(s.p, plain, len) == 0);
	kc_secret_free(&s);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	char *text = strndup((const char *)p, len);
	struct kc_secret cek = { 0 };

	fuzz_must(text != NULL);
	fuzz_ok(fuzz_unwrap(NULL, p, 256, &cek, NULL));
	for (int rsa = 0; rsa < 2; rsa++) {
		struct kc_err err = { 0 };
		struct sd_jwe j;
		kc_result r;

		fuzz_mark(&j, sizeof j);
		r = sd_jwe_parse("it", text, rsa != 0, &j, &err);
		if (!kc_ok(r)) {
			fuzz_failed(r, &err);
			fuzz_must(fuzz_marked(&j, sizeof j));
			continue;
		}
		same_text(&j, text);
		pinned(&j, rsa != 0);
		decrypted(&j, &cek);
		fuzz_all_holds = true;
		decrypted(&j, &cek);
		fuzz_all_holds = false;
		sd_jwe_free(&j);
	}
	kc_secret_free(&cek);
	free(text);
}
