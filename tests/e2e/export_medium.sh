#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# An export goes to a medium whole or not at all: full, read-only and lying
# media, FAT, names, what is printed for paper.
set -eu
. "$(dirname "$0")/../lib.sh"

export LC_ALL=C
make=$BUILD/tests/audit/make_ceremony
"$make" d first
mounted=
# shellcheck disable=SC2317 # called by the trap
unmount()
{
	local m

	for m in $mounted; do
		umount "$m" || :
	done
	cleanup
}
trap unmount EXIT

# nothing NAME FOLDER: no export of any name is there, not half of one.
nothing()
{
	same "$1: nothing is left" "" "$(ls -A "$2")"
}

expect_exit 0 'read back: 18 files' "$ceremony" audit export --dir d -o second
tail -n 1 out >last
same "the last line names the export" "export: second" "$(cat last)"
hash=$(sha256sum <second/manifest.json | cut -c1-64)
same "the manifest's hash is printed for paper" "$hash" \
    "$(sed -n '/^SHA-256 of manifest.json/{n;p}' out | tr -d ' ')"
head=$("$ceremony" audit verify second --json | grep -o '"head":"[0-9a-f]*"' |
	cut -d'"' -f4)
sed -n '/^head of its journal/{n;n;p;n;p;n;p;n;p}' out | tr '\n' ' ' >words
expect_exit 0 'head: anchored' "$ceremony" audit verify second \
    --head "$(cat words)"
same "and in hex" "$head" \
    "$("$ceremony" audit export --dir d -o third |
	sed -n '/^head of its journal/{n;p}' | tr -d ' ')"
same "every name is one that FAT takes" "README.txt" \
    "$(cd second && find . -type f -printf '%f\n' |
	grep -vxE '[a-z0-9_-][a-z0-9._-]*[a-z0-9_-]')"

# A disk that is full after so many KiB: at none of them a half export.
mkdir full
for kib in 1 2 4 8 16; do
	# shellcheck disable=SC2016 # the inner shell expands it
	expect_exit 6 'no export was written' bash -c \
	    'trap "" XFSZ; ulimit -f "$1"; shift; "$@"' limit $kib \
	    "$ceremony" audit export --dir d -o full/export
	nothing "no room after $kib KiB" full
done

# A medium that keeps another byte than it was given.  (Not with ceremony: it
# starts with an environment of its own, without anything preloaded.)
if command -v cc >/dev/null; then
	cat >lie.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>
ssize_t
write(int fd, const void *p, size_t n)
{
	ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
	static int seen;	/* first comes the ceremony's own copy */

	if (n == 9 && memcmp(p, "nonce: 1\n", n) == 0 && seen++ == 1)
		return real(fd, "nonce: 2\n", n);
	return real(fd, p, n);
}
END
	cc -shared -fPIC -o lie.so lie.c -ldl
	mkdir lying
	# A sanitizer wants to be the first library: then this cannot be shown.
	if LD_PRELOAD=$PWD/lie.so "$make" 2>&1 | grep -q ASan; then
		skip "a lying medium is found out" "no preloading here"
	else
		expect_exit 1 'site.yaml reads back otherwise than it was' \
		    env LD_PRELOAD="$PWD/lie.so" "$make" lied lying/export
		nothing "a lying medium" lying
	fi
else
	skip "a lying medium is found out" "no cc"
fi

expect_exit 6 'cannot make the directory' "$ceremony" audit export --dir d \
    -o nowhere/export

# What an interrupted export left does not hinder the next.
mkdir -p again/.export.part/certs
echo half >again/.export.part/certs/x.cer
echo half >again/.export.part/manifest.json
expect_exit 0 'export: again/export' "$ceremony" audit export --dir d \
    -o again/export
same "the half one is gone" "export" "$(ls -A again)"
same "and the whole one is whole" "" "$(diff -r second again/export)"

# Real file systems, where this machine lets us mount.
mkdir small readonly
if mount -t tmpfs -o size=40k none small 2>mount.log; then
	mounted="small"
	expect_exit 6 'No space left on device' "$ceremony" audit export \
	    --dir d -o small/export
	nothing "a full medium" small
	mount -t tmpfs -o ro none readonly
	mounted="small readonly"
	expect_exit 6 'Read-only file system' "$ceremony" audit export \
	    --dir d -o readonly/export
	nothing "a read-only medium" readonly
else
	skip "a full medium and a read-only one" "$(head -n 1 mount.log)"
fi
mkdir fat
if ! command -v mkfs.vfat >/dev/null; then
	skip "FAT takes the export" "no mkfs.vfat (dosfstools)"
elif truncate -s 16M fat.img && mkfs.vfat fat.img >/dev/null &&
    mount -o loop fat.img fat 2>mount.log; then
	mounted="$mounted fat"
	expect_exit 0 'export: fat/export' "$ceremony" audit export --dir d \
	    -o fat/export
	umount fat
	mount -o loop,ro fat.img fat
	same "FAT takes the export, and gives it back" "" \
	    "$(diff -r second fat/export)"
else
	skip "FAT takes the export" "$(head -n 1 mount.log)"
fi
trap cleanup EXIT
for m in $mounted; do
	umount "$m"
done
finish
