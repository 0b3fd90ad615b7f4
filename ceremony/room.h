/* SPDX-License-Identifier: Apache-2.0
 *
 * A ceremony in progress: script, site, journal, state, and whoever shows
 * it.  The state is nothing but a replay of the journal: every row that is
 * appended is read back and applied by the same function as on resume.
 */
#ifndef KC_CEREMONY_ROOM_H
#define KC_CEREMONY_ROOM_H

#include "audit/journal.h"
#include "audit/sign.h"
#include "base/secret.h"
#include "ceremony/cmd.h"
#include "ceremony/devices.h"
#include "ceremony/progress.h"
#include "ceremony/script.h"
#include "ceremony/ui.h"

#define CER_INSTANCES_MAX 400
#define CER_CHECKS_MAX 24
#define CER_EXCEPTIONS_MAX 200
#define CER_ARTIFACTS_MAX 64
#define CER_USES 2		/* TOK_WRAPPING, TOK_SIGNING */
#define CER_FACTS_MAX 32
#define CER_EXPORT_WRITTEN "export.written"	/* row kinds */
#define CER_CUSTODY_PLACE "custody.place"
#define CER_STEP_SKIPPED "step.skipped"

/* struct cer_instance: a step for one person ("keys.generate.holder-2"). */
struct cer_instance {
	const struct cer_step *step;
	const struct cer_person *person;	/* who acts */
	char id[129];
	char number[12];
	char label[64];
	bool begun, done, failed, suspended;
	bool skipped;			/* done: its condition did not hold */
	const char *outcome;		/* of the action's row, or NULL */
};

/* struct cer_card: what the journal knows of a card. */
struct cer_card {
	const struct cer_card_def *def;
	char serial[17];
	char label[33];
	char atr[67];			/* hex; "" not known */
	char module[16];		/* tokens/profile.h, once initialised */
	bool initialised, is_signer;
	bool is_spare;			/* came in with an amendment */
	int64_t inits;			/* initialise intents so far */
	bool pending[CER_USES];		/* generate asked, no outcome */
	bool made[CER_USES];		/* key pair there and tested */
	bool judged[CER_USES];		/* its provenance is in a row */
	bool unsure;			/* an object may be half there */
	char unanswered[33];		/* unanswerable command, no answer */
	bool pin_changed, retired;
	bool tries_known;
	bool tries_low[2];	/* PIN, SO PIN: at the last try, or locked */
	struct kc_buf cert[CER_USES];	/* DER, once imported */
	char cert_sha[CER_USES][65];
	char spki_sha[CER_USES][65];
	char proven[CER_USES][65];	/* certificate of the last proof */
	enum tok_oaep way;
	struct cer_pace pace[CER_PACES];
	char bag[65];			/* it is in; "": in none */
	bool bag_waits;			/* for a resumption */
	int64_t bag_refused;		/* exceptions then + 1; 0: it was not */
	struct kc_secret so;	/* the SO's PIN until its keys are made; the
				 * one field that no row can bring back */
};

struct cer_artifact {
	char name[97];
	char sha256[65];
};

struct cer_state {
	uint64_t runs;
	bool suspended, closed;
	uint64_t sealed;		/* entries up to a checkpoint */
	uint8_t sealed_head[KC_SHA256];	/* hash of the last of them */
	char open_id[24];		/* card command without outcome */
	char open_command[33], open_class[17], open_step[129];
	char open_card[41], open_key[17];
	struct cer_timed timed;		/* that command's intent */
	char intent_name[97];		/* the last file that was announced */
	char intent_sha[65];
	int64_t exceptions;		/* highest number */
	bool exception_open[CER_EXCEPTIONS_MAX];
	struct cer_exception last[CER_LAST_MAX];
	size_t n_last;
	int64_t unproven;		/* the open one on an exchange key */
	struct cer_card card[CER_CARDS_MAX];
	struct cer_artifact artifact[CER_ARTIFACTS_MAX];
	size_t n_artifacts;
	int64_t approvals;
	char read_step[129];		/* of the last right read-back */
	char read_sha[KC_HEX];		/* and what was read back */
	char ratified[KC_HEX];		/* the exchange certificate's */
	char ratified_in[129];		/* the step that did it */
	char wrapped_in[129];		/* the last step that made a blob */
	char wrapped[KC_HEX];		/* and the blob's hash */
	char excepted[KC_HEX];		/* of the last exception on one */
	uint8_t paper_head[KC_SHA256];	/* that people last wrote down */
	bool has_paper_head;
	char software[KC_HEX];		/* of entry 0 */
	bool check_seen[CER_CHECKS_MAX], check_holds[CER_CHECKS_MAX];
	char check_unknown[41];		/* of another program, or "" */
	bool placed[CER_THINGS_MAX];	/* things of the custody plan */
	bool any_placed;
	char site[KC_HEX];		/* of the last amendment, or "" */
};

