/* SPDX-License-Identifier: Apache-2.0
 *
 * sd reshare: a domain for a new set of holders.  The old file goes on
 * opening for the old ones, and no command can change that: it is said.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "ceremony/cmd_sd.h"
#include "sd/reshare.h"

enum { O_FILE = SDO_OWN, O_NEW, O_QUORUM, O_OUT, O_COUNT };

static const struct cer_opt table[] = {
	SD_KEY_OPTIONS,
	{ "--sd-file", CER_ONE, true },
	{ "--new-wrapping-keys", CER_LIST, true },
	{ "--sd-quorum", CER_ONE, true },
	{ "--security-domain-file", CER_ONE, true },
};

/* struct job: everything of one run. */
struct job {
	struct cer_domain dom;
	struct cer_certs certs;
	struct sd_new_set set;
	struct cer_keysource *src;
	struct sd_opened opened;
	struct kc_buf json;
};

static void
job_free(struct job *j)
{
	sd_opened_free(&j->opened);
	cer_keysource_free(&j->src);
	sd_domain_free(&j->dom.d);
	cer_certs_free(&j->certs);
	kc_buf_free(&j->json);
}

/* Everything that needs no key. */
static kc_result
prepare(const struct cer_args *a, struct job *j, struct cer_key_request *rq,
    struct kc_err *err)
{
	struct kc_buf warn = { 0 };
	long quorum;
	kc_result r;

	KC_TRY(r, cer_number("--sd-quorum", a->opt[O_QUORUM].v[0], 2,
	    SD_MAX_HOLDERS, &quorum, err));
	KC_TRY(r, cer_sd_request(a, rq, err));
	KC_TRY(r, kc_file_check_new(a->opt[O_OUT].v[0], err));
	KC_TRY(r, cer_sd_read(a->opt[O_FILE].v[0], &j->dom, err));
	KC_TRY(r, cer_certs_read(a->opt[O_NEW].v, a->opt[O_NEW].n, &j->certs,
	    err));
	KC_TRY(r, sd_set_check(j->certs.cert, j->certs.n, (size_t)quorum,
	    rq->at_ms, &warn, err));
	cer_sd_warn(&warn);
	j->set = (struct sd_new_set){ j->certs.cert, j->certs.n,
		(size_t)quorum };
out:
	kc_buf_free(&warn);
	if (!kc_ok(r))
		kc_certain(err, "no key was used, nothing was decrypted, no "
		    "file was written");
	return r;
}

static kc_result
reshare(struct cer_app *app, const struct cer_args *a, struct job *j,
    struct kc_err *err)
{
	const char *out_path = a->opt[O_OUT].v[0];
	struct cer_key_request rq;
	const struct sd_key *keys;
	size_t n = 0;
	kc_result r;

	KC_TRY(r, prepare(a, j, &rq, err));
	KC_TRY(r, cer_keysource_open(app, &rq, &j->dom.d, &j->src, err));
	keys = cer_keysource_keys(j->src, &n);
	KC_TRY(r, sd_open(a->opt[O_FILE].v[0], &j->dom.d, keys, n,
	    &j->opened, err));
	cer_sd_warn(&j->opened.warn);
	KC_TRY(r, sd_reshare(&j->dom.d, &j->opened.master, &j->set, &j->json,
	    err));
	KC_TRY(r, sd_reshare_check(out_path, &j->json, &j->dom.d,
	    &j->opened.master, &j->set, err));
	kc_secret_free(&j->opened.master);
	KC_TRY(r, kc_file_write_new(out_path, j->json.p, j->json.len, 0600,
	    err));
	r = cer_sd_written(out_path, &j->json, err);
	if (!kc_ok(r))
		kc_certain(err, "%s was written but must not be used",
		    out_path);
out:
	return r;
}

