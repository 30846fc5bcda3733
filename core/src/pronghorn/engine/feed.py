"""Checks the user's arrays and brings them to a plan's buffers, a batch at a time."""

from collections.abc import Mapping, Sequence
from math import isnan, prod
from typing import Any

import numpy as np

from pronghorn.components.objective import Objective
from pronghorn.engine.plan import Plan
from pronghorn.errors import ShapeError

NUMERIC = "fiub"
Shape = tuple[int | None, ...]


def as_array(data: Any, what: str, names: Sequence[str] = ()) -> Any:
    """`data` as one numeric array with a batch axis; one-element lists and dicts are unwrapped.

    Arrays are not copied; anything with shape, dtype and slicing (HDF5 data sets) passes.
    """
    if type(data) is np.ndarray and data.ndim and data.dtype.kind in NUMERIC:
        return data
    if isinstance(data, Mapping):
        data = _only(list(data.values()), what, names)
    elif isinstance(data, (list, tuple)) and data and hasattr(data[0], "ndim") and data[0].ndim:
        data = _only(list(data), what, names)
    array = data if hasattr(data, "shape") and hasattr(data, "dtype") else _converted(data, what)
    kind = np.dtype(array.dtype).kind
    if data is None:
        raise TypeError(f"{what} must be an array of numbers, not None")
    if kind not in NUMERIC:
        held = {"U": "text", "S": "text", "O": "objects"}.get(kind, f"dtype {array.dtype}")
        raise TypeError(
            f"{what} must be an array of numbers, but it holds {held}: convert it first, as with "
            f"{what}.astype(float), or number its classes"
        )
    if len(array.shape) == 0:
        raise ShapeError(f"{what} must have a batch axis, got a single number")
    return array


def as_arrays(data: Any, what: str, names: Sequence[str]) -> list[Any]:
    """`data` as one numeric array for each of the model's inputs, which have these names.

    Several come as a list or tuple in this order, or as a dictionary by name.
    """
    if len(names) == 1:
        return [as_array(data, what, names)]
    if isinstance(data, Mapping):
        data = _by_name(data, what, names)
    if not isinstance(data, (list, tuple)) or len(data) != len(names):
        count = f"{len(data)}" if isinstance(data, (list, tuple)) else "one that is no list"
        raise ShapeError(
            f"{what} must be a list of {len(names)} arrays, one for each input of the model "
            f"({', '.join(names)}), got {count}"
        )
    return [as_array(part, f"{what}[{i}]") for i, part in enumerate(data)]


def _by_name(data: Mapping[str, Any], what: str, names: Sequence[str]) -> list[Any]:
    """The arrays in the inputs' order, each called as its layer or `<layer>_input`."""
    given = {key.removesuffix("_input"): array for key, array in data.items()}
    missing = [name for name in names if name not in given]
    if missing:
        raise ShapeError(
            f"{what} has no array for {', '.join(missing)}: give one for each input of the model "
            f"({', '.join(names)})"
        )
    return [given[name] for name in names]


def _converted(data: Any, what: str) -> np.ndarray:
    try:
        return np.asarray(data)
    except ValueError as error:
        raise ShapeError(
            f"{what} must be an array, but its rows have different lengths: pad them to one length"
        ) from error


def as_columns(array: Any) -> Any:
    """The array itself; of one axis, as one column."""
    return array.reshape(-1, 1) if len(array.shape) == 1 else array


def _only(arrays: list[Any], what: str, names: Sequence[str]) -> Any:
    if len(arrays) == 1:
        return arrays[0]
    shapes = {np.shape(a) for a in arrays}
    if len(shapes) == 1 and len(next(iter(shapes))) <= 1:
        return np.asarray(arrays)
    raise ShapeError(f"{what}: the model takes 1 array ({', '.join(names)}), got {len(arrays)}")


def check_input(x: Any, expected: Shape, layer_name: str) -> None:
    """Raise ShapeError unless `x` fits the model's input shape; None fits every length."""
    shape = x.shape if len(x.shape) > 1 else (*x.shape, 1)
    if len(shape) == len(expected) and _fits(shape[1:], expected[1:]):
        return
    raise ShapeError(
        f"Error when checking model input: layer {layer_name!r} takes shape {expected}, but the "
        f"array has shape {tuple(x.shape)}{_input_hint(x.shape, expected)}"
    )


