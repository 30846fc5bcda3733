"""What becomes of the losses of rows."""

from numba import float64

from pronghorn.devices.cuda import BLOCK, kernel, prange, real
from pronghorn.devices.cuda.blocks import block_sum_double


@kernel(grid=lambda coefficient, mask, out: (1, BLOCK))
def masked_coefficient(coefficient, mask, out):
    """out = coefficient * mask / mean(mask); coefficient, out (n,), mask (n,) uint8.

    Without any step to keep, out is 0.
    """
    found = float64(0)
    for i in prange(mask.size):
        if mask[i]:
            found += float64(1)
    kept = block_sum_double(found)
    scale = real(float64(mask.size) / max(kept, float64(1)))
    for i in prange(mask.size):
        out[i] = coefficient[i] * scale if mask[i] else 0.0
