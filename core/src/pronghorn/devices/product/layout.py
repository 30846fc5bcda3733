"""How one product is cut into blocks, and the table of numbers that its machine code reads.

C (rows x columns) = A (rows x depth) @ B (depth x columns). C is cut into panels as wide as a
register block, and each panel into strips as high as one; a task takes a run of strips, so that
any number of threads shares any shape evenly. A panel of B is read once from where it lies, and
packed on the way for the strips below. Depth is cut so that a packed panel stays in the
second-level cache, and rows so that the part of A in use stays there too.

Every element of C is summed in the same order whatever the number of tasks.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pronghorn.devices.simd.target import Target

(
    TASK, TASKS, WORK, A, B, BIAS, C, SCRATCH, EPILOGUE, ROWS, COLUMNS, DEPTH,
    A_ROW, A_STEP, B_STEP, B_COLUMN, CHUNK_ROWS, CHUNK_DEPTH, PACKED_A, ROOM, FIELDS,
) = range(21)  # fmt: skip
"""Places in the table: addresses, counts, and in elements the steps between neighbours."""

PANEL_BYTES = 128 * 1024
"""Of a packed panel of B."""
LEFT_BYTES = 512 * 1024
"""Of the part of A in use."""
WAY_BYTES, WAYS = 64 * 1024, 8
"""Of the second-level cache: addresses so far apart share a place, which holds so many lines."""
LINE = 64
"""Bytes of a cache line; no two tasks write to the same one of the scratch memory."""
STREAMED = 32
"""Rows of B at a time in a thin product: few, so that they are read as so many long streams, and
enough to hide the way of the sums to memory and back."""
THIN_ROWS = 2
"""Up to so many rows a product is thin: it waits for B, of which each element is used once."""
PAGES = 512
"""Pages in use at a time, of the thousand or more that address caches hold."""
REUSE = 4
"""Panels for which packing A pays, where it is worth packing."""


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

    @property
    def thin(self) -> bool:
        """Whether it is for products of few rows, in which B is not packed."""
        return self.rows <= THIN_ROWS

    @property
    def left_width(self) -> int:
        """Elements for a column of a packed strip of A: the block's rows, to a power of two."""
        return 1 << (self.rows - 1).bit_length()

    @property
    def left_bits(self) -> int:
        """Width of the vectors that such a column is copied by."""
        return min(self.bits, 8 * self.itemsize * self.left_width)


@dataclass(frozen=True)
class Cut:
    """One product's sizes, and how it is cut.

    Attributes:
        rows, columns, depth: of the product.
        turn_a: whether A lies transposed in memory.
        turn_b: whether B does; false where the depth is 1, which lies the same both ways.
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
        """Depth of a packed panel: an even part of the whole."""
        limit = PANEL_BYTES // (self.shape.width * self.shape.itemsize)
        if self.shape.thin:
            limit = self.depth if self.turn_b else STREAMED
        return max(1, _even_part(self.depth, max(1, limit)))

    @property
    def chunk_rows(self) -> int:
        """Rows of A in use at a time: an even part of the whole, in whole blocks."""
        limit = LEFT_BYTES // (self.chunk_depth * self.shape.itemsize * self.shape.rows)
        strips = _even_part(_groups(self.rows, self.shape.rows), max(1, limit))
        return max(1, strips) * self.shape.rows

    @property
    def packs_a(self) -> bool:
        """Whether A is packed as well.

        Along its rows A is read as it lies. A transposed A is read down its columns, a cache line
        and often a page at each step: too many of them fall out of the address cache, and where
        they fall into the same few places of the data cache they push each other out.
        """
        panels = _groups(self.columns, self.shape.width * self.tasks)
        if not self.turn_a or panels < REUSE:
            return False
        places = WAY_BYTES // math.gcd(WAY_BYTES, self.rows * self.shape.itemsize)
        return self.chunk_depth > min(PAGES, WAYS * places)

    @property
    def packed_a(self) -> int:
        """Where the packed A starts in a task's scratch memory, in elements."""
        depth = _groups(self.chunk_depth, self.shape.lanes) * self.shape.lanes
        if self.shape.thin and self.turn_b:
            depth = 0  # B is not packed.
        return (1 + self.shape.rows + depth) * self.shape.width

    @property
    def room(self) -> int:
        """Elements of scratch memory for a task: a row of zeros, a block, packed B, packed A."""
        strips = self.chunk_rows // self.shape.rows if self.packs_a else 0
        size = self.packed_a + strips * self.shape.left_width * self.chunk_depth
        line = LINE // self.shape.itemsize
        return _groups(size, line) * line

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
            PACKED_A: self.packed_a if self.packs_a else 0,
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
