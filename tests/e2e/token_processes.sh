#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The processes of a running command, looked at from outside: filtered,
# locked, without foreign descriptors; gone when the main process is.
set -eu
export LANG=C.UTF-8 TERM=dumb
C=${BUILD:-build}/ceremony
M=/usr/lib/softhsm/libsofthsm2.so
for need in "$C" "$M"; do
	[ -r "$need" ] || { echo "skipped: no $need"; exit 77; }
done
"$C" --version --json | grep -q '"sanitized":false' ||
	{ echo "skipped: a sanitizer build keeps ptrace and descriptors"; exit 77; }
T=$(mktemp -d)
main=
trap '[ -z "$main" ] || kill -9 "$main" 2>/dev/null || :; rm -rf "$T"' EXIT
export HOME=$T TMPDIR=$T
passed=0 failed=0

check() {
	local name=$1
	shift
	if "$@"; then passed=$((passed + 1)); else
		failed=$((failed + 1)); echo "FAILED: $name"; fi
}
status() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }
is() { [ "$(status "$1" "$2")" = "$3" ]; }
locked() { [ "$(status "$1" VmLck | tr -dc 0-9)" -ge 1024 ]; }
no_core() { grep -Eq '^Max core file size +0 +0 ' "/proc/$1/limits"; }
child_of() { tr -d ' \n' 2>/dev/null <"/proc/$1/task/$1/children" || :; }
without() { local out; out=$(ls -l "/proc/$1/fd"); [ "${out#*"$2"}" = "$out" ]; }
mapped() { grep -q libsofthsm2 "/proc/$1/maps"; }
not() { if "$@"; then return 1; fi; }
only_env() { local e; e=$(tr '\0' '\n' <"/proc/$1/environ"); [ "${e#*STRAY}" = "$e" ]; }
gone() {
	for _ in $(seq 100); do
		if [ ! -d "/proc/$1" ] || is "$1" State "Z (zombie)"; then
			return 0
		fi
		sleep 0.1
	done
	return 1
}

mkdir "$T/cards"
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' \
	"$T/cards" >"$T/conf"
MOD=(--module "$M" --module-env "SOFTHSM2_CONF=$T/conf")
"$C" token init "pkcs11:" --label one --so-pin-fd 8 --pin-fd 7 \
	"${MOD[@]}" 7< <(echo 123456) 8< <(echo 12345678) >/dev/null

# The command waits for a PIN that does not come: everything is there.
mkfifo "$T/pin.fifo"
exec 9<>"$T/pin.fifo"
STRAY=1 "$C" token probe "pkcs11:token=one" --pin-fd 9 "${MOD[@]}" \
	>"$T/out" 2>&1 &
main=$!
server='' card=''
for _ in $(seq 100); do
	server=$(child_of "$main")
	[ -z "$server" ] || card=$(child_of "$server")
	# The module is mapped last, after everything looked at here.
	[ -z "$card" ] || ! mapped "$card" || break
	sleep 0.1
done
check "there is a server" [ -n "$server" ]
check "and a card process" [ -n "$card" ]
for p in "$main" "$server" "$card"; do
	check "process $p is filtered" is "$p" Seccomp 2
	check "process $p gains no privileges" is "$p" NoNewPrivs 1
	check "process $p leaves no core" no_core "$p"
	check "process $p has a clean environment" only_env "$p"
done
check "the main process locks its secrets" locked "$main"
check "the card process locks its own" locked "$card"
check "the server has no heap of secrets" is "$server" VmLck "0 kB"
check "the main process has the PIN's pipe" not without "$main" pin.fifo
check "the server has not" without "$server" pin.fifo
check "the card process has not" without "$card" pin.fifo
check "the main process has not mapped the module" not mapped "$main"
check "the card process has" mapped "$card"

kill -9 "$main"
wait "$main" 2>/dev/null || :
main=
check "the server dies with the main process" gone "$server"
check "the card process dies with it" gone "$card"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
