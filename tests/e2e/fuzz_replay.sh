#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every fuzz target over its corpus, and over each file cut and changed; and
# that a target which is wrong, or has nothing to run, does not pass.
# timeout: 900
set -eu
. "$(dirname "$0")/../lib.sh"

corpus=$root/tests/fuzz/corpus
targets=$(cd "$root/tests/fuzz" && printf '%s\n' *_fuzz.c |
    sed 's/_fuzz\.c$//')
for target in $targets; do
	program=$BUILD/tests/fuzz/$target
	n=$(find "$corpus/$target" -type f | wc -l)
	check "the corpus of $target has files" test "$n" -gt 0
	check "$target holds over its corpus" "$program" "$corpus/$target"
	cp "$tmp/checked" ran
	check "$target ran all $n files and variants of them" \
	    grep -E "^$n files, [1-9][0-9]* variants" ran
done
same 'no corpus is without its target' "$targets" "$(ls "$corpus")"

mkdir none
refute 'no file at all is a failure' "$BUILD/tests/fuzz/b64" none
refute 'a file that is not there is a failure' "$BUILD/tests/fuzz/b64" \
    "$corpus/b64/url" nowhere

# The planted faults that need no sanitizer to be seen.
printf '{"alg":"dir","enc":"A256CBC-HS512","kid":"much longer"}' |
    base64 -w 0 | tr '+/' '-_' | tr -d '=' >long
sed 's/^[^.]*//' "$corpus/control/jwe" >>long
check 'the control without a fault accepts what provokes it' \
    "$BUILD/tests/fuzz/control" long
for fault in secret:fuzz_secrets 'wipe:live[i].len' 'sentence:err->msg'; do
	expect_exit 134 "${fault#*:}" env "FUZZ_CONTROL=${fault%%:*}" \
	    "$BUILD/tests/fuzz/control" long
done
finish
