/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands that walk a ceremony: run, resume, status.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/words.h"
#include "ceremony/commands.h"
#include "ceremony/gonogo.h"
#include "ceremony/readers.h"
#include "ceremony/room.h"
#include "ceremony/unattended.h"
#include "ceremony/writes.h"

/* Who shows it: answers, plain lines, or the screens where there is a
 * terminal. */
static kc_result
choose_ui(struct cer_room *room, const char *answers, bool plain,
    struct kc_err *err)
{
	if (answers != NULL)
		return cer_answers_open(answers, room->dir, &room->ui, err);
	if (plain || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return cer_plain_open(&room->ui, err);
	return room->app->screen(&room->ui, err);
}

/* The head that the export carries: what people take home must be in it. */
static void
farewell(struct cer_room *room)
{
	struct kc_buf text = { 0 }, words = { 0 };

	if (kc_ok(kc_words(room->st.sealed_head, KC_SHA256, " ", &words,
	    NULL)) &&
	    kc_ok(kc_buf_addf(&text, NULL, "The %s '%s' is complete: %llu "
	    "journal entries, %lld exception(s).\n\nHead words of the export, "
	    "for every holder's paper:\n%s", room->rehearsal ? "rehearsal" :
	    "ceremony", room->script.name,
	    (unsigned long long)room->st.sealed,
	    (long long)room->st.exceptions, kc_buf_str(&words)))) {
		/* h shows this head, with its QR code. */
		memcpy(room->view.head, room->st.sealed_head, KC_SHA256);
		room->view.journal_entries = room->st.sealed;
		room->ui.say(room->ui.ctx, &room->view, kc_buf_str(&text));
	}
	kc_buf_free(&text);
	kc_buf_free(&words);
}

struct walk {
	const char *script, *site, *dir, *answers;
	bool rehearsal, plain;
};

/* Whoever waits for a person looks at readers and devices meanwhile. */
static void
poll_readers(void *ctx)
{
	(void)cer_readers_poll(ctx);
	cer_plugged_poll(ctx);
}

static int
walk(struct cer_app *app, const char *command, const struct walk *w)
{
	struct cer_room *room = calloc(1, sizeof *room);
	struct kc_err err = { 0 };
	kc_result r;

	if (room == NULL)
		return 6;
	room->app = app;
	KC_TRY(r, cer_room_open(room, w->dir, w->script, w->site,
	    w->rehearsal, &err));
	KC_TRY(r, cer_writes_room(room, &err));
	KC_TRY(r, cer_readers_open(room, &err));
	room->view.poll = poll_readers;
	room->view.poll_ctx = room;
	KC_TRY(r, choose_ui(room, w->answers, w->plain, &err));
	r = cer_walk(room, &err);
	if (kc_ok(r))
		farewell(room);
out:
	if (room->ui.close != NULL)
		room->ui.close(room->ui.ctx);
	if (!kc_ok(r) && room->j != NULL)
		kc_certain(&err, "every row in the journal of %s stands",
		    w->dir);
	cer_room_close(room);
	free(room);
	return kc_ok(r) ? 0 : cer_report(command, &err);
}

static int
cmd_run(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "--site", CER_ONE, true },
		{ "--dir", CER_ONE, true },
		{ "--rehearsal", CER_FLAG, false },
		{ "--answers", CER_ONE, false },
		{ "--plain", CER_FLAG, false },
	};
	struct cer_args a;
	struct kc_err err = { 0 };
	struct walk w;

	if (!kc_ok(cer_parse(table, 5, 1, 1, argc, argv, &a, &err)))
		return cer_report("run", &err);
	w = (struct walk){ a.pos[0], a.opt[0].v[0], a.opt[1].v[0],
		a.opt[3].v[0], a.opt[2].given, a.opt[4].given };
	return walk(app, "run", &w);
}

/* The directory's own copies of script and site, and its mode. */
static int
cmd_resume(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "--dir", CER_ONE, true },
		{ "--answers", CER_ONE, false },
		{ "--plain", CER_FLAG, false },
	};
	struct cer_args a;
	struct kc_err err = { 0 };
	struct kc_buf script = { 0 }, site = { 0 }, db = { 0 };
	struct aud_journal *j = NULL;
	struct walk w;
	kc_result r;
	int code = 6;

	KC_TRY(r, cer_parse(table, 3, 0, 0, argc, argv, &a, &err));
	KC_TRY(r, kc_path_join(a.opt[0].v[0], "script.yaml", &script, &err));
	KC_TRY(r, kc_path_join(a.opt[0].v[0], "site.yaml", &site, &err));
	KC_TRY(r, kc_path_join(a.opt[0].v[0], "journal.db", &db, &err));
	if (!kc_file_exists(kc_buf_str(&db))) {
		r = KC_FAIL(&err, KC_EIO, 0, "%s holds no ceremony",
		    a.opt[0].v[0]);
		goto out;
	}
	KC_TRY(r, aud_open(kc_buf_str(&db), false, &j, &err));
	w = (struct walk){ kc_buf_str(&script), kc_buf_str(&site),
		a.opt[0].v[0], a.opt[1].v[0],
		aud_get_mode(j) == AUD_REHEARSAL, a.opt[2].given };
	aud_close(&j);
	code = walk(app, "resume", &w);
