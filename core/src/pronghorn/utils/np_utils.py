"""Helpers on NumPy arrays: one-hot targets, norms, legacy scores, convolution arithmetic."""

from typing import Any

import numpy as np

from pronghorn import backend
from pronghorn.components.spelling import spelled


@spelled
def to_categorical(y: Any, nb_classes: int | None = None, dtype: str = "float64") -> np.ndarray:
    """Class numbers as one-hot rows.

    `y` holds n integers from 0 in any shape; it is flattened. The result has shape
    `(n, nb_classes)`; without `nb_classes` (Keras 2: `num_classes`) there are as many columns as
    the largest class needs. Raises ValueError for labels that are no classes of that many.
    """
    labels = _class_numbers(y)
    count = int(labels.max(initial=-1)) + 1 if nb_classes is None else nb_classes
    if labels.size and not 0 <= labels.min() <= labels.max() < count:
        raise ValueError(
            f"classes of {count} are numbered 0 to {count - 1}, but the labels reach from "
            f"{labels.min()} to {labels.max()}"
        )
    categorical = np.zeros((labels.size, count), dtype)
    categorical[np.arange(labels.size), labels] = 1
    return categorical


def _class_numbers(y: Any) -> np.ndarray:
    given = np.asarray(y).ravel()
    if given.dtype.kind not in "iub" and given.size:
        whole = given.astype(np.float64, copy=False)
        if not (whole == np.floor(whole)).all():
            raise ValueError("class labels have to be whole numbers")
    return given.astype(np.int64)


def normalize(a: Any, axis: int = -1, order: int = 2) -> np.ndarray:
    """`a` divided by its norms of this order along an axis; zero vectors stay zero."""
    norms = np.atleast_1d(np.linalg.norm(a, order, axis))
    norms[norms == 0] = 1
    normalized: np.ndarray = np.asarray(a) / np.expand_dims(norms, axis)
    return normalized


def probas_to_classes(y_pred: np.ndarray) -> np.ndarray:
    """Class numbers: the largest of several columns, or one column being over 0.5."""
    if y_pred.ndim > 1 and y_pred.shape[1] > 1:
        return categorical_probas_to_classes(y_pred)
    return np.array([1 if p > 0.5 else 0 for p in np.ravel(y_pred)])


def categorical_probas_to_classes(p: np.ndarray) -> np.ndarray:
    """Number of the largest column of each row."""
    classes: np.ndarray = np.argmax(p, axis=1)
    return classes


def accuracy(p: np.ndarray, y: np.ndarray) -> float:
    """Share of entries in which predicted and true classes agree."""
    return float(np.mean(np.equal(p, y)))


def binary_logloss(p: Any, y: Any) -> float:
    """Mean of -log of the probability given to the truth; `p` are probabilities of class 1."""
    truth = np.asarray(y, np.float64)
    chance = np.clip(np.asarray(p, np.float64), 1e-15, 1 - 1e-15)
    return float(-np.mean(truth * np.log(chance) + (1 - truth) * np.log1p(-chance)))


def multiclass_logloss(p: Any, y: Any) -> float:
    """Mean of -log of the probability given to the truth; classes `y` are counted from 1."""
    chance = np.asarray(p, np.float64)
    rows = np.arange(len(chance))
    return float(-np.mean(np.log(np.clip(chance[rows, np.asarray(y) - 1], 1e-15, 1 - 1e-15))))


def convert_kernel(kernel: np.ndarray, dim_ordering: str | None = None) -> np.ndarray:
    """A convolution's kernel for a backend of the other orientation: spatial axes reversed.

    Takes a 4-D or 5-D kernel of ordering "tf" (channels last) or "th" (channels first); None
    means `backend.image_dim_ordering()`. Raises ValueError for anything else.
    """
    ordering = backend.image_dim_ordering() if dim_ordering is None else dim_ordering
    if not 4 <= kernel.ndim <= 5 or ordering not in ("tf", "th"):
        raise ValueError(
            f"a kernel of 4 or 5 dimensions in ordering 'tf' or 'th' is expected, got shape "
            f"{kernel.shape} in ordering {ordering!r}"
        )
    spatial = range(kernel.ndim - 2) if ordering == "tf" else range(2, kernel.ndim)
    return np.flip(kernel, axis=tuple(spatial)).copy()


def conv_output_length(
    input_length: int | None, filter_size: int, border_mode: str, stride: int, dilation: int = 1
) -> int | None:
    """Steps that come out of a convolution or pooling over one axis; None stays None."""
    _check_border_mode(border_mode)
    if input_length is None:
        return None
    extent = filter_size + (filter_size - 1) * (dilation - 1)
    widened = {"same": 0, "valid": 1 - extent, "full": extent - 1}[border_mode]
    return (input_length + widened + stride - 1) // stride


def conv_input_length(
    output_length: int | None, filter_size: int, border_mode: str, stride: int
) -> int | None:
    """Steps that a convolution over one axis needs to give `output_length`; None stays None."""
    _check_border_mode(border_mode)
    if output_length is None:
        return None
    padding = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[border_mode]
    return (output_length - 1) * stride - 2 * padding + filter_size


def _check_border_mode(border_mode: str) -> None:
    if border_mode not in ("same", "valid", "full"):
        raise ValueError(f"border_mode is 'same', 'valid' or 'full', not {border_mode!r}")
