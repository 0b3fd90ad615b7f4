#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 240
# Two ceremonies, as in life: activation.yaml makes the cards and the domain;
# later recovery.yaml, another directory and other witnesses' cards, brings
# the domain into a new pool with the same holders' cards.
set -eu
. "$(dirname "$0")/../lib.sh"

quick() { sed 's/^sizes:.*/sizes: [2048]/' "$root/scripts/$1.yaml" >"$tmp/$1.yaml"; }
quick activation
quick recovery
mkdir "$tmp/medium" "$tmp/pool"
"$root/scripts/rehearsal-site.sh" 3 2 >"$tmp/site1.yaml"
sed "s,^  export: .*,  export: ../export1," -i "$tmp/site1.yaml"
"$pool" create --dir "$tmp/pool" --name contoso-hsm-eu >/dev/null
background "$pool" attend --dir "$tmp/pool" --medium "$tmp/medium"
answers=$root/scripts/rehearsal-answers.yaml

check "activation walks from blank cards to a sealed domain" \
	"$ceremony" run "$tmp/activation.yaml" --site "$tmp/site1.yaml" \
	--dir "$tmp/day1" --rehearsal --answers "$answers"
check "its export verifies" "$ceremony" audit verify "$tmp/export1" \
	--require closed,signed

# The second day's site names the serials the first day's journal holds.
# The witnesses bring other cards.
"$ceremony" audit show "$tmp/day1" --json >"$tmp/day1.json"
python3 "$root/tests/e2e/ceremony_site.py" "$tmp/site1.yaml" "$tmp/day1.json" \
	../export2 holder-1 holder-2 holder-3 >"$tmp/site2.yaml"
# The witnesses' new cards get new PINs; the holders keep theirs.
for w in witness-1 witness-2 auditor-1; do rm -f "$tmp/cards/$w/pin"; done
check "recovery recognises the cards and restores into the new pool" \
	"$ceremony" run "$tmp/recovery.yaml" --site "$tmp/site2.yaml" \
	--dir "$tmp/day2" --rehearsal --answers "$answers"
check "its export verifies" "$ceremony" audit verify "$tmp/export2" \
	--require closed,signed
check "python agrees" python3 "$tmp/export2/verify.py" "$tmp/export2"
check "the new pool is active" grep -q '"Success"' \
	"$tmp/medium/to-offline/contoso-hsm-neu.upload-result.json"

finish
