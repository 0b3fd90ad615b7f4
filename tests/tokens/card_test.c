/* SPDX-License-Identifier: Apache-2.0
 *
 * Card sessions on a SoftHSM token of our own: everything through the fork
 * server and a card child.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/hash.h"
#include "tests/check.h"
#include "tokens/card.h"

#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"

static struct tok_server *server;
static struct tok_module module = { .path = SOFTHSM };
static char dir[64], variable[128];
static struct kc_err err;
static struct tok_key keys[TOK_KEYS_MAX];

static void
must(kc_result r)
{
	if (!kc_ok(r))
		fail_msg("%s: %s (%s:%d)", kc_symbol(r.code), err.msg,
		    err.file, err.line);
}

static void
must_fail(kc_result r, enum kc_code code, const char *part)
{
	if (r.code != code || strstr(err.msg, part) == NULL)
		fail_msg("wanted %s with '%s', got %s: %s", kc_symbol(code),
		    part, kc_symbol(r.code), err.msg);
}

static void
secret(struct kc_secret *s, const char *text)
{
	must(kc_secret_new(s, 64, &err));
	memcpy(s->p, text, strlen(text));
	s->len = strlen(text);
}

static void
open_card(struct tok_card **c, const char *serial)
{
	struct tok_uri uri = { 0 };

	if (serial != NULL)
		(void)snprintf(uri.serial, sizeof uri.serial, "%s", serial);
	must(tok_open(server, &module, &uri, NULL, c, &err));
}

static void
open_logged_in(struct tok_card **c)
{
	struct kc_secret pin = { 0 };

	open_card(c, NULL);
	secret(&pin, "123456");
	must(tok_login(*c, &pin, &err));
	kc_secret_free(&pin);
}

static const uint8_t wrap_id[] = { 1 }, sign_id[] = { 2 };

static void
a_blank_token_is_initialised_and_logged_in(void **state)
{
	struct tok_card *c = NULL;
	struct kc_secret so = { 0 }, pin = { 0 };
	struct tok_info before, after;

	(void)state;
	open_card(&c, NULL);
	must(tok_info(c, &before, &err));
	assert_false(before.initialized);
	assert_in_range(before.rsa_min, 1, 2048);
	assert_in_range(before.rsa_max, 4096, 65536);
	secret(&so, "12345678");
	secret(&pin, "123456");
	must(tok_init(c, "holder 1", &so, &pin, NULL, &err));
	must(tok_info(c, &after, &err));
	assert_true(after.initialized);
	assert_true(after.pin_set);
	assert_string_equal(after.label, "holder 1");
	assert_int_equal(strlen(after.serial), 16);
	assert_true(tok_known_soft(&after));
	tok_close(&c);
	assert_null(c);
	kc_secret_free(&so);
	kc_secret_free(&pin);
}

static void
generated_keys_say_they_cannot_leave(void **state)
{
	struct tok_card *c = NULL;
	struct tok_key k = { 0 };

	(void)state;
	open_logged_in(&c);
	must(tok_generate(c, wrap_id, 1, TOK_WRAPPING, 2048, &k, &err));
	assert_int_equal(k.bits, 2048);
	assert_int_equal(k.n_len, 256);
	assert_int_equal(k.sensitive, 1);
	assert_int_equal(k.extractable, 0);
	assert_int_equal(k.never_extractable, 1);
	assert_int_equal(k.local, 1);
	assert_int_equal(k.decrypt, 1);
	tok_key_free(&k);
	must(tok_generate(c, sign_id, 1, TOK_SIGNING, 2048, &k, &err));
	assert_int_equal(k.decrypt, 0);
	assert_int_equal(k.sign, 1);
	tok_key_free(&k);
	must_fail(tok_generate(c, wrap_id, 1, TOK_WRAPPING, 2048, &k, &err),
	    KC_EEXISTS, "with this id already");
	must_fail(tok_generate(c, (const uint8_t *)"\x09", 1, TOK_WRAPPING,
	    100, &k, &err), KC_ECARD, "not 100");
	tok_close(&c);
}

static X509 *
certify(struct tok_card *c, const uint8_t *id, enum tok_use use)
{
	struct kc_buf der = { 0 };
	const unsigned char *p;
	X509 *x;

	must(tok_certificate(c, id, 1, use, "test holder-1", &der, &err));
	p = der.p;
	x = d2i_X509(NULL, &p, (long)der.len);
	assert_non_null(x);
	kc_buf_free(&der);
	return x;
}

static void
certificates_are_self_signed_leaves_with_one_use(void **state)
{
	struct tok_card *c = NULL;
	const ASN1_TIME *after;
	X509 *x;

	(void)state;
	open_logged_in(&c);
	x = certify(c, wrap_id, TOK_WRAPPING);
	assert_int_equal(X509_verify(x, X509_get0_pubkey(x)), 1);
	assert_int_equal(X509_get_version(x), X509_VERSION_3);
	assert_int_equal(X509_get_key_usage(x), KU_KEY_ENCIPHERMENT);
	assert_int_equal(X509_get_extension_flags(x) & EXFLAG_CA, 0);
	assert_non_null(X509_get0_subject_key_id(x));
	assert_int_equal(X509_get_signature_nid(x),
	    NID_sha256WithRSAEncryption);
	after = X509_get0_notAfter(x);
	assert_string_equal((const char *)ASN1_STRING_get0_data(after),
	    "491231235959Z");
	assert_true(X509_cmp_current_time(X509_get0_notBefore(x)) < 0);
	X509_free(x);
	X509_free(certify(c, wrap_id, TOK_WRAPPING));
	x = certify(c, sign_id, TOK_SIGNING);
	assert_int_equal(X509_get_key_usage(x), KU_DIGITAL_SIGNATURE);
	X509_free(x);
	tok_close(&c);
}

static EVP_PKEY *
public_key(const struct tok_key *k)
{
	const unsigned char *p = k->cert.p;
	X509 *x = d2i_X509(NULL, &p, (long)k->cert.len);
	EVP_PKEY *pk;

	assert_non_null(x);
	pk = X509_get_pubkey(x);
	X509_free(x);
	return pk;
}

/* Encrypt as az does: RSA-OAEP-256. */
static void
encrypt(EVP_PKEY *pk, const EVP_MD *md, const uint8_t cek[32],
    uint8_t out[512], size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pk, NULL);

	*len = 512;
	assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx,
	    RSA_PKCS1_OAEP_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, md), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md), 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, out, len, cek, 32), 1);
	EVP_PKEY_CTX_free(ctx);
}

