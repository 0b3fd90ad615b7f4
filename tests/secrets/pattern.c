/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory scan's patterns.  A form is how a careless program would spread
 * a secret: its bytes, each byte as a 16-bit or 32-bit integer, each 16-bit
 * word (a share's unit) as a 32-bit integer; both byte orders.  The head and
 * the tail are searched by themselves: half a copy is a copy.
 */
#include "tests/secrets/pattern.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_LOG 16
#define BUCKETS ((size_t)1 << BUCKETS_LOG)

struct patterns {
	struct pattern *bucket[BUCKETS];
};

/* struct form: unit bytes become `wide` bytes, the unit last if big. */
struct form {
	const char *name;
	size_t unit, wide;
	int big;
};

static const struct form forms[] = {
	{ "bytes", 1, 1, 0 },
	{ "u16le", 1, 2, 0 }, { "u16be", 1, 2, 1 },
	{ "u32le", 1, 4, 0 }, { "u32be", 1, 4, 1 },
	{ "w32le", 2, 4, 0 }, { "w32be", 2, 4, 1 },
};

struct patterns *
patterns_new(void)
{
	struct patterns *ps = calloc(1, sizeof *ps);

	if (ps == NULL)
		abort();
	return ps;
}

void
patterns_free(struct patterns **ps)
{
	if (*ps == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct pattern *p = (*ps)->bucket[i], *n; p != NULL;
		    p = n) {
			n = p->next;
			free(p);
		}
	free(*ps);
	*ps = NULL;
}

static size_t
hash(uint64_t first8)
{
	return (size_t)((first8 * 0x9e3779b97f4a7c15u) >> (64 - BUCKETS_LOG));
}

static uint64_t
first8(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* The words of a share are little endian where they are made. */
static void
widen(const struct form *f, const uint8_t *p, size_t len, struct pattern *ret)
{
	for (size_t i = 0; i + f->unit <= len; i += f->unit) {
		uint8_t *to = ret->p + ret->len;

		for (size_t k = 0; k < f->unit; k++)
			to[f->big ? f->wide - 1 - k : k] = p[i + k];
		ret->len += f->wide;
	}
}

static void
add(struct patterns *ps, const struct form *f, size_t secret,
    const uint8_t *p, size_t len)
{
	struct pattern *new = calloc(1, sizeof *new);
	struct pattern **at;

	if (new == NULL)
		abort();
	widen(f, p, len, new);
	new->secret = secret;
	new->form = f->name;
	at = &ps->bucket[hash(first8(new->p))];
	new->next = *at;
	*at = new;
}

void
patterns_add(struct patterns *ps, size_t secret, const uint8_t *p, size_t len)
{
	size_t window = len < PATTERN_WINDOW ? len : PATTERN_WINDOW;

	if (len < PATTERN_LEAST)
		abort();
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (forms[i].unit > 1 && len % forms[i].unit != 0)
			continue;
		add(ps, &forms[i], secret, p, window);
		if (len >= 2 * window)
			add(ps, &forms[i], secret, p + len - window, window);
	}
}

void
patterns_search(struct patterns *ps, const uint8_t *p, size_t len,
    size_t begin)
{
	for (size_t i = 0; i < begin && i + PATTERN_LEAST <= len; i++) {
		uint64_t v = first8(p + i);

		if (v == 0)
			continue;
		for (struct pattern *q = ps->bucket[hash(v)]; q != NULL;
		    q = q->next)
			if (q->len <= len - i &&
			    memcmp(q->p, p + i, q->len) == 0)
				q->hits++;
	}
}

void
patterns_each(struct patterns *ps, void (*fn)(struct pattern *p, void *ctx),
    void *ctx)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct pattern *p = ps->bucket[i]; p != NULL; p = p->next)
			fn(p, ctx);
}
