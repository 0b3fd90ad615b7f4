/* SPDX-License-Identifier: Apache-2.0
 *
 * The test of the fuzzing: a reader of JWE with a planted fault, chosen by
 * FUZZ_CONTROL; none without it.  Each is provoked by a "kid" that is longer
 * than the seed's, inside JSON inside base64url, and must be found within
 * seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/b64.h"
#include "base/json.h"
#include "sd/jwe.h"
#include "tests/fuzz/fuzz.h"

#define ROOM 8

/* A length that the file says is believed. */
static void
overflow(const char *kid)
{
	char *volatile room = malloc(ROOM);	/* or it is all dropped */

	if (room == NULL)
		abort();
	memcpy(room, kid, strlen(kid));
	free(room);
}

/* A secret is dropped on one path. */
static void
forget(const char *kid)
{
	struct kc_secret s = { 0 };

	fuzz_secret(kid, strlen(kid), &s);
	if (s.len <= ROOM)
		kc_secret_free(&s);
}

/* What is wiped is too little. */
static void
half_wipe(const char *kid)
{
	struct kc_secret s = { 0 };

	fuzz_secret(kid, strlen(kid), &s);
	if (s.len > ROOM)
		s.cap = ROOM;
	kc_secret_free(&s);
}

static void
leak(const char *kid)
{
	char *copy = strdup(kid);

	if (copy == NULL)
		abort();
	if (strlen(copy) <= ROOM)
		free(copy);
}

static void
hang(const char *kid)
{
	const struct timespec nap = { .tv_nsec = 1000000 };

	while (strlen(kid) > ROOM)
		(void)nanosleep(&nap, NULL);
}

static void
no_sentence(const char *kid)
{
	struct kc_err err = { 0 };

	err.code = KC_EFORMAT;
	if (strlen(kid) > ROOM)
		fuzz_failed((kc_result){ KC_EFORMAT }, &err);
}

static const struct {
	const char *name;
	void (*act)(const char *kid);
} faults[] = {
	{ "overflow", overflow }, { "secret", forget },
	{ "wipe", half_wipe }, { "leak", leak }, { "hang", hang },
	{ "sentence", no_sentence },
};
static void (*fault)(const char *kid);

void
fuzz_start(void)
{
	const char *name = getenv("FUZZ_CONTROL");

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (name != NULL && strcmp(name, faults[i].name) == 0)
			fault = faults[i].act;
	fuzz_must(name == NULL || name[0] == '\0' || fault != NULL);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	char *text = strndup((const char *)p, len);
	struct kc_buf header = { 0 };
	struct sd_jwe j = { 0 };
	const char *kid = NULL;
	json_t *h = NULL;

	fuzz_must(text != NULL);
	if (kc_ok(sd_jwe_parse("it", text, false, &j, NULL)) &&
	    kc_ok(kc_b64url_decode(kc_buf_str(&j.header), j.header.len,
	    &header, NULL)) &&
	    kc_ok(kc_json_read("it", header.p, header.len, 512, &h, NULL)) &&
	    kc_ok(kc_json_str(h, "it", "kid", &kid, NULL)) && fault != NULL)
		fault(kid);
	json_decref(h);
	kc_buf_free(&header);
	sd_jwe_free(&j);
	free(text);
}
