"""The data of an experiment: a dataset by its identifier, or a file."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn.errors import ConfigError, DatasetError
from pronghorn.experiments.section import Section

Split = tuple[np.ndarray, np.ndarray]

_PARTS = ("x_train", "y_train", "x_test", "y_test")


@dataclass
class Data:
    """Samples to train on and held-out ones; `images` are the held-out inputs as they came."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    images: np.ndarray
    class_names: tuple[str, ...] | None = None

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        return tuple(self.x_train.shape[1:])


def load_data(data: Section, folder: Path, seed: int | None) -> Data:
    """The data that the section asks for; files are looked for from the experiment's folder."""
    names = None
    if "dataset" in data.values:
        load = _loader(data)
        names = getattr(import_module(load.__module__), "CLASSES", None)
        (x_train, y_train), (x_test, y_test) = _load(data, load)
    else:
        (x_train, y_train), (x_test, y_test) = _read(data, folder, seed)
    _check_lengths(data, train=(x_train, y_train), test=(x_test, y_test))
    inputs = [_prepared(data, x) for x in (x_train, x_test)]
    return Data(inputs[0], np.asarray(y_train), inputs[1], np.asarray(y_test), x_test, names)


def _loader(data: Section) -> Callable[..., Any]:
    """The function that a dataset's identifier means."""
    name = data.values["dataset"]
    module, _, function = name.partition(":") if ":" in name else _official(data, name)
    try:
        found: Callable[..., Any] = getattr(import_module(module), function)
        return found
    except (ImportError, AttributeError) as error:
        data.fail(f"the dataset {name!r} cannot be imported: {error}", "dataset")


def _official(data: Section, name: str) -> tuple[str, str, str]:
    try:
        from pronghorn import datasets
    except ImportError:
        data.fail("datasets come with pronghorn-datasets, which is not installed", "dataset")
    if name not in datasets.NAMES:
        data.fail(
            f"there is no dataset {name!r}; there are {', '.join(datasets.NAMES)}, and any "
            'function as "package.module:function"',
            "dataset",
        )
    return f"pronghorn.datasets.{name}", ":", "load_data"


def _load(data: Section, load: Callable[..., Any]) -> tuple[Split, Split]:
    options = data.values.get("options", {})
    try:
        loaded = load(**options)
    except TypeError as error:
        data.fail(f"the dataset does not take these options: {error}", "options")
    try:
        (x_train, y_train), (x_test, y_test) = loaded
    except (TypeError, ValueError):
        data.fail("the dataset must return (x_train, y_train), (x_test, y_test)", "dataset")
    return (x_train, y_train), (x_test, y_test)


def _check_lengths(data: Section, **splits: Split) -> None:
    """Fail unless each sample has a target, and there are some to train on."""
    for part, (x, y) in splits.items():
        samples, targets = (len(array) if np.ndim(array) else 0 for array in (x, y))
        if samples != targets:
            data.fail(f"there are {samples:,} samples to {part}, but {targets:,} targets")
        if part == "train" and not samples:
            data.fail("there are no samples to train on")


def _read(data: Section, folder: Path, seed: int | None) -> tuple[Split, Split]:
    """The arrays of a file, divided already or divided here."""
    from pronghorn.files.arrays import read_named, read_pairs

    path = folder / Path(data.values["file"]).expanduser()
    if not path.is_file():
        data.fail(f"there is no file {str(path)!r}", "file")
    try:
        named = read_named(path)
        if all(part in named for part in _PARTS):
            if "test_split" in data.values:
                data.fail("the file is divided already: leave 'test_split' out", "test_split")
            x_train, y_train, x_test, y_test = (named[part] for part in _PARTS)
            return (x_train, y_train), (x_test, y_test)
        x, y = read_pairs(path)
    except DatasetError as error:
        data.fail(str(error), "file")
    _check_lengths(data, train=(x, y))
    return _divided(x, y, data.values.get("test_split", 0.2), seed)


def _divided(x: np.ndarray, y: np.ndarray, share: float, seed: int | None) -> tuple[Split, Split]:
    order = np.random.RandomState(seed).permutation(len(x))
    cut = len(x) - int(len(x) * share)
    train, test = order[:cut], order[cut:]
    return (x[train], y[train]), (x[test], y[test])


def _prepared(data: Section, x: np.ndarray) -> np.ndarray:
    """The inputs divided and shaped; whole numbers that are not divided stay as they are."""
    inputs = np.asarray(x)
    if inputs.dtype.kind not in "fiub":
        data.fail(
            f"samples of dtype {inputs.dtype} are no numbers: texts of different lengths have to "
            "be padded first"
        )
    if "divide_by" in data.values:
        inputs = np.divide(inputs, data.values["divide_by"], dtype=np.float32)
    if "shape" in data.values:
        shape = tuple(data.values["shape"])
        try:
            inputs = inputs.reshape(len(inputs), *shape)
        except ValueError:
            data.fail(
                f"samples of shape {inputs.shape[1:]} do not fit 'shape' {list(shape)}", "shape"
            )
    return inputs


def as_targets(y: np.ndarray, model: Any) -> np.ndarray:
    """Class numbers as one-hot rows, where the model's objective compares rows of probabilities.

    Raises ConfigError if there are more classes than the model has outputs.
    """
    from pronghorn.components.objective import Objective
    from pronghorn.utils.np_utils import to_categorical

    width = model.output_shape[-1]
    numbers = y.reshape(-1) if y.ndim == 2 and y.shape[1] == 1 else y
    if numbers.ndim != 1 or width == 1 or Objective.get(model.loss).sparse:
        return y if y.ndim > 1 else y.reshape(-1, 1)
    try:
        categorical: np.ndarray = to_categorical(numbers, width, "float32")
    except ValueError as error:
        raise ConfigError(
            f"the last layer, {model.layers[-1].name!r}, has {width} outputs, which does not suit "
            f"the targets: {error}"
        ) from error
    return categorical
