"""Helpers for functions of one row: plain Python that kernels take in.

One running sum, or maximum, waits for each addition before the next; eight at a time do not, and
in float32 their sum is nearer to the exact one.
"""

import math
from typing import Any


def row_sum(x: Any) -> Any:
    """The sum of a one-dimensional array."""
    whole = x.size // 8 * 8
    s0, s1, s2, s3, s4, s5, s6, s7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(0, whole, 8):
        s0 += x[j]
        s1 += x[j + 1]
        s2 += x[j + 2]
        s3 += x[j + 3]
        s4 += x[j + 4]
        s5 += x[j + 5]
        s6 += x[j + 6]
        s7 += x[j + 7]
    for j in range(whole, x.size):
        s0 += x[j]
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


def row_dot(x: Any, y: Any) -> Any:
    """The sum of the products of two one-dimensional arrays of one size."""
    whole = x.size // 8 * 8
    s0, s1, s2, s3, s4, s5, s6, s7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(0, whole, 8):
        s0 += x[j] * y[j]
        s1 += x[j + 1] * y[j + 1]
        s2 += x[j + 2] * y[j + 2]
        s3 += x[j + 3] * y[j + 3]
        s4 += x[j + 4] * y[j + 4]
        s5 += x[j + 5] * y[j + 5]
        s6 += x[j + 6] * y[j + 6]
        s7 += x[j + 7] * y[j + 7]
    for j in range(whole, x.size):
        s0 += x[j] * y[j]
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


def row_max(x: Any) -> Any:
    """The largest element of a one-dimensional array that is not empty."""
    whole = x.size // 4 * 4
    m0, m1, m2, m3 = x[0], x[0], x[0], x[0]
    for j in range(0, whole, 4):
        m0 = max(m0, x[j])
        m1 = max(m1, x[j + 1])
        m2 = max(m2, x[j + 2])
        m3 = max(m3, x[j + 3])
    for j in range(whole, x.size):
        m0 = max(m0, x[j])
    return max(max(m0, m1), max(m2, m3))


def row_logsumexp(x: Any) -> Any:
    """`log(sum(exp(x)))` of a one-dimensional array, without overflow."""
    largest = row_max(x)
    total = 0.0
    for j in range(x.size):
        total += math.exp(x[j] - largest)
    return largest + math.log(total)
