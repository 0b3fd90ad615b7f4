#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The memory scan with each secret's wipe switched off in a whole rehearsal.
# timeout: 1800
set -eu
SECRETS_ALL=yes exec "$(dirname "$0")/../e2e/secrets_memory.sh"
