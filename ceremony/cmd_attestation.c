/* SPDX-License-Identifier: Apache-2.0
 *
 * attestation verify: what the HSM signed about a key, link by link, and what
 * even a pass does not show.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "ceremony/cmd_sd.h"
#include "ceremony/commands.h"
#include "estate/attestation.h"

enum { O_JSON, O_AT, O_KEY, O_ROOT, O_COUNT };

static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--at", CER_ONE, false },
	{ "--key", CER_ONE, false },
	{ "--owner-root", CER_ONE, false },
};

static const char *const state_word[] = {
	[EST_ATTEST_UNREACHED] = "not reached",
	[EST_ATTEST_HOLDS] = "holds",
	[EST_ATTEST_UNPROVED] = "not proven",
	[EST_ATTEST_FAILS] = "FAILS",
};

static const char *const state_json[] = {
	[EST_ATTEST_UNREACHED] = "unreached",
	[EST_ATTEST_HOLDS] = "holds",
	[EST_ATTEST_UNPROVED] = "unproven",
	[EST_ATTEST_FAILS] = "fails",
};

/* struct desk: the files of one check, as they were read. */
struct desk {
	struct kc_buf file, key;
	uint8_t owner_root[KC_SHA256], sha256[KC_SHA256];
	struct est_attest_ask ask;
	struct est_attest found;
};

static kc_result
gather(const struct cer_args *a, struct desk *d, struct kc_err *err)
{
	kc_result r;

	d->ask.name = a->pos[0];
	KC_TRY(r, cer_sd_at(a, O_AT, &d->ask.at_ms, err));
	if (a->opt[O_ROOT].given) {
		if (!kc_unhex(a->opt[O_ROOT].v[0], KC_SHA256,
		    d->owner_root)) {
			r = KC_FAIL(err, KC_EUSAGE, 0, "--owner-root: "
			    "'%.80s' is not a SHA-256 of 64 hex digits",
			    a->opt[O_ROOT].v[0]);
			goto out;
		}
		d->ask.owner_root = d->owner_root;
	}
	KC_TRY(r, kc_file_read(a->pos[0], EST_ATTEST_FILE_MAX, &d->file,
	    err));
	KC_TRY(r, kc_sha256_one(d->file.p, d->file.len, d->sha256, err));
	d->ask.p = d->file.p;
	d->ask.len = d->file.len;
	if (a->opt[O_KEY].given) {
		d->ask.key_name = a->opt[O_KEY].v[0];
		KC_TRY(r, kc_file_read(d->ask.key_name, EST_ATTEST_FILE_MAX,
		    &d->key, err));
		/* An empty file is one that is no JSON, not an absent one. */
		d->ask.key = kc_buf_str(&d->key);
		d->ask.key_len = d->key.len;
	}
out:
	return r;
}

static void
show_links(const struct est_attest *f, int from, int to)
{
	for (int i = from; i < to; i++)
		(void)printf("  %-11s %-17s %s\n", state_word[f->state[i]],
		    est_attest_name((enum est_attest_link)i), f->text[i]);
}

static void
show(const struct desk *d, kc_result verdict)
{
	char hex[KC_HEX];
	const char *say;

	kc_hex(d->sha256, KC_SHA256, hex);
	(void)printf("key attestation\n  SHA-256 %s\nlinks\n", hex);
	show_links(&d->found, 0, EST_ATTEST_PROOFS);
	(void)printf("properties\n");
	show_links(&d->found, EST_ATTEST_PROOFS, EST_ATTEST_LINKS);
	(void)printf("not shown, even by a pass\n");
	for (size_t i = 0; (say = est_attest_unproven(i)) != NULL; i++)
		(void)printf("  %s\n", say);
	(void)printf("%s\n", kc_ok(verdict) ? "HOLDS" : "DOES NOT HOLD");
	(void)fflush(stdout);
}

