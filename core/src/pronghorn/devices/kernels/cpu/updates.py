"""What is done to gradients and weights around an optimizer's step."""

import math

from pronghorn.devices.cpu import kernel, prange


@kernel(work=lambda x, partial, limit: x.size)
def clip_norm(x, partial, limit):
    """Scale x (n,) down to the norm `limit` if it is longer; `partial` sums up to its square."""
    square = 0.0
    for c in range(partial.size):
        square += partial[c]
    norm = math.sqrt(square)
    if norm >= limit:
        factor = limit / norm
        for i in prange(x.size):
            x[i] *= factor


@kernel(elementwise=True)
def clip_value(x, limit):
    """x = x clipped to [-limit, limit]."""
    for i in prange(x.size):
        x[i] = min(max(x[i], -limit), limit)


@kernel(work=lambda w, l1, l2, partial: 3 * w.size)
def penalty_sums(w, l1, l2, partial):
    """partial[c] = sum of l1 * |w| + l2 * w**2 over the c-th of `partial.size` parts of w (n,)."""
    for c in prange(partial.size):
        start = w.size * c // partial.size
        stop = w.size * (c + 1) // partial.size
        whole = start + (stop - start) // 4 * 4
        a0, a1, a2, a3, b0, b1, b2, b3 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(start, whole, 4):
            a0 += abs(w[i])
            a1 += abs(w[i + 1])
            a2 += abs(w[i + 2])
            a3 += abs(w[i + 3])
            b0 += w[i] * w[i]
            b1 += w[i + 1] * w[i + 1]
            b2 += w[i + 2] * w[i + 2]
            b3 += w[i + 3] * w[i + 3]
        for i in range(whole, stop):
            a0 += abs(w[i])
            b0 += w[i] * w[i]
        partial[c] = l1 * ((a0 + a1) + (a2 + a3)) + l2 * ((b0 + b1) + (b2 + b3))


@kernel(elementwise=True)
def penalty_gradient(w, g, l1, l2):
    """g += l1 * sign(w) + 2 * l2 * w, with sign(0) = 0."""
    for i in prange(w.size):
        sign = 1.0 if w[i] > 0.0 else (-1.0 if w[i] < 0.0 else 0.0)
        g[i] += l1 * sign + 2.0 * l2 * w[i]


@kernel(functions=("f",), elementwise=True)
def add_map(x, y):
    """y += f(x)."""
    for i in prange(x.size):
        y[i] += f(x[i])


@kernel(work=lambda w, norms, low, high, rate, epsilon: 3 * w.size)
def norm_constraint(w, norms, low, high, rate, epsilon):
    """Bring the norms of w, taken over its axes 1 and 3, between `low` and `high`.

    w (a, r, b, s, c); norms (a, b, c) is scratch. Each group of r * s elements of norm n is
    multiplied with `(rate * clip(n, low, high) + (1 - rate) * n) / (epsilon + n)`.
    """
    for a in prange(w.shape[0]):
        for b in range(w.shape[2]):
            for c in range(w.shape[4]):
                norms[a, b, c] = 0.0
            for r in range(w.shape[1]):
                for s in range(w.shape[3]):
                    for c in range(w.shape[4]):
                        norms[a, b, c] += w[a, r, b, s, c] * w[a, r, b, s, c]
            for c in range(w.shape[4]):
                norm = math.sqrt(norms[a, b, c])
                wanted = rate * min(max(norm, low), high) + (1.0 - rate) * norm
                norms[a, b, c] = wanted / (epsilon + norm)
            for r in range(w.shape[1]):
                for s in range(w.shape[3]):
                    for c in range(w.shape[4]):
                        w[a, r, b, s, c] *= norms[a, b, c]