struct cer_readers;		/* ceremony/readers.h */

/* struct cer_plugged: devices when last looked, and changes without a row. */
#define CER_CHANGES_MAX 32
struct cer_plugged {
	bool looked;
	struct cer_devices now;
	struct cer_device change[CER_CHANGES_MAX];
	bool in[CER_CHANGES_MAX];	/* it came; else it went */
	size_t n_changes, lost;
};

struct cer_room {
	struct cer_app *app;
	struct cer_readers *readers;	/* NULL: none are watched */
	struct cer_ui ui;
	char *dir;			/* absolute */
	int lock;
	bool rehearsal;
	struct cer_script script;
	struct cer_site site;
	struct aud_journal *j;
	struct cer_state st;
	uint64_t applied;		/* rows that are in st */
	struct cer_instance *inst;
	size_t n_inst;
	struct cer_item *item;
	size_t n_items;
	struct cer_view view;
	uint8_t software[KC_SHA256];
	struct kc_secret master;	/* between unlock and blob */
	const char *work;		/* why a card is asked, for ticks */
	struct cer_work doing;		/* its command, if one is open */
	bool module_judged[CER_MODULES_MAX];	/* in this run: pinned.h */
	const char *sys, *swaps;	/* NULL: /sys, /proc/swaps; tests lay
					 * others */
	bool clock_agreed;	/* in this run, by two people */
	int64_t clock_ms;	/* then: its time less the time since boot */
	struct cer_plugged plugged;
	bool amended;		/* the site file was: the room is read anew */
};

/* room.c: a new or resumable ceremony directory.
 *  Errors: KC_EOTHER the directory holds another script or site;
 *  KC_EEXISTS not a ceremony directory; KC_EDB in use */
KC_MUST kc_result cer_room_open(struct cer_room *room, const char *dir,
    const char *script, const char *site, bool rehearsal,
    struct kc_err *err);
void cer_room_close(struct cer_room *room);
/* cer_room_again: read site file and journal anew: after an amendment.
 *  Instances from before are gone, and what no row can bring back. */
KC_MUST kc_result cer_room_again(struct cer_room *room, struct kc_err *err);

/* unnamed.c: a ceremony's directory while it is made is DIR.new-<16 hex>.
 *  cer_unnamed_drop removes those of dir that nobody is making any more:
 *  none was ever a ceremony.  What cannot be removed stays. */
#define CER_UNNAMED ".new-"
void cer_unnamed_drop(const char *parent, const char *dir);

/* cer_path: a place of the site file made absolute against the directory
 * (or, if it is absolute already, itself). */
KC_MUST kc_result cer_path(const struct cer_room *room, const char *place,
    const char *name, struct kc_buf *ret, struct kc_err *err);

/* plan.c: step instances and the left pane's items.  cer_plan_steps: the
 *  instances alone, of a script that fits the site file.
 *  ret  room for CER_INSTANCES_MAX */
KC_MUST kc_result cer_plan_steps(const struct cer_script *script,
    const struct cer_site *site, struct cer_instance *ret, size_t *ret_n,
    struct kc_err *err);
KC_MUST kc_result cer_plan(struct cer_room *room, struct kc_err *err);

/* state.c */
KC_MUST kc_result cer_state_apply(struct cer_room *room,
    const struct aud_entry *e, struct kc_err *err);
void cer_state_free(struct cer_state *st);
struct cer_card *cer_card_of(struct cer_room *room, const char *person);
const struct cer_artifact *cer_artifact_get(const struct cer_room *room,
    const char *name);

/* rows.c: cer_catch_up applies what others appended (audit/sign.h);
 * cer_row appends and applies.  in may be NULL. */
KC_MUST kc_result cer_catch_up(struct cer_room *room, struct kc_err *err);
KC_MUST kc_result cer_row(struct cer_room *room, const char *kind,
    const struct cer_instance *in, const struct aud_fact *facts, size_t n,
    struct kc_err *err);

/* cer_tries: what the card said of the tries of its PIN (so: of its SO PIN)
 * before and after a login; after NULL: it did not answer any more. */
#define CER_TRIES 6
size_t cer_tries(const struct tok_info *before, const struct tok_info *after,
    bool so, struct aud_fact ret[static CER_TRIES]);

