"""Sums down columns and rows picked out of a table."""

from pronghorn.devices.cpu import kernel, prange


@kernel
def bias_gradient(dz, db):
    """db = column sums of dz; dz (n, m), db (m,)."""
    for j in range(db.size):
        db[j] = dz[0, j]
    for i in range(1, dz.shape[0]):
        for j in range(db.size):
            db[j] += dz[i, j]


@kernel(work=lambda source, index, out: out.size)
def gather(source, index, out):
    """out[i] = source[index[i]], converted to out's dtype; source (rows, m), out (n, m)."""
    for i in prange(index.size):
        row = index[i]
        for j in range(out.shape[1]):
            out[i, j] = source[row, j]
