#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A domain of five, quorum three: sound, with share 3 forged, and with the
same coefficients for every byte.

usage: sd_wrong_share.py DIR      DIR holds h0..h4.cer
"""
import copy
import os
import sys

from sd_writer import P, domain, split, words, wrap, write

D = sys.argv[1]
CER = [f"{D}/h{i}.cer" for i in range(5)]
MASTER = os.urandom(32)
DATA = [("hsm_backup", os.urandom(500)), ("base_enclave_backup", b"x" * 16)]
SHARES = split(MASTER, 5, 3)
SOUND = domain(CER, 3, MASTER, SHARES, DATA)
write(f"{D}/sound.json", SOUND)

# Right holder, valid tag, well-formed words, wrong values.
doc = copy.deepcopy(SOUND)
forged = [(x, (v + 1 + i) % P) for i, (x, v) in enumerate(SHARES[2])]
doc["SharedKeys"]["enc_shares"][2]["enc_key"] = wrap(CER[2], words(forged))
write(f"{D}/forged.json", doc)

write(f"{D}/constant.json", domain(CER, 3, MASTER, split(
    MASTER, 5, 3, constant=True), DATA))
