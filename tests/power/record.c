/* SPDX-License-Identifier: Apache-2.0
 *
 * The power test's ceremony: the product's objects, with the opening of the
 * journal wrapped by the linker, so that SQLite's own VFS stands behind one
 * that writes down on descriptor 8 what is asked of the disk (record.h).
 *
 * Orders come on descriptor 9, if it is a pipe: "<k> <full|io|readonly>": from
 * the k-th request on that would change the disk all fail, until the program
 * ends.  Without an order nothing fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "audit/journal.h"
#include "tests/power/record.h"

#define REPORT_FD 8
#define ORDERS_FD 9
#define NAME "power"

int __real_sqlite3_open_v2(const char *, sqlite3 **, int, const char *);
int __wrap_sqlite3_open_v2(const char *, sqlite3 **, int, const char *);
kc_result __real_aud_append(struct aud_journal *, const char *, const char *,
    const struct aud_fact *, size_t, uint64_t *, struct kc_err *);
kc_result __wrap_aud_append(struct aud_journal *, const char *, const char *,
    const struct aud_fact *, size_t, uint64_t *, struct kc_err *);

/* struct file: ours, with SQLite's own behind it. */
struct file {
	sqlite3_file base;
	uint8_t which;
	bool counted;		/* the journal or its rollback journal */
	sqlite3_file *real;
};

static sqlite3_vfs vfs, *real_vfs;
static bool reports;
static unsigned long asked, fails_at;
static int fails_with;

static void
put(const struct record *r, const void *bytes)
{
	if (!reports)
		return;
	if (write(REPORT_FD, r, sizeof *r) != (ssize_t)sizeof *r ||
	    (r->length > 0 && write(REPORT_FD, bytes, r->length) !=
	    (ssize_t)r->length))
		abort();
}

static void
tell(const struct file *f, char what, int64_t offset, const void *bytes,
    int length)
{
	const struct record r = { what, f->which, (uint32_t)length, offset };

	if (f->counted)
		put(&r, bytes);
}

/* Does this request fail?  It is counted. */
static int
verdict(const struct file *f)
{
	if (!f->counted)
		return SQLITE_OK;
	asked++;
	return fails_at != 0 && asked >= fails_at ? fails_with : SQLITE_OK;
}

static int
f_close(sqlite3_file *s)
{
	struct file *f = (struct file *)s;

	return f->real->pMethods != NULL ? f->real->pMethods->xClose(f->real) :
	    SQLITE_OK;
}

static int
f_read(sqlite3_file *s, void *p, int n, sqlite3_int64 at)
{
	struct file *f = (struct file *)s;

	return f->real->pMethods->xRead(f->real, p, n, at);
}

static int
f_write(sqlite3_file *s, const void *p, int n, sqlite3_int64 at)
{
	struct file *f = (struct file *)s;
	int rc = verdict(f);

	if (rc != SQLITE_OK)
		return rc;
	rc = f->real->pMethods->xWrite(f->real, p, n, at);
	if (rc == SQLITE_OK)
		tell(f, 'W', at, p, n);
	return rc;
}

static int
f_truncate(sqlite3_file *s, sqlite3_int64 size)
{
	struct file *f = (struct file *)s;
	int rc = verdict(f);

	if (rc != SQLITE_OK)
		return rc;
	rc = f->real->pMethods->xTruncate(f->real, size);
	if (rc == SQLITE_OK)
		tell(f, 'T', size, NULL, 0);
	return rc;
}

static int
f_sync(sqlite3_file *s, int flags)
{
	struct file *f = (struct file *)s;
	int rc = verdict(f);

	if (rc != SQLITE_OK)
		return rc == SQLITE_FULL ? SQLITE_IOERR_FSYNC : rc;
	rc = f->real->pMethods->xSync(f->real, flags);
	if (rc == SQLITE_OK)
		tell(f, 'S', 0, NULL, 0);
	return rc;
}

static int
f_size(sqlite3_file *s, sqlite3_int64 *size)
{
	struct file *f = (struct file *)s;

	return f->real->pMethods->xFileSize(f->real, size);
}

static int
f_lock(sqlite3_file *s, int how)
{
	struct file *f = (struct file *)s;

	return f->real->pMethods->xLock(f->real, how);
}

static int
f_unlock(sqlite3_file *s, int how)
{
	struct file *f = (struct file *)s;

	return f->real->pMethods->xUnlock(f->real, how);
}

static int
f_reserved(sqlite3_file *s, int *ret)
{
	struct file *f = (struct file *)s;

	return f->real->pMethods->xCheckReservedLock(f->real, ret);
}

static int
f_control(sqlite3_file *s, int op, void *arg)
{
	struct file *f = (struct file *)s;

	return f->real->pMethods->xFileControl(f->real, op, arg);
}

