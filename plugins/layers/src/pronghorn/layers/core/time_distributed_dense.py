"""TimeDistributedDense."""

from typing import Any

from pronghorn.components.layer import Shape
from pronghorn.layers.core.dense import Dense


class TimeDistributedDense(Dense):
    """`y = f(x W + b)` at every time step: (batch, steps, input_dim) to (batch, steps, output_dim).

    Of old scripts and files; it is `Dense`, which does the same today, but passes masks on.
    Weights: W (input_dim, output_dim); b (output_dim,).

    Args:
        output_dim: number of units.
        init: initializer of W.
        activation: f; None is linear.
        weights: initial arrays [W, b].
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
        input_dim, input_length: features and steps, for a first layer.
        b_init: initializer of b.
    """

    examples = (
        ({"output_dim": 3}, (2, 5)),
        ({"output_dim": 4, "activation": "tanh", "bias": False}, (3, 5)),
    )
    supports_masking = True
    min_ndim = max_ndim = 3

    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        activation: Any = None,
        weights: Any = None,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        input_dim: int | None = None,
        input_length: int | None = None,
        b_init: Any = "zero",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            output_dim, init, activation, weights, W_regularizer, b_regularizer,
            activity_regularizer, W_constraint, b_constraint, bias, input_dim, b_init, **kwargs,
        )  # fmt: skip
        self.input_length = input_length

    def declared_shape(self) -> Shape | None:
        """What the constructor was told, by `input_dim` and `input_length` too."""
        if self.batch_input_shape is None and self.input_dim:
            return (None, self.input_length, self.input_dim)
        return self.batch_input_shape
