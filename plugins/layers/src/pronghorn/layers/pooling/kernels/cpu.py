"""Kernels of the pooling layers on the CPU; images (batch, rows, columns, channels).

A window of `high` x `wide` cells starts `top` rows and `left` columns before the image and moves
by `down` and `across`; cells outside the image do not count.
"""

from pronghorn.devices.cpu import kernel, prange


def _work(x, y, *rest):
    return 4 * max(x.size, y.size)


@kernel(work=_work)
def max_pool(x, y, winner, high, wide, down, across, top, left):
    """y is the largest of each window of x; winner (as y, uint8) the number of its cell."""
    for line in prange(y.shape[0] * y.shape[1]):
        n = line // y.shape[1]
        i = line % y.shape[1]
        for j in range(y.shape[2]):
            started = False
            for a in range(high):
                row = i * down - top + a
                if row < 0 or row >= x.shape[1]:
                    continue
                for b in range(wide):
                    column = j * across - left + b
                    if column < 0 or column >= x.shape[2]:
                        continue
                    cell = a * wide + b
                    if not started:
                        for c in range(y.shape[3]):
                            y[n, i, j, c] = x[n, row, column, c]
                            winner[n, i, j, c] = cell
                        started = True
                    else:
                        for c in range(y.shape[3]):
                            larger = x[n, row, column, c] > y[n, i, j, c]
                            y[n, i, j, c] = x[n, row, column, c] if larger else y[n, i, j, c]
                            winner[n, i, j, c] = cell if larger else winner[n, i, j, c]


@kernel(work=_work)
def max_pool_gradient(dy, winner, dx, high, wide, down, across, top, left):
    """Each dy goes to the cell of dx that won its window; windows that overlap add up."""
    for n in prange(dx.shape[0]):
        for i in range(dx.shape[1]):
            for j in range(dx.shape[2]):
                for c in range(dx.shape[3]):
                    dx[n, i, j, c] = 0.0
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for a in range(high):
                    row = i * down - top + a
                    if row < 0 or row >= dx.shape[1]:
                        continue
                    for b in range(wide):
                        column = j * across - left + b
                        if column < 0 or column >= dx.shape[2]:
                            continue
                        cell = a * wide + b
                        for c in range(dy.shape[3]):
                            won = winner[n, i, j, c] == cell
                            dx[n, row, column, c] += dy[n, i, j, c] if won else 0.0


@kernel(work=_work)
def average_pool(x, y, high, wide, down, across, top, left):
    """y is the mean of the cells of each window that lie inside x."""
    for line in prange(y.shape[0] * y.shape[1]):
        n = line // y.shape[1]
        i = line % y.shape[1]
        for j in range(y.shape[2]):
            for c in range(y.shape[3]):
                y[n, i, j, c] = 0.0
            cells = 0.0
            for a in range(high):
                row = i * down - top + a
                if row < 0 or row >= x.shape[1]:
                    continue
                for b in range(wide):
                    column = j * across - left + b
                    if column < 0 or column >= x.shape[2]:
                        continue
                    cells += 1.0
                    for c in range(y.shape[3]):
                        y[n, i, j, c] += x[n, row, column, c]
            for c in range(y.shape[3]):
                y[n, i, j, c] = y[n, i, j, c] / cells


@kernel(work=_work)
def average_pool_gradient(dy, dx, high, wide, down, across, top, left):
    """Each dy is shared by the cells of its window that lie inside dx."""
    for n in prange(dx.shape[0]):
        for i in range(dx.shape[1]):
            for j in range(dx.shape[2]):
                for c in range(dx.shape[3]):
                    dx[n, i, j, c] = 0.0
        for i in range(dy.shape[1]):
            first, last = max(i * down - top, 0), min(i * down - top + high, dx.shape[1])
            for j in range(dy.shape[2]):
                begin = max(j * across - left, 0)
                end = min(j * across - left + wide, dx.shape[2])
                share = 0.0
                for _ in range((last - first) * (end - begin)):
                    share += 1.0
                share = 1.0 / share
                for row in range(first, last):
                    for column in range(begin, end):
                        for c in range(dy.shape[3]):
                            dx[n, row, column, c] += dy[n, i, j, c] * share


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
