"""A penalty on what passes through."""

from typing import Any, ClassVar

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer
from pronghorn.components.regularizer import Regularizer


class ActivityRegularization(Layer):
    """Passes its input on and adds `l1 * sum(abs(x)) + l2 * sum(x**2)` to the loss.

    Any shape, which stays. The sums run over the whole batch, in training and in testing, as in
    Keras 1.2.

    Args:
        l1: factor of the absolute values.
        l2: factor of the squares.
    """

    examples = (({"l1": 0.1, "l2": 0.2}, (5,)), ({"l2": 0.1}, (4, 3)))
    expected_failures: ClassVar = {
        "loss_is_the_mean_over_batches": "the penalty is a sum over the batch, as in Keras 1",
    }
    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.l1, self.l2 = l1, l2
        penalty = {"name": "L1L2Regularizer", "l1": l1, "l2": l2}
        self.activity_regularizer = Regularizer.get(penalty)

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x."""
        return x

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dx = dy; the model has added the penalty's gradient."""
        return dy
