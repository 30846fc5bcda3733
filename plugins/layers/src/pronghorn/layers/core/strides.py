"""Strides of contiguous arrays, counted in elements."""

from collections.abc import Sequence


def contiguous_strides(shape: Sequence[int]) -> list[int]:
    """How many elements apart neighbours along each axis of a C-contiguous array lie."""
    strides, step = [], 1
    for length in reversed(shape):
        strides.append(step)
        step *= length
    return strides[::-1]
