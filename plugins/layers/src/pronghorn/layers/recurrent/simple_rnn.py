"""The fully recurrent layer."""

from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.layers.recurrent import kernels
from pronghorn.layers.recurrent.recurrent import Recurrent
from pronghorn.layers.recurrent.sequence import Sequence
from pronghorn.layers.recurrent.steps import flat


class SimpleRNN(Recurrent):
    """`h = f(x W + b + h' U)`, h' being h of the step before.

    (batch, steps, input_dim) to (batch, output_dim), or (batch, steps, output_dim) with
    `return_sequences`.

    Weights: W (input_dim, output_dim), U (output_dim, output_dim), b (output_dim,).

    Args:
        output_dim: number of units.
        init, inner_init: initializers of W and of U.
        activation: f, a function of single elements.
        W_regularizer, U_regularizer, b_regularizer: penalties on the weights.
        dropout_W, dropout_U: shares of the input's and of the states' features that are dropped
            in training, the same ones at every step (Gal and Ghahramani, "A Theoretically
            Grounded Application of Dropout in Recurrent Neural Networks", 2016).

    Further arguments: see `Recurrent`.
    """

    examples = (
        ({"output_dim": 3}, (5, 4)),
        ({"output_dim": 2, "return_sequences": True, "go_backwards": True, "bias": False}, (4, 3)),
        ({"output_dim": 17, "activation": "softsign"}, (3, 2)),
        ({"output_dim": 3, "dropout_W": 0.3, "dropout_U": 0.2}, (4, 3)),
    )

    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        inner_init: Any = "orthogonal",
        activation: Any = "tanh",
        W_regularizer: Any = None,
        U_regularizer: Any = None,
        b_regularizer: Any = None,
        dropout_W: float = 0.0,
        dropout_U: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        regularizers = (W_regularizer, U_regularizer, b_regularizer)
        dropout = (dropout_W, dropout_U)
        self.keep_arguments(output_dim, init, inner_init, activation, regularizers, dropout)

    def run_forward(self, sequence: Sequence, ctx: Context) -> None:
        """Describe the loop over time."""
        f, at = self.activation, sequence
        at.z = ctx.empty((at.steps, at.batch, at.padded) if f.needs_input else (1, 1, 1))
        packed, spare = ctx.empty((at.u.size,)), ctx.empty((at.batch, at.padded))
        ctx.run(
            kernels.simple_forward.specialize(activate=f.scalar),
            *map(flat, (at.x, at.u, at.drop, at.mask, packed, spare, at.h, at.z)),
            *at.sizes,
            int(f.needs_input),
        )

    def run_backward(
        self, sequence: Sequence, dz: Array, every: Array, dh: Array, ctx: Context
    ) -> None:
        """Describe the loop back."""
        f, at = self.activation, sequence
        packed, spare = ctx.empty((at.padded * at.padded,)), ctx.empty((2, at.batch, at.padded))
        values, first = (at.z, 0) if f.needs_input else (at.h, 1)
        ctx.run(
            kernels.simple_backward.specialize(slope=f.slope),
            *map(flat, (dz, at.u, at.drop, at.mask, packed, spare, values)),
            first,
            *map(flat, (every, dh)),
            *at.sizes,
            int(self.return_sequences),
        )
