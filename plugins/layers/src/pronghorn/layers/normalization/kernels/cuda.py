"""Kernels of the normalization layers on the GPU; x (rows, features)."""

import math

from pronghorn.devices.cuda import block_per_row, composed, cuda, kernel, prange, real
from pronghorn.devices.cuda.blocks import block_sum
from pronghorn.devices.kernels.cuda.sums import (
    ROWS,
    column_grid,
    column_parts,
    own_column,
    own_start,
    own_stop,
    put_total,
)

sum_rows = column_parts


@kernel(grid=lambda x, mean, parts: column_grid(x, parts))
def sum_squares(x, mean, parts):
    """parts (p, features) = sums of (x - mean)**2 over p runs of rows."""
    j, found = own_column(), 0.0
    if j < x.shape[1]:
        i = own_start(x.shape[0], parts.shape[0])
        while i < own_stop(x.shape[0], parts.shape[0]):
            found += (x[i, j] - mean[j]) ** 2
            i += ROWS
    put_total(found, parts)


@kernel
def combine(parts, share, total):
    """total (features,) = sum of the parts times share."""
    for j in prange(total.size):
        found = 0.0
        for part in range(parts.shape[0]):
            found += parts[part, j]
        total[j] = found * share


@kernel
def follow(running, batch, added, momentum):
    """running = momentum * running + (1 - momentum) * (batch + added); both (features,)."""
    for j in prange(running.size):
        running[j] = momentum * running[j] + (1.0 - momentum) * (batch[j] + added)


@kernel
def normalize(x, mean, variance, gamma, beta, epsilon, inverse, y):
    """y = gamma (x - mean) inverse + beta.

    inverse (features,) becomes 1 / sqrt(variance + epsilon).
    """
    for i in prange(x.shape[0]):
        for j in prange(x.shape[1]):
            scale = 1.0 / math.sqrt(variance[j] + epsilon)
            if i == 0:
                inverse[j] = scale
            y[i, j] = (x[i, j] - mean[j]) * (scale * gamma[j]) + beta[j]


@kernel(grid=lambda dy, x, mean, inverse, parts: column_grid(dy, parts))
def sum_products(dy, x, mean, inverse, parts):
    """parts (p, features) = sums of dy (x - mean) inverse over p runs of rows."""
    j, found = own_column(), 0.0
    if j < x.shape[1]:
        i = own_start(x.shape[0], parts.shape[0])
        while i < own_stop(x.shape[0], parts.shape[0]):
            found += dy[i, j] * (x[i, j] - mean[j])
            i += ROWS
        found *= inverse[j]
    put_total(found, parts)


@kernel
def normalize_gradient(dy, x, mean, inverse, gamma, dgamma, dbeta, share, dx):
    """Gradient of `normalize` whose mean and variance are the batch's own; share is 1 / rows."""
    for i in prange(x.shape[0]):
        for j in prange(x.shape[1]):
            unit = (x[i, j] - mean[j]) * inverse[j]
            central = dy[i, j] - share * (dbeta[j] + unit * dgamma[j])
            dx[i, j] = central * (gamma[j] * inverse[j])


@kernel
def scale_columns(dy, gamma, inverse, dx):
    """dx = dy gamma inverse: the gradient where mean and variance are fixed."""
    for i in prange(dx.shape[0]):
        for j in prange(dx.shape[1]):
            dx[i, j] = dy[i, j] * (gamma[j] * inverse[j])


@kernel(grid=lambda x, *rest: block_per_row(*x.shape))
def normalize_rows(x, gamma, beta, epsilon, unit, root, y):
    """Each row by its own mean and variance: unit = (x - m) / (sqrt(v + epsilon) + epsilon).

    y = gamma unit + beta; root (rows,) keeps sqrt(v + epsilon).
    """
    i, count = cuda.blockIdx.x, real(x.shape[1])
    found = 0.0
    for j in prange(x.shape[1]):
        found += x[i, j]
    mean, found = block_sum(found) / count, 0.0
    for j in prange(x.shape[1]):
        found += (x[i, j] - mean) ** 2
    deviation = math.sqrt(block_sum(found) / count + epsilon)
    if cuda.threadIdx.x == 0:
        root[i] = deviation
    for j in prange(x.shape[1]):
        unit[i, j] = (x[i, j] - mean) / (deviation + epsilon)
        y[i, j] = unit[i, j] * gamma[j] + beta[j]


