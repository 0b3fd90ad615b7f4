#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A card pulled at every command of a generation.
# timeout: 1200
set -eu
PULL_STEP=1 exec "$(dirname "$0")/../e2e/pulled_cards.sh"
