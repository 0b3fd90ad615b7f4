/* SPDX-License-Identifier: Apache-2.0
 *
 * Options: a table of places.
 */
#include "pool/opt.h"

#include <stdint.h>
#include <string.h>

#define OPTS_MAX 16

static kc_result
find(const struct pool_opt *table, size_t n, const char *word, size_t *ret,
    struct kc_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].name, word) == 0) {
			*ret = i;
			return KC_DONE;
		}
	return KC_FAIL(err, KC_EUSAGE, 0, "'%s' is no option of this command",
	    word);
}

kc_result
pool_parse(const struct pool_opt *table, size_t n, int argc, char **argv,
    struct kc_err *err)
{
	bool given[OPTS_MAX] = { false };
	size_t at = 0;
	kc_result r;

	if (n > OPTS_MAX)
		return KC_FAIL(err, KC_EBUG, 0, "%zu options in a table", n);
	for (int i = 0; i < argc; i++) {
		KC_TRY(r, find(table, n, argv[i], &at, err));
		if (given[at])
			return KC_FAIL(err, KC_EUSAGE, 0, "%s is given twice",
			    argv[i]);
		given[at] = true;
		if (table[at].ret_flag != NULL) {
			*table[at].ret_flag = true;
			continue;
		}
		if (i + 1 == argc)
			return KC_FAIL(err, KC_EUSAGE, 0, "%s wants a value",
			    argv[i]);
		*table[at].ret_value = argv[++i];
	}
	for (size_t i = 0; i < n; i++)
		if (table[i].required && !given[i])
			return KC_FAIL(err, KC_EUSAGE, 0, "%s is missing",
			    table[i].name);
	r = KC_DONE;
out:
	return r;
}
