"""Kernels of the pooling layers on the GPU; images (batch, rows, columns, channels).

Neighbouring threads have neighbouring channels of a place. A gradient is gathered by the cell that
it belongs to from all windows around it, so that no two threads write to one cell.
"""

from pronghorn.devices.cuda import divided, kernel, prange


@kernel
def max_pool(x, y, winner, high, wide, down, across, top, left):
    """y is the largest of each window of x; winner (as y, uint8) the number of its cell."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        rest, j = divided(place, y.shape[2])
        n, line = divided(rest, y.shape[1])
        row, column = line * down - top, j * across - left
        first, last = max(row, 0), min(row + high, x.shape[1])
        begin, end = max(column, 0), min(column + wide, x.shape[2])
        for c in prange(y.shape[3]):
            largest = x[n, first, begin, c]
            cell = (first - row) * wide + begin - column
            for a in range(first, last):
                for b in range(begin, end):
                    if x[n, a, b, c] > largest:
                        largest = x[n, a, b, c]
                        cell = (a - row) * wide + b - column
            y[n, line, j, c] = largest
            winner[n, line, j, c] = cell


def first_window(place, before, length, step):
    """The first window that reaches a place, or one before the first if none does."""
    beyond = place + before - length
    return divided(beyond, step)[0] + 1 if beyond >= 0 else 0


def last_window(place, before, step, windows):
    """The last window that begins at a place or before it."""
    return min(divided(place + before, step)[0], windows - 1)


@kernel
def max_pool_gradient(dy, winner, dx, high, wide, down, across, top, left):
    """Each dy goes to the cell of dx that won its window; windows that overlap add up."""
    for place in prange(dx.shape[0] * dx.shape[1] * dx.shape[2]):
        rest, column = divided(place, dx.shape[2])
        n, row = divided(rest, dx.shape[1])
        first, last = first_window(row, top, high, down), last_window(row, top, down, dy.shape[1])
        begin = first_window(column, left, wide, across)
        end = last_window(column, left, across, dy.shape[2])
        for c in prange(dx.shape[3]):
            total = 0.0
            for i in range(first, last + 1):
                for j in range(begin, end + 1):
                    cell = (row - i * down + top) * wide + column - j * across + left
                    total += dy[n, i, j, c] if winner[n, i, j, c] == cell else 0.0
            dx[n, row, column, c] = total


@kernel
def average_pool(x, y, high, wide, down, across, top, left):
    """y is the mean of the cells of each window that lie inside x."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        rest, j = divided(place, y.shape[2])
        n, line = divided(rest, y.shape[1])
        row, column = line * down - top, j * across - left
        first, last = max(row, 0), min(row + high, x.shape[1])
        begin, end = max(column, 0), min(column + wide, x.shape[2])
        cells = float((last - first) * (end - begin))
        for c in prange(y.shape[3]):
            total = 0.0
            for a in range(first, last):
                for b in range(begin, end):
                    total += x[n, a, b, c]
            y[n, line, j, c] = total / cells


@kernel
def average_pool_gradient(dy, dx, high, wide, down, across, top, left):
    """Each dy is shared by the cells of its window that lie inside dx."""
    for place in prange(dx.shape[0] * dx.shape[1] * dx.shape[2]):
        rest, column = divided(place, dx.shape[2])
        n, row = divided(rest, dx.shape[1])
        first, last = first_window(row, top, high, down), last_window(row, top, down, dy.shape[1])
        begin = first_window(column, left, wide, across)
        end = last_window(column, left, across, dy.shape[2])
        for c in prange(dx.shape[3]):
            total = 0.0
            for i in range(first, last + 1):
                lines = min(i * down - top + high, dx.shape[1]) - max(i * down - top, 0)
                for j in range(begin, end + 1):
                    edge = j * across - left
                    cells = lines * (min(edge + wide, dx.shape[2]) - max(edge, 0))
                    total += dy[n, i, j, c] * (1.0 / float(cells))
            dx[n, row, column, c] = total


@kernel
def global_max(x, y):
    """y (batch, channels) is the largest of x (batch, places, channels)."""
    for n in prange(x.shape[0]):
        for c in prange(x.shape[2]):
            largest = x[n, 0, c]
            for i in range(1, x.shape[1]):
                largest = max(largest, x[n, i, c])
            y[n, c] = largest


@kernel
def global_max_gradient(x, y, dy, ties, dx):
    """dy is shared by all places where x is y; ties (as y) counts them."""
    for n in prange(x.shape[0]):
        for c in prange(x.shape[2]):
            count = 0.0
            for i in range(x.shape[1]):
                count += 1.0 if x[n, i, c] == y[n, c] else 0.0
            ties[n, c] = count
            for i in range(x.shape[1]):
                dx[n, i, c] = dy[n, c] / count if x[n, i, c] == y[n, c] else 0.0


@kernel
def global_average(x, y, share):
    """y (batch, channels) is the sum of x (batch, places, channels) times share."""
    for n in prange(x.shape[0]):
        for c in prange(x.shape[2]):
            total = 0.0
            for i in range(x.shape[1]):
                total += x[n, i, c]
            y[n, c] = total * share


@kernel
def global_average_gradient(dy, dx, share):
    """dx (batch, places, channels) is dy (batch, channels) times share at every place."""
    for line in prange(dx.shape[0] * dx.shape[1]):
        n, i = divided(line, dx.shape[1])
        for c in prange(dx.shape[2]):
            dx[n, i, c] = dy[n, c] * share
