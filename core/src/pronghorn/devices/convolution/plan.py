"""How a convolution is cut into units of work, and the offsets by which they read and write."""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

import pronghorn.devices.convolution.layout as at
from pronghorn.devices.convolution.axes import Axis, Phase
from pronghorn.devices.product.layout import Shape

COPY_BYTES = 256 * 1024
"""Of a unit's copy with margins, of the channels in use, which is to stay in the second-level
cache."""
PANEL_BYTES = 256 * 1024
"""Of the rows of a packed panel in use at a time, which are to stay there, too."""
PLACES = 64
"""Of a unit, at least, where images are small: the last block of a unit is seldom full."""

Offsets = NDArray[np.int64]
Job = tuple[Phase, Phase, Phase]


@dataclass(frozen=True)
class Walk:
    """A convolution's way through its source and its target.

    Attributes:
        images: of the batch.
        rows, lines, columns: the axes; the lines of an image are one, see `layout`.
        channels: of the source, the same as along the depth.
        filters: channels of the target.
        shape: of the register blocks.
        least_units: as many should there be, for as many tasks.
        apart: whether each filter has a channel of its own, the one of its number.
        cut: whether channels are taken so many at a time that their rows of a packed panel, and
            what they are multiplied with, stay in the second-level cache.
    """

    images: int
    rows: Axis
    lines: Axis
    columns: Axis
    channels: int
    filters: int
    shape: Shape
    least_units: int = 1
    apart: bool = False
    cut: bool = False

    @property
    def padded(self) -> bool:
        """Whether units are copied, because windows reach over the edges, or channels are apart."""
        inside = all(axis.inside for axis in (self.rows, self.lines, self.columns))
        return self.apart or not inside

    @property
    def cell(self) -> int:
        """Elements of a cell of a copy: all channels, or where they are apart those of a panel, as
        whole registers."""
        if not self.apart:
            return self.channels
        lanes = self.shape.lanes
        return min(self.shape.width, -(-self.channels // lanes) * lanes)

    @property
    def panels(self) -> int:
        """Parts of a copy, one after another, which have a cell's channels each."""
        return -(-self.channels // self.cell)

    @property
    def padded_line(self) -> int:
        """Elements of a line of a copy."""
        return self.columns.cells(self.columns.rows) * self.cell

    @property
    def padded_lines(self) -> int:
        """Lines of a row of a copy."""
        return self.lines.cells(self.lines.rows)

    @cached_property
    def band(self) -> int:
        """Rows of a unit."""
        cells = self.padded_lines * self.columns.cells(self.columns.rows)
        channels = self.panels * self.cell if self.apart else self.channels_at_once
        bytes_of_row = cells * channels * self.shape.itemsize
        most = (COPY_BYTES // bytes_of_row - self.rows.reach - 1) // self.rows.step + 1
        bands = max(-(-self.rows.rows // max(1, most)), -(-self.least_units // self.images))
        return -(-self.rows.rows // bands)

    @property
    def bands(self) -> int:
        """Units of an image."""
        return -(-self.rows.rows // self.band)

    @cached_property
    def group(self) -> int:
        """Whole images of a unit."""
        if self.bands > 1:
            return 1
        places = self.rows.rows * self.lines.rows * self.columns.rows
        return max(1, min(-(-PLACES // places), self.images // self.least_units))

    @property
    def units(self) -> int:
        """Units of work."""
        return -(-self.images // self.group) * self.bands

    @property
    def padded_rows(self) -> int:
        """Rows of the copy of an image, or of a band of it."""
        return self.rows.cells(self.band)

    @property
    def room(self) -> int:
        """Elements of a unit's copy."""
        return self.panels * self.panel_copy if self.padded else 0

    @property
    def panel_copy(self) -> int:
        """Elements of a panel of it."""
        return self.group * self.padded_rows * self.padded_lines * self.padded_line

    @cached_property
    def channels_at_once(self) -> int:
        """Channels in use at a time, of which a panel has as many rows for each tap."""
        if self.apart or not self.cut:
            return self.channels
        taps = max(1, *(self._taps(job) for job in self.jobs))
        limit = PANEL_BYTES // (taps * self.shape.width * self.shape.itemsize * self.shape.lanes)
        registers = -(-self.channels // self.shape.lanes)
        return min(self.channels, even_part(registers, max(1, limit)) * self.shape.lanes)

    @property
    def partial(self) -> int:
        """Elements of a unit's sums for a panel, where not all channels are in use at a time."""
        if self.channels_at_once == self.channels:
            return 0
        return max(self.sources(job).size for job in self.jobs) * self.shape.width

    @property
    def jobs(self) -> list[Job]:
        """The phases of rows, lines and columns, each of which is a product of its own."""
        return list(product(self.rows.phases, self.lines.phases, self.columns.phases))

    @property
    def taps(self) -> list[tuple[int, ...]]:
        """Places in the kernel of what the jobs read, one job after another."""
        return [
            tuple(place for place, _ in tap)
            for job in self.jobs
            for tap in product(*(phase.taps for phase in job))
        ]

    @property
    def strides(self) -> tuple[int, int, int, int]:
        """Elements from one image, row, line and cell of a unit's source to the next."""
        rows, lines = self.rows.length, self.lines.length
        line = self.columns.length * self.channels
        if self.padded:
            rows, lines, line = self.padded_rows, self.padded_lines, self.padded_line
        return rows * lines * line, lines * line, line, self.cell

    def sources(self, job: Job) -> Offsets:
        """Where the windows of a unit's places begin, from the beginning of the unit."""
        down, along, across = job
        image, row, line, cell = self.strides
        return _sums(
            np.arange(self.group) * image,
            np.arange(self._rows_of(down)) * self.rows.step * row,
            np.arange(self.lines.count(along)) * self.lines.step * line,
            np.arange(self.columns.count(across)) * self.columns.step * cell,
        )

    def targets(self, job: Job) -> Offsets:
        """Where the places are, from the beginning of the unit in the target."""
        down, along, across = job
        line = self.columns.places * self.filters
        row = self.lines.places * line
        rows = down.origin + np.arange(self._rows_of(down)) * self.rows.stride
        lines = along.origin + np.arange(self.lines.count(along)) * self.lines.stride
        columns = across.origin + np.arange(self.columns.count(across)) * self.columns.stride
        image = np.arange(self.group) * self.rows.places * row
        return _sums(image, rows * row, lines * line, columns * self.filters)

    def steps(self, job: Job) -> Offsets:
        """Where the elements of a window are, from its beginning: taps, then channels.

        Of channels apart only the first: the others lie across the register block.
        """
        cells = [
            np.array([cell * stride for _, cell in phase.taps], np.int64)
            for phase, stride in zip(job, self.strides[1:], strict=True)
        ]
        channels = np.arange(1 if self.apart else self.channels)
        return self._in_turn(_sums(*cells)[:, None] + channels)

    def in_turn(self, rows: Offsets) -> Offsets:
        """What is said of all taps (of one job after another) and channels, in the order of use."""
        ends = np.cumsum([self._taps(job) for job in self.jobs])
        return np.concatenate([self._in_turn(part) for part in np.split(rows, ends[:-1])])

    def _in_turn(self, rows: Offsets) -> Offsets:
        step = self.channels_at_once
        parts = [rows[:, c : c + step].reshape(-1) for c in range(0, rows.shape[1], step)]
        return np.concatenate(parts)

    def _taps(self, job: Job) -> int:
        return math.prod(len(phase.taps) for phase in job)

    def _rows_of(self, down: Phase) -> int:
        return self.rows.count(down) if self.bands == 1 else self.band

    def table(self, fields: dict[int, int]) -> Offsets:
        """The table: what is said here, and these fields."""
        line = self.columns.length * self.channels
        target_row = self.lines.places * self.columns.places * self.filters
        made = np.zeros(at.FIELDS + len(self.jobs) * at.JOB_FIELDS, np.int64)
        known = {
            at.IMAGES: self.images,
            at.GROUP: self.group,
            at.BANDS: self.bands,
            at.BAND: self.band,
            at.COLUMNS: self.filters,
            at.JOBS: len(self.jobs),
            at.IMAGE: self.rows.length * self.lines.length * line,
            at.ROWS: self.rows.length,
            at.LINES: self.lines.length,
            at.LINE: line,
            at.FIRST_ROW: self.rows.first,
            at.FIRST_LINE: self.lines.first,
            at.FIRST_CELL: self.columns.first * self.channels,
            at.STEP: self.rows.step,
            at.PADDED_ROWS: self.padded_rows,
            at.PADDED_LINES: self.padded_lines,
            at.PADDED_LINE: self.padded_line if self.padded else 0,
            at.CELL: self.cell,
            at.PANEL_COPY: self.panel_copy,
            at.TARGET_IMAGE: self.rows.places * target_row,
            at.TARGET_ROW: self.rows.stride * target_row,
            **fields,
        }
        made[list(known)] = list(known.values())
        return self._with_jobs(made)

    def _with_jobs(self, made: Offsets) -> Offsets:
        tables, end, packed = [made], made.size, 0
        for number, job in enumerate(self.jobs):
            lists = [self.sources(job), self.targets(job), self.steps(job)]
            starts = end + np.cumsum([0, *(found.size for found in lists[:-1])])
            end += sum(found.size for found in lists)
            begin = at.FIELDS + number * at.JOB_FIELDS
            depth = lists[-1].size
            chunk = depth if self.apart else self._taps(job) * self.channels_at_once
            counts = (
                self.rows.count(job[0]),
                self.lines.count(job[1]) * self.columns.count(job[2]),
            )
            made[begin : begin + at.JOB_FIELDS] = *counts, *starts, depth, packed, max(1, chunk)
            packed += depth * self.shape.width
            tables += lists
        return np.concatenate(tables)


def even_part(count: int, limit: int) -> int:
    """The size of the largest of the fewest even parts of `count` that are within `limit`."""
    return -(-count // max(1, -(-count // limit)))


def _sums(*parts: Offsets) -> Offsets:
    """All sums of one element of each, the last part's changing fastest."""
    total = np.zeros(1, np.int64)
    for part in parts:
        total = (total[:, None] + part).reshape(-1)
    return total
