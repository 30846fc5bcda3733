"""Kernels of the locally connected layers on the CPU.

Inputs x (batch, rows, line) have the cells and channels of a row as one line; w (places, elements,
filters) has its own filters for each place. Of a window's rows each is `run` elements of a line in
a row. There are `columns` places across; the next one begins `across` elements further on the line,
the next row of places `down` rows below.
"""

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.native import least
from pronghorn.devices.simd import add_inner_products, host, pointer

BITS = host().bits
BLOCK = 4
"""Samples, and elements of a window, of which inner products are taken together."""


@kernel(
    functions=("activate",),
    work=lambda x, w, b, y, columns, run, down, across: x.shape[0] * w.size // 4,
)
def connect(x, w, b, y, columns, run, down, across):
    """y (batch, places, filters) = activate(x's window @ w + b (places, filters)), by place."""
    for p in prange(y.shape[1]):
        row, start = p // columns * down, p % columns * across
        high = w.shape[1] // run
        for n in range(y.shape[0]):
            for f in range(y.shape[2]):
                y[n, p, f] = b[p, f]
            for a in range(high):
                first = a * run
                for r in range(0, run - 3, 4):
                    x0, x1 = x[n, row + a, start + r], x[n, row + a, start + r + 1]
                    x2, x3 = x[n, row + a, start + r + 2], x[n, row + a, start + r + 3]
                    k = first + r
                    for f in range(y.shape[2]):
                        early = x0 * w[p, k, f] + x1 * w[p, k + 1, f]
                        late = x2 * w[p, k + 2, f] + x3 * w[p, k + 3, f]
                        y[n, p, f] += early + late
                for r in range(run // 4 * 4, run):
                    for f in range(y.shape[2]):
                        y[n, p, f] += x[n, row + a, start + r] * w[p, first + r, f]
            for f in range(y.shape[2]):
                y[n, p, f] = activate(y[n, p, f])


@kernel(work=lambda x, dz, dw, columns, run, down, across: x.shape[0] * dw.size // 4)
def connect_weight_gradient(x, dz, dw, columns, run, down, across):
    """dw[p] = the sum over samples of the outer products of x's window and dz[n, p]."""
    for p in prange(dw.shape[0]):
        row, start = p // columns * down, p % columns * across
        whole = x.shape[0] // 4 * 4
        for k in range(dw.shape[1]):
            line, cell = row + k // run, start + k % run
            for f in range(dw.shape[2]):
                dw[p, k, f] = 0.0
            for n in range(0, whole, 4):
                x0, x1 = x[n, line, cell], x[n + 1, line, cell]
                x2, x3 = x[n + 2, line, cell], x[n + 3, line, cell]
                for f in range(dw.shape[2]):
                    early = x0 * dz[n, p, f] + x1 * dz[n + 1, p, f]
                    late = x2 * dz[n + 2, p, f] + x3 * dz[n + 3, p, f]
                    dw[p, k, f] += early + late
            for n in range(whole, x.shape[0]):
                for f in range(dw.shape[2]):
                    dw[p, k, f] += x[n, line, cell] * dz[n, p, f]


@kernel(work=lambda dz, w, dx, columns, run, down, across: dz.shape[0] * w.size // 4)
def connect_input_gradient(dz, w, dx, columns, run, down, across):
    """dx = the sum over the windows around each cell of dz[n, p] @ w[p].T."""
    for part in prange((dx.shape[0] + BLOCK - 1) // BLOCK):
        first = part * BLOCK
        samples = least(BLOCK, dx.shape[0] - first)
        places, filters = w.shape[0], w.shape[2]
        rows, line = dx.shape[1], dx.shape[2]
        for n in range(first, first + samples):
            for row in range(rows):
                for cell in range(line):
                    dx[n, row, cell] = 0.0
        for p in range(places):
            left = pointer(dz, (first * places + p) * filters)
            row, start = p // columns * down, p % columns * across
            for a in range(w.shape[1] // run):
                to = (first * rows + row + a) * line + start
                right = (p * w.shape[1] + a * run) * filters
                for r in range(0, run, BLOCK):
                    last = least(BLOCK, run - r) - 1
                    add_inner_products(
                        pointer(dx, to + r), rows * line, left, places * filters, samples - 1,
                        pointer(w, right + r * filters), filters, last, filters,
                        BLOCK, BLOCK, BITS,
                    )  # fmt: skip
