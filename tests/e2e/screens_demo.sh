#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The screens in a real terminal (tmux), scenario by scenario, compared with
# tests/screens/*.txt.  SCREENS_UPDATE=1 writes those files instead.
set -eu
cd "$(dirname "$0")/../.."
demo=$(realpath -m "${BUILD:-build}")/tests/ui/demo
screens=$PWD/tests/screens
for need in tmux zbarimg python3; do
	command -v "$need" >/dev/null ||
	    { echo "skipped: $need is not installed"; exit 77; }
done
[ -x "$demo" ] || { echo "skipped: $demo is not built"; exit 77; }

tmp=$(mktemp -d)
sock=screens$$
export TMUX_TMPDIR=$tmp HOME=$tmp LANG=C.UTF-8 TERM=xterm-256color
unset TMUX NO_COLOR
tm() { tmux -u -L "$sock" -f /dev/null "$@"; }
trap 'tm kill-server 2>/dev/null || true; rm -rf "$tmp"' EXIT
passed=0 failed=0
# The server would end with its last session while the next one connects.
tm new-session -d -s keep cat

ok() { passed=$((passed + 1)); echo "ok    $1"; }
not_ok() { failed=$((failed + 1)); echo "FAIL  $1"; }
check() { # sentence, command...
	local what=$1
	shift
	if "$@"; then ok "$what"; else not_ok "$what"; shot | sed 's/^/      /'; fi
}
shot() { tm capture-pane -p -t demo 2>/dev/null || true; }
shot_colours() { tm capture-pane -p -e -t demo; }
has() { shot | grep -qF -- "$1"; }
has_not() { ! has "$1"; }
wait_for() { # text; polls, twenty seconds at most
	local i
	for ((i = 0; i < 400; i++)); do
		has "$1" && return 0
		sleep 0.05
	done
	echo "      never appeared: $1"
	return 1
}
wait_for_not() { # text
	local i
	for ((i = 0; i < 400; i++)); do
		has "$1" || return 0
		sleep 0.05
	done
	return 1
}
start() { # WxH scenario [VAR=value...]
	local size=$1 scenario=$2
	shift 2
	tm kill-session -t demo 2>/dev/null || true
	rm -f "$tmp"/{pid,before,after}
	cat >"$tmp/run" <<-END
		stty -a | sed 1d >"$tmp/before"
		sh -c 'echo \$\$ >"$tmp/pid"; exec "$demo" $scenario'
		echo "exit \$?"
		stty -a | sed 1d >"$tmp/after"
		echo "all done"
		exec sleep 600
	END
	tm new-session -d -s demo -x "${size%x*}" -y "${size#*x}" \
	    "env -i PATH=$PATH HOME=$tmp LANG=C.UTF-8 TERM=tmux-256color $* \
	    bash $tmp/run"
}
keys() { tm send-keys -t demo "$@"; }
type_text() { tm send-keys -t demo -l -- "$1"; }
same_screen() { # name
	shot >"$tmp/shot"
	if [ -n "${SCREENS_UPDATE:-}" ]; then
		cp "$tmp/shot" "$screens/$1.txt"
		return 0
	fi
	diff -u "$screens/$1.txt" "$tmp/shot"
}
screen() { # name marker
	wait_for "$2" || true
	check "the screen is tests/screens/$1.txt" same_screen "$1"
}
ends() { # sentence, text of the result
	wait_for "all done" || true
	check "$1" has "$2"
	check "  and the terminal is as it was before" \
	    cmp "$tmp/before" "$tmp/after"
}

# Every screen at 80x24.
start 80x24 step
screen step "? help"
keys Enter
ends "Enter answers a question that wants only that" "result: KC_OK"
start 80x24 rehearsal
screen rehearsal "? help"
shot_colours | head -1 | tr -d 'A-Za-ln-z' >"$tmp/rehearsal"
start 80x24 step
wait_for "? help"
shot_colours | head -1 | tr -d 'A-Za-ln-z' >"$tmp/production"
check "production has a white on red top line" \
    grep -qF '41m' "$tmp/production"
check "rehearsal has another" grep -qF '46m' "$tmp/rehearsal"

start 80x24 frozen
screen busy "k stop card work"
keys k
screen busy-stop "any other key: go on"
keys n
wait_for "k stop card work"
keys e
check "a wish during card work is heard" wait_for "Heard: the exception form"
keys k
wait_for "any other key: go on"
keys y
ends "card work stops after k and y" "answer: killed"

start 80x24 busy
wait_for "k stop card work"
keys s
wait_for "Heard: suspension"
ends "suspension asked for during card work comes at the next question" \
    "result: KC_ESUSPEND"

start 80x24 checks
screen checks "? help"
keys PageUp
check "PgUp shows the evidence above" wait_for "check 8: as the site"
start 80x24 hash
screen readback "? help"
start 80x24 foreign
screen foreign "? help"
start 80x24 refuse
screen refusal "? help"
type_text q
check "a letter that is no choice is refused with a sentence" \
    wait_for "Press one of the letters"
