"""Sums that are the same on any number of threads."""

from pronghorn.devices.cpu import kernel, prange


@kernel(functions=("f",), work=lambda x, partial: 2 * x.size)
def sum_map(x, partial):
    """partial[c] = sum of f(x) over the c-th of `partial.size` equal parts of x (n,).

    Eight sums at a time: they are faster, and in float32 nearer, than one.
    """
    for c in prange(partial.size):
        start = x.size * c // partial.size
        stop = x.size * (c + 1) // partial.size
        whole = start + (stop - start) // 8 * 8
        s0, s1, s2, s3, s4, s5, s6, s7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(start, whole, 8):
            s0 += f(x[i])
            s1 += f(x[i + 1])
            s2 += f(x[i + 2])
            s3 += f(x[i + 3])
            s4 += f(x[i + 4])
            s5 += f(x[i + 5])
            s6 += f(x[i + 6])
            s7 += f(x[i + 7])
        for i in range(whole, stop):
            s0 += f(x[i])
        partial[c] = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
