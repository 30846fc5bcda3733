"""Kernels on the CPU: loops over contiguous arrays."""

from pronghorn.devices.cpu import kernel, prange


@kernel
def scale_columns(x, s, y):
    """y (n, d) = x (n, d) * s (d,)."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] * s[j]


@kernel
def column_products(x, dy, ds):
    """ds (d,) = the sum of x * dy, both (n, d), over rows."""
    for j in prange(ds.size):
        total = 0.0
        for i in range(x.shape[0]):
            total += x[i, j] * dy[i, j]
        ds[j] = total
