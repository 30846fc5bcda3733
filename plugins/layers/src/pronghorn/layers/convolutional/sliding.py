"""What the layers whose kernel slides over an input share; sequences are images of one column."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from pronghorn.components.activation import Activation
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.convolutional.activated import Activated
from pronghorn.layers.geometry import (
    channels,
    check_places,
    chosen_border,
    output_length,
    padding_before,
    positive,
    spatial,
)

Window = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Elements of a kernel, steps between its places, cells between its elements; along each axis."""


class Windowed(Activated):
    """A layer whose kernels slide over its input.

    Args of every such layer, besides those of `Activated`:
        border_mode: "valid" keeps the kernel inside, "same" pads with zeros to ceil(length /
            stride) places, the odd one at the end, "full" has every place that touches the input.
    """

    border_modes: ClassVar[tuple[str, ...]] = ("valid", "same", "full")
    nb_filter: int

    def __init__(self, border_mode: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.border_mode = chosen_border(border_mode, self.border_modes)

    def window(self) -> Window:
        """The kernel's sizes, steps and gaps; down and across for sequences."""
        raise NotImplementedError

    # Shapes and weights.

    def get_config(self) -> dict[str, Any]:
        """The arguments; no `atrous_rate` of 1, which Keras 1 has in layers of their own only."""
        config = super().get_config()
        if set(self.window()[2]) == {1}:
            config.pop("atrous_rate", None)
        return config

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        """Lengths of the kernel's axes."""
        return self.window()[0]

    def known_channels(self, input_shape: Shape) -> int:
        """The channels of the input.

        Raises:
            ShapeError: they are not known.
        """
        number = channels(input_shape, self.dim_ordering)
        if number is None:
            raise ShapeError(f"layer {self.name!r}: the channels of {input_shape} must be known")
        return number

    @property
    def kernel_ordering(self) -> str:
        """Where W has its channels, that of the images by default."""
        return self.dim_ordering

    def add_kernel(
        self,
        suffix: str,
        ends: tuple[int, int],
        init: Initializer,
        regularizer: Regularizer | None,
        constraint: Constraint | None,
    ) -> Weight:
        """Make a kernel (window, *ends) for "tf", or (*reversed ends, window) for "th"."""
        window, first = self.kernel_shape, self.kernel_ordering == "th"
        shape = (*reversed(ends), *window) if first else (*window, *ends)
        made = self.add_weight(
            suffix, shape, init, regularizer, constraint, dim_ordering=self.kernel_ordering
        )
        made.spatial_axes = self.window_axes
        return made

    @property
    def window_axes(self) -> tuple[int, ...]:
        """The axes of a kernel that are those of the window."""
        start = 2 if self.kernel_ordering == "th" else 0
        return tuple(range(start, start + len(self.kernel_shape)))

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The places of the kernel instead of the cells, filters instead of channels."""
        if channels(input_shape, self.dim_ordering) != self.channels:
            raise ShapeError(
                f"layer {self.name!r} has a kernel for {self.channels} channels, but the input has "
                f"shape {input_shape}"
            )
        lengths = self.output_lengths(spatial(input_shape, self.dim_ordering))
        check_places(self, input_shape, lengths)
        return self.shape_of(input_shape[0], lengths, self.nb_filter)

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """The places of the kernel along each axis."""
        return [
            output_length(n, k, self.border_mode, s, d)
            for n, k, s, d in zip(lengths, *self.window(), strict=False)
        ]

    # What the kernels take.

    def to_images(self, x: Array, ctx: Context) -> Array:
        """Channels last; sequences (batch, steps, 1, features)."""
        last = ctx.channels_last(x, self.dim_ordering)
        if self.space > 1:
            return last
        return last.reshape((last.shape[0], last.shape[1], 1, last.shape[2]))

    def from_images(self, y: Array, ctx: Context) -> Array:
        """As the layer gives them."""
        if self.space == 1:
            y = y.reshape((y.shape[0], y.shape[1], y.shape[3]))
        return ctx.ordered(y, self.dim_ordering)

    def kernel_axes(self) -> tuple[int, ...]:
        """The axes of W as they are in what the kernels take: window, channels, filters."""
        own = self.window_axes
        return (*own, 1, 0) if own[0] else (*own, own[-1] + 1, own[-1] + 2)

    def turned(self, w: Weight, ctx: Context) -> Array:
        """A kernel with its axes in that order; turned once a step where they are not."""
        axes = self.kernel_axes()
        return w.array if axes == tuple(sorted(axes)) else ctx.permuted(w.array, axes)

    def put_gradient(self, dw: Array, ctx: Context, find: Callable[[Array], None]) -> None:
        """Have `find` write the gradient of the kernel; turn it as W is."""
        axes = self.kernel_axes()
        if axes == tuple(sorted(axes)):
            find(dw)
            return
        found = ctx.empty(tuple(dw.shape[a] for a in axes))
        find(found)
        ctx.permuted(found, [axes.index(a) for a in range(len(axes))], dw)

    def way(self, lengths: Sequence[int]) -> tuple[int, ...]:
        """Steps, margins and gaps of a window over axes of these lengths."""
        sizes, steps, gaps = self.window()
        before = [
            padding_before(n, k, self.border_mode, s, d)
            for n, k, s, d in zip(lengths, sizes, steps, gaps, strict=True)
        ]
        return (*steps, *before, *gaps)


class Sliding(Windowed):
    """y = f(x convolved with W + b), as cross-correlation: the kernel is not turned.

    Args of every such layer, besides those of `Windowed`:
        nb_filter: number of filters, the channels of the output.
        init: initializer of W.
        W_regularizer, W_constraint: penalty on the kernel, and rule that it obeys.
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
            border_mode, activation, weights, b_regularizer, activity_regularizer, b_constraint,
            bias, **kwargs,
        )  # fmt: skip
        self.nb_filter = positive(nb_filter, "nb_filter")
        self.init = Initializer.get(init)
        self.W_regularizer = Regularizer.get(W_regularizer)
        self.W_constraint = Constraint.get(W_constraint)

    def build(self, input_shape: Shape) -> None:
        """Make W, with its channels last ("tf") or first ("th"), and b."""
        self.channels = self.known_channels(input_shape)
        self.W = self.add_kernel("W", self.ends, self.init, self.W_regularizer, self.W_constraint)
        self.add_bias(self.nb_filter)

    @property
    def ends(self) -> tuple[int, int]:
        """The last axes of W for "tf", the first ones in reverse for "th"."""
        return self.channels, self.nb_filter

    def kernel(self, name: str) -> Any:
        """The core's kernel of this name for so many axes."""
        return getattr(core, f"conv{max(self.space, 2)}d{name}")

    def forward(self, x: Array, ctx: Context) -> Array:
        """Convolve; f is applied to each block of the output while it is hot."""
        images, w = self.to_images(x, ctx), self.turned(self.W, ctx)
        lengths = self.output_lengths(images.shape[1 : 1 + self.space])
        space = (*lengths, 1) if self.space == 1 else tuple(lengths)
        y = ctx.empty((images.shape[0], *space, self.nb_filter))
        ctx.saved.x, ctx.saved.w = images, w
        ctx.saved.way = self.way(self.slid_over(images, y))
        self.activate(y, ctx, lambda f, z: self.convolve(images, w, z, ctx, f))
        return self.from_images(y, ctx)

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dz = dy f'; then the gradients of W and b, and the input's."""
        dz = self.deactivate(self.to_images(dy, ctx), ctx)
        dw = ctx.gradient(self.W)
        if dw is not None:
            self.put_gradient(dw, ctx, lambda found: self.weight_gradient(dz, found, ctx))
        if not ctx.needs_input_gradient:
            return None
        dx = ctx.empty(ctx.saved.x.shape)
        self.input_gradient(dz, dx, ctx)
        return self.from_images(dx, ctx)

    def slid_over(self, x: Array, y: Array) -> tuple[int, ...]:
        """Lengths of what the kernel slides over."""
        lengths: tuple[int, ...] = x.shape[1:-1]
        return lengths

    def convolve(self, x: Array, w: Array, y: Array, ctx: Context, activation: Activation) -> None:
        """Describe y = f(x convolved with w + b)."""
        name, bias = ("_bias", [self.b]) if self.bias else ("", [])
        kernel = self.kernel(name).specialize(activate=activation.scalar)
        ctx.run(kernel, x, w, *bias, y, *ctx.saved.way)

    def weight_gradient(self, dz: Array, dw: Array, ctx: Context) -> None:
        """Describe the gradient of the kernel."""
        ctx.run(self.kernel("_weight_gradient"), ctx.saved.x, dz, dw, *ctx.saved.way)

    def input_gradient(self, dz: Array, dx: Array, ctx: Context) -> None:
        """Describe the gradient of the input."""
        ctx.run(self.kernel("_input_gradient"), dz, ctx.saved.w, dx, *ctx.saved.way)
