"""Gated recurrent unit."""

from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.devices import kernels as core
from pronghorn.layers.recurrent import kernels
from pronghorn.layers.recurrent.recurrent import Recurrent, elementwise
from pronghorn.layers.recurrent.sequence import Sequence, again, flat


class GRU(Recurrent):
    """Gated recurrent unit (Cho et al., "Learning Phrase Representations...", 2014).

        z, r = s(x W + b + h' U), each with weights of its own
        h = z h' + (1 - z) a(x W_h + b_h + (r h') U_h)

    with a = activation, s = inner_activation, h' of the step before. (batch, steps, input_dim) to
    (batch, output_dim), or (batch, steps, output_dim) with `return_sequences`.

    Weights: W (input_dim, output_dim), U (output_dim, output_dim), b (output_dim,) of z, r and h
    in this order; with `consume_less="gpu"` W, U, b with columns z, r, h.

    Args:
        output_dim: number of units.
        init, inner_init: initializers of W and of U.
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
        ({"output_dim": 4, "consume_less": "gpu", "dropout_W": 0.3, "dropout_U": 0.2}, (4, 3)),
        ({"output_dim": 3, "dropout_W": 0.3, "dropout_U": 0.2}, (4, 3)),
    )
    gates = ("z", "r", "h")
    columns = ("z", "r", "h")

    def __init__(
        self,
        output_dim: int,
        init: Any = "glorot_uniform",
        inner_init: Any = "orthogonal",
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
        self.inner_activation = elementwise(inner_activation, "inner_activation")

    def run_forward(self, sequence: Sequence, ctx: Context) -> None:
        """Describe the loop over time."""
        f, s, at = self.activation, self.inner_activation, sequence
        kept = at.kept
        shape = (at.batch, at.padded)
        steps = at.steps if kept else 1
        at.reset = ctx.empty((steps, *shape))
        at.z = ctx.empty((steps, 3, *shape))
        packed, spare = ctx.empty((at.u.size,)), ctx.empty((4, *shape))
        ctx.run(
            kernels.gru_forward.specialize(inner=s.scalar, activate=f.scalar),
            *map(flat, (at.x, at.u, at.drop, at.mask, packed, spare, at.h, at.reset, at.z)),
            *at.sizes,
            int(not s.needs_input),
            int(not f.needs_input),
            kept,
        )

    def run_backward(
        self, sequence: Sequence, dz: Array, every: Array, dh: Array, ctx: Context
    ) -> None:
        """Describe the loop back."""
        f, s, at = self.activation, self.inner_activation, sequence
        packed, spare = ctx.empty((3 * at.padded**2,)), ctx.empty((9, at.batch, at.padded))
        kernel = kernels.gru_backward.specialize(
            inner=again(s), inner_slope=s.slope, again=again(f), slope=f.slope
        )
        ctx.run(
            kernel,
            *map(flat, (dz, at.u, at.drop, at.mask, packed, spare, at.h, at.z, every, dh)),
            *at.sizes,
            int(self.return_sequences),
        )

    def recurrent_gradient(self, sequence: Sequence, dz: Array, ctx: Context) -> Array:
        """The gradient of all gates' U; the candidate's is by the states after the reset."""
        at = sequence
        du = at.state_gradient(dz, ctx)
        start, rows = 2 * at.padded, dz.shape[0]
        candidate, own = ctx.empty((rows, at.padded)), ctx.empty((at.padded, at.padded))
        ctx.run(kernels.gate_columns, dz, start, candidate)
        ctx.run(core.product_tn, at.reset.reshape((rows, at.padded)), candidate, own)
        ctx.run(kernels.join_gate, own, 0, at.padded, du, start, at.padded)
        return du