def _input_hint(given: Shape, expected: Shape) -> str:
    """What turns an input of this shape into one that fits, where that can be guessed."""
    wanted, sample = expected[1:], given[1:]
    ways = {
        "; for a single sample give x[None]": given,
        "; give x[..., None], which adds the last axis": (*sample, 1),
        "; its channels come first: give np.moveaxis(x, 1, -1)": (*sample[1:], *sample[:1]),
        "; its channels come last: give np.moveaxis(x, -1, 1)": (*sample[-1:], *sample[:-1]),
        "; give x.reshape(len(x), -1), or begin with Flatten": (prod(n or 1 for n in sample),),
    }
    return next((hint for hint, shape in ways.items() if _fits(shape, wanted)), "")


def _fits(shape: Sequence[int | None], expected: Sequence[int | None]) -> bool:
    if shape == expected:
        return True
    return len(shape) == len(expected) and all(
        want is None or want == n for n, want in zip(shape, expected, strict=True)
    )


def prepare_target(y: Any, output_shape: Shape, objective: Objective, layer_name: str) -> Any:
    """`y` checked against the model's output; class numbers get their last axis of 1."""
    given = tuple(y.shape)
    y = as_columns(y)
    if y.dtype.kind == "f" and isnan(np.add.reduce(y, axis=None)):
        _reject_nan(y)
    if objective.whole:
        return y
    if objective.sparse:
        expected: Shape = (*output_shape[:-1], 1)
        if len(y.shape) == len(expected) - 1 and y.shape[-1] != 1:
            y = y.reshape(*y.shape, 1)
    else:
        expected = output_shape
    if len(y.shape) == len(expected) and _fits(y.shape[1:], expected[1:]):
        if objective.sparse and output_shape[-1] is not None:
            _check_classes(np.asarray(y), output_shape[-1], objective)
        if output_shape[-1] == 1 and objective.name == "categorical_crossentropy":
            raise ShapeError(
                f"categorical_crossentropy compares several outputs, but layer {layer_name!r} has "
                "one: use binary_crossentropy, with the activation sigmoid"
            )
        return y
    raise ShapeError(
        f"Error when checking model target: the output of layer {layer_name!r} with objective "
        f"{objective.name!r} takes targets of shape {expected}, but the array has shape "
        f"{given}{_hint(y.shape, output_shape, objective)}"
    )


def _hint(given: Shape, output: Shape, objective: Objective) -> str:
    """What is probably meant by targets of another shape."""
    if len(given) < len(output):
        return ". The output has more axes: a Flatten or pooling layer may be missing before"
    if given[-1] == 1 and objective.name in ("mean_squared_error", "binary_crossentropy"):
        return (
            ". There is one target for each sample: give the last layer one output, or make class "
            "numbers one-hot with pronghorn.utils.np_utils.to_categorical"
        )
    if given[-1] == 1 and not objective.sparse:
        return (
            ". You are passing a target array of class numbers: make it one-hot with "
            "pronghorn.utils.np_utils.to_categorical, or use sparse_categorical_crossentropy"
        )
    if objective.sparse and given[-1] == output[-1]:
        return ". You are passing one-hot rows: use categorical_crossentropy, or y.argmax(axis=-1)"
    return ""


def _reject_nan(y: Any) -> None:
    rows = np.flatnonzero(np.isnan(y).reshape(len(y), -1).any(axis=1))
    if len(rows):
        shown = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
        raise ValueError(
            f"the targets have NaN in {len(rows)} of {len(y)} rows (rows {shown}): "
            "remove or repair these samples"
        )


def _check_classes(y: np.ndarray, classes: int, objective: Objective) -> None:
    """Raise ValueError unless all labels are whole numbers from 0 to `classes - 1`."""
    fractions = y.dtype.kind == "f" and bool(np.any(y != np.floor(y)))
    if not y.size or (not fractions and y.min() >= 0 and y.max() < classes):
        return
    wrong = y[(y < 0) | (y >= classes) | (y != np.floor(y))]
    raise ValueError(
        f"the targets have the label {wrong[0].item()!r}, but {objective.name!r} takes whole "
        f"numbers from 0 to {classes - 1}, as the model has {classes} outputs: number the classes "
        "from 0, or give the last layer as many outputs as there are classes"
    )


def check_lengths(inputs: Sequence[Any], y: Any = None) -> int:
    """The common number of samples; ShapeError if it is not common, or none are there."""
    lengths = [len(array) for array in inputs]
    if y is not None:
        lengths.append(len(y))
    if len(set(lengths)) > 1:
        several = len(inputs) > 1
        names = [*(f"x[{i}]" if several else "x" for i in range(len(inputs))), "y"]
        told = ", ".join(f"{name} has {n}" for name, n in zip(names, lengths, strict=False))
        raise ShapeError(f"all arrays must have the same number of samples, but {told}")
    if lengths[0] == 0:
        raise ShapeError("the arrays have no samples")
    return lengths[0]


