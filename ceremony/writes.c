/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a command may write.
 */
#include "ceremony/writes.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/landlock.h"

#define TERMINAL "/dev/tty"

/* struct places: paths made here, and the list that points at them. */
struct places {
	struct kc_buf made[KC_WRITES_MAX];
	size_t n_made;
	struct kc_writes w;
};

static void
places_free(struct places *p)
{
	for (size_t i = 0; i < p->n_made; i++)
		kc_buf_free(&p->made[i]);
}

/* The directory that a path is in, by its words alone. */
static kc_result
parent_of(const char *path, struct kc_buf *ret, struct kc_err *err)
{
	size_t len = strlen(path);
	kc_result r;

	while (len > 1 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	while (len > 1 && path[len - 1] == '/')
		len--;
	ret->len = 0;
	if (len == 0)
		r = kc_buf_adds(ret, ".", err);
	else
		r = kc_buf_add(ret, path, len, err);
	return r;
}

static bool
is_empty(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	bool empty = true;

	if (d == NULL)
		return false;
	while (empty && (e = readdir(d)) != NULL)
		empty = strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0;
	(void)closedir(d);
	return empty;
}

/* Could another file system be, or come to be, mounted on it? */
static bool
may_be_mounted(const char *path, const char *up)
{
	struct stat here, above;

	if (stat(path, &here) != 0 || stat(up, &above) != 0)
		return true;
	return here.st_dev != above.st_dev || is_empty(path);
}

kc_result
cer_writes_place(const char *place, struct kc_buf *ret, struct kc_err *err)
{
	struct kc_buf up = { 0 };
	struct stat st;
	kc_result r;

	ret->len = 0;
	KC_TRY(r, kc_buf_adds(ret, place, err));
	KC_TRY(r, parent_of(place, &up, err));
	if (!may_be_mounted(place, kc_buf_str(&up)))
		goto out;
	while (strcmp(kc_buf_str(&up), "/") != 0 &&
	    strcmp(kc_buf_str(&up), ".") != 0 &&
	    stat(kc_buf_str(&up), &st) != 0) {
		struct kc_buf next = { 0 };

		r = parent_of(kc_buf_str(&up), &next, err);
		kc_buf_free(&up);
		up = next;
		if (!kc_ok(r))
			goto out;
	}
	if (strcmp(kc_buf_str(&up), "/") != 0) {
		kc_buf_free(ret);
		*ret = up;
		up = (struct kc_buf){ 0 };
	}
out:
	kc_buf_free(&up);
	return r;
}

/* fn(path) is one of the places. */
static kc_result
add(struct places *p, const char *path,
    kc_result (*fn)(const char *, struct kc_buf *, struct kc_err *),
    struct kc_err *err)
{
	struct kc_buf *made = &p->made[p->n_made];
	kc_result r;

	if (p->w.n == KC_WRITES_MAX)
		return KC_FAIL(err, KC_EUSAGE, 0, "%d are more outputs than "
		    "this program takes", KC_WRITES_MAX);
	p->n_made++;
	KC_TRY(r, fn(path, made, err));
	r = kc_writes_add(&p->w, kc_buf_str(made), err);
out:
	return r;
}

/* A directory itself; of a file the one it is in. */
static kc_result
dir_of(const char *path, struct kc_buf *ret, struct kc_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return parent_of(path, ret, err);
	ret->len = 0;
	return kc_buf_adds(ret, path, err);
}

static bool
names_output(const char *word)
{
	static const char *const outputs[] = { "-o", "--security-domain-file",
		"--sd-file-restore-blob" };

	for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
		if (strcmp(word, outputs[i]) == 0)
			return true;
	return false;
}

kc_result
cer_writes_command(const char *group, int argc, char *const *argv,
    struct kc_err *err)
{
	struct places p = { 0 };
	kc_result r = kc_writes_add(&p.w, TERMINAL, err);

	if (strcmp(group, "run") == 0 || strcmp(group, "resume") == 0)
		return KC_DONE;		/* cer_writes_room */
	if (kc_ok(r) && strcmp(group, "audit") == 0 && argc > 1 &&
	    argv[0][0] != '-')
		r = add(&p, argv[0], dir_of, err);
	/* What the words mean is the command's to judge, later. */
	for (int i = 0; kc_ok(r) && i + 1 < argc; i++) {
		if (names_output(argv[i]))
			r = add(&p, argv[i + 1], parent_of, err);
		else if (strcmp(argv[i], "--dir") == 0)
			r = add(&p, argv[i + 1], dir_of, err);
	}
	if (kc_ok(r))
		r = kc_writes_only(&p.w, err);
	places_free(&p);
	return r;
}

/* Each rehearsal card's folder is made, renewed and mended. */
static kc_result
add_stores(const struct cer_room *room, const struct cer_card_def *card,
    size_t n, struct places *p, struct kc_err *err)
{
	struct kc_buf store = { 0 }, up = { 0 };
	bool there = false;
	kc_result r = KC_DONE;

	for (size_t i = 0; i < n; i++) {
		if (card[i].store[0] == '\0')
			continue;
		KC_TRY(r, cer_path(room, card[i].store, "", &store, err));
		KC_TRY(r, parent_of(kc_buf_str(&store), &up, err));
		there = false;
		for (size_t k = 0; k < p->w.n && !there; k++)
			there = strcmp(p->w.path[k], kc_buf_str(&up)) == 0;
		if (!there)
			KC_TRY(r, add(p, kc_buf_str(&store),
			    parent_of, err));
	}
out:
	kc_buf_free(&store);
	kc_buf_free(&up);
	return r;
}

kc_result
cer_writes_room(const struct cer_room *room, struct kc_err *err)
{
	struct kc_buf path = { 0 }, up = { 0 };
	struct places p = { 0 };
	kc_result r;

	KC_TRY(r, kc_writes_add(&p.w, TERMINAL, err));
	KC_TRY(r, kc_writes_add(&p.w, room->dir, err));
	KC_TRY(r, cer_path(room, room->site.medium, "", &path, err));
	KC_TRY(r, add(&p, kc_buf_str(&path), cer_writes_place, err));
	KC_TRY(r, cer_path(room, room->site.exports, "", &path, err));
	KC_TRY(r, parent_of(kc_buf_str(&path), &up, err));
	KC_TRY(r, add(&p, kc_buf_str(&up), cer_writes_place, err));
	if (room->rehearsal) {
		KC_TRY(r, add_stores(room, room->site.card,
		    room->site.n_cards, &p, err));
		KC_TRY(r, add_stores(room, room->site.spare,
		    room->site.n_spares, &p, err));
	}
	r = kc_writes_only(&p.w, err);
out:
	kc_buf_free(&path);
	kc_buf_free(&up);
	places_free(&p);
	return r;
}

void
cer_writes_module(const struct cer_module_def *def, struct tok_module *ret)
{
	size_t n = def->writes != NULL ? def->writes->n : 0;

	ret->n_write = 0;
	for (size_t i = 0; i < n && i < TOK_WRITE_MAX; i++)
		ret->write[ret->n_write++] = def->writes->child[i]->text;
}
