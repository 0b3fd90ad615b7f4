/* SPDX-License-Identifier: Apache-2.0
 *
 * Every call of the screens with canned views, for tests/e2e/screens_*.sh:
 * demo SCENARIO draws, waits, gives the terminal back and prints what came
 * of it on lines "result: ..." and "answer: ...".
 */
#include "ui/screen.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/sandbox.h"
#include "tests/ui/demo_acts.h"

static struct cer_view view;
static struct cer_ui ui;

static int64_t
fixed_clock(void)
{
	return 1795444327123;	/* 2026-11-23T14:32:07.123Z */
}

static void
add(enum cer_line_kind kind, const char *label, const char *text)
{
	struct cer_line *l = &view.line[view.n_lines++];

	l->kind = kind;
	(void)snprintf(l->label, sizeof l->label, "%s", label);
	(void)snprintf(l->text, sizeof l->text, "%s", text);
}

#define SET(field, text) (void)snprintf(view.field, sizeof view.field, \
	"%s", (text))

static void
canned(void)
{
	view.site = "contoso-hsm-eu";
	view.ceremony = "activation";
	view.card_state = "holder-2 in reader 1";
	view.items = items;
	view.n_items = sizeof items / sizeof *items;
	view.current = 6;
	SET(number, "2.2");
	SET(title, "Generate the quorum key of holder 2");
	SET(reads, "Administrator");
	SET(acts, "Holder 2 (A. Rossi)");
	SET(watches, "Witness 1, Auditor");
	SET(say, "Holder 2, put your card into reader 1 and keep your hand "
	    "away from it until I say so.");
	SET(why, "a key made anywhere else could have a copy.");
	view.minutes = 3;
	view.minutes_left = 41;
	add(CER_LINE_LABEL, "Card", "YubiKey 5.7.1  serial 23 451 887");
	add(CER_LINE_LABEL, "PIN tries", "3 of 3");
	SET(certain, "nothing else has changed. Pulling the card now leaves "
	    "it without a key.");
	view.journal_entries = 118;
	for (size_t i = 0; i < KC_SHA256; i++)
		view.head[i] = (uint8_t)(i * 37 + 201);
}

static void
report(kc_result r, const struct kc_err *err)
{
	ui.close(ui.ctx);
	ui.close(ui.ctx);	/* idempotent: a promise of the interface */
	(void)printf("result: %s %s\n", kc_symbol(r.code),
	    kc_ok(r) ? "" : err->msg);
}

static void
ask(struct cer_prompt p)
{
	struct cer_answer a = { "" };
	struct kc_err err = { 0 };
	kc_result r;

	if (p.key == NULL)
		p.key = "demo";
	if (p.person == NULL) {
		p.person = "Holder 2";
		p.name = "A. Rossi";
	}
	r = ui.ask(ui.ctx, &view, &p, &a, &err);
	report(r, &err);
	(void)printf("answer: %s\n", a.text);
}

static void
do_step(void)
{
	ask((struct cer_prompt){ .kind = CER_ASK_CONTINUE,
	    .text = "Put the card into reader 1." });
}

static void
do_live(void)
{
	ui_screen_clock(NULL);
	do_step();
}

static void
do_rehearsal(void)
{
	view.rehearsal = true;
	view.open_exceptions = 1;
	view.exceptions = 2;
	do_step();
}

static void
do_yesno(void)
{
	ask((struct cer_prompt){ .kind = CER_ASK_YESNO,
	    .text = "Is the bag unbroken, and its number 0 417 223?",
	    .certain = "nothing was opened." });
}

static void
do_text(void)
{
	ask((struct cer_prompt){ .kind = CER_ASK_TEXT, .max = 40,
	    .text = "Read the number of the bag from the bag itself." });
}

static void
do_many(void)
{
	thousand(&view);
	do_text();
}

static void
do_again(void)
{
	struct cer_prompt p = { .kind = CER_ASK_TEXT, .max = 40,
		.key = "bag", .person = "Witness 1", .name = "",
		.text = "Read the number of the bag." };
	struct cer_answer a = { "" };
	struct cer_form f = { .number = 2, .opened = "14:35:10",
		.step = "2.2" };
	struct kc_err err = { 0 };
	kc_result r = ui.ask(ui.ctx, &view, &p, &a, &err);

	if (r.code == KC_EEXCEPT)
		r = ui.form(ui.ctx, &view, &f, &err);
	r = ui.ask(ui.ctx, &view, &p, &a, &err);
	report(r, &err);
	(void)printf("answer: %s\n", a.text);
}

