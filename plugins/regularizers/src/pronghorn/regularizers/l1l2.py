"""Penalties on the size of every element."""

from pronghorn.components.context import Array, Context
from pronghorn.components.regularizer import Regularizer, factory, flat
from pronghorn.components.sums import parts
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels


class L1L2Regularizer(Regularizer):
    """`l1 * sum(|x|) + l2 * sum(x**2)`: sums, not means, and without a half.

    Of a layer's output the sum is over the whole batch. The gradient of `|x|` at 0 is 0.

    Args:
        l1: weight of the absolute values.
        l2: weight of the squares.
    """

    examples = ({"l1": 0.1}, {"l2": 0.2}, {"l1": 0.1, "l2": 0.2})

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = l1
        self.l2 = l2

    def record(self, ctx: Context, w: Array | Weight, g: Array | None, total: Array | None) -> None:
        """Add the penalty to `total`, and `l1 * sign(x) + 2 * l2 * x` to `g`."""
        l1, l2 = float(self.l1), float(self.l2)
        if total is not None:
            partial = ctx.empty((parts(w.size),))
            ctx.run(kernels.penalty_sums, flat(w), l1, l2, partial)
            ctx.run(kernels.reduce_sum, partial, total)
        if g is not None:
            ctx.run(kernels.penalty_gradient, w, g, l1, l2)


@factory
def l1(l: float = 0.01) -> L1L2Regularizer:  # noqa: E741 - Keras 1's name
    """`l * sum(|x|)`."""
    return L1L2Regularizer(l1=l)


@factory
def l2(l: float = 0.01) -> L1L2Regularizer:  # noqa: E741 - Keras 1's name
    """`l * sum(x**2)`."""
    return L1L2Regularizer(l2=l)


@factory
def l1l2(l1: float = 0.01, l2: float = 0.01) -> L1L2Regularizer:
    """`l1 * sum(|x|) + l2 * sum(x**2)`."""
    return L1L2Regularizer(l1=l1, l2=l2)