/* struct cer_command: an intent row and its outcome row. */
struct cer_command {
	char id[24];
	const char *command, *cls, *key;
	const struct cer_card *card;
	/* of the outcome's row, whatever it is: the card's counters */
	struct aud_fact seen[CER_TRIES];
	size_t n_seen;
	char work[64];	/* for people; "": as progress.c calls it */
};
/* cls: "repeatable", "answerable" or "unanswerable" (design 8.6). */
KC_MUST kc_result cer_command_begin(struct cer_room *room,
    const struct cer_instance *in, struct cer_command *c,
    struct kc_err *err);
/* cer_command_end: card.done with facts when r is KC_OK; card.failed, or
 *  card.unknown when the answer was lost.  Returns r, or the row's failure. */
KC_MUST kc_result cer_command_end(struct cer_room *room,
    const struct cer_instance *in, const struct cer_command *c, kc_result r,
    const struct aud_fact *facts, size_t n, struct kc_err *err);

/* cer_state_exception: the row of one that is opened or closed
 *  (exceptions.c). */
void cer_state_exception(struct cer_room *room, const struct aud_entry *e,
    bool open);
/* cer_exception_note: an exception that the program itself opens and closes
 *  because a rule decides it. */
KC_MUST kc_result cer_exception_note(struct cer_room *room,
    const struct cer_instance *in, const char *expected,
    const char *happened, const char *action, struct kc_err *err);

/* unanswered.c: a command that nobody can ask the card about began and its
 *  answer never came (design 8.6): the person who acts says what is done
 *  now.  Exception rows with that person, and card.decided.
 *  choices  a letter, blank, sentence a line; 'a' is always added: stop
 *  ret      the letter; 'a' comes back as KC_ECANCEL, without rows */
#define CER_TRY_NEW_PIN "Try the new PIN"	/* a decision */
KC_MUST kc_result cer_unanswered(struct cer_room *room,
    const struct cer_instance *in, const struct cer_card *card,
    const char *choices, char *ret, struct kc_err *err);

/* talk.c: prompts; exception forms and resizing are handled inside.
 *  KC_ESUSPEND and KC_ECANCEL come back. */
KC_MUST kc_result cer_ask(struct cer_room *room,
    const struct cer_instance *in, const struct cer_prompt *p,
    struct cer_answer *ret, struct kc_err *err);
KC_MUST kc_result cer_refuse(struct cer_room *room,
    const struct cer_instance *in, const struct kc_err *why,
    const char *choices, char *ret, struct kc_err *err);
KC_MUST kc_result cer_pin_ask(struct cer_room *room,
    const struct cer_instance *in, const struct cer_pin *p,
    struct kc_secret *ret, struct kc_err *err);
KC_MUST kc_result cer_continue(struct cer_room *room,
    const struct cer_instance *in, const char *key, const char *text,
    struct kc_err *err);
void cer_show(struct cer_room *room);
void cer_line(struct cer_room *room, enum cer_line_kind kind,
    const char *label, const char *fmt, ...) KC_PRINTF(4, 5);
/* cer_warn_lines: a line of the pane for each line of text. */
void cer_warn_lines(struct cer_room *room, const char *text);
/* cer_view_words: the view's texts of a step, as on paper. */
void cer_view_words(struct cer_room *room, const struct cer_instance *in);
/* cer_view_step: make in the current step of the view. */
void cer_view_step(struct cer_room *room, const struct cer_instance *in);
void cer_view_refresh(struct cer_room *room);
KC_MUST kc_result cer_exception_form(struct cer_room *room,
    const struct cer_instance *in, struct kc_err *err);

/* condition.c: cer_condition: is the step for what was found?  If not, the
 *  row that it is skipped.  cer_state_outcome: what a row says of that. */
KC_MUST kc_result cer_condition(struct cer_room *room,
    const struct cer_instance *in, bool *ret_holds, struct kc_err *err);
void cer_state_outcome(struct cer_instance *in, const struct aud_entry *e);

/* engine.c: walk what is not done yet. */
KC_MUST kc_result cer_walk(struct cer_room *room, struct kc_err *err);

/* carding.c: sessions with the cards of this ceremony. */
KC_MUST kc_result cer_card_module(struct cer_room *room,
    const struct cer_card *card, struct kc_buf *env, struct tok_module *ret,
    struct kc_err *err);
/* softcard.c: the store of a rehearsal's SoftHSM card, made when it is first
 *  needed, mended when SoftHSM was killed while it wrote.
 *  ret  put_back: a token's file, from our copy; set_aside: an unfinished
 *  token, as STORE/unfinished-...; else unchanged */
struct cer_mended {
	bool put_back, set_aside;
};
KC_MUST kc_result cer_soft_store(const char *store, struct cer_mended *ret,
    struct kc_err *err);
