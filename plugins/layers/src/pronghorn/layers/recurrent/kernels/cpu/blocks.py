"""Recurrent products: a few rows of a state by a matrix that is packed once for all time steps.

A packed matrix is a row of panels, as wide as a register block, for each gate.
"""

from pronghorn.devices.native import least
from pronghorn.devices.simd import (
    add_product,
    host,
    lanes_of,
    load,
    load_block,
    pointer,
    store,
    store_block,
    transpose_rows,
)

BITS = host().bits
ROWS = host().rows
WIDTH = 2
"""Registers in a row of a block."""
ONE = 4
"""The same in a block of a single row."""


def panel_for(u, batch):
    """Columns of a panel: a single row needs more of them, or it waits for its own sums."""
    return int((ONE if batch == 1 else WIDTH) * lanes_of(u, BITS))


def pack(u, depth, gates, padded, panel, packed):
    """Pack u (depth, gates * padded), flat, for products whose depth is `depth`."""
    lanes = lanes_of(u, BITS)
    row = gates * padded
    for gate in range(gates):
        for j in range(0, padded, panel):
            width = least(panel, padded - j)
            column = gate * padded + j
            for k in range(depth):
                for v in range(0, width, lanes):
                    store(
                        load(u, k * row + column + v, BITS), packed, column * depth + k * width + v
                    )


def pack_turned(u, depth, gates, padded, panel, packed):
    """Pack the transpose of each gate of u (depth, gates * padded), flat, for depth `padded`."""
    row = gates * padded
    for gate in range(gates):
        start = gate * padded
        for k in range(0, padded, panel):
            width = least(panel, padded - k)
            rows = least(width, depth - k)
            source = pointer(u, k * row + start)
            to = pointer(packed, (start + k) * padded)
            transpose_rows(source, row, rows, padded, to, width, BITS)
            for j in range(padded):
                for v in range(rows, width):
                    packed[(start + k) * padded + j * width + v] = 0.0


def multiply(start, start_row, a, a_row, b, depth, to, to_row, rows, padded, panel):
    """to = start + a @ b for pointers to `rows` rows, and a packed gate b of depth x padded.

    The rows of start, a and to are start_row, a_row and to_row elements apart.
    """
    lanes = lanes_of(b, BITS)
    for j in range(0, padded, panel):
        width = least(panel, padded - j)
        right = pointer(b, j * depth)
        if rows == 1:
            if width == ONE * lanes:
                single = load_block(start, j, 0, 0, 1, ONE, BITS)
                single = add_product(single, a, 0, 0, 1, 0, right, 0, width, depth)
                store_block(single, to, j, 0, 0)
            else:
                done = 0
                if width >= WIDTH * lanes:
                    two = load_block(start, j, 0, 0, 1, WIDTH, BITS)
                    two = add_product(two, a, 0, 0, 1, 0, right, 0, width, depth)
                    store_block(two, to, j, 0, 0)
                    done = WIDTH * lanes
                for v in range(done, width, lanes):
                    one = load_block(start, j + v, 0, 0, 1, 1, BITS)
                    one = add_product(one, a, 0, 0, 1, 0, right, v, width, depth)
                    store_block(one, to, j + v, 0, 0)
        elif width == WIDTH * lanes:
            for i in range(0, rows, ROWS):
                last = least(ROWS, rows - i) - 1
                wide = load_block(start, i * start_row + j, start_row, last, ROWS, WIDTH, BITS)
                wide = add_product(
                    wide, a, i * a_row, a_row, 1, last, right, 0, WIDTH * lanes, depth
                )
                store_block(wide, to, i * to_row + j, to_row, last)
        else:
            for i in range(0, rows, ROWS):
                last = least(ROWS, rows - i) - 1
                thin = load_block(start, i * start_row + j, start_row, last, ROWS, 1, BITS)
                thin = add_product(thin, a, i * a_row, a_row, 1, last, right, 0, lanes, depth)
                store_block(thin, to, i * to_row + j, to_row, last)