type_text x
ends "a choice of a refusal is returned" "answer: x"
start 80x24 say
screen say "? help"
keys Enter
ends "a message ends on Enter" "result: KC_OK"
start 80x24 step
wait_for "? help"
keys '?'
screen help "any key back"

# Questions.
start 80x24 yesno
wait_for "y yes"
keys Enter
check "Enter is neither yes nor no" wait_for "Answer with y or n"
type_text n
ends "n is no" "answer: no"
start 80x24 text
screen text "F1 help"
keys Enter
check "an empty line is refused" wait_for "Nothing is written yet"
type_text 'beshs? é東'
keys BSpace
type_text 'x'
keys Enter
ends "letters, e s h and ? among them, are text in a line" \
    "answer: beshs? éx"
start 80x24 text
wait_for "F1 help"
keys F3
ends "F3 in a line asks for suspension" "result: KC_ESUSPEND"
start 80x24 text
wait_for "F1 help"
keys Escape
ends "Esc cancels a line" "result: KC_ECANCEL"
start 80x24 again
wait_for "F1 help"
type_text '0417'
wait_for 0417
keys F2
wait_for "Exception 2"
keys Escape
wait_for "Read the number of the bag"
check "the line begun before the exception form is still there" has 0417
keys Enter
ends "  and is the answer" "answer: 0417"
start 80x24 word
wait_for "F1 help"
type_text generate
keys Enter
screen word "is not the word GENERATE"
type_text GENERATE
keys Enter
ends "the exact word passes" "answer: GENERATE"
start 80x24 words
wait_for "F1 help"
check "the hash is covered while its words are typed" has_not c066
keys Enter Enter Enter Enter Enter
screen words "Word 3 is empty"
type_text 'Scorpio antenna  stopWatch'
keys Tab
type_text 'Quebec '
type_text waffle
keys Enter
ends "a blank or Tab ends a word; the words come in their order" \
    "answer: Scorpio antenna stopWatch Quebec waffle"
start 80x24 words
wait_for "F1 help"
keys Escape
ends "a read-back can be cancelled" "result: KC_ECANCEL"
start 80x24 words
wait_for "F1 help"
keys F2
ends "and the exception form is one key away" "result: KC_EEXCEPT"
start 80x24 choice
screen choice "? help"
type_text e
ends "a choice's own letter comes before the exception key" "answer: e"
start 80x24 choice
wait_for "? help"
keys F2
ends "F2 asks for the exception form there" "result: KC_EEXCEPT"
start 80x24 wait
wait_for "give up"
keys Escape
ends "waiting can be given up" "result: KC_ECANCEL"
start 80x24 ready
ends "waiting ends by itself when the card is there" "result: KC_OK"
start 80x24 step
wait_for "? help"
type_text e
ends "e asks for the exception form" "result: KC_EEXCEPT"
start 80x24 step
wait_for "? help"
keys C-c
ends "Ctrl-C asks for suspension" "result: KC_ESUSPEND"

start 80x24 text
wait_for "F1 help"
keys M-s
tm send-keys -t demo -H 1b 5b 39 39 3b 35 73
type_text z
keys Enter
ends "an unknown key is no letter, and no Esc" "answer: z"
start 80x24 live
wait_for "? help"
clock=$(shot | head -1 | grep -o '..:..:.. UTC')
check "the clock goes on while a question waits" wait_for_not "$clock"

# The exception form.
start 80x24 form
wait_for "F1 help"
for word in "card works" "card is dead" "spare used"; do
	type_text "$word"
	keys Tab
done
keys Enter
check "an empty field is refused by name" wait_for "'Decided by' is empty"
screen form "'Decided by' is empty"
type_text Auditor
keys Enter
ends "the form is filed" "answer: card works|card is dead|spare used|Auditor"
start 80x24 form
wait_for "F1 help"
keys Escape
ends "Esc files nothing" "result: KC_ECANCEL"

# PINs: nothing on the screen, the exact bytes in the program.
sha() { printf %s "$1" | sha256sum | cut -d' ' -f1; }
start 80x24 pin
screen pin "Ctrl-U clear"
type_text 84
keys Left Up Home BSpace
type_text 6297
keys F9 PageDown
check "a typed PIN leaves the screen as it was" same_screen pin
keys Enter
ends "the PIN arrives exactly; arrow keys are no part of it" \
    "answer: $(sha 86297)"
