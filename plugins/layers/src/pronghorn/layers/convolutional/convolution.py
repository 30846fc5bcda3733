"""Convolutions of sequences and of images."""

from collections.abc import Callable
from typing import Any

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.layers.convolutional import kernels
from pronghorn.layers.convolutional.sliding import Sliding, Window
from pronghorn.layers.geometry import (
    channels,
    check_places,
    chosen_ordering,
    image_shape,
    positive,
    positives,
    spatial,
)


class Convolution1D(Sliding):
    """Filters slid along sequences: (batch, steps, features) to (batch, places, nb_filter).

    Place i is `f(sum over k of x[i * subsample_length - before + k * atrous_rate] W[k] + b)`, where
    `before` is the padding that `border_mode` asks for. Weights: W (filter_length, 1, features,
    nb_filter); b (nb_filter,), zeros at first.

    Args:
        nb_filter: number of filters.
        filter_length: steps that a filter covers.
        init: initializer of W; a filter's fan in is filter_length * features.
        activation: f; None is linear.
        weights: initial arrays [W, b].
        border_mode: "valid", "same" (TensorFlow's), "full", or "causal": place i reads no step
            after i * subsample_length.
        subsample_length: steps between places.
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
        input_dim: features, for a first layer.
        input_length: steps, for a first layer; None leaves them open.
        atrous_rate: steps from one element of a filter to the next.
    """

    examples = (
        ({"nb_filter": 3, "filter_length": 3}, (7, 2)),
        ({"nb_filter": 4, "filter_length": 2, "activation": "gelu", "bias": False}, (6, 3)),
        (
            {"nb_filter": 2, "filter_length": 3, "border_mode": "same", "subsample_length": 2},
            (7, 3),
        ),
        ({"nb_filter": 17, "filter_length": 4, "border_mode": "full"}, (3, 2)),
        (
            {"nb_filter": 3, "filter_length": 2, "atrous_rate": 3, "border_mode": "causal"},
            (7, 2),
        ),
    )
    border_modes = ("valid", "same", "full", "causal")
    min_ndim = max_ndim = 3

    def __init__(
        self,
        nb_filter: int,
        filter_length: int,
        init: Any = "glorot_uniform",
        activation: Any = None,
        weights: Any = None,
        border_mode: str = "valid",
        subsample_length: int = 1,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        input_dim: int | None = None,
        input_length: int | None = None,
        atrous_rate: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            nb_filter, init, activation, weights, border_mode, W_regularizer, b_regularizer,
            activity_regularizer, W_constraint, b_constraint, bias, **kwargs,
        )  # fmt: skip
        self.filter_length = positive(filter_length, "filter_length")
        self.subsample_length = positive(subsample_length, "subsample_length")
        self.input_dim = input_dim
        self.input_length = input_length
        self.atrous_rate = positive(atrous_rate, "atrous_rate")

    def declared_shape(self) -> Shape | None:
        """(batch, steps, features), from `input_dim` where no shape was given."""
        if self.batch_input_shape is None and self.input_dim:
            return (None, self.input_length, self.input_dim)
        return self.batch_input_shape

    def window(self) -> Window:
        """One column wide."""
        return (self.filter_length, 1), (self.subsample_length, 1), (self.atrous_rate, 1)

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        self.add_weights(input_shape[2], input_shape, "tf")

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, places, nb_filter)."""
        self.check_channels(input_shape[2], self.W.shape[2], input_shape)
        steps = self.lengths((input_shape[1], 1))[0]
        check_places(self, input_shape, [steps])
        return (input_shape[0], steps, self.nb_filter)

    def to_images(self, x: Array, ctx: Context) -> Array:
        """(batch, steps, 1, features)."""
        return x.reshape((x.shape[0], x.shape[1], 1, x.shape[2]))

    def from_images(self, y: Array, ctx: Context) -> Array:
        """(batch, places, nb_filter)."""
        return y.reshape((y.shape[0], y.shape[1], y.shape[3]))


class Convolution2D(Sliding):
    """Filters slid over images.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th". Place
    (i, j) is `f(sum over a, b of x[i', j'] W[a, b] + b)`, where i' = i * subsample - top +
    a * atrous_rate and j' likewise, top being the padding that `border_mode` asks for. Weights:
    W (nb_row, nb_col, channels, nb_filter) for "tf", (nb_filter, channels, nb_row, nb_col) for
    "th"; b (nb_filter,), zeros at first.

    Args:
        nb_filter: number of filters.
        nb_row, nb_col: rows and columns of a filter; a pair, or a single number for both, may be
            given in the place of `nb_row`.
        init: initializer of W.
        activation: f; None is linear.
        weights: initial arrays [W, b].
        border_mode: "valid", "same" (TensorFlow's) or "full".
        subsample: rows and columns between places.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
        atrous_rate: rows and columns from one element of a filter to the next.
    """

    examples = (
        ({"nb_filter": 3, "nb_row": 3, "nb_col": 2, "dim_ordering": "tf"}, (6, 5, 2)),
        ({"nb_filter": 3, "nb_row": 2, "nb_col": 3, "dim_ordering": "th"}, (2, 6, 5)),
        (
            {"nb_filter": 2, "nb_row": 3, "nb_col": 3, "border_mode": "same", "subsample": [2, 2]},
            (5, 6, 3),
        ),
        (
            {"nb_filter": 4, "nb_row": 2, "nb_col": 2, "activation": "gelu", "bias": False},
            (4, 4, 2),
        ),
        ({"nb_filter": 17, "nb_row": 2, "nb_col": 2, "border_mode": "full"}, (3, 3, 3)),
        ({"nb_filter": 3, "nb_row": 2, "nb_col": 2, "atrous_rate": [2, 3]}, (5, 5, 2)),
    )
    min_ndim = max_ndim = 4

    def __init__(
        self,
        nb_filter: int,
        nb_row: Any,
        nb_col: int | None = None,
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
        atrous_rate: Any = (1, 1),
        **kwargs: Any,
    ) -> None:
        super().__init__(
            nb_filter, init, activation, weights, border_mode, W_regularizer, b_regularizer,
            activity_regularizer, W_constraint, b_constraint, bias, **kwargs,
        )  # fmt: skip
        self.nb_row, self.nb_col = _rows_and_columns(nb_row, nb_col)
        self.subsample = positives(subsample, "subsample", 2)
        self.atrous_rate = positives(atrous_rate, "atrous_rate", 2)
        self.dim_ordering = chosen_ordering(dim_ordering)

    def window(self) -> Window:
        """As the constructor was told."""
        return (self.nb_row, self.nb_col), self.subsample, self.atrous_rate

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        self.add_weights(channels(input_shape, self.dim_ordering), input_shape, self.dim_ordering)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The places of the kernel instead of rows and columns, filters instead of channels."""
        wanted = self.W.shape[1 if self.dim_ordering == "th" else 2]
        self.check_channels(channels(input_shape, self.dim_ordering), wanted, input_shape)
        lengths = self.lengths(spatial(input_shape, self.dim_ordering))
        check_places(self, input_shape, lengths)
        return image_shape(input_shape[0], lengths, self.nb_filter, self.dim_ordering)

    def to_images(self, x: Array, ctx: Context) -> Array:
        """Channels last."""
        return ctx.channels_last(x, self.dim_ordering)

    def from_images(self, y: Array, ctx: Context) -> Array:
        """In the layer's ordering."""
        return ctx.ordered(y, self.dim_ordering)

    def kernel_last(self, ctx: Context) -> Array:
        """The kernel with its channels last; turned once a step where W has them first."""
        if self.dim_ordering == "tf":
            return self.W
        filters, depth, rows, columns = self.W.shape
        w = ctx.empty((rows, columns, depth, filters))
        ctx.run(kernels.kernel_to_last, self.W, w)
        return w

    def put_gradient(self, dw: Array, ctx: Context, find: Callable[[Array], None]) -> None:
        """Have `find` write the kernel's gradient; turn it where W has its channels first."""
        if self.dim_ordering == "tf":
            find(dw)
            return
        found = ctx.empty(ctx.saved.w.shape)
        find(found)
        ctx.run(kernels.kernel_to_first, found, dw)


def _rows_and_columns(nb_row: Any, nb_col: Any) -> tuple[int, int]:
    if nb_col is None:
        return positives(nb_row, "kernel_size", 2)
    return positive(nb_row, "nb_row"), positive(nb_col, "nb_col")
