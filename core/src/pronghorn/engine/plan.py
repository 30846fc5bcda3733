"""A plan: every array and every bound call of one step, for one batch shape and phase."""

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pronghorn.components.layer import Layer
from pronghorn.components.steps import Step, one_or_all, record_backward, record_forward
from pronghorn.devices import Device, kernels
from pronghorn.engine.memory import Workspace
from pronghorn.engine.recorder import Recorder, RecordingContext
from pronghorn.engine.storage import Storage
from pronghorn.engine.tensor import Tensor
from pronghorn.errors import ShapeError

if TYPE_CHECKING:
    from pronghorn.engine.training import Training


class PlanKey(NamedTuple):
    """What a plan is made for: so many samples of one shape for each input, in a phase.

    `phase` is "predict", "test" or "train".
    """

    samples: int
    sample_shapes: tuple[tuple[int, ...], ...]
    phase: str
    keep: bool = False
    target_shape: tuple[int, ...] | None = None
    """Of one sample's target, where the objective takes any."""


class Plan:
    """Runs one step: forward, and where asked for the loss, the metrics, backward, the update.

    Attributes:
        inputs: one array for each input of the model, which the feed writes before a step.
        target, coefficient: likewise.
        output: the model's output.
        results: float64 (2 + sums of the metrics,): data loss, penalties, then the metrics' sums.
        rows: how many rows (samples, or time steps) the loss and the metrics see.
        default_coefficient: whether `coefficient` holds the plain mean's; it has memory of its
            own, so that it is written only when weights change.
    """

    def __init__(
        self,
        key: PlanKey,
        layers: Sequence[Layer],
        storage: Storage,
        workspace: Workspace,
        training: "Training | None" = None,
    ) -> None:
        self.key = key
        self.device: Device = storage.device
        self.storage = storage
        self.dtype = storage.dtype
        self.training = training
        self.default_coefficient = False
        self.loss_factor = 1.0 if training is None else training.loss_factor
        self.recorder = Recorder(self.device, storage.dtype, key.keep)
        self.steps: list[Step] = []
        self._record(layers)
        self._finish(workspace)

    def __call__(self) -> None:
        """Run the step."""
        self._program()

    # Recording.

    def _record(self, layers: Sequence[Layer]) -> None:
        self._inputs = [
            self._held((self.key.samples, *shape), source.data_dtype)
            for shape, source in zip(self.key.sample_shapes, layers[0].sources, strict=True)
        ]
        training = self.key.phase == "train"
        ctx = self._context()
        self.steps = record_forward(ctx, layers, one_or_all(self._inputs))
        y = self.steps[-1].y
        self._output = self._hold(y)
        self._target: Tensor | None = None
        self._results: Tensor | None = None
        self.coefficient: Any = None
        self.rows = prod(y.shape[:-1])
        if self.training is None or self.key.phase == "predict":
            return
        if training:
            record_backward(self.steps, self._record_loss(ctx, self.training))
            self._record_update(self.training)
        else:
            self._record_loss(ctx, self.training)

    def _record_loss(self, ctx: RecordingContext, training: "Training") -> Tensor:
        """Describe loss, penalties and metrics, and return the gradient of the output."""
        objective, metrics = training.objective, training.metrics
        last = self.steps[-1]
        p = last.y.reshape((self.rows, last.y.shape[-1]))
        self.coefficient = self.device.empty((self.rows,), self.dtype)
        whole = self._target = self._held(self._target_shape(objective.sparse))
        target = whole.reshape((-1, whole.shape[-1]))
        results = self._held((2 + sum(m.width for m in metrics),), np.float64)
        self._results, penalty = results, results.part(1, 2)
        ctx.run(kernels.fill, results, 0.0)
        for regularizer, y in ctx.penalties or ():
            regularizer.record(ctx, y, None, penalty)
        coefficient = self._masked_coefficient(ctx)
        losses = ctx.empty((self.rows,))
        dy = ctx.empty(last.y.shape)
        g = dy.reshape(p.shape) if self.key.phase == "train" else None
        given = (whole, last.y) if objective.whole else (target, p)
        fused = objective.record(ctx, *given, coefficient, losses, g, last.activation)
        last.ctx.loss_fused = fused
        ctx.run(kernels.reduce_sum, losses, results.part(0, 1))
        start = 2
        for metric in metrics:
            given = (whole, last.y) if metric.whole else (target, p)
            if target.shape[0] != self.rows and not metric.whole:
                raise ShapeError(
                    f"metric {metric.name!r} compares rows, but targets of shape {whole.shape} do "
                    f"not have those of the output, {last.y.shape}"
                )
            metric.record(ctx, *given, results.part(start, start + metric.width))
            start += metric.width
        for weight, regularizer in training.penalized:
            regularizer.record(ctx, weight, None, penalty)
        return dy

    def _target_shape(self, sparse: bool) -> tuple[int, ...]:
        shape = self.steps[-1].y.shape
        if self.key.target_shape is not None:
            return (shape[0], *self.key.target_shape)
        return (*shape[:-1], 1) if sparse else tuple(shape)

    def _masked_coefficient(self, ctx: RecordingContext) -> Any:
        """Each row's share of the loss; with a mask, Keras 1's `mask / mean(mask)` beside it."""
        mask = self.steps[-1].ctx.output_mask
        if mask is None or mask.size != self.rows:
            return self.coefficient
        masked = ctx.empty((self.rows,))
        kept = mask.reshape((self.rows,))
        ctx.run(kernels.masked_coefficient, self.coefficient, kept, masked)
        return masked

    def _record_update(self, training: "Training") -> None:
        ctx = self._context()
        for weight, regularizer in training.penalized:
            if weight.gradient is not None:
                regularizer.record(ctx, weight, weight.gradient, None)
        if training.on_gradients is not None:
            self.recorder.record(training.on_gradients, (self.storage.gradients,))
        storage = self.storage
        slots = [storage.slots[name] for name in training.optimizer.slots]
        training.optimizer.record(
            ctx, storage.params, storage.gradients, slots, training.hyper(storage)
        )
        for weight in storage.learning:
            if weight.constraint is not None:
                weight.constraint.record(ctx, weight)
        ctx.run(kernels.tick, storage.clock)

    # Small things.

    def _context(self) -> RecordingContext:
        training = self.key.phase == "train"
        return RecordingContext(self.recorder, training, self.storage.clock)

    def _held(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        return self._hold(self.recorder.empty(shape, dtype))

    def _hold(self, tensor: Tensor) -> Tensor:
        self.recorder.hold(tensor.buffer)
        return tensor

    def _finish(self, workspace: Workspace) -> None:
        calls = self.recorder.finish(workspace)
        resolve = self.recorder.resolve
        self.inputs, self.output = [*map(resolve, self._inputs)], resolve(self._output)
        self.target, self.results = resolve(self._target), resolve(self._results)
        self._program: Callable[[], None] = self.device.program(calls)

    def first_nonfinite(self) -> str | None:
        """Name the first layer whose output, else whose output's gradient, is not finite.

        Outputs are looked at from the first layer on, gradients from the last one back. Right
        only for a plan made with `keep`.
        """
        for step in self.steps:
            if not self._finite(step.y):
                return f"the output of layer {step.layer.name!r}"
        for step in reversed(self.steps):
            if step.dy is not None and not self._finite(step.dy):
                return f"the gradient at the output of layer {step.layer.name!r}"
        for weight in self.storage.learning:
            if not np.isfinite(self.device.to_host(weight.gradient)).all():
                return f"the gradient of weight {weight.name!r}"
        return None

    def _finite(self, tensor: Tensor) -> bool:
        lying = getattr(tensor, "channels_last", None) or tensor
        array = self.device.to_host(self.recorder.resolve(lying))
        return bool(np.isfinite(array).all())
