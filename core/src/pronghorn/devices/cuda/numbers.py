"""Arithmetic on the indices of arrays."""

from typing import Any

import numpy as np


def divided(number: Any, length: Any) -> tuple[Any, Any]:
    """Quotient and remainder of two numbers from 0 to 2**32 - 1.

    GPUs divide numbers of 64 bits by a long sequence of instructions, those of 32 by a short one.
    """
    n, d = np.uint32(number), np.uint32(length)
    return np.int64(n // d), np.int64(n % d)
