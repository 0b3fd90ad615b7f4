#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The action readback: words of a hash from a second person's paper, at
# positions the program draws; what is right, what is wrong, what is no
# second path, and what an answers file may say.
set -eu
. "$(dirname "$0")/../lib.sh"
need python3

cat >script.yaml <<'END'
ceremony: reading
format: 1
title: Words are read back
acts:
  - id: first
    title: Reading
    steps:
      - id: back
        do: readback
        subject: script
        title: The script, from paper
        by: witness
        watch: [auditor]
        why: A screen shows what the station believes.
        minutes: 1
END
"$root/scripts/rehearsal-site.sh" 3 2 >site.yaml
answers()
{
	printf 'answers-for: test\nformat: 1\npin-file: pin\n'
	printf 'wait-seconds: 1\ncard-retries: 0\nanswers:\n'
	printf '  %s\n' "$@"
}
# go CODE TEXT DIR [OPTION...]: $script with made.yaml's answers
script=script.yaml site=site.yaml
go()
{
	expect_exit "$1" "$2" "$ceremony" run "$script" --site "$site" \
		--dir "$3" --answers made.yaml "${@:4}"
}
# fact DIR KIND NAME: that fact of each row of the kind
fact()
{
	"$ceremony" audit show "$1" --json | python3 -c '
import json, sys
rows = map(json.loads, sys.stdin)
print(" | ".join(str(e["facts"][sys.argv[2]]) for e in rows
                 if e.get("kind") == sys.argv[1]))' "$2" "$3"
}

# --- what a script may say ------------------------------------------------
answers 'copy: o' 'readback: from-screen' >made.yaml
script=changed.yaml
sed 's/subject: script/subject: weather/' script.yaml >changed.yaml
go 3 "'weather' cannot be read back: software, script" bad --rehearsal
grep -v subject: script.yaml >changed.yaml
go 3 "'subject' is missing" bad --rehearsal
sed 's/do: readback/do: read/' script.yaml >changed.yaml
go 3 "'subject' does not belong here" bad --rehearsal
for subject in head exchange domain; do
	sed "s/subject: script/subject: $subject/" script.yaml >changed.yaml
	go 1 "nothing to read back yet" "early-$subject" --rehearsal
done
script=script.yaml

# --- an answers file ------------------------------------------------------
go 0 "is complete" file --rehearsal
same "the journal says that no words were given" \
	"by the answers file, without words" "$(fact file readback answered)"
check "and verifies" "$ceremony" audit verify file
grep -v rehearsal-root site.yaml >production.yaml
site=production.yaml
go 1 "nobody is signed in" uncalled
sed 's/^      - id: back/      - {id: people, do: roll-call, title: People, by: witness, why: T, minutes: 1}\n&/' \
	script.yaml >called.yaml
answers 'copy: o' 'readback: from-screen' 'present: "yes"' >made.yaml
script=called.yaml
go 1 "an answers file cannot read back in production" production
site=site.yaml
script=script.yaml
same "nothing was taken for a read-back there" "" \
	"$(fact production readback try)"

# --- the copy -------------------------------------------------------------
answers 'copy: c' 'readback: from-screen' >made.yaml
go 1 "the stick or this screen: that is no second path" stick --rehearsal
same "the journal has where it came from" "stick or this screen" \
	"$(fact stick readback.copy source)"
same "and that it was not taken" False "$(fact stick readback.copy accepted)"
same "no word was asked for" "" "$(fact stick readback try)"
answers 'copy: x' 'readback: from-screen' >made.yaml
go 1 "'x' says not where the copy" letter --rehearsal

# --- wrong words ----------------------------------------------------------
answers 'copy: v' 'readback: one two three four five' >made.yaml
go 1 "3 times witness-1 read words that are not those of the script" wrong \
	--rehearsal
same "each try is a row" "1 | 2 | 3" "$(fact wrong readback try)"
same "none was right" "False | False | False" "$(fact wrong readback right)"
check "positions are drawn anew, different, within the hash" python3 - \
	"$(fact wrong readback positions)" <<'END'
import sys
sets = [[int(n) for n in s.split()] for s in sys.argv[1].split(" | ")]
assert len(sets) == 3
for s in sets:
    assert len(set(s)) == 5 and s == sorted(s), s
    assert s[0] >= 1 and s[-1] <= 32, s
assert sets[0] != sets[1] or sets[1] != sets[2]
END
"$ceremony" audit show wrong >shown
refute "what was typed is not in the journal" grep -q "one two" shown
check "the refusal is in the journal" grep -q step.failed shown
check "which verifies" "$ceremony" audit verify wrong
answers 'copy: v' 'readback: one two three four' >made.yaml
go 1 "the last time wrong at position" few --rehearsal

# --- words, typed in plain lines ------------------------------------------
cat >typed.py <<'END'
"""Type the words that are asked for; spoil as many as told."""
import hashlib, importlib.util, os, pty, re, sys
sys.dont_write_bytecode = True
program, verify, spoil = sys.argv[1], sys.argv[2], int(sys.argv[3])
spec = importlib.util.spec_from_file_location("verify", verify)
v = importlib.util.module_from_spec(spec)
spec.loader.exec_module(v)
sha = hashlib.sha256(open("script.yaml", "rb").read()).digest()
words = [(v.ODD if i % 2 else v.EVEN)[b] for i, b in enumerate(sha)]
pid, fd = pty.fork()
if pid == 0:
    os.execv(program, [program] + sys.argv[4:])
text, asked, said = "", 0, set()
while True:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if not more:
        break
    text += more.decode()
    if not text[asked:].endswith(" > "):
        continue
    q, asked = text[asked:], len(text)
    word = re.search(r"word (\d+) \(.* > $", q)
    answer = "o" if "one letter" in q else "a"
    if word:
        answer = words[int(word.group(1)) - 1]
        said.add(answer)
        if spoil > 0:
            answer = "nonsense"
        spoil -= 1
        answer = answer.upper()         # any case will do
    os.write(fd, answer.encode() + b"\n")
print(text)
before = set(re.findall(r"\w+", re.split(r" word \d+ ", text)[0]))
print("shown before: %s" % sorted(said & before))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
typed()
{
	expect_exit "$1" "$2" python3 typed.py "$ceremony" \
		"$root/audit/verify.py" "$3" run script.yaml --site site.yaml \
		--dir "$4" --rehearsal --plain
}
typed 0 "is complete" 0 right
check "no word that was asked for was shown before" grep -qF "shown before: []" \
	"$tmp/out"
same "one try was enough" 1 "$(fact right readback try)"
same "it was right" True "$(fact right readback right)"
same "and was given with words" "with words" "$(fact right readback answered)"
typed 0 "is complete" 1 once
same "a wrong word is asked again" "False | True" "$(fact once readback right)"
typed 1 "two copies that differ are two things" 15 thrice
finish
