"""Convolutions of sequences, images and volumes."""

from typing import Any

from pronghorn.components.layer import Shape
from pronghorn.layers.convolutional.sliding import Sliding, Window
from pronghorn.layers.geometry import positive, positives
from pronghorn.layers.spatial import Images, Sequences, Volumes


class Convolution1D(Sliding, Sequences):
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

    @property
    def config_class(self) -> str:
        """Keras 1 has filters with holes in a class of their own."""
        dilated = type(self) is Convolution1D and self.atrous_rate > 1
        return "AtrousConvolution1D" if dilated else super().config_class

    def window(self) -> Window:
        """One column wide."""
        return (self.filter_length, 1), (self.subsample_length, 1), (self.atrous_rate, 1)


class Convolution2D(Sliding, Images):
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
            activity_regularizer, W_constraint, b_constraint, bias, dim_ordering=dim_ordering,
            **kwargs,
        )  # fmt: skip
        self.nb_row, self.nb_col = sizes_of((nb_row, nb_col), ("nb_row", "nb_col"))
        self.subsample = positives(subsample, "subsample", 2)
        self.atrous_rate = positives(atrous_rate, "atrous_rate", 2)

    @property
    def config_class(self) -> str:
        """Keras 1 has filters with holes in a class of their own."""
        dilated = type(self) is Convolution2D and max(self.atrous_rate) > 1
        return "AtrousConvolution2D" if dilated else super().config_class

    def window(self) -> Window:
        """As the constructor was told."""
        return (self.nb_row, self.nb_col), self.subsample, self.atrous_rate


class Convolution3D(Sliding, Volumes):
    """Filters slid over volumes.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns) for
    "th". Place (h, i, j) is `f(sum over a, b, c of x[h', i', j'] W[a, b, c] + b)`, where h' = h *
    subsample - front + a * atrous_rate and i', j' likewise, front being the padding that
    `border_mode` asks for. Weights: W (kernel_dim1, kernel_dim2, kernel_dim3, channels, nb_filter)
    for "tf", (nb_filter, channels, kernel_dim1, kernel_dim2, kernel_dim3) for "th"; b (nb_filter,),
    zeros at first.

    Args:
        nb_filter: number of filters.
        kernel_dim1, kernel_dim2, kernel_dim3: planes, rows and columns of a filter; three numbers,
            or a single one for all, may be given in the place of `kernel_dim1`.
        init: initializer of W.
        activation: f; None is linear.
        weights: initial arrays [W, b].
        border_mode: "valid", "same" (TensorFlow's) or "full".
        subsample: planes, rows and columns between places.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
        atrous_rate: planes, rows and columns from one element of a filter to the next.
    """

    examples = (
        ({"nb_filter": 3, "kernel_dim1": [2, 1, 3], "dim_ordering": "tf"}, (3, 2, 4, 2)),
        ({"nb_filter": 2, "kernel_dim1": 2, "dim_ordering": "th"}, (3, 3, 2, 3)),
        (
            {"nb_filter": 2, "kernel_dim1": 3, "border_mode": "same", "subsample": [1, 2, 2]},
            (2, 3, 4, 1),
        ),
        (
            {"nb_filter": 2, "kernel_dim1": 2, "activation": "gelu", "bias": False},
            (2, 3, 3, 2),
        ),
    )

    def __init__(
        self,
        nb_filter: int,
        kernel_dim1: Any,
        kernel_dim2: int | None = None,
        kernel_dim3: int | None = None,
        init: Any = "glorot_uniform",
        activation: Any = None,
        weights: Any = None,
        border_mode: str = "valid",
        subsample: Any = (1, 1, 1),
        dim_ordering: str = "default",
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        atrous_rate: Any = (1, 1, 1),
        **kwargs: Any,
    ) -> None:
        super().__init__(
            nb_filter, init, activation, weights, border_mode, W_regularizer, b_regularizer,
            activity_regularizer, W_constraint, b_constraint, bias, dim_ordering=dim_ordering,
            **kwargs,
        )  # fmt: skip
        names = ("kernel_dim1", "kernel_dim2", "kernel_dim3")
        sizes = sizes_of((kernel_dim1, kernel_dim2, kernel_dim3), names)
        self.kernel_dim1, self.kernel_dim2, self.kernel_dim3 = sizes
        self.subsample = positives(subsample, "subsample", 3)
        self.atrous_rate = positives(atrous_rate, "atrous_rate", 3)

    def window(self) -> Window:
        """As the constructor was told."""
        sizes = (self.kernel_dim1, self.kernel_dim2, self.kernel_dim3)
        return sizes, self.subsample, self.atrous_rate


def sizes_of(values: tuple[Any, ...], names: tuple[str, ...]) -> tuple[int, ...]:
    """The lengths of a kernel: one for each axis, or all of them (or one for all) as the first."""
    if all(value is None for value in values[1:]):
        return positives(values[0], "kernel_size", len(values))
    return tuple(positive(value, name) for value, name in zip(values, names, strict=True))
