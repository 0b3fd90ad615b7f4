/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters: words of a script that the site file may say otherwise, and
 * {marks} in what is read aloud.
 */
#include <stdio.h>
#include <string.h>

#include "ceremony/script.h"

#define PERSON "person"
#define TEXT_MAX 80		/* characters of a parameter */

static const struct cer_node *
parameter(const struct cer_node *root, const char *name, size_t len)
{
	const struct cer_node *all = cer_node_get(root, "parameters");

	for (size_t i = 0; all != NULL && i < all->n; i++)
		if (strlen(all->child[i]->key) == len &&
		    strncmp(all->child[i]->key, name, len) == 0)
			return all->child[i];
	return NULL;
}

kc_result
cer_parameters_read(const struct cer_node *root, struct kc_err *err)
{
	const struct cer_node *all = cer_node_get(root, "parameters");

	if (all == NULL)
		return KC_DONE;
	if (all->kind != CER_MAP || all->n == 0)
		return CER_NODE_FAIL(all, err, "'parameters' is a mapping of "
		    "names to texts");
	for (size_t i = 0; i < all->n; i++) {
		const struct cer_node *p = all->child[i];

		if (!cer_is_name(p->key) || strcmp(p->key, PERSON) == 0)
			return CER_NODE_FAIL(p, err, "'%.40s' is no name of a "
			    "parameter: a-z, 0-9 and '-', and not 'person'",
			    p->key);
		if (p->kind != CER_SCALAR || p->text[0] == '\0' ||
		    strlen(p->text) > TEXT_MAX ||
		    strpbrk(p->text, "{}") != NULL)
			return CER_NODE_FAIL(p, err, "parameter '%s' is a text "
			    "of 1 to %d bytes without braces", p->key,
			    TEXT_MAX);
	}
	return KC_DONE;
}

kc_result
cer_marks_check(const struct cer_script *s, const struct cer_node *node,
    struct kc_err *err)
{
	const char *at = node != NULL ? node->text : "";

	while ((at = strpbrk(at, "{}")) != NULL) {
		size_t len = strcspn(at + 1, "{}");

		if (at[0] == '}' || at[1 + len] != '}')
			return CER_NODE_FAIL(node, err, "a brace that begins "
			    "or ends no mark: {person}, or {a parameter}");
		if ((len != strlen(PERSON) || strncmp(at + 1, PERSON, len) !=
		    0) && parameter(s->root, at + 1, len) == NULL)
			return CER_NODE_FAIL(node, err, "{%.*s} is neither "
			    "{person} nor a parameter of the script",
			    (int)(len < 40 ? len : 40), at + 1);
		at += len + 2;
	}
	return KC_DONE;
}

kc_result
cer_parameters_bind(const struct cer_script *s, const struct cer_site *site,
    struct kc_err *err)
{
	const struct cer_node *all = cer_node_get(site->root, "parameters");

	for (size_t i = 0; all != NULL && i < all->n; i++) {
		const struct cer_node *p = all->child[i];

		if (parameter(s->root, p->key, strlen(p->key)) == NULL)
			return KC_FAIL(err, KC_EREFUSED, 0, "%s:%zu:%zu: the "
			    "script has no parameter '%s'", p->file, p->line,
			    p->col, p->key);
	}
	return KC_DONE;
}

/* What a mark stands for; len of the name between the braces. */
static const char *
meaning(const struct cer_script *s, const struct cer_site *site,
    const char *name, size_t len, const struct cer_person *p)
{
	const struct cer_node *n = parameter(site->root, name, len);

	if (len == strlen(PERSON) && strncmp(name, PERSON, len) == 0)
		return p->name;
	if (n == NULL)
		n = parameter(s->root, name, len);
	return n != NULL ? n->text : "";
}

void
cer_fill_in(const struct cer_script *s, const struct cer_site *site,
    const char *text, const struct cer_person *p, char *ret, size_t size)
{
	size_t at = 0;

	ret[0] = '\0';
	while (text[0] != '\0' && at < size) {
		size_t len = strcspn(text, "{"), mark;

		at += (size_t)snprintf(ret + at, size - at, "%.*s", (int)len,
		    text);
		text += len;
		if (text[0] == '\0' || at >= size)
			break;
		mark = strcspn(text + 1, "}");
		at += (size_t)snprintf(ret + at, size - at, "%s",
		    meaning(s, site, text + 1, mark, p));
		text += mark + 2;
	}
}
