/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory scan's ceremony: the product's objects, with the calls that
 * secrets pass through wrapped by the linker.
 *
 * Descriptor 8 takes what happens: "S <kind> <length>\n" and the bytes of a
 * secret, straight from the secure heap; "P <phase>\n" when the scanner
 * (tests/secrets/scan.c) shall look, which answers on descriptor 9 with one
 * byte.  The first line there names the kind of secret whose wipe is switched
 * off ("-": none), for the environment is replaced at start.
 *
 * Only the main process has these descriptors: the fork server closes them
 * before it has a heap for secrets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "tests/secrets/hook.h"

#include "base/hash.h"

#define REPORT_FD 8
#define ORDERS_FD 9
#define NOTED_MAX 4096

static bool main_process;
static char keep[16];			/* the kind that is not wiped */
static uint8_t noted[NOTED_MAX][KC_SHA256];
static size_t n_noted;

static void
put(const void *p, size_t len)
{
	/* Without somebody who listens this is no test. */
	if (write(REPORT_FD, p, len) != (ssize_t)len)
		abort();
}

/* For the kind that is kept: by digest, not to be a copy itself. */
static void
note(const struct kc_secret *s)
{
	if (n_noted == NOTED_MAX ||
	    !kc_ok(kc_sha256_one(s->p, s->len, noted[n_noted], NULL)))
		abort();
	n_noted++;
}

static bool
is_noted(const struct kc_secret *s)
{
	uint8_t digest[KC_SHA256];

	if (n_noted == 0 || s == NULL || s->p == NULL ||
	    !kc_ok(kc_sha256_one(s->p, s->len, digest, NULL)))
		return false;
	for (size_t i = 0; i < n_noted; i++)
		if (memcmp(noted[i], digest, KC_SHA256) == 0)
			return true;
	return false;
}

static void
put_bytes(const char *kind, const void *p, size_t len)
{
	char line[64];
	int n = snprintf(line, sizeof line, "S %s %zu\n", kind, len);

	put(line, (size_t)n);
	put(p, len);
}

void
hook_secret(const char *kind, const struct kc_secret *s)
{
	if (!main_process || s == NULL || s->p == NULL || s->len == 0)
		return;
	put_bytes(kind, s->p, s->len);
	if (strcmp(kind, keep) == 0)
		note(s);
}

void
hook_phase(const char *name)
{
	char line[64], go;
	int n;

	if (!main_process)
		return;
	n = snprintf(line, sizeof line, "P %s\n", name);
	put(line, (size_t)n);
	if (read(ORDERS_FD, &go, 1) != 1)
		abort();
}

/* What the scanner has to find each time, in each of its forms. */
static void
plant(void)
{
	static struct kc_secret locked;
	uint8_t *open = malloc(HOOK_PLANT), *wide = calloc(28, HOOK_PLANT);
	uint8_t *at = wide;

	if (open == NULL || wide == NULL ||
	    !kc_ok(kc_random(open, HOOK_PLANT, NULL)) ||
	    !kc_ok(kc_secret_new(&locked, HOOK_PLANT, NULL)) ||
	    !kc_ok(kc_random(locked.p, HOOK_PLANT, NULL)))
		abort();
	locked.len = HOOK_PLANT;
	for (size_t i = 0; i < HOOK_PLANT; i++) {
		at[4 * i] = open[i];				/* u32le */
		at[4 * (HOOK_PLANT + i) + 3] = open[i];		/* u32be */
		at[8 * HOOK_PLANT + 2 * i] = open[i];		/* u16le */
		at[10 * HOOK_PLANT + 2 * i + 1] = open[i];	/* u16be */
	}
	at += 12 * HOOK_PLANT;
	for (size_t i = 0; i < HOOK_PLANT; i += 2) {
		at[2 * i] = open[i];				/* w32le */
		at[2 * i + 1] = open[i + 1];
		at[2 * (HOOK_PLANT + i) + 2] = open[i + 1];	/* w32be */
		at[2 * (HOOK_PLANT + i) + 3] = open[i];
	}
	put_bytes("planted-locked", locked.p, HOOK_PLANT);
	put_bytes("planted-open", open, HOOK_PLANT);
}

kc_result
__wrap_kc_secret_heap(struct kc_err *err)
{
	kc_result r = __real_kc_secret_heap(err);
	struct stat st;
	char c;

	if (main_process || fstat(ORDERS_FD, &st) != 0 ||
	    !S_ISFIFO(st.st_mode))
		return r;
	for (size_t i = 0; i < sizeof keep; i++) {
		if (read(ORDERS_FD, &c, 1) != 1)
			abort();
		keep[i] = c == '\n' ? '\0' : c;
		if (c == '\n')
			break;
	}
	main_process = true;
	plant();
	hook_phase("start");
	return r;
}

/* The wipe that is switched off: the caller forgets the bytes. */
void
__wrap_kc_secret_free(struct kc_secret *s)
{
	if (main_process && is_noted(s))
		*s = (struct kc_secret){ 0 };
	__real_kc_secret_free(s);
}

kc_result
__wrap_kc_secret_random(struct kc_secret *s, size_t len, struct kc_err *err)
{
	kc_result r = __real_kc_secret_random(s, len, err);

	/* A card's PIN and the like are made of short ones, in place. */
	if (kc_ok(r) && len >= HOOK_DRAWN)
		hook_secret("drawn", s);
	return r;
}

__attribute__((destructor)) static void
at_exit(void)
{
	hook_phase("end");
}
