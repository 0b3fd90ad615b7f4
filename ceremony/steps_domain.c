/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions on the security domain: the file that came back, whose
 * shares are in it, opening it to prove it.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/steps.h"

kc_result
cer_do_import(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct kc_buf bytes = { 0 };
	struct sd_domain d = { 0 };
	char name[80];
	kc_result r = KC_DONE;

	if (cer_artifact_get(room, CER_DOMAIN) != NULL)
		return r;
	(void)snprintf(name, sizeof name, "%s-SD.json", room->site.pool);
	KC_TRY(r, cer_medium_take(room, in, name, &bytes, err));
	/* Parsed before it is kept: the file in the archive is a domain. */
	KC_TRY(r, sd_domain_read(name, bytes.p, bytes.len, &d, err));
	r = cer_artifact_put(room, in, CER_DOMAIN, bytes.p, bytes.len, err);
out:
	if (!kc_ok(r))
		kc_certain(err, "nothing was taken from the medium");
	sd_domain_free(&d);
	kc_buf_free(&bytes);
	return r;
}

kc_result
cer_domain_load(struct cer_room *room, const char *artifact,
    struct sd_domain *ret, struct kc_err *err)
{
	struct kc_buf bytes = { 0 };
	kc_result r;

	KC_TRY(r, cer_artifact_read(room, artifact, &bytes, err));
	r = sd_domain_read(artifact, bytes.p, bytes.len, ret, err);
out:
	kc_buf_free(&bytes);
	return r;
}

/* Whose share: the index of the holder's certificate in the domain. */
static bool
share_of(const struct sd_domain *d, const uint8_t x5t[static KC_SHA256],
    size_t *ret)
{
	for (size_t i = 0; i < d->n_shares; i++)
		if (memcmp(d->share[i].x5t, x5t, KC_SHA256) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

/* What a domain of other holders means: for a pool that was activated a
 * moment ago another thing than for one that holds keys. */
static const char *
if_foreign(const struct cer_room *room)
{
	return cer_artifact_get(room, "download-request.json") != NULL ?
	    "destroy the pool before any key is made in it" :
	    "it is not the file of these holders";
}

kc_result
cer_do_check(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_holders h = { 0 };
	struct sd_domain d = { 0 };
	size_t at;
	struct aud_fact f[3];
	kc_result r;

	KC_TRY(r, cer_domain_load(room, CER_DOMAIN, &d, err));
	KC_TRY(r, cer_holders_get(room, "holder", &h, err));
	if (d.n_shares != h.n || d.required != (size_t)room->site.quorum) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the domain is %zu of %zu, the site file says %lld of "
		    "%zu: %s", d.required, d.n_shares,
		    (long long)room->site.quorum, h.n, if_foreign(room));
		goto out;
	}
	for (size_t i = 0; i < h.n; i++) {
		if (!share_of(&d, h.cert[i].x5t, &at)) {
			r = KC_FAIL(err, KC_EREFUSED, 0,
			    "the domain holds no share for %s: %s",
			    h.cert[i].name, if_foreign(room));
			goto out;
		}
		cer_line(room, CER_LINE_OK, h.cert[i].name, "share %zu of %zu",
		    at + 1, h.n);
	}
	f[0] = AUD_I("quorum", (int64_t)d.required);
	f[1] = AUD_I("shares", (int64_t)d.n_shares);
	f[2] = AUD_I("data", (int64_t)d.n_data);
	r = cer_row(room, "domain.check", in, f, 3, err);
out:
	cer_holders_free(&h);
	sd_domain_free(&d);
	return r;
}

/* Every datum opened once: its MAC holds, its bytes are wiped. */
static kc_result
prove_data(struct cer_room *room, const struct cer_instance *in,
    const struct sd_domain *d, const struct kc_secret *master,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < d->n_data && kc_ok(r); i++) {
		struct sd_plain plain = { 0 };
		struct aud_fact f[2];

		KC_TRY(r, sd_datum_open(d, i, master, &plain, err));
		f[0] = AUD_S("tag", d->datum[i].tag);
		f[1] = AUD_I("bytes", (int64_t)plain.len);
		sd_plain_free(&plain);
		r = cer_row(room, "domain.datum", in, f, 2, err);
		cer_line(room, CER_LINE_OK, "MAC holds", "%s",
		    d->datum[i].tag);
	}
out:
	return r;
}

kc_result
cer_do_domain_prove(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_set set = cer_set_of(room, in);
	struct sd_domain d = { 0 };
	struct kc_secret master = { 0 };
	kc_result r;

	KC_TRY(r, cer_domain_load(room, set.domain, &d, err));
	KC_TRY(r, cer_shares_open(room, in, &set, &d, &master, err));
	r = prove_data(room, in, &d, &master, err);
out:
	kc_secret_free(&master);
	sd_domain_free(&d);
	return r;
}

kc_result
cer_do_unlock(struct cer_room *room, const struct cer_instance *in,
    struct kc_err *err)
{
	struct cer_set set = cer_set_of(room, in);
	struct sd_domain d = { 0 };
	kc_result r;

	kc_secret_free(&room->master);
	KC_TRY(r, cer_domain_load(room, set.domain, &d, err));
	r = cer_shares_open(room, in, &set, &d, &room->master, err);
out:
	sd_domain_free(&d);
	return r;
}
