"""Loops before and after those of a convolution: its kernel packed, partial sums added up."""

from pronghorn.devices.cpu import kernel, prange


@kernel(work=lambda w, rows, step, columns, width, packed: 2 * packed.size)
def pack(w, rows, step, columns, width, packed):
    """packed (panels, depth, width) has row k of a matrix at rows[k] (int64) of w (flat).

    Its `columns` columns are `step` elements apart in w; zeros fill the last panel.
    """
    for line in prange(packed.size // width):
        first = line // rows.size * width
        start = rows[line % rows.size] + first * step
        count = min(width, columns - first)
        for j in range(count):
            packed[line * width + j] = w[start + j * step]
        for j in range(count, width):
            packed[line * width + j] = 0.0


@kernel(work=lambda sums, dw: sums.size)
def add_parts(sums, dw):
    """dw (depth, columns) is the sum of sums (parts, panels, depth, width) over its parts."""
    for k in prange(dw.shape[0]):
        for panel in range(sums.shape[1]):
            first = panel * sums.shape[3]
            count = min(sums.shape[3], dw.shape[1] - first)
            for j in range(count):
                dw[k, first + j] = sums[0, panel, k, j]
            for part in range(1, sums.shape[0]):
                for j in range(count):
                    dw[k, first + j] += sums[part, panel, k, j]
