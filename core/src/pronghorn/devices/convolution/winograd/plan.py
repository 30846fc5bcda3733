"""When a convolution is done tile by tile, and how it is cut."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import pronghorn.devices.convolution.winograd.layout as at
from pronghorn.devices.convolution.axes import ONE, Axis
from pronghorn.devices.convolution.plan import Walk
from pronghorn.devices.product.layout import LINE
from pronghorn.devices.simd.tiles import POINTS, SIDE

STRIP, LONG_STRIP = 16, 64
"""Tiles of a unit, at least and at most."""
GRADIENT_STRIP = 32
"""Tiles of a unit of the windows' gradient: its sums are read and written for each."""
PARTS, PARTS_BYTES = 4, 1536 * 1024
"""Sums of the windows' gradient, at most: a fixed number, so that the result does not depend on the
number of threads, and few, as they are added up in the end."""
NEAR_BYTES, WINDOWS_BYTES = 8 * 1024 * 1024, 48 * 1024 * 1024
"""Of all transformed windows: those that stay in a cache though every strip reads all of them, and
those that there are at most."""
TRANSFORM = 300
"""Cost of a tile's transforms, for a channel or a filter, in multiplications."""
WINDOW, FAR_WINDOW = 300, 600
"""Cost of a window's transform, into a cache or beyond."""
LONE = 1.4
"""Cost of a multiplication in a register block of one register's width, in plain sums."""
GAIN = 0.65
"""Of the cost of plain sums, at most: from there on it was faster wherever it was measured."""

LEAST = 40_000_000
"""Plain sums' multiplications, at least: with fewer, a call is too short to be worth the seconds
that these loops take to compile on the first run."""


