"""Long short-term memory over films."""

from math import prod
from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.convolutional.convolution import sizes_of
from pronghorn.layers.convolutional_recurrent import kernels
from pronghorn.layers.convolutional_recurrent.frames import Frames, columns
from pronghorn.layers.geometry import (
    channels,
    check_places,
    chosen_border,
    chosen_ordering,
    image_shape,
    output_length,
    padding_before,
    positive,
    positives,
    spatial,
)
from pronghorn.layers.recurrent import kernels as recurrent
from pronghorn.layers.recurrent.long_short_term import LongShortTerm
from pronghorn.layers.recurrent.steps import again, flat, part

TASKS = 16
"""Shares of the rows of a step, at most as many as threads take."""
BLOCK = 256
"""Numbers of each gate that are worked on at a time, in the first-level cache."""


class ConvLSTM2D(LongShortTerm):
    """Long short-term memory whose products are convolutions (Shi et al. 2015).

        i, f, o = s(x * W + b + h' * U), each with weights of its own
        c = f c' + i a(x * W_c + b_c + h' * U_c)
        h = o a(c)

    with * a convolution, a = activation, s = inner_activation, h' and c' of the step before. The
    convolutions with U move by one and pad with zeros, so that states keep their rows and columns.
    (batch, steps, rows, columns, channels) to (batch, rows', columns', nb_filter) for "tf"; for
    "th" channels come before rows. With `return_sequences` the steps come second.

    Where a mask (batch, steps) is 0, the states stay as they are and the output is repeated.

    Weights of the gates i, c, f, o in this order: W (nb_row, nb_col, channels, nb_filter), U
    (nb_row, nb_col, nb_filter, nb_filter) for "tf", (nb_filter, channels, nb_row, nb_col) and
    likewise for "th"; b (nb_filter,). With `consume_less="gpu"` W (nb_row, nb_col, channels, 4 *
    nb_filter), U likewise, and b, with filters i, f, c, o, in both orderings.

    X. Shi et al., "Convolutional LSTM Network: A Machine Learning Approach for Precipitation
    Nowcasting", 2015, without its weights from the cells to the gates.

    Args:
        nb_filter: number of filters, the channels of states and output.
        nb_row, nb_col: rows and columns of a filter; a pair, or a single number for both, may be
            given in the place of `nb_row`.
        init, inner_init: initializers of W and of U.
        forget_bias_init: initializer of the bias of f.
        activation, inner_activation: functions of single elements.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        border_mode: "valid" or "same" (TensorFlow's), of the convolutions with W.
        subsample: rows and columns between places of W.
        W_regularizer, U_regularizer, b_regularizer: penalties on the weights of every gate.
        dropout_W, dropout_U: shares of the numbers of a frame and of a state that are dropped in
            training, the same ones at every step, for each gate its own.
        weights: initial arrays.
        return_sequences: whether the output of every step is wanted, or only the last one.
        go_backwards: whether the last step comes first, also in the output.
        stateful: whether each sample of a batch goes on from where the same sample of the batch
            before has ended, until `reset_states`. The batch size must be fixed.
        consume_less: "cpu" or "mem" keep the weights of each gate apart, "gpu" side by side, as
            Keras 2 and 3 do, also in files. One dropout mask serves all gates with "gpu".
        b_init: initializer of the biases, but for the forget gate's.
        zero_output_for_mask: with `return_sequences`, whether the output is 0 where the mask is,
            instead of that of the step before.
    """

    examples = (
        ({"nb_filter": 2, "nb_row": 3, "nb_col": 2, "dim_ordering": "tf"}, (3, 4, 3, 2)),
        (
            {
                "nb_filter": 3,
                "nb_row": 2,
                "nb_col": 3,
                "dim_ordering": "th",
                "border_mode": "same",
                "subsample": [2, 1],
                "return_sequences": True,
                "go_backwards": True,
            },
            (3, 2, 4, 3),
        ),
        (
            {
                "nb_filter": 2,
                "nb_row": 2,
                "nb_col": 2,
                "activation": "softsign",
                "inner_activation": "sigmoid",
                "consume_less": "gpu",
                "dropout_W": 0.3,
                "dropout_U": 0.2,
            },
            (2, 3, 3, 1),
        ),
        ({"nb_filter": 2, "nb_row": 2, "nb_col": 2, "dropout_U": 0.2}, (3, 3, 3, 2)),
        ({"nb_filter": 2, "nb_row": 1, "nb_col": 1, "dropout_W": 0.3}, (1, 2, 2, 2)),
    )
    min_ndim = max_ndim = 5

    def __init__(
        self,
        nb_filter: int,
        nb_row: Any,
        nb_col: int | None = None,
        init: Any = "glorot_uniform",
        inner_init: Any = "orthogonal",
        forget_bias_init: Any = "one",
        activation: Any = "tanh",
        inner_activation: Any = "hard_sigmoid",
        dim_ordering: str = "default",
        border_mode: str = "valid",
        subsample: Any = (1, 1),
        W_regularizer: Any = None,
        U_regularizer: Any = None,
        b_regularizer: Any = None,
        dropout_W: float = 0.0,
        dropout_U: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.nb_filter = positive(nb_filter, "nb_filter")
        self.nb_row, self.nb_col = sizes_of((nb_row, nb_col), ("nb_row", "nb_col"))
        regularizers = (W_regularizer, U_regularizer, b_regularizer)
        self.keep_common(init, inner_init, activation, regularizers, (dropout_W, dropout_U))
        self.keep_gates(forget_bias_init, inner_activation)
        self.dim_ordering = chosen_ordering(dim_ordering)
        self.border_mode = chosen_border(border_mode, ("valid", "same"))
        self.subsample = positives(subsample, "subsample", 2)

    # Shapes.

    @property
    def units(self) -> int:
        """Filters of a gate."""
        return self.nb_filter

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns of a filter."""
        return self.nb_row, self.nb_col

    @property
    def kernel_ordering(self) -> str:
        """Where kernels have their channels: side by side, always last."""
        return "tf" if self.fused else self.dim_ordering

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, rows', columns', nb_filter), the steps second with `return_sequences`."""
        batch, steps, *frame = input_shape
        if channels((None, *frame), self.dim_ordering) != self.channels:
            raise ShapeError(
                f"layer {self.name!r} has kernels for {self.channels} channels, but the input has "
                f"shape {input_shape}"
            )
        lengths = self.output_lengths(spatial((None, *frame), self.dim_ordering))
        check_places(self, input_shape, lengths)
        state = image_shape(batch, lengths, self.nb_filter, self.dim_ordering)
        return (batch, steps, *state[1:]) if self.return_sequences else state

    def output_lengths(self, lengths: Any) -> list[Any]:
        """Rows and columns of a state, from those of a frame."""
        return [
            output_length(n, k, self.border_mode, s)
            for n, k, s in zip(lengths, self.window, self.subsample, strict=True)
        ]

    def way(self, lengths: Any) -> tuple[int, ...]:
        """Steps, margins and gaps of the convolutions with W, over frames of these lengths."""
        before = [
            padding_before(n, k, self.border_mode, s)
            for n, k, s in zip(lengths, self.window, self.subsample, strict=True)
        ]
        return (*self.subsample, *before, 1, 1)

    @property
    def inner_way(self) -> tuple[int, ...]:
        """Steps, margins and gaps of the convolutions with U."""
        return (1, 1, (self.nb_row - 1) // 2, (self.nb_col - 1) // 2, 1, 1)

    # Weights.

    def check_known(self, input_shape: Shape) -> None:
        """Raise ShapeError if something is open that must be known."""
        super().check_known(input_shape)
        number = channels((None, *input_shape[2:]), self.dim_ordering)
        if number is None:
            raise ShapeError(f"layer {self.name!r}: the channels of {input_shape} must be known")
        self.channels = number

    def add_gate(self, end: str, wide: int, input_shape: Shape) -> tuple[Weight, Weight]:
        """Make W and U with so many filters, their channels where `kernel_ordering` says."""
        return (
            self._add_kernel(f"W{end}", (self.channels, wide), self.init, self.W_regularizer),
            self._add_kernel(f"U{end}", (self.units, wide), self.inner_init, self.U_regularizer),
        )

    def _add_kernel(self, suffix: str, ends: tuple[int, int], init: Any, penalty: Any) -> Weight:
        ordering = self.kernel_ordering
        first = ordering == "th"
        shape = (*reversed(ends), *self.window) if first else (*self.window, *ends)
        made = self.add_weight(suffix, shape, init, penalty, dim_ordering=ordering)
        made.spatial_axes = (2, 3) if first else (0, 1)
        return made

    def window_first(self, weight: Weight, ctx: Context) -> Array:
        """A kernel (nb_row, nb_col, channels, filters)."""
        if self.kernel_ordering == "tf":
            return weight.array
        return ctx.permuted(weight.array, (2, 3, 1, 0))

    def put_kernel(self, found: Array, column: int, weight: Weight, own: int, ctx: Context) -> None:
        """Write the gradient of a gate's kernel, the filters of `found` from `column` on.

        They are those of the weight from `own` on.
        """
        to = ctx.gradient(weight)
        if to is None:
            return
        lying = to
        if self.kernel_ordering == "th":
            lying = ctx.empty((*found.shape[:-1], self.nb_filter))
        given, taken = columns(found), columns(lying)
        ctx.run(recurrent.part_gate, given, column, taken, own, self.nb_filter)
        if lying is not to:
            ctx.permuted(lying, (3, 2, 0, 1), to)

    # The loop.

    def forward(self, x: Array, ctx: Context) -> Array:
        """Convolve the frames of all steps, then go through the steps."""
        if ctx.mask is not None and ctx.mask.ndim != 2:
            raise ShapeError(
                f"layer {self.name!r} takes a mask of (batch, steps), but the layer before it "
                f"masks places of frames: {ctx.mask.shape}; mask steps before they are frames"
            )
        y = super().forward(self._channels_last(x, ctx), ctx)
        return self._ordered(y, (*ctx.saved.steps.space, self.nb_filter), ctx)

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """Go back through the steps, then convolve all gradients at once."""
        steps: Frames = ctx.saved.steps
        lying = self._channels_last(dy, ctx)
        lead = lying.shape[: 1 + self.return_sequences]
        dx = super().backward(lying.reshape((*lead, steps.units)), ctx)
        return None if dx is None else self._ordered(dx, steps.frame, ctx)

    def _channels_last(self, x: Array, ctx: Context) -> Array:
        """Frames with their channels last."""
        *lead, a, b, c = x.shape
        last = ctx.channels_last(x.reshape((prod(lead), a, b, c)), self.dim_ordering)
        return last.reshape((*lead, *last.shape[1:]))

    def _ordered(self, y: Array, frame: tuple[int, ...], ctx: Context) -> Array:
        """Flat frames of this shape, channels last, as the layer gives them."""
        lead = y.shape[:-1]
        own = ctx.ordered(y.reshape((prod(lead), *frame)), self.dim_ordering)
        return own.reshape((*lead, *own.shape[1:]))

    def steps_of(self, x: Array, ctx: Context) -> Frames:
        """The arrays of a batch; the frames of all steps are convolved."""
        return Frames(self, x, ctx)

    def run_forward(self, steps: Frames, ctx: Context) -> None:
        """Describe the loop over time."""
        f, s, at = self.activation, self.inner_activation, steps
        kernel = kernels.gates_forward.specialize(inner=s.scalar, activate=f.scalar)
        last, size = (at.steps if at.kept else 1), at.batch * at.padded
        at.c = ctx.empty((last + 1, at.batch, at.padded))
        at.start("c", at.c, ctx)
        at.z = ctx.empty((last if at.kept else 1, 4 * size if at.kept else 1))
        spare = ctx.empty((TASKS, 4, max(BLOCK, self.nb_filter)))
        for step in range(at.steps):
            joined = int(step >= at.first)
            if joined:
                at.convolve_states(step, ctx)
            now, after = (step, step + 1) if at.kept else (step % 2, (step + 1) % 2)
            before, c = (flat(part(at.c, n, n + 1)) for n in (now, after))
            h_before, h = (flat(part(at.h, n, n + 1)) for n in (step, step + 1))
            z = flat(part(at.z, now, now + 1) if at.kept else at.z)
            ctx.run(
                kernel,
                *(flat(at.x), flat(at.r), flat(at.mask), spare, before, c, h_before, h, z),
                *(step, at.filters, at.places, at.apart, at.masked, joined),
                *(int(not s.needs_input), int(not f.needs_input), at.kept),
            )

    def run_backward(self, steps: Frames, dz: Array, every: Array, dh: Array, ctx: Context) -> None:
        """Describe the loop back."""
        f, s, at = self.activation, self.inner_activation, steps
        kernel = kernels.gates_backward.specialize(
            inner=again(s), inner_slope=s.slope, again=again(f), activate=f.scalar, slope=f.slope
        )
        back = ctx.empty((len(at.groups), at.batch * at.padded))
        dc = ctx.empty((at.batch * at.padded,))
        ctx.run(core.fill, dc, 0.0)
        spare = ctx.empty((TASKS, 8, max(BLOCK, self.nb_filter)))
        for step in reversed(range(at.steps)):
            joined = int(step + 1 < at.steps)
            before, c = (flat(part(at.c, n, n + 1)) for n in (step, step + 1))
            dy = part(every, step, step + 1) if self.return_sequences else every
            z = part(at.z, step, step + 1)
            arrays = (dz, back, at.drop, at.mask)
            ctx.run(
                kernel,
                *map(flat, arrays),
                *(spare, flat(z), before, c, flat(dy), flat(dh), dc),
                *(step, at.filters, at.places, at.apart, at.masked, joined),
                *(at.dropped, int(self.return_sequences), int(not f.needs_input)),
            )
            if step > 0:
                at.convolve_back(dz, back, step, ctx)

    def get_config(self) -> dict[str, Any]:
        """The arguments; `consume_less` only where it says something, as Keras 1 lacks it."""
        config = super().get_config()
        if self.fused:
            config["consume_less"] = self.consume_less
        return config
