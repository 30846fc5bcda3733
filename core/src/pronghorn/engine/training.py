"""What `compile` settles: objective, metrics, optimizer and what belongs to them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pronghorn.components.metric import Metric
from pronghorn.components.objective import Objective
from pronghorn.components.optimizer import Optimizer
from pronghorn.components.weight import Weight
from pronghorn.engine.storage import Storage


class Training:
    """The compiled side of a model.

    `metrics` come with their labels; `learning` are the weights that learn until it is compiled
    again; `penalized` are those that have a regularizer, with it; `loss_factor` multiplies the
    loss, but not the penalties.
    """

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        metrics: Sequence[tuple[str, Metric]],
        learning: Sequence[Weight],
        weights: Sequence[Weight],
        on_gradients: Callable[[Any], None] | None = None,
        loss_factor: float = 1.0,
    ) -> None:
        self.objective = objective
        self.optimizer = optimizer
        self.labels = [label for label, _ in metrics]
        self.metrics = [metric for _, metric in metrics]
        self.learning = list(learning)
        self.penalized = [(w, w.regularizer) for w in weights if w.regularizer is not None]
        self.on_gradients = on_gradients
        self.loss_factor = loss_factor
        self._hyper: dict[int, Any] = {}

    def hyper(self, storage: Storage) -> Any:
        """The device array of the update's scalars, which `prepare_step` fills."""
        if id(storage) not in self._hyper:
            size = max(len(self.optimizer.scalar_names), 1)
            self._hyper = {id(storage): storage.device.zeros((size,), storage.dtype)}
            self._host = np.zeros(size, storage.dtype)
            self._written: dict[str, float] = {}
        return self._hyper[id(storage)]

    def prepare_step(self, storage: Storage) -> None:
        """Write the scalars of the coming update: learning rate, bias corrections and so on."""
        scalars = self.optimizer.scalars(self.optimizer.iterations)
        if scalars == self._written:
            return
        self._host[: len(scalars)] = list(scalars.values())
        storage.device.copy_in(self._host, self._hyper[id(storage)])
        self._written = scalars

    def values(self, results: np.ndarray, rows: int) -> list[float]:
        """The loss with its penalties, then each metric, from a plan's results."""
        values = [float(results[0] + results[1])]
        start = 2
        for metric in self.metrics:
            values.append(metric.result(results[start : start + metric.width], rows))
            start += metric.width
        return values


class Totals:
    """Loss and metrics over several batches, whatever their sizes.

    The loss is the mean of the batches' losses, each counted for its samples. A metric's sums are
    added up before its value is taken: a precision is that of all the rows, not a mean.
    """

    def __init__(self, training: Training) -> None:
        self._training = training
        self._results: Any = 0.0
        self._rows = self._count = 0

    def add(self, results: np.ndarray, rows: int, count: int) -> None:
        """Count in a plan's results for `rows` rows of `count` samples."""
        weighted = results.copy()
        weighted[:2] *= count
        self._results = self._results + weighted
        self._rows += rows
        self._count += count

    def values(self) -> list[float]:
        """The loss, then each metric; nothing before the first batch."""
        if not self._count:
            return []
        results = self._results.copy()
        results[:2] /= self._count
        return self._training.values(results, self._rows)
