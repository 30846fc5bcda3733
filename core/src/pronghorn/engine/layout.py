"""Images with their channels first that lie in memory with their channels last.

Convolutions and their like work on channels that lie side by side. Between two layers that both
want channels first, nothing is moved: the handle remembers how the numbers really lie, and only
who asks for them in the shape's order has them put so.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from pronghorn.engine.tensor import Buffer, Tensor


class ChannelsFirst(Tensor):
    """A tensor (batch, channels, ...) whose numbers lie in another one, (batch, ..., channels).

    Attributes:
        channels_last: that other tensor, until somebody asks for this one's own buffer. Then the
            numbers are copied, and may change from there on.
    """

    __slots__ = ("_buffer", "_copy", "channels_last")

    def __init__(self, channels_last: Tensor, copy: Callable[[Tensor], Tensor]) -> None:
        batch, *space, channels = channels_last.shape
        self.shape = (batch, channels, *space)
        self.start = 0
        self.channels_last: Tensor | None = channels_last
        self._copy = copy
        self._buffer: Buffer | None = None

    @property
    def dtype(self) -> "np.dtype[Any]":
        """Element type."""
        return self.buffer.dtype if self.channels_last is None else self.channels_last.dtype

    @property
    def buffer(self) -> Buffer:  # type: ignore[override]
        """Memory that holds the numbers in this shape's order."""
        if self._buffer is None:
            assert self.channels_last is not None
            self._buffer = self._copy(self.channels_last).buffer
            self.channels_last = None
        return self._buffer
