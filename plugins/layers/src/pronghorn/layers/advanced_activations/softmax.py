"""Softmax."""

from typing import Any

from pronghorn.components import activation as component
from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.errors import ShapeError
from pronghorn.layers.core.pointwise import Pointwise


class Softmax(Pointwise):
    """`y = exp(x) / sum(exp(x))`, the sum over one axis. Any shape, which stays.

    Args:
        axis: the axis along which the outputs add up to 1, the batch axis counted.

    Source: Bridle, "Probabilistic Interpretation of Feedforward Classification Network Outputs",
    1990.
    """

    examples = (({}, (5,)), ({"axis": 1}, (4, 3)), ({"axis": -2}, (2, 3, 4)))
    min_ndim = 2

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.activation = component.Activation.get("softmax")

    def check_input_shape(self, shape: Shape) -> None:
        """Raise ShapeError if there is no such axis, or if it is the batch's."""
        super().check_input_shape(shape)
        if self.axis not in range(-len(shape) + 1, len(shape)) or self.axis == 0:
            raise ShapeError(
                f"layer {self.name!r}: axis {self.axis} is no axis of a sample in {shape}"
            )

    @property
    def pointwise(self) -> component.Activation | None:  # type: ignore[override]
        """The activation, where it is that of the last axis."""
        return self.activation if self._over_last else None

    def final_activation(self, ctx: Context) -> component.Activation | None:
        """The activation, where it is that of the last axis."""
        return self.pointwise

    def forward(self, x: Array, ctx: Context) -> Array:
        """The axis is last while the activation is applied."""
        return self._turned(super().forward(self._turned(x, ctx), ctx), ctx)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """The same way."""
        return self._turned(super().backward(self._turned(dy, ctx), ctx), ctx)

    @property
    def _over_last(self) -> bool:
        if self.input_shape is None:
            return self.axis == -1
        return self.axis % len(self.input_shape) == len(self.input_shape) - 1

    def _turned(self, x: Array, ctx: Context) -> Array:
        """x with the axis and the last one exchanged."""
        if self._over_last:
            return x
        axes = list(range(x.ndim))
        axes[self.axis], axes[-1] = axes[-1], axes[self.axis]
        return ctx.permuted(x, axes)
