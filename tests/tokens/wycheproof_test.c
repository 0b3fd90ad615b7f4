/* SPDX-License-Identifier: Apache-2.0
 *
 * Wycheproof's RSA-OAEP cases, and fewer of our own, through a card: the
 * private key is imported into a SoftHSM token, a card child decrypts with
 * CKM_RSA_X_509, and the padding is taken off there.
 *
 * All "invalid" cases are refused; the "valid" ones pass but for those with a
 * label (ours is empty) and the empty text (no content key), which are
 * refused and counted.
 */
#include <unistd.h>

#include "tests/vectors.h"

#include "base/file.h"
#include "tokens/card.h"

#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"
#define PIN "123456"

static struct tok_server *server;
static struct tok_module module = { .path = SOFTHSM };
static char dir[256], variable[300];
static const uint8_t id[] = { 1 };

/* struct holder: the card of the group being run. */
struct holder {
	const json_t *group;
	struct tok_card *card;
	struct t_oaep n;
};

/* A token of this label with the group's private key. */
static void
import(const json_t *group, const char *label)
{
	char path[300];
	const char *const init[] = { "softhsm2-util", "--init-token",
		"--free", "--label", label, "--so-pin", "12345678", "--pin",
		PIN, NULL };
	const char *const add[] = { "softhsm2-util", "--import", path,
		"--token", label, "--label", "wrapping", "--id", "01",
		"--pin", PIN, NULL };
	const char *pem = t_str(group, "privateKeyPem");
	struct kc_err err = { 0 };

	(void)snprintf(path, sizeof path, "%s/%s.pem", dir, label);
	t_ok(kc_file_write_new(path, pem, strlen(pem), 0600, &err), &err);
	assert_int_equal(t_run(init), 0);
	assert_int_equal(t_run(add), 0);
}

static void
open_holder(struct holder *h, const json_t *group)
{
	static unsigned n_tokens;
	struct tok_uri uri = { 0 };
	struct kc_secret pin = { 0 };
	struct kc_err err = { 0 };

	h->group = group;
	(void)snprintf(uri.token, sizeof uri.token, "vectors-%u", n_tokens++);
	import(group, uri.token);
	t_ok(tok_open(server, &module, &uri, NULL, &h->card, &err), &err);
	t_ok(kc_secret_new(&pin, 16, &err), &err);
	memcpy(pin.p, PIN, strlen(PIN));
	pin.len = strlen(PIN);
	t_ok(tok_login(h->card, &pin, &err), &err);
	kc_secret_free(&pin);
}

static void
oaep_case(void *ctx, const json_t *group, const json_t *test)
{
	struct holder *h = ctx;
	struct kc_secret got = { 0 };
	struct kc_err err = { 0 };
	bool valid = t_is_valid(test), label = t_str(test, "label")[0] != 0;
	size_t len = 0, n = 0;
	uint8_t *ct = t_hex(test, "ct", &len), *msg = t_hex(test, "msg", &n);
	kc_result r;

	if (h->group != group)
		open_holder(h, group);
	r = tok_unwrap(h->card, id, 1, TOK_OAEP_RAW, ct, len, &got, &err);
	if (valid && !label && n > 0) {
		t_ok(r, &err);
		assert_int_equal(got.len, n);
		assert_memory_equal(got.p, msg, n);
		h->n.valid++;
	} else {
		if (r.code != KC_EMAC && r.code != KC_EFORMAT)
			fail_msg("case %lld: %s %s", t_id(test),
			    kc_symbol(r.code), err.msg);
		assert_null(got.p);
		h->n.refused += !valid;
		h->n.label += valid && label;
		h->n.other += valid && !label;
	}
	kc_secret_free(&got);
	OPENSSL_free(ct);
	OPENSSL_free(msg);
}

static void
oaep(json_t *file, const char *what)
{
	struct holder h = { 0 };

	t_for_each(file, oaep_case, &h);
	printf("%s: %zu passed, %zu refused, %zu with a label and %zu empty "
	    "refused\n", what, h.n.valid, h.n.refused, h.n.label, h.n.other);
	assert_true(h.n.valid > 0 && h.n.refused > 0 && h.n.label > 0);
	assert_int_equal(h.n.other, 1);
	tok_close(&h.card);
	json_decref(file);
}

static void
our_oaep_cases_pass_or_are_refused_by_a_card(void **state)
{
	(void)state;
	oaep(t_own("oaep"), "own OAEP on a card");
}

static void
wycheproofs_oaep_cases_of_2048_bits_by_a_card(void **state)
{
	(void)state;
	oaep(t_wycheproof("rsa_oaep_2048_sha256_mgf1sha256_test"),
	    "OAEP 2048 on a card");
}

static void
wycheproofs_oaep_cases_of_3072_bits_by_a_card(void **state)
{
	(void)state;
	oaep(t_wycheproof("rsa_oaep_3072_sha256_mgf1sha256_test"),
	    "OAEP 3072 on a card");
}

static int
set_up(void **state)
{
	char conf[280], text[400];
	struct kc_err err = { 0 };

	(void)state;
	t_dir(dir);
	(void)snprintf(conf, sizeof conf, "%s/conf", dir);
	(void)snprintf(text, sizeof text, "directories.tokendir = %s\n"
	    "objectstore.backend = file\nlog.level = ERROR\n", dir);
	if (!kc_ok(kc_file_write_new(conf, text, strlen(text), 0600, &err)) ||
	    setenv("SOFTHSM2_CONF", conf, 1) != 0)
		return -1;
	(void)snprintf(variable, sizeof variable, "SOFTHSM2_CONF=%s", conf);
	module.env[0] = variable;
	module.n_env = 1;
	/* The server first: it must not inherit a heap of secrets. */
	return kc_ok(tok_server_start(&server, &err)) &&
	    kc_ok(kc_secret_heap(&err)) ? 0 : -1;
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
		cmocka_unit_test(our_oaep_cases_pass_or_are_refused_by_a_card),
		cmocka_unit_test(wycheproofs_oaep_cases_of_2048_bits_by_a_card),
		cmocka_unit_test(wycheproofs_oaep_cases_of_3072_bits_by_a_card),
	};
	static const char *const util[] = { "softhsm2-util", "--version",
		NULL };

	if (access(SOFTHSM, R_OK) != 0 || t_run(util) != 0) {
		print_message("skipped: no SoftHSM\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
