"""The loops over epochs and batches behind fit, evaluate and predict."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pronghorn.components.callback import CallbackList
from pronghorn.components.logs import LabelledValues
from pronghorn.engine.feed import Feed
from pronghorn.engine.runner import Runner
from pronghorn.progress import Progbar

if TYPE_CHECKING:
    from pronghorn.models.sequential import Sequential

Batch = tuple[Feed, slice | np.ndarray, int]
"""Arrays, the rows of them that are meant, and how many those are."""


@dataclass
class Samples:
    """Checked arrays of one data set, and how many samples they hold."""

    feed: Feed
    count: int

    def part(self, start: int, stop: int) -> "Samples":
        """The samples from `start` to `stop`."""
        return Samples(self.feed.part(start, stop), stop - start)


def batches(count: int, size: int) -> Iterator[tuple[int, int]]:
    """Start and stop of each batch; the last one may be smaller."""
    for start in range(0, count, size):
        yield start, min(start + size, count)


def shown_batches(count: int, size: int, verbose: int) -> Iterator[tuple[int, int]]:
    """The same, with a progress bar that moves on after each batch, unless `verbose` is 0."""
    if not verbose:
        yield from batches(count, size)
        return
    bar = Progbar(count, verbose=verbose)
    for start, stop in batches(count, size):
        yield start, stop
        bar.update(stop)


class Source(Protocol):
    """Where training takes its batches from."""

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch."""


@dataclass
class ArraySource:
    """Batches of arrays, in an order that may change from epoch to epoch.

    `shuffle` is True, False or "batch"; `generator` gives what shuffles an epoch.
    """

    samples: Samples
    batch_size: int
    shuffle: bool | str
    generator: Callable[[int], Any]

    def __post_init__(self) -> None:
        self._order = np.arange(self.samples.count)

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """The samples, a batch at a time; the last batch may be smaller."""
        feed, count, shuffle = self.samples.feed, self.samples.count, self.shuffle
        generator = self.generator(epoch) if shuffle else None
        if generator is not np.random:  # an epoch of its own, which needs none before it
            self._order = np.arange(count)
        if shuffle == "batch":
            self._order = _shuffle_blocks(self._order, self.batch_size, generator)
        elif generator is not None:
            generator.shuffle(self._order)
        for start, stop in batches(count, self.batch_size):
            rows = self._order[start:stop] if shuffle else slice(start, stop)
            yield feed, rows, stop - start


def _shuffle_blocks(order: np.ndarray, size: int, generator: Any) -> np.ndarray:
    """Whole batches in a new order; the incomplete rest stays last."""
    whole = len(order) // size * size
    blocks = order[:whole].reshape(-1, size)
    return np.concatenate([blocks[generator.permutation(len(blocks))].reshape(-1), order[whole:]])


def train_epochs(
    model: "Sequential",
    source: Source,
    epochs: range,
    callbacks: CallbackList,
    validate: Callable[[], list[float]] | None = None,
) -> None:
    """Run the epochs, calling the callbacks around each epoch and batch."""
    callbacks.on_train_begin({})
    model.stop_training = False
    try:
        for epoch in epochs:
            callbacks.on_epoch_begin(epoch, {})
            reached = _train_epoch(model, source.epoch(epoch), callbacks)
            logs = LabelledValues()
            if validate is not None:
                names = (f"val_{name}" for name in model.metrics_names)
                logs.update(zip(names, validate(), strict=True))
            logs.update(reached)
            callbacks.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
    finally:
        callbacks.on_train_end({})


def _train_epoch(
    model: "Sequential", source: Iterator[Batch], callbacks: CallbackList
) -> dict[str, float]:
    """Train on the batches; the loss and the metrics over all of them."""
    names = model.metrics_names
    runner = model.runner
    totals = runner.totals()
    for index, (feed, rows, count) in enumerate(source):
        logs = LabelledValues(batch=index, size=count)
        callbacks.on_batch_begin(index, logs)
        values = runner.train(feed, rows, count, totals)
        logs.update(zip(names, values, strict=True))
        callbacks.on_batch_end(index, logs)
        if model.stop_training:
            break
    return dict(zip(names, totals.values(), strict=False))


def evaluate_all(
    runner: Runner, samples: Samples, batch_size: int, verbose: int = 0
) -> list[float]:
    """Loss and metrics over all samples."""
    totals = runner.totals()
    for start, stop in shown_batches(samples.count, batch_size, verbose):
        runner.test(samples.feed, slice(start, stop), stop - start, totals)
    return totals.values()


def predict_all(runner: Runner, samples: Samples, batch_size: int, verbose: int = 0) -> np.ndarray:
    """The output for all samples, in a new array."""
    output: np.ndarray | None = None
    for start, stop in shown_batches(samples.count, batch_size, verbose):
        part = runner.predict(samples.feed, slice(start, stop), stop - start)
        if output is None:
            output = np.empty((samples.count, *part.shape[1:]), part.dtype)
        runner.device.copy_out(part, output[start:stop])
    assert output is not None
    return output
