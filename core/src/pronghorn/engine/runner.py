"""Keeps a model's memory and plans, and runs single steps."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn.components.layer import Layer
from pronghorn.devices import Device
from pronghorn.engine.feed import Feed
from pronghorn.engine.memory import Workspace
from pronghorn.engine.plan import Plan, PlanKey
from pronghorn.engine.storage import Storage
from pronghorn.engine.training import Totals, Training

MAX_PLANS = 64
"""Plans kept; beyond that the oldest goes (data of many lengths would pile them up)."""


class Runner:
    """Runs batches of a chain of layers on one device."""

    def __init__(
        self,
        layers: Sequence[Layer],
        device: Device,
        dtype: np.dtype,
        training: Training | None = None,
        old_storage: Storage | None = None,
    ) -> None:
        self.layers = list(layers)
        self.device = device
        self.training = training
        self.keep = False
        self.last_trained: Plan | None = None
        self.workspace = Workspace(device)
        self.storage = self._storage(dtype, old_storage)
        self._plans: dict[PlanKey, Plan] = {}

    def _storage(self, dtype: np.dtype, old: Storage | None) -> Storage:
        if self.training is not None:
            learning = self.training.learning
        else:
            learning = [w for layer in self.layers for w in layer.trainable_weights]
        known = {id(w) for w in learning}
        fixed = [w for layer in self.layers for w in layer.weights if id(w) not in known]
        storage = Storage(learning, fixed, self.device, dtype)
        if self.training is not None:
            storage.add_slots(self.training.optimizer.slots)
        if old is not None:
            storage.adopt(old)
        return storage

    def train(
        self, feed: Feed, rows: slice | np.ndarray, count: int, totals: Totals | None = None
    ) -> list[float]:
        """One update from these rows; the loss and the metrics before it, also for `totals`."""
        training = self._compiled()
        plan = self._loaded(feed, rows, count, "train")
        training.prepare_step(self.storage)
        plan()
        training.optimizer.iterations += 1
        self.last_trained = plan
        return self._values(plan, count, totals)

    def test(
        self, feed: Feed, rows: slice | np.ndarray, count: int, totals: Totals | None = None
    ) -> list[float]:
        """The loss and the metrics of these rows, also for `totals`."""
        plan = self._loaded(feed, rows, count, "test")
        plan()
        return self._values(plan, count, totals)

    def totals(self) -> Totals:
        """What adds up the loss and the metrics of several batches."""
        return Totals(self._compiled())

    def _values(self, plan: Plan, count: int, totals: Totals | None) -> list[float]:
        results = self.device.to_host(plan.results)
        if totals is not None:
            totals.add(results, plan.rows, count)
        return self._compiled().values(results, plan.rows)

    def predict(self, feed: Feed, rows: slice | np.ndarray, count: int) -> Any:
        """The output for these rows, a device array that changes with the next step."""
        plan = self._loaded(feed, rows, count, "predict")
        plan()
        return plan.output

    def _compiled(self) -> Training:
        assert self.training is not None
        return self.training

    def _loaded(self, feed: Feed, rows: slice | np.ndarray, count: int, phase: str) -> Plan:
        """The plan for these rows, which are in it already."""
        self.storage.claim()
        key = PlanKey(count, feed.sample_shapes, phase, self.keep and phase == "train")
        if self.training is not None and self.training.objective.whole and phase != "predict":
            key = key._replace(target_shape=feed.y.shape[1:])
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= MAX_PLANS:
                self._plans.pop(next(iter(self._plans)))
            plan = Plan(key, self.layers, self.storage, self.workspace, self.training)
            self._plans[key] = plan
        feed.load(plan, rows)
        return plan
