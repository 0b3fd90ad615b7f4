/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands: the table's row type, options, reports.
 */
#ifndef KC_CEREMONY_CMD_H
#define KC_CEREMONY_CMD_H

#include <stdio.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "tokens/card.h"

/* struct cer_app: what main made before the sandbox closed. */
struct cer_ui;
struct cer_app {
	struct tok_server *server;	/* NULL for commands without cards */
	kc_result (*screen)(struct cer_ui *ret, struct kc_err *err);
};

/* struct cer_cmd: one row of the command table.
 *  group, verb  "sd", "prove"; verb NULL for single-word commands
 *  cards        the fork server is started for it
 *  usage        the argument line; help: one sentence */
struct cer_cmd {
	const char *group;
	const char *verb;
	bool cards;
	int (*run)(struct cer_app *app, int argc, char **argv);
	const char *usage;
	const char *help;
};

/* Options.  Positional arguments come first; an option's list ends at the
 * next option and the option may be repeated. */
#define CER_VALUES_MAX 64
#define CER_OPTS_MAX 24

enum cer_arity {
	CER_FLAG,		/* no value */
	CER_ONE,		/* one value, given once */
	CER_LIST,		/* one or more values, repeatable */
};

struct cer_opt {
	const char *name;	/* "--sd-file" */
	enum cer_arity arity;
	bool required;
};

struct cer_args {
	const char *pos[CER_VALUES_MAX];
	size_t n_pos;
	struct {
		bool given;
		const char *v[CER_VALUES_MAX];
		size_t n;
	} opt[CER_OPTS_MAX];	/* in the order of the table */
};

/* cer_parse: argv[0] is the first argument after the verb.  --json is
 *  accepted only if the table lists it.
 *  Errors: KC_EUSAGE naming the word.  az's --passwords is refused with a
 *  sentence of its own. */
KC_MUST kc_result cer_parse(const struct cer_opt *table, size_t n_table,
    size_t min_pos, size_t max_pos, int argc, char **argv,
    struct cer_args *ret, struct kc_err *err);

/* cer_number: a decimal or KC_EUSAGE naming option and range. */
KC_MUST kc_result cer_number(const char *option, const char *text, long min,
    long max, long *ret, struct kc_err *err);

/* cer_report: print an error for people on stderr (cause, what is certain,
 *  what to do) and return the exit code. */
int cer_report(const char *command, const struct kc_err *err);

/* cer_print_json: canonical JSON and a newline on stdout; v is freed.
 *  Returns the exit code given, or 6 when stdout fails. */
int cer_print_json(json_t *v, int exit_code);

/* Card selection shared by commands: --module, --module-env, --site,
 *  module-path in the URI. */
KC_MUST kc_result cer_module(const char *module, const char *const *env,
    size_t n_env, const struct tok_uri *uri, struct tok_module *ret,
    struct kc_err *err);

#endif
