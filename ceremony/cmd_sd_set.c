/* SPDX-License-Identifier: Apache-2.0
 *
 * sd wrapping-set: certificates checked as a set, and a directory with all
 * that the online host needs: nothing in it is secret.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/words.h"
#include "ceremony/cmd_sd.h"
#include "sd/cert.h"

enum { O_JSON, O_AT, O_KEYS, O_QUORUM, O_OUT, O_COUNT };

static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--at", CER_ONE, false },
	{ "--sd-wrapping-keys", CER_LIST, true },
	{ "--sd-quorum", CER_ONE, true },
	{ "-o", CER_ONE, true },
};

#define FILES_MAX (SD_MAX_HOLDERS + 4)

/* struct set: the set, and the files to be, made before any is written. */
struct set {
	struct cer_certs certs;
	long quorum;
	size_t n;
	size_t command, json;	/* which of them */
	struct {
		struct kc_buf name, data;
	} file[FILES_MAX];
};

static void
set_free(struct set *s)
{
	cer_certs_free(&s->certs);
	for (size_t i = 0; i < FILES_MAX; i++) {
		kc_buf_free(&s->file[i].name);
		kc_buf_free(&s->file[i].data);
	}
}

/* NAME.cer for the path of a certificate: az pairs NAME.cer and NAME.key.
 * Only characters that no shell takes apart are allowed. */
static kc_result
file_name(const char *path, struct kc_buf *ret, struct kc_err *err)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	size_t n = dot != NULL && dot != base ? (size_t)(dot - base) :
	    strlen(base);

	if (n == 0 || base[0] == '-' || base[0] == '.' || strspn(base,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "._-") < n)
		return KC_FAIL(err, KC_EREFUSED, 0,
		    "%s: rename it to letters, digits, '.', '_' and '-': its "
		    "name goes into a command line", path);
	return kc_buf_addf(ret, err, "%.*s.cer", (int)n, base);
}

static kc_result
add_certs(struct set *s, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (size_t i = 0; i < s->certs.n; i++) {
		const struct sd_cert *c = &s->certs.cert[i];

		s->n = i + 1;
		KC_TRY(r, file_name(c->name, &s->file[i].name, err));
		/* From the DER: a key that stood beside it stays behind. */
		KC_TRY(r, sd_cert_pem(c, &s->file[i].data, err));
		for (size_t k = 0; k < i; k++)
			if (strcmp(kc_buf_str(&s->file[k].name),
			    kc_buf_str(&s->file[i].name)) == 0)
				return KC_FAIL(err, KC_EREFUSED, 0,
				    "%s and %s would both be %s",
				    s->certs.cert[k].name, c->name,
				    kc_buf_str(&s->file[i].name));
	}
out:
	return r;
}

static kc_result
add_command(struct set *s, struct kc_err *err)
{
	size_t at = s->n++;
	struct kc_buf *b = &s->file[at].data;
	kc_result r;

	s->command = at;
	KC_TRY(r, kc_buf_adds(&s->file[at].name, "az-command.txt", err));
	KC_TRY(r, kc_buf_adds(b, "az keyvault security-domain download "
	    "--hsm-name HSM_NAME --sd-wrapping-keys", err));
	for (size_t i = 0; i < s->certs.n; i++)
		KC_TRY(r, kc_buf_addf(b, err, " %s",
		    kc_buf_str(&s->file[i].name)));
	r = kc_buf_addf(b, err, " --sd-quorum %ld --security-domain-file "
	    "HSM_NAME-SD.json\n", s->quorum);
out:
	return r;
}

static kc_result
add_thumbprints(struct set *s, struct kc_err *err)
{
	const char *names[SD_MAX_HOLDERS];
	size_t at = s->n;
	kc_result r;

	for (size_t i = 0; i < s->certs.n; i++)
		names[i] = kc_buf_str(&s->file[i].name);
	s->n += 2;
	s->json = at + 1;
	KC_TRY(r, kc_buf_adds(&s->file[at].name, "thumbprints.csv", err));
	KC_TRY(r, kc_buf_adds(&s->file[at + 1].name, "thumbprints.json",
	    err));
	r = sd_set_thumbprints(s->certs.cert, names, s->certs.n,
	    (size_t)s->quorum, &s->file[at].data, &s->file[at + 1].data,
	    err);
out:
	return r;
}

/* Into dir, which is new; read back. */
static kc_result
write_files(const struct set *s, const char *dir, struct kc_err *err)
{
	struct kc_buf path = { 0 };
	kc_result r = KC_DONE;

	for (size_t i = 0; i < s->n; i++) {
		KC_TRY(r, kc_path_join(dir, kc_buf_str(&s->file[i].name),
		    &path, err));
		KC_TRY(r, kc_file_write_new(kc_buf_str(&path),
		    s->file[i].data.p, s->file[i].data.len, 0644, err));
		KC_TRY(r, cer_sd_written(kc_buf_str(&path), &s->file[i].data,
		    err));
	}
out:
	kc_buf_free(&path);
	return r;
}

