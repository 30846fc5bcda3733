"""Batches from a Python generator or a `Sequence`, fetched ahead by a thread."""

import threading
from collections.abc import Callable, Iterator
from queue import Empty, Full, Queue
from typing import Any

import numpy as np

from pronghorn.engine.loop import Batch, Samples

POLL_SECONDS = 0.05
"""How often a waiting thread looks whether it is still wanted."""


class Sequence:
    """Batches by number, as Keras 2 and 3 have them: a subclass has `__len__` and `__getitem__`.

    A batch is `(x, y)` or `(x, y, sample_weight)`; for predictions it may be x alone. One thread
    fetches batches ahead, whatever the arguments of Keras 3's `PyDataset` ask for.
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        """Take the arguments of `PyDataset`; a subclass need not call this."""

    def __len__(self) -> int:
        """How many batches make an epoch."""
        raise NotImplementedError(f"{type(self).__name__} has no __len__")

    def __getitem__(self, index: int) -> Any:
        """The batch of this number, from 0."""
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__")

    def on_epoch_end(self) -> None:
        """All batches have been taken once more."""


def yields_batches(data: Any) -> bool:
    """Whether data come as batches, and not as arrays."""
    return hasattr(data, "__next__") or isinstance(data, Sequence)


def endless(batches: Sequence, shuffle: bool) -> Iterator[Any]:
    """The batches of a sequence for ever, in a new order each time if they are to be shuffled."""
    generator = np.random.default_rng(np.random.randint(2**31)) if shuffle else None
    return _endless(batches, generator)


def _endless(batches: Sequence, generator: np.random.Generator | None) -> Iterator[Any]:
    while True:
        count = len(batches)
        order = range(count) if generator is None else generator.permutation(count).tolist()
        yield from (batches[index] for index in order)
        batches.on_epoch_end()


class Prefetcher:
    """Takes items from an iterator in a thread, up to `size` ahead. Use it in a `with` block."""

    def __init__(self, items: Iterator[Any], size: int) -> None:
        self._items = items
        self._queue: Queue[tuple[Any, BaseException | None]] = Queue(max(size, 1))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._fill, daemon=True)

    def __enter__(self) -> "Prefetcher":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _fill(self) -> None:
        while not self._stopped.is_set():
            try:
                entry: tuple[Any, BaseException | None] = (next(self._items), None)
            except BaseException as error:
                entry = (None, error)
            self._put(entry)
            if entry[1] is not None:
                return

    def _put(self, entry: tuple[Any, BaseException | None]) -> None:
        while not self._stopped.is_set():
            try:
                self._queue.put(entry, timeout=POLL_SECONDS)
            except Full:
                continue
            return

    def take(self) -> Any:
        """The next item.

        Raises ValueError if the generator has ended, or from the error that it raised.
        """
        while True:
            try:
                item, error = self._queue.get(timeout=POLL_SECONDS)
            except Empty:
                continue
            if isinstance(error, StopIteration):
                raise ValueError(
                    "the generator ended before the epoch did: it must yield batches for ever"
                )
            if error is not None:
                raise ValueError(f"the generator failed: {error}") from error
            return item


class GeneratorSource:
    """Batches from a generator; an epoch ends once it has `per_epoch` samples, or steps."""

    def __init__(
        self, fetch: Prefetcher, to_samples: Callable[[Any], Samples], per_epoch: int, steps: bool
    ) -> None:
        self.fetch, self.to_samples = fetch, to_samples
        self.per_epoch, self.steps = per_epoch, steps

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """Whole batches; the last one may go beyond the number of samples."""
        seen = 0
        while seen < self.per_epoch:
            samples = self.to_samples(self.fetch.take())
            seen += 1 if self.steps else samples.count
            yield samples.feed, slice(None), samples.count
