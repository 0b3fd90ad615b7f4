#!/bin/bash
set -eu
. "$(dirname "$0")/../cards/pcsc.sh"
. "$(dirname "$0")/../lib.sh"
. "$root/tests/cards/room.sh"
pcsc_need
m=/usr/lib/x86_64-linux-gnu/libykcs11.so
pcsc_start 1
card_start one 0 --serial 5551
card_in 0
walk_site s.yaml $m 'id: c1, person: holder-1' 'id: c2, person: holder-2'
walk_script a.yaml 'card.initialise holder-1 puk: holder' 'card.generate holder-1' 'card.pin holder-1' 'card.prove holder-1' 'card.initialise holder-2'
walk w a.yaml s.yaml || echo "EXIT $?"
"$ceremony" audit show w/d
ls w
walk_script r.yaml 'card.identify holder-1' 'card.retire holder-1' 'card.identify holder-1'
walk_site t.yaml $m 'id: c1, person: holder-1, serial: "5551"'
mkdir v; cp w/holder-1.pin.changed v/holder-1.pin
walk v r.yaml t.yaml || echo "EXIT $?"
"$ceremony" audit show v/d
"$ceremony" token show pkcs11: --module $m
finish
