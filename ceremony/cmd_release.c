/* SPDX-License-Identifier: Apache-2.0
 *
 * release verify: a key release response, link by link, without opening it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "ceremony/cmd_sd.h"
#include "ceremony/commands.h"
#include "estate/key.h"
#include "estate/release.h"

enum { O_JSON, O_AT, O_POLICY, O_KID, O_NONCE, O_ENC, O_ROOTS, O_COUNT };

static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--at", CER_ONE, false },
	{ "--policy", CER_ONE, true },
	{ "--kid", CER_ONE, true },
	{ "--nonce", CER_ONE, false },
	{ "--enc", CER_ONE, false },
	{ "--roots", CER_ONE, false },
};

static const char *const state_word[] = {
	[EST_REL_UNREACHED] = "not reached", [EST_REL_HOLDS] = "holds",
	[EST_REL_UNPROVED] = "not proven", [EST_REL_FAILS] = "FAILS",
};
static const char *const state_json[] = {
	[EST_REL_UNREACHED] = "unreached", [EST_REL_HOLDS] = "holds",
	[EST_REL_UNPROVED] = "unproven", [EST_REL_FAILS] = "fails",
};

/* struct desk: the files of one check, as they were read. */
struct desk {
	struct kc_buf file, policy_file, roots;
	struct est_policy policy;
	struct est_release_ask ask;
	struct est_release found;
};

static const char *
option(const struct cer_args *a, size_t i)
{
	return a->opt[i].given ? a->opt[i].v[0] : NULL;
}

static kc_result
gather(const struct cer_args *a, struct desk *d, struct kc_err *err)
{
	struct est_key_facts kid;
	const char *path = a->opt[O_POLICY].v[0];
	kc_result r;

	d->ask = (struct est_release_ask){ .name = a->pos[0],
		.kid = a->opt[O_KID].v[0], .nonce = option(a, O_NONCE),
		.enc = option(a, O_ENC), .roots_name = option(a, O_ROOTS),
		.policy = &d->policy };
	if (!est_kid_read(d->ask.kid, &kid))
		return KC_FAIL(err, KC_EUSAGE, 0, "--kid: '%.120s' is not "
		    "https://HOST/keys/NAME/VERSION", d->ask.kid);
	KC_TRY(r, cer_sd_at(a, O_AT, &d->ask.at_ms, err));
	KC_TRY(r, kc_file_read(path, EST_POLICY_FILE_MAX, &d->policy_file,
	    err));
	KC_TRY(r, est_policy_read(path, d->policy_file.p, d->policy_file.len,
	    &d->policy, err));
	KC_TRY(r, kc_file_read(d->ask.name, EST_JWS_MAX, &d->file, err));
	d->ask.p = kc_buf_str(&d->file);
	d->ask.len = d->file.len;
	if (d->ask.roots_name != NULL) {
		KC_TRY(r, kc_file_read(d->ask.roots_name, (size_t)4 << 20,
		    &d->roots, err));
		d->ask.roots = kc_buf_str(&d->roots);
		d->ask.roots_len = d->roots.len;
	}
out:
	return r;
}

static void
show(const struct desk *d, kc_result verdict)
{
	const char *say;

	(void)printf("key release response\nlinks\n");
	for (int i = 0; i < EST_REL_LINKS; i++)
		(void)printf("  %-11s %-13s %s\n",
		    state_word[d->found.state[i]],
		    est_release_name((enum est_release_link)i),
		    d->found.text[i]);
	for (size_t i = 0; i < d->found.differences.n; i++)
		(void)printf("              %s\n",
		    d->found.differences.is[i].text);
	(void)printf("not shown, even by a pass\n");
	for (size_t i = 0; (say = est_release_unproven(i)) != NULL; i++)
		(void)printf("  %s\n", say);
	(void)printf("%s\n", !kc_ok(verdict) ? "DOES NOT HOLD" :
	    d->found.state[EST_REL_ROOT] == EST_REL_HOLDS ? "HOLDS" :
	    "HOLDS, but anyone could have signed it: no root was given");
	(void)fflush(stdout);
}

static kc_result
print_json(const struct desk *d, kc_result verdict, struct kc_err *err)
{
	json_t *list = json_array(), *o = NULL;
	char when[KC_TIME_CHARS];
	kc_result r = KC_DONE;

	for (int i = 0; i < EST_REL_LINKS; i++)
		KC_TRY(r, kc_json_add_new(list, json_pack("{s:s,s:s,s:s}",
		    "name", est_release_name((enum est_release_link)i),
		    "state", state_json[d->found.state[i]], "text",
		    d->found.text[i]), err));
	kc_clock_format(d->ask.at_ms, when);
	o = json_pack("{s:s,s:s,s:s,s:O}", "verdict", kc_ok(verdict) ?
	    "holds" : "fails", "at", when, "file", d->ask.name, "links", list);
	if (o == NULL)
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for the answer");
	else if (cer_print_json(o, kc_exit(verdict.code)) == 6)
		r = KC_FAIL(err, KC_EIO, 0, "the answer was not written");
out:
	json_decref(list);
	return r;
}

static kc_result
verify(const struct cer_args *a, struct desk *d, struct kc_err *err)
{
	struct kc_err why = { 0 };
	kc_result r, verdict;

	KC_TRY(r, gather(a, d, err));
	verdict = est_release_verify(&d->ask, &d->found, &why);
	if (!kc_ok(verdict) && verdict.code != KC_EREFUSED) {
		*err = why;
		return verdict;
	}
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
		return cer_report("release verify", &err);
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 1, 1, argc, argv, &a, &err)) ||
	    !kc_ok(verify(&a, d, &err))) {
		kc_certain(&err, "nothing was written or opened");
		code = cer_report("release verify", &err);
	}
	kc_buf_free(&d->file);
	kc_buf_free(&d->policy_file);
	kc_buf_free(&d->roots);
	est_policy_free(&d->policy);
	free(d);
	return code;
}

const struct cer_cmd cer_release_commands[] = {
	{ "release", "verify", false, cmd_verify,
	  "RESPONSE --policy POLICY --kid URL [--nonce TEXT] [--enc NAME] "
	  "[--roots PEM] [--at TIME] [--json]",
	  "judge the answer to a key release, without opening it" },
	{ 0 },
};
