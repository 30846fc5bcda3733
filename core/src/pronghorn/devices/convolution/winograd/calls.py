"""What a convolution tile by tile calls."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

import pronghorn.devices.convolution.winograd.layout as at
from pronghorn.devices import threads
from pronghorn.devices.convolution import code
from pronghorn.devices.convolution.winograd import loops
from pronghorn.devices.convolution.winograd.plan import Tiles
from pronghorn.devices.host import CpuDevice


def calls(
    tiles: Tiles, units: int, fields: dict[int, int], operands: list[NDArray[Any]]
) -> list[Callable[[], None]]:
    """Transform the packed windows; convolve.

    Args:
        units: into so many the work should be cut.
        fields: of the table, as far as they are known; they have addresses of
        operands: which are kept alive.
    """
    shape, device = tiles.walk.shape, CpuDevice()
    tasks = min(units, tiles.strips)
    windows = device.zeros((tiles.windows,), shape.real)
    scratch = device.zeros((tasks * tiles.room,), shape.real)
    fields |= {at.WINDOWS: windows.ctypes.data, at.SCRATCH: scratch.ctypes.data}
    transform = {
        at.TASK: code.task(loops, "transform", shape),
        at.TASKS: threads.chunks(tiles.windows) or 1,
        at.WORK: tiles.windows,
    }
    convolve = {at.TASK: code.task(loops, "convolve", shape), at.TASKS: tasks}
    kept = [*operands, windows, scratch]
    return [code.call(tiles.table({**fields, **own}), kept) for own in (transform, convolve)]
