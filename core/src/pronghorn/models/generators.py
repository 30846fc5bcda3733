"""Training, evaluating and predicting from generators and sequences of batches."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from pronghorn.components.spelling import spelled
from pronghorn.engine.generators import GeneratorSource, Prefetcher, endless, yields_batches
from pronghorn.engine.generators import Sequence as BatchSequence
from pronghorn.engine.loop import Samples, evaluate_all, predict_all


class GeneratorMethods:
    """The methods of `Sequential` that take a generator.

    A generator yields `(x, y)` or `(x, y, sample_weight)` for ever. It runs in a thread that is
    up to `max_q_size` batches ahead; `nb_worker` and `pickle_safe` are accepted and change
    nothing. A `pronghorn.utils.Sequence` is taken too; it knows how many steps it has.
    """

    @spelled
    def fit_generator(
        self: Any,
        generator: Iterator[Any],
        samples_per_epoch: int | None = None,
        nb_epoch: int = 1,
        verbose: int = 1,
        callbacks: Sequence[Any] | None = None,
        validation_data: Any = None,
        nb_val_samples: int | None = None,
        class_weight: Mapping[Any, float] | None = None,
        max_q_size: int = 10,
        nb_worker: int = 1,
        pickle_safe: bool = False,
        initial_epoch: int = 0,
        nb_val_worker: int = 1,
        show_accuracy: bool = False,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        shuffle: bool = True,
    ) -> Any:
        """Train on batches of a generator, and return the `History`.

        Args:
            samples_per_epoch: samples after which an epoch ends; or give `steps_per_epoch`.
            validation_data: arrays as in `fit`, or a generator with `nb_val_samples` (samples)
                or `validation_steps` (batches).
            shuffle: whether the batches of a sequence come in a new order each epoch.
        """
        self._check_compiled("fit_generator")
        if show_accuracy:
            self._add_accuracy()
        amount, steps = _amount(samples_per_epoch, steps_per_epoch, "samples_per_epoch", generator)

        def to_samples(batch: Any) -> Samples:
            x, y, weight = _parts(batch)
            samples: Samples = self._samples(x, y, weight, class_weight)
            return samples

        with ExitStack() as stack:
            fetch = stack.enter_context(Prefetcher(_iterator(generator, shuffle), max_q_size))
            validate = None
            if yields_batches(validation_data):
                needed = _amount(
                    nb_val_samples, validation_steps, "nb_val_samples", validation_data
                )
                held_out = stack.enter_context(Prefetcher(_iterator(validation_data), max_q_size))
                validate = lambda: self._evaluate_batches(held_out, *needed)  # noqa: E731
            elif validation_data is not None:
                samples = self._samples(*validation_data)
                validate = lambda: evaluate_all(self.runner, samples, 32)  # noqa: E731
            source = GeneratorSource(fetch, to_samples, amount, steps)
            params = {"nb_sample": None if steps else amount, "verbose": verbose}
            epochs = range(initial_epoch, nb_epoch)
            return self._train(source, epochs, callbacks, validate, params)

    @spelled
    def evaluate_generator(
        self: Any,
        generator: Iterator[Any],
        val_samples: int | None = None,
        max_q_size: int = 10,
        nb_worker: int = 1,
        pickle_safe: bool = False,
        steps: int | None = None,
    ) -> float | list[float]:
        """The loss, or loss and metrics, over `val_samples` samples or `steps` batches."""
        self._check_compiled("evaluate_generator")
        needed = _amount(val_samples, steps, "val_samples", generator)
        with Prefetcher(_iterator(generator), max_q_size) as fetch:
            values: list[float] = self._evaluate_batches(fetch, *needed)
        return values[0] if len(values) == 1 else values

    def _evaluate_batches(
        self: Any,
        fetch: Prefetcher,
        amount: int,
        steps: bool,
    ) -> list[float]:
        source = GeneratorSource(fetch, lambda b: self._samples(*_parts(b)), amount, steps)
        totals = self.runner.totals()
        for feed, rows, count in source.epoch(0):
            self.runner.test(feed, rows, count, totals)
        values: list[float] = totals.values()
        return values

    @spelled
    def predict_generator(
        self: Any,
        generator: Iterator[Any],
        val_samples: int | None = None,
        max_q_size: int = 10,
        nb_worker: int = 1,
        pickle_safe: bool = False,
        steps: int | None = None,
    ) -> np.ndarray:
        """The output for `val_samples` samples or `steps` batches; batches may be x alone."""
        amount, by_steps = _amount(val_samples, steps, "val_samples", generator)
        with Prefetcher(_iterator(generator), max_q_size) as fetch:
            to_samples = lambda b: self._inputs(b[0] if isinstance(b, tuple) else b)  # noqa: E731
            source = GeneratorSource(fetch, to_samples, amount, by_steps)
            outputs = [
                predict_all(self.runner, Samples(feed, count), count)
                for feed, _, count in source.epoch(0)
            ]
        joined = np.concatenate(outputs)
        return joined if by_steps else joined[:amount]


def _iterator(batches: Any, shuffle: bool = False) -> Iterator[Any]:
    """The batches one after the other, for ever."""
    return endless(batches, shuffle) if isinstance(batches, BatchSequence) else batches


def _amount(samples: int | None, steps: int | None, name: str, batches: Any) -> tuple[int, bool]:
    """How much an epoch takes, and whether that counts batches: all of a sequence by default."""
    if samples is None and steps is None and isinstance(batches, BatchSequence):
        steps = len(batches)
    if (samples is None) == (steps is None):
        counted = {"samples_per_epoch": "steps_per_epoch", "nb_val_samples": "validation_steps"}
        raise ValueError(
            "a generator does not tell where an epoch ends: give "
            f"{counted.get(name, 'steps')} (batches), or, to the methods of generators, {name} "
            "(samples); one of them"
        )
    amount = steps if samples is None else samples
    assert amount is not None
    if amount < 1:
        raise ValueError(f"{name} must be positive, got {amount}")
    return int(amount), samples is None


def _parts(batch: Any) -> tuple[Any, Any, Any]:
    if isinstance(batch, (tuple, list)) and len(batch) in (2, 3):
        x, y, *weight = batch
        return x, y, weight[0] if weight else None
    raise ValueError(
        "the generator must yield (x, y) or (x, y, sample_weight), it yielded "
        f"{type(batch).__name__}"
    )
