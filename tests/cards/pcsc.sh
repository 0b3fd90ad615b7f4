# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A private pcscd with virtual readers for one test, and virtual cards in
# them.  A test begins:
#
#	#!/bin/bash
#	set -eu
#	. "$(dirname "$0")/../cards/pcsc.sh"
#	. "$(dirname "$0")/../lib.sh"
#	pcsc_need
#
# Sourcing this file starts the test again in a network and a mount namespace
# of its own, so that port numbers and /run/pcscd are the test's alone and
# any number of such tests run at once.  Everything that is started here ends
# with the test, also when that is killed (setpriv --pdeathsig).
#
#	pcsc_start [N]		pcscd with N entries of two readers each (1);
#				none can be plugged in while it runs
#	pcsc_stop		end it; pcsc_start starts it again
#	card_start NAME R ...	a card, in reader R (0, 1, ...); more words are
#				options of tests/cards/piv
#	card NAME WORD...	tell it something: insert, pull, count, ...
#	card_in R		reader R holds a card, as pcscd sees it
#	card_out R		it holds none
#	card_stop NAME		end it; its state stays, and card_start with
#				the same name goes on with it
#
# card_in and card_out wait, and fail the test after 10 s.  State, log and
# control socket of a card are $tmp/cards/NAME.json, .log and .ctl; pcscd
# writes to $tmp/pcsc/log.

# shellcheck disable=SC2154 # lib.sh sets tmp, before anything is called here

driver=/usr/lib/pcsc/drivers/serial/libifdvpcd.so
first_port=35963

# Root needs no user namespace; anybody else gets one where the kernel allows.
if [ -z "${CARDS_ROOM:-}" ]; then
	for how in '-mn' '-rmn'; do
		if unshare $how --propagation unchanged true 2>/dev/null; then
			CARDS_ROOM=yes exec unshare $how \
			    --propagation unchanged "$0" "$@"
		fi
	done
	CARDS_ROOM=no
fi

# pcsc_need: skip the test where there can be no private pcscd.
pcsc_need()
{
	[ "$CARDS_ROOM" = yes ] ||
	    skip_all 'no namespaces for a private pcscd (unshare -mn)'
	need pcscd ip opensc-tool
	[ -e "$driver" ] || skip_all 'vsmartcard-vpcd is not installed'
	[ -x "$BUILD/tests/cards/piv" ] ||
	    skip_all 'there is no virtual card (make units)'
	mkdir -p /run/pcscd
	if ! mount -t tmpfs tmpfs /run/pcscd || ! ip link set lo up; then
		skip_all 'the namespaces cannot be used for a pcscd'
	fi
	mkdir -p "$tmp/pcsc/lib" "$tmp/pcsc/readers.d" "$tmp/cards"
}

pcsc_port()
{
	echo $((first_port + 16 * ($1 / 2) + $1 % 2))
}

# One entry is two readers: "Yubico YubiKey CCID A 00 00" and "... A 00 01",
# the next "... B ...".  ykcs11 takes readers whose names begin so.  The driver
# keeps the state of its slots in static memory, so each entry needs a copy of
# it under another path.
pcsc_entry()
{
	local port letter=ABCDEFGH

	port=$(pcsc_port $((2 * $1)))
	cp "$driver" "$tmp/pcsc/lib/vpcd$1.so"
	cat >"$tmp/pcsc/readers.d/vpcd$1" <<END
FRIENDLYNAME "Yubico YubiKey CCID ${letter:$1:1}"
DEVICENAME   /dev/null:$port
LIBPATH      $tmp/pcsc/lib/vpcd$1.so
CHANNELID    $port
END
}

pcsc_start()
{
	local i

	rm -f "$tmp/pcsc/readers.d"/* /run/pcscd/pcscd.comm \
	    /run/pcscd/pcscd.pid
	for ((i = 0; i < ${1:-1}; i++)); do
		pcsc_entry $i
	done
	setpriv --pdeathsig KILL pcscd -f -c "$tmp/pcsc/readers.d" \
	    >>"$tmp/pcsc/log" 2>&1 &
	pcsc_pid=$!
	children="$children $pcsc_pid"
	wait_for 10 test -S /run/pcscd/pcscd.comm ||
	    fail 'pcscd did not start' "$tmp/pcsc/log"
}

pcsc_stop()
{
	kill "$pcsc_pid"
	wait "$pcsc_pid" || true
}

card_start()
{
	local name=$1 at=$tmp/cards/$1 reader=$2

	shift 2
	rm -f "$at.ctl"
	setpriv --pdeathsig KILL "$BUILD/tests/cards/piv" \
	    --port "$(pcsc_port "$reader")" \
	    --state "$at.json" --control "$at.ctl" --log "$at.log" "$@" \
	    >"$at.err" 2>&1 &
	echo $! >"$at.pid"
	children="$children $!"
	wait_for 20 test -S "$at.ctl" ||
	    fail "the card $name did not start" "$at.err"
}

card()
{
	local name=$1

	shift
	"$BUILD/tests/cards/piv" ctl "$tmp/cards/$name.ctl" "$@"
}

# pcscd looks into its readers every 0.4 s.
card_in()
{
	if ! wait_for 10 card_row "$1" Yes; then
		fail "no card came into reader $1" "$tmp/pcsc/log"
	fi
}

card_out()
{
	if ! wait_for 10 card_row "$1" No; then
		fail "no card left reader $1" "$tmp/pcsc/log"
	fi
}

card_row()
{
	opensc-tool -l | grep -q "^$1 *$2 "
}

card_stop()
{
	kill "$(cat "$tmp/cards/$1.pid")"
	wait "$(cat "$tmp/cards/$1.pid")" || true
}
