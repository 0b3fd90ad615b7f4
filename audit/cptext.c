/* SPDX-License-Identifier: Apache-2.0
 *
 * A checkpoint's text read back by itself (docs/format/checkpoint.md).
 */
#include <stdlib.h>
#include <string.h>

#include "audit/proof.h"
#include "base/b64.h"
#include "base/text.h"

/* The rest of the line after its name; *at moves to the next line.  NULL:
 * another line, or the end. */
static char *
line_of(char **at, const char *name)
{
	char *line = *at, *end = strchr(line, '\n');
	size_t n = strlen(name);

	if (end == NULL || strncmp(line, name, n) != 0)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line + n;
}

static bool
hash_line(char **at, const char *name, uint8_t ret[static KC_SHA256])
{
	const char *s = line_of(at, name);

	return s != NULL && strlen(s) == KC_HEX - 1 &&
	    kc_unhex(s, KC_SHA256, ret);
}

/* ceremony.invalid/MODE/ID */
static bool
origin_line(char **at, struct aud_cptext *c)
{
	char *s = line_of(at, "ceremony.invalid/");
	char *slash = s != NULL ? strchr(s, '/') : NULL;
	uint8_t raw[16];

	if (slash == NULL)
		return false;
	*slash = '\0';
	(void)snprintf(c->id, sizeof c->id, "%s", slash + 1);
	return aud_mode_parse(s, &c->mode) && strlen(slash + 1) == 32 &&
	    kc_unhex(c->id, sizeof raw, raw);
}

static bool
size_line(char **at, struct aud_cptext *c)
{
	const char *s = line_of(at, "");

	if (s == NULL || strlen(s) > 18 || s[0] == '0' ||
	    strspn(s, "0123456789") != strlen(s) || s[0] == '\0')
		return false;
	c->size = strtoull(s, NULL, 10);
	return true;
}

static bool
root_line(char **at, struct aud_cptext *c)
{
	const char *s = line_of(at, "");
	struct kc_buf raw = { 0 };
	bool ok = s != NULL && kc_ok(kc_b64_decode(s, strlen(s), &raw,
	    NULL)) && raw.len == KC_SHA256;

	if (ok)
		memcpy(c->root, raw.p, KC_SHA256);
	kc_buf_free(&raw);
	return ok;
}

/* signers K HASH...: sorted, each once. */
static bool
signers_line(char **at, struct aud_cptext *c)
{
	char *s = line_of(at, "signers "), *save = NULL, *word;
	uint8_t raw[KC_SHA256];

	word = s != NULL ? strtok_r(s, " ", &save) : NULL;
	if (word == NULL || strlen(word) > 2 ||
	    strspn(word, "0123456789") != strlen(word))
		return false;
	c->required = strtol(word, NULL, 10);
	while ((word = strtok_r(NULL, " ", &save)) != NULL) {
		if (c->n_listed == AUD_SIGNERS_MAX ||
		    strlen(word) != KC_HEX - 1 ||
		    !kc_unhex(word, KC_SHA256, raw) || (c->n_listed > 0 &&
		    strcmp(c->listed[c->n_listed - 1], word) >= 0))
			return false;
		memcpy(c->listed[c->n_listed++], word, KC_HEX);
	}
	return c->required >= 1 && c->n_listed >= (size_t)c->required;
}

/* What was read, written again: another spelling is no checkpoint. */
static kc_result
write_again(const struct aud_cptext *c, uint8_t (*other)[KC_SHA256],
    struct kc_buf *ret, struct kc_err *err)
{
	static const char *const names[] = { "script", "site", "software" };
	struct kc_buf b64 = { 0 };
	char hex[KC_HEX];
	kc_result r;

	KC_TRY(r, kc_b64_encode(c->root, KC_SHA256, &b64, err));
	kc_hex(c->head, KC_SHA256, hex);
	KC_TRY(r, kc_buf_addf(ret, err, "ceremony.invalid/%s/%s\n%llu\n%s\n"
	    "mode %s\nhead %s\n", aud_mode_name(c->mode), c->id,
	    (unsigned long long)c->size, kc_buf_str(&b64),
	    aud_mode_name(c->mode), hex));
	for (size_t i = 0; i < 3; i++) {
		kc_hex(other[i], KC_SHA256, hex);
		KC_TRY(r, kc_buf_addf(ret, err, "%s %s\n", names[i], hex));
	}
	KC_TRY(r, kc_buf_addf(ret, err, "signers %lld",
	    (long long)c->required));
	for (size_t i = 0; i < c->n_listed; i++)
		KC_TRY(r, kc_buf_addf(ret, err, " %s", c->listed[i]));
	r = kc_buf_adds(ret, "\n", err);
out:
	kc_buf_free(&b64);
	return r;
}

kc_result
aud_cptext_read(const struct kc_buf *body, struct aud_cptext *ret,
    struct kc_err *err)
{
	struct kc_buf text = { 0 }, again = { 0 };
	uint8_t other[3][KC_SHA256];
	char *at;
	bool ok;
	kc_result r;

	*ret = (struct aud_cptext){ 0 };
	KC_TRY(r, kc_buf_add(&text, body->p, body->len, err));
	KC_TRY(r, kc_buf_add(&text, "", 1, err));
	at = (char *)text.p;
	ok = origin_line(&at, ret) && size_line(&at, ret) &&
	    root_line(&at, ret) && line_of(&at, "mode ") != NULL &&
	    hash_line(&at, "head ", ret->head) &&
	    hash_line(&at, "script ", other[0]) &&
	    hash_line(&at, "site ", other[1]) &&
	    hash_line(&at, "software ", other[2]) && signers_line(&at, ret);
	if (ok)
		KC_TRY(r, write_again(ret, other, &again, err));
	if (!ok || again.len != body->len ||
	    memcmp(again.p, body->p, body->len) != 0)
		r = KC_FAIL(err, KC_EFORMAT, 0,
		    "the checkpoint is not the text of one");
out:
	kc_buf_free(&again);
	kc_buf_free(&text);
	return r;
}
