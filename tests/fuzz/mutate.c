/* SPDX-License-Identifier: Apache-2.0
 *
 * A mutator that sees through the wrappings of our formats: half of the
 * time a run of base64 inside the input (a JWE's part, x5c, the body of a
 * PEM block) is decoded, changed inside, perhaps in a run of base64 in there
 * again, and put back.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define DEPTH 3
#define ROOM ((size_t)1 << 17)
#define RUN_MIN 16		/* shorter runs are words */

static const char alphabets[2][65] = {
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

/* struct level: bytes, and the run in them that the next level decodes. */
struct level {
	uint8_t p[ROOM];
	size_t len;
	size_t at, run;		/* of the run */
	bool url, lines;	/* its alphabet; broken in lines */
};

static struct level level[DEPTH + 1];
static uint32_t dice;

static uint32_t
roll(uint32_t sides)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % sides;
}

static int
digit(uint8_t c, bool url)
{
	const char *at = c != '\0' ? strchr(alphabets[url], c) : NULL;

	return at != NULL ? (int)(at - alphabets[url]) : -1;
}

static bool
belongs(uint8_t c, bool url)
{
	return digit(c, url) >= 0 || (!url && (c == '\n' || c == '='));
}

/* One of the runs, each as likely. */
static bool
find_run(struct level *l)
{
	uint32_t seen = 0;

	l->url = roll(2) != 0;
	for (size_t i = 0; i < l->len;) {
		size_t from = i;

		while (i < l->len && belongs(l->p[i], l->url))
			i++;
		if (i - from >= RUN_MIN && roll(++seen) == 0) {
			l->at = from;
			l->run = i - from;
		}
		if (i == from)
			i++;
	}
	if (seen == 0)
		return false;
	while (l->run > 0 && l->p[l->at] == '\n') {
		l->at++;
		l->run--;
	}
	while (l->run > 0 && l->p[l->at + l->run - 1] == '\n')
		l->run--;
	l->lines = memchr(l->p + l->at, '\n', l->run) != NULL;
	return true;
}

static void
decode(const struct level *from, struct level *to)
{
	uint32_t acc = 0, bits = 0;

	to->len = 0;
	for (size_t i = 0; i < from->run; i++) {
		int v = digit(from->p[from->at + i], from->url);

		if (v < 0)
			continue;
		acc = acc << 6 | (uint32_t)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			to->p[to->len++] = (uint8_t)(acc >> bits);
		}
	}
}

/* The text of b's bytes, as a's run is written; its length. */
static size_t
encode(const struct level *b, const struct level *a, uint8_t *out)
{
	size_t n = 0, column = 0;

	for (size_t i = 0; i < b->len; i += 3) {
		size_t have = b->len - i < 3 ? b->len - i : 3;
		uint32_t v = (uint32_t)b->p[i] << 16;

		if (have > 1)
			v |= (uint32_t)b->p[i + 1] << 8;
		if (have > 2)
			v |= b->p[i + 2];
		for (size_t k = 0; k < 4; k++)
			if (k <= have)
				out[n++] = (uint8_t)
				    alphabets[a->url][v >> (18 - 6 * k) & 63];
			else if (!a->url)
				out[n++] = '=';
		if (a->lines && (column += 4) % 64 == 0 &&
		    i + 3 < b->len)
			out[n++] = '\n';
	}
	return n;
}

/* Put b back where it stood in a; false when it is too long now. */
static bool
put_back(const struct level *b, struct level *a)
{
	static uint8_t text[2 * ROOM];
	size_t n = encode(b, a, text), behind = a->len - a->at - a->run;

	if (a->at + n + behind > ROOM)
		return false;
	memmove(a->p + a->at + n, a->p + a->at + a->run, behind);
	memcpy(a->p + a->at, text, n);
	a->len = a->at + n + behind;
	return true;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *p, size_t len, size_t max,
    unsigned int seed)
{
	size_t depth = 0, room;

	dice = seed;
	if (len > ROOM / 2 || roll(2) == 0)
		return LLVMFuzzerMutate(p, len, max);
	memcpy(level[0].p, p, len);
	level[0].len = len;
	while (depth < DEPTH && (depth == 0 || roll(2) != 0) &&
	    find_run(&level[depth])) {
		decode(&level[depth], &level[depth + 1]);
		depth++;
	}
	room = level[depth].len + 64;
	level[depth].len = LLVMFuzzerMutate(level[depth].p,
	    level[depth].len, room < ROOM / 2 ? room : ROOM / 2);
	for (; depth > 0; depth--)
		if (!put_back(&level[depth], &level[depth - 1]))
			return LLVMFuzzerMutate(p, len, max);
	if (level[0].len > max)
		return LLVMFuzzerMutate(p, len, max);
	memcpy(p, level[0].p, level[0].len);
	return level[0].len;
}
