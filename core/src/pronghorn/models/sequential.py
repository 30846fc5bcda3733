"""The model: a chain of layers that trains, evaluates and predicts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn import devices, files
from pronghorn.components.callback import CallbackList
from pronghorn.components.layer import Layer
from pronghorn.components.metric import Metric
from pronghorn.components.objective import Objective
from pronghorn.components.optimizer import Optimizer
from pronghorn.components.spelling import spelled
from pronghorn.components.weight import Weight
from pronghorn.engine import feed
from pronghorn.engine.hook_caller import HookCaller
from pronghorn.engine.loop import ArraySource, Samples, Source, predict_all, test_all, train_epochs
from pronghorn.engine.runner import Runner
from pronghorn.engine.training import Training
from pronghorn.errors import NotCompiledError, ShapeError
from pronghorn.models.chain import Chain
from pronghorn.models.compiling import gradient_hook, label_metrics
from pronghorn.models.generators import GeneratorMethods

Arrays = Any
"""An array, or a list or dictionary that holds one."""


class Sequential(GeneratorMethods, Chain):
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
        layers: Iterable[Layer] | None = None,
        name: str | None = None,
        seed: int | None = None,
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
        super().__init__(layers or [], name, seed)

    # Preparing.

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
        objective = Objective.get(_only(loss))
        labelled = label_metrics(metrics, objective, self.output_shape, class_mode)
        self.optimizer = Optimizer.get(optimizer)
        self.optimizer.iterations = 0
        self.loss, self.metrics, self.class_mode = loss, metrics, class_mode
        self.sample_weight_mode, self.loss_weights = sample_weight_mode, loss_weights
        self._objective = objective
        self._settle(labelled)
        self._runner = None
        self.compiled = True

    def _settle(self, labelled: list[tuple[str, Metric]]) -> None:
        assert self.optimizer is not None
        factor = 1.0 if self.loss_weights is None else float(_only(self.loss_weights))
        self._training = Training(
            self._objective,
            self.optimizer,
            labelled,
            [w for layer in self.layers for w in layer.weights],
            gradient_hook(self),
            factor,
        )
        self.metrics_names = ["loss", *self._training.labels]

    def to(self, device: str) -> "Sequential":
        """Move the model to "cpu" or "cuda"; weights and optimizer state come along."""
        chosen = devices.get(device)
        if chosen is not self.device:
            self.device = chosen
            self._renew_runner()
        return self

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

    def _changed(self) -> None:
        self._runner, self._training, self.compiled = None, None, False

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
        y: Arrays,
        batch_size: int = 32,
        nb_epoch: int = 10,
        verbose: int = 1,
        callbacks: Sequence[Any] | None = None,
        validation_split: float = 0.0,
        validation_data: tuple[Any, ...] | None = None,
        shuffle: bool | str = True,
        class_weight: Mapping[Any, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        show_accuracy: bool = False,
    ) -> Any:
        """Train for epochs `initial_epoch` to `nb_epoch` (exclusive), and return the `History`.

        Args:
            x: input, (samples, ...) of any numeric dtype; converted a batch at a time.
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
        """
        self._check_compiled("fit")
        if show_accuracy:
            self._add_accuracy()
        _check_positive(batch_size=batch_size)
        samples = self._samples(x, y, sample_weight, class_weight)
        samples, validation = self._split(samples, validation_split, validation_data)
        if shuffle is True and not isinstance(samples.feed.x, np.ndarray):
            raise TypeError("data in a file cannot be shuffled row by row: use shuffle='batch'")
        if verbose and validation is not None:
            print(f"Train on {samples.count} samples, validate on {validation.count} samples")
        source = ArraySource(samples, batch_size, shuffle, self.shuffle_generator)
        validate = None
        if validation is not None:
            validate = partial(test_all, self.runner, validation, batch_size)
        params = {"batch_size": batch_size, "nb_sample": samples.count, "verbose": verbose}
        return self._train(source, range(initial_epoch, nb_epoch), callbacks, validate, params)

    def _train(
        self,
        source: Source,
        epochs: range,
        callbacks: Sequence[Any] | None,
        validate: Callable[[], list[float]] | None,
        params: dict[str, Any],
    ) -> Any:
        """Run the epochs between the callbacks; returns the History."""
        called = self._callback_list(callbacks, params["verbose"])
        validating = validate is not None
        told = {"nb_epoch": epochs.stop, "metrics": self._logged(validating)}
        called.set_params({**params, **told, "do_validation": validating})
        train_epochs(self, source, epochs, called, validate)
        return next(c for c in called if type(c).__name__ == "History")

    def _callback_list(self, callbacks: Sequence[Any] | None, verbose: int) -> CallbackList:
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
        if not 0.0 < share < 1.0:
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
        y: Arrays,
        batch_size: int = 32,
        verbose: int = 1,
        sample_weight: Any = None,
        show_accuracy: bool = False,
    ) -> float | list[float]:
        """The loss over all samples, or a list of the loss and the metrics (`metrics_names`)."""
        self._check_compiled("evaluate")
        if show_accuracy:
            self._add_accuracy()
        _check_positive(batch_size=batch_size)
        samples = self._samples(x, y, sample_weight)
        return _scalar(test_all(self.runner, samples, batch_size))

    # Predicting.

    def predict(self, x: Arrays, batch_size: int = 32, verbose: int = 0) -> np.ndarray:
        """The output for each sample, float array (samples, ...)."""
        _check_positive(batch_size=batch_size)
        return predict_all(self.runner, self._inputs(x), batch_size)

    def predict_on_batch(self, x: Arrays) -> np.ndarray:
        """The output for one batch, float array (samples, ...)."""
        samples = self._inputs(x)
        return predict_all(self.runner, samples, samples.count)

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

    def _inputs(self, x: Arrays) -> Samples:
        first = self._end(0)
        array = feed.as_array(x, "x", [first.name])
        feed.check_input(array, self.input_shape, first.name)
        return Samples(feed.Feed(array), feed.check_lengths(x=array))

    def _samples(
        self,
        x: Arrays,
        y: Arrays,
        sample_weight: Any = None,
        class_weight: Mapping[Any, float] | None = None,
    ) -> Samples:
        inputs = self._inputs(x)
        last = self.layers[-1]
        target = feed.as_array(y, "y", [last.name])
        count = feed.check_lengths(x=inputs.feed.x, y=target)
        target = feed.prepare_target(target, self.output_shape, self._objective, last.name)
        temporal = self.sample_weight_mode == "temporal"
        weights = feed.sample_weights(target, sample_weight, class_weight, temporal)
        return Samples(feed.Feed(inputs.feed.x, target, weights), count)

    def first_nonfinite(self) -> str | None:
        """What first went wrong in the last training step: a layer's output or gradient.

        For callbacks with `keeps_activations`; None if all was finite or no such step was run.
        """
        plan = None if self._runner is None else self._runner.last_trained
        return None if plan is None or not plan.key.keep else plan.first_nonfinite()

    # Optimizer state, in Keras 1's order.

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

    # Describing and saving.

    def summary(self, line_length: int = 79) -> None:
        """Print a table of the layers, their output shapes and numbers of parameters."""
        from pronghorn.models.summary import summary_lines

        print("\n".join(summary_lines(self, line_length)))

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


def _only(value: Any) -> Any:
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


def _scalar(values: list[float]) -> float | list[float]:
    return values[0] if len(values) == 1 else values


def _check_positive(**values: int) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} must be a positive whole number, got {value!r}")
