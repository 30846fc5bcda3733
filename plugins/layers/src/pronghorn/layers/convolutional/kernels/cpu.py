"""Kernels of the layers that pad, crop and enlarge, on the CPU.

Images are (batch, rows, columns, channels).
"""

from pronghorn.devices.cpu import kernel, prange


@kernel(work=lambda x, y, top, left: y.size)
def shift(x, y, top, left):
    """y is x moved down by top and right by left; what comes from outside x is 0."""
    for line in prange(y.shape[0] * y.shape[1]):
        n = line // y.shape[1]
        i = line % y.shape[1]
        row = i - top
        for j in range(y.shape[2]):
            column = j - left
            inside = row >= 0 and row < x.shape[1] and column >= 0 and column < x.shape[2]
            if inside:
                for c in range(y.shape[3]):
                    y[n, i, j, c] = x[n, row, column, c]
            else:
                for c in range(y.shape[3]):
                    y[n, i, j, c] = 0.0


@kernel(work=lambda x, y, high, wide: y.size)
def enlarge(x, y, high, wide):
    """Each cell of x is high x wide cells of y."""
    for line in prange(y.shape[0] * y.shape[1]):
        n = line // y.shape[1]
        i = line % y.shape[1]
        for j in range(y.shape[2]):
            for c in range(y.shape[3]):
                y[n, i, j, c] = x[n, i // high, j // wide, c]


@kernel(work=lambda dy, dx, high, wide: dy.size)
def enlarge_gradient(dy, dx, high, wide):
    """Each cell of dx is the sum of its high x wide cells of dy."""
    for line in prange(dx.shape[0] * dx.shape[1]):
        n = line // dx.shape[1]
        i = line % dx.shape[1]
        for j in range(dx.shape[2]):
            for c in range(dx.shape[3]):
                dx[n, i, j, c] = 0.0
            for a in range(high):
                for b in range(wide):
                    for c in range(dx.shape[3]):
                        dx[n, i, j, c] += dy[n, i * high + a, j * wide + b, c]
