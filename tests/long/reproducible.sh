#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Two builds of the same sources, in directories of different names, by
# another number of jobs, under another umask, time zone and home, give the
# same programs byte for byte.
# timeout: 1200
set -eu
. "$(dirname "$0")/../lib.sh"
need gcc make git
unset BUILD CFLAGS CPPFLAGS LDFLAGS EXTRA_CFLAGS EXTRA_LDFLAGS

# copy DIRECTORY: the sources as git knows them, changes included.
copy()
{
	mkdir -p "$1"
	git -C "$root" ls-files -co --exclude-standard -z |
	    (cd "$root" && xargs -0 cp --parents -t "$1")
}

one=$tmp/one
two="$tmp/another and longer/name"
copy "$one"
copy "$two"
check 'the first is built' env TZ=Asia/Tokyo make -C "$one" -j1 CC=gcc all
check 'the second, in another place and way' sh -c \
    "umask 027; HOME=/nonexistent LC_ALL=C exec make -C '$two' -j2 CC=gcc all"
for program in ceremony ceremony-pool; do
	sum=$(sha256sum <"$one/build/$program" | cut -d' ' -f1)
	check "$program is the same byte for byte (SHA-256 ${sum:0:16}...)" \
	    cmp "$one/build/$program" "$two/build/$program"
	refute "$program does not tell where it was built" \
	    grep -qF "$tmp" "$one/build/$program"
done
sum=$(sha256sum "$one/build/ceremony" | cut -d' ' -f1)
printf '      ceremony %s\n' "$sum"
finish