static void
take_away(const struct set *s, const char *dir)
{
	struct kc_buf path = { 0 };

	for (size_t i = 0; i < s->n; i++)
		if (kc_ok(kc_path_join(dir, kc_buf_str(&s->file[i].name),
		    &path, NULL)))
			(void)unlink(kc_buf_str(&path));
	(void)rmdir(dir);
	kc_buf_free(&path);
}

/* All files or none: the directory gets its name when it is complete. */
static kc_result
write_set(const struct set *s, const char *dir, struct kc_err *err)
{
	struct kc_buf name = { 0 }, part = { 0 };
	size_t len = strlen(dir);
	uint8_t rnd[8];
	char hex[17];
	kc_result r;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	KC_TRY(r, kc_buf_add(&name, dir, len, err));
	KC_TRY(r, kc_random(rnd, sizeof rnd, err));
	kc_hex(rnd, sizeof rnd, hex);
	KC_TRY(r, kc_buf_addf(&part, err, "%s.part-%s", kc_buf_str(&name),
	    hex));
	KC_TRY(r, kc_dir_new(kc_buf_str(&part), err));
	r = write_files(s, kc_buf_str(&part), err);
	if (kc_ok(r))
		r = kc_dir_publish(kc_buf_str(&part), kc_buf_str(&name), err);
	if (!kc_ok(r))
		take_away(s, kc_buf_str(&part));
out:
	kc_buf_free(&name);
	kc_buf_free(&part);
	return r;
}

static kc_result
make_set(const struct cer_args *a, struct set *s, struct kc_err *err)
{
	struct kc_buf warn = { 0 };
	int64_t at_ms;
	kc_result r;

	KC_TRY(r, cer_number("--sd-quorum", a->opt[O_QUORUM].v[0], 2,
	    SD_MAX_HOLDERS, &s->quorum, err));
	KC_TRY(r, cer_sd_at(a, O_AT, &at_ms, err));
	KC_TRY(r, kc_file_check_new(a->opt[O_OUT].v[0], err));
	KC_TRY(r, cer_certs_read(a->opt[O_KEYS].v, a->opt[O_KEYS].n,
	    &s->certs, err));
	KC_TRY(r, sd_set_check(s->certs.cert, s->certs.n, (size_t)s->quorum,
	    at_ms, &warn, err));
	cer_sd_warn(&warn);
	KC_TRY(r, add_certs(s, err));
	KC_TRY(r, kc_buf_adds(&s->file[s->n].name, "download-request.json",
	    err));
	KC_TRY(r, sd_request_body(s->certs.cert, s->certs.n,
	    (size_t)s->quorum, &s->file[s->n++].data, err));
	KC_TRY(r, add_command(s, err));
	KC_TRY(r, add_thumbprints(s, err));
	r = write_set(s, a->opt[O_OUT].v[0], err);
out:
	kc_buf_free(&warn);
	return r;
}

static int
print_json(const struct cer_args *a, const struct set *s)
{
	const struct kc_buf *text = &s->file[s->json].data;
	json_t *o = NULL;

	/* What was written is what is reported. */
	if (!kc_ok(kc_json_read("thumbprints.json", text->p, text->len,
	    text->len, &o, NULL)) ||
	    !kc_ok(kc_json_set_str(o, "dir", a->opt[O_OUT].v[0], NULL))) {
		json_decref(o);
		return 6;
	}
	return cer_print_json(o, 0);
}

static int
print_text(const struct cer_args *a, const struct set *s)
{
	const struct kc_buf *command = &s->file[s->command].data;
	struct kc_buf words = { 0 };
	char hex[KC_HEX];

	(void)printf("%s: wrapping set, any %ld of %zu\n",
	    a->opt[O_OUT].v[0], s->quorum, s->certs.n);
	for (size_t i = 0; i < s->certs.n; i++) {
		const struct sd_cert *c = &s->certs.cert[i];

		words.len = 0;
		if (!kc_ok(kc_words(c->x5t, KC_SHA256, " ", &words, NULL)))
			break;
		kc_hex(c->x5t, KC_SHA256, hex);
		(void)printf("  %zu  %s  RSA %zu\n     %s\n     %s\n", i + 1,
		    kc_buf_str(&s->file[i].name), c->bits, hex,
		    kc_buf_str(&words));
	}
	(void)printf("online, in that directory:\n  %s",
	    kc_buf_str(command));
	kc_buf_free(&words);
	return 0;
}

int
cer_sd_wrapping_set(struct cer_app *app, int argc, char **argv)
{
	struct cer_args a;
	struct set *s = calloc(1, sizeof *s);
	struct kc_err err = { 0 };
	int code;

	(void)app;
	if (s == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		return cer_report("sd wrapping-set", &err);
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 0, 0, argc, argv, &a, &err)) ||
	    !kc_ok(make_set(&a, s, &err))) {
		kc_certain(&err, "no file of a set was left behind");
		code = cer_report("sd wrapping-set", &err);
	} else {
		code = a.opt[O_JSON].given ? print_json(&a, s) :
		    print_text(&a, s);
	}
	set_free(s);
	free(s);
	return code;
}
