"""Convolutions in which each filter sees one channel."""

from collections.abc import Sequence
from math import prod
from typing import Any

from pronghorn.components.activation import Activation
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.layers.convolutional import kernels
from pronghorn.layers.convolutional.convolution import sizes_of
from pronghorn.layers.convolutional.sliding import Window, Windowed
from pronghorn.layers.geometry import positive, positives
from pronghorn.layers.spatial import Images


class Depthwise(Windowed, Images):
    """What the layers share in which `depth_multiplier` filters see each channel.

    The kernels take one filter for each channel: where there are more, the channels are repeated.
    """

    border_modes = ("valid", "same")
    depth_multiplier: int
    W: Weight

    def spread(self, images: Array, ctx: Context) -> Array:
        """Each channel as often as it has filters."""
        if self.depth_multiplier == 1:
            return images
        places = prod(images.shape[1:-1])
        y = ctx.empty((*images.shape[:-1], images.shape[-1] * self.depth_multiplier))
        ctx.run(
            kernels.enlarge,
            images.reshape((images.shape[0], 1, places, images.shape[-1], 1)),
            y.reshape((y.shape[0], 1, places, y.shape[-1], 1)),
            *(1, 1, self.depth_multiplier),
        )
        return y

    def gathered(self, dy: Array, ctx: Context) -> Array:
        """The sum over the copies of each channel."""
        if self.depth_multiplier == 1:
            return dy
        places = prod(dy.shape[1:-1])
        dx = ctx.empty((*dy.shape[:-1], dy.shape[-1] // self.depth_multiplier))
        ctx.run(
            kernels.enlarge_gradient,
            dy.reshape((dy.shape[0], 1, places, dy.shape[-1], 1)),
            dx.reshape((dx.shape[0], 1, places, dx.shape[-1], 1)),
            *(1, 1, self.depth_multiplier),
        )
        return dx

    def windows(self, w: Weight, ctx: Context) -> Array:
        """The filters (rows, columns, channels * depth_multiplier)."""
        return _joined(self.turned(w, ctx))

    def windows_gradient(self, dz: Array, w: Weight, ctx: Context) -> None:
        """Describe the gradient of the filters from that of what they gave."""
        dw = ctx.gradient(w)
        if dw is not None:
            kernel = core.depthwise2d_weight_gradient
            self.put_gradient(
                dw,
                ctx,
                lambda found: ctx.run(kernel, ctx.saved.x, dz, _joined(found), *ctx.saved.way),
            )

    def channels_gradient(self, dz: Array, ctx: Context) -> Array:
        """The gradient of the input from that of what the filters gave."""
        dx = ctx.empty(ctx.saved.x.shape)
        ctx.run(core.depthwise2d_input_gradient, dz, ctx.saved.w, dx, *ctx.saved.way)
        return self.from_images(self.gathered(dx, ctx), ctx)

    def image_of(self, images: Array, filters: int, ctx: Context) -> Array:
        """An array for the images that so many filters make of these."""
        lengths = self.output_lengths(images.shape[1:-1])
        return ctx.empty((images.shape[0], *lengths, filters))


class DepthwiseConv2D(Depthwise):
    """Filters that each see one channel, slid over images.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th", to images
    of channels * depth_multiplier channels. Of those, number c * depth_multiplier + q is at place
    (i, j) `f(sum over a, b of x[i', j', c] W[a, b, c, q] + b)`, where i' = i * subsample - top +
    a * atrous_rate and j' likewise. Weights: W (rows, columns, channels, depth_multiplier);
    b (channels * depth_multiplier,), zeros at first. Sifre, "Rigid-Motion Scattering for Image
    Classification" (2014).

    Args:
        kernel_size: rows and columns of a filter.
        subsample: rows and columns between places.
        border_mode: "valid" or "same" (TensorFlow's).
        depth_multiplier: filters for each channel.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        atrous_rate: rows and columns from one element of a filter to the next.
        activation: f; None is linear.
        bias: whether there is a b.
        depthwise_initializer: of W.
        depthwise_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        depthwise_constraint, b_constraint: rules that the weights obey after every update.
        weights: initial arrays [W, b].
    """

    examples = (
        ({"kernel_size": [3, 2], "dim_ordering": "tf"}, (4, 5, 3)),
        (
            {
                "kernel_size": 2,
                "depth_multiplier": 2,
                "border_mode": "same",
                "subsample": 2,
                "dim_ordering": "th",
            },
            (2, 5, 4),
        ),
        (
            {"kernel_size": 2, "atrous_rate": [1, 2], "activation": "gelu", "bias": False},
            (3, 4, 17),
        ),
    )
    kernel_ordering = "tf"

    def __init__(
        self,
        kernel_size: Any,
        subsample: Any = (1, 1),
        border_mode: str = "valid",
        depth_multiplier: int = 1,
        dim_ordering: str = "default",
        atrous_rate: Any = (1, 1),
        activation: Any = None,
        bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        depthwise_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        b_constraint: Any = None,
        weights: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            border_mode, activation, weights, b_regularizer, activity_regularizer, b_constraint,
            bias, dim_ordering=dim_ordering, **kwargs,
        )  # fmt: skip
        self.kernel_size = positives(kernel_size, "kernel_size", 2)
        self.subsample = positives(subsample, "subsample", 2)
        self.atrous_rate = positives(atrous_rate, "atrous_rate", 2)
        self.depth_multiplier = positive(depth_multiplier, "depth_multiplier")
        self.depthwise_initializer = Initializer.get(depthwise_initializer)
        self.depthwise_regularizer = Regularizer.get(depthwise_regularizer)
        self.depthwise_constraint = Constraint.get(depthwise_constraint)

    def window(self) -> Window:
        """As the constructor was told."""
        return self.kernel_size, self.subsample, self.atrous_rate

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        self.channels = self.known_channels(input_shape)
        self.nb_filter = self.channels * self.depth_multiplier
        ends = (self.channels, self.depth_multiplier)
        self.W = self.add_kernel(
            "depthwise_kernel",
            ends,
            self.depthwise_initializer,
            self.depthwise_regularizer,
            self.depthwise_constraint,
        )
        self.add_bias(self.nb_filter)

    def forward(self, x: Array, ctx: Context) -> Array:
        """Convolve; f is applied to each block of the output while it is hot."""
        images = self.to_images(x, ctx)
        ctx.saved.x, ctx.saved.w = self.spread(images, ctx), self.windows(self.W, ctx)
        ctx.saved.way = self.way(images.shape[1:-1])
        y = self.image_of(images, self.nb_filter, ctx)
        self.activate(y, ctx, lambda f, z: self._slide(z, f, ctx))
        return self.from_images(y, ctx)

    def _slide(self, z: Array, activation: Activation, ctx: Context) -> None:
        kernel = core.depthwise2d_bias if self.bias else core.depthwise2d
        bias = [self.b] if self.bias else []
        kernel = kernel.specialize(activate=activation.scalar)
        ctx.run(kernel, ctx.saved.x, ctx.saved.w, *bias, z, *ctx.saved.way)

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dz = dy f'; then the gradients of W and b, and the input's."""
        dz = self.deactivate(self.to_images(dy, ctx), ctx)
        self.windows_gradient(dz, self.W, ctx)
        return self.channels_gradient(dz, ctx) if ctx.needs_input_gradient else None


class SeparableConvolution2D(Depthwise):
    """Filters that each see one channel, slid over images, and a mixture of what they give.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th". With z of
    channels * m channels, where m is `depth_multiplier` and z[i, j, c m + q] = sum over a, b of
    x[i', j', c] D[a, b, c, q], the output is `f(z P + b)`. Weights: D (nb_row, nb_col, channels, m)
    and P (1, 1, channels * m, nb_filter) for "tf", (m, channels, nb_row, nb_col) and (nb_filter,
    channels * m, 1, 1) for "th"; b (nb_filter,), zeros at first. Chollet, "Xception: Deep Learning
    with Depthwise Separable Convolutions" (2017).

    Args:
        nb_filter: number of filters of P.
        nb_row, nb_col: rows and columns of a filter of D; a pair, or a single number for both, may
            be given in the place of `nb_row`.
        init: initializer of D and P.
        activation: f; None is linear.
        weights: initial arrays [D, P, b].
        border_mode: "valid" or "same" (TensorFlow's).
        subsample: rows and columns between places.
        depth_multiplier: filters of D for each channel.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
        depthwise_regularizer, pointwise_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        depthwise_constraint, pointwise_constraint, b_constraint: rules that the weights obey after
            every update.
        bias: whether there is a b.
        atrous_rate: rows and columns from one element of a filter of D to the next.
        depthwise_initializer, pointwise_initializer: of D and of P, if not `init`.
    """

    examples = (
        ({"nb_filter": 3, "nb_row": 3, "nb_col": 2, "dim_ordering": "tf"}, (4, 5, 2)),
        (
            {
                "nb_filter": 4,
                "nb_row": 2,
                "nb_col": 2,
                "depth_multiplier": 2,
                "border_mode": "same",
                "subsample": [2, 2],
                "dim_ordering": "th",
            },
            (2, 5, 4),
        ),
        (
            {
                "nb_filter": 2,
                "nb_row": 2,
                "nb_col": 1,
                "atrous_rate": [2, 1],
                "activation": "gelu",
                "bias": False,
            },
            (3, 4, 3),
        ),
    )
    P: Weight

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
        depth_multiplier: int = 1,
        dim_ordering: str = "default",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        b_constraint: Any = None,
        bias: bool = True,
        atrous_rate: Any = (1, 1),
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            border_mode, activation, weights, b_regularizer, activity_regularizer, b_constraint,
            bias, dim_ordering=dim_ordering, **kwargs,
        )  # fmt: skip
        self.nb_filter = positive(nb_filter, "nb_filter")
        self.init = Initializer.get(init)
        self.nb_row, self.nb_col = sizes_of((nb_row, nb_col), ("nb_row", "nb_col"))
        self.subsample = positives(subsample, "subsample", 2)
        self.atrous_rate = positives(atrous_rate, "atrous_rate", 2)
        self.depth_multiplier = positive(depth_multiplier, "depth_multiplier")
        own = (depthwise_initializer, pointwise_initializer)
        found = [None if given is None else Initializer.get(given) for given in own]
        self.depthwise_initializer, self.pointwise_initializer = found
        self.depthwise_regularizer = Regularizer.get(depthwise_regularizer)
        self.pointwise_regularizer = Regularizer.get(pointwise_regularizer)
        self.depthwise_constraint = Constraint.get(depthwise_constraint)
        self.pointwise_constraint = Constraint.get(pointwise_constraint)

    def get_config(self) -> dict[str, Any]:
        """The arguments; initializers of their own only where there are any."""
        config = super().get_config()
        for name in ("depthwise_initializer", "pointwise_initializer"):
            if config[name] is None:
                del config[name]
        return config

    def window(self) -> Window:
        """As the constructor was told."""
        return (self.nb_row, self.nb_col), self.subsample, self.atrous_rate

    def build(self, input_shape: Shape) -> None:
        """Make D, P and b."""
        self.channels = self.known_channels(input_shape)
        between = self.channels * self.depth_multiplier
        self.W = self.add_kernel(
            "depthwise_kernel",
            (self.channels, self.depth_multiplier),
            self.depthwise_initializer or self.init,
            self.depthwise_regularizer,
            self.depthwise_constraint,
        )
        first = self.dim_ordering == "th"
        self.P = self.add_weight(
            "pointwise_kernel",
            (self.nb_filter, between, 1, 1) if first else (1, 1, between, self.nb_filter),
            self.pointwise_initializer or self.init,
            self.pointwise_regularizer,
            self.pointwise_constraint,
            dim_ordering=self.dim_ordering,
        )
        self.P.spatial_axes = self.window_axes
        self.add_bias(self.nb_filter)

    def forward(self, x: Array, ctx: Context) -> Array:
        """Convolve channel by channel, then mix."""
        images, saved = self.to_images(x, ctx), ctx.saved
        saved.x, saved.w = self.spread(images, ctx), self.windows(self.W, ctx)
        saved.way, saved.p = self.way(images.shape[1:-1]), self.turned(self.P, ctx)
        saved.between = self.image_of(images, saved.x.shape[-1], ctx)
        kernel = core.depthwise2d.specialize(activate=Activation.get("linear").scalar)
        ctx.run(kernel, saved.x, saved.w, saved.between, *saved.way)
        y = self.image_of(images, self.nb_filter, ctx)
        self.activate(y, ctx, lambda f, z: self._mix(z, f, ctx))
        return self.from_images(y, ctx)

    def _mix(self, z: Array, activation: Activation, ctx: Context) -> None:
        kernel, bias = (core.conv2d_bias, [self.b]) if self.bias else (core.conv2d, [])
        kernel = kernel.specialize(activate=activation.scalar)
        ctx.run(kernel, ctx.saved.between, ctx.saved.p, *bias, z, *POINT)

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dz = dy f'; then the gradients of P and b, of D, and the input's."""
        dz, saved = self.deactivate(self.to_images(dy, ctx), ctx), ctx.saved
        dp = ctx.gradient(self.P)
        if dp is not None:
            kernel = core.conv2d_weight_gradient
            self.put_gradient(
                dp, ctx, lambda found: ctx.run(kernel, saved.between, dz, found, *POINT)
            )
        between = ctx.empty(saved.between.shape)
        ctx.run(core.conv2d_input_gradient, dz, saved.p, between, *POINT)
        self.windows_gradient(between, self.W, ctx)
        return self.channels_gradient(between, ctx) if ctx.needs_input_gradient else None


POINT = (1, 1, 0, 0, 1, 1)
"""How a kernel of one cell slides."""


def _joined(w: Array) -> Array:
    """Filters (rows, columns, channels, multiplier) with their last axes as one."""
    shape: Sequence[int] = w.shape
    return w.reshape((*shape[:2], prod(shape[2:])))
