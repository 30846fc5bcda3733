"""Random numbers that are a function of where they are used: Philox4x32-10.

The numbers of (key, step) are the same whatever thread or device makes them, and no state is
kept. J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as
1, 2, 3", SC 2011.

Layout. Philox makes four words of each counter. Elements come in groups of 64: word w of counter
16 g + l belongs to element 64 g + 16 w + l, so sixteen neighbouring lanes, or threads, run the same
code on neighbouring counters and store neighbouring elements.
"""

from typing import Any

import numpy as np

LANES = 16
WORDS = 4
GROUP = LANES * WORDS

MULTIPLIER_0 = 0xD2511F53
MULTIPLIER_1 = 0xCD9E8D57
WEYL_0 = 0x9E3779B9
WEYL_1 = 0xBB67AE85
ROUNDS = 10


def high(factor: Any, word: Any) -> Any:
    """The upper half of the product of two 32-bit words."""
    return np.uint32((np.uint64(factor) * np.uint64(word)) >> np.uint64(32))


def low(factor: Any, word: Any) -> Any:
    """The lower half of the product of two 32-bit words."""
    return np.uint32((np.uint64(factor) * np.uint64(word)) & np.uint64(0xFFFFFFFF))


def plus(word: Any, other: Any) -> Any:
    """The sum of two 32-bit words, without its carry."""
    return np.uint32((np.uint64(word) + np.uint64(other)) & np.uint64(0xFFFFFFFF))


def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> tuple[Any, Any, Any, Any]:
    """Four random words of a counter of four words under a key of two, all uint32."""
    for _ in range(ROUNDS):
        h0, l0 = high(MULTIPLIER_0, c0), low(MULTIPLIER_0, c0)
        h1, l1 = high(MULTIPLIER_1, c2), low(MULTIPLIER_1, c2)
        c0, c1, c2, c3 = np.uint32(h1 ^ c1 ^ k0), l1, np.uint32(h0 ^ c3 ^ k1), l0
        k0, k1 = plus(k0, WEYL_0), plus(k1, WEYL_1)
    return c0, c1, c2, c3


def words(key: Any, step: Any, counter: Any) -> tuple[Any, Any, Any, Any]:
    """Four random words for an element's counter: `key` and `step` are 64-bit, `counter` 32."""
    k, s = np.uint64(key), np.uint64(step)
    return philox(
        np.uint32(counter),
        np.uint32(0),
        np.uint32(s & np.uint64(0xFFFFFFFF)),
        np.uint32(s >> np.uint64(32)),
        np.uint32(k & np.uint64(0xFFFFFFFF)),
        np.uint32(k >> np.uint64(32)),
    )
