#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The documents name what exists, and all of it: commands and options in the
# manual page, files and commands in README.md, rows in the format documents.
set -eu
. "$(dirname "$0")/../lib.sh"

man=$root/docs/man/ceremony.1
sed -e 's/\\-/-/g' -e 's/\\(aq/'"'"'/g' "$man" >page

# The commands, from the program itself: "group verb" or "group".
# The verb stands in a column of its own.
"$ceremony" help | awk '/^  [a-z]/ {
	verb = substr($0, 15, 13); sub(/ +$/, "", verb)
	print verb == "" ? $1 : $1 " " verb }' >commands
check "the program lists its commands" test "$(wc -l <commands)" -ge 15

while read -r command; do
	check "ceremony(1) has the command '$command'" \
	    grep -qE "^\.B ceremony $command( |\$)" page
	# shellcheck disable=SC2086 # one or two words
	"$ceremony" $command --help >help.txt
	grep -oE '(^|[ (|[])--?[a-z0-9][a-z0-9-]*' help.txt |
	    grep -oE -e '--?[a-z0-9-]+' | sort -u >options || :
	while read -r option; do
		check "ceremony(1) has $option of '$command'" \
		    grep -qE -e "(^|[ [(|])$option([] |)]|\$)" page
	done <options
done <commands

# The other way round: a command of the page is one of the program.
sed -n 's/^\.B ceremony \([a-z]\{1,\}\)\( [a-z-]\{1,\}\)\{0,1\}.*/\1\2/p' page |
    sort -u >named
while read -r group verb; do
	check "the program has ceremony(1)'s '$group $verb'" \
	    grep -qE "^$group( $verb)?\$" commands
done <named

for code in 0 1 2 3 4 5 6; do
	check "ceremony(1) explains exit status $code" \
	    grep -qx "\.B $code" page
done
if command -v groff >/dev/null; then
	same "groff finds nothing wrong with ceremony(1)" "" \
	    "$(groff -man -ww -z -Tutf8 "$man" 2>&1)"
else
	skip "groff finds nothing wrong with ceremony(1)" "no groff"
fi

# README.md: the tour's files, other paths, make targets, commands.
readme=$root/README.md
# shellcheck disable=SC2016 # backquotes of Markdown
grep -oE '`[a-z0-9A-Z_.-]+(/[a-zA-Z0-9_.-]*)+`|`[A-Z]+(\.md)?`' "$readme" |
    tr -d '`' | sort -u >paths
check "README.md names files" test "$(wc -l <paths)" -ge 20
while read -r path; do
	check "README.md's $path is there" test -e "$root/$path"
done <paths
grep -oE '^    make .*' "$readme" | grep -oE '\b(rehearsal|check|lint|asan|bench|install)\b' |
    sort -u >targets
check "README.md names make's targets" test "$(wc -l <targets)" -ge 5
while read -r target; do
	check "the Makefile has README.md's target $target" \
	    grep -qE "^$target:" "$root/Makefile"
done <targets

# Each command that README.md or CEREMONY.md shows, with its options.
for doc in README.md CEREMONY.md; do
	sed -n 's/^    *\(build\/\)\{0,1\}\(ceremony [a-z].*\)/\2/p' \
	    "$root/$doc" >shown
	check "$doc shows commands" test -s shown
	while read -r _ group verb _; do
		[ "$group" != help ] || continue
		check "the program has $doc's 'ceremony $group $verb'" \
		    grep -qE "^$group( $verb)?\$" commands
	done <shown
	# A command line of az is az's.
	# shellcheck disable=SC2016 # a backquote of Markdown
	sed '/^    az /d' "$root/$doc" |
	    grep -oE -e '(^|[ `(])--[a-z0-9][a-z0-9-]+' |
	    grep -oE -e '--[a-z0-9-]+' | sort -u >options
	while read -r option; do
		case $option in
		# az's, the pool's, setup's
		--encoding | --file | --kty | --name | --ops | --size | \
		--hsm-name | --sd-quorum | --security-domain-file | \
		    --restore-blob | --target-operation | --tests) continue ;;
		esac
		check "ceremony(1) has $doc's $option" \
		    grep -qE -e "(^|[ [(|])$option([] |).]|\$)" page
	done <options
done

# Packages: what README.md lists is what scripts/setup installs.
sed -n '/^build_set=/,/git.$/p' "$root/scripts/setup" | tr -d "'" |
    sed 's/^[a-z_]*=//' | tr -s ' \t' '\n' | sort -u | grep . >packages
check "scripts/setup lists packages" test "$(wc -l <packages)" -ge 25
sed -n '/^## Dependencies/,/^## More/p' "$readme" >deps
while read -r package; do
	check "README.md gives a reason for $package" \
	    grep -qE "^\|.*(^|[ |])${package}[, |]" deps
done <packages

# Rows: every kind that ceremony/ writes has a line of a table in directory.md,
# every kind of audit/ is in a format document.
{
	grep -ohE 'cer_row\((room), "[a-z.]+"' "$root"/ceremony/*.c |
	    grep -oE '"[a-z.]+"'
	grep -ohE '"(card|medium|exception|step|file)\.[a-z]+"|, "artifact"' \
	    "$root"/ceremony/*.c | grep -oE '"[a-z.]+"'
	sed -n 's/^#define CER_EXPORT[A-Z_]* \("[a-z.]*"\).*/\1/p' \
	    "$root/ceremony/room.h"
} | tr -d '"' | sort -u |
    grep -vE '^card\.(c|h|identify|initialise|generate|prove|pin|retire|wrong)$' \
    >kinds
check "the engine writes rows" test "$(wc -l <kinds)" -ge 25
while read -r kind; do
	check "directory.md has the row $kind" \
	    grep -qE "^\| ${kind//./\\.} \|" "$root/docs/format/directory.md"
done <kinds
sed -n 's/^#define AUD_KIND_[A-Z_]* "\([a-z.]*\)".*/\1/p' \
    "$root/audit/sign.h" >kinds
check "audit/ has kinds of rows" test "$(wc -l <kinds)" -ge 10
cat "$root"/docs/format/*.md >formats
while read -r kind; do
	check "docs/format has the row $kind" \
	    grep -qE "(^| )${kind//./\\.}[ ,|{]" formats
done <kinds

# Facts of the engine's rows.
for fact in $(grep -ohE 'AUD_[SIB]\("[a-z0-9_.-]+"' "$root"/ceremony/*.c |
    grep -oE '"[^"]+"' | tr -d '"' | sort -u); do
	check "directory.md has the fact $fact" grep -qE \
	    "(^|[ |,(])${fact//./\\.}([ ,:|);.]|\$)" \
	    "$root/docs/format/directory.md"
done

# Actions and their fields; keys of site and answers files.
grep -oE '\{ "[a-z.-]+", "[a-z_ ]*", (true|false)' \
    "$root/ceremony/actions.c" | sed 's/[{",]//g' >actions
check "the code has actions" test "$(wc -l <actions)" -ge 20
while read -r action rest; do
	check "script.md has the action $action" \
	    grep -qE "^\| ${action//./\\.} \|" "$root/docs/format/script.md"
	for field in $rest; do
		case $field in
		true | false) continue ;;
		esac
		check "script.md has $action's field $field" grep -qE \
		    "^\| ${action//./\\.} \|.*$field" \
		    "$root/docs/format/script.md"
	done
done <actions

# Nothing outside this repository is named.
refute "no document names a place of the machine it was written on" \
    grep -rnE '(^|[^a-z])/(work|tmp)/' "$root/README.md" \
    "$root/CEREMONY.md" "$root/NEWS.md" "$root/docs"
finish
