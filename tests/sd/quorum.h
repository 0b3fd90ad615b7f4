/* SPDX-License-Identifier: Apache-2.0
 *
 * A domain of five, quorum three, and the shares its holders give; made
 * once, each case spoils copies.
 */
#ifndef KC_TESTS_SD_QUORUM_H
#define KC_TESTS_SD_QUORUM_H

#include "tests/sd/keys.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sd/share.h"

#define HOLDERS 5
#define QUORUM 3

static char dir[] = P_tmpdir "/sd-open-XXXXXX";
static char path[HOLDERS][64];
static struct sd_cert cert[HOLDERS];
static struct sd_pemkey *pem[HOLDERS];
static struct kc_buf file;
static struct sd_domain dom;
static struct sd_given good[HOLDERS];
static const char *const who[HOLDERS] = { "ada", "bob", "cyn", "dan", "eve" };
static const struct sd_input data[] = {
	{ "hsm_backup", "one", 3 }, { "other", "", 0 },
};

static inline int
set_up(void **state)
{
	(void)state;
	if (!kc_ok(kc_secret_heap(NULL)) || mkdtemp(dir) == NULL)
		return -1;
	for (size_t i = 0; i < HOLDERS; i++) {
		(void)snprintf(path[i], sizeof path[i], "%s/h%zu", dir, i);
		t_holder(path[i], 2048, &pem[i], &cert[i]);
	}
	assert_true(kc_ok(sd_split(cert, HOLDERS, QUORUM, data, 2, &file,
	    NULL)));
	assert_true(kc_ok(sd_domain_read("sd", file.p, file.len, &dom,
	    NULL)));
	for (size_t i = 0; i < HOLDERS; i++) {
		struct sd_key key = sd_pemkey_key(pem[i]);

		good[i].who = who[i];
		assert_true(kc_ok(sd_share_unwrap("sd", &dom, &key,
		    &good[i].index, &good[i].share, NULL)));
		assert_int_equal(good[i].index, i);
	}
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOLDERS; i++) {
		kc_secret_free(&good[i].share);
		sd_pemkey_free(&pem[i]);
		sd_cert_free(&cert[i]);
		(void)unlink(path[i]);
	}
	sd_domain_free(&dom);
	kc_buf_free(&file);
	return rmdir(dir);
}

/* A copy of the shares of these holders ("0134"). */
static inline size_t
give(const char *holders, struct sd_given *ret)
{
	size_t n = strlen(holders);

	for (size_t i = 0; i < n; i++) {
		const struct sd_given *g = &good[holders[i] - '0'];

		ret[i] = (struct sd_given){ .who = g->who, .index = g->index };
		assert_true(kc_ok(kc_secret_new(&ret[i].share, SD_SHARE,
		    NULL)));
		memcpy(ret[i].share.p, g->share.p, SD_SHARE);
		ret[i].share.len = SD_SHARE;
	}
	return n;
}

static inline void
says(const char *msg, const char *part)
{
	if (strstr(msg, part) == NULL)
		fail_msg("'%s' does not say '%s'", msg, part);
}

#endif