static void
a_cek_encrypted_by_openssl_is_unwrapped(void **state)
{
	static const uint8_t cek[32] = "0123456789abcdef0123456789abcde";
	struct tok_card *c = NULL;
	struct kc_secret got = { 0 };
	enum tok_oaep way = TOK_OAEP_UNKNOWN;
	uint8_t ek[512];
	size_t n = 0, len;
	EVP_PKEY *pk;

	(void)state;
	open_logged_in(&c);
	must(tok_keys(c, keys, TOK_KEYS_MAX, &n, &err));
	assert_int_equal(n, 2);
	pk = public_key(&keys[keys[0].id[0] == 1 ? 0 : 1]);
	must(tok_probe(c, wrap_id, 1, true, true, &way, &err));
	assert_int_equal(way, TOK_OAEP_RAW);
	encrypt(pk, EVP_sha256(), cek, ek, &len);
	must(tok_unwrap(c, wrap_id, 1, way, ek, len, &got, &err));
	assert_int_equal(got.len, 32);
	assert_memory_equal(got.p, cek, 32);
	assert_true(CRYPTO_secure_allocated(got.p));
	kc_secret_free(&got);
	must(tok_unwrap(c, wrap_id, 1, TOK_OAEP_UNKNOWN, ek, len, &got,
	    &err));
	assert_memory_equal(got.p, cek, 32);
	kc_secret_free(&got);
	must_fail(tok_unwrap(c, wrap_id, 1, TOK_OAEP_DIRECT, ek, len, &got,
	    &err), KC_ECARD, "CKR_ARGUMENTS_BAD");
	must_fail(tok_unwrap(c, wrap_id, 1, way, ek, len - 1, &got, &err),
	    KC_EFORMAT, "takes exactly 256");
	ek[7] ^= 1;
	ek[0] = 0;
	must_fail(tok_unwrap(c, wrap_id, 1, way, ek, len, &got, &err),
	    KC_EMAC, "does not open");
	memset(ek, 0xff, len);
	must_fail(tok_unwrap(c, wrap_id, 1, way, ek, len, &got, &err),
	    KC_EMAC, "not below the modulus");
	encrypt(pk, EVP_sha1(), cek, ek, &len);
	must_fail(tok_unwrap(c, wrap_id, 1, way, ek, len, &got, &err),
	    KC_EMAC, "does not open");
	assert_null(got.p);
	must_fail(tok_unwrap(c, (const uint8_t *)"\x07", 1, way, ek, len,
	    &got, &err), KC_ECARD, "no RSA private key");
	EVP_PKEY_free(pk);
	while (n > 0)
		tok_key_free(&keys[--n]);
	tok_close(&c);
}

