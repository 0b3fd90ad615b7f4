/* SPDX-License-Identifier: Apache-2.0
 *
 * Power cuts: replay LOG FINAL DIR STEP SEED.  LOG is what tests/power/record
 * wrote, FINAL the journal in the end, DIR a folder for images.
 *
 * At each point of the log the disk holds what was synced, and of what was
 * asked since then any part, in any order (what lies apart is the same in each
 * order; what overlaps is kept in its own).  With WINDOW or fewer requests all
 * subsets are tried, with more SAMPLES of them, and always none and all.  Each
 * image is opened as the program opens it: no entry that was acknowledged is
 * missing, no more than the one under way is there, and each is the one that
 * FINAL has.  STEP: only every STEP-th point.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/journal.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "tests/power/record.h"

#define WINDOW 8
#define SAMPLES 64
#define PENDING_MAX 4096

struct request {
	struct record r;
	const uint8_t *bytes;
};

/* struct disk: what is on it for certain, and what was asked since. */
struct disk {
	struct kc_buf file[2];
	bool there[2];
	struct request pending[PENDING_MAX];
	size_t n;
	int64_t acknowledged;
};

static struct disk now;
static uint8_t (*leaf)[KC_SHA256];
static uint64_t n_leaves;
static unsigned long images, points, subsets;
/* What was opened already: the same bytes open to the same entries. */
static struct seen {
	uint8_t hash[KC_SHA256];
	uint64_t n;
} *seen;
static size_t n_seen, seen_room;
static char path[2][300];

static void
die(const char *what, const struct kc_err *err)
{
	(void)printf("FAIL at point %lu: %s%s%s\n", points, what, err != NULL ?
	    ": " : "", err != NULL ? err->msg : "");
	exit(1);
}

static void
must(kc_result r, const struct kc_err *err)
{
	if (!kc_ok(r))
		die("the test itself", err);
}

static void
resize(struct kc_buf *b, size_t len)
{
	struct kc_err err;

	while (b->len < len)
		must(kc_buf_add(b, "", 1, &err), &err);
	b->len = len;
}

static void
apply(struct kc_buf file[2], bool there[2], const struct request *q)
{
	struct kc_buf *b = &file[q->r.file];
	size_t end = (size_t)q->r.offset + q->r.length;

	switch (q->r.what) {
	case 'O':
		if (!there[1])
			b->len = 0;
		there[1] = true;
		break;
	case 'W':
		there[q->r.file] = true;
		if (b->len < end)
			resize(b, end);
		memcpy(b->p + q->r.offset, q->bytes, q->r.length);
		break;
	case 'T':
		resize(b, (size_t)q->r.offset);
		break;
	case 'D':
		there[1] = false;
		b->len = 0;
		break;
	default:
		break;
	}
}

static void
write_image(struct kc_buf file[2], const bool there[2])
{
	struct kc_err err;

	for (size_t i = 0; i < 2; i++) {
		(void)unlink(path[i]);
		if (there[i])
			must(kc_file_write_new(path[i], file[i].p,
			    file[i].len, 0600, &err), &err);
	}
}

/* The program opens it: how many entries, and the last is FINAL's. */
static uint64_t
open_image(void)
{
	struct aud_journal *j = NULL;
	struct kc_err err = { 0 };
	uint8_t head[KC_SHA256];
	uint64_t n;

	images++;
	if (!kc_ok(aud_open(path[0], true, &j, &err)))
		die("it does not open", &err);
	n = aud_count(j);
	if (n > n_leaves)
		die("there is an entry that nobody wrote", NULL);
	aud_head(j, head);
	if (n > 0 && memcmp(head, leaf[n - 1], KC_SHA256) != 0)
		die("the last entry is another", NULL);
	aud_close(&j);
	return n;
}

/* The place for these bytes in the table, new (n UINT64_MAX) or known. */
static struct seen *
place(const struct kc_buf file[2], const bool there[2])
{
	uint8_t hash[2 * KC_SHA256 + 1], h[KC_SHA256];
	struct kc_err err;
	size_t at;

	for (size_t i = 0; i < 2; i++)
		must(kc_sha256_one(file[i].p, file[i].len, hash + i * KC_SHA256,
		    &err), &err);
	hash[2 * KC_SHA256] = (uint8_t)(there[0] + 2 * there[1]);
	must(kc_sha256_one(hash, sizeof hash, h, &err), &err);
	memcpy(&at, h, sizeof at);
	for (at %= seen_room; seen[at].n != 0; at = (at + 1) % seen_room)
		if (memcmp(seen[at].hash, h, sizeof h) == 0)
			return &seen[at];
	if (++n_seen > seen_room / 2)
		die("the table of images is too small", NULL);
	memcpy(seen[at].hash, h, sizeof h);
	seen[at].n = UINT64_MAX;
	return &seen[at];
}

