"""Convolutions turned round: what a convolution does with gradients, as a layer."""

from collections.abc import Sequence
from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.components.component import to_plain
from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.errors import ShapeError
from pronghorn.layers.convolutional.convolution import sizes_of
from pronghorn.layers.convolutional.sliding import Sliding, Window
from pronghorn.layers.geometry import output_length, positives, spatial
from pronghorn.layers.spatial import Images, Sequences, Volumes


class Transposed(Sliding):
    """y = f(W's windows, each times a cell of x, added up + b).

    A convolution of y with W, with channels and filters exchanged, would have the shape of x; this
    layer computes what that convolution's input gradient does.
    """

    border_modes = ("valid", "same")

    def slid_over(self, x: Array, y: Array) -> tuple[int, ...]:
        """The output."""
        return super().slid_over(y, x)

    def kernel_axes(self) -> tuple[int, ...]:
        """The axes of W in the order window, filters, channels."""
        *window, channels, filters = super().kernel_axes()
        return (*window, filters, channels)

    def convolve(self, x: Array, w: Array, y: Array, ctx: Context, activation: Activation) -> None:
        """Describe y = f(x spread out by w + b)."""
        name, bias = ("_transposed_bias", [self.b]) if self.bias else ("_transposed", [])
        kernel = self.kernel(name).specialize(activate=activation.scalar)
        ctx.run(kernel, x, w, *bias, y, *ctx.saved.way)

    def weight_gradient(self, dz: Array, dw: Array, ctx: Context) -> None:
        """Describe the gradient of the kernel."""
        ctx.run(self.kernel("_weight_gradient"), dz, ctx.saved.x, dw, *ctx.saved.way)

    def input_gradient(self, dz: Array, dx: Array, ctx: Context) -> None:
        """Describe the gradient of the input, a convolution."""
        kernel = self.kernel("").specialize(activate=Activation.get("linear").scalar)
        ctx.run(kernel, dz, ctx.saved.w, dx, *ctx.saved.way)


class Deconvolution2D(Transposed, Images):
    """A convolution turned round: each cell of an image becomes a window.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th". The output
    is `f(z + b)`, where each x[i, j] adds x[i, j] W[a, b] to z[i * subsample - top + a, j *
    subsample - left + b], top and left being the padding that `border_mode` asks of the output.
    Weights: W (nb_row, nb_col, channels, nb_filter) for "tf", (nb_filter, channels, nb_row, nb_col)
    for "th"; b (nb_filter,), zeros at first. Zeiler et al., "Deconvolutional Networks" (2010).

    Args:
        nb_filter: number of filters.
        nb_row, nb_col: rows and columns of a filter; a pair, or a single number for both, may be
            given in the place of `nb_row`.
        output_shape: the whole shape of the output, with the batch axis. An input of n rows may
            give any of `subsample` numbers of rows; None is the least, n * subsample for "same".
        init: initializer of W.
        activation: f; None is linear.
        weights: initial arrays [W, b].
        border_mode: "valid" or "same".
        subsample: rows and columns between windows.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
    """

    examples = (
        ({"nb_filter": 3, "nb_row": 3, "nb_col": 2, "dim_ordering": "tf"}, (3, 4, 2)),
        (
            {
                "nb_filter": 2,
                "nb_row": 3,
                "nb_col": 3,
                "output_shape": [None, 2, 7, 8],
                "subsample": [2, 2],
                "border_mode": "same",
                "dim_ordering": "th",
            },
            (3, 4, 4),
        ),
        (
            {
                "nb_filter": 2,
                "nb_row": 2,
                "nb_col": 2,
                "output_shape": [None, 6, 7, 2],
                "subsample": [2, 3],
                "activation": "gelu",
                "bias": False,
            },
            (3, 2, 3),
        ),
    )

    def __init__(
        self,
        nb_filter: int,
        nb_row: Any,
        nb_col: int | None = None,
        output_shape: Sequence[int | None] | None = None,
        init: Any = "glorot_uniform",
        activation: Any = None,
        weights: Any = None,
        border_mode: str = "valid",
        subsample: Any = (1, 1),
        dim_ordering: str = "default",
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            nb_filter, init, activation, weights, border_mode, W_regularizer, b_regularizer,
            activity_regularizer, W_constraint, b_constraint, bias, dim_ordering=dim_ordering,
            **kwargs,
        )  # fmt: skip
        self.nb_row, self.nb_col = sizes_of((nb_row, nb_col), ("nb_row", "nb_col"))
        self.subsample = positives(subsample, "subsample", 2)
        # `output_shape` itself is what a layer has once it is connected.
        self.wanted_shape = None if output_shape is None else tuple(output_shape)
        if self.wanted_shape is not None and len(self.wanted_shape) != 4:
            raise ValueError(
                f"output_shape must have four axes, that of the batch first, got {output_shape!r}"
            )

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "output_shape": to_plain(self.wanted_shape)}

    def window(self) -> Window:
        """As the constructor was told."""
        return (self.nb_row, self.nb_col), self.subsample, (1, 1)

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """As wanted, or the least that there may be."""
        wanted: Shape = (None, None)
        if self.wanted_shape is not None:
            wanted = spatial(self.wanted_shape, self.dim_ordering)
        return [
            least_length(n, *own, self.border_mode)
            if length is None
            else self._fitting(length, n, *own)
            for n, length, *own in zip(lengths, wanted, *self.window(), strict=True)
        ]

    def _fitting(self, wanted: int, length: int | None, size: int, step: int, gap: int) -> int:
        if length is not None and output_length(wanted, size, self.border_mode, step) != length:
            least = least_length(length, size, step, gap, self.border_mode)
            raise ShapeError(
                f"layer {self.name!r}: output_shape {self.wanted_shape} has an axis of {wanted} "
                f"where the input has {length}, which does not fit a filter of {size} in steps of "
                f"{step}; for {self.border_mode!r} {least} would"
            )
        return wanted


