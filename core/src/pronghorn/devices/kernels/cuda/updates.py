"""What is done to gradients and weights around an optimizer's step."""

import math

from pronghorn.devices.cuda import BLOCK, cuda, divided, kernel, prange, twin
from pronghorn.devices.cuda.blocks import block_sum
from pronghorn.devices.kernels.cpu import updates

add_map = twin(updates.add_map)
clip_norm = twin(updates.clip_norm)
clip_value = twin(updates.clip_value)
penalty_gradient = twin(updates.penalty_gradient)


@kernel(grid=lambda w, l1, l2, partial: (partial.size, BLOCK))
def penalty_sums(w, l1, l2, partial):
    """partial[c] = sum of l1 * |w| + l2 * w**2 over the c-th of `partial.size` parts of w (n,)."""
    part = cuda.blockIdx.x
    start = w.size * part // partial.size
    stop = w.size * (part + 1) // partial.size
    absolute, square = 0.0, 0.0
    for i in prange(start, stop):
        absolute += abs(w[i])
        square += w[i] * w[i]
    total = block_sum(l1 * absolute + l2 * square)
    if cuda.threadIdx.x == 0:
        partial[part] = total


@kernel
def norm_constraint(w, norms, low, high, rate, epsilon):
    """Bring the norms of w, taken over its axes 1 and 3, between `low` and `high`.

    w (a, r, b, s, c); norms (a, b, c) is scratch. Each group of r * s elements of norm n is
    multiplied with `(rate * clip(n, low, high) + (1 - rate) * n) / (epsilon + n)`. A group is a
    thread's; neighbouring threads have neighbouring elements of the last axis.
    """
    for group in prange(norms.size):
        rest, c = divided(group, w.shape[4])
        a, b = divided(rest, w.shape[2])
        square = 0.0
        for r in range(w.shape[1]):
            for s in range(w.shape[3]):
                square += w[a, r, b, s, c] * w[a, r, b, s, c]
        norm = math.sqrt(square)
        wanted = rate * min(max(norm, low), high) + (1.0 - rate) * norm
        factor = wanted / (epsilon + norm)
        for r in range(w.shape[1]):
            for s in range(w.shape[3]):
                w[a, r, b, s, c] *= factor
