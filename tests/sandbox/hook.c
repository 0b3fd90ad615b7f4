/* SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox test's ceremony: the product's objects, with the places
 * wrapped at which each kind of process has given up what it gives up.  There
 * it tries what must be refused, and says how each attempt ended.
 *
 * The report is one line an attempt, "<process> <attempt> <errno or 0>", in
 * the file that descriptor 8 has open; the attempt to write is at that file's
 * name with ".probe" behind it.  A child has no descriptor to report on, so
 * lines gather in memory that all of them share, and the main process writes
 * them when it ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/landlock.h"
#include "base/sandbox.h"
#include "tokens/child.h"
#include "tokens/server.h"
#include "tokens/watch.h"

#define REPORT_FD 8
#define WAIT_MS 10000

kc_result __real_tok_spawn(struct tok_server *, const struct tok_module *,
    int *, pid_t *, struct kc_err *);
kc_result __wrap_tok_spawn(struct tok_server *, const struct tok_module *,
    int *, pid_t *, struct kc_err *);
kc_result __real_tok_spawn_watch(struct tok_server *, int *, pid_t *,
    struct kc_err *);
kc_result __wrap_tok_spawn_watch(struct tok_server *, int *, pid_t *,
    struct kc_err *);
void __real_tok_child_run(const struct tok_child_start *);
void __wrap_tok_child_run(const struct tok_child_start *);
void __real_tok_watch_run(int);
void __wrap_tok_watch_run(int);

/* struct shared: lines of all processes; done counts those of children. */
struct shared {
	_Atomic size_t len;
	_Atomic int done;
	char text[16384];
};

static struct shared *shared;
static char probe_path[512];
static pid_t main_pid;

__attribute__((constructor)) static void
begin(void)
{
	char link[32];
	ssize_t n;

	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", REPORT_FD);
	n = readlink(link, probe_path, sizeof probe_path - 8);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* Without somebody who listens this is no test. */
	if (n <= 0 || shared == MAP_FAILED)
		abort();
	memcpy(probe_path + n, ".probe", sizeof ".probe");
	main_pid = getpid();
}

__attribute__((destructor)) static void
end(void)
{
	if (getpid() == main_pid && write(REPORT_FD, shared->text,
	    shared->len) != (ssize_t)shared->len)
		abort();
}

static void
tell(const char *process, const char *attempt, long result)
{
	char line[80];
	size_t n, at;

	n = (size_t)snprintf(line, sizeof line, "%s %s %ld\n", process,
	    attempt, result);
	at = atomic_fetch_add(&shared->len, n);
	if (at + n > sizeof shared->text)
		abort();
	memcpy(shared->text + at, line, n);
}

/* What a call that gives a descriptor (or 0) came to. */
static long
outcome(long got)
{
	if (got < 0)
		return errno;
	if (got > 2)
		(void)close((int)got);
	return 0;
}

static long
try_exec(void)
{
	char *const argv[] = { (char[]){ "true" }, NULL };

	return outcome(execve("/bin/true", argv, argv + 1));
}

/* All there is to try, in the process that calls it. */
static void
probe(const char *who)
{
	struct rlimit core = { 1, 1 };
	char uring[256] = { 0 };

	tell(who, "socket-unix", outcome(socket(AF_UNIX, SOCK_STREAM, 0)));
	tell(who, "socket-inet", outcome(socket(AF_INET, SOCK_STREAM, 0)));
	tell(who, "socket-inet6", outcome(socket(AF_INET6, SOCK_DGRAM, 0)));
	tell(who, "socket-netlink", outcome(socket(AF_NETLINK, SOCK_RAW, 0)));
	tell(who, "socket-packet", outcome(socket(AF_PACKET, SOCK_RAW, 0)));
	tell(who, "socket-vsock", outcome(socket(AF_VSOCK, SOCK_STREAM, 0)));
	tell(who, "execve", try_exec());
	tell(who, "io_uring", outcome(syscall(SYS_io_uring_setup, 1, uring)));
	tell(who, "ptrace", outcome(ptrace(PTRACE_ATTACH, getppid(), NULL,
	    NULL)));
	tell(who, "foreign-memory", outcome(syscall(SYS_process_vm_readv,
	    getppid(), NULL, 0, NULL, 0, 0)));
	tell(who, "write-elsewhere", outcome(open(probe_path,
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0600)));
	tell(who, "dumpable", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	tell(who, "no-new-privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0,
	    0));
	tell(who, "core-limit", getrlimit(RLIMIT_CORE, &core) == 0 ?
	    (long)core.rlim_max : -1);
	tell(who, "landlock", kc_landlock_abi());
}

static void
await(int n)
{
	for (int ms = 0; shared->done < n && ms < WAIT_MS; ms += 10)
		(void)poll(NULL, 0, 10);
}

kc_result
__wrap_tok_spawn(struct tok_server *s, const struct tok_module *m,
    int *ret_fd, pid_t *ret_pid, struct kc_err *err)
{
	int before = shared->done;
	kc_result r;

	if (before == 0)
		probe("main");
	r = __real_tok_spawn(s, m, ret_fd, ret_pid, err);
	await(before + 1);
	return r;
}

kc_result
__wrap_tok_spawn_watch(struct tok_server *s, int *ret_fd, pid_t *ret_pid,
    struct kc_err *err)
{
	int before = shared->done;
	kc_result r;

	if (before == 0)
		probe("main");
	r = __real_tok_spawn_watch(s, ret_fd, ret_pid, err);
	await(before + 1);
	return r;
}

void
__wrap_tok_child_run(const struct tok_child_start *start)
{
	if (shared->done == 0)
		probe("card");
	shared->done++;
	__real_tok_child_run(start);
}

void
__wrap_tok_watch_run(int fd)
{
	if (shared->done == 0)
		probe("reader");
	shared->done++;
	__real_tok_watch_run(fd);
}
