"""Losses and metrics: a row of the last axis to each thread."""

from numba import float64

from pronghorn.devices.cuda import BLOCK, composed, cuda, kernel, prange
from pronghorn.devices.cuda.device import scratch
from pronghorn.devices.cuda.kernels import twin
from pronghorn.devices.kernels.cpu import objectives

WIDTH = 8
"""Sums that a metric may have."""

ROWS_OF_A_PART = 1024
MOST_PARTS = 256

objective_rows = twin(objectives.objective_rows)
objective_losses = twin(objectives.objective_losses)


@kernel(functions=("row",), grid=lambda t, p, scale, partial: (partial.shape[0], BLOCK))
def metric_parts(t, p, scale, partial):
    """partial (parts, width) float64: the sums over each part of the rows."""
    shared = cuda.shared.array((WIDTH, BLOCK), float64)
    thread, part = cuda.threadIdx.x, cuda.blockIdx.x
    start = p.shape[0] * part // partial.shape[0]
    stop = p.shape[0] * (part + 1) // partial.shape[0]
    for k in range(partial.shape[1]):
        shared[k, thread] = float64(0)
    for r in prange(start, stop):
        values = row(t[r], p[r])
        for k in range(partial.shape[1]):
            shared[k, thread] += values[k] * scale
    cuda.syncthreads()
    width = BLOCK // 2
    while width > 0:
        if thread < width:
            for k in range(partial.shape[1]):
                shared[k, thread] += shared[k, thread + width]
        cuda.syncthreads()
        width //= 2
    if thread < partial.shape[1]:
        partial[part, thread] = shared[thread, 0]


@kernel
def add_metric_parts(partial, sums):
    """sums (width,) += sums down the columns of partial (parts, width), all float64."""
    for k in prange(sums.size):
        for part in range(partial.shape[0]):
            sums[k] += partial[part, k]


@composed("row")
def metric_rows(t, p, scale, sums, row):
    """Add to `sums`, float64 (width,), what `row(t, p) -> tuple` gives for each row, times `scale`.

    The order of the sum depends on the number of rows alone.
    """
    if sums.size > WIDTH:
        raise ValueError(f"a metric may have {WIDTH} sums over its rows, not {sums.size}")
    parts = min(max(p.shape[0] // ROWS_OF_A_PART, 1), MOST_PARTS)
    partial = scratch((parts, sums.size), sums.dtype)
    first = metric_parts.specialize(row=row).bind(t, p, scale, partial)
    return [first, add_metric_parts.bind(partial, sums)]
