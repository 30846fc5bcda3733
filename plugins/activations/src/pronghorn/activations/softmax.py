"""Normalized exponentials over the last axis."""

from math import prod

from pronghorn.activations import kernels
from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context
from pronghorn.errors import ShapeError


class Softmax(Activation):
    """`exp(x) / sum(exp(x))` over the last axis of an array of two axes or more.

    The row's maximum is taken off first, so that nothing overflows.
    Bridle, "Probabilistic Interpretation of Feedforward Classification Network Outputs" (1990).
    """

    name = __name__ = "softmax"
    needs_input = False

    def forward(self, x: Array, y: Array, ctx: Context) -> None:
        """Normalize every row of the last axis."""
        ctx.run(kernels.softmax, _rows(x), _rows(y))

    def backward(self, x: Array | None, y: Array, dy: Array, dx: Array, ctx: Context) -> None:
        """`dx = y * (dy - sum(dy * y))` in every row."""
        ctx.run(kernels.softmax_backward, _rows(y), _rows(dy), _rows(dx))


def _rows(array: Array) -> Array:
    if array.ndim < 2:
        raise ShapeError(
            f"softmax needs an array of at least two axes, the batch axis first; got shape "
            f"{tuple(array.shape)}"
        )
    return array.reshape((prod(array.shape[:-1]), array.shape[-1]))


softmax = Softmax()
