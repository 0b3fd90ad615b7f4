# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A ceremony of a few card steps, for tests that want cards and not a pool.
# After lib.sh:
#
#	walk_site FILE MODULE CARD-LINE...	a site file; holder-1 to -3
#	walk_script FILE STEP...		a script; a step is
#						"ACTION PERSON [KEY: VALUE]..."
#	walk NAME SCRIPT SITE [ANSWER]...	run it in NAME/d, or resume it;
#						an answer is a line of the
#						answers file

# shellcheck disable=SC2154 # lib.sh sets tmp and ceremony

walk_site()
{
	local file=$1 module=$2 line

	shift 2
	{
		cat <<END
site: cards
format: 1
nonce: 000102030405060708090a0b0c0d0e0f
pool: contoso-hsm-eu
destination: contoso-hsm-neu
quorum: 2
signers: 1
places:
  medium: ../medium
  export: ../export
modules:
  - {id: cards, path: $module}
people:
  - {id: administrator-1, role: administrator, name: "Ines Okafor"}
  - {id: witness-1, role: witness, name: "Mara Lindqvist"}
  - {id: holder-1, role: holder, name: "Aldo Rossi"}
  - {id: holder-2, role: holder, name: "Birgit Maier"}
  - {id: holder-3, role: holder, name: "Chen Wei"}
cards:
END
		for line; do
			echo "  - {module: cards, $line}"
		done
	} >"$file"
}

walk_script()
{
	local file=$1 step n=0 action person rest

	shift
	{
		cat <<'END'
ceremony: cards
format: 1
title: Cards
sizes: [2048]
acts:
  - id: cards
    title: Cards
    steps:
END
		for step; do
			read -r action person rest <<<"$step"
			n=$((n + 1))
			cat <<END
      - id: s$n
        do: $action
        title: Step $n
        by: $person
        watch: [witness]
        say: "A card, please."
        why: This is a test.
        minutes: 1
END
			[ -z "$rest" ] || echo "        $rest"
		done
	} >"$file"
}

# walk's exit code is the program's.  In the background, with WALK=exec, its
# process is the program's.
walk()
{
	local name=$1 script=$2 site=$3

	shift 3
	mkdir -p "$name/medium"
	{
		printf 'answers-for: tests\nformat: 1\n'
		printf 'pin-file: %s/%s/{person}.pin\n' "$tmp" "$name"
		printf 'wait-seconds: 1\ncard-retries: 0\nanswers:\n'
		printf '  %s\n' 'initialise: INITIALISE' 'retire: RETIRE' \
		    'readback: from-screen' "$@"
	} >"$name/answers.yaml"
	if [ -d "$name/d" ]; then
		${WALK:-} "$ceremony" resume --dir "$name/d" \
		    --answers "$name/answers.yaml"
	else
		${WALK:-} "$ceremony" run "$script" --site "$site" --dir "$name/d" \
		    --rehearsal --answers "$name/answers.yaml"
	fi
}

# said NAME TEXT: a row of the journal has it.
said()
{
	"$ceremony" audit show "$1/d" >"$tmp/shown" 2>&1
	grep -qE -e "$2" "$tmp/shown"
}
