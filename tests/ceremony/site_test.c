/* SPDX-License-Identifier: Apache-2.0
 *
 * Site files: what is read, each field's refusal with its place, and whether
 * a script fits a site.
 */
#include <unistd.h>

#include "tests/ceremony/site.h"

#define HEX64								\
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
static char dir[256];

static void
site_refused(const char *from, const char *to, const char *sentence)
{
	struct cer_site *s = calloc(1, sizeof *s);
	char *text = swap(SMALL_SITE, from, to);
	struct kc_err err = { 0 };

	assert_non_null(s);
	t_fails(cer_site_read(file_of(dir, text), s, &err), &err, KC_EFORMAT,
	    sentence);
	assert_null(s->root);
	assert_int_equal(s->n_people, 0);
	free(text);
	free(s);
}

static void
a_site_is_read_and_looked_up(void **state)
{
	struct cer_site *s = calloc(1, sizeof *s);
	struct kc_err err = { 0 };

	(void)state;
	assert_non_null(s);
	t_ok(cer_site_read(file_of(dir, SMALL_SITE), s, &err), &err);
	assert_int_equal(s->quorum, 2);
	assert_int_equal(s->rsa_floor, 2048);
	assert_int_equal(s->n_people, 4);
	assert_int_equal(cer_site_count(s, "holder"), 2);
	assert_int_equal(cer_site_count(s, "auditor"), 0);
	assert_string_equal(cer_site_who(s, "holder")->id, "holder-1");
	assert_string_equal(cer_site_who(s, "holder-2")->name, "Hea");
	assert_null(cer_site_who(s, "auditor"));
	assert_null(cer_site_person(s, "holder"));
	assert_string_equal(cer_site_card_of(s, "holder-2")->id, "card-2");
	assert_null(cer_site_card_of(s, "witness-1"));
	assert_null(cer_site_module(s, "hard"));
	cer_site_free(s);
	free(s);
}

static void
a_site_s_head_is_checked(void **state)
{
	(void)state;
	site_refused("site: small", "site: Small", ":1:7: 'site' must be of");
	site_refused("format: 1", "format: 0", ":2:9: 'format' is '0'");
	site_refused("ddeeff", "ddeef", "'nonce' must be 32 random hex");
	site_refused("ddeeff", "ddeefg", ":3:8: 'nonce' must be 32");
	site_refused("pool: pool-a\n", "", "'pool' is missing");
	site_refused("destination: pool-b\n", "", "'destination' is missing");
	site_refused("quorum: 2", "quorum: 1",
	    "'quorum' is '1', not a number from 2 to 10");
	site_refused("quorum: 2", "quorum: 11", "'quorum' is '11'");
	site_refused("signers: 1", "signers: 0", "'signers' is '0'");
	site_refused("signers: 1", "signers: 11", "'signers' is '11'");
	site_refused("places: {medium: ../medium, export: ../export}\n", "",
	    "'places' is missing");
	site_refused("{medium: ../medium, export: ../export}", "x",
	    "this is not a mapping");
	site_refused("medium: ../medium, ", "", "'medium' is missing");
	site_refused(", export: ../export", "", "'export' is missing");
	site_refused(", export: ../export", ", export: x, home: y",
	    "'home' does not belong here");
	site_refused("signers: 1", "signers: 1\nrsa-floor: 1024",
	    "'rsa-floor' is '1024', not a number from 2048 to 4096");
	site_refused("site: small", "site: small\ncolour: red",
	    "'colour' does not belong here");
}

static void
what_the_site_pins_of_a_receiver_is_read_and_checked(void **state)
{
	struct cer_site *s = calloc(1, sizeof *s);
	struct kc_err err = { 0 };
	char *text;

	(void)state;
	assert_non_null(s);
	t_ok(cer_site_read(file_of(dir, SMALL_SITE), s, &err), &err);
	assert_false(s->receiver.has_mrsigner);
	assert_int_equal(s->receiver.product, 1);
	assert_int_equal(s->receiver.qe_svn, 8);
	assert_string_equal(s->receiver.root, "");
	cer_site_free(s);
	text = swap(SMALL_SITE, "signers: 1", "signers: 1\nreceiver:\n"
	    "  mrsigner: " HEX64 "\n  svn: 3\n  collateral: ../c\n"
	    "  rehearsal-root: /r");
	t_ok(cer_site_read(file_of(dir, text), s, &err), &err);
	assert_true(s->receiver.has_mrsigner);
	assert_int_equal(s->receiver.mrsigner[31], 0xef);
	assert_int_equal(s->receiver.svn, 3);
	assert_string_equal(s->receiver.collateral, "../c");
	assert_string_equal(s->receiver.root, "/r");
	cer_site_free(s);
	free(text);
	free(s);
	site_refused("signers: 1", "signers: 1\nreceiver: {mrsigner: 00}",
	    ":8:22: 'mrsigner' must be 64 hex digits");
	site_refused("signers: 1", "signers: 1\nreceiver: {svn: 65536}",
	    "'svn' is '65536', not a number from 0 to 65535");
	site_refused("signers: 1", "signers: 1\nreceiver: {pool: x}",
	    "'pool' does not belong here");
	site_refused("signers: 1", "signers: 1\nreceiver: x",
	    "this is not a mapping");
}

