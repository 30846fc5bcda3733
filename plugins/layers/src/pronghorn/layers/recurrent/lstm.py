"""Long short-term memory."""

from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.devices.meeting import WORDS
from pronghorn.layers.recurrent import kernels
from pronghorn.layers.recurrent.long_short_term import LongShortTerm
from pronghorn.layers.recurrent.recurrent import Recurrent
from pronghorn.layers.recurrent.sequence import Sequence
from pronghorn.layers.recurrent.steps import again, flat


class LSTM(LongShortTerm, Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates of Gers 2000).

        i, f, o = s(x W + b + h' U), each with weights of its own
        c = f c' + i a(x W_c + b_c + h' U_c)
        h = o a(c)

    with a = activation, s = inner_activation, h' and c' of the step before. (batch, steps,
    input_dim) to (batch, output_dim), or (batch, steps, output_dim) with `return_sequences`.

    Weights: W (input_dim, output_dim), U (output_dim, output_dim), b (output_dim,) of the gates
    i, c, f, o in this order; with `consume_less="gpu"` W, U, b with columns i, f, c, o.

    Args:
        output_dim: number of units.
        init, inner_init: initializers of W and of U.
        forget_bias_init: initializer of the bias of f.
        activation, inner_activation: functions of single elements.
        W_regularizer, U_regularizer, b_regularizer: penalties on the weights of every gate.
        dropout_W, dropout_U: shares of the input's and of the states' features that are dropped
            in training, the same ones at every step, for each gate its own (Gal and Ghahramani,
            "A Theoretically Grounded Application of Dropout in Recurrent Neural Networks", 2016).

    Further arguments: see `Recurrent`.
    """

    examples = (
        ({"output_dim": 3}, (5, 4)),
        ({"output_dim": 2, "return_sequences": True, "go_backwards": True}, (4, 3)),
        ({"output_dim": 17, "activation": "softsign", "inner_activation": "sigmoid"}, (3, 2)),
        ({"output_dim": 4, "consume_less": "gpu", "dropout_W": 0.3, "bias": False}, (4, 3)),
        ({"output_dim": 3, "dropout_W": 0.3, "dropout_U": 0.2}, (4, 3)),
    )

    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        inner_init: Any = "orthogonal",
        forget_bias_init: Any = "one",
        activation: Any = "tanh",
        inner_activation: Any = "hard_sigmoid",
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
        self.keep_gates(forget_bias_init, inner_activation)

    def run_forward(self, sequence: Sequence, ctx: Context) -> None:
        """Describe the loop over time."""
        f, s, at = self.activation, self.inner_activation, sequence
        kept = at.kept
        shape = (at.batch, at.padded)
        at.c = ctx.empty((at.steps + 1 if kept else 2, *shape))
        at.start("c", at.c, ctx)
        at.z = ctx.empty((at.steps if kept else 1, 4, *shape))
        packed, spare = ctx.empty((at.u.size,)), ctx.empty((5, *shape))
        ctx.run(
            kernels.lstm_forward.specialize(inner=s.scalar, activate=f.scalar),
            *map(flat, (at.x, at.u, at.drop, at.mask, packed, spare)),
            ctx.empty((WORDS,), np.int64),
            *map(flat, (at.h, at.c, at.z)),
            *at.sizes,
            at.pool(ctx),
            int(not s.needs_input),
            int(not f.needs_input),
            kept,
        )

    def run_backward(
        self, sequence: Sequence, dz: Array, every: Array, dh: Array, ctx: Context
    ) -> None:
        """Describe the loop back."""
        f, s, at = self.activation, self.inner_activation, sequence
        shape = (at.batch, at.padded)
        packed, spare = ctx.empty((4 * at.padded**2,)), ctx.empty((11, *shape))
        dc = ctx.empty(shape)
        kernel = kernels.lstm_backward.specialize(
            inner=again(s), inner_slope=s.slope, again=again(f), activate=f.scalar, slope=f.slope
        )
        ctx.run(
            kernel,
            *map(flat, (dz, at.u, at.drop, at.mask, packed, spare, at.c, at.z, every, dh, dc)),
            *at.sizes,
            int(self.return_sequences),
            int(not f.needs_input),
        )
