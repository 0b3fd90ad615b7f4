#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every system call of a whole rehearsal that opens, connects, executes or
# changes a name, as strace saw it: no socket but AF_UNIX, in the main process
# none, no program after the start, nothing written elsewhere; and what the
# caller's environment names is not opened.
# timeout: 600
set -eu
. "$(dirname "$0")/../lib.sh"
need strace python3
module=/usr/lib/softhsm/libsofthsm2.so
[ -r $module ] || skip_all 'softhsm2 is not installed'
"$ceremony" --version --json | grep -q '"sanitized":false' ||
    skip_all 'a sanitizer traces its own process'
strace -f -o probe.trace true 2>probe.err ||
    skip_all "strace may not trace here: $(head -n 1 probe.err)"

judge=$root/tests/e2e/strace_judge.py
calls=execve,execveat,clone,clone3,fork,vfork,socket,connect,bind
calls=$calls,open,openat,openat2,creat,mkdir,mkdirat,rmdir,unlink,unlinkat
calls=$calls,rename,renameat,renameat2,link,linkat,symlink,symlinkat
calls=$calls,mknod,mknodat,truncate,ptrace,process_vm_readv,process_vm_writev
calls=$calls,io_uring_setup,io_uring_enter,io_uring_register,bpf
calls=$calls,perf_event_open,pidfd_getfd,userfaultfd

# An environment that would change what happens, if it were looked at.
mkdir bad
echo 'no configuration of OpenSSL' >bad/openssl.cnf
echo 'no configuration of OpenSC' >bad/opensc.conf
echo 'directories.tokendir = /nonexistent' >bad/softhsm2.conf
cp "$(ldconfig -p | sed -n 's/.*libz\.so\.1 .*=> //p' | head -n 1)" \
    bad/slip.so
environment=(-E "OPENSSL_CONF=$tmp/bad/openssl.cnf"
    -E "OPENSSL_MODULES=$tmp/bad" -E "OPENSC_CONF=$tmp/bad/opensc.conf"
    -E "SOFTHSM2_CONF=$tmp/bad/softhsm2.conf" -E "LD_PRELOAD=$tmp/bad/slip.so"
    -E "LD_LIBRARY_PATH=$tmp/bad" -E "PKCS11SPY=$module"
    -E "PKCS11SPY_OUTPUT=$tmp/bad/spied" -E "SQLITE_TMPDIR=$tmp/bad"
    -E "TMPDIR=$tmp/bad" -E "TERMINFO=$tmp/bad" -E "HOME=$tmp/bad")

# traced NAME COMMAND...: into NAME.trace.
traced()
{
	local name=$1

	shift
	strace -f -y -s 4096 -e "trace=$calls" -o "$name.trace" \
	    "${environment[@]}" "$@"
}

# counted WHAT: a number of the last judgement.
counted()
{
	sed -n "s/^$1 //p" "$tmp/judged"
}

# judged NAME PATH...: writes below those only.
judged()
{
	local name=$1 path code=0 options=(--never "$tmp/bad")

	shift
	for path; do options+=(--write "$path"); done
	python3 "$judge" "$name.trace" "${options[@]}" >judged || code=$?
	if [ $code = 0 ]; then
		pass "$name: nothing that it may not"
	else
		fail "$name: it did what it may not (exit $code)" judged
	fi
	same "$name: two starts, and no program after" 2 "$(counted starts)"
}

# --- the judge itself: each rule has a trace that breaks it ---

broken()
{
	printf '%s\n' '7 execve("/x", ["x"], 0x1 /* 2 vars */) = 0' \
	    '7 execve("/proc/self/exe", ["x"], 0x1 /* 2 vars */) = 0' \
	    '7 clone(child_stack=NULL, flags=SIGCHLD) = 8' "$2" >broken.trace
	code=0
	python3 "$judge" broken.trace --write /ok --never /bad >judged ||
	    code=$?
	same "the judge refuses $1" 1 $code
}
broken 'a socket of the main process' \
    '7 socket(AF_UNIX, SOCK_STREAM, 0) = 3<UNIX-STREAM:[1]>'
broken 'a network socket of a child' \
    '8 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = -1 EAFNOSUPPORT (Not)'
broken 'a program' '8 execve("/bin/sh", ["sh"], 0x1 /* 0 vars */) = -1 EPERM'
broken 'io_uring' '8 io_uring_setup(1, 0x7) = -1 EPERM (Operation not)'
broken 'a file written elsewhere' \
    '8 openat(AT_FDCWD</ok>, "../no", O_WRONLY|O_CREAT, 0600) = 4</no>'
broken 'a file of the caller'"'"'s environment' \
    '8 openat(AT_FDCWD</ok>, "/bad/x", O_RDONLY) = -1 ENOENT (No such file)'
broken 'a name changed elsewhere' \
    '7 renameat2(AT_FDCWD</>, "/ok/a", AT_FDCWD</>, "/a", 0) = 0'

# --- a whole rehearsal ---

top=$tmp/rehearsal
mkdir -p "$top/medium" "$top/cards" "$top/pool"
"$root/scripts/rehearsal-site.sh" 3 2 >"$top/site.yaml"
check 'a stand-in pool is made' \
    "$pool" create --dir "$top/pool" --name contoso-hsm-eu
background "$pool" attend --dir "$top/pool" --medium "$top/medium"
code=0
traced rehearsal "$ceremony" run "$root/scripts/rehearsal.yaml" \
    --site "$top/site.yaml" --dir "$top/ceremony" --rehearsal \
    --answers "$root/scripts/rehearsal-answers.yaml" \
    >out 2>&1 </dev/null || code=$?
same 'a rehearsal in a bad environment exits 0' 0 $code
[ $code = 0 ] || { tail -n 20 out; finish; }
# A ceremony's directory has its name when it is complete.
judged rehearsal "$top/ceremony" "$top/ceremony.new-*" "$top/medium" \
    "$top/cards" "$top/export" "$top/.export.part"
check 'its card processes are in the trace' test "$(counted children)" -gt 20
printf '      %s calls judged, %s opened for writing, %s processes\n' \
    "$(counted calls)" "$(counted writes)" "$(counted children)"
check 'its export verifies' "$ceremony" audit verify "$top/export"
same 'and nothing was written where the environment said' \
    'opensc.conf openssl.cnf slip.so softhsm2.conf' "$(cd bad && echo *)"

# --- what leaves no mark on a journal: commands ---

traced verify "$ceremony" audit verify "$top/export" >out 2>&1
judged verify /nowhere
traced selftest "$ceremony" selftest >out 2>&1
judged selftest /nowhere
for opensc in /usr/lib/*/opensc-pkcs11.so; do
	[ -r "$opensc" ] || continue
	code=0
	traced opensc "$ceremony" token list --module "$opensc" \
	    >out 2>&1 || code=$?
	judged opensc /nowhere
done
finish
