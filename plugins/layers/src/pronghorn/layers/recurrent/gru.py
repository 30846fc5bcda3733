"""Gated recurrent unit."""

from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.devices import kernels as core
from pronghorn.layers.recurrent import kernels
from pronghorn.layers.recurrent.recurrent import Recurrent
from pronghorn.layers.recurrent.sequence import Sequence
from pronghorn.layers.recurrent.steps import again, flat, part
from pronghorn.layers.recurrent.time_loop import elementwise


class GRU(Recurrent):
    """Gated recurrent unit (Cho et al., "Learning Phrase Representations...", 2014).

        z, r = s(x W + b + h' U), each with weights of its own
        h = z h' + (1 - z) a(x W_h + b_h + (r h') U_h)

    with a = activation, s = inner_activation, h' of the step before. (batch, steps, input_dim) to
    (batch, output_dim), or (batch, steps, output_dim) with `return_sequences`. With `reset_after`,
    as in Keras 2 and 3 and in cuDNN,

        h = z h' + (1 - z) a(x W_h + b_h + r (h' U_h + c_h))

    Weights: W (input_dim, output_dim), U (output_dim, output_dim), b (output_dim,) of z, r and h
    in this order; with `consume_less="gpu"` W, U, b with columns z, r, h. With `reset_after` b has
    two rows, of the input's and of the states' products: (2, output_dim), c being h's second one.

    Args:
        output_dim: number of units.
        init, inner_init: initializers of W and of U.
        activation, inner_activation: functions of single elements.
        W_regularizer, U_regularizer, b_regularizer: penalties on the weights of every gate.
        dropout_W, dropout_U: shares of the input's and of the states' features that are dropped
            in training, the same ones at every step, for each gate its own (Gal and Ghahramani,
            "A Theoretically Grounded Application of Dropout in Recurrent Neural Networks", 2016).
        reset_after: whether r multiplies the product with U_h, or before it the state.

    Further arguments: see `Recurrent`.
    """

    examples = (
        ({"output_dim": 3}, (5, 4)),
        ({"output_dim": 2, "return_sequences": True, "go_backwards": True}, (4, 3)),
        ({"output_dim": 17, "activation": "softsign", "inner_activation": "sigmoid"}, (3, 2)),
        ({"output_dim": 4, "consume_less": "gpu", "dropout_W": 0.3, "dropout_U": 0.2}, (4, 3)),
        ({"output_dim": 3, "dropout_W": 0.3, "dropout_U": 0.2}, (4, 3)),
        ({"output_dim": 3, "reset_after": True, "dropout_W": 0.3, "bias": False}, (4, 3)),
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
        reset_after: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        regularizers = (W_regularizer, U_regularizer, b_regularizer)
        dropout = (dropout_W, dropout_U)
        self.keep_arguments(output_dim, init, inner_init, activation, regularizers, dropout)
        self.inner_activation = elementwise(inner_activation, "inner_activation")
        self.reset_after = reset_after

    def bias_shape(self, wide: int) -> tuple[int, ...]:
        """Shape of the biases of `wide` columns: two rows with `reset_after`."""
        return (2, wide) if self.reset_after else (wide,)

    def input_bias(self, sequence: Sequence, ctx: Context) -> Array:
        """The biases of all products but the candidate's recurrent one."""
        if not self.reset_after:
            return sequence.b
        own, recurrent = (part(sequence.b, n, n + 1).reshape((sequence.width,)) for n in (0, 1))
        gates = 2 * sequence.padded
        ctx.run(core.add, part(recurrent, 0, gates), part(own, 0, gates))
        sequence.inner_bias = part(recurrent, gates, sequence.width)
        return own

    def run_forward(self, sequence: Sequence, ctx: Context) -> None:
        """Describe the loop over time."""
        f, s, at = self.activation, self.inner_activation, sequence
        kept = at.kept
        shape = (at.batch, at.padded)
        steps = at.steps if kept else 1
        at.reset = ctx.empty((steps, *shape))
        at.z = ctx.empty((steps, 3, *shape))
        packed, spare = ctx.empty((at.u.size,)), ctx.empty((4, *shape))
        kernel = kernels.reset_after_forward if self.reset_after else kernels.gru_forward
        bias = [at.inner_bias] if self.reset_after else []
        ctx.run(
            kernel.specialize(inner=s.scalar, activate=f.scalar),
            *map(flat, (at.x, at.u, *bias, at.drop, at.mask, packed, spare)),
            *map(flat, (at.h, at.reset, at.z)),
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
        kernel, gradients, states = kernels.gru_backward, [dz], [at.h]
        if self.reset_after:
            at.recurrent_dz = ctx.empty(dz.shape)
            kernel, gradients = kernels.reset_after_backward, [dz, at.recurrent_dz]
            states = [at.h, at.reset]
        ctx.run(
            kernel.specialize(inner=again(s), inner_slope=s.slope, again=again(f), slope=f.slope),
            *map(flat, (*gradients, at.u, at.drop, at.mask, packed, spare)),
            *map(flat, (*states, at.z, every, dh)),
            *at.sizes,
            int(self.return_sequences),
        )

    def bias_gradient(self, sequence: Sequence, dz: Array, ctx: Context) -> Array:
        """The gradient of all gates' b, in two rows with `reset_after`."""
        if not self.reset_after:
            return super().bias_gradient(sequence, dz, ctx)
        db = ctx.empty((2, sequence.width))
        recurrent = sequence.recurrent_dz.reshape(dz.shape)
        for row, gradient in enumerate((dz, recurrent)):
            to = part(db, row, row + 1).reshape((sequence.width,))
            ctx.run(core.bias_gradient, gradient, to)
        return db

    def recurrent_gradient(self, sequence: Sequence, dz: Array, ctx: Context) -> Array:
        """The gradient of all gates' U; the candidate's is by the states after their reset."""
        at = sequence
        if self.reset_after:
            return at.state_gradient(at.recurrent_dz.reshape(dz.shape), ctx)
        du = at.state_gradient(dz, ctx)
        start, rows = 2 * at.padded, dz.shape[0]
        candidate, own = ctx.empty((rows, at.padded)), ctx.empty((at.padded, at.padded))
        ctx.run(kernels.gate_columns, dz, start, candidate)
        ctx.run(core.product_tn, at.reset.reshape((rows, at.padded)), candidate, own)
        ctx.run(kernels.join_gate, own, 0, at.padded, du, start, at.padded)
        return du

    def get_config(self) -> dict[str, Any]:
        """The arguments; `reset_after` only where it is set, as Keras 1 lacks it."""
        config = super().get_config()
        if not self.reset_after:
            del config["reset_after"]
        return config
