"""Writes a chain of layers down for a recorder: forward, and back again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pronghorn.components.layer import Layer
from pronghorn.engine.recorder import Recorder, RecordingContext
from pronghorn.engine.tensor import Tensor

if TYPE_CHECKING:
    from pronghorn.components.activation import Activation


@dataclass
class Step:
    """One layer's part of a plan: its context, its output and that output's gradient."""

    layer: Layer
    ctx: RecordingContext
    y: Tensor
    dy: Tensor | None = None

    @property
    def activation(self) -> "Activation | None":
        """The activation that this step ends with, if its backward can leave it out."""
        return None if self.layer.activity_regularizer else self.layer.final_activation(self.ctx)


def record_forward(
    recorder: Recorder,
    layers: Sequence[Layer],
    x: Tensor,
    training: bool,
    clock: Any,
    keeps: bool | None = None,
) -> list[Step]:
    """Describe the layers' outputs. An activation that the layer before it applies has no step.

    `keeps` says whether `record_backward` follows; by default it does in training only.
    """
    steps: list[Step] = []
    mask = absorbed = None
    for layer, following in zip(layers, [*layers[1:], None], strict=True):
        if layer is absorbed:
            continue
        ctx = RecordingContext(recorder, layer, training, clock)
        ctx.keeps = training if keeps is None else keeps
        ctx.mask = ctx.output_mask = mask
        if following is not None and _absorbs(layer, following):
            absorbed, ctx.activation = following, following.pointwise
        x = layer.forward(x, ctx)
        mask = ctx.output_mask
        steps.append(Step(layer, ctx, x))
    return steps


def _absorbs(layer: Layer, following: Layer) -> bool:
    """Whether `layer` can apply the activation of the layer after it, and skip that one."""
    if following.pointwise is None or not layer.absorbs_activation:
        return False
    return layer.activity_regularizer is None


def record_backward(
    steps: Sequence[Step], dy: Tensor, to_input: bool = False, penalties: bool = True
) -> Tensor | None:
    """Describe the gradients of all weights that learn, from the output's gradient `dy`.

    With `to_input` it goes on to the gradient of the input, which it returns. `penalties` says
    whether those of activity regularizers are added on the way.
    """
    learns = [bool(step.layer.trainable_weights) for step in steps]
    gradient: Tensor | None = dy
    for index in range(len(steps) - 1, -1, -1):
        step = steps[index]
        if gradient is None or not (to_input or any(learns[: index + 1])):
            return None
        if penalties and step.layer.activity_regularizer is not None:
            step.layer.activity_regularizer.record(step.ctx, step.y, gradient, None)
        step.dy = gradient
        step.ctx.needs_input_gradient = to_input or any(learns[:index])
        gradient = step.layer.backward(gradient, step.ctx)
    return gradient
