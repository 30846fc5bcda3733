"""Kernels of the locally connected layers on the GPU.

Arguments as on the CPU's side; neighbouring threads have neighbouring filters.
"""

from pronghorn.devices.cuda import divided, kernel, prange


@kernel(functions=("activate",))
def connect(x, w, b, y, columns, run, down, across):
    """y (batch, places, filters) = activate(x's window @ w + b (places, filters)), by place."""
    for place in prange(y.shape[0] * y.shape[1]):
        n, p = divided(place, y.shape[1])
        i, j = divided(p, columns)
        for f in prange(y.shape[2]):
            total = b[p, f]
            for a in range(divided(w.shape[1], run)[0]):
                for r in range(run):
                    total += x[n, i * down + a, j * across + r] * w[p, a * run + r, f]
            y[n, p, f] = activate(total)


@kernel
def connect_weight_gradient(x, dz, dw, columns, run, down, across):
    """dw[p] = the sum over samples of the outer products of x's window and dz[n, p]."""
    for element in prange(dw.shape[0] * dw.shape[1]):
        p, k = divided(element, dw.shape[1])
        i, j = divided(p, columns)
        a, r = divided(k, run)
        for f in prange(dw.shape[2]):
            total = 0.0
            for n in range(x.shape[0]):
                total += x[n, i * down + a, j * across + r] * dz[n, p, f]
            dw[p, k, f] = total


def first_window(place, length, step):
    """The first window that reaches a place."""
    return divided(place - length, step)[0] + 1 if place >= length else 0


@kernel
def connect_input_gradient(dz, w, dx, columns, run, down, across):
    """dx = the sum over the windows around each cell of dz[n, p] @ w[p].T."""
    high = divided(w.shape[1], run)[0]
    lines = divided(w.shape[0], columns)[0]
    for line in prange(dx.shape[0] * dx.shape[1]):
        n, row = divided(line, dx.shape[1])
        last = min(divided(row, down)[0], lines - 1)
        for cell in prange(dx.shape[2]):
            total = 0.0
            end = min(divided(cell, across)[0], columns - 1)
            for i in range(first_window(row, high, down), last + 1):
                for j in range(first_window(cell, run, across), end + 1):
                    p = i * columns + j
                    k = (row - i * down) * run + cell - j * across
                    for f in range(w.shape[2]):
                        total += dz[n, p, f] * w[p, k, f]
            dx[n, row, cell] = total
