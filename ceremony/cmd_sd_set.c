/* SPDX-License-Identifier: Apache-2.0
 *
 * sd wrapping-set: certificates checked as a set, and a directory with all
 * that the online host needs: nothing in it is secret.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
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

/* One certificate's row in both forms. */
static kc_result
add_row(const struct sd_cert *c, const char *file, struct kc_buf *csv,
    json_t *arr, struct kc_err *err)
{
	char hex[KC_HEX], to_text[KC_TIME_CHARS];
	struct kc_buf words = { 0 };
	int64_t from, to;
	json_t *v;
	kc_result r;

	KC_TRY(r, sd_cert_span(c, &from, &to, err));
	kc_clock_format(to, to_text);
	kc_hex(c->x5t, KC_SHA256, hex);
	KC_TRY(r, kc_words(c->x5t, KC_SHA256, " ", &words, err));
	KC_TRY(r, kc_buf_addf(csv, err, "%s,%s,%zu,%s,%s\n", file, hex,
	    c->bits, to_text, kc_buf_str(&words)));
	v = json_pack("{s:s,s:s,s:i,s:s,s:s}", "file", file, "sha256", hex,
	    "bits", (int)c->bits, "not_after", to_text, "words",
	    kc_buf_str(&words));
	KC_TRY(r, kc_json_add_new(arr, v, err));
	r = cer_sd_x5t(v, c->x5t, err);
out:
	kc_buf_free(&words);
	return r;
}

static kc_result
add_thumbprints(struct set *s, struct kc_err *err)
{
	size_t at = s->n;
	struct kc_buf *csv = &s->file[at].data;
	json_t *o = json_pack("{s:[],s:i}", "certificates", "required",
	    (int)s->quorum);
	kc_result r;

	s->n += 2;
	KC_TRY(r, kc_buf_adds(&s->file[at].name, "thumbprints.csv", err));
	KC_TRY(r, kc_buf_adds(&s->file[at + 1].name, "thumbprints.json",
	    err));
	KC_TRY(r, kc_buf_adds(csv, "file,sha256,bits,not_after,words\n",
	    err));
	for (size_t i = 0; i < s->certs.n; i++)
		KC_TRY(r, add_row(&s->certs.cert[i],
		    kc_buf_str(&s->file[i].name), csv,
		    json_object_get(o, "certificates"), err));
	KC_TRY(r, kc_json_canon(o, &s->file[at + 1].data, err));
	r = kc_buf_adds(&s->file[at + 1].data, "\n", err);
out:
	json_decref(o);
	return r;
}

/* All files or none: what was written is taken away when one fails. */
static kc_result
write_set(const struct set *s, const char *dir, struct kc_err *err)
{
	struct kc_buf path = { 0 };
	size_t made = 0;
	kc_result r = kc_dir_new(dir, err);

	if (!kc_ok(r))
		return r;
	for (; made < s->n && kc_ok(r); made += kc_ok(r)) {
		r = kc_path_join(dir, kc_buf_str(&s->file[made].name), &path,
		    err);
		if (kc_ok(r))
			r = kc_file_write_new(kc_buf_str(&path),
			    s->file[made].data.p, s->file[made].data.len,
			    0644, err);
		if (kc_ok(r))
			r = cer_sd_written(kc_buf_str(&path),
			    &s->file[made].data, err);
	}
	if (!kc_ok(r)) {
		for (size_t i = 0; i <= made && i < s->n; i++)
			if (kc_ok(kc_path_join(dir,
			    kc_buf_str(&s->file[i].name), &path, NULL)))
				(void)unlink(kc_buf_str(&path));
		(void)rmdir(dir);
	}
	kc_buf_free(&path);
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
print(const struct cer_args *a, const struct set *s)
{
	struct kc_buf csv = { 0 };
	json_t *arr = json_array();
	kc_result r = KC_DONE;
	int code = 6;

	for (size_t i = 0; i < s->certs.n; i++)
		KC_TRY(r, add_row(&s->certs.cert[i],
		    kc_buf_str(&s->file[i].name), &csv, arr, NULL));
	if (a->opt[O_JSON].given) {
		code = cer_print_json(json_pack("{s:s,s:i,s:O}", "dir",
		    a->opt[O_OUT].v[0], "required", (int)s->quorum,
		    "certificates", arr), 0);
		goto out;
	}
	(void)printf("%s: wrapping set, any %ld of %zu\n%s", a->opt[O_OUT].v[0],
	    s->quorum, s->certs.n, kc_buf_str(&csv));
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(kc_buf_str(&s->file[i].name), "az-command.txt") ==
		    0)
			(void)printf("online, in that directory:\n  %s",
			    kc_buf_str(&s->file[i].data));
	code = 0;
out:
	kc_buf_free(&csv);
	json_decref(arr);
	return code;
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
		code = print(&a, s);
	}
	set_free(s);
	free(s);
	return code;
}
