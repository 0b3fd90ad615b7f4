/* SPDX-License-Identifier: Apache-2.0
 *
 * What the token commands share: the common options and one opened card.
 */
#ifndef KC_CEREMONY_CMD_TOKEN_H
#define KC_CEREMONY_CMD_TOKEN_H

#include "ceremony/cmd.h"
#include "ceremony/sitecards.h"

/* Every token command's options begin with these. */
#define CER_CARD_OPTS				\
	{ "--module", CER_ONE, false },		\
	{ "--module-env", CER_LIST, false },	\
	{ "--site", CER_ONE, false },		\
	{ "--pin-fd", CER_ONE, false },		\
	{ "--json", CER_FLAG, false }

enum {
	O_MODULE, O_ENV, O_SITE, O_PIN_FD, O_JSON,
	O_OWN,			/* the command's own options */
};

/* struct cer_token_cmd: start as {0}; args is on the heap, being large. */
struct cer_token_cmd {
	struct cer_args *args;
	struct tok_uri uri;
	struct tok_module module;
	struct cer_site_cards site;	/* --site instead of a module */
	struct tok_wait wait;
	struct tok_info info;
	struct tok_card *card;
	bool shown;		/* a progress line is on the terminal */
};

/* cer_token_args: parse; the URI, if one is given, is the first argument.
 *  max_pos counts it. */
KC_MUST kc_result cer_token_args(struct cer_token_cmd *c,
    const struct cer_opt *table, size_t n, size_t min_pos, size_t max_pos,
    int argc, char **argv, struct kc_err *err);

/* cer_token_open: the card, not logged in; info is filled. */
KC_MUST kc_result cer_token_open(struct cer_app *app, struct cer_token_cmd *c,
    struct kc_err *err);

/* cer_token_login: with the PIN the command line names; asks when none. */
KC_MUST kc_result cer_token_login(struct cer_token_cmd *c, struct kc_err *err);

/* cer_token_so: where the module lets the SO make keys and certificates,
 *  the SO PIN from descriptor fd, or asked for; else nothing. */
KC_MUST kc_result cer_token_so(struct cer_token_cmd *c, const char *fd,
    struct kc_err *err);

/* cer_token_id: the --id option, or the URI's id. */
KC_MUST kc_result cer_token_id(const struct cer_token_cmd *c, const char *text,
    uint8_t ret[static TOK_ID_MAX], size_t *ret_len, struct kc_err *err);

/* cer_token_done: close, free, report; the exit code. */
int cer_token_done(struct cer_token_cmd *c, const char *name, kc_result r,
    const struct kc_err *err);

/* cer_token_attested: judge what the device attests of a key against the
 *  root in a file (cmd_token_attest.c); prints the rung, or adds it to json
 *  json  the key's object, or NULL: then it is printed
 *  Errors: KC_EREFUSED naming the rung */
KC_MUST kc_result cer_token_attested(struct cer_token_cmd *c,
    const struct tok_key *key, const char *root_path, json_t *json,
    struct kc_err *err);

/* JSON and plain text of a card and a key. */
KC_MUST kc_result cer_card_json(const struct tok_info *info, json_t **ret,
    struct kc_err *err);
KC_MUST kc_result cer_key_json(const struct tok_info *info,
    const struct tok_key *key, json_t **ret, struct kc_err *err);
void cer_card_print(const struct tok_info *info);
void cer_key_print(const struct tok_key *key);

int cer_token_list(struct cer_app *app, int argc, char **argv);
int cer_token_show(struct cer_app *app, int argc, char **argv);
int cer_token_probe(struct cer_app *app, int argc, char **argv);
int cer_token_init(struct cer_app *app, int argc, char **argv);
int cer_token_generate(struct cer_app *app, int argc, char **argv);
int cer_token_certificate(struct cer_app *app, int argc, char **argv);
int cer_token_sign(struct cer_app *app, int argc, char **argv);
int cer_token_wipe(struct cer_app *app, int argc, char **argv);

#endif