/* It holds what it must, be it opened now or before. */
static void
judge(struct kc_buf file[2], const bool there[2])
{
	struct seen *s = place(file, there);

	if (s->n == UINT64_MAX) {
		write_image(file, there);
		s->n = open_image() + 1;
	}
	if (s->n - 1 < (uint64_t)now.acknowledged)
		die("an acknowledged entry is lost", NULL);
	if (s->n - 1 > (uint64_t)now.acknowledged + 1)
		die("there is an entry that nobody wrote", NULL);
}

static void
try_subset(const bool *take)
{
	struct kc_buf file[2] = { { 0 }, { 0 } };
	bool there[2] = { now.there[0], now.there[1] };
	struct kc_err err;

	for (size_t i = 0; i < 2; i++)
		must(kc_buf_add(&file[i], now.file[i].p, now.file[i].len,
		    &err), &err);
	for (size_t i = 0; i < now.n; i++)
		if (take[i])
			apply(file, there, &now.pending[i]);
	judge(file, there);
	for (size_t i = 0; i < 2; i++)
		kc_buf_free(&file[i]);
}

static void
try_all(void)
{
	static bool take[PENDING_MAX];
	size_t n = now.n;
	unsigned long many = n <= WINDOW ? 1ul << n : SAMPLES;

	points++;
	for (unsigned long k = 0; k < many; k++) {
		for (size_t i = 0; i < n; i++)
			take[i] = n <= WINDOW ? (k >> i & 1) != 0 :
			    k == 0 ? false : k == 1 ? true :
			    (random() & 1) != 0;
		try_subset(take);
		subsets++;
	}
}

/* What was asked of this file is on the disk now. */
static void
settle(uint8_t which)
{
	size_t kept = 0;

	for (size_t i = 0; i < now.n; i++) {
		if (now.pending[i].r.file == which)
			apply(now.file, now.there, &now.pending[i]);
		else
			now.pending[kept++] = now.pending[i];
	}
	now.n = kept;
}

/* One record; false: it changes no disk. */
static bool
take_record(const struct request *q)
{
	struct kc_err err;

	switch (q->r.what) {
	case 'I':
		now.n = 0;
		now.there[1] = false;
		now.file[0].len = 0;
		now.there[0] = true;
		must(kc_buf_add(&now.file[0], q->bytes, q->r.length, &err),
		    &err);
		return false;
	case 'A':
		now.acknowledged = q->r.offset;
		return false;
	case 'S':
		settle(q->r.file);
		return true;
	case 'N':
		return false;
	default:
		if (now.n == PENDING_MAX)
			die("too much was asked without a sync", NULL);
		now.pending[now.n++] = *q;
		if (q->r.what == 'D' && q->r.offset != 0)
			settle(1);
		return true;
	}
}

static kc_result
add_leaf(void *ctx, const struct aud_entry *e, struct kc_err *err)
{
	(void)ctx;
	(void)err;
	memcpy(leaf[e->n], e->leaf, KC_SHA256);
	return KC_DONE;
}

static void
read_final(const char *name)
{
	struct aud_journal *j = NULL;
	struct kc_err err;

	must(aud_open(name, false, &j, &err), &err);
	n_leaves = aud_count(j);
	leaf = calloc(n_leaves + 1, sizeof *leaf);
	if (leaf == NULL)
		exit(1);
	must(aud_each(j, 0, n_leaves, add_leaf, NULL, &err), &err);
	aud_close(&j);
}

int
main(int argc, char **argv)
{
	struct kc_buf log = { 0 };
	struct kc_err err;
	unsigned long step, requests = 0;

	if (argc != 6)
		return 2;
	step = strtoul(argv[4], NULL, 10);
	seen_room = (size_t)1 << 20;
	seen = calloc(seen_room, sizeof *seen);
	if (seen == NULL)
		return 1;
	srandom((unsigned)strtoul(argv[5], NULL, 10));
	read_final(argv[2]);
	(void)snprintf(path[0], sizeof path[0], "%s/journal.db", argv[3]);
	(void)snprintf(path[1], sizeof path[1], "%s/journal.db-journal",
	    argv[3]);
	must(kc_file_read(argv[1], (size_t)1 << 30, &log, &err), &err);
	for (size_t at = 0; at + sizeof(struct record) <= log.len;) {
		struct request q;

		memcpy(&q.r, log.p + at, sizeof q.r);
		q.bytes = log.p + at + sizeof q.r;
		at += sizeof q.r + q.r.length;
		if (take_record(&q) && requests++ % step == 0)
			try_all();
	}
	if (now.acknowledged == 0 || images == 0)
		die("nothing was recorded", NULL);
	(void)printf("%lu requests, %lu points, %lu states of the disk, %lu of "
	    "them different and opened; %lld entries, none lost, none invented"
	    "\n", requests, points, subsets, images,
	    (long long)now.acknowledged);
	return 0;
}
