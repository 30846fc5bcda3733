"""Passes through a model's layers with a gradient of one's own, for comparing numbers."""

from collections.abc import Callable, Sequence
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
    return Circuit(model, np.shape(x), training, penalties).run(x, upstream)


class Circuit:
    """A model's layers made ready for passes over batches of one shape.

    The model's weights live in the circuit from now on: what is written to them counts in the
    next pass. Random numbers are those of the first training step in every pass.

    Args:
        model: a `Sequential`.
        shape: of the input, batch axis first.
        training: whether dropout and the like are active.
        penalties: whether regularizers add to the gradients.

    Attributes:
        calls: all kernels of a pass with their arguments.
    """

    def __init__(
        self, model: Any, shape: Sequence[int], training: bool = False, penalties: bool = False
    ) -> None:
        self.learning: list[Weight] = model.trainable_weights
        storage = Storage(self.learning, model.non_trainable_weights, model.device, model.dtype)
        self._recorder = recorder = _CountingRecorder(model.device, model.dtype, keep=True)
        self._x = recorder.empty(tuple(shape), model.layers[0].data_dtype)
        steps = record_forward(recorder, model.layers, self._x, training, storage.clock, True)
        self._y, self._mask = steps[-1].y, steps[-1].ctx.output_mask
        recorder.hold(self._y.buffer)
        self._penalty = _record_penalties(recorder, steps, self.learning) if penalties else None
        self._forward = recorder.count
        self._dy = recorder.empty(self._y.shape)
        self._gx = record_backward(steps, self._dy, to_input=True, penalties=penalties)
        if self._gx is not None:
            recorder.hold(self._gx.buffer)
        if penalties:
            _record_penalty_gradients(steps[-1], self.learning)
        self._program = recorder.finish(Workspace(model.device))

    @property
    def calls(self) -> list[tuple[Any, tuple[Any, ...]]]:
        """Every kernel with the arrays and numbers that it is given."""
        resolve = self._recorder.resolve
        return [(kernel, tuple(map(resolve, args))) for kernel, args in self._recorder.heard]

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Shape of the output, batch axis first."""
        return self._y.shape

    def run(self, x: Any, upstream: Any = None) -> Pass:
        """Forward, and back from `upstream` if it is given."""
        self._copy_in(x, self._x)
        back = upstream is not None
        if back:
            self._copy_in(upstream, self._dy)
        for call in self._program if back else self._program[: self._forward]:
            call()
        device = self._recorder.device
        gw = {w.name: np.array(device.to_host(w.gradient)) for w in self.learning} if back else {}
        return Pass(
            self._host(self._y),
            None if self._mask is None else self._host(self._mask),
            self._host(self._gx) if back and self._gx is not None else None,
            gw,
            0.0 if self._penalty is None else float(self._host(self._penalty)[0]),
        )

    def _copy_in(self, values: Any, tensor: Tensor) -> None:
        host = np.ascontiguousarray(values, tensor.dtype)
        self._recorder.device.copy_in(host, self._recorder.resolve(tensor))

    def _host(self, tensor: Any) -> np.ndarray:
        return np.array(self._recorder.device.to_host(self._recorder.resolve(tensor)))


class _CountingRecorder(Recorder):
    """A recorder that tells which calls it has noted so far."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heard: list[tuple[Any, tuple[Any, ...]]] = []

    @property
    def count(self) -> int:
        """How many calls it has noted."""
        return len(self.heard)

    def record(self, kernel: Callable[..., Any], args: tuple[Any, ...]) -> None:
        """Note a call."""
        self.heard.append((kernel, args))
        super().record(kernel, args)


def _record_penalties(
    recorder: Recorder, steps: Sequence[Step], weights: Sequence[Weight]
) -> Tensor:
    """Describe the sum of all penalties."""
    ctx = steps[-1].ctx
    total = recorder.empty((1,), np.float64)
    ctx.run(kernels.fill, total, 0.0)
    for step in steps:
        if step.layer.activity_regularizer is not None:
            step.layer.activity_regularizer.record(ctx, step.y, None, total)
    for weight in weights:
        if weight.regularizer is not None:
            weight.regularizer.record(ctx, weight, None, total)
    return total


def _record_penalty_gradients(last: Step, weights: Sequence[Weight]) -> None:
    """Describe the weights' penalties being added to their gradients."""
    for weight in weights:
        if weight.regularizer is not None:
            weight.regularizer.record(last.ctx, weight, weight.gradient, None)
