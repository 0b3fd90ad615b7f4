/* SPDX-License-Identifier: Apache-2.0
 *
 * The drill of a new set, its holders' keys in memory.
 */
#include "base/secret.h"
#include "sd/drill.h"
#include "sd/rsakey.h"
#include "sd/share.h"
#include "tests/check.h"

#define HOLDERS 4
#define QUORUM 2

static struct sd_throwaway holder[HOLDERS];
static struct sd_cert cert[HOLDERS];	/* named; the bytes are the holder's */
static const char *const name[HOLDERS] = { "holder-1", "holder-2",
	"holder-3", "holder-4" };
static struct sd_drill *drill;
static struct kc_secret share[HOLDERS];

static int
set_up(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_ok(kc_secret_heap(&err), &err);
	for (size_t i = 0; i < HOLDERS; i++) {
		t_ok(sd_throwaway_new(&holder[i], &err), &err);
		cert[i] = holder[i].cert;
		cert[i].name = name[i];
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOLDERS; i++)
		sd_throwaway_free(&holder[i]);
	return 0;
}

/* Each holder unwraps one share, as a card does. */
static int
begin(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_ok(sd_drill_new(cert, HOLDERS, QUORUM, &drill, &err), &err);
	for (size_t i = 0; i < HOLDERS; i++) {
		struct sd_key key = sd_throwaway_key(&holder[i]);
		size_t index = HOLDERS;

		key.name = name[i];
		t_ok(sd_share_unwrap("drill", sd_drill_domain(drill), &key,
		    &index, &share[i], &err), &err);
		assert_int_equal(index, i);
	}
	return 0;
}

static int
end(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOLDERS; i++)
		kc_secret_free(&share[i]);
	sd_drill_free(&drill);
	return 0;
}

struct seen {
	size_t ticks, stop_at;
};

static bool
tick(void *ctx, size_t done, size_t total)
{
	struct seen *s = ctx;

	assert_int_equal(done, s->ticks);
	assert_int_equal(total, 6);
	return s->ticks++ != s->stop_at;
}

static void
every_quorum_of_a_sound_set_opens_every_datum(void **state)
{
	struct seen seen = { .stop_at = SIZE_MAX };
	struct sd_drill_found found = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_ok(sd_drill_run(drill, share, tick, &seen, &found, &err), &err);
	assert_int_equal(seen.ticks, 6);
	assert_int_equal(found.quorums, 6);
	assert_true(found.all);
	assert_int_equal(found.data, 3);
	assert_int_equal(found.bytes, 8516 + 968 + 3105);
}

static void
two_drills_share_nothing(void **state)
{
	const struct sd_domain *d = sd_drill_domain(drill);
	struct sd_drill *other = NULL;
	const struct sd_domain *o;
	struct kc_err err = { 0 };

	(void)state;
	t_ok(sd_drill_new(cert, HOLDERS, QUORUM, &other, &err), &err);
	o = sd_drill_domain(other);
	assert_int_equal(d->n_data, o->n_data);
	for (size_t i = 0; i < d->n_data; i++) {
		const struct kc_buf *a = &d->datum[i].jwe.ciphertext;
		const struct kc_buf *b = &o->datum[i].jwe.ciphertext;

		assert_int_equal(a->len, b->len);
		assert_memory_not_equal(a->p, b->p, a->len);
	}
	sd_drill_free(&other);
}

static void
a_forged_share_is_named_by_its_holder(void **state)
{
	struct sd_drill_found found = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	/* Well-formed: another value, the same x. */
	share[2].p[0] ^= 1;
	t_fails(sd_drill_run(drill, share, NULL, NULL, &found, &err), &err,
	    KC_EREFUSED, "share 3 (holder-3)");
	assert_int_equal(found.quorums, 0);
}

static void
a_share_that_comes_twice_is_refused_and_named(void **state)
{
	struct sd_drill_found found = { 0 };
	struct kc_secret kept = share[1];
	struct kc_err err = { 0 };

	(void)state;
	share[1] = share[0];
	t_fails(sd_drill_run(drill, share, NULL, NULL, &found, &err), &err,
	    KC_EFORMAT, "share 1 (holder-1), share 2 (holder-2)");
	share[1] = kept;
}

static void
a_person_can_end_a_drill(void **state)
{
	struct seen seen = { .stop_at = 2 };
	struct sd_drill_found found = { 0 };
	struct kc_err err = { 0 };

	(void)state;
	t_fails(sd_drill_run(drill, share, tick, &seen, &found, &err), &err,
	    KC_ECANCEL, "after 2 of 6 quorums");
	assert_int_equal(found.quorums, 0);
}

static void
a_set_that_is_none_has_no_drill(void **state)
{
	struct sd_drill *none = NULL;
	struct kc_err err = { 0 };

	(void)state;
	t_fails(sd_drill_new(cert, 2, 2, &none, &err), &err, KC_EREFUSED,
	    "3 to 10 holders");
	assert_null(none);
}

int
main(void)
{
#define DRILL(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		DRILL(every_quorum_of_a_sound_set_opens_every_datum),
		DRILL(two_drills_share_nothing),
		DRILL(a_forged_share_is_named_by_its_holder),
		DRILL(
		    a_share_that_comes_twice_is_refused_and_named),
		DRILL(a_person_can_end_a_drill),
		cmocka_unit_test(a_set_that_is_none_has_no_drill),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