static void
do_word(void)
{
	ask((struct cer_prompt){ .kind = CER_ASK_WORD, .word = "GENERATE",
	    .text = "Holder 2 generates the key now." });
}

static void
do_words(void)
{
	static const uint8_t at[CER_WORDS] = { 3, 7, 19, 26, 32 };

	view.n_lines = 0;
	SET(title, "Who receives the domain");
	add(CER_LINE_LABEL, "SHA-256", "c066 8ba4 must not be seen");
	ask((struct cer_prompt){ .kind = CER_ASK_WORDS, .at = at,
	    .text = "A. Rossi, from YOUR paper, not from this screen: the "
	    "exchange key of contoso-hsm-neu",
	    .certain = "nothing was decrypted or encrypted" });
}

static void
do_choice(void)
{
	ask((struct cer_prompt){ .kind = CER_ASK_CHOICE,
	    .text = "The medium is not the one that left the room.",
	    .choices = "r Read the medium again\ne End this act\n"
	    "x Record an exception" });
}

static time_t deadline;

static bool
ready(void *ctx)
{
	(void)ctx;
	return deadline != 0 && time(NULL) >= deadline;
}

static void
do_wait(void)
{
	ask((struct cer_prompt){ .kind = CER_ASK_WAIT, .ready = ready,
	    .text = "Waiting for the card of holder 2 in reader 1." });
}

static void
do_ready(void)
{
	deadline = time(NULL) + 2;
	do_wait();
}

static void
do_pin_with(bool twice, size_t min)
{
	const struct cer_pin p = { .key = "pin", .person = "Holder 2",
		.name = "A. Rossi", .text = "Holder 2, your PIN.",
		.tries = "Tries left before the card locks: 3",
		.twice = twice, .min = min, .max = 8 };
	struct kc_secret pin = { 0 };
	struct kc_err err = { 0 };
	uint8_t hash[KC_SHA256] = { 0 };
	char hex[KC_HEX] = "";
	kc_result r;

	r = ui.pin(ui.ctx, &view, &p, &pin, &err);
	if (kc_ok(r) && kc_ok(kc_sha256_one(pin.p, pin.len, hash, &err)))
		kc_hex(hash, sizeof hash, hex);
	kc_secret_free(&pin);
	report(r, &err);
	(void)printf("answer: %s\n", hex);
}

static void
do_pin(void)
{
	do_pin_with(false, 4);
}

static void
do_pin_twice(void)
{
	do_pin_with(true, 6);
}

static void
at_work(int64_t ms)
{
	SET(busy, "Generating RSA 3072 on the card");
	view.busy_expected_ms = 52000;
	view.busy_ms = ms;
}

/* Card work of six seconds, then the next question. */
static void
do_busy(void)
{
	const struct timespec tenth = { 0, 100000000 };
	struct cer_prompt p = { .kind = CER_ASK_CONTINUE, .key = "after",
		.person = "Holder 2", .name = "", .text = "The key is made." };
	struct cer_answer a;
	struct kc_err err = { 0 };
	kc_result r = KC_DONE;
	bool go_on = true;

	at_work(47000);
	for (; view.busy_ms < 53000 && go_on; view.busy_ms += 100) {
		go_on = ui.tick(ui.ctx, &view);
		(void)nanosleep(&tenth, NULL);
	}
	view.busy[0] = '\0';
	if (go_on)
		r = ui.ask(ui.ctx, &view, &p, &a, &err);
	report(r, &err);
	(void)printf("answer: %s\n", go_on ? "finished" : "killed");
}

static void
do_frozen(void)
{
	at_work(31000);
	while (ui.tick(ui.ctx, &view))
		(void)nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	report(KC_DONE, NULL);
	(void)printf("answer: killed\n");
}

static void
do_checks(void)
{
	char label[24];

	view.n_lines = 0;
	SET(number, "1.2");
	SET(title, "Look at the station before anything is trusted to it");
	for (int i = 0; i < 17; i++) {
		(void)snprintf(label, sizeof label, "check %d", i + 1);
		add(i == 11 ? CER_LINE_NOGO : CER_LINE_OK, label, i == 11 ?
		    "1 network interface is up (eth0), where none may be" :
		    "as the site file says");
	}
	do_step();
}

