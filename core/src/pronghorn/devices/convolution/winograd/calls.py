"""What a convolution tile by tile calls."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

import pronghorn.devices.convolution.winograd.layout as at
from pronghorn.devices import threads
from pronghorn.devices.convolution import code
from pronghorn.devices.convolution.winograd import loops
from pronghorn.devices.convolution.winograd.plan import GRADIENT_STRIP, Tiles
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


def gradient_calls(
    tiles: Tiles, work: int, x: NDArray[Any], dw: NDArray[Any], dy: NDArray[Any]
) -> list[Callable[[], None]]:
    """Add up the gradients of the windows at the points; find dw from them.

    Args:
        tiles: of the convolution.
        work: elementary operations.
        x, dw, dy: its operands.
    """
    shape, device = tiles.walk.shape, CpuDevice()
    tasks = tiles.parts * tiles.slices
    sums = device.zeros((tiles.parts * tiles.windows,), shape.real)
    scratch = device.zeros((tasks * tiles.gradient_room,), shape.real)
    fields = {
        at.SOURCE: x.ctypes.data,
        at.WINDOWS: sums.ctypes.data,
        at.SCRATCH: scratch.ctypes.data,
        at.ROOM: tiles.gradient_room,
        at.PARTS: tiles.parts,
        at.SLICES: tiles.slices,
        at.STRIP: GRADIENT_STRIP,
    }
    weigh = {
        at.TASK: code.task(loops, "weigh", shape),
        at.TASKS: tasks,
        at.WORK: work,
        at.TARGET: dy.ctypes.data,
    }
    collect = {
        at.TASK: code.task(loops, "collect", shape),
        at.TASKS: threads.chunks(tiles.windows) or 1,
        at.WORK: tiles.windows,
        at.TARGET: dw.ctypes.data,
    }
    kept = [x, dw, dy, sums, scratch]
    return [code.call(tiles.table({**fields, **own}), kept) for own in (weigh, collect)]
