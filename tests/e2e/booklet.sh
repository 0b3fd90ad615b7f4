#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The paper script: the hashes of what runs, each step once with room for
# initials, blanks for what is written by hand; every word at its place.
set -eu
. "$(dirname "$0")/../lib.sh"
need pdftotext python3 sha256sum
export PYTHONDONTWRITEBYTECODE=1

hex()
{
	sha256sum "$1" | cut -c1-64 | sed 's/..../& /g; s/ $//'
}
# steps SCRIPT SITE: the names of its instances, from the engine's own list
steps()
{
	python3 - "$1" "$2" <<'END'
import re, sys
people = re.findall(r"\{id: ([^,]+), role: ([^,]+),", open(sys.argv[2]).read())
act = None
for line in open(sys.argv[1]):
    m = re.match(r"(  |      )- id: (\S+)", line)
    if m and m.group(1) == "  ":
        act = m.group(2)
    elif m:
        step, each = m.group(2), None
        names = ["%s.%s" % (act, step)]
        print(names[0])
    m = re.match(r"        for_each: (\S+)", line)
    if m:
        print("each %s %s" % (names[0], " ".join(
            i for i, role in people if role == m.group(1))))
END
}
for n in 3 10; do
	"$root/scripts/rehearsal-site.sh" $n 2 >site$n.yaml
	for script in activation recovery proof; do
		name=$script$n
		file=$root/scripts/$script.yaml
		expect_exit 0 "booklet: $name.md" "$ceremony" script print \
		    "$file" --site site$n.yaml -o $name.md
		check "$name.md has both hashes" test "$(grep -cF -e \
		    "$(hex "$file")" -e "$(hex site$n.yaml)" $name.md)" = 2
		steps "$file" site$n.yaml | python3 -c '
import sys
names = []
for line in sys.stdin:
    word = line.split()
    if word[0] == "each":
        names.remove(word[1])
        names += [word[1] + "." + who for who in word[2:]]
    else:
        names += word
text = open(sys.argv[1]).read().replace("\\", "")
wrong = [n for n in names if len([s for s in text.split("\n")
                                  if s.endswith(" min. " + n)]) != 1]
boxes = text.count("- [ ] **")
print(len(names), boxes, wrong)
sys.exit(bool(wrong) or boxes != len(names) or boxes < 10)' $name.md >said ||
		    fail "$name.md: each step once: $(cat said)"
		check "$name.md has each step once" grep -q '\[\]$' said
		expect_exit 0 "booklet: $name.pdf" "$ceremony" script print \
		    "$file" --site site$n.yaml -o $name.pdf
		check "$name.pdf: every word at its place" python3 \
		    "$root/tests/audit/boxes.py" $name.pdf 800
	done
done
pdftotext activation3.pdf words 2>/dev/null
check 'ten words of script and site stand at each foot' grep -Eq \
    '^script( [[:alpha:]]+){5} · site( [[:alpha:]]+){5}$' words
for text in '32 \.' 'Number of the bag' 'Head of the journal, first words' \
    'Exception 4' 'Bag of the card holder-3' 'Serial number on the card' \
    'First words of the wrapping certificate' 'Aldo Rossi, holder'; do
	check "it has room for: $text" grep -q -- "$text" activation3.md
done
check 'what is read aloud stands in it' grep -q \
    'Say: The cards sign the set before it leaves the room' activation3.md
refute 'no name is left to be filled in' grep -q '{' activation3.md
check 'again it is the same' "$ceremony" script print \
    "$root/scripts/activation.yaml" --site site3.yaml -o again.pdf
check 'byte for byte' cmp again.pdf activation3.pdf

# --- a step for one outcome of another --------------------------------------
sed '/do: set.build/a\        if: {step: keys.drill, was: all}' \
	"$root/scripts/activation.yaml" >if.yaml
expect_exit 0 'booklet: if.md' "$ceremony" script print if.yaml --site \
	site3.yaml -o if.md
check 'a condition is on paper' grep -q \
	'Only if keys.drill was all; else struck out' if.md

# --- refused ----------------------------------------------------------------
# shellcheck disable=SC2317	# called by expect_exit
print()
{
	"$ceremony" script print "$root/scripts/activation.yaml" \
	    --site site3.yaml "$@"
}
expect_exit 1 'again.pdf exists' print -o again.pdf
expect_exit 2 'ends in neither .pdf nor .md' print -o booklet.txt
expect_exit 2 'site is missing' "$ceremony" script print \
    "$root/scripts/activation.yaml" -o x.pdf
sed '/\(role\|person\): auditor/d; s/auditor-1/witness-1/' site3.yaml >few.yaml
expect_exit 1 "names 'auditor', whom the site file does not have" "$ceremony" script print \
    "$root/scripts/activation.yaml" --site few.yaml -o x.pdf
refute 'nothing was written' test -e x.pdf
finish
