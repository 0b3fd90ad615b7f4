/* SPDX-License-Identifier: Apache-2.0
 *
 * scan FOUND KEEP PROGRAM ARGUMENT...: run the memory scan's ceremony
 * (tests/secrets/hook.c) and look, at each of its phases, for every secret
 * told so far in all the memory of it and its descendants.  KEEP names the
 * kind of secret whose wipe is switched off; "-": none.  Into the file FOUND,
 * for tests/secrets/judge.py, fields separated by tabs:
 *
 *	phase	N	NAME
 *	process	N	ROLE	PID	MODULE		one that was searched
 *	told	N	KIND	SECRET		before phase N; again: as this
 *	hit	N	ROLE	MODULE	KIND	SECRET	FORM	WHERE	COUNT
 *	left	COUNT					outlived the program
 *
 * ROLE is main, server or child; WHERE is locked (the secure heap), heap,
 * stack or other.  The exit code is the program's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/secrets/pattern.h"

#define SECRETS_MAX 4096
#define SECRET_MAX 2048
#define PROCS_MAX 64
#define CHUNK ((size_t)1 << 20)
#define SECURE_HEAP ((uint64_t)1 << 20)

/* struct told: a secret, and what it was last told as: a key that was drawn
 * comes back as a share's when that is decrypted. */
struct told {
	char kind[64];
	uint8_t p[SECRET_MAX];
	size_t len;
};

struct scan {
	struct patterns *ps;
	struct told told[SECRETS_MAX];
	size_t n;
	unsigned phase;
	pid_t program;
	FILE *events, *out;
	int go;
	uint8_t chunk[CHUNK + PATTERN_MAX];
};

/* struct seen: the process and the mapping that are being searched. */
struct seen {
	struct scan *s;
	const char *role, *module, *where;
};

static void
die(const char *what)
{
	fprintf(stderr, "scan: %s: %s\n", what, strerror(errno));
	exit(70);
}

static void
print_hit(struct pattern *p, void *ctx)
{
	const struct seen *at = ctx;

	if (p->hits > 0)
		fprintf(at->s->out, "hit\t%u\t%s\t%s\t%s\t%zu\t%s\t%s\t"
		    "%lu\n", at->s->phase, at->role, at->module,
		    at->s->told[p->secret].kind, p->secret, p->form, at->where,
		    p->hits);
	p->hits = 0;
}

/* One mapping.  What cannot be read by root holds nothing: guard pages. */
static void
search(struct seen *at, int mem, uint64_t from, uint64_t to, bool readable)
{
	struct scan *s = at->s;

	for (uint64_t a = from; a < to; a += CHUNK) {
		size_t want = to - a < sizeof s->chunk ? (size_t)(to - a) :
		    sizeof s->chunk;
		ssize_t n = pread(mem, s->chunk, want, (off_t)a);

		if (n < 0 && !readable)
			break;
		if (n < 0 || (size_t)n != want)
			die("a mapping that cannot be read whole");
		patterns_search(s->ps, s->chunk, want, CHUNK);
	}
	patterns_each(s->ps, print_hit, at);
}

/* struct map: one line of /proc/PID/maps. */
struct map {
	uint64_t from, to;
	char perms[8], path[256];
	uint64_t inode;
};

static bool
parse_map(const char *line, struct map *m)
{
	char *end;
	int used = 0;

	*m = (struct map){ 0 };
	m->from = strtoull(line, &end, 16);
	if (*end != '-')
		return false;
	m->to = strtoull(end + 1, &end, 16);
	if (sscanf(end, " %7s %*s %*s %" SCNu64 "%n", m->perms, &m->inode,
	    &used) != 2)
		return false;
	(void)sscanf(end + used, " %255[^\n]", m->path);
	return true;
}

/* Secrets get into memory by writing: what no process may write and a file
 * stands behind is the file. */
static bool
may_hold(const struct map *m)
{
	if (strncmp(m->path, "[v", 2) == 0)	/* vvar, vdso, vsyscall */
		return false;
	return m->perms[1] == 'w' || m->inode == 0;
}

static const char *
where_of(const struct map *m, bool locked)
{
	if (locked && m->to - m->from <= SECURE_HEAP)
		return "locked";
	if (strcmp(m->path, "[heap]") == 0)
		return "heap";
	return strcmp(m->path, "[stack]") == 0 ? "stack" : "other";
}

/* The card module in a process, or "-". */
static void
find_module(pid_t pid, char ret[64])
{
	static const char *const known[] = { "libsofthsm2.so", "libykcs11.so",
		"opensc-pkcs11.so", "libtpm2_pkcs11.so", "libopencryptoki.so" };
	char path[64], line[512];
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	(void)snprintf(ret, 64, "-");
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			if (strstr(line, known[i]) != NULL)
				(void)snprintf(ret, 64, "%s", known[i]);
	if (f != NULL)
		(void)fclose(f);
}

