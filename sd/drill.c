/* SPDX-License-Identifier: Apache-2.0
 *
 * A synthetic domain, opened by every quorum of its holders.
 */
#include "sd/drill.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "sd/cover.h"
#include "sd/rsakey.h"

#define NAME "the drill's domain"

/* Tags and sizes of a domain that a Managed HSM wrote. */
static const struct {
	const char *tag;
	size_t bytes;
} real[] = {
	{ "hsm_backup", 8516 },
	{ "base_enclave_backup", 968 },
	{ "partition_enclave_backup", 3105 },
};
#define N_DATA (sizeof real / sizeof *real)

struct sd_drill {
	const char *holder[SD_MAX_HOLDERS];
	uint8_t *put_in[N_DATA];
	uint8_t sha256[KC_SHA256];
	struct sd_domain domain;
};

void
sd_drill_free(struct sd_drill **d)
{
	if (d == NULL || *d == NULL)
		return;
	for (size_t i = 0; i < N_DATA; i++)
		OPENSSL_clear_free((*d)->put_in[i], real[i].bytes);
	sd_domain_free(&(*d)->domain);
	free(*d);
	*d = NULL;
}

kc_result
sd_drill_new(const struct sd_cert *certs, size_t n, size_t required,
    struct sd_drill **ret, struct kc_err *err)
{
	struct sd_drill *d = calloc(1, sizeof *d);
	struct sd_input in[N_DATA];
	struct kc_buf file = { 0 };
	kc_result r;

	if (d == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a drill");
	for (size_t i = 0; i < N_DATA; i++) {
		d->put_in[i] = OPENSSL_zalloc(real[i].bytes);
		if (d->put_in[i] == NULL) {
			r = KC_FAIL(err, KC_ENOMEM, 0,
			    "no memory for a drill");
			goto out;
		}
		KC_TRY(r, kc_random(d->put_in[i], real[i].bytes, err));
		in[i] = (struct sd_input){ real[i].tag, d->put_in[i],
			real[i].bytes };
	}
	KC_TRY(r, sd_split(certs, n, required, in, N_DATA, &file, err));
	KC_TRY(r, kc_sha256_one(file.p, file.len, d->sha256, err));
	KC_TRY(r, sd_domain_read(NAME, file.p, file.len, &d->domain, err));
	for (size_t i = 0; i < n; i++)
		d->holder[i] = certs[i].name;
	*ret = d;
	d = NULL;
out:
	sd_drill_free(&d);
	kc_buf_free(&file);
	return r;
}

const struct sd_domain *
sd_drill_domain(const struct sd_drill *d)
{
	return &d->domain;
}

/* struct seen: the data of a restore blob, compared one after another. */
struct seen {
	const struct sd_drill *d;
	size_t n;
};

static kc_result
compare(const struct sd_drill *d, size_t i, const struct sd_plain *plain,
    struct kc_err *err)
{
	if (plain->len == real[i].bytes &&
	    CRYPTO_memcmp(plain->p, d->put_in[i], plain->len) == 0)
		return KC_DONE;
	return KC_FAIL(err, KC_EMAC, 0,
	    "%s: %s is not what was put in", NAME, real[i].tag);
}

static kc_result
see(void *ctx, const char *tag, const struct sd_plain *plain,
    struct kc_err *err)
{
	struct seen *s = ctx;

	if (s->n == N_DATA || strcmp(tag, real[s->n].tag) != 0)
		return KC_FAIL(err, KC_EMAC, 0,
		    "the drill's restore blob holds '%.64s' as datum %zu", tag,
		    s->n + 1);
	return compare(s->d, s->n++, plain, err);
}

/* The other half of a recovery: a blob for an exchange key, which the one
 * who holds that key opens. */
static kc_result
restore(const struct sd_drill *d, const struct kc_secret *master,
    struct kc_err *err)
{
	struct sd_throwaway t = { 0 };
	struct seen seen = { .d = d };
	struct kc_buf blob = { 0 };
	struct sd_key key;
	kc_result r;

	KC_TRY(r, sd_throwaway_new(&t, err));
	key = sd_throwaway_key(&t);
	KC_TRY(r, sd_restore_blob(&d->domain, master, &t.cert,
	    kc_clock_utc_ms(), &blob, err));
	KC_TRY(r, sd_blob_open("the drill's restore blob", blob.p, blob.len,
	    &key, see, &seen, err));
	if (seen.n != N_DATA)
		r = KC_FAIL(err, KC_EMAC, 0, "the drill's restore blob holds "
		    "%zu of %zu data", seen.n, N_DATA);
out:
	kc_buf_free(&blob);
	sd_throwaway_free(&t);
	return r;
}

/* One quorum: its shares borrowed, combined, every datum compared. */
static kc_result
open_quorum(const struct sd_drill *d, const struct kc_secret *share,
    uint32_t set, bool blob, struct kc_err *err)
{
	struct sd_given pick[SD_MAX_HOLDERS];
	struct sd_opened o = { 0 };
	size_t n = 0;
	kc_result r;

	for (size_t i = 0; i < d->domain.n_shares; i++)
		if ((set >> i & 1) != 0)
			pick[n++] = (struct sd_given){ d->holder[i], i,
				share[i] };
	KC_TRY(r, sd_combine(NAME, &d->domain, pick, n, &o, err));
	for (size_t i = 0; i < N_DATA; i++) {
		struct sd_plain plain = { 0 };

		KC_TRY(r, sd_datum_open(&d->domain, i, &o.master, &plain,
		    err));
		r = compare(d, i, &plain, err);
		sd_plain_free(&plain);
		if (!kc_ok(r))
			goto out;
	}
	if (blob)
		r = restore(d, &o.master, err);
out:
	sd_opened_free(&o);
	return r;
}

kc_result
sd_drill_run(const struct sd_drill *d, const struct kc_secret *share,
    bool (*tick)(void *ctx, size_t done, size_t total), void *ctx,
    struct sd_drill_found *ret, struct kc_err *err)
{
	size_t holders = d->domain.n_shares;
	struct sd_cover cover;
	struct sd_drill_found found = { .data = N_DATA };
	kc_result r;

	sd_cover(holders, d->domain.required, &cover);
	KC_TRY(r, open_quorum(d, share, (1u << holders) - 1, false, err));
	for (size_t i = 0; i < cover.n; i++) {
		if (tick != NULL && !tick(ctx, i, cover.n))
			return KC_FAIL(err, KC_ECANCEL, 0,
			    "the drill was ended after %zu of %zu quorums", i,
			    cover.n);
		KC_TRY(r, open_quorum(d, share, cover.set[i], i == 0, err));
	}
	found.quorums = cover.n;
	found.all = cover.all;
	for (size_t i = 0; i < N_DATA; i++)
		found.bytes += real[i].bytes;
	memcpy(found.domain, d->sha256, KC_SHA256);
	*ret = found;
out:
	return r;
}
