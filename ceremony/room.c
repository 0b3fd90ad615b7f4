/* SPDX-License-Identifier: Apache-2.0
 *
 * The ceremony directory: made once, locked while in use, resumed only with
 * the same script and site.
 *
 *   journal.db  script.yaml  site.yaml  artifacts/  lock
 */
#include "ceremony/room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ceremony/amend.h"
#include "ceremony/model.h"
#include "ceremony/readers.h"
#include "ceremony/selftest.h"
#include "ceremony/version.h"

kc_result
cer_path(const struct cer_room *room, const char *place, const char *name,
    struct kc_buf *ret, struct kc_err *err)
{
	ret->len = 0;
	return kc_buf_addf(ret, err, "%s%s%s%s%s",
	    place[0] == '/' ? "" : room->dir, place[0] == '/' ? "" : "/",
	    place, name[0] != '\0' ? "/" : "", name);
}

/* Hash of this very program, for entry 0 and every run. */
static kc_result
hash_self(struct cer_room *room, struct kc_err *err)
{
	struct kc_buf self = { 0 };
	kc_result r = kc_file_read("/proc/self/exe", (size_t)64 << 20, &self,
	    err);

	if (kc_ok(r))
		r = kc_sha256_one(self.p, self.len, room->software, err);
	kc_buf_free(&self);
	return r;
}

static kc_result
take_lock(struct cer_room *room, struct kc_err *err)
{
	struct kc_buf path = { 0 };
	kc_result r;

	if (room->lock >= 0)		/* since it was made */
		return KC_DONE;
	r = cer_path(room, "lock", "", &path, err);
	if (!kc_ok(r))
		return r;
	room->lock = open(kc_buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (room->lock < 0)
		r = KC_FAIL(err, KC_EIO, errno, "cannot open %s: %s",
		    kc_buf_str(&path), strerror(errno));
	else if (flock(room->lock, LOCK_EX | LOCK_NB) != 0)
		r = KC_FAIL(err, KC_EDB, errno,
		    "%s is in use by another program", room->dir);
	kc_buf_free(&path);
	return r;
}

static kc_result
copy_in(struct cer_room *room, const char *name, const struct kc_buf *bytes,
    struct kc_err *err)
{
	struct kc_buf path = { 0 };
	kc_result r = cer_path(room, name, "", &path, err);

	if (kc_ok(r))
		r = kc_file_write_new(kc_buf_str(&path), bytes->p,
		    bytes->len, 0600, err);
	kc_buf_free(&path);
	return r;
}

/* Entry 0: what this ceremony is and cannot stop being. */
static kc_result
genesis(struct cer_room *room, struct kc_err *err)
{
	char script[KC_HEX], site[KC_HEX], software[KC_HEX];
	struct aud_fact f[] = {
		AUD_S("mode", aud_mode_name(aud_get_mode(room->j))),
		AUD_S("ceremony", room->script.name),
		AUD_S("site.name", room->site.name),
		AUD_S("pool", room->site.pool),
		AUD_S("destination", room->site.destination),
		AUD_S("script", script),
		AUD_S("site", site),
		AUD_S("software", software),
		AUD_S("version", CER_VERSION),
		AUD_I("signers.required", room->site.signers),
		AUD_I("quorum", room->site.quorum),
		AUD_I("holders", (int64_t)cer_site_count(&room->site,
		    "holder")),
	};

	kc_hex(room->script.sha256, KC_SHA256, script);
	kc_hex(room->site.sha256, KC_SHA256, site);
	kc_hex(room->software, KC_SHA256, software);
	return cer_row(room, AUD_KIND_GENESIS, NULL, f,
	    sizeof f / sizeof *f, err);
}

/* Make the whole directory under another name and give it its own when it
 * is complete: a kill leaves either nothing of that name or a ceremony. */
static kc_result
fill(struct cer_room *room, struct kc_err *err)
{
	struct kc_buf path = { 0 };
	kc_result r;

	KC_TRY(r, copy_in(room, "script.yaml", &room->script.bytes, err));
	KC_TRY(r, copy_in(room, "site.yaml", &room->site.bytes, err));
	KC_TRY(r, cer_path(room, "artifacts", "", &path, err));
	KC_TRY(r, kc_dir_new(kc_buf_str(&path), err));
	KC_TRY(r, cer_path(room, "journal.db", "", &path, err));
	KC_TRY(r, aud_create(kc_buf_str(&path), room->rehearsal ?
	    AUD_REHEARSAL : AUD_PRODUCTION, &room->j, err));
	KC_TRY(r, aud_run(room->j, err));
	r = genesis(room, err);
out:
	aud_close(&room->j);
	room->applied = 0;
	kc_buf_free(&path);
	return r;
}

/* "dir" without slashes at its end, and the directory it is in. */
static kc_result
split_dir(const char *dir, struct kc_buf *ret_dir, struct kc_buf *ret_parent,
    struct kc_err *err)
{
	size_t len = strlen(dir);
	const char *slash;
	kc_result r;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	KC_TRY(r, kc_buf_add(ret_dir, dir, len, err));
	slash = strrchr(kc_buf_str(ret_dir), '/');
	if (slash == NULL)
		r = kc_buf_adds(ret_parent, ".", err);
	else
		r = kc_buf_add(ret_parent, ret_dir->p, slash ==
		    kc_buf_str(ret_dir) ? 1 :
		    (size_t)(slash - kc_buf_str(ret_dir)), err);
out:
	return r;
}

static kc_result
create(struct cer_room *room, const char *dir, struct kc_err *err)
{
	struct kc_buf name = { 0 }, parent = { 0 }, temp = { 0 };
	uint8_t rnd[8];
	char hex[17];
	kc_result r;

	KC_TRY(r, split_dir(dir, &name, &parent, err));
	cer_unnamed_drop(kc_buf_str(&parent), kc_buf_str(&name));
	KC_TRY(r, kc_random(rnd, sizeof rnd, err));
	kc_hex(rnd, sizeof rnd, hex);
	KC_TRY(r, kc_buf_addf(&temp, err, "%s" CER_UNNAMED "%s",
	    kc_buf_str(&name), hex));
	KC_TRY(r, kc_dir_new(kc_buf_str(&temp), err));
	room->dir = realpath(kc_buf_str(&temp), NULL);
	if (room->dir == NULL) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot use %s: %s",
		    kc_buf_str(&temp), strerror(errno));
		goto out;
	}
	/* The lock moves with the directory and is kept. */
	KC_TRY(r, take_lock(room, err));
	KC_TRY(r, fill(room, err));
	if (renameat2(AT_FDCWD, kc_buf_str(&temp), AT_FDCWD,
	    kc_buf_str(&name), RENAME_NOREPLACE) != 0) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot name %s: %s", dir,
		    strerror(errno));
		goto out;
	}
	r = kc_dir_sync(kc_buf_str(&parent), err);
