"""How one product is cut into blocks, and the table of numbers that its machine code reads.

C (rows x columns) = A (rows x depth) @ B (depth x columns). C is cut into panels as wide as a
register block, and each panel into strips as high as one; a task takes a run of strips, so that
any number of threads shares any shape evenly. A panel of B is read once from where it lies, and
packed on the way for the strips below. Depth is cut so that a packed panel stays in the
second-level cache, and rows so that the part of A in use stays there too.

Every element of C is summed in the same order whatever the number of tasks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pronghorn.devices.simd.target import Target

(
    TASK, TASKS, WORK, A, B, BIAS, C, SCRATCH, EPILOGUE, ROWS, COLUMNS, DEPTH,
    A_ROW, A_STEP, B_STEP, B_COLUMN, CHUNK_ROWS, CHUNK_DEPTH, ROOM, FIELDS,
) = range(20)  # fmt: skip
"""Places in the table: addresses, counts, and in elements the steps between neighbours."""

PANEL_BYTES = 128 * 1024
"""Of a packed panel."""
LEFT_BYTES = 512 * 1024
"""Of A in use."""
STREAMED = 32
"""Rows of B at a time in a thin product: few, so that they are read as so many long streams, and
enough to hide the way of the sums to memory and back."""
THIN_ROWS = 2
"""Up to so many rows, a product is thin."""
LINE = 64
"""Bytes of a cache line; no two tasks write to the same one of the scratch memory."""


@dataclass(frozen=True)
class Shape:
    """A register block's shape and the type of its elements."""

    rows: int
    vectors: int
    bits: int
    real: str

    @property
    def itemsize(self) -> int:
        """Bytes of an element."""
        return np.dtype(self.real).itemsize

    @property
    def lanes(self) -> int:
        """Elements of a register."""
        return self.bits // (8 * self.itemsize)

    @property
    def width(self) -> int:
        """Columns of a block."""
        return self.vectors * self.lanes


@dataclass(frozen=True)
class Cut:
    """One product's sizes, and how it is cut.

    Attributes:
        rows, columns, depth: of the product.
        turn_a, turn_b: whether A, or B, lies transposed in memory.
        shape: of the register blocks.
        tasks: parts that may run at the same time.
        work: elementary operations.
    """

    rows: int
    columns: int
    depth: int
    turn_a: bool
    turn_b: bool
    shape: Shape
    tasks: int
    work: int

    @property
    def chunk_depth(self) -> int:
        """Depth of a packed panel: even parts of the whole."""
        limit = PANEL_BYTES // (self.shape.width * self.shape.itemsize)
        if self.rows <= THIN_ROWS and not self.turn_b:
            limit = STREAMED
        return max(1, _even_part(self.depth, limit))

    @property
    def chunk_rows(self) -> int:
        """Rows of A in use at a time."""
        limit = LEFT_BYTES // (self.chunk_depth * self.shape.itemsize)
        strips = _even_part(_groups(self.rows, self.shape.rows), max(1, limit // self.shape.rows))
        return max(1, strips) * self.shape.rows

    @property
    def room(self) -> int:
        """Elements of scratch memory for each task: a row of zeros, a block, a packed panel."""
        depth = _groups(self.chunk_depth, self.shape.lanes) * self.shape.lanes
        line = LINE // self.shape.itemsize
        return _groups((1 + self.shape.rows + depth) * self.shape.width, line) * line

    def table(self, addresses: dict[int, int]) -> NDArray[np.int64]:
        """The table for the product of the arrays at these addresses."""
        made = np.zeros(FIELDS, np.int64)
        fields = {
            TASKS: self.tasks,
            WORK: self.work,
            ROWS: self.rows,
            COLUMNS: self.columns,
            DEPTH: self.depth,
            A_ROW: 1 if self.turn_a else self.depth,
            A_STEP: self.rows if self.turn_a else 1,
            B_STEP: 1 if self.turn_b else self.columns,
            B_COLUMN: self.depth if self.turn_b else 1,
            CHUNK_ROWS: self.chunk_rows,
            CHUNK_DEPTH: self.chunk_depth,
            ROOM: self.room,
            **addresses,
        }
        made[list(fields)] = list(fields.values())
        return made


def shape_for(target: Target, rows: int, real: str) -> Shape:
    """The register block for a product of so many rows."""
    if rows <= THIN_ROWS:
        return Shape(THIN_ROWS, target.thin_vectors, target.bits, real)
    return Shape(target.rows, target.vectors, target.bits, real)


def _groups(count: int, size: int) -> int:
    return -(-count // size)


def _even_part(count: int, limit: int) -> int:
    """The size of the largest of the fewest even parts of `count` that are within `limit`."""
    return _groups(count, max(1, _groups(count, limit)))
