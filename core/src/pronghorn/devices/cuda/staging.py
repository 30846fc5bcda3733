"""Page-locked memory through which arrays go to the GPU."""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.devices.cuda.stream import Stream
from pronghorn.devices.cuda.target import SIMULATED, cuda

SMALL = 1 << 12
LARGE = 1 << 26
"""Bytes between which copies are staged: below, the driver copies as fast by itself; above, the
memory is better left to others."""

IN_TURN = 2
"""Buffers of a size: one is filled while the other is sent."""


class Staging:
    """Sends host arrays to the GPU while the host goes on.

    The dtype is converted on the way into page-locked memory, from which the GPU fetches it by
    itself. A buffer is filled again only when its last copy has arrived.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._buffers: dict[int, list[_Buffer]] = defaultdict(list)

    def send(self, host: NDArray[Any], out: Any) -> None:
        """Put the copy of `host` to `out` into the stream."""
        size = out.size * out.dtype.itemsize
        if SIMULATED or not SMALL < size <= LARGE:
            # The driver copies ordinary memory before it returns.
            plain = np.ascontiguousarray(host, out.dtype).reshape(tuple(out.shape))
            out.copy_to_device(plain, stream=self._stream.queue)
            return
        buffer = self._buffer(size)
        buffer.event.synchronize()
        staged = buffer.memory[:size].view(out.dtype).reshape(tuple(out.shape))
        np.copyto(staged, host, casting="unsafe")
        out.copy_to_device(staged, stream=self._stream.queue)
        buffer.event.record(self._stream.queue)

    def _buffer(self, size: int) -> "_Buffer":
        """The buffer of this size that was used longest ago."""
        capacity = 1 << (size - 1).bit_length()
        turn = self._buffers[capacity]
        turn.append(_Buffer(capacity) if len(turn) < IN_TURN else turn.pop(0))
        return turn[-1]


class _Buffer:
    __slots__ = ("event", "memory")

    def __init__(self, size: int) -> None:
        self.memory = cuda.pinned_array(size, np.uint8)
        self.event = cuda.event(timing=False)
