/* SPDX-License-Identifier: Apache-2.0
 *
 * Restore blobs, on both sides: the check of a written one against domain
 * and certificate, and the opening with the exchange key.
 */
#include <string.h>

#include "sd/cert.h"
#include "tests/fuzz/fuzz.h"

#define X5T 0x11	/* every byte of the seeds' x5t_256 */

static struct sd_domain domain;
static struct sd_cert exchange = { .name = "the certificate", .n.len = 256 };
static size_t n_seen;

void
fuzz_start(void)
{
	static const char *const tags[] = { "hsm_backup", "other" };

	memset(exchange.x5t, X5T, sizeof exchange.x5t);
	domain.n_data = 2;
	for (size_t i = 0; i < 2; i++)
		memcpy(domain.datum[i].tag, tags[i], strlen(tags[i]) + 1);
}

static kc_result
see(void *ctx, const char *tag, const struct sd_plain *plain,
    struct kc_err *err)
{
	uint8_t sum = 0;

	(void)ctx;
	fuzz_must(strlen(tag) >= 1 && strlen(tag) <= 64);
	/* Every byte can be read. */
	for (size_t i = 0; i < plain->len; i++)
		sum ^= plain->p[i];
	n_seen++;
	return plain->len == 13 && sum == 13 ? KC_FAIL(err, KC_EREFUSED, 0,
	    "the pool does not want it") : KC_DONE;
}

static void
open_it(const uint8_t *p, size_t len, bool with_x5t)
{
	struct sd_key key = { .name = "the pool's key",
		.has_x5t = with_x5t, .unwrap = fuzz_unwrap };
	struct kc_err err = { 0 };
	kc_result r;

	memset(key.x5t, X5T, sizeof key.x5t);
	n_seen = 0;
	r = sd_blob_open("the input", p, len, &key, see, NULL, &err);
	if (!kc_ok(r))
		fuzz_failed(r, &err);
	else
		fuzz_must(n_seen >= 1 && n_seen <= SD_MAX_DATA);
	/* Nothing is seen of a blob with one wrong tag. */
	fuzz_must(r.code != KC_EMAC || n_seen == 0);
}

void
fuzz_one(const uint8_t *p, size_t len)
{
	struct kc_err err = { 0 };
	kc_result r = sd_blob_check("the input", p, len, &domain, &exchange,
	    &err);

	if (!kc_ok(r))
		fuzz_failed(r, &err);
	open_it(p, len, true);
	open_it(p, len, false);
	fuzz_all_holds = true;
	open_it(p, len, false);
}
