/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may be in a wrapping set: what the journal says of each holder.
 */
#include "base/b64.h"
#include "ceremony/steps.h"
#include "sd/rsakey.h"
#include "tests/ceremony/room.h"

static struct sd_throwaway key[2];

static int
set_up(void **state)
{
	struct kc_err err = { 0 };

	(void)state;
	t_dir(dir);
	t_ok(kc_secret_heap(&err), &err);
	for (size_t i = 0; i < 2; i++)
		t_ok(sd_throwaway_new(&key[i], &err), &err);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		sd_throwaway_free(&key[i]);
	return t_remove(dir);
}

static void
identify(struct cer_room *room, const char *card, const struct sd_cert *c)
{
	struct kc_buf b64 = { 0 };
	struct kc_err err = { 0 };
	char hex[KC_HEX];

	t_ok(kc_b64_encode(c->der.p, c->der.len, &b64, &err), &err);
	kc_hex(c->x5t, KC_SHA256, hex);
	ROW(room, "card.done", NULL, AUD_S("command", "identify"),
	    AUD_S("card", card), AUD_S("key", "wrapping"),
	    AUD_S("cert", kc_buf_str(&b64)), AUD_S("cert.sha256", hex));
	kc_buf_free(&b64);
}

static void
prove(struct cer_room *room, const char *card)
{
	ROW(room, "card.done", NULL, AUD_S("command", "prove"),
	    AUD_S("card", card), AUD_S("key", "wrapping"),
	    AUD_S("round-trip", "witnessed"));
}

/* The refusal of set.build, and that nothing was announced before it. */
static void
refuses(struct cer_room *room, enum kc_code code, const char *text)
{
	uint64_t before = aud_count(room->j);
	struct kc_err err = { 0 };

	t_fails(cer_do_set(room, &room->inst[0], &err), &err, code, text);
	assert_int_equal(aud_count(room->j), before);
	done(room);
}

static void
a_holder_without_a_certificate_stops_the_set(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	identify(room, "card-1", &key[0].cert);
	prove(room, "card-1");
	refuses(room, KC_EREFUSED, "holder-2 has no wrapping certificate");
}

static void
a_holder_who_has_not_proven_possession_stops_the_set(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	identify(room, "card-1", &key[0].cert);
	identify(room, "card-2", &key[1].cert);
	prove(room, "card-1");
	refuses(room, KC_EREFUSED, "holder-2 has not proven possession");
}

static void
a_proof_for_another_certificate_stops_the_set(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	identify(room, "card-1", &key[0].cert);
	prove(room, "card-1");
	identify(room, "card-2", &key[0].cert);
	prove(room, "card-2");
	identify(room, "card-2", &key[1].cert);
	refuses(room, KC_EREFUSED, "holder-2 has proven possession for "
	    "another wrapping certificate");
}

static void
with_every_proof_the_rules_of_a_set_decide(void **state)
{
	struct cer_room *room = room_of(SMALL_SCRIPT, SMALL_SITE);

	(void)state;
	identify(room, "card-1", &key[0].cert);
	identify(room, "card-2", &key[1].cert);
	prove(room, "card-1");
	prove(room, "card-2");
	refuses(room, KC_EREFUSED, "a set has 3 to 10 holders");
}

/* The same two people as the holders of a set to come. */
static void
no_domain_is_reshared_to_a_new_holder_without_a_proof(void **state)
{
	char *one = swap(SMALL_SITE, "role: holder", "role: new-holder");
	char *both = swap(one, "role: holder", "role: new-holder");
	char *site = swap(both, "quorum: 2", "quorum: 2\nnew-quorum: 2");
	struct cer_room *room = room_of(SMALL_SCRIPT, site);
	struct kc_err err = { 0 };
	uint64_t before;

	(void)state;
	identify(room, "card-1", &key[0].cert);
	identify(room, "card-2", &key[1].cert);
	prove(room, "card-2");
	before = aud_count(room->j);
	t_fails(cer_do_reshare(room, &room->inst[0], &err), &err,
	    KC_EREFUSED, "holder-1 has not proven possession");
	prove(room, "card-1");
	t_fails(cer_do_reshare(room, &room->inst[0], &err), &err,
	    KC_EREFUSED, "a set has 3 to 10 holders");
	assert_int_equal(aud_count(room->j), before + 1);
	done(room);
	free(one);
	free(both);
	free(site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_holder_without_a_certificate_stops_the_set),
		cmocka_unit_test(
		    a_holder_who_has_not_proven_possession_stops_the_set),
		cmocka_unit_test(a_proof_for_another_certificate_stops_the_set),
		cmocka_unit_test(with_every_proof_the_rules_of_a_set_decide),
		cmocka_unit_test(
		    no_domain_is_reshared_to_a_new_holder_without_a_proof),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
