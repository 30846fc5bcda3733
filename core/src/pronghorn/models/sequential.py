"""The model: a chain of layers that trains, evaluates and predicts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn import files
from pronghorn.components.callback import CallbackList
from pronghorn.components.input import Input
from pronghorn.components.layer import Layer
from pronghorn.components.logs import LabelledValues
from pronghorn.components.spelling import spelled
from pronghorn.engine import feed
from pronghorn.engine.generators import yields_batches
from pronghorn.engine.hook_caller import HookCaller
from pronghorn.engine.loop import (
    ArraySource,
    Samples,
    Source,
    evaluate_all,
    predict_all,
    train_epochs,
)
from pronghorn.engine.loss_watch import LossWatch
from pronghorn.models.compiled import Compiled
from pronghorn.models.generators import GeneratorMethods

Arrays = Any
"""An array, or a list or dictionary of arrays: one for each input of the model."""


class Sequential(GeneratorMethods, Compiled):
    """Layers one after the other.

    Args:
        layers: the layers, in order; more follow by `add`.
        name: by default `sequential_<n>`.
        seed: makes weights, dropout and shuffling repeatable. Without it they follow
            `np.random.seed`.

    Example:
        >>> from pronghorn.layers import Dense
        >>> model = Sequential([Dense(2, input_dim=3, activation="tanh")], seed=1)
        >>> model.predict([[1.0, 2.0, 3.0]]).shape
        (1, 2)
    """

    def __init__(
        self,
        layers: Iterable[Layer | Input] | None = None,
        name: str | None = None,
        seed: int | None = None,
    ) -> None:
        if layers is not None and not isinstance(layers, Iterable):
            raise TypeError(f"layers must be a list, as in Sequential([{layers!r}])")
        super().__init__(layers or [], name, seed)

    def shuffle_generator(self, epoch: int) -> Any:
        """What shuffles the samples: NumPy's global generator unless the model has a seed."""
        if self.seed is None:
            return np.random
        return np.random.Generator(np.random.Philox(key=[self.seed, epoch]))

    # Training.

    @spelled
    def fit(
        self,
        x: Arrays,
        y: Arrays = None,
        batch_size: int | None = 32,
        nb_epoch: int = 10,
        verbose: int | str = 1,
        callbacks: Sequence[Any] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: Mapping[Any, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        show_accuracy: bool = False,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
    ) -> Any:
        """Train for epochs `initial_epoch` to `nb_epoch` (exclusive), and return the `History`.

        Args:
            x: input, (samples, ...) of any numeric dtype; converted a batch at a time. A model
                with several inputs takes a list of arrays, or a dictionary by layer. Or batches,
                from a generator or a sequence as for `fit_generator`, with `steps_per_epoch`.
            y: targets, (samples, ...) as the objective wants them.
            batch_size: samples a step; the last step of an epoch may have fewer.
            verbose: 0 silent, 1 progress bar, 2 a line an epoch.
            callbacks: called around epochs and batches, in this order.
            validation_split: share of the last samples that is kept out of training.
            validation_data: `(x, y)` or `(x, y, sample_weight)`, instead of a split.
            shuffle: True, False, or "batch" to shuffle whole batches.
            class_weight: weight of each class; `sample_weight` wins if both are given.
            sample_weight: weight of each sample, or time step if so compiled.
            show_accuracy: of older scripts: the same as compiling with the accuracy.
            steps_per_epoch, validation_steps: batches of an epoch, where data come in batches.
        """
        self._check_compiled("fit")
        if show_accuracy:
            self._add_accuracy()
        verbose, batch_size = _usual(verbose, batch_size)
        if yields_batches(x):
            _check_batches(y, sample_weight, validation_split)
            return self.fit_generator(
                x, None, nb_epoch, verbose, callbacks, validation_data,
                class_weight=class_weight, initial_epoch=initial_epoch,
                steps_per_epoch=steps_per_epoch, validation_steps=validation_steps,
                shuffle=bool(shuffle),
            )  # fmt: skip
        _check_schedule(nb_epoch, initial_epoch, shuffle, verbose)
        _check_positive(batch_size=batch_size)
        samples = self._samples(x, y, sample_weight, class_weight)
        samples, validation = self._split(samples, validation_split, validation_data)
        for part in (samples, validation):
            if part is not None:
                self._check_whole_batches(part.count, batch_size)
        if shuffle is True and not all(isinstance(x, np.ndarray) for x in samples.feed.inputs):
            raise TypeError("data in a file cannot be shuffled row by row: use shuffle='batch'")
        if verbose and validation is not None:
            print(f"Train on {samples.count} samples, validate on {validation.count} samples")
        source = ArraySource(samples, batch_size, shuffle, self.shuffle_generator)
        validate = None
        if validation is not None:
            validate = partial(evaluate_all, self.runner, validation, batch_size)
        params = {"batch_size": batch_size, "nb_sample": samples.count, "verbose": verbose}
        data = _named_arrays("", samples)
        if validation is not None:
            data |= _named_arrays("validation ", validation)
        epochs = range(initial_epoch, nb_epoch)
        return self._train(source, epochs, callbacks, validate, params, data)

    def _train(
        self,
        source: Source,
        epochs: range,
        callbacks: Sequence[Any] | None,
        validate: Callable[[], list[float]] | None,
        params: dict[str, Any],
        data: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run the epochs between the callbacks; returns the History.

        `data` are the arrays by their names, where they are known beforehand.
        """
        called = self._callback_list(callbacks, params["verbose"])
        if not self.runner.keep:  # else a callback tells more of losses that are NaN
            called.append(LossWatch(data or {}, self.dtype))
        validating = validate is not None
        told = {"nb_epoch": epochs.stop, "metrics": self._logged(validating)}
        called.set_params({**params, **told, "do_validation": validating})
        train_epochs(self, source, epochs, called, validate)
        return next(c for c in called if type(c).__name__ == "History")

    def _callback_list(self, callbacks: Sequence[Any] | None, verbose: int) -> CallbackList:
        if callbacks is not None and not isinstance(callbacks, (list, tuple)):
            raise TypeError(f"callbacks must be a list, as in callbacks=[{callbacks!r}]")
        progress = ["ProgbarLogger"] if verbose else []
        called = CallbackList(["BaseLogger", *(callbacks or []), "History", *progress])
        if listening := HookCaller.listening():
            called.append(listening)
        called.set_model(self)
        self.runner.keep = any(c.keeps_activations for c in called)
        return called

    def _logged(self, validating: bool) -> list[str]:
        names = self.metrics_names
        return [*names, *(f"val_{name}" for name in names)] if validating else list(names)

    def _split(
        self, samples: Samples, share: float, given: tuple[Any, ...] | None
    ) -> tuple[Samples, Samples | None]:
        if given is not None:
            if len(given) not in (2, 3):
                raise ValueError(
                    "validation_data must be (x, y) or (x, y, sample_weight), got "
                    f"{len(given)} parts"
                )
            return samples, self._samples(*given)
        if not 0.0 <= share < 1.0:
            raise ValueError(f"validation_split must be at least 0 and below 1, got {share!r}")
        if share == 0.0:
            return samples, None
        cut = int(samples.count * (1.0 - share))
        if cut == 0:
            raise ValueError(
                f"validation_split={share} leaves none of {samples.count} samples to train on"
            )
        return samples.part(0, cut), samples.part(cut, samples.count)

    def train_on_batch(
        self,
        x: Arrays,
        y: Arrays,
        class_weight: Mapping[Any, float] | None = None,
        sample_weight: Any = None,
        accuracy: bool = False,
    ) -> float | list[float]:
        """One update. Returns the loss before it, or a list of the loss and the metrics."""
        self._check_compiled("train_on_batch")
        if accuracy:
            self._add_accuracy()
        samples = self._samples(x, y, sample_weight, class_weight)
        return _scalar(self.runner.train(samples.feed, slice(None), samples.count))

    def test_on_batch(
        self, x: Arrays, y: Arrays, sample_weight: Any = None, accuracy: bool = False
    ) -> float | list[float]:
        """The loss of one batch, or a list of the loss and the metrics; nothing is learnt."""
        self._check_compiled("test_on_batch")
        if accuracy:
            self._add_accuracy()
        samples = self._samples(x, y, sample_weight)
        return _scalar(self.runner.test(samples.feed, slice(None), samples.count))

    @spelled
    def evaluate(
        self,
        x: Arrays,
        y: Arrays = None,
        batch_size: int | None = 32,
        verbose: int | str = 1,
        sample_weight: Any = None,
        show_accuracy: bool = False,
        steps: int | None = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss over all samples, or a list of the loss and the metrics (`metrics_names`).

        `x` may be a generator or sequence of batches, of which `steps` are taken. With
        `return_dict` the values come by their names.
        """
        self._check_compiled("evaluate")
        if show_accuracy:
            self._add_accuracy()
        verbose, batch_size = _usual(verbose, batch_size)
        if yields_batches(x):
            _check_batches(y, sample_weight)
            values = self.evaluate_generator(x, steps=steps)
        else:
            _check_positive(batch_size=batch_size)
            samples = self._samples(x, y, sample_weight)
            self._check_whole_batches(samples.count, batch_size)
            values = _scalar(evaluate_all(self.runner, samples, batch_size, verbose))
        return self._by_name(values) if return_dict else values

    def _by_name(self, values: float | list[float]) -> LabelledValues:
        listed = values if isinstance(values, list) else [values]
        return LabelledValues(zip(self.metrics_names, listed, strict=True))

    # Predicting.

    def predict(
        self,
        x: Arrays,
        batch_size: int | None = 32,
        verbose: int | str = 0,
        steps: int | None = None,
    ) -> np.ndarray:
        """The output for each sample, float array (samples, ...).

        `x` may be a generator or sequence of batches, of which `steps` are taken.
        """
        verbose, batch_size = _usual(verbose, batch_size)
        if yields_batches(x):
            return self.predict_generator(x, steps=steps)
        _check_positive(batch_size=batch_size)
        samples = self._inputs(x)
        self._check_whole_batches(samples.count, batch_size)
        return predict_all(self.runner, samples, batch_size, verbose)

    def predict_on_batch(self, x: Arrays) -> np.ndarray:
        """The output for one batch, float array (samples, ...)."""
        samples = self._inputs(x)
        return predict_all(self.runner, samples, samples.count)

    def __call__(self, x: Arrays, training: bool | None = None) -> np.ndarray:
        """The output for one batch, as `predict_on_batch` gives it.

        Raises TypeError for what is no data: models cannot be called to make others of them.
        """
        if isinstance(x, Input) or training:
            raise TypeError(
                "a model is called with an array, to predict; models are made by "
                "Sequential([...]), layers one after the other, and trained by fit()"
            )
        return self.predict_on_batch(x)

    def predict_proba(self, x: Arrays, batch_size: int = 32, verbose: int = 0) -> np.ndarray:
        """The same as `predict`, for models whose outputs are probabilities."""
        return self.predict(x, batch_size, verbose)

    def predict_classes(self, x: Arrays, batch_size: int = 32, verbose: int = 0) -> np.ndarray:
        """The most probable class of each sample, int64; for one output column, whether it is
        above 0.5, int32 (samples, 1)."""
        output = self.predict(x, batch_size, verbose)
        if output.shape[-1] > 1:
            return np.asarray(np.argmax(output, axis=-1))
        return np.asarray(output > 0.5, np.int32)

    # Checking data.

    def _inputs(self, x: Arrays) -> Samples:
        arrays = self._input_arrays(x)
        return Samples(feed.Feed(arrays), feed.check_lengths(arrays))

    def _input_arrays(self, x: Arrays) -> list[Any]:
        """An array for each input, checked but for its length."""
        sources = self.sources
        arrays = feed.as_arrays(x, "x", [source.name for source in sources])
        for index, source in enumerate(sources):
            assert source.input_shape is not None
            feed.check_input(arrays[index], source.input_shape, source.name)
            arrays[index] = feed.as_columns(arrays[index])
            source.check_data(arrays[index])
        return arrays

    def _samples(
        self,
        x: Arrays,
        y: Arrays,
        sample_weight: Any = None,
        class_weight: Mapping[Any, float] | None = None,
    ) -> Samples:
        arrays = self._input_arrays(x)
        last = self.layers[-1]
        target = feed.as_array(y, "y", [last.name])
        count = feed.check_lengths(arrays, target)
        target = feed.prepare_target(target, self.output_shape, self._objective, last.name)
        temporal = self.sample_weight_mode == "temporal"
        weights = feed.sample_weights(target, sample_weight, class_weight, temporal)
        return Samples(feed.Feed(arrays, target, weights), count)

    # Describing and saving.

    def summary(self, line_length: int = 79, print_fn: Callable[[str], Any] = print) -> None:
        """Print a table of the layers, their output shapes and numbers of parameters.

        `print_fn` is called for each line of it.
        """
        from pronghorn.models.summary import summary_lines

        for line in summary_lines(self, line_length):
            print_fn(line)

    def to_json(self, **options: Any) -> str:
        """The architecture as JSON, without weights; `options` go to `json.dumps`."""
        return files.model_to_json(self, **options)

    def to_yaml(self, **options: Any) -> str:
        """The architecture as YAML, without weights."""
        return files.model_to_yaml(self, **options)

    def save(self, filepath: str | Path, overwrite: bool = True) -> None:
        """Write architecture, weights, compilation and optimizer state to an HDF5 file."""
        files.save_model(self, filepath, overwrite)

    def save_weights(self, filepath: str | Path, overwrite: bool = True) -> None:
        """Write the weights to an HDF5 file."""
        files.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | Path, by_name: bool = False) -> None:
        """Read the weights from an HDF5 file, in order or layer by layer of the same name."""
        files.load_weights(self, filepath, by_name)


def _named_arrays(which: str, samples: Samples) -> dict[str, Any]:
    data = samples.feed
    inputs = ["input"] if len(data.inputs) == 1 else [f"x[{i}]" for i in range(len(data.inputs))]
    arrays = dict(zip(inputs, data.inputs, strict=True))
    arrays.update({"targets": data.y, "sample weights": data.weights})
    return {f"{which}{name}": array for name, array in arrays.items()}


def _usual(verbose: int | str, batch_size: int | None) -> tuple[int, int]:
    """What Keras 2 and 3 mean by "auto" and by no batch size."""
    shown: Any = 1 if verbose == "auto" else verbose
    return shown, 32 if batch_size is None else batch_size


def _check_batches(y: Any, sample_weight: Any, validation_split: float = 0.0) -> None:
    """Raise ValueError for what only arrays can have beside them."""
    if y is not None or sample_weight is not None or validation_split:
        raise ValueError(
            "batches bring their targets and weights themselves, and cannot be split: give no y, "
            "no sample_weight and no validation_split with a generator or sequence"
        )


def _scalar(values: list[float]) -> float | list[float]:
    return values[0] if len(values) == 1 else values


def _check_positive(**values: int) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} must be a positive whole number, got {value!r}")


def _check_schedule(nb_epoch: Any, initial_epoch: Any, shuffle: Any, verbose: Any) -> None:
    for name, value in (("nb_epoch", nb_epoch), ("initial_epoch", initial_epoch)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
            raise ValueError(f"{name} must be a whole number from 0 on, got {value!r}")
    if shuffle not in (True, False, "batch"):
        raise ValueError(f"shuffle must be True, False or 'batch', got {shuffle!r}")
    if verbose not in (0, 1, 2):
        raise ValueError(
            f"verbose must be 0 (silent), 1 (progress bar) or 2 (a line an epoch), got {verbose!r}"
        )
