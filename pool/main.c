/* SPDX-License-Identifier: Apache-2.0
 *
 * ceremony-pool: the stand-in for a Managed HSM in rehearsals.  It plays the
 * HSM's side of every file and protects nothing.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "base/json.h"
#include "base/sandbox.h"
#include "base/secret.h"
#include "base/text.h"
#include "pool/attend.h"
#include "pool/collateral.h"
#include "pool/hsm.h"
#include "pool/opt.h"
#include "pool/quote.h"
#include "pool/recovery.h"
#include "pool/store.h"

static kc_result
number(const char *text, unsigned *ret, struct kc_err *err)
{
	if (strcmp(text, "3072") != 0 && strcmp(text, "4096") != 0)
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--bits: '%.20s' is neither 3072 nor 4096", text);
	*ret = strcmp(text, "3072") == 0 ? 3072 : 4096;
	return KC_DONE;
}

static kc_result
cmd_create(int argc, char **argv, struct kc_err *err)
{
	const char *dir = NULL, *name = NULL;
	const struct pool_opt table[] = {
		{ "--dir", true, &dir, NULL },
		{ "--name", true, &name, NULL },
	};
	kc_result r;

	KC_TRY(r, pool_parse(table, 2, argc, argv, err));
	KC_TRY(r, pool_create(dir, name, err));
	(void)printf("%s: a stand-in pool, not activated\n", name);
out:
	return r;
}

/* Write an output and say so. */
static kc_result
put(const char *path, const struct kc_buf *b, struct kc_err *err)
{
	kc_result r = kc_file_write_new(path, b->p, b->len, 0644, err);

	if (kc_ok(r))
		(void)printf("%s: %zu bytes\n", path, b->len);
	return r;
}

static kc_result
cmd_download(int argc, char **argv, struct kc_err *err)
{
	const char *dir = NULL, *name = NULL, *request = NULL, *to = NULL;
	const struct pool_opt table[] = {
		{ "--dir", true, &dir, NULL },
		{ "--name", true, &name, NULL },
		{ "--request", true, &request, NULL },
		{ "-o", true, &to, NULL },
	};
	struct kc_buf sd = { 0 };
	kc_result r;

	KC_TRY(r, pool_parse(table, 4, argc, argv, err));
	KC_TRY(r, kc_file_check_new(to, err));
	KC_TRY(r, pool_download(dir, name, request, &sd, err));
	r = put(to, &sd, err);
out:
	kc_buf_free(&sd);
	return r;
}

static kc_result
cmd_init_recovery(int argc, char **argv, struct kc_err *err)
{
	const char *bits = "4096", *as = "pem", *to = NULL;
	struct pool_recovery how = { 0 };
	const struct pool_opt table[] = {
		{ "--dir", true, &how.dir, NULL },
		{ "--name", true, &how.name, NULL },
		{ "--bits", false, &bits, NULL },
		{ "--as", false, &as, NULL },
		{ "--bare", false, NULL, &how.bare },
		{ "-o", true, &to, NULL },
	};
	struct kc_buf text = { 0 };
	kc_result r;

	KC_TRY(r, pool_parse(table, 6, argc, argv, err));
	KC_TRY(r, number(bits, &how.bits, err));
	KC_TRY(r, pool_carrier_parse(as, &how.as, err));
	KC_TRY(r, kc_file_check_new(to, err));
	KC_TRY(r, pool_init_recovery(&how, &text, err));
	r = put(to, &text, err);
out:
	kc_buf_free(&text);
	return r;
}

static kc_result
cmd_upload(int argc, char **argv, struct kc_err *err)
{
	const char *dir = NULL, *name = NULL, *blob = NULL, *source = NULL;
	const struct pool_opt table[] = {
		{ "--dir", true, &dir, NULL },
		{ "--name", true, &name, NULL },
		{ "--blob", true, &blob, NULL },
		{ "--compare", false, &source, NULL },
	};
	struct kc_buf result = { 0 };
	kc_result r;

	KC_TRY(r, pool_parse(table, 4, argc, argv, err));
	KC_TRY(r, pool_upload(dir, name, blob, source, &result, err));
	(void)fputs(kc_buf_str(&result), stdout);
out:
	kc_buf_free(&result);
	return r;
}