out:
	free(room->dir);
	room->dir = NULL;
	kc_buf_free(&name);
	kc_buf_free(&parent);
	kc_buf_free(&temp);
	return r;
}

/* The journal says which script and site this directory belongs to. */
static kc_result
check_same(struct cer_room *room, struct kc_err *err)
{
	struct aud_entry e = { 0 };
	char script[KC_HEX], site[KC_HEX];
	const char *js, *jt;
	kc_result r;

	KC_TRY(r, aud_get(room->j, 0, &e, err));
	kc_hex(room->script.sha256, KC_SHA256, script);
	kc_hex(room->site.sha256, KC_SHA256, site);
	js = aud_entry_str(&e, "script");
	jt = aud_entry_str(&e, "site");
	if (js == NULL || strcmp(js, script) != 0)
		r = KC_FAIL(err, KC_EOTHER, 0,
		    "%s was begun with script %.16s..., this script is "
		    "%.16s...", room->dir, js != NULL ? js : "none", script);
	else if (jt == NULL || strcmp(jt, site) != 0)
		r = KC_FAIL(err, KC_EOTHER, 0,
		    "%s was begun with site file %.16s..., this one is "
		    "%.16s...", room->dir, jt != NULL ? jt : "none", site);
	else if ((aud_get_mode(room->j) == AUD_REHEARSAL) != room->rehearsal)
		r = KC_FAIL(err, KC_EOTHER, 0,
		    "%s is a %s; it cannot go on as the other", room->dir,
		    aud_mode_name(aud_get_mode(room->j)));
out:
	aud_entry_free(&e);
	return r;
}

/* What interrupted writes left under temporary names. */
static kc_result
drop_temps(struct cer_room *room, struct kc_err *err)
{
	struct kc_buf path = { 0 };
	kc_result r;

	KC_TRY(r, cer_path(room, "artifacts", "", &path, err));
	KC_TRY(r, kc_file_drop_temps(kc_buf_str(&path), err));
	KC_TRY(r, cer_path(room, room->site.medium, "to-online", &path,
	    err));
	if (kc_file_exists(kc_buf_str(&path)))
		r = kc_file_drop_temps(kc_buf_str(&path), err);
out:
	kc_buf_free(&path);
	return r;
}