static int
f_sector(sqlite3_file *s)
{
	struct file *f = (struct file *)s;

	return f->real->pMethods->xSectorSize(f->real);
}

/* A disk that promises nothing. */
static int
f_promises(sqlite3_file *s)
{
	(void)s;
	return 0;
}

static const sqlite3_io_methods methods = { 1, f_close, f_read, f_write,
	f_truncate, f_sync, f_size, f_lock, f_unlock, f_reserved, f_control,
	f_sector, f_promises, NULL, NULL, NULL, NULL, NULL, NULL };

/* The bytes of a database that is opened. */
static void
tell_all(struct file *f)
{
	sqlite3_int64 size = 0;
	char *all;

	if (f->real->pMethods->xFileSize(f->real, &size) != SQLITE_OK ||
	    (all = malloc((size_t)size + 1)) == NULL)
		abort();
	if (size > 0 && f->real->pMethods->xRead(f->real, all, (int)size, 0)
	    != SQLITE_OK)
		abort();
	tell(f, 'I', 0, all, (int)size);
	free(all);
}

static bool
ends(const char *name, const char *end)
{
	size_t n = name != NULL ? strlen(name) : 0, k = strlen(end);

	return n >= k && strcmp(name + n - k, end) == 0;
}

static int
v_open(sqlite3_vfs *v, const char *name, sqlite3_file *s, int flags, int *out)
{
	struct file *f = (struct file *)s;
	int rc;

	(void)v;
	*f = (struct file){ .which = ends(name, "-journal"),
		.counted = ends(name, "/journal.db") ||
		ends(name, "/journal.db-journal"),
		.real = (sqlite3_file *)(f + 1) };
	f->real->pMethods = NULL;
	if (f->which == 1 && (flags & SQLITE_OPEN_CREATE) != 0) {
		rc = verdict(f);
		if (rc != SQLITE_OK)
			return rc == SQLITE_FULL ? SQLITE_CANTOPEN : rc;
	}
	rc = real_vfs->xOpen(real_vfs, name, f->real, flags, out);
	if (f->real->pMethods != NULL)
		f->base.pMethods = &methods;
	if (rc != SQLITE_OK)
		return rc;
	if (f->which == 0)
		tell_all(f);
	else
		tell(f, 'O', 0, NULL, 0);
	return rc;
}

static int
v_delete(sqlite3_vfs *v, const char *name, int sync)
{
	const struct file f = { .which = 1,
		.counted = ends(name, "/journal.db-journal") };
	int rc = verdict(&f);

	(void)v;
	if (rc != SQLITE_OK)
		return rc == SQLITE_FULL ? SQLITE_IOERR_DELETE : rc;
	rc = real_vfs->xDelete(real_vfs, name, sync);
	if (rc == SQLITE_OK)
		tell(&f, 'D', sync, NULL, 0);
	return rc;
}

static void
begin(void)
{
	char line[64] = "", word[16];
	size_t n = 0;
	struct stat st;

	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = NAME;
	vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	vfs.xOpen = v_open;
	vfs.xDelete = v_delete;
	if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
		abort();
	reports = fstat(REPORT_FD, &st) == 0 && S_ISREG(st.st_mode);
	if (fstat(ORDERS_FD, &st) != 0 || !S_ISFIFO(st.st_mode))
		return;
	while (n + 1 < sizeof line && read(ORDERS_FD, line + n, 1) == 1 &&
	    line[n] != '\n')
		n++;
	if (sscanf(line, "%lu %15s", &fails_at, word) != 2)
		return;
	fails_with = strcmp(word, "full") == 0 ? SQLITE_FULL :
	    strcmp(word, "readonly") == 0 ? SQLITE_READONLY : SQLITE_IOERR;
}

int
__wrap_sqlite3_open_v2(const char *path, sqlite3 **db, int flags,
    const char *name)
{
	(void)name;
	if (real_vfs == NULL)
		begin();
	return __real_sqlite3_open_v2(path, db, flags, NAME);
}

kc_result
__wrap_aud_append(struct aud_journal *j, const char *kind, const char *step,
    const struct aud_fact *facts, size_t n, uint64_t *ret, struct kc_err *err)
{
	kc_result r = __real_aud_append(j, kind, step, facts, n, ret, err);

	if (kc_ok(r))
		put(&(struct record){ 'A', 0, 0, (int64_t)aud_count(j) },
		    NULL);
	return r;
}

/* How many requests there were, for whoever counts them. */
__attribute__((destructor)) static void
at_exit(void)
{
	if (asked > 0 && reports)
		put(&(struct record){ 'N', 0, 0, (int64_t)asked }, NULL);
}
