/* SPDX-License-Identifier: Apache-2.0
 *
 * The exchange key that a Managed HSM really sent, in its three carriers,
 * and each of them with one byte changed anywhere.  The files are not ours to
 * ship: without them the synthetic chain of tests/pool stands alone.
 */
#include "tests/check.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "sd/evidence.h"

#define POOL "test-mhsm-sd2q2avldvp4tl"
#define MRSIGNER \
	"db55904b231f08298eb093180562d07631c3cab9b7706b2efa53da58b42c943a"

static struct sd_pins pins = SD_PINS_DEFAULT;
static struct kc_buf cer, jwk, body;
static bool there;

static bool
load(const char *name, struct kc_buf *ret)
{
	const char *shared = getenv("CEREMONY_SHARED");
	char path[512];

	(void)snprintf(path, sizeof path,
	    "%s/vectors/azure/sd-real-2025/%s",
	    shared != NULL ? shared : "../shared", name);
	return kc_ok(kc_file_read(path, SD_EXCHANGE_FILE_MAX, ret, NULL));
}

static int
set_up(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	there = load("exchange.cer", &cer) &&
	    load("exchange.jwk.json", &jwk) &&
	    load("exchange.http-body.json", &body);
	t_ok(kc_clock_parse("2025-05-01T00:00:00Z", &pins.at_ms, &err), &err);
	pins.pool = POOL;
	pins.has_mrsigner = kc_unhex(MRSIGNER, 32, pins.mrsigner);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	kc_buf_free(&cer);
	kc_buf_free(&jwk);
	kc_buf_free(&body);
	return 0;
}

static void
want_files(void)
{
	if (there)
		return;
	printf("skip: the real exchange key is not at ../shared "
	    "(CEREMONY_SHARED names the folder)\n");
	skip();
}

static kc_result
judge(const struct kc_buf *b, const struct sd_pins *p, struct sd_evidence *e,
    struct kc_err *err)
{
	struct sd_exchange x = { 0 };
	kc_result r = sd_exchange_read("f", b->p, b->len, &x, err);

	if (kc_ok(r))
		r = sd_evidence_check(&x, p, e, err);
	sd_exchange_free(&x);
	return r;
}

static void
each_carrier_is_proven_on_a_day_within_its_dates(void **state)
{
	const struct kc_buf *files[] = { &cer, &jwk, &body };
	struct sd_evidence e;
	struct kc_err err = { 0 };

	(void)state;
	want_files();
	for (size_t i = 0; i < 3; i++) {
		t_ok(judge(files[i], &pins, &e, &err), &err);
		assert_true(e.proven && e.present && e.parsed);
		assert_false(e.rehearsal);
		assert_int_equal(e.prod_id, 1);
		assert_int_equal(e.svn, 1);
		assert_int_equal(e.qe_svn, 8);
	}
}

static void
other_pins_and_other_days_are_refused(void **state)
{
	struct sd_pins p = pins;
	struct sd_evidence e;
	struct kc_err err = { 0 };

	(void)state;
	want_files();
	p.pool = "TEST-mhsm-sd2q2avldvp4tl.managedhsm.azure.net";
	t_ok(judge(&cer, &p, &e, &err), &err);
	p.pool = POOL "x";
	t_fails(judge(&cer, &p, &e, &err), &err, KC_EREFUSED,
	    "link pool-name: ");
	p.pool = POOL ".managedhsm.azure.cn";
	t_fails(judge(&cer, &p, &e, &err), &err, KC_EREFUSED,
	    "link pool-name: ");
	p = pins;
	p.mrsigner[31] ^= 1;
	t_fails(judge(&cer, &p, &e, &err), &err, KC_EREFUSED,
	    "link enclave-signer: ");
	p = pins;
	p.svn_min = 2;
	t_fails(judge(&cer, &p, &e, &err), &err, KC_EREFUSED,
	    "link enclave-svn: ");
	p = pins;
	p.qe_svn_min = 9;
	t_fails(judge(&cer, &p, &e, &err), &err, KC_EREFUSED,
	    "link qe-svn: ");
	p = pins;
	p.pool = NULL;
	t_fails(judge(&cer, &p, &e, &err), &err, KC_EREFUSED, "not proven: ");
	p = pins;
	p.at_ms = kc_clock_utc_ms();
	t_fails(judge(&cer, &p, &e, &err), &err, KC_EEXPIRED,
	    "link certificate-dates: ");
}

/* Exit 1 or 3, and never proven. */
static void
refused(const struct kc_buf *b, size_t at)
{
	struct sd_evidence e = { 0 };
	struct kc_err err = { 0 };
	int code = kc_exit(judge(b, &pins, &e, &err).code);

	if ((code != 1 && code != 3) || e.proven)
		fail_msg("byte %zu as 0x%02x: exit %d", at, b->p[at], code);
}

/* Each byte, and over the bytes each bit. */
static void
every_byte(struct kc_buf *b)
{
	struct sd_evidence e;
	struct kc_err err = { 0 };

	for (size_t i = 0; i < b->len; i++) {
		uint8_t bit = (uint8_t)(1u << i % 8);

		b->p[i] ^= bit;
		refused(b, i);
		b->p[i] ^= bit;
	}
	t_ok(judge(b, &pins, &e, &err), &err);
}

static void
no_changed_byte_of_the_certificate_is_proven(void **state)
{
	struct sd_exchange x = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	want_files();
	t_ok(sd_exchange_read("f", cer.p, cer.len, &x, &err), &err);
	every_byte(&x.cert.der);
	sd_exchange_free(&x);
}

static void
no_changed_byte_of_the_file_of_az_is_proven(void **state)
{
	(void)state;
	want_files();
	every_byte(&cer);
}

static void
no_changed_byte_of_the_jwk_is_proven(void **state)
{
	(void)state;
	want_files();
	every_byte(&jwk);
}

static void
no_changed_byte_of_the_http_body_is_proven(void **state)
{
	(void)state;
	want_files();
	every_byte(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_carrier_is_proven_on_a_day_within_its_dates),
		cmocka_unit_test(other_pins_and_other_days_are_refused),
		cmocka_unit_test(no_changed_byte_of_the_certificate_is_proven),
		cmocka_unit_test(no_changed_byte_of_the_file_of_az_is_proven),
		cmocka_unit_test(no_changed_byte_of_the_jwk_is_proven),
		cmocka_unit_test(no_changed_byte_of_the_http_body_is_proven),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
