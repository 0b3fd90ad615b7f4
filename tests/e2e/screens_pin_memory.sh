#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A PIN that has been typed lies in locked memory and nowhere else: the whole
# memory of the process is searched while it waits for Enter.
set -eu
cd "$(dirname "$0")/../.."
demo=$(realpath -m "${BUILD:-build}")/tests/ui/demo
for need in tmux python3; do
	command -v "$need" >/dev/null ||
	    { echo "skipped: $need is not installed"; exit 77; }
done
[ -x "$demo" ] || { echo "skipped: $demo is not built"; exit 77; }

tmp=$(mktemp -d)
sock=pinmem$$
export TMUX_TMPDIR=$tmp HOME=$tmp LANG=C.UTF-8 TERM=xterm-256color
unset TMUX
tm() { tmux -u -L "$sock" -f /dev/null "$@"; }
trap 'tm kill-server 2>/dev/null || true; rm -rf "$tmp"' EXIT
passed=0 failed=0

wait_for() {
	local i
	for ((i = 0; i < 200; i++)); do
		tm capture-pane -p -t demo | grep -qF -- "$1" && return 0
		sleep 0.05
	done
	echo "      never appeared: $1"
	return 1
}
# Prints "locked N" and "open N": places where the bytes were found.
search() { # pid bytes
	python3 - "$1" "$2" <<'END'
import re, sys
pid, want = sys.argv[1], sys.argv[2].encode()
found = {True: 0, False: 0}
maps, at = [], None
for line in open(f"/proc/{pid}/smaps"):
    m = re.match(r"([0-9a-f]+)-([0-9a-f]+) (r)", line)
    if m:
        at = (int(m[1], 16), int(m[2], 16))
    elif re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
        at = None
    elif line.startswith("VmFlags:") and at:
        maps.append((*at, "lo" in line.split()))
with open(f"/proc/{pid}/mem", "rb", 0) as mem:
    for start, end, locked in maps:
        try:
            mem.seek(start)
            found[locked] += mem.read(end - start).count(want)
        except OSError:
            continue
print("locked", found[True], "open", found[False])
END
}
expect() { # sentence, pattern, got
	if [[ $3 =~ $2 ]]; then
		passed=$((passed + 1)); echo "ok    $1"
	else
		failed=$((failed + 1)); echo "FAIL  $1: $3"
	fi
}

tm new-session -d -s demo -x 80 -y 24 "env -i PATH=$PATH HOME=$tmp \
    LANG=C.UTF-8 TERM=tmux-256color sh -c 'echo \$\$ >$tmp/pid; \
    exec $demo pin'"
wait_for "Ctrl-U clear"
pid=$(cat "$tmp/pid")
if ! search "$pid" x >/dev/null 2>&1; then
	echo "skipped: this user may not read /proc/PID/mem"
	exit 77
fi
# In two parts, so that one read(2) cannot hold all of it by luck.
tm send-keys -t demo -l 'q7Zk'
tm send-keys -t demo -l '~9Wx'
got=
for ((i = 0; i < 100; i++)); do
	got=$(search "$pid" 'q7Zk~9Wx')
	[[ $got == "locked 0 "* ]] || break
	sleep 0.05
done
expect "the PIN is once in locked memory" '^locked 1 ' "$got"
expect "the PIN is nowhere in other memory" ' open 0$' "$got"
for part in q7Zk 9Wx; do
	expect "nor is its part $part" ' open 0$' "$(search "$pid" "$part")"
done
expect "a text of the screen is found by the same search" 'open [1-9]' \
    "$(search "$pid" 'Nobody else looks')"
tm send-keys -t demo C-u
for ((i = 0; i < 100; i++)); do
	got=$(search "$pid" 'q7Zk')
	[ "$got" = "locked 0 open 0" ] && break
	sleep 0.05
done
expect "Ctrl-U wipes it" '^locked 0 open 0$' "$got"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
