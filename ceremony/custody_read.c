/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the custody plan of a site file.
 */
#include <string.h>

#include "ceremony/custody.h"

static const char *const whats[] = { "card", "pin", "puk", "so-pin",
	"management-key", "key-file", "password", "domain", "medium" };
#define N_WHATS (sizeof whats / sizeof *whats)

/* struct reader: a plan while it is read, and who there is. */
struct reader {
	struct cer_custody *c;
	bool (*has_person)(const void *ctx, const char *id);
	const void *ctx;
};

const char *
cer_what_name(enum cer_what what)
{
	return whats[what];
}

static kc_result
read_place(const struct reader *rd, const struct cer_node *node,
    struct kc_err *err)
{
	struct cer_custody *c = rd->c;
	struct cer_place *p = &c->place[c->n_places];
	kc_result r;

	if (c->n_places == CER_PLACES_MAX)
		return CER_NODE_FAIL(node, err, "more than %d places",
		    CER_PLACES_MAX);
	KC_TRY(r, cer_node_only(node, "id opened-by together", err));
	KC_TRY(r, cer_node_name(node, "id", &p->id, err));
	for (size_t i = 0; i < c->n_places; i++)
		if (strcmp(c->place[i].id, p->id) == 0)
			return CER_NODE_FAIL(node, err,
			    "there is a place '%s' already", p->id);
	KC_TRY(r, cer_node_list(node, "opened-by", p->opener,
	    CER_OPENERS_MAX, &p->n_openers, err));
	for (size_t i = 0; i < p->n_openers; i++) {
		if (!rd->has_person(rd->ctx, p->opener[i]))
			return CER_NODE_FAIL(cer_node_get(node, "opened-by"),
			    err, "there is no person '%.40s'", p->opener[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(p->opener[k], p->opener[i]) == 0)
				return CER_NODE_FAIL(cer_node_get(node,
				    "opened-by"), err, "'%.40s' is named "
				    "twice", p->opener[i]);
	}
	p->together = 1;
	if (cer_node_get(node, "together") != NULL)
		KC_TRY(r, cer_node_int(node, "together", 1, CER_OPENERS_MAX,
		    &p->together, err));
	if ((int64_t)p->n_openers < p->together)
		return CER_NODE_FAIL(node, err, "nobody opens the place "
		    "'%s': %zu people, %lld needed", p->id, p->n_openers,
		    (long long)p->together);
	c->n_places++;
out:
	return r;
}

/* Exactly one of place and person says where it is. */
static kc_result
read_where(const struct reader *rd, const struct cer_node *node,
    struct cer_thing *t, struct kc_err *err)
{
	const char *place;
	size_t i = 0;
	kc_result r;

	KC_TRY(r, cer_node_str(node, "place", "", &place, err));
	KC_TRY(r, cer_node_str(node, "person", "", &t->person, err));
	t->place = -1;
	if ((place[0] != '\0') == (t->person[0] != '\0'))
		return CER_NODE_FAIL(node, err, "the thing '%s' is in one "
		    "place or with one person: say which", t->id);
	if (place[0] == '\0') {
		if (!rd->has_person(rd->ctx, t->person))
			return CER_NODE_FAIL(cer_node_get(node, "person"),
			    err, "there is no person '%.40s'", t->person);
		goto out;
	}
	while (i < rd->c->n_places && strcmp(rd->c->place[i].id, place) != 0)
		i++;
	if (i == rd->c->n_places)
		return CER_NODE_FAIL(cer_node_get(node, "place"), err,
		    "there is no place '%.40s'", place);
	t->place = (int)i;
out:
	return r;
}

static kc_result
read_thing(const struct reader *rd, const struct cer_node *node,
    struct kc_err *err)
{
	struct cer_custody *c = rd->c;
	struct cer_thing *t = &c->thing[c->n_things];
	const char *what;
	size_t w = 0;
	kc_result r;

	if (c->n_things == CER_THINGS_MAX)
		return CER_NODE_FAIL(node, err, "more than %d things",
		    CER_THINGS_MAX);
	KC_TRY(r, cer_node_only(node, "id what of place person", err));
	KC_TRY(r, cer_node_name(node, "id", &t->id, err));
	KC_TRY(r, cer_node_str(node, "what", NULL, &what, err));
	KC_TRY(r, cer_node_str(node, "of", "", &t->of, err));
	for (size_t i = 0; i < c->n_things; i++)
		if (strcmp(c->thing[i].id, t->id) == 0)
			return CER_NODE_FAIL(node, err,
			    "there is a thing '%s' already", t->id);
	while (w < N_WHATS && strcmp(whats[w], what) != 0)
		w++;
	if (w == N_WHATS)
		return CER_NODE_FAIL(cer_node_get(node, "what"), err,
		    "'%.40s' is nothing that is kept", what);
	t->what = (enum cer_what)w;
	if (t->what >= CER_DOMAIN_COPY ? t->of[0] != '\0' :
	    !rd->has_person(rd->ctx, t->of))
		return CER_NODE_FAIL(node, err, "a %s is 'of' %s", what,
		    t->what >= CER_DOMAIN_COPY ? "nobody" : "a person of the "
		    "site file");
	KC_TRY(r, read_where(rd, node, t, err));
	c->n_things++;
out:
	return r;
}

static kc_result
read_all(const struct reader *rd, const struct cer_node *node,
    const char *key, kc_result (*fn)(const struct reader *,
    const struct cer_node *, struct kc_err *), struct kc_err *err)
{
	const struct cer_node *list = cer_node_get(node, key);
	kc_result r = KC_DONE;

	if (list == NULL || list->kind != CER_SEQ)
		return CER_NODE_FAIL(list != NULL ? list : node, err,
		    "'%s' is not a list", key);
	for (size_t i = 0; i < list->n && kc_ok(r); i++)
		r = fn(rd, list->child[i], err);
	return r;
}

kc_result
cer_custody_read(struct cer_custody *c, const struct cer_node *node,
    bool (*has_person)(const void *ctx, const char *id), const void *ctx,
    struct kc_err *err)
{
	const struct reader rd = { c, has_person, ctx };
	kc_result r = KC_DONE;

	if (node == NULL)
		return r;
	KC_TRY(r, cer_node_only(node, "places things", err));
	KC_TRY(r, read_all(&rd, node, "places", read_place, err));
	r = read_all(&rd, node, "things", read_thing, err);
out:
	return r;
}
