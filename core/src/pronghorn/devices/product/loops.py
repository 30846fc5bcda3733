"""The loops of the matrix product around its register blocks, as a template.

Each shape of block gets a compiled copy of this module in which the constants are its own. All
functions become part of `multiply`; its caller knows only its address.
"""

from numba import njit

from pronghorn.devices.native import call, groups, least, most
from pronghorn.devices.product.layout import (
    A_ROW,
    A_STEP,
    B_COLUMN,
    B_STEP,
    BIAS,
    CHUNK_DEPTH,
    CHUNK_ROWS,
    COLUMNS,
    DEPTH,
    EPILOGUE,
    ROOM,
    ROWS,
    SCRATCH,
    TASKS,
    A,
    B,
    C,
)
from pronghorn.devices.simd import (
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


def multiply(table, task):
    """Do one task of the product that `table` (see `layout`) describes."""
    c = pointer_from(table[C], REAL)
    lanes = lanes_of(c, BITS)
    width = BLOCK_VECTORS * lanes
    strips = groups(table[ROWS], BLOCK_ROWS)
    span = strips * BLOCK_VECTORS
    full = table[COLUMNS] // width
    total = full * span + strips * vectors_for(groups(table[COLUMNS] - full * width, lanes))
    first, end = total * task // table[TASKS], total * (task + 1) // table[TASKS]
    blank = pointer(pointer_from(table[SCRATCH], REAL), task * table[ROOM])
    for chunk in range(0, table[ROWS], table[CHUNK_ROWS]):
        bound = least(table[ROWS], chunk + table[CHUNK_ROWS])
        for k in range(0, table[DEPTH] + (table[DEPTH] == 0), table[CHUNK_DEPTH]):
            for panel in range(first // span, groups(end, span)):
                column = panel * width
                columns = least(width, table[COLUMNS] - column)
                vectors = vectors_for(groups(columns, lanes))
                top = (first - panel * span) // vectors * BLOCK_ROWS
                bottom = (end - panel * span) // vectors * BLOCK_ROWS
                top, bottom = most(top, chunk), least(bottom, bound)
                if top < bottom:
                    multiply_panel(table, k, column, columns, vectors, top, bottom, blank)


@njit(inline="always")
def multiply_panel(table, k, column, columns, vectors, top, bottom, blank):
    """Rows `top` to `bottom` of one panel of C, for one chunk of depth that starts at `k`."""
    a = pointer(pointer_from(table[A], REAL), k * table[A_STEP])
    b = pointer(pointer_from(table[B], REAL), k * table[B_STEP] + column * table[B_COLUMN])
    c = pointer(pointer_from(table[C], REAL), column)
    lanes = lanes_of(c, BITS)
    own = vectors * lanes
    depth = least(table[CHUNK_DEPTH], table[DEPTH] - k)
    b_row = table[B_STEP]
    tile = pointer(blank, BLOCK_VECTORS * lanes)
    packed = pointer(tile, BLOCK_ROWS * BLOCK_VECTORS * lanes)
    packing = False
    if table[B_COLUMN] != 1:
        transpose_rows(b, table[B_COLUMN], columns, depth, packed, own, BITS)
        b, b_row = packed, own
    elif columns < own:
        pad_rows(b, b_row, depth, columns, packed, own, BITS)
        b, b_row = packed, own
    else:
        packing = b_row != own and bottom - top > BLOCK_ROWS
    begin, begin_row = blank, 0
    if k > 0:
        begin, begin_row = c, table[COLUMNS]
    elif table[BIAS] != 0:
        begin = pointer(pointer_from(table[BIAS], REAL), column)
    epilogue = table[EPILOGUE] if k + table[CHUNK_DEPTH] >= table[DEPTH] else 0
    c_row = table[COLUMNS]
    for i in range(top, bottom, BLOCK_ROWS):
        rows = least(BLOCK_ROWS, bottom - i)
        start, start_row = pointer(begin, i * begin_row), begin_row
        if columns < own:
            pad_rows(start, start_row, rows, columns, tile, own, BITS)
            start, start_row = tile, own
        to, to_row = pointer(c, i * c_row), c_row
        through = columns < own or epilogue != 0
        if through:
            to, to_row = tile, own
        left = pointer(a, i * table[A_ROW])
        if BLOCK_VECTORS > 2 and vectors > 2:
            block = load_block(start, 0, start_row, rows - 1, BLOCK_ROWS, BLOCK_VECTORS, BITS)
            block = add_product(
                block, left, 0, table[A_ROW], table[A_STEP], rows - 1, b, 0, b_row, depth
            )
            store_block(block, to, 0, to_row, rows - 1)
        elif vectors == 2:
            block = load_block(start, 0, start_row, rows - 1, BLOCK_ROWS, 2, BITS)
            if packing:
                block = add_product_packing(
                    block,
                    left,
                    0,
                    table[A_ROW],
                    table[A_STEP],
                    rows - 1,
                    b,
                    0,
                    b_row,
                    depth,
                    packed,
                    0,
                )
                b, b_row, packing = packed, own, False
            else:
                block = add_product(
                    block, left, 0, table[A_ROW], table[A_STEP], rows - 1, b, 0, b_row, depth
                )
            store_block(block, to, 0, to_row, rows - 1)
        else:
            slim = load_block(start, 0, start_row, rows - 1, BLOCK_ROWS, 1, BITS)
            slim = add_product(
                slim, left, 0, table[A_ROW], table[A_STEP], rows - 1, b, 0, b_row, depth
            )
            store_block(slim, to, 0, to_row, rows - 1)
        if through:
            if epilogue != 0:
                call(epilogue, tile, BLOCK_ROWS * own)
            crop_rows(tile, own, pointer(c, i * c_row), c_row, rows, columns, BITS)


@njit(inline="always")
def vectors_for(needed):
    """Vectors of the narrowest block that has so many."""
    return needed if needed <= 2 else BLOCK_VECTORS