check "no digit of it is in the terminal's history" has_not 6297
start 80x24 pin
wait_for "Ctrl-U clear"
type_text 12345678
type_text 9
keys Enter
check "a PIN that is too long is refused, never cut" wait_for "too long"
type_text 99
keys C-u
type_text 12345678
keys Enter
ends "Ctrl-U starts over" "answer: $(sha 12345678)"
start 80x24 pin
wait_for "Ctrl-U clear"
tm set-buffer "$(printf '\033[200~5150\033[201~')"
tm paste-buffer -t demo
keys Enter
ends "a pasted PIN comes without its marks" "answer: $(sha 5150)"
start 80x24 pin-twice
wait_for "first time"
type_text 123
keys Enter
check "a PIN that is too short is refused" wait_for "too short"
type_text 123456
keys Enter
wait_for "The same PIN again"
type_text 123457
keys Enter
screen pin-differ "The two entries"
type_text 123456
keys Enter
wait_for "The same PIN again"
type_text 123456
keys Enter
ends "twice the same is taken" "answer: $(sha 123456)"
for pair in "Escape KC_ECANCEL" "F2 KC_EEXCEPT" "F3 KC_ESUSPEND" \
    "C-c KC_ESUSPEND"; do
	start 80x24 pin
	wait_for "Ctrl-U clear"
	type_text 12
	keys "${pair% *}"
	ends "${pair% *} leaves the PIN question" "result: ${pair#* }"
done

# The head and its QR code.
start 80x24 step
wait_for "? help"
type_text h
screen head "any key back"
shot_colours | grep -F '▀▀▀▀▀' >"$tmp/qr"
check "the QR code is black on white, set explicitly" \
    grep -qF '[38;5;16m' "$tmp/qr"
python3 - "$tmp/shot" "$tmp/qr.pgm" <<'END'
import sys
rows = open(sys.argv[1], encoding="utf-8").read().split("\n")[2:21]
dark = {" ": "00", "▀": "10", "▄": "01", "█": "11"}
bits = []
for row in rows:
    cells = row.ljust(80)[1:38]
    for half in (0, 1):
        bits.append([dark[c][half] == "1" for c in cells])
k = 8
with open(sys.argv[2], "wb") as out:
    out.write(b"P5 %d %d 255\n" % (len(bits[0]) * k, len(bits) * k))
    for line in bits:
        out.write(b"".join((b"\0" if b else b"\xff") * k for b in line) * k)
END
head=$(python3 -c 'print("".join("%02X" % ((i*37+201)%256) for i in range(32)))')
decoded=$(zbarimg --quiet --raw "$tmp/qr.pgm" 2>/dev/null || true)
check "zbarimg reads the head from the screen" [ "$decoded" = "$head" ]

# Sizes.
start 100x30 step
screen step-100x30 "? help"
start 200x60 checks
screen checks-200x60 "? help"
start 60x20 step
check "a terminal that is too small says so" wait_for "needs 80x24"
keys Enter
tm resize-window -t demo -x 80 -y 24
screen step "? help"
tm resize-window -t demo -x 60 -y 20
check "  and again when it shrinks" wait_for "This terminal is 60x20"
tm resize-window -t demo -x 100 -y 30
screen step-100x30 "? help"
keys Enter
ends "  and goes on where it was" "result: KC_OK"

# Other terminals.
start 80x24 frozen TERM=vt100
screen busy-vt100 "k stop card work"
start 80x24 frozen TERM=linux
screen busy-linux "k stop card work"
start 80x24 foreign LANG=C
screen foreign-ascii "? help"
start 80x24 step NO_COLOR=1
wait_for "? help"
shot_colours >"$tmp/mono"
check "NO_COLOR draws no colour" \
    test -z "$(grep -E $'\033''\[([0-9;]*;)?[34][0-8]' "$tmp/mono")"
check "production is then bold and reversed" \
    grep -qF '[1;7m contoso' "$tmp/mono"
start 80x24 rehearsal NO_COLOR=1
wait_for "? help"
shot_colours >"$tmp/mono"
check "  and rehearsal underlined" grep -qF '[4m contoso' "$tmp/mono"
start 80x24 step TERM=dumb
ends "a terminal without a cursor is refused" "KC_EIO"

# Every way out gives the terminal back.
for sig in TERM HUP ABRT; do
	start 80x24 step
	wait_for "? help"
	kill "-$sig" "$(cat "$tmp/pid")"
	ends "SIG$sig ends the program" "exit $((128 + $(kill -l "$sig")))"
	check "  and its screen is gone" has_not "? help"
done
start 80x24 step
wait_for "? help"
kill -INT "$(cat "$tmp/pid")"
ends "SIGINT asks for suspension" "result: KC_ESUSPEND"
start 80x24 crash
ends "a crash gives the terminal back" "exit 134"
start 80x24 exit
ends "exit without close gives the terminal back" "exit 3"
code=0
"$demo" step </dev/null >"$tmp/out" 2>&1 || code=$?
check "without a terminal the screens refuse with exit 2" [ "$code" = 2 ]
check "  and say what to use instead" grep -q -- --plain "$tmp/out"

for f in "$screens"/*.txt; do
	wide=$(LANG=C.UTF-8 python3 - "$f" <<'END'
import sys, unicodedata
def width(s):
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in s)
print(max(width(l.rstrip("\n")) for l in open(sys.argv[1], encoding="utf-8")))
END
)
	limit=80
	case $f in *-[0-9]*x*) limit=${f##*-} limit=${limit%%x*} ;; esac
	check "$(basename "$f") is at most $limit columns" \
	    [ "$wide" -le "$limit" ]
done

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
