"""What recurrent layers share: arguments, weights, states, and what surrounds the time loop."""

from typing import Any, ClassVar

import numpy as np

from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.devices.simd import host
from pronghorn.errors import ShapeError
from pronghorn.layers.bias import bias_config
from pronghorn.layers.geometry import positive
from pronghorn.layers.recurrent.sequence import Sequence

MODES = ("cpu", "mem", "gpu")


class Recurrent(Layer):
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
    supports_masking = True
    gates: ClassVar[tuple[str, ...]] = ("",)
    """Names of the gates in the order of their weights."""
    columns: ClassVar[tuple[str, ...]] = ("",)
    """The same in the order in which they lie side by side."""
    state_names: ClassVar[tuple[str, ...]] = ("h",)

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
        super().__init__(**kwargs)
        if consume_less not in MODES:
            raise ValueError(f"consume_less must be 'cpu', 'mem' or 'gpu', got {consume_less!r}")
        self.initial_weights = weights
        self.return_sequences = return_sequences
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.consume_less = consume_less
        self.input_dim = input_dim
        self.input_length = input_length
        self.b_init = Initializer.get(b_init)
        self.zero_output_for_mask = zero_output_for_mask
        self.states: dict[str, tuple[Any, Array]] = {}

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
        self.init = Initializer.get(init)
        self.inner_init = Initializer.get(inner_init)
        self.activation = elementwise(activation, "activation")
        found = [Regularizer.get(regularizer) for regularizer in regularizers]
        self.W_regularizer, self.U_regularizer, self.b_regularizer = found
        self.dropout_W = share_of(dropout[0], "dropout_W")
        self.dropout_U = share_of(dropout[1], "dropout_U")

    # Shapes.

    @property
    def padded(self) -> int:
        """Columns of a gate inside: whole vector registers, whichever the device."""
        lanes = host().lanes(self.dtype)
        return -(-self.output_dim // lanes) * lanes

    @property
    def fused(self) -> bool:
        """Whether the gates' weights lie side by side."""
        return self.consume_less == "gpu" and len(self.gates) > 1

    @property
    def produces_mask(self) -> bool:
        """A mask goes on only with the whole sequence."""
        return self.masked and self.return_sequences

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

    def build(self, input_shape: Shape) -> None:
        """Make W, U and b."""
        self._check_known(input_shape)
        features, units = input_shape[2], self.output_dim
        assert features is not None
        self.input_dim = features
        names = ("",) if self.fused else self.gates
        wide = units * len(self.gates) // len(names)
        self._gate_weights: dict[str, tuple[Weight, Weight, Weight]] = {}
        for name in names:
            end = f"_{name}" if name else ""
            self._gate_weights[name] = (
                self.add_weight(f"W{end}", (features, wide), self.init, self.W_regularizer),
                self.add_weight(f"U{end}", (units, wide), self.inner_init, self.U_regularizer),
                self.add_weight(
                    f"b{end}", self.bias_shape(wide), self.bias_init(name), self.b_regularizer
                ),
            )

    def _check_known(self, input_shape: Shape) -> None:
        if input_shape[2] is None:
            raise ShapeError(f"layer {self.name!r}: the last axis of {input_shape} must be known")
        if self.unroll and input_shape[1] is None:
            raise ShapeError(
                f"layer {self.name!r} cannot be unrolled over an unknown number of steps: give "
                "input_length, or leave unroll out"
            )
        if self.stateful and input_shape[0] is None:
            raise ShapeError(
                f"layer {self.name!r} is stateful and must know the batch size: give the first "
                "layer a batch_input_shape with it"
            )

    def bias_shape(self, wide: int) -> tuple[int, ...]:
        """Shape of the biases of `wide` columns."""
        return (wide,)

    def bias_init(self, gate: str) -> Initializer:
        """The initializer of a gate's bias; "" stands for all gates side by side."""
        return self.b_init

    def weight_parts(self, gate: str) -> tuple[tuple[Weight, Weight, Weight], int]:
        """The weights W, U, b that hold a gate, and at which of their columns it starts."""
        if self.fused:
            return self._gate_weights[""], self.columns.index(gate) * self.output_dim
        return self._gate_weights[gate], 0

    # States.

    def state(self, ctx: Context, name: str, shape: tuple[int, ...]) -> Array:
        """A device array that outlives plans, zero at first."""
        found = self.states.get(name)
        if found is None or found[0] is not ctx.device or tuple(found[1].shape) != shape:
            self.states[name] = found = (ctx.device, ctx.device.zeros(shape, ctx.dtype))
        return found[1]

    def reset_states(self) -> None:
        """Let the next batch start from zeros."""
        if not self.stateful:
            raise ValueError(f"layer {self.name!r} is not stateful: it has no states to reset")
        for device, array in self.states.values():
            device.copy_in(np.zeros(array.shape, array.dtype), array)

    # What surrounds the loop.

    def forward(self, x: Array, ctx: Context) -> Array:
        """Products with the inputs of all steps, then the loop over time."""
        sequence = Sequence(self, x, ctx)
        ctx.saved.sequence = sequence
        self.run_forward(sequence, ctx)
        sequence.keep_states(ctx)
        if not self.return_sequences:
            ctx.output_mask = None
        return sequence.output(ctx)

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """The loop back through time, then products with the inputs of all steps."""
        sequence: Sequence = ctx.saved.sequence
        every, dh = sequence.upstream(dy, ctx)
        dz = ctx.empty((sequence.steps, sequence.batch, sequence.width))
        self.run_backward(sequence, dz, every, dh, ctx)
        return sequence.gradients(dz, ctx)

    def input_bias(self, sequence: Sequence, ctx: Context) -> Array:
        """What is added to the products with the inputs, (width,), from all of the biases."""
        return sequence.b

    def run_forward(self, sequence: Sequence, ctx: Context) -> None:
        """Describe the loop: `sequence.x` to `sequence.h` and what backward needs."""
        raise NotImplementedError(f"{type(self).__name__} has no loop")

    def run_backward(
        self, sequence: Sequence, dz: Array, every: Array, dh: Array, ctx: Context
    ) -> None:
        """Describe the loop back: from `every` and `dh` to `dz`."""
        raise NotImplementedError(f"{type(self).__name__} has no loop")

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
        common = ("return_sequences", "go_backwards", "stateful", "unroll", "consume_less")
        config.update({name: getattr(self, name) for name in common})
        if self.stateful and self.input_shape is not None:
            config["batch_input_shape"] = self.input_shape
        else:
            config.update(input_dim=self.input_dim, input_length=self.input_length)
        if self.zero_output_for_mask:
            config["zero_output_for_mask"] = True
        return {**config, **bias_config(self.b_init)}


def elementwise(identifier: Any, name: str) -> Activation:
    """The activation, if kernels may apply it to single elements."""
    found = Activation.get(identifier)
    if not found.fuses:
        raise ValueError(
            f"{name} must be a function of single elements, which {found.name!r} is not"
        )
    return found


def share_of(value: float, name: str) -> float:
    """A dropout rate."""
    if not 0.0 <= value < 1.0:
        raise ValueError(f"{name} must be at least 0 and below 1, got {value!r}")
    return value
