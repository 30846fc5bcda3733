"""Kernels of the pooling layers on the GPU; volumes (batch, planes, rows, columns, channels).

Neighbouring threads have neighbouring channels of a place. A gradient is gathered by the cell that
it belongs to from all windows around it, so that no two threads write to one cell.
"""

from pronghorn.devices.cuda import divided, kernel, prange


def place_of(number, volumes):
    """Sample, plane, row and column of the so-manieth place of volumes."""
    rest, column = divided(number, volumes.shape[3])
    rest, row = divided(rest, volumes.shape[2])
    n, plane = divided(rest, volumes.shape[1])
    return n, plane, row, column


@kernel
def max_pool(x, y, winner, deep, high, wide, ahead, down, across, front, top, left):
    """y is the largest of each window of x; winner (as y, integer) the number of its cell."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2] * y.shape[3]):
        n, i, j, k = place_of(place, y)
        plane, row, column = i * ahead - front, j * down - top, k * across - left
        nearest, farthest = max(plane, 0), min(plane + deep, x.shape[1])
        first, last = max(row, 0), min(row + high, x.shape[2])
        begin, end = max(column, 0), min(column + wide, x.shape[3])
        for f in prange(y.shape[4]):
            largest = x[n, nearest, first, begin, f]
            cell = ((nearest - plane) * high + first - row) * wide + begin - column
            for a in range(nearest, farthest):
                for b in range(first, last):
                    for c in range(begin, end):
                        if x[n, a, b, c, f] > largest:
                            largest = x[n, a, b, c, f]
                            cell = ((a - plane) * high + b - row) * wide + c - column
            y[n, i, j, k, f] = largest
            winner[n, i, j, k, f] = cell


def first_window(place, before, length, step):
    """The first window that reaches a place, or one before the first if none does."""
    beyond = place + before - length
    return divided(beyond, step)[0] + 1 if beyond >= 0 else 0


def last_window(place, before, step, windows):
    """The last window that begins at a place or before it."""
    return min(divided(place + before, step)[0], windows - 1)


@kernel
def max_pool_gradient(dy, winner, dx, deep, high, wide, ahead, down, across, front, top, left):
    """Each dy goes to the cell of dx that won its window; windows that overlap add up."""
    for place in prange(dx.shape[0] * dx.shape[1] * dx.shape[2] * dx.shape[3]):
        n, plane, row, column = place_of(place, dx)
        nearest = first_window(plane, front, deep, ahead)
        farthest = last_window(plane, front, ahead, dy.shape[1])
        first, last = first_window(row, top, high, down), last_window(row, top, down, dy.shape[2])
        begin = first_window(column, left, wide, across)
        end = last_window(column, left, across, dy.shape[3])
        for f in prange(dx.shape[4]):
            total = 0.0
            for i in range(nearest, farthest + 1):
                for j in range(first, last + 1):
                    line = ((plane - i * ahead + front) * high + row - j * down + top) * wide
                    for k in range(begin, end + 1):
                        cell = line + column - k * across + left
                        total += dy[n, i, j, k, f] if winner[n, i, j, k, f] == cell else 0.0
            dx[n, plane, row, column, f] = total


@kernel
def average_pool(x, y, deep, high, wide, ahead, down, across, front, top, left):
    """y is the mean of the cells of each window that lie inside x."""
    for place in prange(y.shape[0] * y.shape[1] * y.shape[2] * y.shape[3]):
        n, i, j, k = place_of(place, y)
        plane, row, column = i * ahead - front, j * down - top, k * across - left
        nearest, farthest = max(plane, 0), min(plane + deep, x.shape[1])
        first, last = max(row, 0), min(row + high, x.shape[2])
        begin, end = max(column, 0), min(column + wide, x.shape[3])
        cells = float((farthest - nearest) * (last - first) * (end - begin))
        for f in prange(y.shape[4]):
            total = 0.0
            for a in range(nearest, farthest):
                for b in range(first, last):
                    for c in range(begin, end):
                        total += x[n, a, b, c, f]
            y[n, i, j, k, f] = total / cells


def cells_of(edge, length, limit):
    """How many cells of a window that begins at an edge lie inside."""
    return min(edge + length, limit) - max(edge, 0)


@kernel
def average_pool_gradient(dy, dx, deep, high, wide, ahead, down, across, front, top, left):
    """Each dy is shared by the cells of its window that lie inside dx."""
    for place in prange(dx.shape[0] * dx.shape[1] * dx.shape[2] * dx.shape[3]):
        n, plane, row, column = place_of(place, dx)
        nearest = first_window(plane, front, deep, ahead)
        farthest = last_window(plane, front, ahead, dy.shape[1])
        first, last = first_window(row, top, high, down), last_window(row, top, down, dy.shape[2])
        begin = first_window(column, left, wide, across)
        end = last_window(column, left, across, dy.shape[3])
        for f in prange(dx.shape[4]):
            total = 0.0
            for i in range(nearest, farthest + 1):
                planes = cells_of(i * ahead - front, deep, dx.shape[1])
                for j in range(first, last + 1):
                    lines = planes * cells_of(j * down - top, high, dx.shape[2])
                    for k in range(begin, end + 1):
                        cells = lines * cells_of(k * across - left, wide, dx.shape[3])
                        total += dy[n, i, j, k, f] * (1.0 / float(cells))
            dx[n, plane, row, column, f] = total


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
