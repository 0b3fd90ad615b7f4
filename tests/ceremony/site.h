/* SPDX-License-Identifier: Apache-2.0
 *
 * A small script and site file that tests change one line of.
 */
#ifndef KC_TESTS_CEREMONY_SITE_H
#define KC_TESTS_CEREMONY_SITE_H

#include "base/file.h"
#include "ceremony/script.h"
#include "tests/check.h"

#define SCRIPT_HEAD							\
	"ceremony: small\n"						\
	"format: 1\n"							\
	"title: A small one\n"						\
	"sizes: [2048]\n"						\
	"acts:\n"
#define STEP_OF(id, action, by)						\
	"      - id: " id "\n"						\
	"        do: " action "\n"					\
	"        title: Step of {person}\n"				\
	"        by: " by "\n"						\
	"        why: because\n"					\
	"        minutes: 2\n"
#define SMALL_SCRIPT							\
	SCRIPT_HEAD							\
	"  - id: first\n"						\
	"    title: First act\n"					\
	"    steps:\n"							\
	STEP_OF("welcome", "read", "administrator")			\
	STEP_OF("keys", "card.generate", "holder")			\
	"        for_each: holder\n"					\
	"  - id: second\n"						\
	"    title: Second act\n"					\
	"    steps:\n"							\
	STEP_OF("seal", "checkpoint", "administrator")			\
	"        watch: [witness]\n"					\
	STEP_OF("end", "close", "administrator")

#define SMALL_SITE							\
	"site: small\n"							\
	"format: 1\n"							\
	"nonce: 00112233445566778899aabbccddeeff\n"			\
	"pool: pool-a\n"						\
	"destination: pool-b\n"						\
	"quorum: 2\n"							\
	"signers: 1\n"							\
	"places: {medium: ../medium, export: ../export}\n"		\
	"modules:\n"							\
	"  - {id: soft, path: /usr/lib/soft.so}\n"			\
	"people:\n"							\
	"  - {id: administrator-1, role: administrator, name: Ada}\n"	\
	"  - {id: witness-1, role: witness, name: Wim}\n"		\
	"  - {id: holder-1, role: holder, name: Hal}\n"		\
	"  - {id: holder-2, role: holder, name: Hea}\n"		\
	"cards:\n"							\
	"  - {id: card-1, person: holder-1, module: soft, store: ../c1}\n" \
	"  - {id: card-2, person: holder-2, module: soft, store: ../c2}\n"

/* text with the first `from` replaced; caller frees. */
static inline char *
swap(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	size_t size = strlen(text) + strlen(to) + 1;
	char *ret = malloc(size);

	assert_non_null(at);
	assert_non_null(ret);
	(void)snprintf(ret, size, "%.*s%s%s", (int)(at - text), text, to,
	    at + strlen(from));
	return ret;
}

/* A new file of this text under dir; its path is valid until the eighth
 * further one. */
static inline const char *
file_of(const char *dir, const char *text)
{
	static char path[8][300];
	static unsigned n;
	struct kc_err err = { 0 };
	char *p = path[n % 8];

	(void)snprintf(p, 300, "%s/f%u.yaml", dir, n++);
	t_ok(kc_file_write_new(p, text, strlen(text), 0600, &err), &err);
	return p;
}

#endif