static void
search_process(struct scan *s, pid_t pid, const char *role)
{
	char path[64], line[512], module[64];
	struct seen at = { s, role, module, "" };
	struct map m = { 0 }, next;
	bool have = false;
	FILE *f;
	int mem;

	find_module(pid, module);
	(void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	(void)snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
	f = fopen(path, "re");
	if (mem < 0 || f == NULL)
		die(path);
	fprintf(s->out, "process\t%u\t%s\t%d\t%s\n", s->phase, role,
	    (int)pid, module);
	while (fgets(line, sizeof line, f) != NULL) {
		if (parse_map(line, &next)) {
			m = next;
			have = may_hold(&m);
		} else if (have && strncmp(line, "VmFlags:", 8) == 0) {
			at.where = where_of(&m, strstr(line, " lo") != NULL);
			search(&at, mem, m.from, m.to, m.perms[0] == 'r');
		}
	}
	(void)fclose(f);
	(void)close(mem);
}

static pid_t
parent_of(pid_t pid)
{
	char path[64], text[512];
	const char *at;
	FILE *f;
	int parent = 0;
	char state = 'X';

	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	at = fgets(text, sizeof text, f) != NULL ? strrchr(text, ')') : NULL;
	if (at == NULL || sscanf(at + 1, " %c %d", &state, &parent) != 2 ||
	    strchr("ZX", state) != NULL)
		parent = 0;
	(void)fclose(f);
	return (pid_t)parent;
}

/* The living children of parent; at most PROCS_MAX. */
static size_t
children_of(pid_t parent, pid_t ret[PROCS_MAX])
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	size_t n = 0;

	while (d != NULL && n < PROCS_MAX && (e = readdir(d)) != NULL) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid > 0 && parent_of(pid) == parent)
			ret[n++] = pid;
	}
	if (d != NULL)
		(void)closedir(d);
	return n;
}

static void
look(struct scan *s, const char *name)
{
	pid_t server[PROCS_MAX], child[PROCS_MAX];
	size_t n_server = children_of(s->program, server);

	fprintf(s->out, "phase\t%u\t%s\n", s->phase, name);
	search_process(s, s->program, "main");
	for (size_t i = 0; i < n_server; i++) {
		size_t n = children_of(server[i], child);

		search_process(s, server[i], "server");
		for (size_t k = 0; k < n; k++)
			search_process(s, child[k], "child");
	}
	s->phase++;
	if (write(s->go, "g", 1) != 1)
		die("go");
}

static void
take(struct scan *s, const char *kind, size_t len)
{
	struct told *t = &s->told[s->n];
	size_t i = 0;

	if (s->n == SECRETS_MAX || len > sizeof t->p)
		die("too many secrets, or a long one");
	if (fread(t->p, 1, len, s->events) != len)
		die("a secret that breaks off");
	t->len = len;
	while (s->told[i].len != len || memcmp(s->told[i].p, t->p, len) != 0)
		i++;
	(void)snprintf(s->told[i].kind, sizeof t->kind, "%s", kind);
	if (i == s->n)
		patterns_add(s->ps, s->n++, t->p, len);
	fprintf(s->out, "told\t%u\t%s\t%zu\n", s->phase, kind, i);
}

static void
start(struct scan *s, const char *keep, char **argv)
{
	int event[2], go[2];

	/* A child whose parent is gone becomes ours, and is counted. */
	if (pipe2(event, O_CLOEXEC) != 0 || pipe2(go, O_CLOEXEC) != 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		die("pipe");
	s->program = fork();
	if (s->program == 0) {
		/* First out of the way: 8 and 9 may be one of these. */
		int a = fcntl(event[1], F_DUPFD, 108);
		int b = fcntl(go[0], F_DUPFD, 108);

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (dup2(a, 8) != 8 || dup2(b, 9) != 9)
			_exit(71);
		(void)close(a);
		(void)close(b);
		(void)execv(argv[0], argv);
		_exit(71);
	}
	(void)close(event[1]);
	(void)close(go[0]);
	s->events = fdopen(event[0], "r");
	s->go = go[1];
	if (s->program < 0 || s->events == NULL ||
	    dprintf(s->go, "%s\n", keep) < 0)
		die("start");
}

int
main(int argc, char **argv)
{
	struct scan *s = calloc(1, sizeof *s);
	char line[128], word[64];
	pid_t left[PROCS_MAX];
	int status = 0;
	size_t len;

	if (s == NULL || argc < 4)
		return 64;
	s->out = fopen(argv[1], "we");
	if (s->out == NULL)
		die(argv[1]);
	s->ps = patterns_new();
	(void)signal(SIGPIPE, SIG_IGN);
	start(s, argv[2], argv + 3);
	while (fgets(line, sizeof line, s->events) != NULL)
		if (sscanf(line, "S %63s %zu", word, &len) == 2)
			take(s, word, len);
		else if (sscanf(line, "P %63s", word) == 1)
			look(s, word);
		else
			die("an event of no known kind");
	if (waitpid(s->program, &status, 0) != s->program)
		die("wait");
	fprintf(s->out, "left\t%zu\n", children_of(getpid(), left));
	patterns_free(&s->ps);
	(void)fclose(s->events);
	if (fclose(s->out) != 0)
		die(argv[1]);
	free(s);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 72;
}