/* The two things that no check here can settle. */
static kc_result
warn_old(const struct cer_args *a, const struct job *j, struct kc_err *err)
{
	const char *old = a->opt[O_FILE].v[0], *new = a->opt[O_OUT].v[0];
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, kc_buf_addf(&text, err, "NOT PROVEN: that each new holder "
	    "has the private key of the certificate; certificates alone "
	    "cannot show it\n"
	    "prove %s with a new quorum (ceremony sd prove) before anything "
	    "old is destroyed\n", new));
	KC_TRY(r, kc_buf_addf(&text, err, "%s STILL OPENS with %zu of its %zu "
	    "old cards, and will for ever: its data are the same\n"
	    "after that proof destroy every copy of it (SHA-256 %s)\n"
	    "and destroy the old holders' keys: initialise or shred the old "
	    "cards before witnesses\n", old, j->dom.d.required,
	    j->dom.d.n_shares, j->dom.sha256));
	cer_sd_warn(&text);
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
make_json(const struct cer_args *a, const struct job *j, const char *hash,
    json_t **ret, struct kc_err *err)
{
	size_t n = 0;
	const struct sd_key *keys = cer_keysource_keys(j->src, &n);
	json_t *o = NULL, *holders = NULL;
	kc_result r;

	KC_TRY(r, cer_sd_holders(&j->dom.d, keys, &j->opened, &holders, err));
	o = json_pack("{s:s,s:I,s:s,s:i,s:i,s:s,s:o,s:b,s:b,s:b,s:[],s:[]}",
	    "file", a->opt[O_OUT].v[0], "bytes", (json_int_t)j->json.len,
	    "sha256", hash, "shares", (int)j->set.n, "required",
	    (int)j->set.required, "old_sha256", j->dom.sha256, "holders",
	    holders, "old_key_fails_every_tag", 1, "possession_proven", 0,
	    "old_file_still_opens", 1, "tags", "new_holders");
	KC_TRY(r, cer_sd_one_share(o, &j->opened, err));
	for (size_t i = 0; i < j->dom.d.n_data; i++)
		KC_TRY(r, kc_json_add_new(json_object_get(o, "tags"),
		    json_string(j->dom.d.datum[i].tag), err));
	for (size_t i = 0; i < j->set.n; i++) {
		json_t *v = json_pack("{s:s,s:i}", "name",
		    j->set.certs[i].name, "share", (int)i + 1);

		KC_TRY(r, kc_json_add_new(json_object_get(o, "new_holders"),
		    v, err));
		KC_TRY(r, cer_sd_x5t(v, j->set.certs[i].x5t, err));
	}
	*ret = o;
	o = NULL;
out:
	json_decref(o);
	return r;
}

static int
print(const struct cer_args *a, const struct job *j, struct kc_err *err)
{
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];
	json_t *o = NULL;
	kc_result r;

	KC_TRY(r, warn_old(a, j, err));
	KC_TRY(r, kc_sha256_one(j->json.p, j->json.len, hash, err));
	kc_hex(hash, sizeof hash, hex);
	if (a->opt[SDO_JSON].given) {
		KC_TRY(r, make_json(a, j, hex, &o, err));
		return cer_print_json(o, 0);
	}
	(void)printf("%s: %zu bytes, %zu data, any %zu of %zu holders open "
	    "it\n  SHA-256 %s\n", a->opt[O_OUT].v[0], j->json.len,
	    j->dom.d.n_data, j->set.required, j->set.n, hex);
	for (size_t i = 0; i < j->set.n; i++)
		(void)printf("  share %zu for %s\n", i + 1,
		    j->set.certs[i].name);
	(void)printf("checked: it reads back and parses, tags and order are "
	    "the old ones, and the\n  master key of the old quorum fails the "
	    "tag of every datum in it\n");
out:
	if (!kc_ok(r))
		return cer_report("sd reshare", err);
	return 0;
}

int
cer_sd_reshare(struct cer_app *app, int argc, char **argv)
{
	struct cer_args a;
	struct job *j = calloc(1, sizeof *j);
	struct kc_err err = { 0 };
	int code;

	if (j == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("sd reshare", &err);
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 0, 0, argc, argv, &a, &err)) ||
	    !kc_ok(reshare(app, &a, j, &err))) {
		kc_certain(&err, "no security domain was written; what was "
		    "opened is wiped; the old file is unchanged");
		code = cer_report("sd reshare", &err);
	} else {
		code = print(&a, j, &err);
	}
	job_free(j);
	free(j);
	return code;
}