out:
	if (!kc_ok(r))
		code = cer_report("resume", &err);
	aud_close(&j);
	kc_buf_free(&script);
	kc_buf_free(&site);
	kc_buf_free(&db);
	return code;
}

struct tally {
	uint64_t steps, runs, exceptions;
	bool closed, suspended;
	char last[129], begun[129];
};

static kc_result
count(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	struct tally *t = ctx;

	(void)err;
	if (strcmp(e->kind, "step.begin") == 0)
		memcpy(t->begun, e->step, sizeof t->begun);
	if (strcmp(e->kind, "step.done") == 0 ||
	    strcmp(e->kind, AUD_KIND_CP_END) == 0 ||
	    strcmp(e->kind, CER_EXPORT_WRITTEN) == 0) {
		t->steps++;
		memcpy(t->last, e->step, sizeof t->last);
	}
	t->runs += strcmp(e->kind, "run.begin") == 0;
	t->exceptions += strcmp(e->kind, "exception.open") == 0;
	t->closed = t->closed || strcmp(e->kind, "close") == 0;
	if (strcmp(e->kind, "suspend") == 0)
		t->suspended = true;
	if (strcmp(e->kind, "resume") == 0)
		t->suspended = false;
	return KC_DONE;
}

static int
print_status(struct aud_journal *j, const struct tally *t, bool json)
{
	struct kc_buf words = { 0 };
	uint8_t head[KC_SHA256];
	char hex[KC_HEX];
	int code = 0;

	aud_head(j, head);
	kc_hex(head, sizeof head, hex);
	if (json) {
		code = cer_print_json(json_pack("{s:s,s:s,s:I,s:s,s:I,s:I,"
		    "s:I,s:b,s:b,s:s,s:s}", "id", aud_get_id(j), "mode",
		    aud_mode_name(aud_get_mode(j)), "entries",
		    (json_int_t)aud_count(j), "head", hex, "steps_done",
		    (json_int_t)t->steps, "runs", (json_int_t)t->runs,
		    "exceptions", (json_int_t)t->exceptions, "closed",
		    t->closed, "suspended", t->suspended, "last_done",
		    t->last, "last_begun", t->begun), 0);
	} else if (kc_ok(kc_words(head, 10, " ", &words, NULL))) {
		(void)printf("%s %s\n  entries     %llu\n  runs        %llu"
		    "\n  steps done  %llu, last %s\n  begun       %s\n"
		    "  exceptions  %llu\n  state       %s\n  head        %s"
		    "\n              %s ...\n", aud_mode_name(
		    aud_get_mode(j)), aud_get_id(j),
		    (unsigned long long)aud_count(j),
		    (unsigned long long)t->runs,
		    (unsigned long long)t->steps, t->last, t->begun,
		    (unsigned long long)t->exceptions,
		    t->closed ? "closed" : t->suspended ? "suspended" :
		    "open", hex, kc_buf_str(&words));
	}
	kc_buf_free(&words);
	return code;
}

static int
cmd_status(struct cer_app *app, int argc, char **argv)
{
	static const struct cer_opt table[] = {
		{ "--dir", CER_ONE, true },
		{ "--json", CER_FLAG, false },
	};
	struct cer_args a;
	struct kc_err err = { 0 };
	struct kc_buf db = { 0 };
	struct aud_journal *j = NULL;
	struct tally t = { 0 };
	kc_result r;
	int code = 0;

	(void)app;
	KC_TRY(r, cer_parse(table, 2, 0, 0, argc, argv, &a, &err));
	KC_TRY(r, kc_path_join(a.opt[0].v[0], "journal.db", &db, &err));
	KC_TRY(r, aud_open(kc_buf_str(&db), false, &j, &err));
	KC_TRY(r, aud_each(j, 0, aud_count(j), count, &t, &err));
	code = print_status(j, &t, a.opt[1].given);
out:
	if (!kc_ok(r))
		code = cer_report("status", &err);
	aud_close(&j);
	kc_buf_free(&db);
	return code;
}

const struct cer_cmd cer_room_commands[] = {
	{ "run", NULL, true, cmd_run, "SCRIPT --site SITE --dir DIR "
	  "[--rehearsal] [--answers FILE] [--plain]",
	  "walk a ceremony; DIR new, or resumed" },
	{ "resume", NULL, true, cmd_resume,
	  "--dir DIR [--answers FILE] [--plain]",
	  "go on where the journal says" },
	{ "status", NULL, false, cmd_status, "--dir DIR [--json]",
	  "say where a ceremony stands" },
	{ 0 },
};
