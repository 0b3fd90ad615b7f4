#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Readers watched through fork server and child, over a pcscd of the test's
# own: cards that come and go, a pcscd that does, with more or fewer readers.
# Debian's pcscd takes new readers while it runs from udev only, where virtual
# ones are unknown; readers that are plugged in and out one by one are played
# in tests/tokens/reader_test.c.
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
pcsc_need

a='Yubico YubiKey CCID A 00 00'
b='Yubico YubiKey CCID A 00 01'
c='Yubico YubiKey CCID B 00 00'
d='Yubico YubiKey CCID B 00 01'
atr=3bfd1300008131fe158073c021c057597562694b657940

# says LINE SENTENCE: the watch says this line next, of those not yet read.
# Lines are read in order; what must not be said in between is seen too.
says()
{
	local line

	if ! wait_for 15 more; then
		fail "$2: nothing is said; wanted '$1'" "$said"
		return
	fi
	n_read=$((n_read + 1))
	line=$(sed -n "${n_read}p" "$said")
	same "$2" "$1" "$line"
}

# shellcheck disable=SC2317 # called through wait_for
more()
{
	[ "$(wc -l <"$said")" -gt "$n_read" ]
}

# says_all SENTENCE LINE...: these lines next, in any order.
says_all()
{
	local sentence=$1 n=$(($# - 1)) got

	shift
	n_read=$((n_read + n))
	wait_for 15 enough || true
	got=$(sed -n "$((n_read - n + 1)),${n_read}p" "$said" | sort)
	same "$sentence" "$(printf '%s\n' "$@" | sort)" "$got"
}

# shellcheck disable=SC2317 # called through wait_for
enough()
{
	[ "$(wc -l <"$said")" -ge "$n_read" ]
}

# watch FILE: start to watch; what it says is read from FILE.
watch()
{
	said=$1
	n_read=0
	: >"$said"
	"$BUILD/tests/tokens/watch" >>"$said" 2>watch.err &
	watch_pid=$!
	children="$children $watch_pid"
}

# child_of PID: its first child.
child_of()
{
	local child

	read -r child _ <"/proc/$1/task/$1/children"
	echo "$child"
}

# ended PID: the process is gone or a zombie.
# shellcheck disable=SC2317 # called through wait_for
ended()
{
	[ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"
}

watch said
says 'service out: Service not available.' 'without a pcscd that is said'

# --- cards ---

pcsc_start 1
says 'service in' 'a pcscd that starts is found'
says_all 'with its readers and what is in them' "reader in $a" \
    "reader in $b" "card out $a 0" "card out $b 0" listed
card_start one 0
says "card in $a $atr 1" 'a card that is put in is said, with its ATR'
card_start two 1 --serial 2
says "card in $b $atr 1" 'a second in the other reader'
card one pull >out
says "card out $a 2" 'a card that is pulled is said'
card one insert >out
says "card in $a $atr 3" 'and when it is back, by its count'

# Somebody uses the card: no event, the next line is the next pull's.
opensc-tool -r 0 -n >out 2>&1
card two pull >out
says "card out $b 2" 'that a card is used is not said'

# --- how long it takes ---

for i in 1 2 3 4 5; do
	begin=$(date +%s%N)
	card two insert >out
	wait_for 5 more || true
	echo $((($(date +%s%N) - begin) / 1000000)) >>delays
	says "card in $b $atr $((2 * i + 1))" "insertion $i"
	card two pull >out
	says "card out $b $((2 * i + 2))" "removal $i"
done
median=$(sort -n delays | sed -n 3p)
check "the median delay is $median ms, below 1500" test "$median" -lt 1500

# --- pcscd ends and starts ---

card_stop one
says "card out $a 4" 'a card that ends is out of its reader'
pcsc_stop
says_all 'with pcscd its readers go' "reader out $a" "reader out $b" \
    'service out: RPC transport error.'
pcsc_start 2
says 'service in' 'a pcscd that starts again is found again'
says_all 'with its readers, one more pair' "reader in $a" "reader in $b" \
    "reader in $c" "reader in $d" "card out $a 0" "card out $b 0" \
    "card out $c 0" "card out $d 0" listed
card_start three 2 --serial 3
says "card in $c $atr 1" 'and a card in a reader that was not there before'
pcsc_stop
says_all 'all of them go with pcscd' "reader out $a" "reader out $b" \
    "reader out $c" "reader out $d" 'service out: RPC transport error.'
card_stop three
pcsc_start 1
says 'service in' 'and again'
says_all 'with the readers that are left' "reader in $a" "reader in $b" \
    "card out $a 0" "card out $b 0" listed

# --- processes ---

server=$(child_of $watch_pid)
child=$(child_of "$server")
check 'fork server and child are there' test -n "$child"
check 'the child is inside the filter of the card processes' grep -q \
    'Seccomp:.2' "/proc/$child/status"
kill -9 "$child"
wait_for 5 ended $watch_pid || true
check 'a child that was killed ends the watch, and it says so' grep -q \
    'readers are no longer watched: their process ended' watch.err
watch said.again
says 'service in' 'a new watch begins anew'
server=$(child_of $watch_pid)
child=$(child_of "$server")
kill -9 $watch_pid
check 'the fork server ends with its main process' wait_for 5 ended "$server"
check 'and the child with it' wait_for 5 ended "$child"
finish
