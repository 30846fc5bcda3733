"""The loops of the matrix product around its register blocks, as a template.

Every shape of block gets a compiled copy of this module in which the constants are its own. All
functions become part of `multiply`, which is called by its address.
"""

from numba import njit

import pronghorn.devices.product.layout as at
from pronghorn.devices.native import call, groups, least, most
from pronghorn.devices.simd import (
    add_inner_products,
    add_product,
    add_product_packing,
    crop_rows,
    lanes_of,
    load_block,
    pad_rows,
    pointer,
    pointer_from,
    store_block,
    transpose_rows,
)

BLOCK_ROWS = 8
BLOCK_VECTORS = 2
BITS = 512
REAL = "float32"
LEFT_WIDTH = 8
LEFT_BITS = 256
THIN = False
INNER = 4
"""Columns of a thin product that are summed at a time where B lies transposed."""
SOME = 8
"""Rows of a transposed A that are packed at a time: what shares cache lines with them is near."""


def multiply(table, task):
    """Do one task of the product that `table` (see `layout`) describes."""
    blank = pointer(pointer_from(table[at.SCRATCH], REAL), task * table[at.ROOM])
    lanes = lanes_of(blank, BITS)
    width = BLOCK_VECTORS * lanes
    span = groups(table[at.ROWS], BLOCK_ROWS) * BLOCK_VECTORS
    full = table[at.COLUMNS] // width
    rest = vectors_for(groups(table[at.COLUMNS] - full * width, lanes))
    total = full * span + groups(table[at.ROWS], BLOCK_ROWS) * rest
    first = total * task // table[at.TASKS]
    end = total * (task + 1) // table[at.TASKS]
    for chunk in range(0, table[at.ROWS], table[at.CHUNK_ROWS]):
        bound = least(table[at.ROWS], chunk + table[at.CHUNK_ROWS])
        for k in range(0, most(table[at.DEPTH], 1), table[at.CHUNK_DEPTH]):
            left = left_factor(table, blank, chunk, bound, k)
            for panel in range(first // span, groups(end, span)):
                vectors = vectors_for(groups(table[at.COLUMNS] - panel * width, lanes))
                top = most(chunk, (first - panel * span) // vectors * BLOCK_ROWS)
                bottom = least(bound, (end - panel * span) // vectors * BLOCK_ROWS)
                if top < bottom:
                    multiply_panel(
                        table, blank, left, chunk, top, bottom, k, panel * width, vectors
                    )


@njit(inline="always")
def left_factor(table, blank, chunk, bound, k):
    """Where the rows of A from `chunk` on are, and the steps between strips, rows and columns."""
    row, step = table[at.A_ROW], table[at.A_STEP]
    a = pointer(pointer_from(table[at.A], REAL), chunk * row + k * step)
    if table[at.PACKED_A] == 0:
        return a, BLOCK_ROWS * row, row, step
    depth = least(table[at.CHUNK_DEPTH], table[at.DEPTH] - k)
    packed = pointer(blank, table[at.PACKED_A])
    strip = LEFT_WIDTH * depth
    for some in range(0, depth, SOME):
        for i in range(0, bound - chunk, BLOCK_ROWS):
            source = pointer(a, some * step + i)
            rows, columns = least(SOME, depth - some), least(BLOCK_ROWS, bound - chunk - i)
            to = pointer(packed, i // BLOCK_ROWS * strip + some * LEFT_WIDTH)
            pad_rows(source, step, rows, columns, to, LEFT_WIDTH, LEFT_BITS)
    return packed, strip, 1, LEFT_WIDTH


@njit(inline="always")
def multiply_panel(table, blank, left, chunk, top, bottom, k, column, vectors):
    """Rows `top` to `bottom` of a panel of C, for the chunk of depth that starts at `k`."""
    depth = least(table[at.CHUNK_DEPTH], table[at.DEPTH] - k)
    epilogue = table[at.EPILOGUE] if k + depth == table[at.DEPTH] else 0
    c = (pointer(pointer_from(table[at.C], REAL), column), table[at.COLUMNS])
    full = BLOCK_VECTORS * lanes_of(blank, BITS)
    width = vectors * lanes_of(blank, BITS)
    columns = least(width, table[at.COLUMNS] - column)
    tile = (pointer(blank, full), width)
    packed = pointer(blank, full + BLOCK_ROWS * full)
    right, packing = right_factor(table, packed, k, column, columns, width)
    packing = packing and bottom - top > BLOCK_ROWS
    start = (blank, 0)
    if k > 0:
        start = c
    elif table[at.BIAS] != 0:
        start = (pointer(pointer_from(table[at.BIAS], REAL), column), 0)
    inner = THIN and table[at.B_COLUMN] != 1
    through = columns < width or epilogue != 0 or inner
    for i in range(top, bottom, BLOCK_ROWS):
        rows = least(BLOCK_ROWS, bottom - i)
        a = (pointer(left[0], (i - chunk) // BLOCK_ROWS * left[1]), left[2], left[3])
        begin, to = row_of(start, i), row_of(c, i)
        if columns < width or inner:
            pad_rows(begin[0], begin[1], rows, columns, tile[0], width, BITS)
            begin = tile
        if through:
            to = tile
        if inner:
            multiply_inner(a, rows, right, columns, depth, tile)
        elif packing:
            multiply_packing(a, rows, right, depth, begin, to, packed)
            right, packing = (packed, width), False
        elif vectors == 1:
            multiply_strip(a, rows, right, depth, begin, to, 1)
        elif vectors == 2:
            multiply_strip(a, rows, right, depth, begin, to, 2)
        elif BLOCK_VECTORS > 2:
            multiply_strip(a, rows, right, depth, begin, to, BLOCK_VECTORS)
        if epilogue != 0:
            call(epilogue, tile[0], BLOCK_ROWS * width)
        if through:
            crop_rows(tile[0], width, row_of(c, i)[0], c[1], rows, columns, BITS)


@njit(inline="always")
def right_factor(table, packed, k, column, columns, width):
    """Where the rows of a panel of B are with the step between them, and whether to pack them."""
    step, across = table[at.B_STEP], table[at.B_COLUMN]
    depth = least(table[at.CHUNK_DEPTH], table[at.DEPTH] - k)
    b = pointer(pointer_from(table[at.B], REAL), k * step + column * across)
    if THIN and across != 1:
        return (b, across), False
    if across != 1:
        transpose_rows(b, across, columns, depth, packed, width, BITS)
        return (packed, width), False
    if columns < width:
        pad_rows(b, step, depth, columns, packed, width, BITS)
        return (packed, width), False
    return (b, step), width == 2 * lanes_of(b, BITS) and step != width


@njit(inline="always")
def multiply_strip(a, rows, b, depth, start, to, vectors):
    """to = start + A @ B, for one strip; each factor is a place with its steps."""
    block = load_block(start[0], 0, start[1], rows - 1, BLOCK_ROWS, vectors, BITS)
    block = add_product(block, a[0], 0, a[1], a[2], rows - 1, b[0], 0, b[1], depth)
    store_block(block, to[0], 0, to[1], rows - 1)


@njit(inline="always")
def multiply_packing(a, rows, b, depth, start, to, packed):
    """The same for blocks of two vectors, packing B for the strips below."""
    block = load_block(start[0], 0, start[1], rows - 1, BLOCK_ROWS, 2, BITS)
    block = add_product_packing(
        block, a[0], 0, a[1], a[2], rows - 1, b[0], 0, b[1], depth, packed, 0
    )
    store_block(block, to[0], 0, to[1], rows - 1)


@njit(inline="always")
def multiply_inner(a, rows, b, columns, depth, tile):
    """tile = tile + A @ B, for few rows of A and a B that lies transposed."""
    for j in range(0, columns, INNER):
        to, right, last = pointer(tile[0], j), pointer(b[0], j * b[1]), columns - j - 1
        add_inner_products(
            to, tile[1], a[0], a[1], rows - 1, right, b[1], last, depth, BLOCK_ROWS, INNER, BITS
        )


@njit(inline="always")
def row_of(matrix, i):
    """Row i of a place with its step, and the step."""
    return pointer(matrix[0], i * matrix[1]), matrix[1]


@njit(inline="always")
def vectors_for(needed):
    """Vectors in a row of the narrowest block that has so many."""
    return needed if needed <= 2 else BLOCK_VECTORS
