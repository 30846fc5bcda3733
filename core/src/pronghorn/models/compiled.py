"""The part of a model that holds what `compile` settles, and the memory that steps run in."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from pronghorn import devices
from pronghorn.components.input import Input
from pronghorn.components.layer import Layer
from pronghorn.components.metric import Metric
from pronghorn.components.objective import Objective
from pronghorn.components.optimizer import Optimizer
from pronghorn.components.spelling import spelled
from pronghorn.components.weight import Weight
from pronghorn.engine.availability import require_kernels
from pronghorn.engine.runner import Runner
from pronghorn.engine.training import Training
from pronghorn.errors import NotCompiledError, ShapeError
from pronghorn.models.chain import Chain
from pronghorn.models.compiling import gradient_hook, label_metrics


class Compiled(Chain):
    """A chain with an objective, an optimizer and metrics, on a device."""

    def __init__(
        self,
        layers: Iterable[Layer | Input],
        name: str | None,
        seed: int | None,
    ) -> None:
        self.device = devices.default()
        self.compiled = False
        self.stop_training = False
        self.optimizer: Optimizer | None = None
        self.loss: Any = None
        self.metrics: Any = None
        self.metrics_names: list[str] = []
        self.sample_weight_mode: str | None = None
        self.loss_weights: Any = None
        self.class_mode: str | None = None
        self._training: Training | None = None
        self._runner: Runner | None = None
        super().__init__(layers, name, seed)

    @spelled
    def compile(
        self,
        optimizer: Any,
        loss: Any,
        metrics: Sequence[Any] | Mapping[str, Any] | None = None,
        sample_weight_mode: str | None = None,
        loss_weights: Any = None,
        class_mode: str | None = None,
    ) -> None:
        """Settle how the model learns. Weights stay as they are; optimizer state starts anew.

        Args:
            optimizer: identifier, instance, class or configuration.
            loss: identifier, `Objective` or plain function `(y_true, y_pred)` of scalars.
            metrics: list of identifiers, metrics or plain functions; "accuracy" picks the one
                that suits the loss.
            sample_weight_mode: None, or "temporal" for a weight for each time step.
            loss_weights: factor of the loss, as a number or a list of one.
            class_mode: of older scripts: "binary" or "categorical" settles what accuracy means.
        """
        objective = Objective.get(only(loss))
        labelled = label_metrics(metrics, objective, self.output_shape, class_mode)
        chosen = Optimizer.get(optimizer)
        chosen.iterations = 0
        last = getattr(self.layers[-1], "activation", None)
        if self.output_shape[-1] == 1 and getattr(last, "name", None) == "softmax":
            warnings.warn(
                f"the last layer, {self.layers[-1].name!r}, has one output, whose softmax is "
                "always 1: nothing can be learnt; use sigmoid, or one output for each class",
                RuntimeWarning,
                stacklevel=3,
            )
        self.optimizer = chosen
        self.loss, self.metrics, self.class_mode = loss, metrics, class_mode
        self.sample_weight_mode, self.loss_weights = sample_weight_mode, loss_weights
        self._objective = objective
        self._settle(labelled)
        self._runner = None
        self.compiled = True

    def _settle(self, labelled: list[tuple[str, Metric]]) -> None:
        assert self.optimizer is not None
        factor = 1.0 if self.loss_weights is None else float(only(self.loss_weights))
        self._training = Training(
            self._objective,
            self.optimizer,
            labelled,
            self.trainable_weights,
            self.weights,
            gradient_hook(self),
            factor,
        )
        self.metrics_names = ["loss", *self._training.labels]

    def _check_compiled(self, method: str) -> None:
        if not self.compiled:
            raise NotCompiledError(
                f"the model is not compiled: call compile(optimizer, loss) before {method}()"
            )

    def _add_accuracy(self) -> None:
        """Add the accuracy to the metrics of this compilation, if it is not among them."""
        training = self._training
        assert training is not None
        if "acc" not in training.labels:
            added = label_metrics(["accuracy"], self._objective, self.output_shape, self.class_mode)
            self._settle([*zip(training.labels, training.metrics, strict=True), *added])
            self._renew_runner()

    @property
    def runner(self) -> Runner:
        """The model's memory and plans, made anew when its layers changed."""
        if self._runner is None:
            return self._renew_runner()
        return self._runner

    def _renew_runner(self) -> Runner:
        """Make memory and plans anew; the optimizer's state comes along."""
        self._end(0)
        old = None if self._runner is None else self._runner.storage
        self._runner = Runner(self.layers, self.device, self.dtype, self._training, old)
        return self._runner

    @property
    def steps(self) -> int:
        """Number of training steps since `compile`, which count dropout's random numbers."""
        if self._runner is None:
            return 0
        return int(self.device.to_host(self._runner.storage.clock)[0])

    @steps.setter
    def steps(self, value: int) -> None:
        self.device.copy_in(np.array([value], np.uint64), self.runner.storage.clock)

    def to(self, device: str) -> Self:
        """Move the model to "cpu" or "cuda"; weights and optimizer state come along.

        Raises:
            DeviceError: the device is not here, or lacks what a layer needs; nothing is moved.
        """
        chosen = devices.get(device)
        if chosen is not self.device:
            require_kernels(self.layers, chosen, self.dtype)
            self.device = chosen
            self._renew_runner()
        return self

    def _changed(self) -> None:
        self._runner, self._training, self.compiled = None, None, False

    def first_nonfinite(self) -> str | None:
        """What first went wrong in the last training step: a layer's output or gradient.

        For callbacks with `keeps_activations`; None if all was finite or no such step was run.
        """
        plan = None if self._runner is None else self._runner.last_trained
        return None if plan is None or not plan.key.keep else plan.first_nonfinite()

    def optimizer_arrays(self) -> list[tuple[str, np.ndarray]]:
        """Name and copy of each array of the optimizer's state, as Keras 1 saves them."""
        optimizer = self.optimizer
        if optimizer is None:
            raise NotCompiledError("the model is not compiled, so it has no optimizer state")
        storage = self.runner.storage
        arrays = [
            (f"{weight.name}_{slot}", storage.get_slot(slot, weight))
            for slot in optimizer.slots
            for weight in _by_name(storage.learning)
        ]
        if optimizer.saves_iterations:
            arrays.insert(0, ("iterations", np.array(optimizer.iterations, self.dtype)))
        return arrays

    def set_optimizer_arrays(self, arrays: Sequence[np.ndarray]) -> None:
        """Set the optimizer's state from arrays in the order of `optimizer_arrays`.

        Nothing is changed if a count or a shape is wrong (ShapeError).
        """
        expected = self.optimizer_arrays()
        shapes, given = [a.shape for _, a in expected], [np.shape(a) for a in arrays]
        if shapes != given:
            raise ShapeError(
                f"the optimizer's state has {len(shapes)} arrays of shapes {shapes}, but "
                f"{len(given)} of shapes {given} were given"
            )
        optimizer, storage, rest = self.optimizer, self.runner.storage, list(arrays)
        assert optimizer is not None
        if optimizer.saves_iterations:
            optimizer.iterations = int(rest.pop(0))
        for slot in optimizer.slots:
            for weight in _by_name(storage.learning):
                storage.set_slot(slot, weight, rest.pop(0))


def only(value: Any) -> Any:
    """The one element of a list or dictionary; anything else as it is."""
    if isinstance(value, Mapping) and not value.keys() & {"name", "class_name"}:
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        if len(value) != 1:
            raise ValueError(f"the model has one output, so one value is needed, got {value!r}")
        return value[0]
    return value


def _by_name(weights: Sequence[Weight]) -> list[Weight]:
    return sorted(weights, key=lambda weight: weight.name)
