#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A real key attestation: it verifies in the service's shape and in az's, with
# and without a key; any byte of it changed is refused, the failed link named.
set -eu
. "$(dirname "$0")/../lib.sh"
shared_dir
real=$shared/vectors/azure/attestation-rsa-restored.json
[ -r "$real" ] || skip_all "no real attestation among the vectors"
at=2026-01-01T00:00:00Z

python3 - "$real" <<'END'
import base64, json, random, sys
d = json.load(open(sys.argv[1]))
def url(s):
    return base64.urlsafe_b64decode(s + "=" * (-len(s) % 4))
def std(s):
    return base64.b64encode(url(s)).decode()
a = d["attributes"]["attestation"]
az = {k: v if k == "version" else std(v) for k, v in a.items()}
json.dump(az, open("az.json", "w"), indent=2)
show = {"attributes": {"exportable": False}, "key": dict(d["key"],
    n=std(d["key"]["n"]), d=None)}
show["key"]["keyOps"] = show["key"].pop("key_ops")
json.dump(show, open("show.json", "w"))
show["key"]["kid"] = show["key"]["kid"].replace("/keys/key1", "/keys/key2")
json.dump(show, open("other.json", "w"))
rng = random.Random(7)
n = 0
def put():
    global n
    json.dump(d, open("mutant%d.json" % n, "w"))
    n += 1
for name in ("certificatePemFile", "privateKeyAttestation",
        "publicKeyAttestation"):
    was = a[name]
    raw = url(was)
    for _ in range(60):
        b = bytearray(raw)
        b[rng.randrange(len(b))] ^= 1 << rng.randrange(7)
        a[name] = base64.urlsafe_b64encode(bytes(b)).decode().rstrip("=")
        put()
    a[name] = was
for name in ("n", "e", "kid", "kty"):
    was = d["key"][name]
    for _ in range(10):
        i = rng.randrange(len(was))
        c = "A" if was[i] != "A" else "B"
        d["key"][name] = was[:i] + c + was[i + 1:]
        # The host's letters have no case.
        if d["key"][name].lower() != was.lower() or name != "kid":
            put()
    d["key"][name] = was
END
expect_exit 0 HOLDS \
    "$ceremony" attestation verify "$real" --at $at
expect_exit 0 "not proven  key-id" \
    "$ceremony" attestation verify az.json --at $at
expect_exit 0 "holds       key-id" \
    "$ceremony" attestation verify az.json --key show.json --at $at
expect_exit 1 "link key-id" \
    "$ceremony" attestation verify az.json --key other.json --at $at
tried=0
for file in mutant*.json; do
	code=0
	"$ceremony" attestation verify "$file" --at $at >out 2>err || code=$?
	case $code in
	1 | 3) grep -q "link [a-z-]*: " err ||
		fail "$file is refused without a link" ;;
	*) fail "$file: exit $code" ;;
	esac
	tried=$((tried + 1))
done
check "200 mutants and more were refused" test "$tried" -ge 200
finish
