"""The loops of Winograd's convolutions, as a template.

`transform` evaluates windows at the points, once a call; `convolve` does the rest. `weigh` adds up
the gradients of the windows at the points, from which `collect` finds those of the windows.
"""

from numba import njit

import pronghorn.devices.convolution.winograd.layout as at
from pronghorn.devices.native import call, groups, least, most
from pronghorn.devices.simd import (
    add_product,
    crop_rows,
    gradient_points,
    image_points,
    lanes_of,
    load,
    load_block,
    outputs_of_points,
    pointer,
    pointer_from,
    prefetch,
    prefetch_to_write,
    store,
    store_block,
    window_gradient,
    window_points,
    zero,
    zero_block,
)
from pronghorn.devices.simd.tiles import POINTS, SIDE, SPAN

BLOCK_ROWS = 8
BLOCK_VECTORS = 2
BITS = 512
REAL = "float32"
LINE = 16
"""Numbers of a cache line."""


def transform(table, task):
    """Do one task: every so-many-th part of the windows, for a vector of filters at a time."""
    packed = pointer_from(table[at.PACKED], REAL)
    windows = pointer_from(table[at.WINDOWS], REAL)
    lanes = lanes_of(packed, BITS)
    width, channels = BLOCK_VECTORS * lanes, table[at.CHANNELS]
    rows = table[at.PANELS] * channels
    step = channels * width
    for row in range(rows * task // table[at.TASKS], rows * (task + 1) // table[at.TASKS]):
        panel, channel = row // channels, row % channels
        source = pointer(packed, panel * 9 * step + channel * width)
        to = pointer(windows, row * width)
        for v in range(0, width, lanes):
            own, target = pointer(source, v), pointer(to, v)
            window_points(own, 3 * step, step, target, table[at.WINDOWS_STEP], BITS)


def convolve(table, task):
    """Do one task: every so-many-th part of the strips."""
    zeros = pointer(pointer_from(table[at.SCRATCH], REAL), task * table[at.ROOM])
    lanes = lanes_of(zeros, BITS)
    width, channels = BLOCK_VECTORS * lanes, table[at.CHANNELS]
    outputs = pointer(zeros, table[at.PANELS] * width)
    copy = pointer(outputs, SIDE * SIDE * width)
    left = pointer(copy, POINTS * channels)
    left_step = table[at.STRIP] * channels + LINE
    sums = pointer(left, POINTS * left_step)
    sums_step = table[at.STRIP] * table[at.PANELS] * width + LINE
    strips = groups(table[at.TILES], table[at.STRIP])
    for strip in range(strips * task // table[at.TASKS], strips * (task + 1) // table[at.TASKS]):
        first = strip * table[at.STRIP]
        count = least(table[at.STRIP], table[at.TILES] - first)
        for n in range(count):
            read_tile(table, first + n, 0, channels, copy, pointer(left, n * channels), left_step)
        for point in range(POINTS):
            for n in range(count * point // POINTS, count * (point + 1) // POINTS):
                fetch_source(table, first + count + n)
                fetch_target(table, first + n)
            multiply(
                table, point, count, pointer(left, point * left_step),
                pointer(sums, point * sums_step),
            )  # fmt: skip
        for n in range(count):
            write_tile(table, first + n, zeros, outputs, pointer(sums, n * width), sums_step)


@njit(inline="always")
def first_row(table, tile):
    """The row of a tile's first output, in its image."""
    return first_place(tile % table[at.IMAGE_TILES] // table[at.LINE_TILES], table[at.ROW_GAP])


@njit(inline="always")
def first_cell(table, tile):
    """The cell of a tile's first output, in its row."""
    return first_place(tile % table[at.LINE_TILES], table[at.CELL_GAP])


@njit(inline="always")
def first_place(number, gap):
    """Where the tile of a number begins along an axis: `gap` of them lie in one another."""
    return number // gap * (SIDE * gap) + number % gap


@njit(inline="always")
def source_tile(table, tile):
    """Where a tile's inputs begin."""
    row = tile // table[at.IMAGE_TILES] * table[at.ROWS] + first_row(table, tile)
    row += table[at.FIRST_ROW]
    cell = first_cell(table, tile) + table[at.FIRST_CELL]
    start = (row * table[at.CELLS] + cell) * table[at.CHANNELS]
    return pointer(pointer_from(table[at.SOURCE], REAL), start)


@njit(inline="always")
def target_tile(table, tile):
    """Where a tile's outputs begin."""
    row = tile // table[at.IMAGE_TILES] * table[at.TARGET_ROWS] + first_row(table, tile)
    start = row * table[at.TARGET_CELLS] + first_cell(table, tile)
    return pointer(pointer_from(table[at.TARGET], REAL), start * table[at.FILTERS])


@njit(inline="always")
def fetch_source(table, tile):
    """Ask for the inputs of a tile of the next strip: their short pieces of many lines are not
    foreseen by the CPU."""
    source, channels = source_tile(table, tile), table[at.CHANNELS]
    for i in range(SPAN):
        for j in range(SPAN):
            cell = i * table[at.ROW_GAP] * table[at.CELLS] + j * table[at.CELL_GAP]
            for c in range(0, channels, LINE):
                prefetch(source, cell * channels + c)


@njit(inline="always")
def fetch_target(table, tile):
    """Ask for the place of a tile's outputs."""
    target, filters = target_tile(table, tile), table[at.FILTERS]
    for i in range(SIDE):
        for j in range(SIDE):
            cell = i * table[at.ROW_GAP] * table[at.TARGET_CELLS] + j * table[at.CELL_GAP]
            for c in range(0, filters, LINE):
                prefetch_to_write(target, cell * filters + c)


@njit(inline="always")
def read_tile(table, tile, begin, count, copy, to, to_step):
    """Evaluate so many channels of a tile's inputs at the points, from channel `begin` on."""
    lanes, channels = lanes_of(to, BITS), table[at.CHANNELS]
    row = first_row(table, tile) + table[at.FIRST_ROW]
    cell = first_cell(table, tile) + table[at.FIRST_CELL]
    source = pointer(source_tile(table, tile), begin)
    down, across = table[at.ROW_GAP] * table[at.CELLS] * channels, table[at.CELL_GAP] * channels
    rows = inside(table, row, table[at.ROW_GAP], table[at.ROWS], SPAN)
    if not (rows and inside(table, cell, table[at.CELL_GAP], table[at.CELLS], SPAN)):
        copy_tile(
            table, row, cell, table[at.ROWS], table[at.CELLS], channels, source, SPAN, count, copy
        )
        source, down, across = copy, SPAN * count, count
    for c in range(0, count, lanes):
        image_points(pointer(source, c), down, across, pointer(to, c), to_step, BITS)


@njit(inline="always")
def read_gradient(table, tile, copy, to, to_step):
    """Evaluate the gradients of a tile's outputs at the points."""
    lanes, filters = lanes_of(to, BITS), table[at.FILTERS]
    width = BLOCK_VECTORS * lanes
    row, cell = first_row(table, tile), first_cell(table, tile)
    source = target_tile(table, tile)
    down = table[at.ROW_GAP] * table[at.TARGET_CELLS] * filters
    across = table[at.CELL_GAP] * filters
    rows = inside(table, row, table[at.ROW_GAP], table[at.TARGET_ROWS], SIDE)
    if not (rows and inside(table, cell, table[at.CELL_GAP], table[at.TARGET_CELLS], SIDE)):
        copy_tile(
            table, row, cell, table[at.TARGET_ROWS], table[at.TARGET_CELLS], filters, source, SIDE,
            filters, copy,
        )  # fmt: skip
        source, down, across = copy, SIDE * filters, filters
    for v in range(0, filters, lanes):
        place = v // width * table[at.STRIP] * width + v % width
        gradient_points(pointer(source, v), down, across, pointer(to, place), to_step, BITS)


@njit(inline="always")
def inside(table, first, gap, length, count):
    """Whether so many places, each a gap after the last, lie within an axis."""
    return first >= 0 and first + (count - 1) * gap < length


@njit(inline="always")
def copy_tile(table, row, cell, rows, cells, channels, source, side, count, copy):
    """Copy side x side cells of a tile, with zeros for those outside of the image."""
    lanes = lanes_of(copy, BITS)
    for point in range(side * side):
        i, j = point // side * table[at.ROW_GAP], point % side * table[at.CELL_GAP]
        within = row + i >= 0 and row + i < rows and cell + j >= 0 and cell + j < cells
        begin = (i * cells + j) * channels
        to = pointer(copy, point * count)
        for c in range(0, count, lanes):
            if within:
                store(load(source, begin + c, BITS), to, c)
            else:
                store(zero(to, BITS), to, c)


@njit(inline="always")
def multiply(table, point, count, left, sums):
    """The product of a strip's values at a point and those of the windows."""
    width, channels = BLOCK_VECTORS * lanes_of(left, BITS), table[at.CHANNELS]
    windows = pointer(pointer_from(table[at.WINDOWS], REAL), point * table[at.WINDOWS_STEP])
    for panel in range(table[at.PANELS]):
        to = pointer(sums, panel * table[at.STRIP] * width)
        right = pointer(windows, panel * channels * width)
        for n in range(0, count, BLOCK_ROWS):
            last = least(BLOCK_ROWS, count - n) - 1
            block = zero_block(left, BLOCK_ROWS, BLOCK_VECTORS, BITS)
            block = add_product(
                block, left, n * channels, channels, 1, last, right, 0, width, channels
            )
            store_block(block, to, n * width, width, last)


@njit(inline="always")
def write_tile(table, tile, bias, outputs, sums, step):
    """Find a tile's outputs from the products; add the bias, apply the activation."""
    lanes, filters = lanes_of(sums, BITS), table[at.FILTERS]
    width = BLOCK_VECTORS * lanes
    down, across = table[at.ROW_GAP], table[at.CELL_GAP]
    rows = most(table[at.TARGET_ROWS] - first_row(table, tile), 0)
    cells = most(table[at.TARGET_CELLS] - first_cell(table, tile), 0)
    rows, cells = least(SIDE, groups(rows, down)), least(SIDE, groups(cells, across))
    target, epilogue = target_tile(table, tile), table[at.EPILOGUE]
    if table[at.BIAS] != 0:
        bias = pointer_from(table[at.BIAS], REAL)
    for panel in range(table[at.PANELS]):
        begin = panel * table[at.STRIP] * width
        for v in range(0, width, lanes):
            own = pointer(bias, panel * width + v)
            outputs_of_points(pointer(sums, begin + v), step, own, pointer(outputs, v), width, BITS)
        if epilogue != 0:
            call(epilogue, outputs, SIDE * SIDE * width)
        columns = least(width, filters - panel * width)
        for i in range(rows):
            to = pointer(target, i * down * table[at.TARGET_CELLS] * filters + panel * width)
            line = pointer(outputs, i * SIDE * width)
            crop_rows(line, width, to, across * filters, cells, columns, BITS)


def weigh(table, task):
    """Do one task of the windows' gradient: a part of the strips, for a slice of the channels."""
    blank = pointer(pointer_from(table[at.SCRATCH], REAL), task * table[at.ROOM])
    lanes = lanes_of(blank, BITS)
    width = BLOCK_VECTORS * lanes
    part, piece = task // table[at.SLICES], task % table[at.SLICES]
    registers = table[at.CHANNELS] // lanes
    begin = registers * piece // table[at.SLICES] * lanes
    channels = registers * (piece + 1) // table[at.SLICES] * lanes - begin
    copy = pointer(blank, width)
    left = pointer(copy, POINTS * most(channels, table[at.FILTERS]))
    left_step = table[at.STRIP] * channels + LINE
    right = pointer(left, POINTS * left_step)
    right_step = table[at.STRIP] * table[at.PANELS] * width + LINE
    sums = pointer(pointer_from(table[at.WINDOWS], REAL), begin * width)
    sums = pointer(sums, part * POINTS * table[at.WINDOWS_STEP])
    strips = groups(table[at.TILES], table[at.STRIP])
    first = strips * part // table[at.PARTS]
    for strip in range(first, strips * (part + 1) // table[at.PARTS]):
        tile = strip * table[at.STRIP]
        count = least(table[at.STRIP], table[at.TILES] - tile)
        for n in range(count):
            to = pointer(left, n * channels)
            read_tile(table, tile + n, begin, channels, copy, to, left_step)
            read_gradient(table, tile + n, copy, pointer(right, n * width), right_step)
        for point in range(POINTS):
            for n in range(count * point // POINTS, count * (point + 1) // POINTS):
                fetch_source(table, tile + count + n)
                fetch_target(table, tile + count + n)
            add_points(
                table, blank, pointer(left, point * left_step), channels, count,
                pointer(right, point * right_step),
                pointer(sums, point * table[at.WINDOWS_STEP]), strip > first,
            )  # fmt: skip


@njit(inline="always")
def add_points(table, blank, left, channels, count, right, sums, started):
    """Add to the gradient at a point what a strip gives."""
    width = BLOCK_VECTORS * lanes_of(blank, BITS)
    for panel in range(table[at.PANELS]):
        to = pointer(sums, panel * table[at.CHANNELS] * width)
        own = pointer(right, panel * table[at.STRIP] * width)
        for row in range(0, channels, BLOCK_ROWS):
            last = least(BLOCK_ROWS, channels - row) - 1
            begin, apart = (pointer(to, row * width), width) if started else (blank, 0)
            block = load_block(begin, 0, apart, last, BLOCK_ROWS, BLOCK_VECTORS, BITS)
            block = add_product(block, left, row, 1, channels, last, own, 0, width, count)
            store_block(block, to, row * width, width, last)


def collect(table, task):
    """Do one task: every so-many-th part of the windows' gradients, for a panel of filters."""
    sums = pointer_from(table[at.WINDOWS], REAL)
    lanes = lanes_of(sums, BITS)
    width, channels, filters = BLOCK_VECTORS * lanes, table[at.CHANNELS], table[at.FILTERS]
    step = table[at.WINDOWS_STEP]
    rows = table[at.PANELS] * channels
    for row in range(rows * task // table[at.TASKS], rows * (task + 1) // table[at.TASKS]):
        own = pointer(sums, row * width)
        column = row // channels * width
        for part in range(1, table[at.PARTS]):
            for point in range(POINTS):
                total = pointer(own, point * step)
                other = pointer(total, part * POINTS * step)
                for j in range(width):
                    total[j] += other[j]
        to = pointer(pointer_from(table[at.TARGET], REAL), row % channels * filters + column)
        for v in range(0, least(width, filters - column), lanes):
            window_gradient(
                pointer(own, v), SPAN * step, step, pointer(to, v), channels * filters, BITS
            )
