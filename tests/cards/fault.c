/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults at a chosen APDU.
 */
#include "tests/cards/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	enum fault_kind kind;
	int base;		/* of its value; 0: it has none */
	unsigned long most;
} kinds[] = {
	{ "pull-at", FAULT_PULL, 0, 0 },
	{ "pull-after", FAULT_PULL_AFTER, 0, 0 },
	{ "hang-at", FAULT_HANG, 0, 0 },
	{ "status-at", FAULT_STATUS, 16, 0xFFFF },
	{ "slow-at", FAULT_SLOW, 10, 600000 }
};
#define N_KINDS (sizeof kinds / sizeof *kinds)

static size_t
kind_of(const char *name)
{
	size_t i = 0;

	while (i < N_KINDS && strcmp(kinds[i].name, name) != 0)
		i++;
	return i;
}

bool
fault_is(const char *name)
{
	return kind_of(name) < N_KINDS;
}

/* Digits up to the character stop; *p is moved behind it. */
static bool
number(const char **p, int base, char stop, unsigned long most,
    unsigned long *ret)
{
	char *end;

	if (strspn(*p, "0123456789abcdefABCDEF") == 0)
		return false;
	errno = 0;
	*ret = strtoul(*p, &end, base);
	if (errno != 0 || *end != stop || *ret > most)
		return false;
	*p = stop != '\0' ? end + 1 : end;
	return true;
}

kc_result
fault_add(struct faults *f, const char *name, const char *text,
    struct kc_err *err)
{
	size_t k = kind_of(name);
	struct fault new = { .ins = -1 };
	const char *p = text;
	unsigned long n;
	bool ok = k < N_KINDS;

	if (ok && strchr(text, ':') != NULL) {
		ok = number(&p, 16, ':', 0xFF, &n);
		new.ins = ok ? (int)n : -1;
	}
	ok = ok && number(&p, 10, kinds[k].base != 0 ? ',' : '\0', 1000000,
	    &new.left) && new.left != 0;
	if (ok && kinds[k].base != 0) {
		ok = number(&p, kinds[k].base, '\0', kinds[k].most, &n);
		new.value = ok ? (unsigned)n : 0;
	}
	if (!ok)
		return KC_FAIL(err, KC_EUSAGE, 0, "%s takes no '%s'", name,
		    text);
	if (f->n == FAULTS_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0, "at most %d faults at once",
		    FAULTS_MAX);
	new.kind = kinds[k].kind;
	f->list[f->n++] = new;
	return KC_DONE;
}

struct fault
fault_next(struct faults *f, const uint8_t *apdu, size_t len)
{
	struct fault due = { .kind = FAULT_NONE };
	size_t kept = 0;

	f->count++;
	for (size_t i = 0; i < f->n; i++) {
		struct fault x = f->list[i];

		if (x.ins < 0 || (len >= 2 && apdu[1] == x.ins))
			x.left--;
		if (x.left > 0)
			f->list[kept++] = x;
		else if (due.kind == FAULT_NONE)
			due = x;
	}
	f->n = kept;
	return due;
}