static kc_result
cmd_attend(int argc, char **argv, struct kc_err *err)
{
	const char *bits = "4096";
	struct pool_attendance a = { 0 };
	const struct pool_opt table[] = {
		{ "--dir", true, &a.dir, NULL },
		{ "--medium", true, &a.medium, NULL },
		{ "--bits", false, &bits, NULL },
		{ "--bare", false, NULL, &a.bare },
	};
	kc_result r;

	KC_TRY(r, pool_parse(table, 4, argc, argv, err));
	KC_TRY(r, number(bits, &a.bits, err));
	r = pool_attend(&a, err);
out:
	return r;
}

static kc_result
cmd_collateral(int argc, char **argv, struct kc_err *err)
{
	const char *dir = NULL, *to = NULL;
	const struct pool_opt table[] = {
		{ "--dir", true, &dir, NULL },
		{ "-o", true, &to, NULL },
	};
	kc_result r;

	KC_TRY(r, pool_parse(table, 2, argc, argv, err));
	KC_TRY(r, pool_collateral_write(dir, to, err));
	for (size_t i = 0; i < POOL_COLLATERAL_FILES; i++)
		(void)printf("%s/%s\n", to, pool_collateral_names[i]);
out:
	return r;
}

/* Add one pool to the list. */
static kc_result
show_one(const char *dir, const char *name, json_t *list, struct kc_err *err)
{
	struct pool_state st = { 0 };
	uint8_t signer[KC_SHA256];
	char hex[KC_HEX];
	json_t *v = json_object();
	kc_result r;

	KC_TRY(r, pool_mrsigner(signer, err));
	kc_hex(signer, sizeof signer, hex);
	KC_TRY(r, kc_json_set_str(v, "mrsigner", hex, err));
	KC_TRY(r, pool_load(dir, name, &st, err));
	KC_TRY(r, kc_json_set_str(v, "name", st.name, err));
	KC_TRY(r, kc_json_set_str(v, "created", st.created, err));
	KC_TRY(r, kc_json_set_str(v, "state", pool_mode_name(st.mode), err));
	KC_TRY(r, kc_json_set_bool(v, "rehearsal", true, err));
	KC_TRY(r, kc_json_set_int(v, "exchange_keys", st.exchange, err));
	KC_TRY(r, kc_json_set_int(v, "data", (int64_t)st.n_tags, err));
	r = kc_json_add_new(list, json_incref(v), err);
out:
	json_decref(v);
	return r;
}

static int
pools_only(const struct dirent *e)
{
	return kc_ok(pool_name_check(e->d_name, NULL));
}

static kc_result
print_list(json_t *list, bool json, struct kc_err *err)
{
	struct kc_buf b = { 0 };
	size_t i;
	json_t *v;
	kc_result r = KC_DONE;

	if (json) {
		KC_TRY(r, kc_json_canon(list, &b, err));
		(void)printf("%s\n", kc_buf_str(&b));
		goto out;
	}
	json_array_foreach(list, i, v)
		(void)printf("%-24s  %-12s  since %s\n",
		    json_string_value(json_object_get(v, "name")),
		    json_string_value(json_object_get(v, "state")),
		    json_string_value(json_object_get(v, "created")));
	(void)printf("%zu stand-in pools (rehearsal only)\n",
	    json_array_size(list));
	if (json_array_size(list) > 0)
		(void)printf("MRSIGNER of their evidence: %s, product %d, "
		    "SVN %d\n", json_string_value(json_object_get(
		    json_array_get(list, 0), "mrsigner")),
		    POOL_ENCLAVE_PRODUCT, POOL_ENCLAVE_SVN);
out:
	kc_buf_free(&b);
	return r;
}

