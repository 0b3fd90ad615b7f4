/* SPDX-License-Identifier: Apache-2.0
 *
 * A strict tree from libyaml's events.
 */
#include "ceremony/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/text.h"

#define DEPTH_MAX 16
#define CHILDREN_MAX 512

kc_result
cer_node_fail(const struct cer_node *n, struct kc_err *err, const char *file,
    int line, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return kc_fail(err, KC_EFORMAT, 0, file, line, "%s:%zu:%zu: %s",
	    n->file, n->line, n->col, text);
}

void
cer_node_free(struct cer_node **n)
{
	struct cer_node *at = n != NULL ? *n : NULL, *up[DEPTH_MAX + 2];
	size_t depth = 0;

	/* Depth first without recursion: take the last child until none. */
	while (at != NULL) {
		if (at->n > 0 && depth <= DEPTH_MAX) {
			up[depth++] = at;
			at = at->child[--at->n];
			continue;
		}
		if (depth == 0)
			free((char *)(uintptr_t)at->file);
		free(at->child);
		free(at->text);
		free(at->key);
		free(at);
		at = depth > 0 ? up[--depth] : NULL;
	}
	if (n != NULL)
		*n = NULL;
}

/* What is being built: the open containers and a key waiting for a value. */
struct build {
	const char *file;
	struct cer_node *root;
	struct cer_node *open[DEPTH_MAX + 1];
	size_t depth;
	char *key;
	struct kc_err *err;
};

static kc_result
fail_at(const struct build *b, yaml_mark_t mark, const char *text)
{
	return KC_FAIL(b->err, KC_EFORMAT, 0, "%s:%zu:%zu: %s", b->file,
	    mark.line + 1, mark.column + 1, text);
}

/* Hang a new node into the innermost container; it is owned by the tree. */
static kc_result
attach(struct build *b, struct cer_node *node, yaml_mark_t mark)
{
	struct cer_node *up = b->depth > 0 ? b->open[b->depth - 1] : NULL;
	struct cer_node **child;

	node->file = b->file;
	node->line = mark.line + 1;
	node->col = mark.column + 1;
	if (up == NULL) {
		b->root = node;
		return KC_DONE;
	}
	node->key = b->key;
	b->key = NULL;
	if (up->n == CHILDREN_MAX) {
		node->file = NULL;
		cer_node_free(&node);
		return fail_at(b, mark, "more than 512 items");
	}
	child = realloc(up->child, (up->n + 1) * sizeof *child);
	if (child == NULL) {
		node->file = NULL;
		cer_node_free(&node);
		return KC_FAIL(b->err, KC_ENOMEM, 0, "no memory for YAML");
	}
	up->child = child;
	up->child[up->n++] = node;
	return KC_DONE;
}

static kc_result
new_node(struct build *b, enum cer_node_kind kind, struct cer_node **ret)
{
	*ret = calloc(1, sizeof **ret);
	if (*ret == NULL)
		return KC_FAIL(b->err, KC_ENOMEM, 0, "no memory for YAML");
	(*ret)->kind = kind;
	return KC_DONE;
}

static kc_result
on_scalar(struct build *b, const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value;
	struct cer_node *up = b->depth > 0 ? b->open[b->depth - 1] : NULL;
	struct cer_node *node;
	kc_result r;
	char *copy;

	if (e->data.scalar.anchor != NULL)
		return fail_at(b, e->start_mark, "anchors are not allowed");
	if (e->data.scalar.tag != NULL)
		return fail_at(b, e->start_mark, "tags are not allowed");
	if (strlen(text) != e->data.scalar.length)
		return fail_at(b, e->start_mark, "a NUL byte");
	if (!kc_text_clean(text))
		return fail_at(b, e->start_mark,
		    "control characters or line breaks inside a text");
	if (kc_text_combines(text))
		return fail_at(b, e->start_mark, "a combining mark: write the "
		    "letter with its accent as one character");
	copy = strdup(text);
	if (copy == NULL)
		return KC_FAIL(b->err, KC_ENOMEM, 0, "no memory for YAML");
	if (up != NULL && up->kind == CER_MAP && b->key == NULL) {
		b->key = copy;
		if (strcmp(copy, "<<") == 0)
			return fail_at(b, e->start_mark,
			    "merge keys are not allowed");
		if (cer_node_get(up, copy) != NULL)
			return fail_at(b, e->start_mark,
			    "this key is there already");
		return KC_DONE;
	}
	r = new_node(b, CER_SCALAR, &node);
	if (!kc_ok(r)) {
		free(copy);
		return r;
	}
	node->text = copy;
	return attach(b, node, e->start_mark);
}

