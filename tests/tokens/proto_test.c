/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages to and from card processes: bounds, cuts, leftovers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tokens/proto.h"

static struct tok_msg m, cut;
static struct tok_key key, back;
static struct kc_err err;

static void
fill_key(void)
{
	memset(&key, 0, sizeof key);
	memset(key.id, 7, sizeof key.id);
	key.id_len = sizeof key.id;
	memset(key.label, 'l', sizeof key.label - 1);
	key.bits = 8192;
	memset(key.n, 0xff, sizeof key.n);
	key.n_len = sizeof key.n;
	memset(key.e, 1, sizeof key.e);
	key.e_len = 3;
	key.has_private = 1;
	key.decrypt = -1;
	key.local = 1;
	assert_true(kc_ok(kc_buf_add(&key.cert, "certificate", 11, &err)));
}

static void
a_key_survives_the_way(void **state)
{
	(void)state;
	fill_key();
	memset(&m, 0, sizeof m);
	tok_put_key(&m, &key);
	tok_get_key(&m, &back);
	assert_true(tok_msg_done(&m));
	assert_memory_equal(back.n, key.n, sizeof key.n);
	assert_memory_equal(back.id, key.id, sizeof key.id);
	assert_string_equal(back.label, key.label);
	assert_int_equal(back.decrypt, -1);
	assert_int_equal(back.sign, 0);
	assert_int_equal(back.local, 1);
	assert_int_equal(back.cert.len, 11);
	tok_key_free(&back);
	tok_key_free(&key);
}

static void
a_message_cut_anywhere_is_refused(void **state)
{
	(void)state;
	fill_key();
	memset(&m, 0, sizeof m);
	tok_put_key(&m, &key);
	for (size_t len = 0; len < m.len; len++) {
		cut = m;
		cut.len = len;
		tok_get_key(&cut, &back);
		assert_false(tok_msg_done(&cut));
		tok_key_free(&back);
	}
	cut = m;
	cut.p[cut.len++] = 0;
	tok_get_key(&cut, &back);
	assert_false(cut.bad);
	assert_false(tok_msg_done(&cut));
	tok_key_free(&back);
	tok_key_free(&key);
}

static void
lengths_that_lie_are_refused(void **state)
{
	static const uint32_t lies[] = { 33, 0x7fffffff, 0x80000000u,
		0xffffffffu, 0xfffffffcu };
	uint8_t small[32];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		memset(&m, 0, sizeof m);
		tok_put_u32(&m, lies[i]);
		m.len += 64;
		tok_get_bytes(&m, small, sizeof small, &len);
		assert_true(m.bad);
		assert_int_equal(len, 0);
	}
}

static void
a_string_with_a_nul_inside_is_refused(void **state)
{
	char s[16];

	(void)state;
	memset(&m, 0, sizeof m);
	tok_put_bytes(&m, "a\0b", 3);
	tok_get_str(&m, s, sizeof s);
	assert_true(m.bad);
}

static void
a_message_too_large_is_never_sent(void **state)
{
	static const uint8_t big[TOK_MSG_MAX];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	memset(&m, 0, sizeof m);
	tok_put_bytes(&m, big, sizeof big);
	assert_true(m.bad);
	assert_int_equal(tok_send(pair[0], &m, &err).code, KC_EBUG);
	memset(&m, 0, sizeof m);
	assert_int_equal(tok_send(pair[0], &m, &err).code, KC_EBUG);
	(void)close(pair[0]);
	assert_int_equal(tok_recv(pair[1], &m, &err).code, KC_ECARDLESS);
	(void)close(pair[1]);
}

static void
a_secret_goes_from_secure_heap_to_secure_heap(void **state)
{
	static uint8_t huge[TOK_SECRET_MAX + 1];
	struct kc_secret s = { 0 }, got = { 0 };
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_true(kc_ok(kc_secret_random(&s, 32, &err)));
	assert_true(kc_ok(tok_send_secret(pair[0], &s, &err)));
	assert_true(kc_ok(tok_recv_secret(pair[1], &got, &err)));
	assert_int_equal(got.len, 32);
	assert_memory_equal(got.p, s.p, 32);
	kc_secret_free(&got);
	s.len = 0;
	assert_int_equal(tok_send_secret(pair[0], &s, &err).code, KC_EUSAGE);
	s.len = 32;
	kc_secret_free(&s);
	assert_int_equal(send(pair[0], huge, sizeof huge, 0), sizeof huge);
	assert_int_equal(tok_recv_secret(pair[1], &got, &err).code, KC_ECARD);
	assert_non_null(strstr(err.msg, "1025 bytes; the limit is 1024"));
	assert_null(got.p);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static int
set_up(void **state)
{
	(void)state;
	return kc_ok(kc_secret_heap(&err)) ? 0 : -1;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_survives_the_way),
		cmocka_unit_test(a_message_cut_anywhere_is_refused),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(a_string_with_a_nul_inside_is_refused),
		cmocka_unit_test(a_message_too_large_is_never_sent),
		cmocka_unit_test(a_secret_goes_from_secure_heap_to_secure_heap),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
