"""Convolutions with filters of their own at each place."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from pronghorn.components.activation import Activation
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.errors import ShapeError
from pronghorn.layers.convolutional.activated import Activated
from pronghorn.layers.convolutional.convolution import sizes_of
from pronghorn.layers.geometry import (
    channels,
    check_places,
    chosen_border,
    output_length,
    positive,
    positives,
    spatial,
)
from pronghorn.layers.local import kernels
from pronghorn.layers.spatial import Images, Sequences


class LocallyConnected(Activated):
    """y[p] = f(x's window at p times W[p] + b[p]), for every place p.

    Args of every such layer, besides those of `Activated`:
        nb_filter: number of filters at each place.
        init: initializer of W.
        border_mode: "valid".
        W_regularizer, W_constraint: penalty on W, and rule that it obeys.
    """

    W: Weight

    def __init__(
        self,
        nb_filter: int,
        init: Any,
        activation: Any,
        weights: Any,
        border_mode: str,
        W_regularizer: Any,
        b_regularizer: Any,
        activity_regularizer: Any,
        W_constraint: Any,
        b_constraint: Any,
        bias: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            activation, weights, b_regularizer, activity_regularizer, b_constraint, bias, **kwargs
        )
        self.nb_filter = positive(nb_filter, "nb_filter")
        self.init = Initializer.get(init)
        self.border_mode = chosen_border(border_mode, ("valid",))
        self.W_regularizer = Regularizer.get(W_regularizer)
        self.W_constraint = Constraint.get(W_constraint)

    def window(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The window's cells and its steps, down and across."""
        raise NotImplementedError

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        space = spatial(input_shape, self.dim_ordering)
        number = channels(input_shape, self.dim_ordering)
        if None in space or number is None:
            raise ShapeError(
                f"layer {self.name!r} has weights for each place: all axes of {input_shape} but "
                "the first must be known"
            )
        places = [n for n in self.output_lengths(space) if n is not None]
        check_places(self, input_shape, places)
        self.sample_shape = tuple(input_shape[1:])
        self.W = self.add_weight(
            "W",
            (prod(places), prod(self.window()[0]) * number, self.nb_filter),
            self.init,
            self.W_regularizer,
            self.W_constraint,
        )
        self.add_bias(*places, self.nb_filter)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The places of the window instead of the cells, filters instead of channels."""
        if tuple(input_shape[1:]) != self.sample_shape:
            raise ShapeError(
                f"layer {self.name!r} has weights for samples of shape {self.sample_shape}, but "
                f"the input has shape {input_shape}"
            )
        lengths = self.output_lengths(spatial(input_shape, self.dim_ordering))
        return self.shape_of(input_shape[0], lengths, self.nb_filter)

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """The places of the window along each axis."""
        sizes, steps = (numbers[-self.space :] for numbers in self.window())
        return [
            output_length(n, k, self.border_mode, s)
            for n, k, s in zip(lengths, sizes, steps, strict=True)
        ]

    def forward(self, x: Array, ctx: Context) -> Array:
        """Multiply each window by the filters of its place."""
        volumes, saved = self.to_volumes(x, ctx), ctx.saved
        *_, rows, cells, number = saved.shape = volumes.shape
        if self.space == 1:
            rows, cells = cells, rows
        lengths = self.output_lengths(spatial(x.shape, self.dim_ordering))
        (_, wide), (down, across) = self.window()
        saved.way = (lengths[-1], wide * number, down, across * number)
        saved.x = volumes.reshape((x.shape[0], rows, cells * number))
        saved.w, b = self.filters(ctx), self.biases(ctx)
        y = ctx.empty((x.shape[0], saved.w.shape[0], self.nb_filter))

        def compute(activation: Activation, z: Array) -> None:
            kernel = kernels.connect.specialize(activate=activation.scalar)
            ctx.run(kernel, saved.x, saved.w, b, z, *saved.way)

        self.activate(y, ctx, compute)
        return self._placed(y, lengths, ctx)

    def _placed(self, y: Array, lengths: Sequence[int | None], ctx: Context) -> Array:
        whole = y.reshape((y.shape[0], *lengths, self.nb_filter))
        return ctx.ordered(whole, self.dim_ordering)

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dz = dy f'; then the gradients of W and b, and the input's."""
        saved = ctx.saved
        last = ctx.channels_last(dy, self.dim_ordering)
        dz = last.reshape((last.shape[0], saved.w.shape[0], self.nb_filter))
        self.deactivate(dz, ctx)
        dw = ctx.gradient(self.W)
        if dw is not None:
            kernel = kernels.connect_weight_gradient
            self.put_filters(dw, ctx, lambda to: ctx.run(kernel, saved.x, dz, to, *saved.way))
        if not ctx.needs_input_gradient:
            return None
        dx = ctx.empty(saved.x.shape)
        ctx.run(kernels.connect_input_gradient, dz, saved.w, dx, *saved.way)
        return self.from_volumes(dx.reshape(saved.shape), ctx)

    def filters(self, ctx: Context) -> Array:
        """W (places, elements, filters), the channels of a cell one after another."""
        return self.W.array

    def put_filters(self, dw: Array, ctx: Context, find: Callable[[Array], None]) -> None:
        """Have `find` write the gradient of W, its elements in that order."""
        find(dw)

    def biases(self, ctx: Context) -> Array:
        """b (places, filters), or zeros."""
        places, filters = self.W.shape[0], self.nb_filter
        if not self.bias:
            return ctx.constant(np.zeros((places, filters)), ctx.dtype)
        return self.b.array.reshape((places, filters))


class LocallyConnected1D(LocallyConnected, Sequences):
    """Filters for each place of sequences: (batch, steps, features) to (batch, places, nb_filter).

    Place i is `f(the window x[i * subsample_length :], filter_length steps one after another, times
    W[i] + b[i])`. Weights: W (places, filter_length * features, nb_filter); b (places, nb_filter),
    zeros at first.

    Args:
        nb_filter: number of filters at each place.
        filter_length: steps that a filter covers.
        init: initializer of W.
        activation: f; None is linear.
        weights: initial arrays [W, b].
        border_mode: "valid".
        subsample_length: steps between places.
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
        input_dim: features, for a first layer.
        input_length: steps, for a first layer.
    """

    examples = (
        ({"nb_filter": 3, "filter_length": 3}, (7, 2)),
        ({"nb_filter": 17, "filter_length": 2, "subsample_length": 2, "bias": False}, (6, 3)),
        ({"nb_filter": 2, "filter_length": 2, "activation": "gelu"}, (4, 3)),
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
            nb_filter, init, activation, weights, border_mode, W_regularizer, b_regularizer,
            activity_regularizer, W_constraint, b_constraint, bias, **kwargs,
        )  # fmt: skip
        self.filter_length = positive(filter_length, "filter_length")
        self.subsample_length = positive(subsample_length, "subsample_length")
        self.input_dim = input_dim
        self.input_length = input_length

    def declared_shape(self) -> Shape | None:
        """(batch, steps, features), from `input_dim` where no shape was given."""
        if self.batch_input_shape is None and self.input_dim:
            return (None, self.input_length, self.input_dim)
        return self.batch_input_shape

    def window(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Across: a sequence is one row."""
        return (1, self.filter_length), (1, self.subsample_length)


class LocallyConnected2D(LocallyConnected, Images):
    """Filters for each place of images.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th". Place p,
    in row p // columns, is `f(the window of x there times W[p] + b[p])`. Weights: W (places, nb_row
    * nb_col * channels, nb_filter), the elements of a window in the order rows, columns, channels
    for "tf", channels, rows, columns for "th"; b (rows, columns, nb_filter), zeros at first, which
    for "th" is read as if it were (nb_filter, rows, columns).

    Args:
        nb_filter: number of filters at each place.
        nb_row, nb_col: rows and columns of a window; a pair, or a single number for both, may be
            given in the place of `nb_row`.
        init: initializer of W.
        activation: f; None is linear.
        weights: initial arrays [W, b].
        border_mode: "valid".
        subsample: rows and columns between places.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b.
    """

    examples = (
        ({"nb_filter": 3, "nb_row": 3, "nb_col": 2, "dim_ordering": "tf"}, (4, 5, 2)),
        (
            {
                "nb_filter": 2,
                "nb_row": 2,
                "nb_col": 3,
                "subsample": [2, 1],
                "activation": "tanh",
                "dim_ordering": "th",
            },
            (2, 5, 4),
        ),
        (
            {"nb_filter": 4, "nb_row": 2, "nb_col": 2, "subsample": [1, 2], "bias": False},
            (3, 4, 3),
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

    def window(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """As the constructor was told."""
        down, across = self.subsample
        return (self.nb_row, self.nb_col), (down, across)

    def filters(self, ctx: Context) -> Array:
        """W (places, elements, filters); turned where it has the channels first."""
        if self.dim_ordering == "tf":
            return self.W.array
        return ctx.permuted(self._by_channel(self.W.array), (0, 2, 1, 3)).reshape(self.W.shape)

    def put_filters(self, dw: Array, ctx: Context, find: Callable[[Array], None]) -> None:
        """Have `find` write the gradient of W; turn it as W is."""
        if self.dim_ordering == "tf":
            find(dw)
            return
        found = ctx.empty(self.W.shape)
        find(found)
        places, elements, filters = self.W.shape
        cells = self.nb_row * self.nb_col
        split = found.reshape((places, cells, elements // cells, filters))
        ctx.permuted(split, (0, 2, 1, 3), self._by_channel(dw))

    def _by_channel(self, w: Array) -> Array:
        places, elements, filters = self.W.shape
        cells = self.nb_row * self.nb_col
        return w.reshape((places, elements // cells, cells, filters))

    def biases(self, ctx: Context) -> Array:
        """b (places, filters), or zeros; turned where it is read as (filters, places)."""
        if not self.bias or self.dim_ordering == "tf":
            return super().biases(ctx)
        places, filters = self.W.shape[0], self.nb_filter
        return ctx.permuted(self.b.array.reshape((filters, places)), (1, 0))

    def put_bias(self, db: Array, ctx: Context, find: Callable[[Array], None]) -> None:
        """Have `find` write the gradient of b; turn it as b is."""
        if self.dim_ordering == "tf":
            super().put_bias(db, ctx, find)
            return
        places, filters = self.W.shape[0], self.nb_filter
        found = ctx.empty((places * filters,))
        find(found)
        to = db.reshape((filters, places))
        ctx.permuted(found.reshape((places, filters)), (1, 0), to)
