/* SPDX-License-Identifier: Apache-2.0
 *
 * sd split: a new security domain for a wrapping set.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "base/json.h"
#include "ceremony/cmd_sd.h"

enum { O_JSON, O_AT, O_KEYS, O_QUORUM, O_DATUM, O_OUT, O_COUNT };

static const struct cer_opt table[] = {
	{ "--json", CER_FLAG, false },
	{ "--at", CER_ONE, false },
	{ "--sd-wrapping-keys", CER_LIST, true },
	{ "--sd-quorum", CER_ONE, true },
	{ "--datum", CER_LIST, true },
	{ "--security-domain-file", CER_ONE, true },
};

#define DATUM_MAX ((size_t)32 << 20)

/* struct data: the --datum list, read. */
struct data {
	size_t n;
	struct sd_input in[SD_MAX_DATA];
	char *tag[SD_MAX_DATA];
	struct kc_buf file[SD_MAX_DATA];
};

static void
data_free(struct data *d)
{
	for (size_t i = 0; i < SD_MAX_DATA; i++) {
		if (d->file[i].p != NULL)
			OPENSSL_cleanse(d->file[i].p, d->file[i].len);
		kc_buf_free(&d->file[i]);
		free(d->tag[i]);
	}
}

/* "TAG=FILE" */
static kc_result
read_datum(const char *word, struct data *d, struct kc_err *err)
{
	const char *eq = strchr(word, '=');
	size_t i = d->n;
	kc_result r;

	if (eq == NULL || eq == word || eq[1] == '\0')
		return KC_FAIL(err, KC_EUSAGE, 0,
		    "--datum: '%.80s' is not TAG=FILE", word);
	if (i == SD_MAX_DATA)
		return KC_FAIL(err, KC_EUSAGE, 0, "--datum: more than %d",
		    SD_MAX_DATA);
	KC_TRY(r, kc_strdup(word, &d->tag[i], err));
	d->tag[i][eq - word] = '\0';
	KC_TRY(r, kc_file_read(eq + 1, DATUM_MAX, &d->file[i], err));
	d->in[i] = (struct sd_input){ d->tag[i], kc_buf_str(&d->file[i]),
		d->file[i].len };
	d->n++;
out:
	return r;
}

static kc_result
check_back(const char *path, const struct kc_buf *json, struct kc_err *err)
{
	struct cer_domain *back = calloc(1, sizeof *back);
	kc_result r;

	if (back == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory to read it back");
		goto out;
	}
	KC_TRY(r, cer_sd_written(path, json, err));
	KC_TRY(r, cer_sd_read(path, back, err));
	sd_domain_free(&back->d);
out:
	free(back);
	if (!kc_ok(r))
		kc_certain(err, "%s was written but must not be used", path);
	return r;
}

static kc_result
split(const struct cer_args *a, struct cer_certs *certs, struct data *data,
    struct kc_buf *json, struct kc_err *err)
{
	const char *out_path = a->opt[O_OUT].v[0];
	struct kc_buf warn = { 0 };
	int64_t at_ms;
	long quorum;
	kc_result r;

	KC_TRY(r, cer_number("--sd-quorum", a->opt[O_QUORUM].v[0], 2,
	    SD_MAX_HOLDERS, &quorum, err));
	KC_TRY(r, cer_sd_at(a, O_AT, &at_ms, err));
	KC_TRY(r, kc_file_check_new(out_path, err));
	KC_TRY(r, cer_certs_read(a->opt[O_KEYS].v, a->opt[O_KEYS].n, certs,
	    err));
	KC_TRY(r, sd_set_check(certs->cert, certs->n, (size_t)quorum, at_ms,
	    &warn, err));
	cer_sd_warn(&warn);
	for (size_t i = 0; i < a->opt[O_DATUM].n; i++)
		KC_TRY(r, read_datum(a->opt[O_DATUM].v[i], data, err));
	KC_TRY(r, sd_split(certs->cert, certs->n, (size_t)quorum, data->in,
	    data->n, json, err));
	if (json->len > SD_FILE_MAX) {
		r = KC_FAIL(err, KC_EREFUSED, 0,
		    "the domain would have %zu bytes; the limit is %zu",
		    json->len, SD_FILE_MAX);
		goto out;
	}
	KC_TRY(r, kc_file_write_new(out_path, json->p, json->len, 0600, err));
	r = check_back(out_path, json, err);
out:
	kc_buf_free(&warn);
	return r;
}

static int
print(const struct cer_args *a, const struct cer_certs *certs,
    const struct kc_buf *json)
{
	const char *path = a->opt[O_OUT].v[0];
	uint8_t hash[KC_SHA256];
	char hex[KC_HEX];

	if (!kc_ok(kc_sha256_one(json->p, json->len, hash, NULL)))
		return 6;
	kc_hex(hash, sizeof hash, hex);
	if (a->opt[O_JSON].given)
		return cer_print_json(json_pack(
		    "{s:s,s:I,s:s,s:i,s:i,s:i}", "file", path, "bytes",
		    (json_int_t)json->len, "sha256", hex, "shares",
		    (int)certs->n, "required",
		    atoi(a->opt[O_QUORUM].v[0]), "data",
		    (int)a->opt[O_DATUM].n), 0);
	(void)printf("%s: %zu bytes, any %s of %zu holders open it\n"
	    "  SHA-256 %s\n", path, json->len, a->opt[O_QUORUM].v[0],
	    certs->n, hex);
	return 0;
}

int
cer_sd_split(struct cer_app *app, int argc, char **argv)
{
	struct cer_args a;
	struct cer_certs *certs = calloc(1, sizeof *certs);
	struct data *data = calloc(1, sizeof *data);
	struct kc_buf json = { 0 };
	struct kc_err err = { 0 };
	int code;

	(void)app;
	if (certs == NULL || data == NULL) {
		(void)KC_FAIL(&err, KC_ENOMEM, 0, "no memory to begin");
		code = cer_report("sd split", &err);
		goto out;
	}
	if (!kc_ok(cer_parse(table, O_COUNT, 0, 0, argc, argv, &a, &err)) ||
	    !kc_ok(split(&a, certs, data, &json, &err))) {
		kc_certain(&err, "no security domain was written");
		code = cer_report("sd split", &err);
	} else {
		code = print(&a, certs, &json);
	}
	cer_certs_free(certs);
	data_free(data);
out:
	free(certs);
	free(data);
	kc_buf_free(&json);
	return code;
}
