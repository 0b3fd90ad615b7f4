# SPDX-License-Identifier: Apache-2.0
"""A weak RSA key on stdout (PKCS#1 DER): weak_key.py BITS

Its primes are neighbours, so that Fermat's method finds them.
"""
import math
import secrets
import sys


def is_prime(n):
    if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for _ in range(20):
        x = pow(secrets.randbelow(n - 3) + 2, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def next_prime(n):
    n |= 1
    while not is_prime(n) or math.gcd(n - 1, 65537) != 1:
        n += 2
    return n


def der(tag, body):
    n = len(body)
    size = bytes([n]) if n < 128 else \
        bytes([128 + (n.bit_length() + 7) // 8]) + \
        n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + size + body


half = int(sys.argv[1]) // 2
p = next_prime(secrets.randbits(half) | 3 << (half - 2))
q = next_prime(p + 2)
d = pow(65537, -1, math.lcm(p - 1, q - 1))
values = (0, p * q, 65537, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
sys.stdout.buffer.write(der(0x30, b"".join(
    der(2, v.to_bytes(v.bit_length() // 8 + 1, "big")) for v in values)))