static void
people_cards_and_modules_are_checked(void **state)
{
	(void)state;
	site_refused("role: witness", "role: wizard",
	    ":13:27: 'wizard' is no role");
	site_refused("id: holder-2", "id: holder-1",
	    "'holder-1' is there already");
	site_refused("id: holder-2, role: holder, name: Hea",
	    "id: holder-2, role: holder", "'name' is missing");
	site_refused("name: Hea", "name: Hea, phone: 1",
	    "'phone' does not belong here");
	site_refused("path: /usr/lib/soft.so", "path: soft.so",
	    "a module's path must be absolute");
	site_refused("path: /usr/lib/soft.so", "path: /usr/lib/soft.so, "
	    "paths: /var", ":10:47: 'paths' is not a list of at most 8 paths");
	site_refused("path: /usr/lib/soft.so", "path: /usr/lib/soft.so, "
	    "paths: [/var/lib/x, y]", "a path that a module writes must be "
	    "absolute, not /, and shorter than 1024 bytes");
	site_refused("path: /usr/lib/soft.so", "path: /usr/lib/soft.so, "
	    "paths: [/]", "must be absolute, not /");
	site_refused("id: soft, path", "id: soft, hash: x, path",
	    "'hash' does not belong here");
	site_refused("person: holder-2", "person: holder-9",
	    "there is no person 'holder-9'");
	site_refused("module: soft", "module: hard",
	    "there is no module 'hard'");
	site_refused("id: card-2", "id: card-1", "card or person named twice");
	site_refused("person: holder-2", "person: holder-1",
	    "card or person named twice");
	site_refused("store: ../c2", "store: ../c1",
	    "two cards share the store '../c1'");
	site_refused("store: ../c1}\n  - {id: card-2, person: holder-2, "
	    "module: soft, store: ../c2", "serial: a}\n  - {id: card-2, "
	    "person: holder-2, module: soft, serial: a",
	    "two cards have the serial 'a': which is whose?");
	site_refused("store: ../c2", "slot: 2", "'slot' does not belong here");
	site_refused("people:\n", "people: none\nx:\n", "'x' does not belong");
	site_refused("modules:\n  - {id: soft, path: /usr/lib/soft.so}\n",
	    "modules: none\n", ":9:10: 'modules' is not a list");
	site_refused("modules:\n  - {id: soft, path: /usr/lib/soft.so}\n", "",
	    "'modules' is not a list");
}

/* Does the small script with one change fit the small site with one? */
static kc_result
bind(const char *script_from, const char *script_to, const char *site_from,
    const char *site_to, struct kc_err *err)
{
	struct cer_script *s = calloc(1, sizeof *s);
	struct cer_site *t = calloc(1, sizeof *t);
	char *script = swap(SMALL_SCRIPT, script_from, script_to);
	char *site = swap(SMALL_SITE, site_from, site_to);
	kc_result r;

	assert_non_null(s);
	assert_non_null(t);
	*err = (struct kc_err){ 0 };
	t_ok(cer_script_read(file_of(dir, script), s, err), err);
	t_ok(cer_site_read(file_of(dir, site), t, err), err);
	r = cer_script_bind(s, t, err);
	cer_script_free(s);
	cer_site_free(t);
	free(s);
	free(t);
	free(script);
	free(site);
	return r;
}

static void
a_script_needs_its_people(void **state)
{
	struct kc_err err;

	(void)state;
	t_ok(bind("", "", "", "", &err), &err);
	t_fails(bind("by: administrator", "by: auditor", "", "", &err), &err,
	    KC_EREFUSED, ":12:13: step 'welcome' names 'auditor', whom the "
	    "site file does not have");
	t_fails(bind("[witness]", "[witness-2]", "", "", &err), &err,
	    KC_EREFUSED, "step 'seal' names 'witness-2'");
	t_fails(bind("for_each: holder", "for_each: operator", "", "", &err),
	    &err, KC_EREFUSED, "step 'keys' names 'operator'");
}

