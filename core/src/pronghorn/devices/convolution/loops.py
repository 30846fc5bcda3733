"""The loops of convolutions around their register blocks, as a template.

Every shape of block gets a compiled copy of this module in which the constants are its own.
`convolve` computes an output or the gradient of an input, `weigh` the gradient of a kernel.
"""

from numba import njit

import pronghorn.devices.convolution.layout as at
from pronghorn.devices.native import call, groups, least, most
from pronghorn.devices.simd import (
    add_gathered_columns,
    add_gathered_product,
    crop_rows,
    lanes_of,
    load_block,
    pad_rows,
    pointer,
    pointer_from,
    prefetch,
    scatter_block,
    store_block,
)

BLOCK_ROWS = 8
BLOCK_VECTORS = 2
BITS = 512
REAL = "float32"
APART = False
"""Whether each filter has a channel of its own, the one of its number."""
CUT = False
"""Whether not all of the depth is in use at a time."""
AHEAD = 2048
"""Elements that are fetched before they are copied."""


def convolve(table, task):
    """Do one task: every so-many-th part of the units, all jobs of each."""
    blank = pointer(pointer_from(table[at.SCRATCH], REAL), task * table[at.ROOM])
    units = groups(table[at.IMAGES], table[at.GROUP]) * table[at.BANDS]
    first = units * task // table[at.TASKS]
    end = units * (task + 1) // table[at.TASKS]
    width = BLOCK_VECTORS * lanes_of(blank, BITS)
    for unit in range(first, end):
        copy = pointer(blank, width + BLOCK_ROWS * width)
        source = unit_panels(table, copy, unit) if APART else unit_source(table, copy, unit)
        for number in range(table[at.JOBS]):
            job = pointer(table, at.FIELDS + number * at.JOB_FIELDS)
            for column in range(0, table[at.COLUMNS], width):
                own = own_source(table, source, column // width)
                multiply_panel(table, blank, job, unit, own, column)


@njit(inline="always")
def own_source(table, source, panel):
    """Where a panel of columns finds its channels."""
    return pointer(source, panel * table[at.PANEL_COPY]) if APART else source


@njit(inline="always")
def add_products(block, source, rows, last, steps, right, step, depth):
    """A block plus what the places of its rows give."""
    if APART:
        return add_gathered_columns(block, source, rows, last, steps, right, step, depth)
    return add_gathered_product(block, source, rows, last, steps, right, step, depth)


@njit(inline="always")
def unit_image(table, unit):
    """The first image of a unit."""
    return unit // table[at.BANDS] * table[at.GROUP]


@njit(inline="always")
def unit_row(table, unit):
    """The first row of a unit."""
    return unit % table[at.BANDS] * table[at.BAND]


@njit(inline="always")
def unit_places(table, job, unit):
    """How many places a job has in a unit."""
    rows = least(table[at.BAND], job[at.JOB_ROWS] - unit_row(table, unit))
    images = least(table[at.GROUP], table[at.IMAGES] - unit_image(table, unit))
    return images * most(rows, 0) * job[at.JOB_COLUMNS]


@njit(inline="always")
def unit_source(table, copy, unit):
    """Where the first window of a unit begins."""
    image, row = unit_image(table, unit), unit_row(table, unit) * table[at.STEP]
    start = image * table[at.IMAGE]
    source = pointer(pointer_from(table[at.SOURCE], REAL), start)
    row += table[at.FIRST_ROW]
    if table[at.PADDED_LINE] == 0:
        line = row * table[at.LINES] + table[at.FIRST_LINE]
        return pointer(source, line * table[at.LINE] + table[at.FIRST_CELL])
    images = least(table[at.GROUP], table[at.IMAGES] - image)
    lines = table[at.PADDED_ROWS] * table[at.PADDED_LINES]
    for n in range(images):
        for i in range(lines):
            to = pointer(copy, (n * lines + i) * table[at.PADDED_LINE])
            own_row = row + i // table[at.PADDED_LINES]
            line = table[at.FIRST_LINE] + i % table[at.PADDED_LINES]
            inside = own_row >= 0 and own_row < table[at.ROWS]
            inside = inside and line >= 0 and line < table[at.LINES]
            begin = table[at.FIRST_CELL]
            end = begin + table[at.PADDED_LINE] if inside else begin
            low = least(most(begin, 0), end)
            high = most(least(end, table[at.LINE]), low)
            for j in range(low - begin):
                to[j] = 0.0
            start = n * table[at.IMAGE] + (own_row * table[at.LINES] + line) * table[at.LINE]
            for j in range(low, high):
                to[j - begin] = source[start + j]
            for j in range(high - begin, table[at.PADDED_LINE]):
                to[j] = 0.0
    return copy


@njit(inline="always")
def unit_panels(table, copy, unit):
    """A copy of a unit with margins, panel after panel.

    Where they come from, the cells of a panel may lie so far apart that there is room for only a
    few of them in the first-level cache.
    """
    lanes, channels, cell = lanes_of(copy, BITS), table[at.COLUMNS], table[at.CELL]
    image, row = unit_image(table, unit), unit_row(table, unit) * table[at.STEP]
    source = pointer(pointer_from(table[at.SOURCE], REAL), image * table[at.IMAGE])
    row += table[at.FIRST_ROW]
    full = channels // cell if cell == BLOCK_VECTORS * lanes else 0
    step = table[at.PANEL_COPY]
    begin, end = table[at.FIRST_CELL] // channels, table[at.LINE] // channels
    cells = table[at.PADDED_LINE] // cell
    images = least(table[at.GROUP], table[at.IMAGES] - image)
    lines = table[at.PADDED_ROWS] * table[at.PADDED_LINES]
    for n in range(images):
        for i in range(lines):
            to = pointer(copy, (n * lines + i) * table[at.PADDED_LINE])
            own_row = row + i // table[at.PADDED_LINES]
            line = table[at.FIRST_LINE] + i % table[at.PADDED_LINES]
            inside = own_row >= 0 and own_row < table[at.ROWS]
            inside = inside and line >= 0 and line < table[at.LINES]
            low = least(most(-begin, 0), cells)
            high = most(least(end - begin, cells), low) if inside else low
            start = n * table[at.IMAGE] + (own_row * table[at.LINES] + line) * table[at.LINE]
            own = pointer(source, start + begin * channels)
            for panel in range(groups(channels, cell)):
                for j in range(low * cell):
                    to[panel * step + j] = 0.0
                for j in range(high * cell, table[at.PADDED_LINE]):
                    to[panel * step + j] = 0.0
            for j in range(low, high):
                cell_source, cell_to = pointer(own, j * channels), pointer(to, j * cell)
                for panel in range(full):
                    block = load_block(cell_source, panel * cell, 0, 0, 1, BLOCK_VECTORS, BITS)
                    store_block(block, cell_to, panel * step, 0, 0)
                    prefetch(cell_source, panel * cell + AHEAD)
                    prefetch(cell_source, panel * cell + AHEAD + lanes)
            rest = channels - full * cell
            if rest > 0:
                inner = pointer(own, low * channels + full * cell)
                last = pointer(to, full * step + low * cell)
                pad_rows(inner, channels, high - low, rest, last, cell, BITS)
    return copy


@njit(inline="always")
def multiply_panel(table, blank, job, unit, source, column):
    """A unit's places, and a panel of columns."""
    lanes = lanes_of(blank, BITS)
    full = BLOCK_VECTORS * lanes
    columns = least(full, table[at.COLUMNS] - column)
    target = pointer(pointer_from(table[at.TARGET], REAL), column)
    start = unit_image(table, unit) * table[at.TARGET_IMAGE]
    target = pointer(target, start + unit_row(table, unit) * table[at.TARGET_ROW])
    packed = pointer(pointer_from(table[at.PACKED], REAL), column // full * table[at.PANEL])
    packed = pointer(packed, job[at.JOB_PACKED])
    bias = blank
    if table[at.BIAS] != 0:
        bias = pointer(pointer_from(table[at.BIAS], REAL), column)
    if columns <= lanes:
        multiply_places(table, blank, job, unit, source, packed, bias, target, columns, 1)
    else:
        multiply_places(
            table, blank, job, unit, source, packed, bias, target, columns, BLOCK_VECTORS
        )


@njit(inline="always")
def multiply_places(table, blank, job, unit, source, packed, bias, target, columns, vectors):
    """A unit's places, for all of the depth or for one chunk of it after another."""
    depth = job[at.JOB_DEPTH]
    if CUT:
        for k in range(0, most(depth, 1), job[at.JOB_CHUNK]):
            chunk = least(job[at.JOB_CHUNK], depth - k)
            multiply_chunk(
                table, blank, job, unit, source, packed, bias, target, columns, vectors, k, chunk
            )
    else:
        multiply_chunk(
            table, blank, job, unit, source, packed, bias, target, columns, vectors, 0, depth
        )


@njit(inline="always")
def multiply_chunk(
    table, blank, job, unit, source, packed, bias, target, columns, vectors, k, chunk
):
    """A unit's places, block by block, for so much of the depth from row k on."""
    lanes = lanes_of(blank, BITS)
    full, width = BLOCK_VECTORS * lanes, vectors * lanes
    tile = pointer(blank, full)
    epilogue = table[at.EPILOGUE]
    count = unit_places(table, job, unit)
    steps, right = pointer(table, job[at.JOB_STEPS] + k), pointer(packed, k * full)
    for place in range(0, count, BLOCK_ROWS):
        last = least(BLOCK_ROWS, count - place) - 1
        rows = pointer(table, job[at.JOB_SOURCES] + place)
        to = pointer(table, job[at.JOB_TARGETS] + place)
        begin, apart = bias, 0
        if CUT:
            partial = pointer(blank, table[at.PARTIAL] + place * width)
            begin, apart = (partial, width) if k > 0 else (bias, 0)
        block = load_block(begin, 0, apart, last, BLOCK_ROWS, vectors, BITS)
        block = add_products(block, source, rows, last, steps, right, full, chunk)
        if CUT and k + chunk < job[at.JOB_DEPTH]:
            store_block(block, partial, 0, width, last)
        elif columns < width or epilogue != 0:
            store_block(block, tile, 0, width, BLOCK_ROWS - 1)
            if epilogue != 0:
                call(epilogue, tile, BLOCK_ROWS * width)
            for i in range(last + 1):
                line = pointer(tile, i * width)
                crop_rows(line, width, pointer(target, to[i]), width, 1, columns, BITS)
        else:
            scatter_block(block, target, to, last)


def weigh(table, task):
    """Do one task of a kernel's gradient: a part of the units, for a slice of its rows."""
    blank = pointer(pointer_from(table[at.SCRATCH], REAL), task * table[at.ROOM])
    width = BLOCK_VECTORS * lanes_of(blank, BITS)
    part, piece = task // table[at.SLICES], task % table[at.SLICES]
    units = groups(table[at.IMAGES], table[at.GROUP]) * table[at.BANDS]
    blocks = groups(table[at.DEPTH], BLOCK_ROWS)
    top = blocks * piece // table[at.SLICES] * BLOCK_ROWS
    bottom = least(blocks * (piece + 1) // table[at.SLICES] * BLOCK_ROWS, table[at.DEPTH])
    panels = groups(table[at.COLUMNS], width)
    sums = pointer(pointer_from(table[at.SUMS], REAL), part * panels * table[at.PANEL])
    first = units * part // table[at.PARTS]
    right = pointer(blank, width)
    copy = pointer(right, table[at.CHUNK] * width)
    job = pointer(table, at.FIELDS)
    step = table[at.COLUMNS] if reads_in_place(table, width) else width
    for unit in range(first, units * (part + 1) // table[at.PARTS]):
        source = unit_panels(table, copy, unit) if APART else unit_source(table, copy, unit)
        count = unit_places(table, job, unit)
        for place in range(0, count, table[at.CHUNK]):
            chunk = least(table[at.CHUNK], count - place)
            started = unit > first or place > 0
            for panel in range(panels):
                to = pointer(sums, panel * table[at.PANEL])
                columns = least(width, table[at.COLUMNS] - panel * width)
                b = right_rows(table, right, job, unit, place, chunk, panel * width, columns)
                offsets = pointer(table, job[at.JOB_SOURCES] + place)
                own = own_source(table, source, panel)
                if columns <= lanes_of(blank, BITS):
                    weigh_rows(
                        table, blank, job, own, offsets, chunk, b, step, to, top, bottom, started, 1
                    )
                else:
                    weigh_rows(
                        table, blank, job, own, offsets, chunk, b, step, to, top, bottom, started,
                        BLOCK_VECTORS,
                    )  # fmt: skip


@njit(inline="always")
def reads_in_place(table, width):
    """Whether the rows of the right factor are read where they lie.

    They are where they lie as they would be copied, and where each of their elements is used once.
    """
    if APART:
        return table[at.COLUMNS] % (width // BLOCK_VECTORS) == 0
    return table[at.COLUMNS] == width


@njit(inline="always")
def right_rows(table, right, job, unit, place, chunk, column, columns):
    """Rows of a panel of the output's gradient, one after another."""
    width = BLOCK_VECTORS * lanes_of(right, BITS)
    start = unit_image(table, unit) * table[at.TARGET_IMAGE]
    start += unit_row(table, unit) * table[at.TARGET_ROW] + place * table[at.COLUMNS]
    source = pointer(pointer_from(table[at.RIGHT], REAL), start + column)
    if reads_in_place(table, width):
        return source
    pad_rows(source, table[at.COLUMNS], chunk, columns, right, width, BITS)
    return right


@njit(inline="always")
def weigh_rows(
    table, blank, job, source, places, chunk, b, step, sums, top, bottom, started, vectors
):
    """Add to rows `top` to `bottom` of a panel of sums what a chunk of places gives."""
    width = BLOCK_VECTORS * lanes_of(blank, BITS)
    for row in range(top, bottom, BLOCK_ROWS):
        last = least(BLOCK_ROWS, bottom - row) - 1
        rows = pointer(table, job[at.JOB_STEPS] + row)
        to = pointer(sums, row * width)
        begin, apart = (to, width) if started else (blank, 0)
        block = load_block(begin, 0, apart, last, BLOCK_ROWS, vectors, BITS)
        block = add_products(block, source, rows, last, places, b, step, chunk)
        store_block(block, to, 0, width, last)
