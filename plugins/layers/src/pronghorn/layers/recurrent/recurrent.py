"""What the recurrent layers over features share."""

from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.devices.simd import host
from pronghorn.errors import ShapeError
from pronghorn.layers.geometry import positive
from pronghorn.layers.recurrent.sequence import Sequence
from pronghorn.layers.recurrent.time_loop import TimeLoop


class Recurrent(TimeLoop):
    """Base of SimpleRNN, GRU and LSTM: (batch, steps, input_dim) to (batch, output_dim).

    With `return_sequences` the output is (batch, steps, output_dim). Where a mask is 0, the
    states stay as they are and the output is repeated.

    Args:
        weights: initial arrays.
        return_sequences: whether the output of every step is wanted, or only the last one.
        go_backwards: whether the last step comes first, also in the output.
        stateful: whether each sample of a batch goes on from where the same sample of the batch
            before has ended, until `reset_states`. The batch size must be fixed.
        unroll: accepted; nothing changes, but the number of steps must be known.
        consume_less: "cpu" or "mem" keep the weights of each gate apart, "gpu" side by side, also
            in files. One dropout mask serves all gates with "gpu".
        input_dim, input_length: features and steps, for a first layer.
        b_init: initializer of the biases, but for the forget gate's.
        zero_output_for_mask: with `return_sequences`, whether the output is 0 where the mask is,
            instead of that of the step before. Keras 2 and 3 set it within `Bidirectional`.
    """

    min_ndim = max_ndim = 3

    def __init__(
        self,
        weights: Any = None,
        return_sequences: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        consume_less: str = "cpu",
        input_dim: int | None = None,
        input_length: int | None = None,
        b_init: Any = "zero",
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            weights, return_sequences, go_backwards, stateful, consume_less, b_init,
            zero_output_for_mask, **kwargs,
        )  # fmt: skip
        self.unroll = unroll
        self.input_dim = input_dim
        self.input_length = input_length

    def keep_arguments(
        self,
        output_dim: int,
        init: Any,
        inner_init: Any,
        activation: Any,
        regularizers: tuple[Any, Any, Any],
        dropout: tuple[float, float],
    ) -> None:
        """Keep what the three layers take under the same names."""
        self.output_dim = positive(output_dim, "output_dim")
        self.keep_common(init, inner_init, activation, regularizers, dropout)

    # Shapes.

    @property
    def units(self) -> int:
        """Columns of a gate's weights."""
        return self.output_dim

    @property
    def padded(self) -> int:
        """Columns of a gate inside: whole vector registers, whichever the device."""
        lanes = host().lanes(self.dtype)
        return -(-self.output_dim // lanes) * lanes

    def declared_shape(self) -> Shape | None:
        """The input's shape as the constructor was told it."""
        if self.batch_input_shape is not None or not self.input_dim:
            return self.batch_input_shape
        return (None, self.input_length, self.input_dim)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, output_dim), or (batch, steps, output_dim) with `return_sequences`."""
        if input_shape[2] != self.input_dim:
            raise ShapeError(
                f"layer {self.name!r} takes {self.input_dim} features, but the input has shape "
                f"{input_shape}"
            )
        steps = input_shape[1:2] if self.return_sequences else ()
        return (input_shape[0], *steps, self.output_dim)

    # Weights.

    def check_known(self, input_shape: Shape) -> None:
        """Raise ShapeError if something is open that must be known."""
        if input_shape[2] is None:
            raise ShapeError(f"layer {self.name!r}: the last axis of {input_shape} must be known")
        if self.unroll and input_shape[1] is None:
            raise ShapeError(
                f"layer {self.name!r} cannot be unrolled over an unknown number of steps: give "
                "input_length, or leave unroll out"
            )
        super().check_known(input_shape)
        self.input_dim = input_shape[2]

    def add_gate(self, end: str, wide: int, input_shape: Shape) -> tuple[Weight, Weight]:
        """Make W (input_dim, wide) and U (output_dim, wide)."""
        assert self.input_dim is not None
        return (
            self.add_weight(f"W{end}", (self.input_dim, wide), self.init, self.W_regularizer),
            self.add_weight(f"U{end}", (self.units, wide), self.inner_init, self.U_regularizer),
        )

    # What surrounds the loop.

    def steps_of(self, x: Array, ctx: Context) -> Sequence:
        """The arrays of a batch; products with the inputs are done."""
        return Sequence(self, x, ctx)

    def input_bias(self, sequence: Sequence, ctx: Context) -> Array:
        """What is added to the products with the inputs, (width,), from all of the biases."""
        return sequence.b

    def bias_gradient(self, sequence: Sequence, dz: Array, ctx: Context) -> Array:
        """The gradient of all gates' b."""
        db = ctx.empty((sequence.width,))
        ctx.run(core.bias_gradient, dz, db)
        return db

    def recurrent_gradient(self, sequence: Sequence, dz: Array, ctx: Context) -> Array:
        """The gradient of all gates' U, (padded, width)."""
        return sequence.state_gradient(dz, ctx)

    def get_config(self) -> dict[str, Any]:
        """The arguments; `batch_input_shape` instead of `input_dim` where states are kept."""
        config = super().get_config()
        config.update(unroll=self.unroll, consume_less=self.consume_less)
        if not (self.stateful and self.input_shape is not None):
            config.update(input_dim=self.input_dim, input_length=self.input_length)
        return config
