"""Kernels of activations with weights on the CPU; x (rows, columns), weights (columns,).

A gradient turns dy into the input's gradient. Those of the weights are sums down the columns,
taken in parts of consecutive rows, one row of `(parts, columns)` each. Parts and blocks of columns
may run at once.
"""

import math

from pronghorn.devices.cpu import kernel, prange

BLOCK = 512
"""Columns done together."""


@kernel
def repeat_weights(w, wide):
    """wide (times * columns,) holds w (columns,) several times over."""
    for k in prange(wide.size // w.size):
        for j in range(w.size):
            wide[k * w.size + j] = w[j]


@kernel(work=lambda x, alphas, y: 2 * x.size)
def prelu(x, alphas, y):
    """y = x where x > 0, else alphas * x."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] if x[i, j] > 0.0 else alphas[j] * x[i, j]


@kernel(work=lambda x, *rest: 4 * x.size)
def prelu_gradient(x, alphas, dy, dalphas):
    """Gradient of `prelu`; at 0 the slope is alphas / 2, as TensorFlow has it."""
    blocks = (x.shape[1] + BLOCK - 1) // BLOCK
    for task in prange(dalphas.shape[0] * blocks):
        part, left = task // blocks, task % blocks * BLOCK
        right = min(left + BLOCK, x.shape[1])
        first = part * x.shape[0] // dalphas.shape[0]
        last = (part + 1) * x.shape[0] // dalphas.shape[0]
        for j in range(left, right):
            dalphas[part, j] = 0.0
        for i in range(first, last):
            for j in range(left, right):
                below = alphas[j] if x[i, j] < 0.0 else 0.5 * alphas[j]
                dalphas[part, j] += dy[i, j] * min(x[i, j], 0.0)
                dy[i, j] *= 1.0 if x[i, j] > 0.0 else below


@kernel(work=lambda x, *rest: 20 * x.size)
def parametric_softplus(x, alphas, betas, y):
    """y = alphas * log(1 + exp(betas * x))."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            z = betas[j] * x[i, j]
            y[i, j] = alphas[j] * (max(z, 0.0) + math.log1p(math.exp(-abs(z))))


@kernel(work=lambda x, *rest: 30 * x.size)
def parametric_softplus_gradient(x, alphas, betas, dy, dalphas, dbetas):
    """Gradient of `parametric_softplus`."""
    blocks = (x.shape[1] + BLOCK - 1) // BLOCK
    for task in prange(dalphas.shape[0] * blocks):
        part, left = task // blocks, task % blocks * BLOCK
        right = min(left + BLOCK, x.shape[1])
        first = part * x.shape[0] // dalphas.shape[0]
        last = (part + 1) * x.shape[0] // dalphas.shape[0]
        for j in range(left, right):
            dalphas[part, j] = 0.0
            dbetas[part, j] = 0.0
        for i in range(first, last):
            for j in range(left, right):
                z = betas[j] * x[i, j]
                small = math.exp(-abs(z))
                slope = dy[i, j] * alphas[j] * (1.0 if z >= 0.0 else small) / (1.0 + small)
                dalphas[part, j] += dy[i, j] * (max(z, 0.0) + math.log1p(small))
                dbetas[part, j] += slope * x[i, j]
                dy[i, j] = slope * betas[j]


@kernel(work=lambda x, *rest: 6 * x.size)
def srelu(x, t_left, a_left, t_right, a_right, y):
    """y = x between t_left and T = t_left + abs(t_right), outside of slope a_left or a_right."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            top = t_left[j] + abs(t_right[j])
            under, over = min(x[i, j] - t_left[j], 0.0), max(x[i, j] - top, 0.0)
            inside = min(max(x[i, j], t_left[j]), top)
            y[i, j] = inside + a_left[j] * under + a_right[j] * over


@kernel(work=lambda x, *rest: 12 * x.size)
def srelu_gradient(x, t_left, a_left, t_right, a_right, dy, dt_left, da_left, dt_right, da_right):
    """Gradient of `srelu`; the slope is 0 at t_left and a_right at T, as TensorFlow has it."""
    blocks = (x.shape[1] + BLOCK - 1) // BLOCK
    for task in prange(dt_left.shape[0] * blocks):
        part, left = task // blocks, task % blocks * BLOCK
        right = min(left + BLOCK, x.shape[1])
        first = part * x.shape[0] // dt_left.shape[0]
        last = (part + 1) * x.shape[0] // dt_left.shape[0]
        for j in range(left, right):
            dt_left[part, j] = 0.0
            da_left[part, j] = 0.0
            dt_right[part, j] = 0.0
            da_right[part, j] = 0.0
        for i in range(first, last):
            for j in range(left, right):
                sign = 1.0 if t_right[j] > 0.0 else (-1.0 if t_right[j] < 0.0 else 0.0)
                under = x[i, j] - t_left[j]
                over = under - abs(t_right[j])
                slope = 0.0 if under == 0.0 else (1.0 if under > 0.0 else a_left[j])
                slope = a_right[j] if over >= 0.0 else slope
                dt_left[part, j] += dy[i, j] * (1.0 - slope)
                da_left[part, j] += dy[i, j] * min(under, 0.0)
                dt_right[part, j] += dy[i, j] * sign * (1.0 - slope if over >= 0.0 else 0.0)
                da_right[part, j] += dy[i, j] * max(over, 0.0)
                dy[i, j] *= slope
