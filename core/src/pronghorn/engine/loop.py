"""The loops over epochs and batches behind fit, evaluate and predict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn.components.callback import CallbackList
from pronghorn.engine.feed import Feed
from pronghorn.engine.runner import Runner

if TYPE_CHECKING:
    from pronghorn.models.sequential import Sequential


@dataclass
class Samples:
    """Checked arrays of one data set, and how many samples they hold."""

    feed: Feed
    count: int

    def part(self, start: int, stop: int) -> "Samples":
        """The samples from `start` to `stop`."""
        feed = self.feed
        weights = None if feed.weights is None else feed.weights[start:stop]
        y = None if feed.y is None else feed.y[start:stop]
        return Samples(Feed(feed.x[start:stop], y, weights), stop - start)


@dataclass
class Schedule:
    """How often, in what portions and in what order the samples are gone through."""

    epochs: range
    batch_size: int
    shuffle: bool | str


def batches(count: int, size: int) -> Iterator[tuple[int, int]]:
    """Start and stop of each batch; the last one may be smaller."""
    for start in range(0, count, size):
        yield start, min(start + size, count)


def train_epochs(
    model: "Sequential",
    samples: Samples,
    validation: Samples | None,
    callbacks: CallbackList,
    schedule: Schedule,
) -> None:
    """Run the epochs, calling the callbacks around each epoch and batch."""
    callbacks.on_train_begin({})
    model.stop_training = False
    try:
        order = np.arange(samples.count)
        for epoch in schedule.epochs:
            callbacks.on_epoch_begin(epoch, {})
            order = _reordered(order, schedule, model.shuffle_generator(epoch))
            _train_epoch(model, samples, callbacks, schedule, order)
            logs: dict[str, Any] = {}
            if validation is not None:
                logs = _validate(model, validation, schedule.batch_size)
            callbacks.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
    finally:
        callbacks.on_train_end({})


def _train_epoch(
    model: "Sequential",
    samples: Samples,
    callbacks: CallbackList,
    schedule: Schedule,
    order: np.ndarray,
) -> None:
    names = model.metrics_names
    runner = model.runner
    for index, (start, stop) in enumerate(batches(samples.count, schedule.batch_size)):
        logs: dict[str, Any] = {"batch": index, "size": stop - start}
        callbacks.on_batch_begin(index, logs)
        rows = order[start:stop] if schedule.shuffle else slice(start, stop)
        values = runner.train(samples.feed, rows, stop - start)
        logs.update(zip(names, values, strict=True))
        callbacks.on_batch_end(index, logs)
        if model.stop_training:
            break


def _validate(model: "Sequential", samples: Samples, batch_size: int) -> dict[str, Any]:
    values = test_all(model.runner, samples, batch_size)
    return dict(zip((f"val_{name}" for name in model.metrics_names), values, strict=True))


def _reordered(order: np.ndarray, schedule: Schedule, generator: Any) -> np.ndarray:
    if schedule.shuffle == "batch":
        return _shuffle_blocks(order, schedule.batch_size, generator)
    if schedule.shuffle:
        generator.shuffle(order)
    return order


def _shuffle_blocks(order: np.ndarray, size: int, generator: Any) -> np.ndarray:
    """Whole batches in a new order; the incomplete rest stays last."""
    whole = len(order) // size * size
    blocks = order[:whole].reshape(-1, size)
    return np.concatenate([blocks[generator.permutation(len(blocks))].reshape(-1), order[whole:]])


def test_all(runner: Runner, samples: Samples, batch_size: int) -> list[float]:
    """Loss and metrics over all samples: means of the batches' values, weighted by their size."""
    totals: Sequence[float] | np.ndarray = []
    for start, stop in batches(samples.count, batch_size):
        values = np.array(runner.test(samples.feed, slice(start, stop), stop - start))
        totals = values * (stop - start) + (totals if len(totals) else 0.0)
    return [float(total) / samples.count for total in totals]


def predict_all(runner: Runner, samples: Samples, batch_size: int) -> np.ndarray:
    """The output for all samples, in a new array."""
    output: np.ndarray | None = None
    for start, stop in batches(samples.count, batch_size):
        part = runner.predict(samples.feed, slice(start, stop), stop - start)
        if output is None:
            output = np.empty((samples.count, *part.shape[1:]), part.dtype)
        runner.device.copy_out(part, output[start:stop])
    assert output is not None
    return output
