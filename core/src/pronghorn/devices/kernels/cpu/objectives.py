"""Losses and metrics, row by row of the last axis."""

from pronghorn.devices.cpu import kernel, prange


@kernel(functions=("row",), work=lambda t, p, coefficient, scale, g, losses: 6 * p.size)
def objective_rows(t, p, coefficient, scale, g, losses):
    """Losses and gradients of all rows, each times its coefficient and `scale`.

    `row(t, p, g) -> loss`; t (rows, k), p and g (rows, columns), coefficient and losses (rows,).
    """
    for r in prange(p.shape[0]):
        factor = coefficient[r] * scale
        losses[r] = row(t[r], p[r], g[r]) * factor
        for j in range(p.shape[1]):
            g[r, j] *= factor


@kernel(functions=("row",), work=lambda t, p, coefficient, scale, losses: 4 * p.size)
def objective_losses(t, p, coefficient, scale, losses):
    """The losses of all rows without gradients: `row(t, p) -> loss`."""
    for r in prange(p.shape[0]):
        losses[r] = row(t[r], p[r]) * (coefficient[r] * scale)


@kernel(functions=("row",))
def metric_rows(t, p, scale, sums):
    """Add to `sums`, float64 (width,), what `row(t, p) -> tuple` gives for each row, times `scale`.

    The rows are added in order, so that the sums do not depend on the number of threads.
    """
    for r in range(p.shape[0]):
        values = row(t[r], p[r])
        for k in range(sums.size):
            sums[k] += values[k] * scale
