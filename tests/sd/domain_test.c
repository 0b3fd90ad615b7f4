/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole files: split, read, open, restore; keys made for the run.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "sd/jwe.h"
#include "tests/sd/keys.h"

#define HOLDERS 4
#define EXCHANGE 3		/* the last one is the exchange key */

static char dir[] = P_tmpdir "/sd-test-XXXXXX";
static char path[HOLDERS][64];
static struct sd_cert cert[HOLDERS];
static struct sd_pemkey *pem[HOLDERS];
static struct sd_key key[HOLDERS];
static struct kc_buf file;	/* a domain, quorum 2 of 3 */
static const struct sd_input data[] = {
	{ "hsm_backup", "one", 3 }, { "other", "", 0 },
};

static void
make_holder(size_t i, unsigned int bits)
{
	(void)snprintf(path[i], sizeof path[i], "%s/h%zu.pem", dir, i);
	t_holder(path[i], bits, &pem[i], &cert[i]);
	key[i] = sd_pemkey_key(pem[i]);
}

static int
set_up(void **state)
{
	(void)state;
	if (!kc_ok(kc_secret_heap(NULL)) || mkdtemp(dir) == NULL)
		return -1;
	for (size_t i = 0; i < HOLDERS; i++)
		make_holder(i, i == EXCHANGE ? 3072 : 2048);
	return kc_ok(sd_split(cert, 3, 2, data, 2, &file, NULL)) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOLDERS; i++) {
		sd_pemkey_free(&pem[i]);
		sd_cert_free(&cert[i]);
		(void)unlink(path[i]);
	}
	kc_buf_free(&file);
	return rmdir(dir);
}

static kc_result
open_bytes(const void *p, size_t len, const struct sd_key *keys, size_t n,
    struct kc_err *err)
{
	struct sd_domain d = { 0 };
	struct sd_opened o = { 0 };
	kc_result r = sd_domain_read("f", p, len, &d, err);

	if (kc_ok(r))
		r = sd_open("f", &d, keys, n, &o, err);
	sd_opened_free(&o);
	sd_domain_free(&d);
	return r;
}

static kc_result
see(void *ctx, const char *tag, const struct sd_plain *plain,
    struct kc_err *err)
{
	size_t *n = ctx;

	(void)err;
	assert_string_equal(tag, data[*n].tag);
	assert_int_equal(plain->len, data[*n].len);
	assert_memory_equal(plain->p, data[*n].p, plain->len);
	++*n;
	return KC_DONE;
}

static void
a_restore_blob_opens_to_what_was_split(void **state)
{
	struct sd_key nameless[] = { key[2], key[0] };
	struct sd_domain d = { 0 };
	struct sd_opened o = { 0 };
	struct kc_buf blob = { 0 };
	struct kc_err err = { 0 };
	size_t seen = 0;

	(void)state;
	nameless[0].has_x5t = nameless[1].has_x5t = false;
	assert_true(kc_ok(sd_domain_read("f", file.p, file.len, &d, NULL)));
	assert_true(kc_ok(sd_open("f", &d, nameless, 2, &o, NULL)));
	assert_int_equal(o.share_of[0], 2);
	assert_int_equal(o.share_of[1], 0);
	assert_true(kc_ok(sd_restore_blob(&d, &o.master, &cert[EXCHANGE],
	    kc_clock_utc_ms(), &blob, NULL)));
	assert_true(kc_ok(sd_blob_check("b", blob.p, blob.len, &d,
	    &cert[EXCHANGE], NULL)));
	assert_true(kc_ok(sd_blob_open("b", blob.p, blob.len, &key[EXCHANGE],
	    see, &seen, NULL)));
	assert_int_equal(seen, 2);
	assert_int_equal(sd_blob_open("b", blob.p, blob.len, &key[0], see,
	    &seen, &err).code, KC_EREFUSED);
	assert_non_null(strstr(err.msg, "another exchange certificate"));
	kc_buf_free(&blob);
	assert_int_equal(sd_restore_blob(&d, &o.master, &cert[0],
	    kc_clock_utc_ms(), &blob, &err).code, KC_EREFUSED);
	assert_int_equal(sd_restore_blob(&d, &o.master, &cert[EXCHANGE], 0,
	    &blob, &err).code, KC_EEXPIRED);
	assert_null(blob.p);
	sd_opened_free(&o);
	sd_domain_free(&d);
}