@kernel(grid=lambda dy, *rest: block_per_row(*dy.shape))
def normalize_rows_gradient(dy, unit, root, gamma, epsilon, dx):
    """Gradient of `normalize_rows` at x."""
    i, count = cuda.blockIdx.x, real(dx.shape[1])
    found, across = 0.0, 0.0
    for j in prange(dx.shape[1]):
        found += dy[i, j] * gamma[j]
        across += dy[i, j] * gamma[j] * unit[i, j]
    total, scale = block_sum(found), root[i] + epsilon
    along = block_sum(across) * scale / (count * root[i])
    for j in prange(dx.shape[1]):
        dx[i, j] = (dy[i, j] * gamma[j] - total / count - unit[i, j] * along) / scale


@kernel(grid=lambda dy, unit, parts: column_grid(dy, parts))
def sum_unit_products(dy, unit, parts):
    """parts (p, features) = sums of dy unit over p runs of rows."""
    j, found = own_column(), 0.0
    if j < dy.shape[1]:
        i = own_start(dy.shape[0], parts.shape[0])
        while i < own_stop(dy.shape[0], parts.shape[0]):
            found += dy[i, j] * unit[i, j]
            i += ROWS
    put_total(found, parts)


@kernel(grid=lambda x, *rest: block_per_row(*x.shape))
def center_rows(x, gamma, beta, epsilon, share, mean, inverse, y):
    """y = gamma (x - mean) inverse + beta, each row by its own statistics; share is 1 / columns.

    inverse (rows,) becomes 1 / sqrt(variance + epsilon), mean (rows,) the mean.
    """
    i, found = cuda.blockIdx.x, 0.0
    for j in prange(x.shape[1]):
        found += x[i, j]
    middle, found = block_sum(found) * share, 0.0
    for j in prange(x.shape[1]):
        found += (x[i, j] - middle) ** 2
    scale = 1.0 / math.sqrt(block_sum(found) * share + epsilon)
    if cuda.threadIdx.x == 0:
        mean[i], inverse[i] = middle, scale
    for j in prange(x.shape[1]):
        y[i, j] = (x[i, j] - middle) * scale * gamma[j] + beta[j]


@kernel(grid=lambda x, mean, inverse, dy, dgamma, dbeta: column_grid(x, dgamma))
def centered_column_parts(x, mean, inverse, dy, dgamma, dbeta):
    """dgamma, dbeta (parts, columns): sums over runs of rows of dy unit and dy."""
    j, gamma, beta = own_column(), 0.0, 0.0
    if j < x.shape[1]:
        i = own_start(x.shape[0], dgamma.shape[0])
        while i < own_stop(x.shape[0], dgamma.shape[0]):
            gamma += dy[i, j] * (x[i, j] - mean[i]) * inverse[i]
            beta += dy[i, j]
            i += ROWS
    put_total(gamma, dgamma)
    put_total(beta, dbeta)


@kernel(grid=lambda x, *rest: block_per_row(*x.shape))
def centered_rows_gradient(x, mean, inverse, gamma, share, dy):
    """dy becomes the gradient at x."""
    i, found, across = cuda.blockIdx.x, 0.0, 0.0
    for j in prange(x.shape[1]):
        found += dy[i, j] * gamma[j]
        across += dy[i, j] * gamma[j] * (x[i, j] - mean[i]) * inverse[i]
    level, along = block_sum(found) * share, block_sum(across) * share
    for j in prange(x.shape[1]):
        unit = (x[i, j] - mean[i]) * inverse[i]
        dy[i, j] = (dy[i, j] * gamma[j] - level - unit * along) * inverse[i]


@composed()
def center_rows_gradient(x, mean, inverse, gamma, share, dy, unit, dgamma, dbeta):
    """Gradient of `center_rows`: dy becomes x's.

    dgamma, dbeta (parts, columns) are sums over runs of rows; unit is not used here.
    """
    return [
        centered_column_parts.bind(x, mean, inverse, dy, dgamma, dbeta),
        centered_rows_gradient.bind(x, mean, inverse, gamma, share, dy),
    ]
