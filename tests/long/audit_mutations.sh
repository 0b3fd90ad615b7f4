#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The mutation run ten times as long; 300 by whole programs.
# timeout: 1800
set -eu
MUTATIONS=10000 exec "$(dirname "$0")/../e2e/audit_mutations.sh"
