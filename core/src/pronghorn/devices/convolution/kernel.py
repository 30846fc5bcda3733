"""Convolutions as kernels."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pronghorn.devices.convolution.layout as at
from pronghorn.devices import threads
from pronghorn.devices.convolution import axes, code, loops, winograd
from pronghorn.devices.convolution.packing import add_parts, pack
from pronghorn.devices.convolution.plan import Walk, even_part
from pronghorn.devices.convolution.winograd import Tiles
from pronghorn.devices.cpu import Kernel
from pronghorn.devices.host import CpuDevice
from pronghorn.devices.product.kernel import PER_OPERATION
from pronghorn.devices.product.layout import LINE, Shape
from pronghorn.devices.simd import host

PARTS = 16
"""Sums of a weight gradient that are added up at the end, at most: a fixed number, so that the
result does not depend on the number of threads."""
SUMS_BYTES = 8 * 1024 * 1024
"""Of all of them, at most."""
CHUNK_BYTES = 16 * 1024
"""Of a panel of the output's gradient in use, which is to stay in the first-level cache."""

Array = NDArray[Any]
Call = Callable[[], None]


class Images(Kernel):
    """What the directions of a convolution share: checks, axes and register blocks.

    The arguments are a source, a kernel (rows, columns, channels, filters), a target, perhaps a
    bias, and six numbers: `down` and `across`, the steps of the window; `top` and `left`, by how
    much the first window begins outside; `row_gap` and `column_gap`, from one element of the
    window to the next. Cells outside count as zeros. Volumes have planes before their rows, and
    nine numbers: `ahead`, `front` and `plane_gap` as well.

    What is needed of memory is allocated when a kernel is bound; a call allocates nothing.
    """

    moves = (
        ("ahead", "front", "plane_gap"),
        ("down", "top", "row_gap"),
        ("across", "left", "column_gap"),
    )
    """For each axis the names of its step, its margin and its gap."""
    apart = False
    """Whether each filter has a channel of its own: a kernel is (rows, columns, filters)."""
    names: tuple[str, str, str] = ("x", "w", "y")
    """The arguments that are the input, the kernel and the output, or their gradients."""
    result: str = "y"

    def bind(self, *args: Any) -> Call:
        """A call without arguments that computes this convolution in place.

        Raises:
            ValueError: shapes that do not fit, or an array that is not C-contiguous.
            TypeError: dtypes that are not all float32 or all float64.
        """
        values, real = self.values(args)
        given = dict(zip(self.parameters, values, strict=True))
        arrays = {name: v for name, v in given.items() if isinstance(v, np.ndarray)}
        self._check_images(arrays, given)
        if any(array.size == 0 for array in arrays.values()):
            return partial(arrays[self.result].fill, 0)
        target = host()
        shape = Shape(target.rows, target.vectors, target.bits, real)
        return CpuDevice().program(self.calls(given, shape))

    def calls(self, given: dict[str, Any], shape: Shape) -> list[Call]:
        """The calls that compute it."""
        raise NotImplementedError

    def operations(self, given: dict[str, Any]) -> int:
        """Elementary operations."""
        _, w, y = (given[name] for name in self.names)
        return int(math.prod(y.shape[:-1]) * w.size // PER_OPERATION)

    def axes(self, given: dict[str, Any], make: Callable[..., axes.Axis]) -> list[axes.Axis]:
        """Rows, lines and columns, from input to output or backward."""
        x, w, y = (given[name] for name in self.names)
        ends = (x, y) if make is axes.forward else (y, x)
        lengths = zip(ends[0].shape[1:-1], ends[1].shape[1:-1], w.shape, strict=False)
        steps = [[given[name] for name in names] for names in self.moves if names[0] in given]
        found = [make(*own, *step) for own, step in zip(lengths, steps, strict=True)]
        return three(found, axes.ONE)

    def _check_images(self, arrays: dict[str, Array], given: dict[str, Any]) -> None:
        real = arrays[self.result].dtype
        for name, array in arrays.items():
            if array.dtype != real or real.name not in ("float32", "float64"):
                raise TypeError(
                    f"kernel {self.name} takes arrays that are all float32 or all float64, but "
                    f"{name} is {array.dtype} and {self.result} is {real}"
                )
            if name != self.result and np.may_share_memory(array, arrays[self.result]):
                raise ValueError(f"kernel {self.name}: {name} and {self.result} share memory")
        x, w, y = (arrays[name].shape for name in self.names)
        space = sum(names[0] in given for names in self.moves)
        ends = w[-1:] * 2 if self.apart else w[-2:]
        fits = len(x) == len(y) == 2 + space == len(w) + self.apart and x[0] == y[0]
        fits = fits and (x[-1], y[-1]) == ends
        filters = arrays[self.result].shape[-1:]
        fits = fits and arrays.get("bias", np.empty(filters)).shape == filters
        if not fits:
            told = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
            raise ValueError(
                f"kernel {self.name}: shapes {told} do not fit: images are (batch, rows, columns, "
                "channels), a kernel (rows, columns, input's channels, output's channels), volumes "
                "have planes before their rows, and a kernel for each channel has no filters"
            )
        for name in (name for step, _, gap in self.moves for name in (step, gap)):
            if given.get(name, 1) < 1:
                raise ValueError(f"kernel {self.name}: {name} must be positive, got {given[name]}")


class Gathered(Images):
    """A target of which every place is a product of its window and the packed kernel."""

    def walk(self, given: dict[str, Any], shape: Shape, units: int) -> Walk:
        """How source and target are walked through, in at least so many units."""
        raise NotImplementedError

    def rows_of(self, walk: Walk, w: Array) -> tuple[NDArray[np.int64], int]:
        """Where the rows of the packed kernel are in w, and how far apart their elements.

        The rows for each tap, of one job after another, and for each channel.
        """
        raise NotImplementedError

    def calls(self, given: dict[str, Any], shape: Shape) -> list[Call]:
        """Pack the kernel; multiply."""
        x, w, y = (given[name] for name in self.names)
        source, target = (y, x) if self.result == self.names[0] else (x, y)
        work = self.operations(given)
        units = threads.chunks(work) or 1
        walk = self.walk(given, shape, units)
        tiles = Tiles(walk)
        rows, step = self.rows_of(walk, w)
        rows = rows.reshape(-1) if tiles.pay else walk.in_turn(rows)
        panels = -(-walk.filters // shape.width)
        packed = CpuDevice().zeros((panels * rows.size * shape.width,), shape.real)
        fields = {
            at.WORK: work,
            at.SOURCE: source.ctypes.data,
            at.TARGET: target.ctypes.data,
            at.PACKED: packed.ctypes.data,
            at.EPILOGUE: code.epilogue(self.functions.get("activate"), shape.real),
        }
        operands = [source, target, packed]
        calls = [pack.bind(w.reshape(-1), rows, step, walk.filters, shape.width, packed)]
        if "bias" in given:
            bias = CpuDevice().zeros((panels * shape.width,), shape.real)
            fields[at.BIAS] = bias.ctypes.data
            operands.append(bias)
            one = np.zeros(1, np.int64)
            calls.append(pack.bind(given["bias"], one, 1, walk.filters, shape.width, bias))
        if tiles.pay:
            return [*calls, *winograd.calls(tiles, units, fields, operands)]
        return [*calls, _direct(walk, units, fields, operands)]


def _direct(walk: Walk, units: int, fields: dict[int, int], operands: list[Array]) -> Call:
    """The call that multiplies windows with the packed kernel."""
    shape, tasks = walk.shape, min(units, walk.units)
    partial = _lines((1 + shape.rows) * shape.width + walk.room, shape)
    room = _lines(partial + walk.partial, shape)
    scratch = CpuDevice().zeros((tasks * room,), shape.real)
    fields |= {
        at.TASK: code.task(loops, "convolve", shape, APART=walk.apart, CUT=walk.partial > 0),
        at.TASKS: tasks,
        at.SCRATCH: scratch.ctypes.data,
        at.ROOM: room,
        at.PARTIAL: partial,
        at.PANEL: sum(walk.steps(job).size for job in walk.jobs) * shape.width,
    }
    return code.call(walk.table(fields), [*operands, scratch])


class Convolution(Gathered):
    """y = activate(x convolved with w + bias), by register blocks.

    `activate` is applied to each block while it is in the first-level cache.
    """

    def walk(self, given: dict[str, Any], shape: Shape, units: int) -> Walk:
        """From the input to the output."""
        x, y = given["x"], given["y"]
        all_axes = self.axes(given, axes.forward)
        ends = x.shape[-1], y.shape[-1]
        return Walk(x.shape[0], *all_axes, *ends, shape, units, self.apart, cut=True)

    def rows_of(self, walk: Walk, w: Array) -> tuple[NDArray[np.int64], int]:
        """As they lie."""
        rows = np.arange(w.size // w.shape[-1], dtype=np.int64) * w.shape[-1]
        return rows.reshape(-1, 1 if self.apart else w.shape[-2]), 1


class InputGradient(Gathered):
    """dx, the sum over windows of dy times w: a convolution of dy, one for each rest by stride."""

    names = ("dx", "w", "dy")
    result = "dx"

    def walk(self, given: dict[str, Any], shape: Shape, units: int) -> Walk:
        """From the output's gradient to the input's."""
        dx, _, dy = (given[name] for name in self.names)
        all_axes = self.axes(given, axes.backward)
        ends = dy.shape[-1], dx.shape[-1]
        return Walk(dy.shape[0], *all_axes, *ends, shape, units, self.apart, cut=True)

    def rows_of(self, walk: Walk, w: Array) -> tuple[NDArray[np.int64], int]:
        """A row for each tap and filter; its elements are the channels."""
        *window, channels, filters = w.shape
        return taps_of(walk, window)[:, None] * channels * filters + np.arange(filters), filters


class Depthwise(Convolution):
    """y = activate(each channel of x convolved with its own window of w + bias)."""

    apart = True


class DepthwiseInputGradient(InputGradient):
    """dx, the sum over windows of dy times w, channel by channel."""

    apart = True

    def rows_of(self, walk: Walk, w: Array) -> tuple[NDArray[np.int64], int]:
        """A row for each tap; its elements are the channels."""
        return taps_of(walk, w.shape[:-1])[:, None] * w.shape[-1], 1


class Transposed(InputGradient):
    """y = activate(w's windows, each times a cell of x, added up + bias)."""

    names = ("y", "w", "x")
    result = "y"


class WeightGradient(Images):
    """dw, the products of all windows of x with dy, added up."""

    names = ("x", "dw", "dy")
    result = "dw"

    def calls(self, given: dict[str, Any], shape: Shape) -> list[Call]:
        """Multiply, in parts; add the parts up."""
        x, dw, dy = (given[name] for name in self.names)
        all_axes = self.axes(given, axes.forward)
        filters = dw.shape[-1]
        depth, panels = dw.size // filters, -(-filters // shape.width)
        if self.apart:
            shape = replace(shape, rows=even_part(depth, shape.rows * 5 // 4))
        walk = Walk(x.shape[0], *all_axes, x.shape[-1], filters, shape, apart=self.apart)
        work = self.operations(given)
        tiles = Tiles(replace(walk, least_units=threads.chunks(work) or 1))
        if tiles.gradients_pay:
            return winograd.gradient_calls(tiles, work, x, dw, dy)
        sums_bytes = panels * depth * shape.width * shape.itemsize
        parts = max(1, min(PARTS, walk.units, SUMS_BYTES // sums_bytes))
        slices = min(-(-depth // shape.rows), -(-PARTS // parts))
        sums = CpuDevice().zeros((parts, panels, depth, shape.width), shape.real)
        chunk = CHUNK_BYTES // (shape.width * shape.itemsize)
        room = _lines((1 + chunk) * shape.width + walk.room, shape)
        scratch = CpuDevice().zeros((parts * slices * room,), shape.real)
        fields = {
            at.TASK: code.task(loops, "weigh", shape, APART=self.apart),
            at.TASKS: parts * slices,
            at.WORK: work,
            at.SOURCE: x.ctypes.data,
            at.RIGHT: dy.ctypes.data,
            at.SCRATCH: scratch.ctypes.data,
            at.ROOM: room,
            at.PANEL: depth * shape.width,
            at.DEPTH: depth,
            at.PARTS: parts,
            at.SLICES: slices,
            at.CHUNK: chunk,
            at.SUMS: sums.ctypes.data,
        }
        multiply = code.call(walk.table(fields), [x, dy, scratch, sums])
        return [multiply, add_parts.bind(sums, dw.reshape(depth, filters))]


class DepthwiseWeightGradient(WeightGradient):
    """dw, the products of all windows of x with dy, added up, channel by channel."""

    apart = True


def taps_of(walk: Walk, window: Sequence[int]) -> NDArray[np.int64]:
    """The numbers of the elements of a window that are read, one job after another."""
    places = np.array(walk.taps, np.int64).reshape(-1, 3).T
    return np.ravel_multi_index(tuple(places), three(window, 1)).astype(np.int64)


def three(values: Sequence[Any], one: Any) -> list[Any]:
    """What is said of rows, lines and columns, where an image has lines of which nothing is said.

    Args:
        values: for rows and columns, or for all three.
        one: for lines.
    """
    return [*values[:-1], *[one] * (3 - len(values)), values[-1]]


def _lines(elements: int, shape: Shape) -> int:
    """So many elements, to whole cache lines."""
    line = LINE // shape.itemsize
    return -(-elements // line) * line
