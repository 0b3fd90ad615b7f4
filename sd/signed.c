/* SPDX-License-Identifier: Apache-2.0
 *
 * TCB info and enclave identity: the frame around them.  Source: Intel SGX
 * provisioning certification service, API version 4.
 */
#include "sd/signed.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"

#define TEXT_MAX ((size_t)1 << 20)

/* What each kind says of itself. */
static const struct {
	const char *member, *id;
	int64_t version;
} kinds[] = {
	{ SD_TCB_INFO, "SGX", 3 },
	{ SD_QE_IDENTITY, "QE", 2 },
};

kc_result
sd_signed_kind(const char *name, const struct kc_buf *text, const char **ret,
    struct kc_err *err)
{
	json_t *root = NULL;
	kc_result r = kc_json_read(name, text->p, text->len, TEXT_MAX, &root,
	    err);

	if (!kc_ok(r))
		return r;
	*ret = NULL;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (json_object_get(root, kinds[i].member) != NULL)
			*ret = kinds[i].member;
	json_decref(root);
	return KC_DONE;
}

/* The end of the string that begins at at, behind its quote. */
static size_t
string_end(const char *p, size_t at)
{
	for (at++; p[at] != '"'; at++)
		if (p[at] == '\\')
			at++;
	return at + 1;
}

static size_t
blanks(const char *p, size_t at)
{
	return at + strspn(p + at, " \t\r\n");
}

/* The bytes of an object that is a member of the outermost one.  The text is
 * known to be JSON, ended by NUL; a name written with escapes is not found. */
static bool
span(const char *p, const char *member, struct sd_text *ret)
{
	size_t depth = 0, at = 0, start = 0;

	while (p[at] != '\0') {
		if (p[at] == '"') {
			size_t end = string_end(p, at), colon = blanks(p, end);

			if (depth == 1 && p[colon] == ':' && start == 0 &&
			    end - at == strlen(member) + 2 && strncmp(p + at +
			    1, member, strlen(member)) == 0) {
				start = blanks(p, colon + 1);
				if (p[start] != '{')
					return false;
				end = start;
			}
			at = end;
			continue;
		}
		if (p[at] == '{' || p[at] == '[')
			depth++;
		else if ((p[at] == '}' || p[at] == ']') && --depth == 1 &&
		    start != 0) {
			*ret = (struct sd_text){ p + start, at + 1 - start };
			return true;
		}
		at++;
	}
	return false;
}

static kc_result
time_of(const json_t *o, const char *where, const char *key, int64_t *ret,
    struct kc_err *err)
{
	const char *text = NULL;
	kc_result r = kc_json_str(o, where, key, &text, err);

	if (kc_ok(r) && !kc_ok(kc_clock_parse(text, ret, NULL)))
		r = KC_FAIL(err, KC_EFORMAT, 0, "%s: \"%s\" is no time",
		    where, key);
	return r;
}

static kc_result
current(const json_t *o, const char *where, int64_t at_ms, struct kc_err *err)
{
	char day[KC_TIME_CHARS];
	int64_t from = 0, to = 0;
	kc_result r;

	KC_TRY(r, time_of(o, where, "issueDate", &from, err));
	KC_TRY(r, time_of(o, where, "nextUpdate", &to, err));
	if (at_ms >= from && at_ms <= to)
		goto out;
	kc_clock_format(at_ms < from ? from : to, day);
	r = KC_FAIL(err, KC_EREFUSED, 0, "%s %s %s", where, at_ms < from ?
	    "was not issued before" : "was to be replaced by", day);
out:
	return r;
}

static kc_result
check_kind(const json_t *o, const char *kind, struct kc_err *err)
{
	const char *id = NULL;
	int64_t version = 0;
	kc_result r;

	KC_TRY(r, kc_json_str(o, kind, "id", &id, err));
	KC_TRY(r, kc_json_int(o, kind, "version", 0, 1000, &version, err));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kind, kinds[i].member) == 0 &&
		    (strcmp(id, kinds[i].id) != 0 ||
		    version != kinds[i].version))
			r = KC_FAIL(err, KC_EREFUSED, 0, "%s is \"%.20s\" "
			    "version %lld, not \"%s\" version %lld", kind, id,
			    (long long)version, kinds[i].id,
			    (long long)kinds[i].version);
out:
	return r;
}

kc_result
sd_signed_hex(const json_t *o, const char *where, const char *key,
    uint8_t *ret, size_t len, struct kc_err *err)
{
	const char *text = NULL;
	kc_result r = kc_json_str(o, where, key, &text, err);

	if (kc_ok(r) && !kc_unhex(text, len, ret))
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "%s: \"%s\" is not %zu bytes in hex", where, key, len);
	return r;
}

kc_result
sd_signed_read(const char *name, const struct kc_buf *text, const char *kind,
    EVP_PKEY *key, int64_t at_ms, json_t **ret, struct kc_err *err)
{
	json_t *root = NULL, *inner = NULL;
	struct sd_text body = { 0 };
	uint8_t rs[64];
	kc_result r;

	KC_TRY(r, kc_json_read("it", text->p, text->len, TEXT_MAX, &root,
	    err));
	KC_TRY(r, kc_json_only(root, "it", kind == kinds[0].member ?
	    SD_TCB_INFO " signature" : SD_QE_IDENTITY " signature", err));
	KC_TRY(r, sd_signed_hex(root, "it", "signature", rs, sizeof rs, err));
	if (!span(kc_buf_str(text), kind, &body)) {
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "\"%s\" is not an object under its plain name", kind);
		goto out;
	}
	KC_TRY(r, sd_p256_verify(key, body.p, body.len, rs, err));
	KC_TRY(r, kc_json_read(kind, body.p, body.len, TEXT_MAX, &inner,
	    err));
	KC_TRY(r, check_kind(inner, kind, err));
	KC_TRY(r, current(inner, kind, at_ms, err));
	*ret = inner;
	inner = NULL;
out:
	json_decref(inner);
	json_decref(root);
	return kc_ok(r) ? r : kc_prefix(err, "%s", name);
}
