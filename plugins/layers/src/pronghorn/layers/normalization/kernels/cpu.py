"""Kernels of the normalization layers on the CPU; x (rows, features).

Sums over rows are taken in parts of consecutive rows, one row of `parts` each, and the parts are
added in their order, so that threads change nothing.
"""

import math

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.rows import row_dot, row_sum


@kernel(work=lambda x, parts: x.size)
def sum_rows(x, parts):
    """parts (p, features) = sums over p runs of rows."""
    for part in prange(parts.shape[0]):
        first = part * x.shape[0] // parts.shape[0]
        last = (part + 1) * x.shape[0] // parts.shape[0]
        for j in range(x.shape[1]):
            parts[part, j] = 0.0
        for i in range(first, last):
            for j in range(x.shape[1]):
                parts[part, j] += x[i, j]


@kernel(work=lambda x, mean, parts: 2 * x.size)
def sum_squares(x, mean, parts):
    """parts (p, features) = sums of (x - mean)**2 over p runs of rows."""
    for part in prange(parts.shape[0]):
        first = part * x.shape[0] // parts.shape[0]
        last = (part + 1) * x.shape[0] // parts.shape[0]
        for j in range(x.shape[1]):
            parts[part, j] = 0.0
        for i in range(first, last):
            for j in range(x.shape[1]):
                apart = x[i, j] - mean[j]
                parts[part, j] += apart * apart


@kernel
def combine(parts, share, total):
    """total (features,) = sum of the parts times share."""
    for j in range(total.size):
        total[j] = parts[0, j]
    for part in range(1, parts.shape[0]):
        for j in range(total.size):
            total[j] += parts[part, j]
    for j in range(total.size):
        total[j] *= share


@kernel
def follow(running, batch, added, momentum):
    """running = momentum * running + (1 - momentum) * (batch + added); both (features,)."""
    for j in range(running.size):
        running[j] = momentum * running[j] + (1.0 - momentum) * (batch[j] + added)


@kernel(work=lambda x, mean, variance, gamma, beta, epsilon, inverse, y: 2 * x.size)
def normalize(x, mean, variance, gamma, beta, epsilon, inverse, y):
    """y = gamma (x - mean) inverse + beta.

    inverse (features,) becomes 1 / sqrt(variance + epsilon).
    """
    for j in range(inverse.size):
        inverse[j] = 1.0 / (variance[j] + epsilon) ** 0.5
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, j] = (x[i, j] - mean[j]) * (inverse[j] * gamma[j]) + beta[j]


@kernel(work=lambda dy, x, mean, inverse, parts: 2 * x.size)
def sum_products(dy, x, mean, inverse, parts):
    """parts (p, features) = sums of dy (x - mean) inverse over p runs of rows."""
    for part in prange(parts.shape[0]):
        first = part * x.shape[0] // parts.shape[0]
        last = (part + 1) * x.shape[0] // parts.shape[0]
        for j in range(x.shape[1]):
            parts[part, j] = 0.0
        for i in range(first, last):
            for j in range(x.shape[1]):
                parts[part, j] += dy[i, j] * (x[i, j] - mean[j])
        for j in range(x.shape[1]):
            parts[part, j] *= inverse[j]


@kernel(work=lambda dy, *rest: 3 * dy.size)
def normalize_gradient(dy, x, mean, inverse, gamma, dgamma, dbeta, share, dx):
    """Gradient of `normalize` whose mean and variance are the batch's own; share is 1 / rows."""
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            unit = (x[i, j] - mean[j]) * inverse[j]
            central = dy[i, j] - share * (dbeta[j] + unit * dgamma[j])
            dx[i, j] = central * (gamma[j] * inverse[j])


@kernel(work=lambda dy, gamma, inverse, dx: dy.size)
def scale_columns(dy, gamma, inverse, dx):
    """dx = dy gamma inverse: the gradient where mean and variance are fixed."""
    for i in prange(dx.shape[0]):
        for j in range(dx.shape[1]):
            dx[i, j] = dy[i, j] * (gamma[j] * inverse[j])


