/* SPDX-License-Identifier: Apache-2.0
 *
 * sd prove: open, check every tag, wipe; nothing is written.
 */
#include <stdlib.h>

#include "ceremony/cmd_sd.h"

#include "base/json.h"

enum { O_FILE = SDO_OWN, O_COUNT };

static const struct cer_opt table[] = {
	SD_KEY_OPTIONS,
	{ "--sd-file", CER_ONE, true },
};

/* struct proof: what prove found. */
struct proof {
	struct cer_domain dom;
	struct cer_keysource *src;
	struct sd_opened opened;
	size_t bytes[SD_MAX_DATA];
};

static void
proof_free(struct proof *p)
{
	sd_opened_free(&p->opened);
	cer_keysource_free(&p->src);
	sd_domain_free(&p->dom.d);
}

/* Of the keys that are shown: a card may keep even its public one. */
static kc_result
warn_weak(const struct cer_keysource *src, size_t n, struct kc_err *err)
{
	struct sd_rsa keys[SD_MAX_HOLDERS];
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		keys[shown] = cer_keysource_public(src, i);
		shown += keys[shown].n_len > 0 && keys[shown].e_len > 0;
	}
	return cer_sd_weak(keys, shown, err);
}

static kc_result
prove(struct cer_app *app, const struct cer_args *a, struct proof *p,
    struct kc_err *err)
{
	const char *path = a->opt[O_FILE].v[0];
	struct cer_key_request rq;
	const struct sd_key *keys;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, cer_sd_request(a, &rq, err));
	KC_TRY(r, cer_sd_read(path, &p->dom, err));
	KC_TRY(r, cer_keysource_open(app, &rq, &p->dom.d, &p->src, err));
	keys = cer_keysource_keys(p->src, &n);
	KC_TRY(r, sd_open(path, &p->dom.d, keys, n, &p->opened, err));
	cer_sd_warn(&p->opened.warn);
	KC_TRY(r, warn_weak(p->src, n, err));
	for (size_t i = 0; i < p->dom.d.n_data; i++) {
		struct sd_plain plain = { 0 };

		KC_TRY(r, sd_datum_open(&p->dom.d, i, &p->opened.master,
		    &plain, err));
		p->bytes[i] = plain.len;
		sd_plain_free(&plain);
	}
out:
	return r;
}

static int
print_json(const struct proof *p, struct kc_err *err)
{
	const struct sd_domain *d = &p->dom.d;
	json_t *o = NULL, *holders = NULL;
	size_t n = 0;
	const struct sd_key *keys = cer_keysource_keys(p->src, &n);
	kc_result r;

	KC_TRY(r, cer_sd_holders(d, keys, &p->opened, &holders, err));
	o = json_pack("{s:b,s:i,s:i,s:s,s:o,s:[]}", "proven", 1, "required",
	    (int)d->required, "shares", (int)d->n_shares, "sha256",
	    p->dom.sha256, "holders", holders, "data");
	KC_TRY(r, cer_sd_one_share(o, &p->opened, err));
	for (size_t i = 0; i < d->n_data; i++)
		KC_TRY(r, kc_json_add_new(json_object_get(o, "data"),
		    json_pack("{s:s,s:I}", "tag", d->datum[i].tag, "bytes",
		    (json_int_t)p->bytes[i]), err));
	return cer_print_json(o, 0);
out:
	json_decref(o);
	return cer_report("sd prove", err);
}

static int
print_text(const struct proof *p, const char *path)
{
	const struct sd_domain *d = &p->dom.d;
	size_t n = 0;
	const struct sd_key *keys = cer_keysource_keys(p->src, &n);

	(void)printf("%s (%zu bytes, SHA-256 %s)\n", path, p->dom.bytes,
	    p->dom.sha256);
	for (size_t i = 0; i < n; i++)
		(void)printf("  share %zu of %zu opened by %s\n",
		    p->opened.share_of[i] + 1, d->n_shares, keys[i].name);
	for (size_t i = 0; i < d->n_data; i++)
		(void)printf("  %-26s %zu bytes, tag holds\n",
		    d->datum[i].tag, p->bytes[i]);
	(void)printf("  one-share test %s\n", p->opened.one_share_fails ?
	    "FAILED: see the warning; one holder alone can open this" :
	    "held");
	(void)printf("proven: %zu of %zu holders open every datum; all of it "
	    "is wiped, nothing was written\n", n, d->n_shares);
	return 0;
}

int
cer_sd_prove(struct cer_app *app, int argc, char **argv)
{
	struct cer_args a;
	struct proof *p = calloc(1, sizeof *p);
	struct kc_err err = { 0 };
	int code;

	if (p == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("sd prove", &err);
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 0, 0, argc, argv, &a, &err)) ||
	    !kc_ok(prove(app, &a, p, &err))) {
		kc_certain(&err, "the file is unchanged, nothing was "
		    "written, what was opened is wiped");
		code = cer_report("sd prove", &err);
	} else if (a.opt[SDO_JSON].given) {
		code = print_json(p, &err);
	} else {
		code = print_text(p, a.opt[O_FILE].v[0]);
	}
	proof_free(p);
	free(p);
	return code;
}