static kc_result
cmd_show(int argc, char **argv, struct kc_err *err)
{
	const char *dir = NULL;
	bool json = false;
	const struct pool_opt table[] = {
		{ "--dir", true, &dir, NULL },
		{ "--json", false, NULL, &json },
	};
	json_t *list = json_array();
	struct dirent **names = NULL;
	int n = 0;
	kc_result r;

	KC_TRY(r, pool_parse(table, 2, argc, argv, err));
	n = scandir(dir, &names, pools_only, alphasort);
	if (n < 0) {
		r = KC_FAIL(err, KC_EIO, 0, "cannot read the directory %s",
		    dir);
		goto out;
	}
	for (int i = 0; i < n; i++)
		if (pool_exists(dir, names[i]->d_name))
			KC_TRY(r, show_one(dir, names[i]->d_name, list, err));
	r = print_list(list, json, err);
out:
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	json_decref(list);
	return r;
}

static const struct {
	const char *name;
	kc_result (*run)(int argc, char **argv, struct kc_err *err);
	const char *usage;
	const char *help;
} commands[] = {
	{ "create", cmd_create, "--dir POOL --name NAME",
	  "make a pool, not activated" },
	{ "download", cmd_download,
	  "--dir POOL --name NAME --request FILE -o SD.json",
	  "activate it: the security domain for a wrapping set" },
	{ "init-recovery", cmd_init_recovery,
	  "--dir POOL --name NAME [--bits 3072|4096] [--as pem|jwk|body] "
	  "[--bare] -o FILE",
	  "put it in recovery: a new exchange key" },
	{ "upload", cmd_upload,
	  "--dir POOL --name NAME --blob FILE [--compare SOURCE]",
	  "restore it from a blob" },
	{ "collateral", cmd_collateral, "--dir POOL -o DIR",
	  "what Intel would publish about the evidence, of this day" },
	{ "show", cmd_show, "--dir POOL [--json]", "list the pools" },
	{ "attend", cmd_attend,
	  "--dir POOL --medium DIR [--bits 3072|4096] [--bare]",
	  "answer request files until SIGTERM" },
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void
print_help(FILE *to)
{
	(void)fputs("ceremony-pool - a stand-in for a Managed HSM, for "
	    "rehearsals only\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		(void)fprintf(to, "  ceremony-pool %s %s\n      %s\n",
		    commands[i].name, commands[i].usage, commands[i].help);
	(void)fputs("\nExit: 0 done  1 refused  2 usage  3 malformed  "
	    "6 machine; man ceremony-pool(1).\n", to);
}

static kc_result
start(char **argv, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, kc_env_replace(argv, err));
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return KC_FAIL_SSL(err, KC_ESANDBOX, "OpenSSL did not start");
	KC_TRY(r, kc_harden(err));
	KC_TRY(r, kc_secret_heap(err));
	r = kc_sandbox_enter(KC_SANDBOX_MAIN, err);
out:
	return r;
}

static int
report(const char *command, const struct kc_err *err)
{
	struct kc_buf b = { 0 };

	(void)fflush(stdout);
	(void)fprintf(stderr, "ceremony-pool %s: %s\n", command,
	    kc_sentence(err->code));
	if (kc_ok(kc_text_escape(err->msg, strlen(err->msg), &b, NULL)))
		(void)fprintf(stderr, "  Found     %s\n", kc_buf_str(&b));
	kc_buf_free(&b);
	return kc_exit(err->code);
}

int
main(int argc, char **argv)
{
	struct kc_err err = { 0 };

	if (argc < 2) {
		print_help(stderr);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (!kc_ok(start(argv, &err)) ||
		    !kc_ok(commands[i].run(argc - 2, argv + 2, &err)))
			return report(argv[1], &err);
		return fflush(stdout) == 0 ? 0 : 6;
	}
	(void)fprintf(stderr, "ceremony-pool: there is no command '%s'\n\n",
	    argv[1]);
	print_help(stderr);
	return 2;
}
