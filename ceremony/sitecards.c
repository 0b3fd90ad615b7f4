/* SPDX-License-Identifier: Apache-2.0
 *
 * --site: which module shows the card that a URI describes.
 */
#include "ceremony/sitecards.h"

#include <stdlib.h>
#include <string.h>

#include "ceremony/writes.h"

static kc_result
add(struct cer_site_cards *s, const struct cer_card_def *def,
    const char *dir, struct kc_err *err)
{
	const struct cer_module_def *m = cer_site_module(s->site,
	    def->module);
	struct kc_buf env = { 0 };
	kc_result r = KC_DONE;

	if (def->store[0] != '\0')
		r = kc_buf_addf(&env, err, "SOFTHSM2_CONF=%s%s%s/softhsm2.conf",
		    def->store[0] == '/' ? "" : dir,
		    def->store[0] == '/' ? "" : "/", def->store);
	if (!kc_ok(r))
		return r;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->module[i].path, m->path) == 0 &&
		    strcmp(kc_buf_str(&s->env[i]), kc_buf_str(&env)) == 0) {
			kc_buf_free(&env);
			return KC_DONE;
		}
	s->env[s->n] = env;
	s->module[s->n].path = m->path;
	cer_writes_module(m, &s->module[s->n]);
	if (env.len > 0)
		s->module[s->n].env[s->module[s->n].n_env++] =
		    kc_buf_str(&s->env[s->n]);
	s->n++;
	return KC_DONE;
}

kc_result
cer_site_cards_open(const char *path, struct cer_site_cards *ret,
    struct kc_err *err)
{
	struct cer_site_cards s = { .site = calloc(1, sizeof *s.site) };
	char *real = realpath(path, NULL), *slash;
	kc_result r;

	if (s.site == NULL) {
		r = KC_FAIL(err, KC_ENOMEM, 0, "no memory for a site file");
		goto out;
	}
	KC_TRY(r, cer_site_read(path, s.site, err));
	slash = real != NULL ? strrchr(real, '/') : NULL;
	if (slash == NULL) {
		r = KC_FAIL(err, KC_EIO, 0, "cannot find the folder of %s",
		    path);
		goto out;
	}
	*slash = '\0';
	for (size_t i = 0; i < s.site->n_cards; i++)
		KC_TRY(r, add(&s, &s.site->card[i], real, err));
	*ret = s;
	s = (struct cer_site_cards){ 0 };
out:
	free(real);
	cer_site_cards_free(&s);
	return r;
}

void
cer_site_cards_free(struct cer_site_cards *s)
{
	if (s == NULL)
		return;
	cer_site_free(s->site);
	free(s->site);
	for (size_t i = 0; i < s->n; i++)
		kc_buf_free(&s->env[i]);
	*s = (struct cer_site_cards){ 0 };
}

/* An empty attribute of the URI matches everything. */
static bool
fits(const char *wanted, const char *have)
{
	return wanted[0] == '\0' || strcmp(wanted, have) == 0;
}

static bool
shows(const struct tok_info *list, size_t n, const struct tok_uri *uri)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].initialized && fits(uri->serial, list[i].serial) &&
		    fits(uri->token, list[i].label) &&
		    fits(uri->manufacturer, list[i].manufacturer) &&
		    fits(uri->model, list[i].model))
			return true;
	return false;
}

kc_result
cer_site_cards_find(struct tok_server *server, const struct cer_site_cards *s,
    const struct tok_uri *uri, struct tok_module *ret, struct kc_err *err)
{
	struct tok_info *list = calloc(TOK_LIST_MAX, sizeof *list);
	size_t n = 0;
	kc_result r = KC_DONE;

	if (list == NULL)
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for a list");
	for (size_t i = 0; i < s->n; i++) {
		KC_TRY(r, tok_list(server, &s->module[i], list, TOK_LIST_MAX,
		    &n, err));
		if (shows(list, n, uri)) {
			*ret = s->module[i];
			goto out;
		}
	}
	r = KC_FAIL(err, KC_ECARDLESS, 0,
	    "no card of the site '%s' is the one the URI describes",
	    s->site->name);
out:
	free(list);
	return r;
}
