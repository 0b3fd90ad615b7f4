/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets: nothing before the locked heap, nothing left after free.
 */
#include "base/secret.h"

#include <unistd.h>

#include <openssl/crypto.h>

#include "tests/check.h"

/* First in the list: the heap is process-wide and there for good. */
static void
without_the_heap_there_is_no_secret(void **state)
{
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	assert_false(CRYPTO_secure_malloc_initialized());
	t_fails(kc_secret_new(&s, 32, &err), &err, KC_ESANDBOX,
	    "the secure heap is not set up");
	assert_null(s.p);
	t_fails(kc_secret_random(&s, 32, &err), &err, KC_ESANDBOX,
	    "not set up");
	assert_null(s.p);
}

static void
the_heap_is_set_up_once_and_asked_for_again_freely(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_secret_heap(&err), &err);
	t_ok(kc_secret_heap(&err), &err);
	assert_true(CRYPTO_secure_malloc_initialized());
}

/* The kernel's own word for it: locked pages of our process. */
static void
the_heap_is_locked_in_memory(void **state)
{
	char line[256];
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "VmLck:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	(void)fclose(f);
	assert_true(kib >= (long)(KC_SECRET_HEAP_BYTES / 1024));
}

static void
a_new_secret_is_zero_empty_and_in_the_heap(void **state)
{
	static const uint8_t zero[48];
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_secret_new(&s, sizeof zero, &err), &err);
	assert_int_equal(s.len, 0);
	assert_int_equal(s.cap, sizeof zero);
	assert_true(CRYPTO_secure_allocated(s.p));
	assert_memory_equal(s.p, zero, sizeof zero);
	kc_secret_free(&s);
	assert_null(s.p);
	assert_int_equal(s.cap, 0);
	kc_secret_free(&s);
	kc_secret_free(NULL);
}

/* OpenSSL's heap stays mapped after a free; only the list links at the front
 * of a free block may be written.  A planted value longer than those must be
 * gone over the whole capacity, although the length says less. */
static void
free_wipes_the_capacity_and_not_only_the_length(void **state)
{
	static const char planted[] = "a planted value";
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };
	const volatile uint8_t *p;
	size_t cap = 256;

	(void)state;
	t_ok(kc_secret_new(&s, cap, &err), &err);
	for (size_t i = 0; i + sizeof planted <= cap; i += sizeof planted)
		memcpy(s.p + i, planted, sizeof planted);
	s.len = 1;
	p = s.p;
	assert_int_equal(p[128], planted[128 % sizeof planted]);
	kc_secret_free(&s);
	for (size_t i = 2 * sizeof(void *); i < cap; i++)
		assert_int_equal(p[i], 0);
}

static void
a_full_heap_is_said_and_nothing_is_taken_elsewhere(void **state)
{
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_fails(kc_secret_new(&s, 2 * KC_SECRET_HEAP_BYTES, &err), &err,
	    KC_ENOMEM, "the secure heap has no room");
	assert_null(s.p);
}

static void
random_secrets_have_their_length_and_differ(void **state)
{
	struct kc_secret a = { 0 }, b = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_secret_random(&a, 32, &err), &err);
	t_ok(kc_secret_random(&b, 32, &err), &err);
	assert_int_equal(a.len, 32);
	assert_memory_not_equal(a.p, b.p, 32);
	kc_secret_free(&a);
	kc_secret_free(&b);
}

/* kc_secret_read_line of text through a pipe; the rest stays for others. */
static kc_result
read_line(const char *text, size_t cap, struct kc_secret *ret, char *rest,
    size_t rest_size, struct kc_err *err)
{
	int fd[2];
	ssize_t n;
	kc_result r;

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
	assert_int_equal(close(fd[1]), 0);
	r = kc_secret_read_line(fd[0], cap, "PIN", ret, err);
	if (rest != NULL) {
		n = read(fd[0], rest, rest_size - 1);
		assert_true(n >= 0);
		rest[n] = '\0';
	}
	assert_int_equal(close(fd[0]), 0);
	return r;
}

static void
a_line_is_read_without_its_end_and_without_what_follows(void **state)
{
	static const char *const texts[] = { "123456\nnext", "123456\r\nnext",
		"123456" };
	struct kc_err err = { 0 };
	char rest[16];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct kc_secret s = { 0 };

		t_ok(read_line(texts[i], 64, &s, rest, sizeof rest, &err),
		    &err);
		assert_int_equal(s.len, 6);
		assert_string_equal((char *)s.p, "123456");
		assert_string_equal(rest, i < 2 ? "next" : "");
		assert_true(CRYPTO_secure_allocated(s.p));
		kc_secret_free(&s);
	}
}

static void
an_empty_line_is_refused(void **state)
{
	static const char *const texts[] = { "", "\n", "\r\n" };
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		t_fails(read_line(texts[i], 64, &s, NULL, 0, &err), &err,
		    KC_EUSAGE, "is empty");
	assert_null(s.p);
}

static void
a_line_that_is_too_long_is_refused_without_being_repeated(void **state)
{
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(read_line("123456\n", 8, &s, NULL, 0, &err), &err);
	kc_secret_free(&s);
	t_fails(read_line("7654321\n", 8, &s, NULL, 0, &err), &err, KC_EUSAGE,
	    "longer than 6 bytes");
	assert_null(strstr(err.msg, "7654321"));
	assert_null(s.p);
}

static void
a_descriptor_that_cannot_be_read_is_named(void **state)
{
	struct kc_secret s = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_fails(kc_secret_read_line(987, 64, "PIN", &s, &err), &err, KC_EIO,
	    "cannot read the PIN from descriptor 987");
	assert_null(s.p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_the_heap_there_is_no_secret),
		cmocka_unit_test(
		    the_heap_is_set_up_once_and_asked_for_again_freely),
		cmocka_unit_test(the_heap_is_locked_in_memory),
		cmocka_unit_test(a_new_secret_is_zero_empty_and_in_the_heap),
		cmocka_unit_test(
		    free_wipes_the_capacity_and_not_only_the_length),
		cmocka_unit_test(
		    a_full_heap_is_said_and_nothing_is_taken_elsewhere),
		cmocka_unit_test(random_secrets_have_their_length_and_differ),
		cmocka_unit_test(
		    a_line_is_read_without_its_end_and_without_what_follows),
		cmocka_unit_test(an_empty_line_is_refused),
		cmocka_unit_test(
		    a_line_that_is_too_long_is_refused_without_being_repeated),
		cmocka_unit_test(a_descriptor_that_cannot_be_read_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