static void
a_signature_is_verified_by_openssl(void **state)
{
	static const char text[] = "ceremony-test-v1 hello";
	struct tok_card *c = NULL;
	struct kc_buf sig = { 0 };
	uint8_t digest[32];
	size_t n = 0, at;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *pk;

	(void)state;
	open_logged_in(&c);
	must(tok_keys(c, keys, TOK_KEYS_MAX, &n, &err));
	at = keys[0].id[0] == 2 ? 0 : 1;
	pk = public_key(&keys[at]);
	must(kc_sha256_one(text, strlen(text), digest, &err));
	must(tok_sign(c, sign_id, 1, digest, &sig, &err));
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL,
	    pk), 1);
	assert_int_equal(EVP_DigestVerify(ctx, sig.p, sig.len,
	    (const uint8_t *)text, strlen(text)), 1);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pk);
	kc_buf_free(&sig);
	while (n > 0)
		tok_key_free(&keys[--n]);
	tok_close(&c);
}

static void
a_wrong_pin_is_refused_and_counted(void **state)
{
	struct tok_card *c = NULL;
	struct kc_secret pin = { 0 };
	struct tok_info info;

	(void)state;
	open_card(&c, NULL);
	secret(&pin, "999999");
	must_fail(tok_login(c, &pin, &err), KC_EPIN, "wrong PIN");
	must(tok_info(c, &info, &err));
	assert_true(info.pin_low);
	kc_secret_free(&pin);
	secret(&pin, "123456");
	must(tok_login(c, &pin, &err));
	kc_secret_free(&pin);
	tok_close(&c);
}

static void
without_a_pin_no_private_key_is_used(void **state)
{
	struct tok_card *c = NULL;
	struct kc_buf sig = { 0 };
	size_t n = 0;

	(void)state;
	open_card(&c, NULL);
	must(tok_keys(c, keys, TOK_KEYS_MAX, &n, &err));
	assert_int_equal(n, 2);
	assert_int_equal(keys[0].has_private, 0);
	while (n > 0)
		tok_key_free(&keys[--n]);
	must_fail(tok_sign(c, sign_id, 1, dir[0] ? (const uint8_t *)dir :
	    NULL, &sig, &err), KC_ECARD, "no RSA private key");
	tok_close(&c);
}

static void
an_absent_card_and_a_bad_module_are_named(void **state)
{
	struct tok_uri uri = { .serial = "0123456789abcdef" };
	struct tok_module gone = module, odd = module, wild = module;
	struct tok_card *c = NULL;

	(void)state;
	must_fail(tok_open(server, &module, &uri, NULL, &c, &err),
	    KC_ECARDLESS, "serial '0123456789abcdef'");
	gone.path = "/nonexistent/module.so";
	must_fail(tok_open(server, &gone, &uri, NULL, &c, &err), KC_EMODULE,
	    "/nonexistent/module.so");
	odd.path = "libsofthsm2.so";
	must_fail(tok_open(server, &odd, &uri, NULL, &c, &err), KC_EMODULE,
	    "absolute");
	wild.env[0] = "LD_PRELOAD=/x.so";
	must_fail(tok_open(server, &wild, &uri, NULL, &c, &err), KC_EMODULE,
	    "LD_PRELOAD");
	assert_null(c);
}

