"""Kernels of the pooling layers on the CPU; volumes (batch, planes, rows, columns, channels).

A window of `deep` x `high` x `wide` cells starts `front` planes, `top` rows and `left` columns
before the volume and moves by `ahead`, `down` and `across`; cells outside do not count.
"""

from pronghorn.devices.cpu import kernel, prange


def _work(x, y, *rest):
    return 4 * max(x.size, y.size)


@kernel(work=_work)
def max_pool(x, y, winner, deep, high, wide, ahead, down, across, front, top, left):
    """y is the largest of each window of x; winner (as y, integer) the number of its cell."""
    for line in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        n = line // (y.shape[1] * y.shape[2])
        plane = line // y.shape[2] % y.shape[1]
        i = line % y.shape[2]
        first_plane, first_row = plane * ahead - front, i * down - top
        for j in range(y.shape[3]):
            first_column = j * across - left
            started = False
            for h in range(max(first_plane, 0), min(first_plane + deep, x.shape[1])):
                for row in range(max(first_row, 0), min(first_row + high, x.shape[2])):
                    cell = ((h - first_plane) * high + row - first_row) * wide - first_column
                    end = min(first_column + wide, x.shape[3])
                    for column in range(max(first_column, 0), end):
                        if not started:
                            for c in range(y.shape[4]):
                                y[n, plane, i, j, c] = x[n, h, row, column, c]
                                winner[n, plane, i, j, c] = cell + column
                            started = True
                        else:
                            for c in range(y.shape[4]):
                                found, largest = x[n, h, row, column, c], y[n, plane, i, j, c]
                                larger = found > largest
                                y[n, plane, i, j, c] = found if larger else largest
                                own = winner[n, plane, i, j, c]
                                winner[n, plane, i, j, c] = cell + column if larger else own


@kernel(work=_work)
def max_pool_gradient(dy, winner, dx, deep, high, wide, ahead, down, across, front, top, left):
    """Each dy goes to the cell of dx that won its window; windows that overlap add up."""
    for n in prange(dx.shape[0]):
        for h in range(dx.shape[1]):
            for row in range(dx.shape[2]):
                for column in range(dx.shape[3]):
                    for c in range(dx.shape[4]):
                        dx[n, h, row, column, c] = 0.0
        for plane in range(dy.shape[1]):
            first_plane = plane * ahead - front
            for i in range(dy.shape[2]):
                first_row = i * down - top
                for j in range(dy.shape[3]):
                    first_column = j * across - left
                    for h in range(max(first_plane, 0), min(first_plane + deep, dx.shape[1])):
                        for row in range(max(first_row, 0), min(first_row + high, dx.shape[2])):
                            cell = ((h - first_plane) * high + row - first_row) * wide
                            cell -= first_column
                            end = min(first_column + wide, dx.shape[3])
                            for column in range(max(first_column, 0), end):
                                for c in range(dy.shape[4]):
                                    won = winner[n, plane, i, j, c] == cell + column
                                    share = dy[n, plane, i, j, c] if won else 0.0
                                    dx[n, h, row, column, c] += share


@kernel(work=_work)
def average_pool(x, y, deep, high, wide, ahead, down, across, front, top, left):
    """y is the mean of the cells of each window that lie inside x."""
    for line in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        n = line // (y.shape[1] * y.shape[2])
        plane = line // y.shape[2] % y.shape[1]
        i = line % y.shape[2]
        first_plane, first_row = plane * ahead - front, i * down - top
        for j in range(y.shape[3]):
            begin, end = max(j * across - left, 0), min(j * across - left + wide, x.shape[3])
            for c in range(y.shape[4]):
                y[n, plane, i, j, c] = 0.0
            cells = 0.0
            for h in range(max(first_plane, 0), min(first_plane + deep, x.shape[1])):
                for row in range(max(first_row, 0), min(first_row + high, x.shape[2])):
                    for column in range(begin, end):
                        cells += 1.0
                        for c in range(y.shape[4]):
                            y[n, plane, i, j, c] += x[n, h, row, column, c]
            for c in range(y.shape[4]):
                y[n, plane, i, j, c] = y[n, plane, i, j, c] / cells


@kernel(work=_work)
def average_pool_gradient(dy, dx, deep, high, wide, ahead, down, across, front, top, left):
    """Each dy is shared by the cells of its window that lie inside dx."""
    for n in prange(dx.shape[0]):
        for h in range(dx.shape[1]):
            for row in range(dx.shape[2]):
                for column in range(dx.shape[3]):
                    for c in range(dx.shape[4]):
                        dx[n, h, row, column, c] = 0.0
        for plane in range(dy.shape[1]):
            edge = plane * ahead - front
            first_plane, last_plane = max(edge, 0), min(edge + deep, dx.shape[1])
            for i in range(dy.shape[2]):
                first, last = max(i * down - top, 0), min(i * down - top + high, dx.shape[2])
                for j in range(dy.shape[3]):
                    begin = max(j * across - left, 0)
                    end = min(j * across - left + wide, dx.shape[3])
                    share = 0.0
                    for _ in range((last_plane - first_plane) * (last - first) * (end - begin)):
                        share += 1.0
                    share = 1.0 / share
                    for h in range(first_plane, last_plane):
                        for row in range(first, last):
                            for column in range(begin, end):
                                for c in range(dy.shape[4]):
                                    own = dy[n, plane, i, j, c] * share
                                    dx[n, h, row, column, c] += own


@kernel(work=_work)
def global_max(x, y):
    """y (batch, channels) is the largest of x (batch, places, channels)."""
    for n in prange(x.shape[0]):
        for c in range(x.shape[2]):
            y[n, c] = x[n, 0, c]
        for i in range(1, x.shape[1]):
            for c in range(x.shape[2]):
                y[n, c] = max(y[n, c], x[n, i, c])


@kernel(work=_work)
def global_max_gradient(x, y, dy, ties, dx):
    """dy is shared by all places where x is y; ties (as y) counts them."""
    for n in prange(x.shape[0]):
        for c in range(x.shape[2]):
            ties[n, c] = 0.0
        for i in range(x.shape[1]):
            for c in range(x.shape[2]):
                ties[n, c] += 1.0 if x[n, i, c] == y[n, c] else 0.0
        for i in range(x.shape[1]):
            for c in range(x.shape[2]):
                dx[n, i, c] = dy[n, c] / ties[n, c] if x[n, i, c] == y[n, c] else 0.0


@kernel(work=_work)
def global_average(x, y, share):
    """y (batch, channels) is the sum of x (batch, places, channels) times share."""
    for n in prange(x.shape[0]):
        for c in range(x.shape[2]):
            y[n, c] = 0.0
        for i in range(x.shape[1]):
            for c in range(x.shape[2]):
                y[n, c] += x[n, i, c]
        for c in range(x.shape[2]):
            y[n, c] *= share


@kernel(work=lambda dy, dx, share: 2 * dx.size)
def global_average_gradient(dy, dx, share):
    """dx (batch, places, channels) is dy (batch, channels) times share at every place."""
    for n in prange(dx.shape[0]):
        for i in range(dx.shape[1]):
            for c in range(dx.shape[2]):
                dx[n, i, c] = dy[n, c] * share
