"""Handles of the arrays of a plan, before the plan has memory."""

from math import prod
from typing import Any

import numpy as np

FOREVER = 1 << 62
"""A call later than all calls."""


class Buffer:
    """A stretch of memory and the calls, by number, between which it must keep its contents."""

    __slots__ = ("array", "dtype", "first", "last", "size")

    def __init__(self, size: int, dtype: Any) -> None:
        self.size = size
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.first = FOREVER
        self.last = -1
        self.array: Any = None

    def touch(self, call: int) -> None:
        """Note that a call uses the buffer."""
        self.first = min(self.first, call)
        self.last = max(self.last, call)


class Tensor:
    """A contiguous view of a buffer, with a shape: what layers see while a plan is made."""

    __slots__ = ("buffer", "shape", "start")

    def __init__(self, buffer: Buffer, shape: tuple[int, ...], start: int = 0) -> None:
        self.buffer = buffer
        self.shape = tuple(int(n) for n in shape)
        self.start = start

    @property
    def dtype(self) -> "np.dtype[Any]":
        """Element type."""
        return self.buffer.dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.shape)

    def reshape(self, *shape: Any) -> "Tensor":
        """The same elements under another shape, in which one -1 is inferred."""
        wanted = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
        if -1 in wanted:
            known = prod(n for n in wanted if n != -1)
            wanted = tuple(self.size // max(known, 1) if n == -1 else n for n in wanted)
        if prod(wanted) != self.size:
            raise ValueError(f"cannot reshape {self.shape} into {shape}")
        return Tensor(self.buffer, wanted, self.start)

    def part(self, start: int, stop: int) -> "Tensor":
        """Elements `start` to `stop` along the first axis."""
        step = prod(self.shape[1:])
        return Tensor(self.buffer, (stop - start, *self.shape[1:]), self.start + start * step)

    def __repr__(self) -> str:
        return f"Tensor(shape={self.shape}, dtype={self.dtype})"