/* fresh: this process has just made it, so its first run goes on. */
static kc_result
reopen(struct cer_room *room, const char *db, bool fresh, struct kc_err *err)
{
	kc_result r;

	KC_TRY(r, aud_open(db, true, &room->j, err));
	KC_TRY(r, check_same(room, err));
	KC_TRY(r, cer_site_amended(room, err));
	KC_TRY(r, drop_temps(room, err));
	KC_TRY(r, cer_catch_up(room, err));
	r = fresh ? aud_run_on(room->j, err) : aud_run(room->j, err);
out:
	return r;
}

/* run.begin: who runs, self-tests passed, how long the gap was. */
static kc_result
run_row(struct cer_room *room, struct kc_err *err)
{
	struct kc_buf names = { 0 };
	char software[KC_HEX];
	size_t n = 0;
	struct aud_fact f[4];
	kc_result r = cer_selftest(&names, &n, err);

	kc_buf_free(&names);
	if (!kc_ok(r))
		return r;
	kc_hex(room->software, KC_SHA256, software);
	f[0] = AUD_S("software", software);
	f[1] = AUD_S("version", CER_VERSION);
	f[2] = AUD_I("selftests", (int64_t)n);
	f[3] = AUD_B("resumed", room->st.runs > 0);
	return cer_row(room, "run.begin", NULL, f, 4, err);
}

/* The database was of an earlier schema and is a copy now. */
static kc_result
upgrade_row(struct cer_room *room, struct kc_err *err)
{
	int from = aud_upgraded_from(room->j);

	if (from == 0)
		return KC_DONE;
	return cer_row(room, "journal.upgrade", NULL, (struct aud_fact[]){
	    AUD_I("from", from) }, 1, err);
}

/* Of a new ceremony only: a resumed one has the site file it began with. */
static kc_result
refuse_root(const struct cer_room *room, struct kc_err *err)
{
	kc_result r = KC_DONE;

	if (room->rehearsal || room->site.receiver.root[0] == '\0')
		return r;
	r = KC_FAIL(err, KC_EREFUSED, 0, "the site file '%s' names a "
	    "rehearsal-root: under it a stand-in's evidence would pass; "
	    "production refuses it", room->site.name);
	kc_certain(err, "no ceremony was begun");
	return r;
}

static kc_result
open_dir(struct cer_room *room, const char *dir, bool rehearsal,
    struct kc_err *err)
{
	struct kc_buf path = { 0 };
	bool fresh = !kc_file_exists(dir);
	kc_result r;

	KC_TRY(r, cer_room_lay(room, err));
	room->rehearsal = rehearsal;
	if (fresh) {
		KC_TRY(r, refuse_root(room, err));
		KC_TRY(r, cer_possible(room, err));
		KC_TRY(r, create(room, dir, err));
	}
	room->dir = realpath(dir, NULL);
	if (room->dir == NULL) {
		r = KC_FAIL(err, KC_EIO, errno, "cannot use %s: %s", dir,
		    strerror(errno));
		goto out;
	}
	KC_TRY(r, cer_path(room, "journal.db", "", &path, err));
	if (!kc_file_exists(kc_buf_str(&path))) {
		r = KC_FAIL(err, KC_EEXISTS, 0,
		    "%s exists and holds no journal; give a new directory",
		    dir);
		goto out;
	}
	KC_TRY(r, take_lock(room, err));
	KC_TRY(r, reopen(room, kc_buf_str(&path), fresh, err));
	KC_TRY(r, run_row(room, err));
	r = upgrade_row(room, err);
out:
	kc_buf_free(&path);
	return r;
}

kc_result
cer_room_open(struct cer_room *room, const char *dir, const char *script,
    const char *site, bool rehearsal, struct kc_err *err)
{
	kc_result r;

	room->lock = -1;
	KC_TRY(r, hash_self(room, err));
	KC_TRY(r, cer_script_read(script, &room->script, err));
	KC_TRY(r, cer_site_read(site, &room->site, err));
	KC_TRY(r, cer_script_bind(&room->script, &room->site, err));
	r = open_dir(room, dir, rehearsal, err);
out:
	return r;
}

void
cer_room_close(struct cer_room *room)
{
	cer_readers_close(room);
	kc_secret_free(&room->master);
	cer_state_free(&room->st);
	aud_close(&room->j);
	free(room->inst);
	free(room->item);
	room->inst = NULL;
	room->item = NULL;
	cer_script_free(&room->script);
	cer_site_free(&room->site);
	if (room->lock >= 0)
		(void)close(room->lock);
	room->lock = -1;
	free(room->dir);
	room->dir = NULL;
}
