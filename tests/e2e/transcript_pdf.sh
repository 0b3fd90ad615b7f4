#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The transcript as PDF: every letter of three alphabets is whole, by its
# pixels; no word is outside the margins or over another; printed again it is
# the same.  PDF_UPDATE=1 makes tests/audit/data/alphabets.png: look at it.
set -eu
. "$(dirname "$0")/../lib.sh"
need pdftoppm pdftotext pdfinfo python3
[ -r /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] ||
    skip_all 'fonts-dejavu-core is not installed'
picture=$root/tests/audit/data/alphabets.png

check 'a page of alphabets' "$BUILD/tests/audit/alphabets" a.pdf
pdftoppm -r 90 -png -singlefile a.pdf a 2>/dev/null
[ -z "${PDF_UPDATE:-}" ] || cp a.png "$picture"
check 'each letter has the pixels that were looked at' python3 \
    "$root/tests/audit/pixels.py" a.png "$picture"
check 'and its words their places' python3 "$root/tests/audit/boxes.py" \
    a.pdf 40
pdftotext a.pdf words 2>/dev/null
check 'a letter that no font has is shown as its number' grep -q \
    '^aU+6F22U+5B57b and U+1F600: ' words
check 'nothing of what is longer than a page is lost' test \
    "$(grep -o '\bn[0-9]\{4\}\b' words | wc -l)" = 4500
check 'the same document' "$BUILD/tests/audit/alphabets" b.pdf
check 'is the same PDF' cmp a.pdf b.pdf
# The tests themselves: a letter that is not whole, words that lie wrong.
pdftoppm -r 91 -png -singlefile a.pdf c 2>/dev/null
refute 'other pixels are told' python3 "$root/tests/audit/pixels.py" c.png \
    "$picture"
refute 'too few words are told' python3 "$root/tests/audit/boxes.py" a.pdf \
    40000

"$BUILD/tests/audit/make_ceremony" day export >/dev/null
check 'each chapter stands once' test -z \
    "$(grep '^## ' export/transcript.md | sort | uniq -d)"
check 'an export has one, its words at their places' python3 \
    "$root/tests/audit/boxes.py" export/transcript.pdf 300
check 'it is printed again' "$ceremony" audit print export -o again.pdf
check 'the same' cmp export/transcript.pdf again.pdf
check 'as Markdown too' "$ceremony" audit print export -o again.md
check 'the same too' cmp export/transcript.md again.md
pdftotext again.pdf words 2>/dev/null
check 'a rehearsal says so on each page' grep -q '^rehearsal · ' words
check 'ten words of the head stand at its foot' grep -Eq \
    '^head( [[:alpha:]]+){10}$' words
check 'each page says of how many it is' grep -q 'page 1 of [1-9]' \
    words
expect_exit 1 'exists' "$ceremony" audit print export -o again.md
expect_exit 2 'ends in neither .pdf nor .md' "$ceremony" audit print export \
    -o again.txt
cp -a export broken
echo >>broken/site.yaml
expect_exit 1 'does not verify' "$ceremony" audit print broken -o never.pdf
refute 'nothing was written' test -e never.pdf
finish
