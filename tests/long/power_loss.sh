#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The power cut at every point of a rehearsal, and a disk that fails from
# every request on.
# timeout: 7200
set -eu
POWER=all exec "$(dirname "$0")/../e2e/power_loss.sh"
