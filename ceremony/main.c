/* SPDX-License-Identifier: Apache-2.0
 *
 * The program: a command table, and the powers given up before any command
 * runs.  Order matters: environment, fork server, secure heap, filter.
 */
#include <string.h>

#include <openssl/crypto.h>

#include "base/json.h"
#include "base/sandbox.h"
#include "base/secret.h"
#include "ceremony/commands.h"
#include "ceremony/selftest.h"
#include "ceremony/version.h"
#include "ceremony/writes.h"
#include "ui/screen.h"

static const struct cer_cmd *const tables[] = {
	cer_room_commands, cer_script_commands, cer_token_commands,
	cer_sd_commands, cer_byok_commands, cer_evidence_commands,
	cer_attestation_commands,
	cer_policy_commands, cer_release_commands,
	cer_audit_commands, cer_selftest_commands,
};
#define TABLES (sizeof tables / sizeof *tables)

static void
print_help(FILE *to)
{
	(void)fputs("ceremony - offline key ceremonies for Azure Managed HSM "
	    "security domains\n\n", to);
	for (size_t t = 0; t < TABLES; t++)
		for (const struct cer_cmd *c = tables[t]; c->group; c++)
			(void)fprintf(to, "  %-11s %-13s %s\n", c->group,
			    c->verb != NULL ? c->verb : "", c->help);
	(void)fputs("\n`ceremony GROUP VERB --help` prints the arguments; "
	    "man ceremony(1).\nExit: 0 done  1 refused  2 usage  3 malformed"
	    "  4 card  5 stopped  6 machine\n", to);
}

static int
print_version(bool json)
{
	json_t *v;

	if (!json) {
		(void)printf("ceremony %s\n", CER_VERSION);
		return 0;
	}
	v = json_pack("{s:s,s:s,s:s,s:b}", "program", "ceremony", "version",
	    CER_VERSION, "openssl", OpenSSL_version(OPENSSL_VERSION_STRING),
	    "sanitized", KC_SANITIZED);
	return cer_print_json(v, 0);
}

/* The row for argv, and how many words name it. */
static const struct cer_cmd *
find_command(int argc, char **argv, int *ret_words)
{
	for (size_t t = 0; t < TABLES; t++)
		for (const struct cer_cmd *c = tables[t]; c->group; c++) {
			if (strcmp(c->group, argv[1]) != 0)
				continue;
			*ret_words = c->verb != NULL ? 2 : 1;
			if (c->verb == NULL ||
			    (argc > 2 && strcmp(c->verb, argv[2]) == 0))
				return c;
		}
	return NULL;
}

/* `ceremony sd`: the rows of one group; false when there is none. */
static bool
print_group(FILE *to, const char *group)
{
	bool any = false;

	for (size_t t = 0; t < TABLES; t++)
		for (const struct cer_cmd *c = tables[t]; c->group; c++)
			if (strcmp(c->group, group) == 0) {
				(void)fprintf(to, "ceremony %s %s %s\n    "
				    "%s\n", c->group, c->verb != NULL ?
				    c->verb : "", c->usage, c->help);
				any = true;
			}
	return any;
}

static void
print_usage(const struct cer_cmd *c)
{
	(void)printf("ceremony %s%s%s %s\n\n%s.\n", c->group,
	    c->verb != NULL ? " " : "", c->verb != NULL ? c->verb : "",
	    c->usage, c->help);
}

/* The sd commands need the fork server only when a card is named. */
static bool
wants_cards(const struct cer_cmd *c, int argc, char **argv)
{
	if (!c->cards || strcmp(c->group, "sd") != 0)
		return c->cards;
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--token") == 0)
			return true;
	return false;
}

/* Everything a command may not have is gone when this returns; where a
 * ceremony writes is known only when its site file was read. */
static kc_result
prepare(struct cer_app *app, const struct cer_cmd *c, int argc, char **argv,
    struct kc_err *err)
{
	kc_result r;

	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return KC_FAIL_SSL(err, KC_ESANDBOX, "OpenSSL did not start");
	KC_TRY(r, kc_harden(err));
	/* Forked before this process has a heap for secrets at all. */
	if (wants_cards(c, argc, argv))
		KC_TRY(r, tok_server_start(&app->server, err));
	KC_TRY(r, kc_secret_heap(err));
	KC_TRY(r, kc_sandbox_enter(KC_SANDBOX_MAIN, err));
	r = cer_writes_command(c->group, argc, argv, err);
out:
	return r;
}

static int
run_command(const struct cer_cmd *c, int argc, char **argv)
{
	struct cer_app app = { .screen = ui_screen_open };
	struct kc_err err = { 0 };
	int code;

	if (argc > 0 && strcmp(argv[0], "--help") == 0) {
		print_usage(c);
		return 0;
	}
	if (!kc_ok(prepare(&app, c, argc, argv, &err))) {
		tok_server_stop(&app.server);
		return cer_report(c->group, &err);
	}
	code = c->run(&app, argc, argv);
	tok_server_stop(&app.server);
	if (fflush(stdout) != 0 && code == 0)
		code = 6;
	return code;
}

int
main(int argc, char **argv)
{
	struct kc_err err = { 0 };
	const struct cer_cmd *c;
	int words = 0;

	if (!kc_ok(kc_env_replace(argv, &err)))
		return cer_report("start", &err);
	if (argc < 2) {
		print_help(stderr);
		return 2;
	}
	if (strcmp(argv[1], "--version") == 0)
		return print_version(argc > 2 &&
		    strcmp(argv[2], "--json") == 0);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return 0;
	}
	c = find_command(argc, argv, &words);
	if (c == NULL && argc == 3 && strcmp(argv[2], "--help") == 0 &&
	    print_group(stdout, argv[1]))
		return 0;
	if (c == NULL) {
		(void)fprintf(stderr, "ceremony: there is no command '%s%s%s'"
		    "\n\n", argv[1], words == 2 && argc > 2 ? " " : "",
		    words == 2 && argc > 2 ? argv[2] : "");
		if (words != 2 || !print_group(stderr, argv[1]))
			print_help(stderr);
		return 2;
	}
	return run_command(c, argc - 1 - words, argv + 1 + words);
}
