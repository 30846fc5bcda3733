"""Passes through a model's layers with a gradient of one's own, for comparing numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pronghorn.components.context import bind_call
from pronghorn.components.steps import one_or_all, record_backward, record_forward
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels
from pronghorn.engine.memory import Workspace
from pronghorn.engine.recorder import Recorder, RecordingContext
from pronghorn.engine.storage import Storage
from pronghorn.engine.tensor import Tensor


@dataclass
class Pass:
    """What a pass gave.

    Attributes:
        y: the output.
        mask: the mask that the last layer hands on, or None.
        gx: gradient of `sum(y * upstream)` at the input, or None if it has none; of a model with
            several inputs, a list.
        gw: the same at each weight that learns, by the weight's name.
        penalty: sum of all regularizers' penalties, if they were asked for.
    """

    y: np.ndarray
    mask: np.ndarray | None
    gx: Any
    gw: dict[str, np.ndarray]
    penalty: float = 0.0


def run_pass(
    model: Any, x: Any, upstream: Any = None, training: bool = False, penalties: bool = False
) -> Pass:
    """Forward through all layers of a model, and back from `upstream` if it is given.

    Args:
        model: a `Sequential`; its weights stay as they are.
        x: input (batch, ...), or a list of inputs.
        upstream: gradient of something at the output, in the output's shape.
        training: whether dropout and the like are active.
        penalties: whether regularizers add to the gradients.
    """
    several = len(model.sources) > 1
    shape = [np.shape(each) for each in x] if several else np.shape(x)
    return Circuit(model, shape, training, penalties).run(x, upstream)


class Circuit:
    """A model's layers made ready for passes over batches of one shape.

    The model's weights live in the circuit from now on: what is written to them counts in the
    next pass. Random numbers are those of the first training step in every pass.

    Args:
        model: a `Sequential`.
        shape: of the input, batch axis first, or a list of shapes.
        training: whether dropout and the like are active.
        penalties: whether regularizers add to the gradients.

    Attributes:
        calls: all kernels of a pass with their arguments.
    """

    def __init__(
        self, model: Any, shape: Sequence[Any], training: bool = False, penalties: bool = False
    ) -> None:
        self.learning: list[Weight] = model.trainable_weights
        storage = Storage(self.learning, model.non_trainable_weights, model.device, model.dtype)
        self._recorder = recorder = _CountingRecorder(model.device, model.dtype, keep=True)
        shapes = shape if len(model.sources) > 1 else [shape]
        self._inputs = [
            recorder.empty(tuple(each), source.data_dtype)
            for each, source in zip(shapes, model.sources, strict=True)
        ]
        ctx = RecordingContext(recorder, training, storage.clock)
        ctx.keeps = True
        if not penalties:
            ctx.penalties = None
        steps = record_forward(ctx, model.layers, one_or_all(self._inputs))
        self._y, self._mask = steps[-1].y, steps[-1].ctx.output_mask
        recorder.hold(self._y.buffer)
        self._penalty = _record_penalties(ctx, self.learning) if penalties else None
        self._forward = recorder.count
        self._dy = recorder.empty(self._y.shape)
        gx = record_backward(steps, self._dy, to_input=True)
        self._gx: list[Tensor | None] = gx if isinstance(gx, list) else [gx]
        for gradient in self._gx:
            if gradient is not None:
                recorder.hold(gradient.buffer)
        if penalties:
            _record_penalty_gradients(ctx, self.learning)
        self._program = recorder.finish(Workspace(model.device))

    @property
    def calls(self) -> list[tuple[Any, tuple[Any, ...]]]:
        """Every kernel with the arrays and numbers that it is given."""
        resolve = self._recorder.resolve
        return [(kernel, tuple(map(resolve, args))) for kernel, args in self._recorder.heard]

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Shape of the output, batch axis first."""
        shape: tuple[int, ...] = self._y.shape
        return shape

    def repeated(self, x: Any, upstream: Any) -> Callable[[], None]:
        """A call that goes forward, and back from a fresh copy of `upstream`; for timing."""
        self._copy_inputs(x)
        recorder = self._recorder
        given = recorder.device.from_host(np.ascontiguousarray(upstream, self._dy.dtype))
        refresh = bind_call(recorder.device, kernels.copy, (given, recorder.resolve(self._dy)))
        again: Callable[[], None] = recorder.device.program([refresh, *self._program])
        return again

    def run(self, x: Any, upstream: Any = None) -> Pass:
        """Forward, and back from `upstream` if it is given."""
        self._copy_inputs(x)
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
            one_or_all([g if g is None else self._host(g) for g in self._gx]) if back else None,
            gw,
            0.0 if self._penalty is None else float(self._host(self._penalty)[0]),
        )

    def _copy_inputs(self, x: Any) -> None:
        for values, tensor in zip(x if len(self._inputs) > 1 else [x], self._inputs, strict=True):
            self._copy_in(values, tensor)

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


def _record_penalties(ctx: RecordingContext, weights: Sequence[Weight]) -> Tensor:
    """Describe the sum of all penalties."""
    total = ctx.empty((1,), np.float64)
    ctx.run(kernels.fill, total, 0.0)
    for regularizer, y in ctx.penalties or ():
        regularizer.record(ctx, y, None, total)
    for weight in weights:
        if weight.regularizer is not None:
            weight.regularizer.record(ctx, weight, None, total)
    return total


def _record_penalty_gradients(ctx: RecordingContext, weights: Sequence[Weight]) -> None:
    """Describe the weights' penalties being added to their gradients."""
    for weight in weights:
        if weight.regularizer is not None:
            weight.regularizer.record(ctx, weight, weight.gradient, None)