def sample_weights(
    y: Any,
    sample_weight: Any,
    class_weight: Mapping[Any, float] | None,
    temporal: bool,
) -> np.ndarray | None:
    """The weight of each sample (or time step), or None where all count alike.

    Given both, `sample_weight` is used and `class_weight` is not, as in Keras 1.
    """
    if sample_weight is not None:
        return _checked_weights(np.asarray(sample_weight), y, temporal)
    if class_weight is None:
        return None
    if not isinstance(class_weight, Mapping):
        raise TypeError(
            f"class_weight must be a dictionary from class to weight, got {class_weight!r}"
        )
    if len(y.shape) > 2:
        raise ValueError(
            f"class_weight needs targets of 2 axes, but they have shape {tuple(y.shape)}: "
            "give sample_weight instead"
        )
    classes = np.argmax(y, axis=1) if y.shape[1] > 1 else np.asarray(y[:, 0], np.int64)
    table = {int(key): float(value) for key, value in class_weight.items()}
    missing = sorted(set(np.unique(classes).tolist()) - table.keys())
    if missing:
        raise KeyError(
            f"class_weight has no weight for class {', '.join(map(str, missing))}; "
            f"it has {sorted(table)}"
        )
    return np.array([table[c] for c in classes.tolist()])


def _checked_weights(weights: np.ndarray, y: Any, temporal: bool) -> np.ndarray:
    expected = tuple(y.shape[:2]) if temporal else (len(y),)
    if weights.dtype.kind not in NUMERIC:
        raise TypeError(f"sample_weight must be numbers, got dtype {weights.dtype}")
    if weights.shape != expected:
        hint = "" if temporal else "; weights of time steps need sample_weight_mode='temporal'"
        raise ShapeError(f"sample_weight must have shape {expected}, got {weights.shape}{hint}")
    return weights


class Feed:
    """Copies rows of the user's arrays into a plan's buffers, converting the dtype on the way.

    Only a batch is ever converted, so that uint8 images stay uint8 in memory. There is one array
    for each input of the model.
    """

    def __init__(
        self, inputs: Sequence[Any], y: Any = None, weights: np.ndarray | None = None
    ) -> None:
        self.inputs, self.y, self.weights = inputs, y, weights
        self.sample_shapes = tuple([x.shape[1:] for x in inputs])
        self._staging: dict[tuple[int, tuple[int, ...]], np.ndarray] = {}

    def part(self, start: int, stop: int) -> "Feed":
        """The samples from `start` to `stop`."""
        weights = None if self.weights is None else self.weights[start:stop]
        y = None if self.y is None else self.y[start:stop]
        return Feed([x[start:stop] for x in self.inputs], y, weights)

    def load(self, plan: Plan, rows: slice | np.ndarray) -> None:
        """Bring these rows to the plan."""
        for index, x in enumerate(self.inputs):
            self._copy(plan, index, x, rows, plan.inputs[index])
        if plan.target is not None:
            self._copy(plan, -1, self.y, rows, plan.target)
            self._load_weights(plan, rows)

    def _copy(self, plan: Plan, index: int, source: Any, rows: Any, out: Any) -> None:
        device = plan.device
        if isinstance(rows, slice) or not isinstance(source, np.ndarray):
            batch = source[rows]
        else:
            batch = self._buffer(index, (len(rows), *source.shape[1:]), source.dtype)
            np.take(source, rows, axis=0, out=batch, mode="clip")
        device.copy_in(np.asarray(batch).reshape(out.shape), out)

    def _buffer(self, index: int, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        buffer = self._staging.get((index, shape))
        if buffer is None:
            buffer = self._staging[index, shape] = np.empty(shape, dtype)
        return buffer

    def _load_weights(self, plan: Plan, rows: Any) -> None:
        count = plan.rows
        if self.weights is None:
            if not plan.default_coefficient:
                share = np.full(count, plan.loss_factor / count, plan.dtype)
                plan.device.copy_in(share, plan.coefficient)
                plan.default_coefficient = True
            return
        weights = self.weights[rows]
        counting = max(np.count_nonzero(weights), 1) / weights.size
        share = weights * (plan.loss_factor / (counting * count))
        repeats = count // share.size
        spread = np.repeat(share.reshape(-1), repeats).astype(plan.dtype)
        plan.device.copy_in(spread, plan.coefficient)
        plan.default_coefficient = False
