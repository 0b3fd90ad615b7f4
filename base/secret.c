/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets in the locked secure heap.
 */
#include "base/secret.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

kc_result
kc_secret_heap(struct kc_err *err)
{
	if (CRYPTO_secure_malloc_initialized())
		return KC_DONE;
	/* 2 means: usable, but not locked or not guarded. */
	if (CRYPTO_secure_malloc_init(KC_SECRET_HEAP_BYTES, 16) != 1)
		return KC_FAIL(err, KC_ESANDBOX, 0,
		    "the secure heap of %zu bytes cannot be locked in memory "
		    "(RLIMIT_MEMLOCK too low?)", KC_SECRET_HEAP_BYTES);
	return KC_DONE;
}

kc_result
kc_secret_new(struct kc_secret *s, size_t cap, struct kc_err *err)
{
	uint8_t *p;

	if (!CRYPTO_secure_malloc_initialized())
		return KC_FAIL(err, KC_ESANDBOX, 0,
		    "the secure heap is not set up");
	p = OPENSSL_secure_zalloc(cap != 0 ? cap : 1);
	if (p == NULL || !CRYPTO_secure_allocated(p)) {
		OPENSSL_secure_free(p);
		return KC_FAIL(err, KC_ENOMEM, 0,
		    "the secure heap has no room for %zu bytes", cap);
	}
	*s = (struct kc_secret){ p, 0, cap };
	return KC_DONE;
}

void
kc_secret_free(struct kc_secret *s)
{
	if (s == NULL)
		return;
	if (s->p != NULL)
		OPENSSL_secure_clear_free(s->p, s->cap != 0 ? s->cap : 1);
	*s = (struct kc_secret){ 0 };
}

kc_result
kc_secret_random(struct kc_secret *s, size_t len, struct kc_err *err)
{
	kc_result r = kc_secret_new(s, len, err);

	if (!kc_ok(r))
		return r;
	if (RAND_priv_bytes(s->p, (int)len) != 1) {
		kc_secret_free(s);
		return KC_FAIL_SSL(err, KC_ESELFTEST,
		    "the random generator failed");
	}
	s->len = len;
	return KC_DONE;
}

kc_result
kc_random(void *p, size_t len, struct kc_err *err)
{
	if (RAND_bytes(p, (int)len) != 1)
		return KC_FAIL_SSL(err, KC_ESELFTEST,
		    "the random generator failed");
	return KC_DONE;
}

kc_result
kc_secret_read_line(int fd, size_t cap, const char *what,
    struct kc_secret *ret, struct kc_err *err)
{
	struct kc_secret s = { 0 };
	kc_result r = kc_secret_new(&s, cap, err);
	ssize_t n;

	if (!kc_ok(r))
		return r;
	/* Byte by byte: what follows the line belongs to someone else. */
	while (s.len + 1 < cap) {
		n = read(fd, s.p + s.len, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = KC_FAIL(err, KC_EIO, errno,
			    "cannot read the %s from descriptor %d: %s", what,
			    fd, strerror(errno));
			goto out;
		}
		if (n == 0 || s.p[s.len] == '\n')
			break;
		s.len++;
	}
	if (s.len + 1 >= cap) {
		r = KC_FAIL(err, KC_EUSAGE, 0,
		    "the %s from descriptor %d is longer than %zu bytes",
		    what, fd, cap - 2);
		goto out;
	}
	if (s.len > 0 && s.p[s.len - 1] == '\r')
		s.len--;
	s.p[s.len] = '\0';
	if (s.len == 0) {
		r = KC_FAIL(err, KC_EUSAGE, 0,
		    "the %s from descriptor %d is empty", what, fd);
		goto out;
	}
	*ret = s;
	s = (struct kc_secret){ 0 };
	r = KC_DONE;
out:
	kc_secret_free(&s);
	return r;
}
