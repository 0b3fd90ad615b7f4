/* SPDX-License-Identifier: Apache-2.0
 *
 * The objects and configuration of a card module against the site file.
 */
#include "ceremony/pinned.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "ceremony/writes.h"

/* The hash that a list has for the path, or NULL. */
static const char *
listed(const struct cer_node *list, const char *path)
{
	const char *at, *hex;

	for (size_t i = 0; list != NULL && i < list->n; i++)
		if (kc_ok(cer_node_str(list->child[i], "path", NULL, &at,
		    NULL)) && strcmp(at, path) == 0 &&
		    kc_ok(cer_node_str(list->child[i], "sha256", NULL, &hex,
		    NULL)))
			return hex;
	return NULL;
}

static kc_result
judge_one(const struct cer_module_def *m, const struct tok_pin *p,
    struct kc_err *err)
{
	const char *hex = listed(p->config ? m->config : m->objects, p->path);
	uint8_t want[KC_SHA256];
	char have[KC_HEX];

	kc_hex(p->sha256, sizeof p->sha256, have);
	if (hex == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "module '%s' %s %.200s, "
		    "which the site file does not list (SHA-256 %.16s...)",
		    m->id, p->config ? "reads" : "maps", p->path, have);
	if (!kc_unhex(hex, sizeof want, want) ||
	    CRYPTO_memcmp(want, p->sha256, sizeof want) != 0)
		return KC_FAIL(err, KC_EREFUSED, 0, "module '%s' %s %.200s "
		    "with SHA-256 %.16s..., the site file lists %.16s...",
		    m->id, p->config ? "reads" : "maps", p->path, have, hex);
	return KC_DONE;
}

/* A configuration file that is not there leaves the module its defaults. */
static kc_result
judge_missing(const struct cer_module_def *m, const struct tok_pin *file,
    size_t n, struct kc_err *err)
{
	const char *path;
	kc_result r = KC_DONE;

	for (size_t i = 0; m->config != NULL && i < m->config->n; i++) {
		bool there = false;

		KC_TRY(r, cer_node_str(m->config->child[i], "path", NULL,
		    &path, err));
		for (size_t k = 0; k < n; k++)
			there = there || (file[k].config &&
			    strcmp(file[k].path, path) == 0);
		if (!there)
			return KC_FAIL(err, KC_EREFUSED, 0, "module '%s' "
			    "does not read %.200s, which the site file lists",
			    m->id, path);
	}
out:
	return r;
}

kc_result
cer_pinned_judge(const struct cer_module_def *m, const struct tok_pin *file,
    size_t n, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (m->objects == NULL)
		return KC_FAIL(err, KC_EREFUSED, 0, "the site file lists no "
		    "objects of module '%s'", m->id);
	for (size_t i = 0; i < n && kc_ok(r); i++)
		r = judge_one(m, &file[i], err);
	return kc_ok(r) ? judge_missing(m, file, n, err) : r;
}

kc_result
cer_pinned_module(struct cer_room *room, const struct cer_module_def *m,
    struct kc_err *err)
{
	struct tok_module module = { .path = m->path };
	struct tok_pin *file;
	size_t n = 0;
	kc_result r;

	if (m->objects == NULL)		/* nothing to hold it against */
		return cer_pinned_judge(m, NULL, 0, err);
	file = calloc(TOK_PINS_MAX, sizeof *file);
	if (file == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for pins");
	cer_writes_module(m, &module);
	KC_TRY(r, tok_pins(room->app->server, &module, file, &n, err));
	r = cer_pinned_judge(m, file, n, err);
out:
	free(file);
	return r;
}

kc_result
cer_pinned_need(struct cer_room *room, const struct cer_module_def *m,
    struct kc_err *err)
{
	bool *judged = &room->module_judged[m - room->site.module];
	kc_result r = KC_DONE;

	if (room->rehearsal || *judged)
		return r;
	r = cer_pinned_module(room, m, err);
	*judged = kc_ok(r);
	if (!kc_ok(r))
		kc_certain(err, "no card was used");
	return r;
}
