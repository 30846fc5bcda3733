"""Learnt places in a sequence."""

from typing import Any

from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.embeddings import kernels
from pronghorn.layers.geometry import positive


class PositionEmbedding(Layer):
    """`y = x + W`, a row of W for each step: (batch, steps, d) to (batch, steps, d).

    It tells layers that see all steps alike, such as attention, where in the sequence each one is.
    Weights: W (sequence_length, d).

    Args:
        sequence_length: the largest number of steps; shorter sequences use the first rows.
        init: initializer of W.
        W_regularizer: penalty on W.
        W_constraint: rule that W obeys after every update.
    """

    examples = (({"sequence_length": 4}, (4, 3)), ({"sequence_length": 6}, (4, 5)))
    supports_masking = True
    min_ndim = max_ndim = 3

    def __init__(
        self,
        sequence_length: int,
        init: Any = "uniform",
        W_regularizer: Any = None,
        W_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sequence_length = positive(sequence_length, "sequence_length")
        self.init = Initializer.get(init)
        self.W_regularizer = Regularizer.get(W_regularizer)
        self.W_constraint = Constraint.get(W_constraint)

    def build(self, input_shape: Shape) -> None:
        """Make W."""
        if input_shape[2] is None:
            raise ShapeError(f"layer {self.name!r}: the last axis of {input_shape} must be known")
        shape = (self.sequence_length, input_shape[2])
        self.W = self.add_weight("W", shape, self.init, self.W_regularizer, self.W_constraint)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The input's, if it is not too long."""
        steps, features = input_shape[1:]
        if (steps or 0) > self.sequence_length or features != self.W.shape[1]:
            raise ShapeError(
                f"layer {self.name!r} takes up to {self.sequence_length} steps of "
                f"{self.W.shape[1]} features, but the input has shape {input_shape}"
            )
        return input_shape

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x + W."""
        self.get_output_shape_for(x.shape)
        rows = x.reshape((x.shape[0], x.shape[1] * x.shape[2]))
        y = ctx.empty(rows.shape)
        ctx.run(kernels.add_to_rows, rows, self.W.flat, y)
        return y.reshape(x.shape)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dW is the sum of dy over the batch, 0 for steps that are not there; dx = dy."""
        dw = ctx.gradient(self.W)
        if dw is not None:
            rows = dy.reshape((dy.shape[0], dy.shape[1] * dy.shape[2]))
            ctx.run(core.fill, dw, 0.0)
            sums = ctx.empty((rows.shape[1],))
            ctx.run(core.bias_gradient, rows, sums)
            ctx.run(kernels.put_first, sums, dw.reshape((dw.size,)))
        return dy
