/* SPDX-License-Identifier: Apache-2.0
 *
 * Options: positional arguments first; a list ends at the next option.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/cmd.h"

static const struct {
	const char *name;
	const char *why;
} refused[] = {
	{ "--passwords", "passwords on a command line are seen by every "
	  "process; give --password-fd N, one for each KEY" },
	{ "--password", "passwords on a command line are seen by every "
	  "process; give --password-fd N, one for each KEY" },
	{ "--pin", "a PIN on a command line is seen by every process; give "
	  "--pin-fd N, one for each token" },
	{ "--so-pin", "an SO PIN on a command line is seen by every process; "
	  "give --so-pin-fd N" },
};

static kc_result
unknown(const char *word, struct kc_err *err)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (strcmp(word, refused[i].name) == 0)
			return KC_FAIL(err, KC_EUSAGE, 0, "%s: %s", word,
			    refused[i].why);
	return KC_FAIL(err, KC_EUSAGE, 0, "%s is no option of this command",
	    word);
}

static kc_result
find_option(const struct cer_opt *table, size_t n, const char *word,
    size_t *ret, struct kc_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].name, word) == 0) {
			*ret = i;
			return KC_DONE;
		}
	return unknown(word, err);
}

/* Take one option's values; *i is left on its last word. */
static kc_result
take(const struct cer_opt *opt, size_t at, int argc, char **argv, int *i,
    struct cer_args *a, struct kc_err *err)
{
	size_t before = a->opt[at].n;

	if (a->opt[at].given && opt->arity != CER_LIST)
		return KC_FAIL(err, KC_EUSAGE, 0, "%s is given twice",
		    opt->name);
	a->opt[at].given = true;
	if (opt->arity == CER_FLAG)
		return KC_DONE;
	while (*i + 1 < argc && strncmp(argv[*i + 1], "--", 2) != 0 &&
	    strcmp(argv[*i + 1], "-o") != 0) {
		if (a->opt[at].n == CER_VALUES_MAX)
			return KC_FAIL(err, KC_EUSAGE, 0,
			    "%s: more than %d values", opt->name,
			    CER_VALUES_MAX);
		a->opt[at].v[a->opt[at].n++] = argv[++*i];
		if (opt->arity == CER_ONE)
			return KC_DONE;
	}
	if (a->opt[at].n == before)
		return KC_FAIL(err, KC_EUSAGE, 0, "%s wants a value",
		    opt->name);
	return KC_DONE;
}

kc_result
cer_parse(const struct cer_opt *table, size_t n_table, size_t min_pos,
    size_t max_pos, int argc, char **argv, struct cer_args *ret,
    struct kc_err *err)
{
	struct cer_args a = { 0 };
	kc_result r;
	size_t at = 0;

	for (int i = 0; i < argc; i++) {
		if (argv[i][0] != '-' || argv[i][1] == '\0') {
			if (a.n_pos == max_pos)
				return KC_FAIL(err, KC_EUSAGE, 0,
				    "'%s' is one argument too many", argv[i]);
			a.pos[a.n_pos++] = argv[i];
			continue;
		}
		r = find_option(table, n_table, argv[i], &at, err);
		if (!kc_ok(r))
			return r;
		r = take(&table[at], at, argc, argv, &i, &a, err);
		if (!kc_ok(r))
			return r;
	}
	if (a.n_pos < min_pos)
		return KC_FAIL(err, KC_EUSAGE, 0, "an argument is missing");
	for (size_t i = 0; i < n_table; i++)
		if (table[i].required && !a.opt[i].given)
			return KC_FAIL(err, KC_EUSAGE, 0, "%s is missing",
			    table[i].name);
	*ret = a;
	return KC_DONE;
}

kc_result
cer_number(const char *option, const char *text, long min, long max,
    long *ret, struct kc_err *err)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    v < min || v > max)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "%s: '%.40s' is not a number from %ld to %ld", option,
		    text, min, max);
	*ret = v;
	return KC_DONE;
}
