"""Putting data and weights where the time loops want them, on the GPU; see the CPU's.

The threads of a round work on neighbouring features together.
"""

from pronghorn.devices.cuda import kernel, prange


@kernel
def to_steps(x, reverse, y):
    """y (steps, batch, e) = x (batch, steps, d), its times turned round if `reverse`.

    Features past d are 0.
    """
    steps = y.shape[0]
    for s in prange(steps):
        source = steps - 1 - s if reverse else s
        for b in range(y.shape[1]):
            for j in prange(x.shape[2]):
                y[s, b, j] = x[b, source, j]
            for j in prange(x.shape[2], y.shape[2]):
                y[s, b, j] = 0.0


@kernel
def to_steps_dropped(x, factor, reverse, y):
    """y (steps, batch, d) = x (batch, steps, d) * factor (batch, d), turned round if `reverse`."""
    steps = y.shape[0]
    for s in prange(steps):
        source = steps - 1 - s if reverse else s
        for b in range(y.shape[1]):
            for j in prange(y.shape[2]):
                y[s, b, j] = x[b, source, j] * factor[b, j]


@kernel
def from_steps(x, first, reverse, y):
    """y (batch, steps, d) = the first d features of x (first + steps, batch, e).

    Without x's first `first` steps; turned round if `reverse`.
    """
    steps = y.shape[1]
    for b in prange(y.shape[0]):
        for s in range(steps):
            source = first + (steps - 1 - s if reverse else s)
            for j in prange(y.shape[2]):
                y[b, s, j] = x[source, b, j]


@kernel
def steps_of_mask(mask, reverse, y):
    """y (steps, batch) = mask (batch, steps), both uint8, turned round if `reverse`."""
    steps = y.shape[0]
    for s in prange(steps):
        source = steps - 1 - s if reverse else s
        for b in range(y.shape[1]):
            y[s, b] = mask[b, source]


@kernel
def clear_gone(mask, y):
    """y (steps, batch, e) = 0 where mask (steps, batch), uint8, is 0."""
    for s in prange(y.shape[0]):
        for b in range(y.shape[1]):
            if mask[s, b] == 0:
                for j in prange(y.shape[2]):
                    y[s, b, j] = 0.0


@kernel
def pad_units(x, y):
    """y (batch, padded) = x (batch, units) and zeros."""
    for b in prange(y.shape[0]):
        for j in prange(x.shape[1]):
            y[b, j] = x[b, j]
        for j in prange(x.shape[1], y.shape[1]):
            y[b, j] = 0.0


@kernel
def without_padding(x, y):
    """y (batch, units) = the first columns of x (batch, padded)."""
    for b in prange(y.shape[0]):
        for j in prange(y.shape[1]):
            y[b, j] = x[b, j]


@kernel
def unit_factors(kept, scale, y):
    """y (n, padded) = scale where kept (n, units), uint8, else 0."""
    for i in prange(y.shape[0]):
        for j in prange(kept.shape[1]):
            y[i, j] = scale if kept[i, j] else 0.0
        for j in prange(kept.shape[1], y.shape[1]):
            y[i, j] = 0.0


@kernel
def join_gate(w, own, units, fused, start, padded):
    """Columns `start` on of fused (n, c) = `units` columns of w (n, m) from `own` on, and zeros.

    `padded` columns in all.
    """
    for i in prange(w.shape[0]):
        for j in prange(units):
            fused[i, start + j] = w[i, own + j]
        for j in prange(units, padded):
            fused[i, start + j] = 0.0


@kernel
def join_bias(b, own, units, fused, start, padded):
    """Elements `start` on of fused (c,) = `units` elements of b (m,) from `own` on, and zeros.

    `padded` elements in all.
    """
    for j in prange(padded):
        fused[start + j] = b[own + j] if j < units else 0.0


@kernel
def part_gate(fused, start, w, own, units):
    """`units` columns of w (n, m) from `own` on = those of fused (n or more, c) from `start` on."""
    for i in prange(w.shape[0]):
        for j in prange(units):
            w[i, own + j] = fused[i, start + j]


@kernel
def part_bias(fused, start, b, own, units):
    """`units` elements of b (m,) from `own` on = those of fused (c,) from `start` on."""
    for j in prange(units):
        b[own + j] = fused[start + j]


@kernel
def gate_columns(dz, start, y):
    """y (n, padded) = the columns of dz (n, gates * padded) from `start` on."""
    for i in prange(y.shape[0]):
        for j in prange(y.shape[1]):
            y[i, j] = dz[i, start + j]


@kernel
def repeat_units(x, y):
    """Each of y (gates, batch, padded) = x (batch, padded)."""
    for g in prange(y.shape[0]):
        for b in range(y.shape[1]):
            for j in prange(y.shape[2]):
                y[g, b, j] = x[b, j]


@kernel
def drop_steps(h, factor, y):
    """y (steps * batch, padded) = h (steps + 1, batch, padded) * factor (batch, padded)."""
    batch = h.shape[1]
    for row in prange(y.shape[0]):
        s, b = row // batch, row % batch
        for j in prange(y.shape[1]):
            y[row, j] = h[s, b, j] * factor[b, j]


@kernel
def add_steps_dropped(x, factor, reverse, y):
    """y (batch, steps, d) += x (steps, batch, d) * factor (batch, d), turned if `reverse`."""
    steps = y.shape[1]
    for b in prange(y.shape[0]):
        for s in range(steps):
            source = steps - 1 - s if reverse else s
            for j in prange(y.shape[2]):
                y[b, s, j] += x[source, b, j] * factor[b, j]
