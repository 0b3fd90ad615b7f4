#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The table of negative cases beyond sd_bad_input.sh: restore blobs and
# download requests as the stand-in pool reads them, certificates of holders
# and receivers, shares that are authentic and wrong.  Each line printed is
# file, exit code, message; none may leave anything behind.
# az takes a domain whose tags have 31 or 0 bytes; these refuse such a tag.
set -eu
. "$(dirname "$0")/../lib.sh"

holder()
{
	openssl req -x509 -newkey "rsa:$2" -nodes -keyout "$1.key" \
	    -out "$1.cer" -subj "/CN=$1" -days 30 2>/dev/null
}
for i in 0 1 2; do holder h$i 2048; done
holder other 4096
head -c 400 /dev/urandom >a
"$ceremony" sd wrapping-set --sd-wrapping-keys h?.cer --sd-quorum 2 -o set \
    >out 2>&1
cp set/download-request.json request.json
"$ceremony" sd split --sd-wrapping-keys h?.cer --sd-quorum 2 \
    --datum hsm_backup=a --security-domain-file sd.json >out 2>&1
for name in fresh target; do "$pool" create --dir pools --name $name; done
"$pool" init-recovery --dir pools --name target --bits 4096 --bare -o ex.cer
python3 "$root/tests/e2e/sd_negative.py" .

# attempt KIND FILE: the one command that reads such a file.
attempt()
{
	case $1 in
	*blob) "$pool" upload --dir pools --name target --blob "$2" ;;
	*request) "$pool" download --dir pools --name fresh --request "$2" \
	    -o written ;;
	holder) "$ceremony" sd split --sd-wrapping-keys "$2" h1.cer h2.cer \
	    --sd-quorum 2 --datum a=a --security-domain-file written ;;
	exchange) "$ceremony" sd restore-blob --sd-file sd.json \
	    --sd-exchange-key "$2" --sd-wrapping-keys h1.key h2.key \
	    --without-evidence test --sd-file-restore-blob written ;;
	*domain) "$ceremony" sd prove --sd-file "$2" --sd-wrapping-keys \
	    h0.key h1.key ;;
	esac
}

pools() { find pools -type f -exec sha256sum {} + | sort; }

pools >before
red=0
while IFS='|' read -r kind file want says; do
	code=0
	attempt "$kind" "$file" >out 2>&1 </dev/null || code=$?
	message=$(sed -n 's/^  Found  *//p' out)
	printf '      %-26s %s  %s\n' "$file" "$code" "$message"
	same "$file: exit" "$want" "$code"
	case $kind in
	good-*)
		rm -f written
		;;
	*)
		red=$((red + 1))
		check "$file says: $says" grep -qF -e "$says" <<<"$message"
		refute "$file leaves nothing" test -e written
		pools >after
		check "$file: the pools are as they were" cmp before after
		;;
	esac
	pools >before
done <cases
check "at least 60 negative cases ran: $red" test $red -ge 60
finish
