"""What the layers whose kernel slides over images share; sequences are images of one column."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, ClassVar

from pronghorn.components.activation import Activation
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.bias import bias_config
from pronghorn.layers.convolutional import kernels
from pronghorn.layers.geometry import chosen_border, output_length, padding_before, positive

PART_ROWS = 512
MAX_PARTS = 64
"""Sums of a bias's gradient that are added up at the end, of so many places each."""

Window = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
"""Elements of a kernel, steps between its places, cells between its elements; down and across."""


class Sliding(Layer):
    """y = f(x convolved with W + b), as cross-correlation: the kernel is not turned.

    Args of every such layer:
        nb_filter: number of filters, the channels of the output.
        init: initializer of W.
        activation: f; None is linear.
        weights: initial arrays [W, b].
        border_mode: "valid" keeps the kernel inside, "same" pads with zeros to ceil(length /
            stride) places, the odd one at the end, "full" has every place that touches the input.
        W_regularizer, b_regularizer: penalties on the weights.
        activity_regularizer: penalty on the output, summed over the batch.
        W_constraint, b_constraint: rules that the weights obey after every update.
        bias: whether there is a b (nb_filter,).
        b_init: initializer of b.
    """

    border_modes: ClassVar[tuple[str, ...]] = ("valid", "same", "full")
    W: Weight
    b: Weight

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
        b_init: Any = "zero",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.nb_filter = positive(nb_filter, "nb_filter")
        self.init = Initializer.get(init)
        self.activation = Activation.get(activation)
        self.initial_weights = weights
        self.border_mode = chosen_border(border_mode, self.border_modes)
        self.W_regularizer = Regularizer.get(W_regularizer)
        self.b_regularizer = Regularizer.get(b_regularizer)
        self.activity_regularizer = Regularizer.get(activity_regularizer)
        self.W_constraint = Constraint.get(W_constraint)
        self.b_constraint = Constraint.get(b_constraint)
        self.bias = bias
        self.b_init = Initializer.get(b_init)

    # What a subclass writes.

    def window(self) -> Window:
        """The kernel's sizes and steps."""
        raise NotImplementedError

    def to_images(self, x: Array, ctx: Context) -> Array:
        """(batch, rows, columns, channels)."""
        raise NotImplementedError

    def from_images(self, y: Array, ctx: Context) -> Array:
        """As the layer gives them."""
        raise NotImplementedError

    # What they share.

    def get_config(self) -> dict[str, Any]:
        """The arguments; no `atrous_rate` of 1, which Keras 1 has in layers of their own only."""
        config = super().get_config()
        if self.window()[2] == (1, 1):
            config.pop("atrous_rate", None)
        return {**config, **bias_config(self.b_init)}

    @property
    def kernel_shape(self) -> tuple[int, int]:
        """Rows and columns of the kernel."""
        return self.window()[0]

    @property
    def absorbs_activation(self) -> bool:  # type: ignore[override]
        """Whether an Activation layer that follows may be applied here."""
        return self.activation.identity

    def final_activation(self, ctx: Context) -> Activation:
        """The activation applied last: the layer's own, or the one that it absorbed."""
        return ctx.activation or self.activation

    def add_weights(self, channels: int | None, input_shape: Shape, dim_ordering: str) -> None:
        """Make W, with its channels last ("tf") or first ("th"), and b."""
        if channels is None:
            raise ShapeError(f"layer {self.name!r}: the channels of {input_shape} must be known")
        first = dim_ordering == "th"
        ends = (self.nb_filter, channels) if first else (channels, self.nb_filter)
        shape = (*ends, *self.kernel_shape) if first else (*self.kernel_shape, *ends)
        self.W = self.add_weight(
            "W", shape, self.init, self.W_regularizer, self.W_constraint, dim_ordering=dim_ordering
        )
        self.W.spatial_axes = (2, 3) if first else (0, 1)
        if self.bias:
            self.b = self.add_weight(
                "b", (self.nb_filter,), self.b_init, self.b_regularizer, self.b_constraint
            )

    def check_channels(self, channels: int | None, wanted: int, input_shape: Shape) -> None:
        """Raise ShapeError if the input has other channels than the kernel."""
        if channels != wanted:
            raise ShapeError(
                f"layer {self.name!r} has a kernel for {wanted} channels, but the input has shape "
                f"{input_shape}"
            )

    def lengths(self, space: Sequence[int | None]) -> list[Any]:
        """Rows and columns of the output, from those of the input."""
        return [
            output_length(n, k, self.border_mode, s, d)
            for n, k, s, d in zip(space, *self.window(), strict=True)
        ]

    def forward(self, x: Array, ctx: Context) -> Array:
        """Convolve; f is applied to each block of the output while it is hot."""
        images = self.to_images(x, ctx)
        space = images.shape[1:3]
        way = self._way(space)
        w = self.kernel_last(ctx)
        rows, columns = self.lengths(space)
        y = ctx.empty((images.shape[0], rows, columns, self.nb_filter))
        activation = self.final_activation(ctx)
        z = y
        if activation.fuses and not (ctx.keeps and activation.needs_input):
            self._convolve(images, w, y, way, ctx, activation)
        else:
            z = ctx.empty(y.shape) if activation.needs_input else y
            self._convolve(images, w, z, way, ctx, Activation.get("linear"))
            activation.forward(_rows(z), _rows(y), ctx)
        ctx.saved.x, ctx.saved.w, ctx.saved.way = images, w, way
        ctx.saved.z, ctx.saved.y = _rows(z), _rows(y)
        return self.from_images(y, ctx)

    def kernel_last(self, ctx: Context) -> Array:
        """The kernel (rows, columns, channels, filters)."""
        return self.W

    def put_gradient(self, dw: Array, ctx: Context, find: Callable[[Array], None]) -> None:
        """Have `find` write the gradient of the kernel, its channels last, for W's gradient."""
        find(dw)

    def _way(self, space: tuple[int, int]) -> tuple[int, ...]:
        """Steps, margins and gaps, as the kernels take them."""
        sizes, steps, gaps = self.window()
        before = [
            padding_before(n, k, self.border_mode, s, d)
            for n, k, s, d in zip(space, sizes, steps, gaps, strict=True)
        ]
        return (*steps, *before, *gaps)

    def _convolve(
        self, x: Array, w: Array, y: Array, way: Any, ctx: Context, activation: Activation
    ) -> None:
        if self.bias:
            kernel = core.conv2d_bias.specialize(activate=activation.scalar)
            ctx.run(kernel, x, w, self.b, y, *way)
        else:
            ctx.run(core.conv2d.specialize(activate=activation.scalar), x, w, y, *way)

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dz = dy f'; then the gradients of W and b, and the input's."""
        saved, images = ctx.saved, self.to_images(dy, ctx)
        dz = images.reshape(saved.y.shape)
        self._bias_gradient(dz, ctx)
        dw = ctx.gradient(self.W)
        if dw is not None:
            self.put_gradient(
                dw,
                ctx,
                lambda found: ctx.run(
                    core.conv2d_weight_gradient, saved.x, images, found, *saved.way
                ),
            )
        if not ctx.needs_input_gradient:
            return None
        dx = ctx.empty(saved.x.shape)
        ctx.run(core.conv2d_input_gradient, images, saved.w, dx, *saved.way)
        return self.from_images(dx, ctx)

    def _bias_gradient(self, dz: Array, ctx: Context) -> None:
        """Take dz through the activation and sum it into the bias's gradient, in one pass."""
        activation, saved = self.final_activation(ctx), ctx.saved
        done = ctx.loss_fused or activation.identity
        db = ctx.gradient(self.b) if self.bias else None
        if not done and (db is None or not activation.fuses):
            activation.backward(saved.z, saved.y, dz, dz, ctx)
            done = True
        if db is None:
            return
        count = min(max(dz.shape[0] // PART_ROWS, 1), MAX_PARTS)
        parts = ctx.empty((count, self.nb_filter))
        if done:
            ctx.run(kernels.sum_rows, dz, parts)
        else:
            at = saved.z if activation.needs_input else saved.y
            ctx.run(kernels.slope_sums.specialize(slope=activation.slope), at, dz, parts)
        ctx.run(kernels.sum_parts, parts, db)


def _rows(images: Array) -> Array:
    """Images as rows of channels."""
    return images.reshape((prod(images.shape[:-1]), images.shape[-1]))