static kc_result
on_open(struct build *b, const yaml_event_t *e, enum cer_node_kind kind)
{
	const yaml_char_t *anchor = kind == CER_MAP ?
	    e->data.mapping_start.anchor : e->data.sequence_start.anchor;
	const yaml_char_t *tag = kind == CER_MAP ?
	    e->data.mapping_start.tag : e->data.sequence_start.tag;
	struct cer_node *up = b->depth > 0 ? b->open[b->depth - 1] : NULL;
	struct cer_node *node;
	kc_result r;

	if (anchor != NULL)
		return fail_at(b, e->start_mark, "anchors are not allowed");
	if (tag != NULL)
		return fail_at(b, e->start_mark, "tags are not allowed");
	if (b->depth == DEPTH_MAX)
		return fail_at(b, e->start_mark, "nested deeper than 16");
	if (up != NULL && up->kind == CER_MAP && b->key == NULL)
		return fail_at(b, e->start_mark, "a key must be a text");
	r = new_node(b, kind, &node);
	if (!kc_ok(r))
		return r;
	r = attach(b, node, e->start_mark);
	if (kc_ok(r))
		b->open[b->depth++] = node;
	return r;
}

/* One event into the tree; *ret_end when the stream is over. */
static kc_result
on_event(struct build *b, const yaml_event_t *e, bool *ret_end)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(b, e);
	case YAML_MAPPING_START_EVENT:
		return on_open(b, e, CER_MAP);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(b, e, CER_SEQ);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		b->depth--;
		return KC_DONE;
	case YAML_ALIAS_EVENT:
		return fail_at(b, e->start_mark, "aliases are not allowed");
	case YAML_DOCUMENT_START_EVENT:
		if (b->root != NULL)
			return fail_at(b, e->start_mark, "a second document");
		return KC_DONE;
	case YAML_STREAM_END_EVENT:
		*ret_end = true;
		return KC_DONE;
	default:
		return KC_DONE;
	}
}

static kc_result
parse(struct build *b, yaml_parser_t *parser)
{
	bool end = false;
	kc_result r = KC_DONE;

	while (kc_ok(r) && !end) {
		yaml_event_t e;

		if (yaml_parser_parse(parser, &e) != 1)
			return KC_FAIL(b->err, KC_EFORMAT, 0,
			    "%s:%zu:%zu: %s", b->file,
			    parser->problem_mark.line + 1,
			    parser->problem_mark.column + 1,
			    parser->problem != NULL ? parser->problem :
			    "not YAML");
		r = on_event(b, &e, &end);
		yaml_event_delete(&e);
	}
	if (kc_ok(r) && b->root == NULL)
		return KC_FAIL(b->err, KC_EFORMAT, 0, "%s: empty", b->file);
	return r;
}

kc_result
cer_yaml_read(const char *name, const void *p, size_t len,
    struct cer_node **ret, struct kc_err *err)
{
	struct build b = { .err = err };
	yaml_parser_t parser;
	kc_result r;

