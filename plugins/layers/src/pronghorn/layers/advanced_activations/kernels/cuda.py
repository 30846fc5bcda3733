"""Kernels of activations with weights on the GPU; x (rows, columns), weights (columns,)."""

import math

from pronghorn.devices.cuda import kernel, twin
from pronghorn.devices.kernels.cuda.sums import (
    ROWS,
    column_grid,
    own_column,
    own_start,
    own_stop,
    put_total,
)
from pronghorn.layers.advanced_activations.kernels import cpu

repeat_weights = twin(cpu.repeat_weights)
prelu = twin(cpu.prelu)
parametric_softplus = twin(cpu.parametric_softplus)
srelu = twin(cpu.srelu)


@kernel(grid=lambda x, alphas, dy, dalphas: column_grid(x, dalphas))
def prelu_gradient(x, alphas, dy, dalphas):
    """Gradient of `prelu`; at 0 the slope is alphas / 2, as TensorFlow has it."""
    j, found = own_column(), 0.0
    if j < x.shape[1]:
        i = own_start(x.shape[0], dalphas.shape[0])
        while i < own_stop(x.shape[0], dalphas.shape[0]):
            below = alphas[j] if x[i, j] < 0.0 else 0.5 * alphas[j]
            found += dy[i, j] * min(x[i, j], 0.0)
            dy[i, j] *= 1.0 if x[i, j] > 0.0 else below
            i += ROWS
    put_total(found, dalphas)


@kernel(grid=lambda x, alphas, betas, dy, dalphas, dbetas: column_grid(x, dalphas))
def parametric_softplus_gradient(x, alphas, betas, dy, dalphas, dbetas):
    """Gradient of `parametric_softplus`."""
    j, dalpha, dbeta = own_column(), 0.0, 0.0
    if j < x.shape[1]:
        i = own_start(x.shape[0], dalphas.shape[0])
        while i < own_stop(x.shape[0], dalphas.shape[0]):
            z = betas[j] * x[i, j]
            small = math.exp(-abs(z))
            slope = dy[i, j] * alphas[j] * (1.0 if z >= 0.0 else small) / (1.0 + small)
            dalpha += dy[i, j] * (max(z, 0.0) + math.log1p(small))
            dbeta += slope * x[i, j]
            dy[i, j] = slope * betas[j]
            i += ROWS
    put_total(dalpha, dalphas)
    put_total(dbeta, dbetas)


@kernel(
    grid=lambda x, t_left, a_left, t_right, a_right, dy, dt_left, *rest: column_grid(x, dt_left)
)
def srelu_gradient(x, t_left, a_left, t_right, a_right, dy, dt_left, da_left, dt_right, da_right):
    """Gradient of `srelu`; the slope is 0 at t_left and a_right at T, as TensorFlow has it."""
    j = own_column()
    tl, al, tr, ar = 0.0, 0.0, 0.0, 0.0
    if j < x.shape[1]:
        sign = 1.0 if t_right[j] > 0.0 else (-1.0 if t_right[j] < 0.0 else 0.0)
        i = own_start(x.shape[0], dt_left.shape[0])
        while i < own_stop(x.shape[0], dt_left.shape[0]):
            under = x[i, j] - t_left[j]
            over = under - abs(t_right[j])
            slope = 0.0 if under == 0.0 else (1.0 if under > 0.0 else a_left[j])
            slope = a_right[j] if over >= 0.0 else slope
            tl += dy[i, j] * (1.0 - slope)
            al += dy[i, j] * min(under, 0.0)
            tr += dy[i, j] * sign * (1.0 - slope if over >= 0.0 else 0.0)
            ar += dy[i, j] * max(over, 0.0)
            dy[i, j] *= slope
            i += ROWS
    put_total(tl, dt_left)
    put_total(al, da_left)
    put_total(tr, dt_right)
    put_total(ar, da_right)
