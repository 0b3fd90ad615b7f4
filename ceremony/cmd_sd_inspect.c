/* SPDX-License-Identifier: Apache-2.0
 *
 * sd inspect: what a security domain says of itself; no key is used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "ceremony/cmd_sd.h"

static const struct cer_opt table[] = {
	SD_KEY_OPTIONS,
};

/* struct look: a domain and who is known to hold which share. */
struct look {
	struct cer_domain dom;
	char *owner[SD_MAX_HOLDERS];	/* of share i; NULL if unknown */
};

static void
look_free(struct look *l)
{
	sd_domain_free(&l->dom.d);
	for (size_t i = 0; i < SD_MAX_HOLDERS; i++)
		free(l->owner[i]);
}

/* A certificate of somebody: is one of the shares theirs? */
static kc_result
match(struct look *l, const char *name, const uint8_t x5t[static KC_SHA256],
    bool *ret, struct kc_err *err)
{
	*ret = false;
	for (size_t i = 0; i < l->dom.d.n_shares; i++) {
		if (memcmp(l->dom.d.share[i].x5t, x5t, KC_SHA256) != 0)
			continue;
		if (l->owner[i] != NULL && strcmp(l->owner[i], name) != 0)
			return KC_FAIL(err, KC_EREFUSED, 0,
			    "%s and %s are the same holder (share %zu)",
			    l->owner[i], name, i + 1);
		*ret = true;
		if (l->owner[i] == NULL)
			return kc_strdup(name, &l->owner[i], err);
	}
	return KC_DONE;
}

static kc_result
match_der(void *ctx, const char *name, const struct kc_buf *der,
    struct kc_err *err)
{
	struct sd_cert cert = { 0 };
	uint8_t x5t[KC_SHA256];
	bool found = false;
	kc_result r;

	KC_TRY(r, kc_sha256_one(der->p, der->len, x5t, err));
	KC_TRY(r, match(ctx, name, x5t, &found, err));
	/* A card may hold certificates of any kind besides. */
	if (found && kc_ok(sd_cert_read(name, der->p, der->len, &cert,
	    NULL))) {
		const struct sd_rsa rsa = sd_cert_rsa(&cert);

		r = cer_sd_weak(&rsa, 1, err);
	}
out:
	sd_cert_free(&cert);
	return r;
}

static kc_result
warn_weak(const struct cer_certs *certs, struct kc_err *err)
{
	struct sd_rsa keys[SD_MAX_HOLDERS];

	for (size_t i = 0; i < certs->n; i++)
		keys[i] = sd_cert_rsa(&certs->cert[i]);
	return cer_sd_weak(keys, certs->n, err);
}

static kc_result
look(struct cer_app *app, const struct cer_args *a, struct look *l,
    struct kc_err *err)
{
	struct cer_key_request rq;
	struct cer_certs certs = { 0 };
	bool found;
	kc_result r;

	KC_TRY(r, cer_sd_request(a, &rq, err));
	KC_TRY(r, cer_sd_read(a->pos[0], &l->dom, err));
	KC_TRY(r, cer_certs_read(rq.pem.v, rq.pem.n, &certs, err));
	for (size_t i = 0; i < certs.n; i++) {
		KC_TRY(r, match(l, certs.cert[i].name, certs.cert[i].x5t,
		    &found, err));
		if (!found) {
			char hex[KC_HEX];

			kc_hex(certs.cert[i].x5t, KC_SHA256, hex);
			r = KC_FAIL(err, KC_EREFUSED, 0,
			    "%s (certificate SHA-256 %s) is no holder of %s",
			    certs.cert[i].name, hex, a->pos[0]);
			goto out;
		}
	}
	KC_TRY(r, warn_weak(&certs, err));
	for (size_t i = 0; i < rq.token.n; i++)
		KC_TRY(r, cer_card_certs(app, &rq, rq.token.v[i], match_der,
		    l, err));
out:
	cer_certs_free(&certs);
	return r;
}

static int
print_json(const struct look *l, struct kc_err *err)
{
	const struct sd_domain *d = &l->dom.d;
	json_t *o = json_pack("{s:s,s:I,s:i,s:i,s:s,s:s,s:[],s:[]}",
	    "sha256", l->dom.sha256, "bytes", (json_int_t)l->dom.bytes,
	    "required", (int)d->required, "n_shares", (int)d->n_shares,
	    "kdf", "sp108_kdf", "key_algorithm", "shamir_share", "data",
	    "shares");
	kc_result r = KC_DONE;

	for (size_t i = 0; i < d->n_data; i++)
		KC_TRY(r, kc_json_add_new(json_object_get(o, "data"),
		    json_pack("{s:s,s:I}", "tag", d->datum[i].tag,
		    "ciphertext_bytes",
		    (json_int_t)d->datum[i].jwe.ciphertext.len), err));
	for (size_t i = 0; i < d->n_shares; i++) {
		json_t *v = json_pack("{s:i,s:I,s:s?}", "share", (int)i + 1,
		    "rsa_bits", (json_int_t)d->share[i].jwe.ek.len * 8,
		    "holder", l->owner[i]);

		KC_TRY(r, kc_json_add_new(json_object_get(o, "shares"), v,
		    err));
		KC_TRY(r, cer_sd_x5t(v, d->share[i].x5t, err));
	}
	return cer_print_json(o, 0);
out:
	json_decref(o);
	return cer_report("sd inspect", err);
}

static int
print_text(const struct look *l, const char *path)
{
	const struct sd_domain *d = &l->dom.d;
	char hex[KC_HEX];

	(void)printf("%s: security domain, %zu bytes\n  SHA-256 %s\n"
	    "  any %zu of %zu holders open it (shamir_share, sp108_kdf)\n",
	    path, l->dom.bytes, l->dom.sha256, d->required, d->n_shares);
	for (size_t i = 0; i < d->n_data; i++)
		(void)printf("  datum %zu  %-26s %zu bytes of ciphertext\n",
		    i + 1, d->datum[i].tag, d->datum[i].jwe.ciphertext.len);
	for (size_t i = 0; i < d->n_shares; i++) {
		kc_hex(d->share[i].x5t, KC_SHA256, hex);
		(void)printf("  share %zu  RSA %zu  %s\n           %s\n",
		    i + 1, d->share[i].jwe.ek.len * 8, hex,
		    l->owner[i] != NULL ? l->owner[i] :
		    "(whose it is was not asked, or is not known)");
	}
	(void)printf("no key was used: no tag is proven; see `sd prove`\n");
	return 0;
}

int
cer_sd_inspect(struct cer_app *app, int argc, char **argv)
{
	struct cer_args a;
	struct look *l = calloc(1, sizeof *l);
	struct kc_err err = { 0 };
	int code;

	if (l == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("sd inspect", &err);
	}
	if (!kc_ok(cer_parse(table, SDO_OWN, 1, 1, argc, argv, &a, &err)) ||
	    !kc_ok(look(app, &a, l, &err))) {
		kc_certain(&err, "the file is unchanged; no key was used");
		code = cer_report("sd inspect", &err);
	} else if (a.opt[SDO_JSON].given) {
		code = print_json(l, &err);
	} else {
		code = print_text(l, a.pos[0]);
	}
	look_free(l);
	free(l);
	return code;
}
