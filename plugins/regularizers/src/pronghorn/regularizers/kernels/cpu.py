"""The largest eigenvalue of W'W by power iteration, and its gradient."""

import math

from pronghorn.devices.cpu import kernel


@kernel
def eigenvalue(w, k, v, u, total):
    """Add k * sqrt(lambda) to `total`, float64 (1,).

    w (rows, columns); v (steps + 2, columns) and u (steps + 1, rows) are filled for the gradient:
    v[i + 1] is w'w v[i] with norm 1, the last one not normalized, and u[i] = w v[i].
    """
    last = u.shape[0] - 1
    for j in range(v.shape[1]):
        v[0, j] = 1.0
    for i in range(last + 1):
        for r in range(w.shape[0]):
            u[i, r] = 0.0
            for j in range(w.shape[1]):
                u[i, r] += w[r, j] * v[i, j]
        for j in range(w.shape[1]):
            v[i + 1, j] = 0.0
        for r in range(w.shape[0]):
            for j in range(w.shape[1]):
                v[i + 1, j] += w[r, j] * u[i, r]
        if i < last:
            square = 0.0
            for j in range(w.shape[1]):
                square += v[i + 1, j] * v[i + 1, j]
            for j in range(w.shape[1]):
                v[i + 1, j] /= math.sqrt(square)
    upper, lower = 0.0, 0.0
    for j in range(w.shape[1]):
        upper += v[last + 1, j] * v[last, j]
        lower += v[last, j] * v[last, j]
    total[0] += k * math.sqrt(upper / lower)


@kernel
def eigenvalue_gradient(w, k, v, u, a, b, g):
    """Add the gradient of k * sqrt(lambda) at w to g (rows, columns), after `eigenvalue`.

    The chain of products is gone through backwards; a (2, columns) and b (rows,) are scratch. The
    norms that were divided by count as constants, since lambda does not depend on them.
    """
    last = u.shape[0] - 1
    upper, lower = 0.0, 0.0
    for j in range(w.shape[1]):
        upper += v[last + 1, j] * v[last, j]
        lower += v[last, j] * v[last, j]
    outer = 0.5 * k / math.sqrt(upper / lower)
    for j in range(w.shape[1]):
        # Gradients at v[last + 1], and what reaches v[last] directly.
        a[0, j] = outer * v[last, j] / lower
        a[1, j] = outer * (v[last + 1, j] - 2.0 * upper / lower * v[last, j]) / lower
    for i in range(last, -1, -1):
        for r in range(w.shape[0]):
            b[r] = 0.0
            for j in range(w.shape[1]):
                b[r] += w[r, j] * a[0, j]
        for r in range(w.shape[0]):
            for j in range(w.shape[1]):
                g[r, j] += b[r] * v[i, j] + u[i, r] * a[0, j]
        if i == 0:
            break
        for j in range(w.shape[1]):
            a[0, j] = a[1, j]
            a[1, j] = 0.0
        for r in range(w.shape[0]):
            for j in range(w.shape[1]):
                a[0, j] += w[r, j] * b[r]
        # v[i] is w'w v[i - 1] divided by a norm, which is that product's part along v[i].
        norm = 0.0
        for r in range(w.shape[0]):
            norm += u[i, r] * u[i - 1, r]
        for j in range(w.shape[1]):
            a[0, j] /= norm
