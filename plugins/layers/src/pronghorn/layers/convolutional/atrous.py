"""Convolutions whose filters have holes, as Keras 1 names them."""

from typing import Any

from pronghorn.layers.convolutional.convolution import Convolution1D, Convolution2D


class AtrousConvolution1D(Convolution1D):
    """A `Convolution1D` whose filters have holes: (batch, steps, features) to (batch, places, ...).

    Place i is `f(sum over k of x[i * subsample_length - before + k * atrous_rate] W[k] + b)`.
    Yu and Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions" (2016).

    Args:
        nb_filter: number of filters.
        filter_length: elements of a filter.
        atrous_rate: steps from one element of a filter to the next.
        init, activation, weights, border_mode, subsample_length, W_regularizer, b_regularizer,
            activity_regularizer, W_constraint, b_constraint, bias, input_dim, input_length: as
            of `Convolution1D`, and so are the weights.
    """

    examples = (
        ({"nb_filter": 3, "filter_length": 3, "atrous_rate": 2}, (7, 2)),
        (
            {"nb_filter": 2, "filter_length": 2, "atrous_rate": 3, "border_mode": "same"},
            (6, 2),
        ),
    )

    def __init__(
        self,
        nb_filter: int,
        filter_length: int,
        init: Any = "glorot_uniform",
        activation: Any = None,
        weights: Any = None,
        border_mode: str = "valid",
        subsample_length: int = 1,
        atrous_rate: int = 1,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        input_dim: int | None = None,
        input_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            nb_filter, filter_length, init, activation, weights, border_mode, subsample_length,
            W_regularizer, b_regularizer, activity_regularizer, W_constraint, b_constraint, bias,
            input_dim, input_length, atrous_rate, **kwargs,
        )  # fmt: skip


class AtrousConvolution2D(Convolution2D):
    """A `Convolution2D` whose filters have holes.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th". Place
    (i, j) is `f(sum over a, b of x[i', j'] W[a, b] + b)`, where i' = i * subsample - top +
    a * atrous_rate and j' likewise. Yu and Koltun, "Multi-Scale Context Aggregation by Dilated
    Convolutions" (2016).

    Args:
        nb_filter: number of filters.
        nb_row, nb_col: elements of a filter, down and across.
        atrous_rate: rows and columns from one element of a filter to the next.
        init, activation, weights, border_mode, subsample, dim_ordering, W_regularizer,
            b_regularizer, activity_regularizer, W_constraint, b_constraint, bias: as of
            `Convolution2D`, and so are the weights.
    """

    examples = (
        ({"nb_filter": 3, "nb_row": 2, "nb_col": 3, "atrous_rate": [1, 2]}, (4, 6, 2)),
        (
            {
                "nb_filter": 2,
                "nb_row": 3,
                "nb_col": 2,
                "atrous_rate": [2, 2],
                "border_mode": "same",
                "dim_ordering": "th",
            },
            (2, 5, 4),
        ),
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
        atrous_rate: Any = (1, 1),
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
            nb_filter, nb_row, nb_col, init, activation, weights, border_mode, subsample,
            dim_ordering, W_regularizer, b_regularizer, activity_regularizer, W_constraint,
            b_constraint, bias, atrous_rate, **kwargs,
        )  # fmt: skip
