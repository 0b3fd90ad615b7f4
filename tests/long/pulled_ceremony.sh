#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A card taken out at every APDU of a ceremony's key generation, and of a
# share decryption, and put back.
# timeout: 7200
set -eu
PULLED=all exec "$(dirname "$0")/../e2e/pulled_ceremony.sh"