static void
a_script_needs_its_cards(void **state)
{
	static const char gone[] =
	    "  - {id: card-2, person: holder-2, module: soft, store: ../c2}\n";
	struct kc_err err;

	(void)state;
	t_fails(bind("", "", gone, "", &err), &err, KC_EREFUSED,
	    "step 'keys' needs a card of holder-2; the site file has none");
	t_fails(bind("watch: [witness]", "approve: [witness]", "", "", &err),
	    &err, KC_EREFUSED, "step 'seal' needs a card of witness-1");
	t_ok(bind("watch: [witness]", "approve: [holder]", "", "", &err),
	    &err);
}

/* Without a for_each it is the acting person's card. */
static void
a_card_step_for_one_person_needs_that_card(void **state)
{
	struct kc_err err;

	(void)state;
	t_fails(bind("do: read", "do: card.prove", "", "", &err), &err,
	    KC_EREFUSED,
	    "step 'welcome' needs a card of administrator-1");
	t_fails(bind("by: holder\n        why: because\n"
	    "        minutes: 2\n        for_each: holder", "by: witness\n"
	    "        why: because\n        minutes: 2", "", "", &err), &err,
	    KC_EREFUSED, "step 'keys' needs a card of witness-1");
}

static void
a_second_person_reads_an_exchange_key_back(void **state)
{
	struct kc_err err;

	(void)state;
	t_fails(bind("do: read", "do: exchange.ratify", "", "", &err), &err,
	    KC_EREFUSED, "step 'welcome' has nobody but 'administrator' to "
	    "read the key back");
	t_fails(bind("do: read", "do: exchange.ratify\n"
	    "        watch: administrator-1", "", "", &err), &err,
	    KC_EREFUSED, "name a second person in 'readback_by'");
	t_fails(bind("do: read", "do: exchange.ratify\n        watch: witness"
	    "\n        readback_by: administrator-1", "", "", &err), &err,
	    KC_EREFUSED, "name a second person in 'readback_by'");
	t_fails(bind("do: read", "do: exchange.ratify\n"
	    "        readback_by: nobody", "", "", &err), &err, KC_EREFUSED,
	    "names 'nobody'");
	t_ok(bind("do: read", "do: exchange.ratify\n        watch: [witness]",
	    "", "", &err), &err);
	t_ok(bind("do: read", "do: exchange.ratify\n"
	    "        readback_by: holder-1", "", "", &err), &err);
}

static void
who_signs_an_exchange_exception_is_checked_first(void **state)
{
	static const char ratify[] = "do: exchange.ratify\n"
	    "        watch: witness\n"
	    "        reason: a test\n        exception_by: ";
	struct kc_err err;
	char to[200];
	static const struct {
		const char *by, *sentence;
	} want[] = {
		{ "[holder-1]", "needs the cards of two people" },
		{ "[holder-1, holder-1]", "needs the cards of two people" },
		{ "[holder, holder-1]", "needs the cards of two people" },
		{ "[holder-1, witness-1]", "needs a card of witness-1" },
		{ "[holder-1, nobody]", "names 'nobody'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		(void)snprintf(to, sizeof to, "%s%s", ratify, want[i].by);
		t_fails(bind("do: read", to, "", "", &err), &err, KC_EREFUSED,
		    want[i].sentence);
	}
	(void)snprintf(to, sizeof to, "%s[holder-1, holder-2]", ratify);
	t_ok(bind("do: read", to, "", "", &err), &err);
}

static int
setup(void **state)
{
	(void)state;
	t_dir(dir);
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_is_read_and_looked_up),
		cmocka_unit_test(a_site_s_head_is_checked),
		cmocka_unit_test(
		    what_the_site_pins_of_a_receiver_is_read_and_checked),
		cmocka_unit_test(people_cards_and_modules_are_checked),
		cmocka_unit_test(a_script_needs_its_people),
		cmocka_unit_test(a_script_needs_its_cards),
		cmocka_unit_test(a_card_step_for_one_person_needs_that_card),
		cmocka_unit_test(a_second_person_reads_an_exchange_key_back),
		cmocka_unit_test(
		    who_signs_an_exchange_exception_is_checked_first),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
