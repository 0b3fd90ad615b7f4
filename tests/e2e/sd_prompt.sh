#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A password typed at the terminal: not echoed, and the terminal is as before
# afterwards, also after Ctrl-C.
set -eu
cd "$(dirname "$0")/../.."
export LANG=C.UTF-8 TERM=dumb
BIN=${BUILD:-build}/ceremony
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
export HOME=$W TMPDIR=$W
for i in 0 1 2; do
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$W/h$i.key" \
		-out "$W/h$i.cer" -subj "/CN=holder-$i" -days 30 2>/dev/null
done
openssl pkcs8 -topk8 -in "$W/h0.key" -out "$W/e0.key" -passout pass:sesame
cp "$W/h0.cer" "$W/e0.cer"
echo data >"$W/a"
"$BIN" sd split --sd-wrapping-keys "$W"/h?.cer --sd-quorum 2 --datum \
	a="$W/a" --security-domain-file "$W/sd.json" >/dev/null 2>&1

python3 - "$BIN" "$W" <<'EOF'
import os
import pty
import sys
import termios

BIN, W = sys.argv[1:]
passed = failed = 0


def check(name, good, shown):
    global passed, failed
    passed, failed = passed + good, failed + (not good)
    print("ok  " if good else "FAIL", name)
    if not good:
        print(shown)


def session(typed):
    """Run sd prove on a terminal of its own; type at the prompt."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(BIN, [BIN, "sd", "prove", "--sd-file", W + "/sd.json",
                       "--sd-wrapping-keys", W + "/e0.key",
                       W + "/h1.key"])
    before = termios.tcgetattr(fd)[3]
    shown, sent, after = b"", False, None
    while True:
        try:
            chunk = os.read(fd, 4096)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
        if not sent and b"password of" in shown:
            os.write(fd, typed)
            sent = True
        if sent:
            try:
                after = termios.tcgetattr(fd)[3]
            except termios.error:
                pass
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return code, shown.decode(), before == after


code, shown, same = session(b"sesame\n")
check("the right password opens the key", code == 0 and
      "proven: 2 of 3" in shown, shown)
check("it is not echoed", "sesame" not in shown, shown)
check("the terminal is as before", same, shown)
code, shown, same = session(b"wrong\n")
check("a wrong one is refused", code == 1 and
      "does not open the private key" in shown, shown)
code, shown, same = session(b"ses\x03")
check("Ctrl-C cancels", code == 5 and "stopped at the prompt" in shown, shown)
check("and leaves the terminal as before", same, shown)
print(f"{passed} passed, {failed} failed, 0 skipped")
sys.exit(failed != 0)
EOF
