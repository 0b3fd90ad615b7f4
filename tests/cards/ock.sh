#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: unshare -mip --fork --mount-proc --propagation unchanged \
#	ock.sh COMMAND...
#
# openCryptoki's soft token, blank, for one command.  Its state is the whole
# system's, so that it needs a mount, an IPC and a PID namespace of its own;
# its daemon ends with the PID namespace.  Exit 77 where there can be none.
set -u
mount -t tmpfs tmpfs /run || exit 77
mkdir -p /run/lock/opencryptoki/swtok /run/opencryptoki
mount -t tmpfs tmpfs /var/lib/opencryptoki || exit 77
mkdir -p /var/lib/opencryptoki/swtok/TOK_OBJ
chgrp -R pkcs11 /run/lock/opencryptoki /run/opencryptoki \
    /var/lib/opencryptoki || exit 77
chmod -R 770 /run/lock/opencryptoki /run/opencryptoki /var/lib/opencryptoki
pkcsslotd || exit 77
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -e /run/pkcsslotd.pid ] && break
	sleep 0.1
done
"$@"