static void
a_killed_child_is_an_error_and_nothing_more(void **state)
{
	struct tok_card *c = NULL, *other = NULL;
	struct tok_info info;

	(void)state;
	open_card(&c, NULL);
	open_card(&other, NULL);
	assert_int_equal(kill(tok_pid(c), SIGTERM), 0);
	must_fail(tok_info(c, &info, &err), KC_ECARD, "signal 15");
	assert_true(strstr(err.certain, "read the card's state") != NULL);
	must_fail(tok_info(c, &info, &err), KC_ECARD, "open the card again");
	tok_close(&c);
	must(tok_info(other, &info, &err));
	tok_close(&other);
}

static void
a_closed_card_leaves_no_process(void **state)
{
	struct tok_card *c = NULL;
	int pid;

	(void)state;
	open_card(&c, NULL);
	pid = tok_pid(c);
	assert_int_equal(kill(pid, 0), 0);
	tok_close(&c);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void
erase_and_wipe_destroy(void **state)
{
	struct tok_card *c = NULL;
	size_t n = 0;

	(void)state;
	open_logged_in(&c);
	must(tok_erase(c, sign_id, 1, &err));
	must(tok_keys(c, keys, TOK_KEYS_MAX, &n, &err));
	assert_int_equal(n, 1);
	assert_int_equal(keys[0].id[0], 1);
	assert_true(keys[0].cert.len > 0);
	tok_key_free(&keys[0]);
	must(tok_wipe(c, &err));
	must(tok_keys(c, keys, TOK_KEYS_MAX, &n, &err));
	assert_int_equal(n, 0);
	tok_close(&c);
}

static void
a_second_initialisation_keeps_the_serial(void **state)
{
	struct tok_card *c = NULL;
	struct kc_secret so = { 0 }, pin = { 0 };
	struct tok_info before, after;

	(void)state;
	open_card(&c, NULL);
	must(tok_info(c, &before, &err));
	secret(&so, "00000000");
	secret(&pin, "654321");
	must_fail(tok_init(c, "again", &so, &pin, NULL, &err), KC_EPIN,
	    "initialising the card");
	assert_string_equal(err.certain, "the card was not initialised");
	kc_secret_free(&so);
	secret(&so, "12345678");
	must(tok_init(c, "again", &so, &pin, NULL, &err));
	must(tok_info(c, &after, &err));
	assert_string_equal(after.label, "again");
	assert_string_equal(after.serial, before.serial);
	tok_close(&c);
	kc_secret_free(&so);
	kc_secret_free(&pin);
}

static int
set_up(void **state)
{
	char conf[96], text[160];

	(void)state;
	(void)snprintf(dir, sizeof dir, "%s/card-test-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(conf, sizeof conf, "%s/conf", dir);
	(void)snprintf(text, sizeof text, "directories.tokendir = %s\n"
	    "objectstore.backend = file\nlog.level = ERROR\n", dir);
	if (!kc_ok(kc_file_write_new(conf, text, strlen(text), 0600, &err)))
		return -1;
	(void)snprintf(variable, sizeof variable, "SOFTHSM2_CONF=%s", conf);
	module.env[0] = variable;
	module.n_env = 1;
	/* The server first: it must not inherit a heap of secrets. */
	if (!kc_ok(tok_server_start(&server, &err)) ||
	    !kc_ok(kc_secret_heap(&err)))
		return -1;
	return 0;
}

static int
tear_down(void **state)
{

	(void)state;
	tok_server_stop(&server);
	return t_remove(dir);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blank_token_is_initialised_and_logged_in),
		cmocka_unit_test(generated_keys_say_they_cannot_leave),
		cmocka_unit_test(
		    certificates_are_self_signed_leaves_with_one_use),
		cmocka_unit_test(a_cek_encrypted_by_openssl_is_unwrapped),
		cmocka_unit_test(a_signature_is_verified_by_openssl),
		cmocka_unit_test(a_wrong_pin_is_refused_and_counted),
		cmocka_unit_test(without_a_pin_no_private_key_is_used),
		cmocka_unit_test(an_absent_card_and_a_bad_module_are_named),
		cmocka_unit_test(a_killed_child_is_an_error_and_nothing_more),
		cmocka_unit_test(a_closed_card_leaves_no_process),
		cmocka_unit_test(erase_and_wipe_destroy),
		cmocka_unit_test(a_second_initialisation_keeps_the_serial),
	};

	if (access(SOFTHSM, R_OK) != 0) {
		print_message("skipped: no SoftHSM module\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
