/* SPDX-License-Identifier: Apache-2.0
 *
 * The invariants around every input.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "sd/jwe.h"

#define MARK 0xa5

void
fuzz_broken(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line,
	    what != NULL ? what : "?");
	abort();
}

void
fuzz_failed(kc_result r, const struct kc_err *err)
{
	fuzz_must(!kc_ok(r) && r.code < KC_CODES && err->code == r.code);
	fuzz_must(memchr(err->msg, '\0', sizeof err->msg) != NULL);
	fuzz_must(err->msg[0] != '\0');
	/* Bad input is neither our bug nor the machine's trouble. */
	if (kc_exit(r.code) != 1 && kc_exit(r.code) != 3)
		fuzz_broken(err->msg, err->file, err->line);
}

void
fuzz_mark(void *p, size_t len)
{
	memset(p, MARK, len);
}

bool
fuzz_marked(const void *p, size_t len)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < len; i++)
		if (b[i] != MARK)
			return false;
	return true;
}

void
fuzz_secret(const void *p, size_t len, struct kc_secret *ret)
{
	fuzz_ok(kc_secret_new(ret, len, NULL));
	if (len > 0)
		memcpy(ret->p, p, len);
	ret->len = len;
}

kc_result
fuzz_unwrap(void *ctx, const uint8_t *ek, size_t len,
    struct kc_secret *ret_cek, struct kc_err *err)
{
	kc_result r = kc_secret_new(ret_cek, SD_CEK, err);

	(void)ctx;
	fuzz_must(ek != NULL && len >= 256);
	if (!kc_ok(r))
		return r;
	for (size_t i = 0; i < SD_CEK; i++)
		ret_cek->p[i] = (uint8_t)i;
	ret_cek->len = SD_CEK;
	return r;
}

/* LeakSanitizer's, where it is linked. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct kc_secret warm = { 0 };

	(void)argc;
	(void)argv;
	fuzz_ok(kc_secret_heap(NULL));
	/* The random generators keep their state in the secure heap for good,
	 * where LeakSanitizer does not see what they point at. */
	if (__lsan_disable != NULL)
		__lsan_disable();
	fuzz_ok(kc_secret_random(&warm, 1, NULL));
	fuzz_ok(kc_random(warm.p, 1, NULL));
	kc_secret_free(&warm);
	fuzz_start();
	if (__lsan_enable != NULL)
		__lsan_enable();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const uint8_t none[1];
	size_t used = CRYPTO_secure_used(), secrets = fuzz_secrets();

	fuzz_all_holds = false;
	fuzz_one(len > 0 ? p : none, len);
	fuzz_must(fuzz_secrets() == secrets);
	fuzz_must(CRYPTO_secure_used() == used);
	if (ERR_peek_error() != 0)
		fuzz_broken(ERR_reason_error_string(ERR_peek_error()),
		    "OpenSSL's error queue", 0);
	return 0;
}
