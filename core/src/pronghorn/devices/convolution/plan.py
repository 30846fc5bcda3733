"""How a convolution is cut into units of work, and the offsets by which they read and write."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

import pronghorn.devices.convolution.layout as at
from pronghorn.devices.convolution.axes import Axis, Phase
from pronghorn.devices.product.layout import Shape

COPY_BYTES = 256 * 1024
"""Of a unit's copy with margins, which is to stay in the second-level cache."""
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

    @property
    def padded(self) -> bool:
        """Whether units are copied, because windows reach over the edges.

        Where channels are read by whole registers, the last ones are, too, unless they fill them.
        """
        overhang = self.apart and self.channels % self.shape.lanes != 0
        return overhang or not all(axis.inside for axis in (self.rows, self.lines, self.columns))

    @property
    def padded_line(self) -> int:
        """Elements of a line of a copy."""
        return self.columns.cells(self.columns.rows) * self.channels

    @property
    def padded_lines(self) -> int:
        """Lines of a row of a copy."""
        return self.lines.cells(self.lines.rows)

    @cached_property
    def band(self) -> int:
        """Rows of a unit."""
        bytes_of_row = self.padded_lines * self.padded_line * self.shape.itemsize
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
        lines = self.group * self.padded_rows * self.padded_lines
        overhang = self.shape.width if self.apart else 0
        return lines * self.padded_line + overhang if self.padded else 0

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
        return rows * lines * line, lines * line, line, self.channels

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
        return _sums(*cells, np.arange(1 if self.apart else self.channels))

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
            counts = (
                self.rows.count(job[0]),
                self.lines.count(job[1]) * self.columns.count(job[2]),
            )
            made[begin : begin + at.JOB_FIELDS] = *counts, *starts, depth, packed
            packed += depth * self.shape.width
            tables += lists
        return np.concatenate(tables)


def _sums(*parts: Offsets) -> Offsets:
    """All sums of one element of each, the last part's changing fastest."""
    total = np.zeros(1, np.int64)
    for part in parts:
        total = (total[:, None] + part).reshape(-1)
    return total
