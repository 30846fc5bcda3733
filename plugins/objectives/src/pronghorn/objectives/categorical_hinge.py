"""Margin between the true class and the best of the others."""

from pronghorn.components.objective import row_objective


@row_objective
def categorical_hinge(t, p, g):
    """`max(0, 1 + max((1 - t) * p) - sum(t * p))` over the last axis, for one-hot targets t.

    Crammer and Singer, "On the Algorithmic Implementation of Multiclass Kernel-based Vector
    Machines" (JMLR 2001).
    """
    true = 0.0
    best = 0
    for j in range(p.size):
        true += t[j] * p[j]
        if (1.0 - t[j]) * p[j] > (1.0 - t[best]) * p[best]:
            best = j
    loss = max(1.0 + (1.0 - t[best]) * p[best] - true, 0.0)
    if g is not None:
        for j in range(p.size):
            g[j] = -t[j] if loss > 0.0 else 0.0
        if loss > 0.0:
            g[best] += 1.0 - t[best]
    return loss