@kernel(work=lambda x, gamma, beta, epsilon, unit, root, y: 4 * x.size)
def normalize_rows(x, gamma, beta, epsilon, unit, root, y):
    """Each row by its own mean and variance: unit = (x - m) / (sqrt(v + epsilon) + epsilon).

    y = gamma unit + beta; root (rows,) keeps sqrt(v + epsilon).
    """
    for i in prange(x.shape[0]):
        share = 1.0 / float(x.shape[1])
        mean = row_sum(x[i]) * share
        for j in range(x.shape[1]):
            unit[i, j] = x[i, j] - mean
        root[i] = math.sqrt(row_dot(unit[i], unit[i]) * share + epsilon)
        scale = 1.0 / (root[i] + epsilon)
        for j in range(x.shape[1]):
            unit[i, j] *= scale
            y[i, j] = unit[i, j] * gamma[j] + beta[j]


@kernel(work=lambda dy, unit, root, gamma, epsilon, dx: 4 * dy.size)
def normalize_rows_gradient(dy, unit, root, gamma, epsilon, dx):
    """Gradient of `normalize_rows` at x."""
    for i in prange(dx.shape[0]):
        share, scale = 1.0 / float(dx.shape[1]), root[i] + epsilon
        for j in range(dx.shape[1]):
            dx[i, j] = dy[i, j] * gamma[j]
        level = row_sum(dx[i]) * share
        along = row_dot(dx[i], unit[i]) * share * scale / root[i]
        for j in range(dx.shape[1]):
            dx[i, j] = (dx[i, j] - level - unit[i, j] * along) / scale


@kernel(work=lambda dy, unit, parts: 2 * dy.size)
def sum_unit_products(dy, unit, parts):
    """parts (p, features) = sums of dy unit over p runs of rows."""
    for part in prange(parts.shape[0]):
        first = part * dy.shape[0] // parts.shape[0]
        last = (part + 1) * dy.shape[0] // parts.shape[0]
        for j in range(dy.shape[1]):
            parts[part, j] = 0.0
        for i in range(first, last):
            for j in range(dy.shape[1]):
                parts[part, j] += dy[i, j] * unit[i, j]


@kernel(work=lambda x, *rest: 5 * x.size)
def center_rows(x, gamma, beta, epsilon, share, mean, inverse, y):
    """y = gamma (x - mean) inverse + beta, each row by its own statistics; share is 1 / columns.

    inverse (rows,) becomes 1 / sqrt(variance + epsilon), mean (rows,) the mean.
    """
    for i in prange(x.shape[0]):
        mean[i] = row_sum(x[i]) * share
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] - mean[i]
        inverse[i] = 1.0 / math.sqrt(row_dot(y[i], y[i]) * share + epsilon)
        for j in range(x.shape[1]):
            y[i, j] = y[i, j] * inverse[i] * gamma[j] + beta[j]


@kernel(work=lambda x, *rest: 10 * x.size)
def center_rows_gradient(x, mean, inverse, gamma, share, dy, unit, dgamma, dbeta):
    """Gradient of `center_rows`: dy becomes x's.

    dgamma, dbeta (parts, columns) are sums over runs of rows; unit (parts, columns) is scratch.
    """
    for part in prange(dgamma.shape[0]):
        first = part * x.shape[0] // dgamma.shape[0]
        last = (part + 1) * x.shape[0] // dgamma.shape[0]
        for j in range(x.shape[1]):
            dgamma[part, j] = 0.0
            dbeta[part, j] = 0.0
        for i in range(first, last):
            for j in range(x.shape[1]):
                unit[part, j] = (x[i, j] - mean[i]) * inverse[i]
                dgamma[part, j] += dy[i, j] * unit[part, j]
                dbeta[part, j] += dy[i, j]
                dy[i, j] *= gamma[j]
            level = row_sum(dy[i]) * share
            along = row_dot(dy[i], unit[part]) * share
            for j in range(x.shape[1]):
                dy[i, j] = (dy[i, j] - level - unit[part, j] * along) * inverse[i]
