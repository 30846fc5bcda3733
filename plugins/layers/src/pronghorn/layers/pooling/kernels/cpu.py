"""Kernels of the pooling layers on the CPU; volumes (batch, planes, rows, columns, channels).

A window of `deep` x `high` x `wide` cells starts `front` planes, `top` rows and `left` columns
before the volume and moves by `ahead`, `down` and `across`; cells outside do not count.
"""

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.simd import (
    host,
    largest_of_box,
    spread_over_box,
    spread_to_winner,
    sum_of_box,
)
from pronghorn.layers.cells import cell_at, line_of, steps_of

BITS = host().bits


def _work(x, y, *rest):
    return 2 * max(x.size, y.size)


def clipped(window, size, step, before, length):
    """What is inside of a window along an axis: the first place, how many, and the first's number.

    The window has `size` places and begins `before` places in front of the axis and `step` after
    the one before it.
    """
    edge = window * step - before
    first = max(edge, 0)
    return first, min(edge + size, length) - first, first - edge


@kernel(work=_work)
def max_pool(x, y, winner, deep, high, wide, ahead, down, across, front, top, left):
    """y is the largest of each window of x; winner (as y, integer) the number of its cell."""
    for line in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        n, i, j = line_of(line, y)
        plane, planes, a = clipped(i, deep, ahead, front, x.shape[1])
        row, rows, b = clipped(j, high, down, top, x.shape[2])
        for k in range(y.shape[3]):
            column, columns, c = clipped(k, wide, across, left, x.shape[3])
            largest_of_box(
                x, cell_at(n, plane, row, column, x), (planes, rows, columns), steps_of(x),
                (a * high + b) * wide + c, (high * wide, wide, 1),
                y, winner, cell_at(n, i, j, k, y), y.shape[4], BITS,
            )  # fmt: skip


@kernel(work=_work)
def max_pool_gradient(dy, winner, dx, deep, high, wide, ahead, down, across, front, top, left):
    """Each dy goes to the cell of dx that won its window; windows that overlap add up."""
    for n in prange(dx.shape[0]):
        overlap = ahead < deep or down < high or across < wide
        if overlap or not (
            covered(dy.shape[1], deep, ahead, front, dx.shape[1])
            and covered(dy.shape[2], high, down, top, dx.shape[2])
            and covered(dy.shape[3], wide, across, left, dx.shape[3])
        ):
            clear(n, dx)
        for i in range(dy.shape[1]):
            plane, planes, a = clipped(i, deep, ahead, front, dx.shape[1])
            for j in range(dy.shape[2]):
                row, rows, b = clipped(j, high, down, top, dx.shape[2])
                for k in range(dy.shape[3]):
                    column, columns, c = clipped(k, wide, across, left, dx.shape[3])
                    spread_to_winner(
                        dy, winner, cell_at(n, i, j, k, dy),
                        dx, cell_at(n, plane, row, column, dx), (planes, rows, columns),
                        steps_of(dx), (a * high + b) * wide + c, (high * wide, wide, 1),
                        overlap, dx.shape[4], BITS,
                    )  # fmt: skip


def covered(windows, size, step, before, length):
    """Whether every place of an axis lies in a window."""
    return step <= size and (windows - 1) * step + size >= before + length


def clear(n, volumes):
    """Fill a sample with zeros."""
    for plane in range(volumes.shape[1]):
        for row in range(volumes.shape[2]):
            for column in range(volumes.shape[3]):
                for c in range(volumes.shape[4]):
                    volumes[n, plane, row, column, c] = 0.0


@kernel(work=_work)
def average_pool(x, y, deep, high, wide, ahead, down, across, front, top, left):
    """y is the mean of the cells of each window that lie inside x."""
    for line in prange(y.shape[0] * y.shape[1] * y.shape[2]):
        n, i, j = line_of(line, y)
        plane, planes, _ = clipped(i, deep, ahead, front, x.shape[1])
        row, rows, _ = clipped(j, high, down, top, x.shape[2])
        for k in range(y.shape[3]):
            column, columns, _ = clipped(k, wide, across, left, x.shape[3])
            sum_of_box(
                x, cell_at(n, plane, row, column, x), (planes, rows, columns), steps_of(x),
                1.0 / float(planes * rows * columns),
                y, cell_at(n, i, j, k, y), y.shape[4], BITS,
            )  # fmt: skip


@kernel(work=_work)
def average_pool_gradient(dy, dx, deep, high, wide, ahead, down, across, front, top, left):
    """Each dy is shared by the cells of its window that lie inside dx."""
    for n in prange(dx.shape[0]):
        overlap = ahead < deep or down < high or across < wide
        if overlap or not (
            covered(dy.shape[1], deep, ahead, front, dx.shape[1])
            and covered(dy.shape[2], high, down, top, dx.shape[2])
            and covered(dy.shape[3], wide, across, left, dx.shape[3])
        ):
            clear(n, dx)
        for i in range(dy.shape[1]):
            plane, planes, _ = clipped(i, deep, ahead, front, dx.shape[1])
            for j in range(dy.shape[2]):
                row, rows, _ = clipped(j, high, down, top, dx.shape[2])
                for k in range(dy.shape[3]):
                    column, columns, _ = clipped(k, wide, across, left, dx.shape[3])
                    spread_over_box(
                        dy, cell_at(n, i, j, k, dy), 1.0 / float(planes * rows * columns),
                        dx, cell_at(n, plane, row, column, dx), (planes, rows, columns),
                        steps_of(dx), overlap, dx.shape[4], BITS,
                    )  # fmt: skip


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
