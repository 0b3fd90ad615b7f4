#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# A verifier checks this file's hash only.
