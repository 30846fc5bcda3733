"""Sums over whole arrays and down columns. Their order depends on the shapes alone."""

from numba import float64

from pronghorn.devices.cuda import BLOCK, LANES, composed, cuda, kernel, prange, real
from pronghorn.devices.cuda.blocks import block_sum, block_sum_double
from pronghorn.devices.cuda.device import scratch

ROWS = BLOCK // LANES
"""Rows of threads in a block that sums columns; LANES neighbouring columns lie across it."""

ROWS_OF_A_PART = 512
MOST_PARTS = 256


@kernel(functions=("f",), grid=lambda x, partial: (partial.size, BLOCK))
def sum_map(x, partial):
    """partial[c] = sum of f(x) over the c-th of `partial.size` equal parts of x (n,)."""
    part = cuda.blockIdx.x
    start = x.size * part // partial.size
    stop = x.size * (part + 1) // partial.size
    found = 0.0
    for i in prange(start, stop):
        found += f(x[i])
    total = block_sum(found)
    if cuda.threadIdx.x == 0:
        partial[part] = total


@kernel(grid=lambda x, total: (1, BLOCK))
def reduce_sum(x, total):
    """total += sum of x; x (n,), total float64 (1,)."""
    found = float64(0)
    for i in prange(x.size):
        found += x[i]
    found = block_sum_double(found)
    if cuda.threadIdx.x == 0:
        total[0] += found


def column_total(value):
    """The sum of a column's threads in a block, given to those of its first row."""
    shared = cuda.shared.array((ROWS, LANES), real)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    shared[y, x] = value
    cuda.syncthreads()
    height = ROWS // 2
    while height > 0:
        if y < height:
            shared[y, x] += shared[y + height, x]
        cuda.syncthreads()
        height //= 2
    return shared[0, x]


def own_column():
    """The column that a thread of a `column_grid` adds up."""
    return cuda.blockIdx.x * LANES + cuda.threadIdx.x


def own_start(rows, parts):
    """The first row that is the thread's; the next ones are ROWS apart."""
    return rows * cuda.blockIdx.y // parts + cuda.threadIdx.y


def own_stop(rows, parts):
    """The end of the rows of the thread's part."""
    return rows * (cuda.blockIdx.y + 1) // parts


def put_total(found, partial):
    """Write the sum of what the threads of each column have found."""
    column = own_column()
    total = column_total(found)
    if cuda.threadIdx.y == 0 and column < partial.shape[1]:
        partial[cuda.blockIdx.y, column] = total


def column_grid(matrix, partial):
    """Blocks across the columns and down the parts of the rows."""
    return (-(-matrix.shape[1] // LANES), partial.shape[0]), (LANES, ROWS)


@kernel(grid=column_grid)
def column_parts(matrix, partial):
    """partial (parts, m): sums down the columns of each part of the rows of matrix (n, m)."""
    column, found = own_column(), 0.0
    if column < matrix.shape[1]:
        row = own_start(matrix.shape[0], partial.shape[0])
        while row < own_stop(matrix.shape[0], partial.shape[0]):
            found += matrix[row, column]
            row += ROWS
    put_total(found, partial)


@kernel
def add_parts(partial, total):
    """total (m,) = sums down the columns of partial (parts, m)."""
    for j in prange(total.size):
        found = 0.0
        for part in range(partial.shape[0]):
            found += partial[part, j]
        total[j] = found


def in_parts(rows, total, first):
    """The calls of a sum down columns in two stages, or in one where the rows are few.

    Args:
        rows: how many rows there are.
        total: where the sums go (m,).
        first: gives the call that writes the sums of each part to (parts, m).
    """
    parts = min(max(rows // ROWS_OF_A_PART, 1), MOST_PARTS)
    if parts == 1:
        return [first(total.reshape((1, total.size)))]
    partial = scratch((parts, total.size), total.dtype)
    return [first(partial), add_parts.bind(partial, total)]


@composed()
def bias_gradient(dz, db):
    """db = column sums of dz; dz (n, m), db (m,)."""
    return in_parts(dz.shape[0], db, lambda partial: column_parts.bind(dz, partial))
