"""Rows picked out of a table, and the counter of steps."""

from pronghorn.devices.cuda import kernel, prange


@kernel
def gather(source, index, out):
    """out[i] = source[index[i]], converted to out's dtype; source (rows, m), out (n, m)."""
    for i in prange(index.size):
        row = index[i]
        for j in prange(out.shape[1]):
            out[i, j] = source[row, j]
