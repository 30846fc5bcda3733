"""What layers share that go through time steps with states: arguments, gates, states, the loop."""

from typing import Any, ClassVar

import numpy as np

from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.errors import ShapeError
from pronghorn.layers.bias import bias_config

MODES = ("cpu", "mem", "gpu")

GateWeights = tuple[Weight, Weight, Weight | None]
"""W, U, and b where there are biases."""


class TimeLoop(Layer):
    """Base of layers whose states go from each step of their input to the next.

    Where a mask is 0, the states stay as they are and the output is repeated.

    Args:
        weights: initial arrays.
        return_sequences: whether the output of every step is wanted, or only the last one.
        go_backwards: whether the last step comes first, also in the output.
        stateful: whether each sample of a batch goes on from where the same sample of the batch
            before has ended, until `reset_states`. The batch size must be fixed.
        consume_less: "cpu" or "mem" keep the weights of each gate apart, "gpu" side by side, also
            in files. One dropout mask serves all gates with "gpu".
        b_init: initializer of the biases, but for the forget gate's.
        zero_output_for_mask: with `return_sequences`, whether the output is 0 where the mask is,
            instead of that of the step before. Keras 2 and 3 set it within `Bidirectional`.
        bias: whether there are biases, as in Keras 1.
    """

    supports_masking = True
    gates: ClassVar[tuple[str, ...]] = ("",)
    """Names of the gates in the order of their weights."""
    columns: ClassVar[tuple[str, ...]] = ("",)
    """The same in the order in which they lie side by side."""

    def __init__(
        self,
        weights: Any = None,
        return_sequences: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        consume_less: str = "cpu",
        b_init: Any = "zero",
        zero_output_for_mask: bool = False,
        bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if consume_less not in MODES:
            raise ValueError(f"consume_less must be 'cpu', 'mem' or 'gpu', got {consume_less!r}")
        self.initial_weights = weights
        self.return_sequences = return_sequences
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.consume_less = consume_less
        self.b_init = Initializer.get(b_init)
        self.zero_output_for_mask = zero_output_for_mask
        self.bias = bias
        self.states: dict[str, tuple[Any, Array]] = {}

    def keep_common(
        self,
        init: Any,
        inner_init: Any,
        activation: Any,
        regularizers: tuple[Any, Any, Any],
        dropout: tuple[float, float],
    ) -> None:
        """Keep what all these layers take under the same names."""
        self.init = Initializer.get(init)
        self.inner_init = Initializer.get(inner_init)
        self.activation = elementwise(activation, "activation")
        found = [Regularizer.get(regularizer) for regularizer in regularizers]
        self.W_regularizer, self.U_regularizer, self.b_regularizer = found
        self.dropout_W = share_of(dropout[0], "dropout_W")
        self.dropout_U = share_of(dropout[1], "dropout_U")

    @property
    def units(self) -> int:
        """Columns of a gate's weights."""
        raise NotImplementedError

    @property
    def fused(self) -> bool:
        """Whether the gates' weights lie side by side."""
        return self.consume_less == "gpu" and len(self.gates) > 1

    @property
    def produces_mask(self) -> bool:
        """A mask goes on only with the whole sequence."""
        return self.masked and self.return_sequences

    # Weights.

    def build(self, input_shape: Shape) -> None:
        """Make W, U and, if there are biases, b."""
        self.check_known(input_shape)
        names = ("",) if self.fused else self.gates
        wide = self.units * len(self.gates) // len(names)
        self._gate_weights: dict[str, GateWeights] = {}
        for name in names:
            end = f"_{name}" if name else ""
            own = (self.bias_shape(wide), self.bias_init(name), self.b_regularizer)
            w, u = self.add_gate(end, wide, input_shape)
            b = self.add_weight(f"b{end}", *own) if self.bias else None
            self._gate_weights[name] = w, u, b

    def check_known(self, input_shape: Shape) -> None:
        """Raise ShapeError if something is open that must be known."""
        if self.stateful and input_shape[0] is None:
            raise ShapeError(
                f"layer {self.name!r} is stateful and must know the batch size: give the first "
                "layer a batch_input_shape with it"
            )

    def add_gate(self, end: str, wide: int, input_shape: Shape) -> tuple[Weight, Weight]:
        """Make W and U of so many columns; their names end in `end`."""
        raise NotImplementedError

    def bias_shape(self, wide: int) -> tuple[int, ...]:
        """Shape of the biases of `wide` columns."""
        return (wide,)

    def bias_init(self, gate: str) -> Initializer:
        """The initializer of a gate's bias; "" stands for all gates side by side."""
        return self.b_init

    def weight_parts(self, gate: str) -> tuple[GateWeights, int]:
        """The weights W, U, b that hold a gate, and at which of their columns it starts."""
        if self.fused:
            return self._gate_weights[""], self.columns.index(gate) * self.units
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
        steps = self.steps_of(x, ctx)
        ctx.saved.steps = steps
        self.run_forward(steps, ctx)
        steps.keep_states(ctx)
        if not self.return_sequences:
            ctx.output_mask = None
        return steps.output(ctx)

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """The loop back through time, then products with the inputs of all steps."""
        steps = ctx.saved.steps
        every, dh = steps.upstream(dy, ctx)
        dz = ctx.empty((steps.steps, steps.batch, steps.width))
        self.run_backward(steps, dz, every, dh, ctx)
        gradient: Array | None = steps.gradients(dz, ctx)
        return gradient

    def steps_of(self, x: Array, ctx: Context) -> Any:
        """The arrays of a batch, see `Steps`; products with the inputs are done."""
        raise NotImplementedError

    def run_forward(self, steps: Any, ctx: Context) -> None:
        """Describe the loop: `steps.x` to `steps.h` and what backward needs."""
        raise NotImplementedError(f"{type(self).__name__} has no loop")

    def run_backward(self, steps: Any, dz: Array, every: Array, dh: Array, ctx: Context) -> None:
        """Describe the loop back: from `every` and `dh` to `dz`."""
        raise NotImplementedError(f"{type(self).__name__} has no loop")

    def get_config(self) -> dict[str, Any]:
        """The arguments, with `batch_input_shape` where states are kept."""
        config = super().get_config()
        common = ("return_sequences", "go_backwards", "stateful")
        config.update({name: getattr(self, name) for name in common})
        if self.stateful and self.input_shape is not None:
            config["batch_input_shape"] = self.input_shape
        if self.zero_output_for_mask:
            config["zero_output_for_mask"] = True
        if not self.bias:
            config["bias"] = False
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
