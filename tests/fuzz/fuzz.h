/* SPDX-License-Identifier: Apache-2.0
 *
 * What fuzz targets share.  A target is NAME_fuzz.c with fuzz_start and
 * fuzz_one; linked with replay.c it runs files, linked with libFuzzer and
 * mutate.c it looks for new ones.  Around every input it is checked that no
 * secret is left, that every secret was wiped whole, and that OpenSSL's
 * error queue is empty.
 */
#ifndef KC_TESTS_FUZZ_H
#define KC_TESTS_FUZZ_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

/* What a target brings: once before the first input, and for each. */
void fuzz_start(void);
void fuzz_one(const uint8_t *p, size_t len);

/* fuzz_must: what does not hold ends the run as a crash. */
#define fuzz_must(cond)							\
	do {								\
		if (!(cond))						\
			fuzz_broken(#cond, __FILE__, __LINE__);		\
	} while (0)
_Noreturn void fuzz_broken(const char *what, const char *file, int line);

/* fuzz_ok: the call succeeds, whatever the input. */
#define fuzz_ok(call)							\
	do {								\
		kc_result f_r = (call);					\
		fuzz_must(kc_ok(f_r));					\
	} while (0)

/* fuzz_failed: a refusal is one: its code is that of the result and blames
 *  the input, its sentence is there and ends. */
void fuzz_failed(kc_result r, const struct kc_err *err);

/* fuzz_mark, fuzz_marked: outputs untouched on failure. */
void fuzz_mark(void *p, size_t len);
bool fuzz_marked(const void *p, size_t len);

/* fuzz_secret: bytes of the input as the secret they would be. */
void fuzz_secret(const void *p, size_t len, struct kc_secret *ret);

/* fuzz_unwrap: a holder's key that always gives the one content key that
 *  the seeds are sealed with, bytes 0 to 63. */
kc_result fuzz_unwrap(void *ctx, const uint8_t *ek, size_t len,
    struct kc_secret *ret_cek, struct kc_err *err);

/* fuzz_all_holds: while true every authentication tag and every signature
 *  passes, so that what stands behind one is reached. */
extern bool fuzz_all_holds;

/* fuzz_secrets: secrets that live now (wraps.c). */
size_t fuzz_secrets(void);

/* libFuzzer's interface. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);
size_t LLVMFuzzerMutate(uint8_t *p, size_t len, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t len, size_t max,
    unsigned int seed);

#endif
