"""Batches from a Python generator, fetched ahead by a thread."""

import threading
from collections.abc import Callable, Iterator
from queue import Empty, Full, Queue
from typing import Any

from pronghorn.engine.loop import Batch, Samples

POLL_SECONDS = 0.05
"""How often a waiting thread looks whether it is still wanted."""


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
