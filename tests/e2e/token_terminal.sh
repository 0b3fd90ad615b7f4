#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A PIN typed on a terminal: no echo, and the terminal is put back on every
# way out; a serial typed before a wipe.
set -eu
export LANG=C.UTF-8 TERM=dumb
C=${BUILD:-build}/ceremony
M=/usr/lib/softhsm/libsofthsm2.so
for need in "$C" "$M"; do
	[ -r "$need" ] || { echo "skipped: no $need"; exit 77; }
done
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export HOME=$T TMPDIR=$T
mkdir "$T/cards"
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' \
	"$T/cards" >"$T/conf"
MOD=(--module "$M" --module-env "SOFTHSM2_CONF=$T/conf")
"$C" token init "pkcs11:" --label typed --so-pin-fd 8 --pin-fd 7 \
	"${MOD[@]}" 7< <(echo 483920) 8< <(echo 12345678) >/dev/null
"$C" token generate "pkcs11:token=typed" --id 01 --use wrapping --bits 2048 \
	--pin-fd 7 "${MOD[@]}" 7< <(echo 483920) >/dev/null
python3 - "$C" "${MOD[@]}" <<'PY'
import os, pty, select, signal, sys, termios, time

C, MOD = sys.argv[1], sys.argv[2:]
passed = failed = 0

def check(name, truth, more=""):
    global passed, failed
    if truth:
        passed += 1
    else:
        failed += 1
        print("FAILED:", name, more)

def run(args, prompt, answer, sig=None):
    """Run on a terminal of its own; answer (or signal) at the prompt."""
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.close(master)
        import fcntl
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(slave, fd)
        os.execv(C, [C, "token"] + args + MOD)
    seen, quiet, done = b"", None, False
    end = time.monotonic() + 60
    while time.monotonic() < end:
        r, _, _ = select.select([master], [], [], 0.1)
        if r:
            seen += os.read(master, 4096)
        if not done and prompt in seen:
            quiet = not termios.tcgetattr(slave)[3] & termios.ECHO
            done = True
            if sig is not None:
                os.kill(pid, sig)
            else:
                os.write(master, answer + b"\n")
        got, status = os.waitpid(pid, os.WNOHANG)
        if got:
            break
    while select.select([master], [], [], 0.2)[0]:
        seen += os.read(master, 4096)
    after = termios.tcgetattr(slave)
    os.close(master)
    os.close(slave)
    return os.waitstatus_to_exitcode(status), seen, quiet, after == before

U = "pkcs11:token=typed"
code, seen, quiet, back = run(["probe", U], b"PIN of card", b"483920")
check("a typed PIN opens the card", code == 0, seen)
check("the echo is off while it is typed", quiet)
check("the PIN is never on the screen", b"483920" not in seen, seen)
check("the terminal is as before", back)
code, seen, quiet, back = run(["probe", U], b"PIN of card", b"000000")
check("a wrong typed PIN is exit 4", code == 4, seen)
check("the terminal is as before", back)
code, seen, quiet, back = run(["probe", U], b"PIN of card", b"")
check("an empty answer is exit 2", code == 2, seen)
check("the terminal is as before", back)
for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    code, seen, quiet, back = run(["probe", U], b"PIN of card", b"", sig)
    check("%s at the prompt is exit 5" % sig.name, code == 5, seen)
    check("the terminal is as before after %s" % sig.name, back)
code, seen, quiet, back = run(["wipe", U], b"Type its serial", b"nonsense")
check("a wrong typed serial wipes nothing", code == 1, seen)
check("and says so", b"nothing was wiped" in seen, seen)
print("%d passed, %d failed, 0 skipped" % (passed, failed))
sys.exit(failed != 0)
PY