struct tok_wait cer_card_wait(struct cer_room *room, const char *work);
/* attestroot.c: DER of the pinned attestation root.
 *  Errors: KC_EIO, KC_EFORMAT; KC_EREFUSED another certificate
 *  ret  caller: kc_buf_free */
KC_MUST kc_result cer_attest_root(const struct cer_room *room,
    struct kc_buf *ret, struct kc_err *err);
/* factory.c: refuse a card that still has the factory's SO PIN or management
 *  key.  tok: opened; a login is kept.  Rows: a command of its own */
KC_MUST kc_result cer_factory_left(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct tok_card *tok, struct kc_err *err);
/* cer_so_login: give the session the SO PIN that the card was given here,
 *  and prove it by a login with rows of its own. */
KC_MUST kc_result cer_so_login(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card,
    struct tok_card *tok, struct kc_err *err);
/* cer_room_login: open the bound card of a person and log in with the PIN
 *  the person types (on the reader's pad, where it has one); a wrong PIN is
 *  journaled and asked again.  Another's card, a clone, a locked card or one
 *  with one try left is refused before a PIN is asked; the factory's PIN
 *  after it was accepted.
 *  in rows: quiet = no rows (the caller has its own intent) */
KC_MUST kc_result cer_room_login(struct cer_room *room,
    const struct cer_instance *in, struct cer_card *card, bool quiet,
    struct tok_card **ret, struct kc_err *err);
/* key ids on every card of ours: 03 wrapping (PIV 9d), 02 signing (9c) */
extern const uint8_t cer_key_id[CER_USES];
extern const char *const cer_use_name[CER_USES];

/* files.c */
KC_MUST kc_result cer_artifact_put(struct cer_room *room,
    const struct cer_instance *in, const char *name, const void *p,
    size_t len, struct kc_err *err);
/* cer_artifact_adopt: a file that was announced and written just before the
 *  program ended, its row missing: take it if its hash is the announced one.
 *  Afterwards cer_artifact_get() tells whether it is there. */
KC_MUST kc_result cer_artifact_adopt(struct cer_room *room,
    const struct cer_instance *in, const char *name, struct kc_err *err);
KC_MUST kc_result cer_artifact_read(struct cer_room *room, const char *name,
    struct kc_buf *ret, struct kc_err *err);
/* cer_medium_put: a file for the online side; an equal one is adopted. */
KC_MUST kc_result cer_medium_put(struct cer_room *room,
    const struct cer_instance *in, const char *name, const void *p,
    size_t len, struct kc_err *err);
/* cer_medium_take: wait for a file from the online side and read it once. */
KC_MUST kc_result cer_medium_take(struct cer_room *room,
    const struct cer_instance *in, const char *name, struct kc_buf *ret,
    struct kc_err *err);
/* cer_medium_find: wait for a file whose bytes only its reader may see, and
 *  which no row tells anything of; ret_path is appended to. */
KC_MUST kc_result cer_medium_find(struct cer_room *room,
    const struct cer_instance *in, const char *name, struct kc_buf *ret_path,
    struct kc_err *err);
/* cer_medium_reread: what was put there for the online side, from the disk:
 *  kc_file_reread. */
KC_MUST kc_result cer_medium_reread(struct cer_room *room, const char *name,
    const struct kc_buf *want, bool *ret_past, struct kc_err *err);
/* cer_medium_name: a name that is one in a folder and in the export. */
#define CER_MEDIUM_NAME 60
bool cer_medium_name(const char *s);
/* cer_medium_take_any: the same, under one of n <= CER_NAMES_MAX names;
 *  ret_i tells which.  Errors: KC_EREFUSED when two of them lie there */
#define CER_NAMES_MAX 4
KC_MUST kc_result cer_medium_take_any(struct cer_room *room,
    const struct cer_instance *in, const char *const *names, size_t n,
    size_t *ret_i, struct kc_buf *ret, struct kc_err *err);

/* cer_paper_take: a file of the online side: from the artifacts, if a step or
 *  run before kept it; else from the medium.
 *  ret  caller: kc_buf_free */
KC_MUST kc_result cer_paper_take(struct cer_room *room,
    const struct cer_instance *in, const char *name, struct kc_buf *ret,
    struct kc_err *err);

/* signing.c */
KC_MUST kc_result cer_sign_text(struct cer_room *room,
    const struct cer_instance *in, bool manifest, struct kc_err *err);
KC_MUST kc_result cer_approve(struct cer_room *room,
    const struct cer_instance *in, const char *person, const char *subject,
    const char *digest_hex, struct kc_err *err);

#endif
