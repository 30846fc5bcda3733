"""Layers one after the other: described to a context forward, and back again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pronghorn.components.context import Array, Context
from pronghorn.errors import ShapeError

if TYPE_CHECKING:
    from pronghorn.components.activation import Activation
    from pronghorn.components.layer import Layer


@dataclass
class Step:
    """One layer's part: its context, its output and that output's gradient."""

    layer: "Layer"
    ctx: Context
    y: Array
    dy: Array | None = None

    @property
    def activation(self) -> "Activation | None":
        """The activation that this step ends with, if its backward can leave it out."""
        return None if self.layer.activity_regularizer else self.layer.final_activation(self.ctx)

    @property
    def learns(self) -> bool:
        """Whether any weight of the layer wants a gradient."""
        return any(self.ctx.gradient(weight) is not None for weight in self.layer.weights)


def one_or_all(things: Sequence[Any]) -> Any:
    """The one of them, or their list if there are several: what a layer of inputs is given."""
    return things[0] if len(things) == 1 else list(things)


def record_forward(ctx: Context, layers: "Sequence[Layer]", x: Any) -> list[Step]:
    """Describe the layers' outputs. An activation that the layer before it applies has no step.

    The first layer is given `ctx.mask`; each layer works in a context inside `ctx`.
    """
    steps: list[Step] = []
    mask, absorbed = ctx.mask, None
    for layer, following in zip(layers, [*layers[1:], None], strict=True):
        if layer is absorbed:
            continue
        inner = ctx.inside(layer)
        inner.mask = inner.output_mask = mask
        if following is not None and _absorbs(layer, following):
            absorbed, inner.activation = following, following.pointwise
        y = layer.forward(x, inner)
        _check_output(layer, x, y)
        x = y
        mask = inner.output_mask
        if layer.activity_regularizer is not None and ctx.penalties is not None:
            ctx.penalties.append((layer.activity_regularizer, x))
        steps.append(Step(layer, inner, x))
    return steps


def _check_output(layer: "Layer", x: Any, y: Any) -> None:
    """Raise an error if `forward` did not return what the layer told."""
    if not hasattr(y, "shape"):
        raise TypeError(
            f"forward of layer {layer.name!r} ({type(layer).__name__}) must return an array that "
            f"the context gave, such as ctx.empty(shape), not {type(y).__name__}"
        )
    if not hasattr(x, "shape"):  # several inputs
        return
    told = tuple(layer.get_output_shape_for(tuple(x.shape)))
    if tuple(y.shape) != told:
        raise ShapeError(
            f"forward of layer {layer.name!r} ({type(layer).__name__}) gives {tuple(y.shape)}, but "
            f"{told} was told by get_output_shape_for"
        )


def _absorbs(layer: "Layer", following: "Layer") -> bool:
    """Whether `layer` can apply the activation of the layer after it, and skip that one."""
    if following.pointwise is None or not layer.absorbs_activation:
        return False
    return layer.activity_regularizer is None


def record_backward(steps: Sequence[Step], dy: Array, to_input: bool = False) -> Any:
    """Describe the gradients of all weights that learn, from the output's gradient `dy`.

    With `to_input` it goes on to the gradient of the input, which it returns.
    """
    learns = [step.learns for step in steps]
    gradient: Array | None = dy
    for index in range(len(steps) - 1, -1, -1):
        step = steps[index]
        if gradient is None or not (to_input or any(learns[: index + 1])):
            return None
        if step.layer.activity_regularizer is not None and step.ctx.penalties is not None:
            step.layer.activity_regularizer.record(step.ctx, step.y, gradient, None)
        step.dy = gradient
        step.ctx.needs_input_gradient = to_input or any(learns[:index])
        gradient = step.layer.backward(gradient, step.ctx)
    return gradient
