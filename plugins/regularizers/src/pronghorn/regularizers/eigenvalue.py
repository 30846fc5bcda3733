"""A penalty on how far a matrix can stretch a vector."""

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.errors import ShapeError
from pronghorn.regularizers import kernels

STEPS = 9


class EigenvalueRegularizer(Regularizer):
    """`k * sqrt(lambda)`, lambda being the largest eigenvalue of W'W by nine power iterations.

    For matrices only. The iterations start from a vector of ones, and the gradient goes through
    them, as in Keras 1.

    Args:
        k: weight of the penalty.
    """

    examples = ({"k": 0.1}, ({"k": 2.0}, (3, 6)))

    def __init__(self, k: float) -> None:
        self.k = k

    def record(self, ctx: Context, w: Array | Weight, g: Array | None, total: Array | None) -> None:
        """Add the penalty to `total`, and its gradient to `g`."""
        if len(w.shape) != 2:
            raise ShapeError(
                f"EigenvalueRegularizer is for matrices, but the weight has shape {w.shape}"
            )
        rows, columns = w.shape
        v, u = ctx.empty((STEPS + 2, columns)), ctx.empty((STEPS + 1, rows))
        sum_of_all = ctx.empty((1,), np.float64) if total is None else total
        ctx.run(kernels.eigenvalue, w, float(self.k), v, u, sum_of_all)
        if g is not None:
            a, b = ctx.empty((2, columns)), ctx.empty((rows,))
            ctx.run(kernels.eigenvalue_gradient, w, float(self.k), v, u, a, b, g)
