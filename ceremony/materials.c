/* SPDX-License-Identifier: Apache-2.0
 *
 * Materials: what is laid ready before the day, and what steps use up.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/script.h"

#define EACH_MAX 100

static size_t
find(const struct cer_script *s, const char *id)
{
	size_t i = 0;

	while (i < s->n_materials && strcmp(s->material[i].id, id) != 0)
		i++;
	return i;
}

static kc_result
read_one(struct cer_script *s, const struct cer_node *node,
    struct kc_err *err)
{
	struct cer_material *m = &s->material[s->n_materials];
	kc_result r;

	if (s->n_materials == CER_MATERIALS_MAX)
		return CER_NODE_FAIL(node, err, "more than %d materials",
		    CER_MATERIALS_MAX);
	m->node = node;
	KC_TRY(r, cer_node_only(node, "id title count for_each", err));
	KC_TRY(r, cer_node_name(node, "id", &m->id, err));
	if (find(s, m->id) < s->n_materials)
		return CER_NODE_FAIL(cer_node_get(node, "id"), err,
		    "there is a material '%s' already", m->id);
	KC_TRY(r, cer_node_str(node, "title", NULL, &m->title, err));
	KC_TRY(r, cer_node_str(node, "for_each", "", &m->for_each, err));
	if (cer_node_get(node, "count") != NULL)
		KC_TRY(r, cer_node_int(node, "count", 1, EACH_MAX, &m->count,
		    err));
	if (m->for_each[0] != '\0' && m->count == 0)
		return CER_NODE_FAIL(cer_node_get(node, "for_each"), err,
		    "'for_each' is of a 'count'");
	s->n_materials++;
out:
	return r;
}

kc_result
cer_materials_read(struct cer_script *s, struct kc_err *err)
{
	const struct cer_node *list = cer_node_get(s->root, "materials");
	kc_result r = KC_DONE;

	if (list == NULL)
		return r;
	if (list->kind != CER_SEQ || list->n == 0)
		return CER_NODE_FAIL(list, err, "'materials' lists nothing");
	for (size_t i = 0; i < list->n && kc_ok(r); i++)
		r = read_one(s, list->child[i], err);
	return r;
}

kc_result
cer_uses_read(const struct cer_script *s, struct cer_step *st,
    struct kc_err *err)
{
	const struct cer_node *node = cer_node_get(st->node, "uses");
	const char *id[CER_LIST_MAX];
	size_t n = 0;
	kc_result r = cer_node_list(st->node, "uses", id, CER_LIST_MAX, &n,
	    err);

	for (size_t i = 0; kc_ok(r) && i < n; i++) {
		const size_t at = find(s, id[i]);
		const struct cer_node *where = node->kind == CER_SEQ ?
		    node->child[i] : node;

		if (at == s->n_materials)
			return CER_NODE_FAIL(where, err, "'%.40s' is none of "
			    "the materials of the script", id[i]);
		if ((st->uses & 1U << at) != 0)
			return CER_NODE_FAIL(where, err, "'%.40s' stands "
			    "there twice", id[i]);
		st->uses |= 1U << at;
	}
	return r;
}

kc_result
cer_materials_used(const struct cer_script *s, struct kc_err *err)
{
	uint32_t used = 0;

	for (size_t i = 0; i < s->n_steps; i++)
		used |= s->step[i].uses;
	for (size_t i = 0; i < s->n_materials; i++)
		if ((used & 1U << i) == 0)
			return KC_FAIL(err, KC_EREFUSED, 0, "%s:%zu:%zu: no "
			    "step uses '%s'", s->material[i].node->file,
			    s->material[i].node->line,
			    s->material[i].node->col, s->material[i].id);
	return KC_DONE;
}

int64_t
cer_material_count(const struct cer_material *m, const struct cer_site *site)
{
	return m->for_each[0] == '\0' ? m->count :
	    m->count * (int64_t)cer_site_count(site, m->for_each);
}

void
cer_uses_name(const struct cer_script *s, const struct cer_step *st,
    char *ret, size_t size)
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < s->n_materials && at < size; i++)
		if ((st->uses & 1U << i) != 0)
			at += (size_t)snprintf(ret + at, size - at, "%s%s",
			    at > 0 ? ", " : "", s->material[i].title);
}