@dataclass(frozen=True)
class Tiles:
    """A convolution's target, cut into tiles.

    Attributes:
        walk: the convolution's axes, channels and filters.
    """

    walk: Walk

    @property
    def pay(self) -> bool:
        """Whether this way is open to the convolution, and the faster one."""
        windows = self.walk.channels * self.columns
        cost = self._cost + (WINDOW if self._near else FAR_WINDOW) * windows
        return self._open and cost < GAIN * self._plain_cost

    @property
    def gradients_pay(self) -> bool:
        """The same, for the gradient of the windows."""
        whole = self.walk.filters % self.walk.shape.lanes == 0
        sums = self.parts * self.walk.channels * self.columns
        return whole and self._open and self._cost + WINDOW * sums < GAIN * self._plain_cost

    @property
    def _open(self) -> bool:
        walk = self.walk
        whole = walk.channels % walk.shape.lanes == 0 and not walk.apart
        if walk.shape.real != "float32" or walk.lines != ONE or not whole:
            return False
        slides = all(_slides_over_three(axis) for axis in (walk.rows, walk.columns))
        sizes = self._plain_cost >= LEAST and self._windows_bytes <= WINDOWS_BYTES
        return slides and sizes

    @property
    def _cost(self) -> float:
        channels, columns = self.walk.channels, self.columns
        return self.count * (POINTS * channels * columns + TRANSFORM * (channels + columns))

    @property
    def _plain_cost(self) -> float:
        walk = self.walk
        places = walk.images * walk.rows.places * walk.columns.places
        return places * 9 * walk.channels * self.plain_columns

    @property
    def parts(self) -> int:
        """Parts of the strips that have sums of their own."""
        strips = -(-self.count // GRADIENT_STRIP)
        return max(1, min(PARTS, strips, PARTS_BYTES // self._windows_bytes))

    @property
    def slices(self) -> int:
        """Slices of the channels that are summed up each by itself, for half the tasks wanted: each
        slice has all the filters' transforms to do."""
        wanted = -(-self.walk.least_units // (2 * self.parts))
        return max(1, min(self.walk.channels // self.walk.shape.lanes, wanted))

    @property
    def gradient_room(self) -> int:
        """Elements of scratch memory for a task: zeros, a copy of a tile, a strip."""
        channels = -(-self.walk.channels // self.slices) + self.walk.shape.lanes
        tile = self.walk.shape.width + POINTS * max(channels, self.columns)
        strip = POINTS * (GRADIENT_STRIP * (channels + self.columns) + 2 * self._line)
        return -(-(tile + strip) // self._line) * self._line

    @property
    def panels(self) -> int:
        """Panels of filters, each as wide as a register block."""
        return -(-self.walk.filters // self.walk.shape.width)

    @property
    def columns(self) -> int:
        """Filters, to whole panels."""
        return self.panels * self.walk.shape.width

    @property
    def plain_columns(self) -> float:
        """Filters as plain sums compute them: in registers that are filled, of which a last one
        alone is not worth a half of two."""
        shape = self.walk.shape
        panels, rest = divmod(self.walk.filters, shape.width)
        last = shape.width if rest > shape.lanes else LONE * shape.lanes if rest else 0
        return panels * shape.width + last

    @property
    def line_tiles(self) -> int:
        """Tiles beside each other."""
        return _tiles(self.walk.columns)

    @property
    def image_tiles(self) -> int:
        """Tiles of an image."""
        return _tiles(self.walk.rows) * self.line_tiles

    @property
    def count(self) -> int:
        """All tiles."""
        return self.walk.images * self.image_tiles

    @property
    def strip(self) -> int:
        """Tiles of a unit: more where windows come from far, as long as half the tasks have one."""
        if self._near:
            return STRIP
        return max(STRIP, min(LONG_STRIP, 2 * self.count // self.walk.least_units))

    @property
    def strips(self) -> int:
        """Units of work."""
        return -(-self.count // self.strip)

    @property
    def windows_step(self) -> int:
        """Elements from the windows at one point to those at the next.

        A cache line more than they are, here and in the scratch memory: places for the same thing
        at all points would fall into the same few places of the first-level cache.
        """
        return self.walk.channels * self.columns + self._line

    @property
    def windows(self) -> int:
        """Elements of all transformed windows."""
        return POINTS * self.windows_step

    @property
    def room(self) -> int:
        """Elements of scratch memory for a task: zeros, outputs and a copy of a tile, a strip."""
        channels, columns = self.walk.channels, self.columns
        tile = columns + SIDE * SIDE * self.walk.shape.width + POINTS * channels
        strip = POINTS * (self.strip * (channels + columns) + 2 * self._line)
        return -(-(tile + strip) // self._line) * self._line

    @property
    def _windows_bytes(self) -> int:
        return POINTS * self.walk.channels * self.columns * self.walk.shape.itemsize

    @property
    def _near(self) -> bool:
        return self._windows_bytes <= NEAR_BYTES

    @property
    def _line(self) -> int:
        return LINE // self.walk.shape.itemsize

    def table(self, fields: dict[int, int]) -> NDArray[np.int64]:
        """The table: what is said here, and these fields."""
        walk = self.walk
        known = {
            at.WINDOWS_STEP: self.windows_step,
            at.ROOM: self.room,
            at.TILES: self.count,
            at.STRIP: self.strip,
            at.IMAGE_TILES: self.image_tiles,
            at.LINE_TILES: self.line_tiles,
            at.CHANNELS: walk.channels,
            at.FILTERS: walk.filters,
            at.PANELS: self.panels,
            at.ROWS: walk.rows.length,
            at.CELLS: walk.columns.length,
            at.FIRST_ROW: walk.rows.first,
            at.FIRST_CELL: walk.columns.first,
            at.ROW_GAP: _gap(walk.rows),
            at.CELL_GAP: _gap(walk.columns),
            at.TARGET_ROWS: walk.rows.places,
            at.TARGET_CELLS: walk.columns.places,
            **fields,
        }
        made = np.zeros(at.FIELDS, np.int64)
        made[list(known)] = list(known.values())
        return made


def _slides_over_three(axis: Axis) -> bool:
    """Whether the window has three elements, evenly apart, and moves by one."""
    cells = [cell for _, cell in axis.phases[0].taps]
    return axis.step == axis.stride == 1 and cells == [0, _gap(axis), 2 * _gap(axis)]


def _gap(axis: Axis) -> int:
    """Cells from one element of a window of three to the next."""
    return max(1, axis.reach // 2)


def _tiles(axis: Axis) -> int:
    """Tiles along an axis; where there are gaps, as many as they are wide lie in one another."""
    return -(-axis.places // (SIDE * _gap(axis))) * _gap(axis)