static void
a_blob_with_a_longer_master_key_is_refused_before_it_is_opened(void **state)
{
	struct kc_secret master = { 0 };
	struct sd_domain d = { 0 };
	struct sd_opened o = { 0 };
	struct kc_buf blob = { 0 }, jwe = { 0 };
	struct kc_err err = { 0 };
	json_t *root = NULL;

	(void)state;
	assert_true(kc_ok(sd_domain_read("d", file.p, file.len, &d, NULL)));
	assert_true(kc_ok(sd_open("d", &d, key, 2, &o, NULL)));
	assert_true(kc_ok(sd_restore_blob(&d, &o.master, &cert[EXCHANGE],
	    kc_clock_utc_ms(), &blob, NULL)));
	assert_true(kc_ok(kc_json_read("b", blob.p, blob.len, blob.len, &root,
	    NULL)));
	assert_true(kc_ok(kc_secret_random(&master, 48, NULL)));
	assert_true(kc_ok(sd_jwe_wrap(&cert[EXCHANGE], &master, &jwe, NULL)));
	assert_true(kc_ok(kc_json_set_str(json_object_get(root, "WrappedKey"),
	    "enc_key", kc_buf_str(&jwe), NULL)));
	kc_buf_free(&blob);
	assert_true(kc_ok(kc_json_canon(root, &blob, NULL)));
	assert_int_equal(sd_blob_open("b", blob.p, blob.len, &key[EXCHANGE],
	    see, NULL, &err).code, KC_EFORMAT);
	assert_non_null(strstr(err.msg, "b: WrappedKey: the master key's "
	    "ciphertext has 64 bytes, not 48"));
	assert_int_equal(sd_blob_check("b", blob.p, blob.len, &d,
	    &cert[EXCHANGE], &err).code, KC_EFORMAT);
	json_decref(root);
	kc_buf_free(&blob);
	kc_buf_free(&jwe);
	kc_secret_free(&master);
	sd_opened_free(&o);
	sd_domain_free(&d);
}

static void
the_same_nameless_holder_twice_is_refused_by_name(void **state)
{
	struct sd_key twice[] = { key[1], key[1] };
	struct kc_err err = { 0 };

	(void)state;
	twice[0].has_x5t = twice[1].has_x5t = false;
	assert_int_equal(open_bytes(file.p, file.len, twice, 2, &err).code,
	    KC_EQUORUM);
	assert_non_null(strstr(err.msg, "are the same holder (share 2)"));
	assert_non_null(strstr(err.msg, path[1]));
}

static void
a_nameless_key_of_nobody_is_refused(void **state)
{
	struct sd_key two[] = { key[0], key[EXCHANGE] };
	struct kc_err err = { 0 };

	(void)state;
	two[1].has_x5t = false;
	assert_int_equal(open_bytes(file.p, file.len, two, 2, &err).code,
	    KC_EREFUSED);
	assert_non_null(strstr(err.msg, "opens none of the shares"));
}

static void
a_file_cut_at_any_length_is_malformed(void **state)
{
	(void)state;
	for (size_t n = 0; n < file.len; n++)
		assert_int_equal(open_bytes(file.p, n, key, 3, NULL).code,
		    KC_EFORMAT);
	assert_true(kc_ok(open_bytes(file.p, file.len, key, 3, NULL)));
}

static void
no_changed_byte_is_accepted(void **state)
{
	const char *m = strstr(kc_buf_str(&file), "\"required\":2");
	size_t exempt;

	(void)state;
	/* M itself is authenticated by nothing: a raised one still opens
	 * with that many holders. */
	assert_non_null(m);
	exempt = (size_t)(m - kc_buf_str(&file)) + strlen("\"required\":");
	for (size_t i = 0; i < file.len; i++) {
		kc_result r;

		file.p[i] ^= 1;
		r = open_bytes(file.p, file.len, key, 3, NULL);
		file.p[i] ^= 1;
		if (i != exempt && kc_ok(r))
			fail_msg("byte %zu", i);
	}
}

static void
a_request_comes_back_as_the_set_it_was_made_of(void **state)
{
	struct sd_cert back[SD_MAX_HOLDERS] = { 0 };
	struct kc_buf body = { 0 };
	struct kc_err err = { 0 };
	size_t n = 0, m = 0;
	char *at;

	(void)state;
	assert_true(kc_ok(sd_request_body(cert, 3, 2, &body, NULL)));
	assert_true(kc_ok(sd_request_read("r", body.p, body.len, back,
	    SD_MAX_HOLDERS, &n, &m, NULL)));
	assert_int_equal(n, 3);
	assert_int_equal(m, 2);
	for (size_t i = 0; i < n; i++) {
		assert_memory_equal(back[i].x5t, cert[i].x5t, KC_SHA256);
		sd_cert_free(&back[i]);
	}
	at = strstr((char *)body.p, "\"n\":\"");
	assert_non_null(at);
	at[5] = at[5] == 'x' ? 'y' : 'x';
	assert_int_equal(sd_request_read("r", body.p, body.len, back,
	    SD_MAX_HOLDERS, &n, &m, &err).code, KC_EFORMAT);
	assert_non_null(strstr(err.msg, "does not belong to its"));
	kc_buf_free(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restore_blob_opens_to_what_was_split),
		cmocka_unit_test(
    a_blob_with_a_longer_master_key_is_refused_before_it_is_opened),
		cmocka_unit_test(
		    the_same_nameless_holder_twice_is_refused_by_name),
		cmocka_unit_test(a_nameless_key_of_nobody_is_refused),
		cmocka_unit_test(a_file_cut_at_any_length_is_malformed),
		cmocka_unit_test(no_changed_byte_is_accepted),
		cmocka_unit_test(
		    a_request_comes_back_as_the_set_it_was_made_of),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