static void
do_hash(void)
{
	view.n_lines = 0;
	SET(title, "Compare the exchange key");
	add(CER_LINE_PLAIN, "", "The exchange key of contoso-hsm-neu, as the "
	    "online team read it out:");
	add(CER_LINE_HASH, "SHA-256", "c0668ba4f6c5b42f02f392c32659e7ee"
	    "38dda77c7a34ec52f0c66667e97c45bf");
	do_step();
}

/* Wide, combining, bidi and control characters in every string. */
static void
do_foreign(void)
{
	view.site = "東京\x1b[2J-hsm";
	view.card_state = "カード\u202e卡";
	SET(title, "Schl\u00fcssel e\u0301tude \u202egnp.exe \x07\x1b[31m");
	SET(acts, "保管者二 (李小龍)");
	SET(say, "Première ligne.\n東京都千代田区千代田一丁目一番一号に"
	    "ある金庫を開けてください。");
	add(CER_LINE_LABEL, "ラベル", "bad \xff\xfe bytes \\ and tab\t.");
	do_step();
}

static void
do_refuse(void)
{
	struct kc_err why = { 0 }, err = { 0 };
	char letter = '\0';
	kc_result r = KC_FAIL(&why, KC_EREFUSED, 0, "exchange.cer: report "
	    "data is the hash of another key (link 5 of 6: key binding): "
	    "expected c0668ba4, found 02f392c3");

	kc_certain(&why, "nothing was decrypted; no file was written; cards "
	    "are logged out");
	r = ui.refuse(ui.ctx, &view, &why, "r Read the medium again\n"
	    "x Record an exception (needs Administrator and Auditor)\n"
	    "a Abandon this act", &letter, &err);
	report(r, &err);
	(void)printf("answer: %c\n", letter);
}

static void
do_form(void)
{
	struct cer_form f = { .number = 2, .opened = "14:35:10",
		.step = "2.2" };
	struct kc_err err = { 0 };
	kc_result r = ui.form(ui.ctx, &view, &f, &err);

	report(r, &err);
	(void)printf("answer: %s|%s|%s|%s\n", f.expected, f.happened,
	    f.action, f.decided);
}

static void
do_say(void)
{
	ui.say(ui.ctx, &view, "The ceremony is suspended.\n\nEvery holder "
	    "leaves with these words on paper:\n\n  stopwatch quiver Geiger "
	    "unify tempest\n\nSeal the bags, then turn the station off.");
	report(KC_DONE, NULL);
}

static void
do_crash(void)
{
	ui.show(ui.ctx, &view);
	(void)raise(SIGABRT);
}

static void
do_exit(void)
{
	ui.show(ui.ctx, &view);
	exit(3);
}

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {
	{ "step", do_step }, { "live", do_live }, { "rehearsal", do_rehearsal },
	{ "yesno", do_yesno }, { "text", do_text }, { "many", do_many },
	{ "again", do_again },
	{ "word", do_word },
	{ "words", do_words }, { "choice", do_choice }, { "wait", do_wait },
	{ "ready", do_ready }, { "pin", do_pin },
	{ "pin-twice", do_pin_twice }, { "busy", do_busy },
	{ "frozen", do_frozen }, { "checks", do_checks },
	{ "hash", do_hash }, { "foreign", do_foreign },
	{ "refuse", do_refuse }, { "form", do_form }, { "say", do_say },
	{ "crash", do_crash }, { "exit", do_exit },
};

int
main(int argc, char **argv)
{
	struct kc_err err = { 0 };

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	canned();
	ui_screen_clock(fixed_clock);
	if (!kc_ok(kc_secret_heap(&err)) ||
	    !kc_ok(kc_sandbox_enter(KC_SANDBOX_MAIN, &err)) ||
	    !kc_ok(ui_screen_open(&ui, &err))) {
		(void)fprintf(stderr, "demo: %s: %s\n", kc_symbol(err.code),
		    err.msg);
		return kc_exit(err.code);
	}
	for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
		if (argc > 1 && strcmp(argv[1], scenarios[i].name) == 0) {
			scenarios[i].run();
			return 0;
		}
	ui.close(ui.ctx);
	(void)fprintf(stderr, "demo: no such scenario\n");
	return 2;
}