static kc_result
links_json(const struct est_attest *f, int from, int to, json_t *list,
    struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (int i = from; i < to && kc_ok(r); i++)
		r = kc_json_add_new(list, json_pack("{s:s,s:s,s:s}", "name",
		    est_attest_name((enum est_attest_link)i), "state",
		    state_json[f->state[i]], "text", f->text[i]), err);
	return r;
}

static kc_result
add_facts(const struct desk *d, json_t *o, struct kc_err *err)
{
	const struct est_attest *f = &d->found;
	char when[KC_TIME_CHARS], hex[KC_HEX];
	kc_result r;

	kc_hex(d->sha256, KC_SHA256, hex);
	KC_TRY(r, kc_json_set_str(o, "sha256", hex, err));
	kc_clock_format(d->ask.at_ms, when);
	KC_TRY(r, kc_json_set_str(o, "at", when, err));
	KC_TRY(r, kc_json_set_str(o, "file", d->ask.name, err));
	if (f->firmware != 0)
		KC_TRY(r, kc_json_set_int(o, "firmware", f->firmware, err));
	if (f->id[0] != '\0')
		KC_TRY(r, kc_json_set_str(o, "id", f->id, err));
	if (f->has_root) {
		kc_hex(f->owner_root, KC_SHA256, hex);
		KC_TRY(r, kc_json_set_str(o, "owner_root_sha256", hex, err));
	}
out:
	return r;
}

static kc_result
print_json(const struct desk *d, kc_result verdict, struct kc_err *err)
{
	json_t *links = json_array(), *properties = json_array(),
	    *unproven = json_array(), *o = NULL;
	const char *say;
	kc_result r;

	KC_TRY(r, links_json(&d->found, 0, EST_ATTEST_PROOFS, links, err));
	KC_TRY(r, links_json(&d->found, EST_ATTEST_PROOFS, EST_ATTEST_LINKS,
	    properties, err));
	for (size_t i = 0; (say = est_attest_unproven(i)) != NULL; i++)
		KC_TRY(r, kc_json_add_new(unproven, json_string(say), err));
	o = json_pack("{s:s,s:O,s:O,s:O}", "verdict", kc_ok(verdict) ?
	    "holds" : "fails", "links", links, "properties", properties,
	    "not_shown", unproven);
	if (o == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the answer");
		goto out;
	}
	KC_TRY(r, add_facts(d, o, err));
	if (cer_print_json(o, kc_exit(verdict.code)) == 6)
		r = KC_FAIL(err, KC_EIO, 0, "the answer was not written");
	o = NULL;
out:
	json_decref(o);
	json_decref(links);
	json_decref(properties);
	json_decref(unproven);
	return r;
}

static kc_result
verify(const struct cer_args *a, struct desk *d, struct kc_err *err)
{
	struct kc_err why = { 0 };
	kc_result r, verdict;

	KC_TRY(r, gather(a, d, err));
	verdict = est_attest_verify(&d->ask, &d->found, &why);
	if (a->opt[O_JSON].given)
		KC_TRY(r, print_json(d, verdict, err));
	else
		show(d, verdict);
	if (!kc_ok(verdict))
		*err = why;
	r = verdict;
out:
	return r;
}

static int
cmd_verify(struct cer_app *app, int argc, char **argv)
{
	struct desk *d = calloc(1, sizeof *d);
	struct kc_err err = { 0 };
	struct cer_args a;
	int code = 0;

	(void)app;
	if (d == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("attestation verify", &err);
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 1, 1, argc, argv, &a, &err)) ||
	    !kc_ok(verify(&a, d, &err))) {
		kc_certain(&err, "nothing was written");
		code = cer_report("attestation verify", &err);
	}
	kc_buf_free(&d->file);
	kc_buf_free(&d->key);
	free(d);
	return code;
}

const struct cer_cmd cer_attestation_commands[] = {
	{ "attestation", "verify", false, cmd_verify,
	  "FILE [--key KEYSHOW] [--owner-root SHA256] [--at TIME] [--json]",
	  "judge what the HSM signed about a key" },
	{ 0 },
};
