/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory scan's patterns: each secret in every form, many searched at
 * once.
 */
#ifndef KC_TESTS_SECRETS_PATTERN_H
#define KC_TESTS_SECRETS_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#define PATTERN_LEAST 8		/* bytes of the shortest secret */
#define PATTERN_WINDOW 16	/* bytes of a secret that one pattern holds */
#define PATTERN_MAX (4 * PATTERN_WINDOW)

/* struct pattern: one form of the head or the tail of one secret. */
struct pattern {
	uint8_t p[PATTERN_MAX];
	size_t len;
	size_t secret;		/* which one, counted from 0 */
	const char *form;
	unsigned long hits;	/* since the caller zeroed them */
	struct pattern *next;	/* of the same hash */
};

struct patterns;

struct patterns *patterns_new(void);
void patterns_free(struct patterns **ps);

/* patterns_add: a secret in all its forms; aborts when it is too short to be
 *  told from chance. */
void patterns_add(struct patterns *ps, size_t secret, const uint8_t *p,
    size_t len);

/* patterns_search: count the hits that begin in the first `begin` of len
 *  bytes. */
void patterns_search(struct patterns *ps, const uint8_t *p, size_t len,
    size_t begin);

/* patterns_each: all of them. */
void patterns_each(struct patterns *ps, void (*fn)(struct pattern *p,
    void *ctx), void *ctx);

#endif