	if (len > CER_YAML_MAX)
		return KC_FAIL(err, KC_ELIMIT, 0,
		    "%s has %zu bytes; the limit is %zu", name, len,
		    CER_YAML_MAX);
	b.file = strdup(name);
	if (b.file == NULL || yaml_parser_initialize(&parser) != 1) {
		free((char *)(uintptr_t)b.file);
		return KC_FAIL(err, KC_ENOMEM, 0, "no memory for YAML");
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, p, len);
	r = parse(&b, &parser);
	yaml_parser_delete(&parser);
	free(b.key);
	if (kc_ok(r)) {
		*ret = b.root;
		return r;
	}
	if (b.root != NULL)
		cer_node_free(&b.root);
	else
		free((char *)(uintptr_t)b.file);
	return r;
}

const struct cer_node *
cer_node_get(const struct cer_node *map, const char *key)
{
	if (map == NULL || map->kind != CER_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->child[i]->key, key) == 0)
			return map->child[i];
	return NULL;
}

kc_result
cer_node_str(const struct cer_node *map, const char *key,
    const char *fallback, const char **ret, struct kc_err *err)
{
	const struct cer_node *v = cer_node_get(map, key);

	if (v == NULL) {
		if (fallback == NULL)
			return CER_NODE_FAIL(map, err, "'%s' is missing",
			    key);
		*ret = fallback;
		return KC_DONE;
	}
	if (v->kind != CER_SCALAR)
		return CER_NODE_FAIL(v, err, "'%s' is not a text", key);
	if (v->text[0] == '\0' && fallback == NULL)
		return CER_NODE_FAIL(v, err, "'%s' is empty", key);
	*ret = v->text;
	return KC_DONE;
}

kc_result
cer_node_int(const struct cer_node *map, const char *key, int64_t min,
    int64_t max, int64_t *ret, struct kc_err *err)
{
	const char *text;
	char *end;
	long long v;
	kc_result r = cer_node_str(map, key, NULL, &text, err);

	if (!kc_ok(r))
		return r;
	errno = 0;
	v = strtoll(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    v < min || v > max)
		return CER_NODE_FAIL(cer_node_get(map, key), err,
		    "'%s' is '%.40s', not a number from %lld to %lld", key,
		    text, (long long)min, (long long)max);
	*ret = v;
	return KC_DONE;
}

kc_result
cer_node_list(const struct cer_node *map, const char *key, const char **ret,
    size_t max, size_t *ret_n, struct kc_err *err)
{
	const struct cer_node *v = cer_node_get(map, key);

	*ret_n = 0;
	if (v == NULL)
		return KC_DONE;
	if (v->kind == CER_SCALAR) {
		ret[(*ret_n)++] = v->text;
		return KC_DONE;
	}
	if (v->kind != CER_SEQ)
		return CER_NODE_FAIL(v, err, "'%s' is not a list", key);
	if (v->n > max)
		return CER_NODE_FAIL(v, err, "'%s' has more than %zu items",
		    key, max);
	for (size_t i = 0; i < v->n; i++) {
		if (v->child[i]->kind != CER_SCALAR)
			return CER_NODE_FAIL(v->child[i], err,
			    "an item of '%s' is not a text", key);
		ret[(*ret_n)++] = v->child[i]->text;
	}
	return KC_DONE;
}

/* Is key one of the blank-separated words? */
static bool
listed(const char *keys, const char *key)
{
	size_t len = strlen(key);

	for (const char *p = keys; *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n == len && strncmp(p, key, n) == 0)
			return true;
		p += n;
	}
	return false;
}

kc_result
cer_node_only(const struct cer_node *map, const char *keys,
    struct kc_err *err)
{
	if (map->kind != CER_MAP)
		return CER_NODE_FAIL(map, err, "this is not a mapping");
	for (size_t i = 0; i < map->n; i++)
		if (!listed(keys, map->child[i]->key))
			return CER_NODE_FAIL(map->child[i], err,
			    "'%.40s' does not belong here (known: %s)",
			    map->child[i]->key, keys);
	return KC_DONE;
}
