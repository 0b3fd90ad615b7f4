#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzing: the planted faults are found, and a minute of each target finds
# none.  FUZZ_SECONDS for longer.
# timeout: 14400
set -eu
. "$(dirname "$0")/../lib.sh"
need clang

unset BUILD
check "make fuzz, ${FUZZ_SECONDS:=60} s a target" \
    env "FUZZ_SECONDS=$FUZZ_SECONDS" make -C "$root" fuzz
cat "$tmp/checked"
check 'the planted faults were found' \
    grep -q '^control: 6 planted faults found' "$tmp/checked"
finish
