#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kill test ten times as long.
# timeout: 3600
set -eu
KILLS=500 exec "$(dirname "$0")/../e2e/kill_resume.sh"