class ConvTranspose(Transposed):
    """The transposed convolutions of Keras 2 and 3, whose output's lengths follow from the input's.

    W is (window, nb_filter, channels), whatever the ordering of the images.
    """

    kernel_ordering = "tf"

    def __init__(
        self,
        nb_filter: int,
        kernel_size: Any,
        subsample: Any = 1,
        border_mode: str = "valid",
        output_padding: Any = None,
        atrous_rate: Any = 1,
        activation: Any = None,
        bias: bool = True,
        init: Any = "glorot_uniform",
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        weights: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            nb_filter, init, activation, weights, border_mode, W_regularizer, b_regularizer,
            activity_regularizer, W_constraint, b_constraint, bias, **kwargs,
        )  # fmt: skip
        self.kernel_size = positives(kernel_size, "kernel_size", self.space)
        self.subsample = positives(subsample, "subsample", self.space)
        self.atrous_rate = positives(atrous_rate, "atrous_rate", self.space)
        self.output_padding = output_padding
        self._added: tuple[int | None, ...] = (None,) * self.space
        if output_padding is not None:
            single = isinstance(output_padding, int)
            self._added = (output_padding,) * self.space if single else tuple(output_padding)
        if len(self._added) != self.space or any(
            n is not None and not 0 <= n < step
            for n, step in zip(self._added, self.subsample, strict=False)
        ):
            raise ValueError(
                "output_padding must be None, or less than the strides and at least 0, got "
                f"{output_padding!r} for strides {self.subsample}"
            )

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = super().get_config()
        return config if self.space == 1 else {**config, "dim_ordering": self.dim_ordering}

    def window(self) -> Window:
        """As the constructor was told."""
        end = (1,) if self.space == 1 else ()
        return (*self.kernel_size, *end), (*self.subsample, *end), (*self.atrous_rate, *end)

    @property
    def ends(self) -> tuple[int, int]:
        """Filters before channels."""
        return self.nb_filter, self.channels

    def kernel_axes(self) -> tuple[int, ...]:
        """As they lie."""
        return tuple(range(len(self.kernel_shape) + 2))

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """The least that there may be, or with so many cells more as `output_padding` says."""
        return [
            least_length(n, k, s, d, self.border_mode, added)
            for n, added, k, s, d in zip(lengths, self._added, *self.window(), strict=False)
        ]


