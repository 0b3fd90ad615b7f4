/* SPDX-License-Identifier: Apache-2.0
 *
 * What a piece of a program cost.
 */
#ifndef KC_TESTS_BENCH_SPENT_H
#define KC_TESTS_BENCH_SPENT_H

#include <stdint.h>
#include <time.h>

struct spent {
	int64_t cpu, wall;	/* ns */
};

static inline int64_t
spent_clock(clockid_t id)
{
	struct timespec t = { 0 };

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline struct spent
spent_now(void)
{
	return (struct spent){ spent_clock(CLOCK_PROCESS_CPUTIME_ID),
		spent_clock(CLOCK_MONOTONIC) };
}

static inline struct spent
spent_since(struct spent from)
{
	struct spent to = spent_now();

	return (struct spent){ to.cpu - from.cpu, to.wall - from.wall };
}

#endif
