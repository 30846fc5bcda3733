"""One pass through a model's layers with a gradient of one's own, for comparing numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pronghorn.components.weight import Weight
from pronghorn.devices import kernels
from pronghorn.engine.memory import Workspace
from pronghorn.engine.recorder import Recorder
from pronghorn.engine.steps import Step, record_backward, record_forward
from pronghorn.engine.storage import Storage
from pronghorn.engine.tensor import Tensor


@dataclass
class Pass:
    """What a pass gave.

    Attributes:
        y: the output.
        mask: the mask that the last layer hands on, or None.
        gx: gradient of `sum(y * upstream)` at the input, or None if it has none.
        gw: the same at each weight that learns, by the weight's name.
        penalty: sum of all regularizers' penalties, if they were asked for.
    """

    y: np.ndarray
    mask: np.ndarray | None
    gx: np.ndarray | None
    gw: dict[str, np.ndarray]
    penalty: float = 0.0


def run_pass(
    model: Any, x: Any, upstream: Any = None, training: bool = False, penalties: bool = False
) -> Pass:
    """Forward through all layers of a model, and back from `upstream` if it is given.

    Args:
        model: a `Sequential`; its weights stay as they are.
        x: input (batch, ...).
        upstream: gradient of something at the output, in the output's shape.
        training: whether dropout and the like are active.
        penalties: whether regularizers add to the gradients.
    """
    learning, fixed = model.trainable_weights, model.non_trainable_weights
    storage = Storage(learning, fixed, model.device, model.dtype)
    recorder = Recorder(model.device, model.dtype, keep=True)
    given = recorder.empty(np.shape(x), model.layers[0].data_dtype)
    steps = record_forward(recorder, model.layers, given, training, storage.clock)
    y, mask = steps[-1].y, steps[-1].ctx.output_mask
    dy = recorder.empty(y.shape)
    gx = None
    if upstream is not None:
        gx = record_backward(steps, dy, to_input=True, penalties=penalties)
    penalty = _record_penalties(recorder, steps, learning) if penalties else None
    calls = recorder.finish(Workspace(model.device))
    _copy_in(recorder, x, given)
    if upstream is not None:
        _copy_in(recorder, upstream, dy)
    for call in calls:
        call()
    gw = {w.name: np.array(model.device.to_host(w.gradient)) for w in learning}
    return Pass(
        _host(recorder, y),
        None if mask is None else _host(recorder, mask),
        None if gx is None else _host(recorder, gx),
        gw if upstream is not None else {},
        0.0 if penalty is None else float(_host(recorder, penalty)[0]),
    )


def _record_penalties(
    recorder: Recorder, steps: Sequence[Step], weights: Sequence[Weight]
) -> Tensor:
    """Describe the sum of all penalties, and add the weights' to their gradients."""
    ctx = steps[-1].ctx
    total = recorder.empty((1,), np.float64)
    ctx.run(kernels.fill, total, 0.0)
    for step in steps:
        if step.layer.activity_regularizer is not None:
            step.layer.activity_regularizer.record(ctx, step.y, None, total)
    for weight in weights:
        if weight.regularizer is not None:
            weight.regularizer.record(ctx, weight, weight.gradient, total)
    return total


def _copy_in(recorder: Recorder, values: Any, tensor: Tensor) -> None:
    host = np.ascontiguousarray(values, tensor.dtype)
    recorder.device.copy_in(host, recorder.resolve(tensor))


def _host(recorder: Recorder, tensor: Tensor) -> np.ndarray:
    return np.array(recorder.device.to_host(recorder.resolve(tensor)))