class Conv1DTranspose(ConvTranspose, Sequences):
    """A convolution of sequences turned round: (batch, steps, features) to (batch, places, ...).

    The output is `f(z + b)`, where each x[i] adds x[i] W[a].T to z[i * subsample - before + a *
    atrous_rate], `before` being the padding that `border_mode` asks of the output. Weights:
    W (kernel_size, 1, nb_filter, features); b (nb_filter,), zeros at first.

    Args:
        nb_filter: number of filters.
        kernel_size: steps that a filter covers.
        subsample: steps between windows.
        border_mode: "valid", or "same": as many steps as the input has, times `subsample`.
        output_padding: steps of the output beyond the least number, or None.
        atrous_rate: steps from one element of a filter to the next.
        activation: f; None is linear.
        bias: whether there is a b.
        init: initializer of W.
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        weights: initial arrays [W, b].
    """

    examples = (
        ({"nb_filter": 3, "kernel_size": 3}, (4, 2)),
        ({"nb_filter": 2, "kernel_size": 2, "subsample": 3, "border_mode": "same"}, (3, 2)),
    )


class Conv2DTranspose(ConvTranspose, Images):
    """A convolution of images turned round, as Keras 2 and 3 have it.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th". The output
    is `f(z + b)`, where each x[i, j] adds x[i, j] W[a, b].T to z[i', j'], i' = i * subsample - top
    + a * atrous_rate and j' likewise, top being the padding that `border_mode` asks of the output.
    Weights: W (rows, columns, nb_filter, channels); b (nb_filter,), zeros at first.

    Args:
        nb_filter: number of filters.
        kernel_size: rows and columns of a filter.
        subsample: rows and columns between windows.
        border_mode: "valid", or "same": as many rows as the input has, times `subsample`.
        output_padding: rows and columns of the output beyond the least number, or None.
        atrous_rate: rows and columns from one element of a filter to the next.
        activation: f; None is linear.
        bias: whether there is a b.
        init: initializer of W.
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        weights: initial arrays [W, b].
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """

    examples = (
        ({"nb_filter": 3, "kernel_size": [3, 2], "dim_ordering": "th"}, (2, 3, 4)),
        (
            {"nb_filter": 2, "kernel_size": 3, "subsample": 2, "border_mode": "same"},
            (3, 3, 2),
        ),
        (
            {
                "nb_filter": 2,
                "kernel_size": 3,
                "subsample": [3, 2],
                "output_padding": [2, 0],
                "activation": "tanh",
            },
            (2, 3, 3),
        ),
    )


class Conv3DTranspose(ConvTranspose, Volumes):
    """A convolution of volumes turned round, as Keras 2 and 3 have it.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns) for
    "th". The output is `f(z + b)`, where each cell of x, times W[a, b, c].T, is added to a window
    of z. Weights: W (planes, rows, columns, nb_filter, channels); b (nb_filter,), zeros at first.

    Args:
        nb_filter: number of filters.
        kernel_size: planes, rows and columns of a filter.
        subsample: planes, rows and columns between windows.
        border_mode: "valid", or "same": as many planes as the input has, times `subsample`.
        output_padding: planes, rows and columns of the output beyond the least number, or None.
        atrous_rate: planes, rows and columns from one element of a filter to the next.
        activation: f; None is linear.
        bias: whether there is a b.
        init: initializer of W.
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        weights: initial arrays [W, b].
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """

    examples = (
        ({"nb_filter": 2, "kernel_size": 2, "subsample": [1, 2, 1]}, (2, 2, 3, 2)),
        (
            {"nb_filter": 2, "kernel_size": 3, "border_mode": "same", "dim_ordering": "th"},
            (2, 2, 3, 2),
        ),
    )


def least_length(
    length: int | None, size: int, step: int, gap: int, border_mode: str, added: int | None = None
) -> int | None:
    """How many places so many windows cover, as Keras 2 counts; `added` more if it is told."""
    if length is None:
        return None
    size = (size - 1) * gap + 1
    if added is None:
        return length * step + (max(size - step, 0) if border_mode == "valid" else 0)
    around = size // 2 if border_mode == "same" else 0
    return (length - 1) * step + size - 2 * around + added
