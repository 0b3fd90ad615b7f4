/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets: bytes in OpenSSL's locked secure heap, wiped over their whole
 * capacity on free.  Never grown, never copied to other memory.
 */
#ifndef KC_BASE_SECRET_H
#define KC_BASE_SECRET_H

#include <stdint.h>

#include "base/err.h"

#define KC_SECRET_HEAP_BYTES ((size_t)1 << 20)

/* struct kc_secret: start as {0}. len <= cap. */
struct kc_secret {
	uint8_t *p;
	size_t len;
	size_t cap;
};

/* kc_secret_heap: set up the locked heap, once in each process.
 *  Errors: KC_ESANDBOX when the heap cannot be had or cannot be locked. */
KC_MUST kc_result kc_secret_heap(struct kc_err *err);

/* kc_secret_new: cap zeroed bytes; len = 0.  *s must be empty.
 *  Errors: KC_ENOMEM, KC_ESANDBOX (heap not set up). */
KC_MUST kc_result kc_secret_new(struct kc_secret *s, size_t cap,
    struct kc_err *err);

/* kc_secret_free: wipe cap bytes, free, zero the struct.  NULL-safe. */
void kc_secret_free(struct kc_secret *s);

/* kc_secret_random: a new secret of len bytes from the private DRBG. */
KC_MUST kc_result kc_secret_random(struct kc_secret *s, size_t len,
    struct kc_err *err);

/* kc_random: public random bytes (ids, nonces, salts). */
KC_MUST kc_result kc_random(void *p, size_t len, struct kc_err *err);

/* kc_secret_read_line: read one line, at most cap - 2 bytes, from fd into a
 * new secret; the newline is dropped; p[len] is NUL.  For --pin-fd.
 *  what   names the secret in messages ("PIN")
 *  Errors: KC_EUSAGE when empty or too long; KC_EIO */
KC_MUST kc_result kc_secret_read_line(int fd, size_t cap, const char *what,
    struct kc_secret *ret, struct kc_err *err);

#endif
