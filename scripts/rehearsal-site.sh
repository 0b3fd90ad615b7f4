#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Print a site file for a rehearsal on SoftHSM cards: N holders, quorum M.
set -eu
n=${1:-5} m=${2:-3}
module=${3:-/usr/lib/softhsm/libsofthsm2.so}
nonce=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
cat <<T
# A rehearsal: software cards, a stand-in pool, invented people.
site: rehearsal
format: 1
nonce: $nonce
pool: contoso-hsm-eu
destination: contoso-hsm-neu
quorum: $m
signers: 3
# The stand-in pool's evidence: its signer's constant, and the root it makes.
receiver:
  mrsigner: 090b4a3a8ab2033a9ee2b0d441403dd95560ed2616379bbf209fd3b81fea8fb9
  rehearsal-root: ../pool/rehearsal-root.cer
places:
  medium: ../medium
  export: ../export
modules:
  - {id: softhsm, path: $module}
people:
  - {id: administrator-1, role: administrator, name: "Ines Okafor"}
  - {id: operator-1, role: operator, name: "Jonas Weber"}
  - {id: witness-1, role: witness, name: "Mara Lindqvist"}
  - {id: witness-2, role: witness, name: "Tomas Novak"}
  - {id: auditor-1, role: auditor, name: "Grace Adeyemi"}
T
set -- "Aldo Rossi" "Birgit Maier" "Chen Wei" "Dalia Haddad" "Emeka Obi" \
	"Freya Jensen" "Goran Ilic" "Hana Sato" "Ivan Petrov" "Julia Costa"
i=1
while [ "$i" -le "$n" ]; do
	echo "  - {id: holder-$i, role: holder, name: \"$1\"}"
	shift
	i=$((i + 1))
done
echo 'cards:'
ids='witness-1 witness-2 auditor-1'
i=1
while [ "$i" -le "$n" ]; do
	ids="$ids holder-$i"
	i=$((i + 1))
done
for id in $ids; do
	echo "  - {id: $id, person: $id, module: softhsm, store: ../cards/$id}"
done
# Each holder's card where only that holder opens, the PIN in the holder's
# head, two copies of the domain file apart.  With M = N no plan survives a
# loss, and there is none here: custody.place is refused then.
[ "$m" -lt "$n" ] || exit 0
echo 'custody:'
echo '  places:'
i=1
while [ "$i" -le "$n" ]; do
	echo "    - {id: safe-$i, opened-by: [holder-$i]}"
	i=$((i + 1))
done
echo '    - {id: archive-1, opened-by: [administrator-1]}'
echo '    - {id: archive-2, opened-by: [auditor-1]}'
echo '  things:'
i=1
while [ "$i" -le "$n" ]; do
	echo "    - {id: card-$i, what: card, of: holder-$i, place: safe-$i}"
	echo "    - {id: pin-$i, what: pin, of: holder-$i, person: holder-$i}"
	i=$((i + 1))
done
echo '    - {id: copy-1, what: domain, place: archive-1}'
echo '    - {id: copy-2, what: domain, place: archive-2}'
