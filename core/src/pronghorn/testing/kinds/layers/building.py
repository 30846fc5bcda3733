"""Models around the layer under check, and data for them."""

from typing import Any

import numpy as np

from pronghorn.components.component import own_arguments
from pronghorn.components.layer import Layer
from pronghorn.errors import ShapeError
from pronghorn.models import Sequential
from pronghorn.testing.catalogue import floats
from pronghorn.testing.pieces import MaskSteps, Shift, descent, squared_error
from pronghorn.testing.subject import Trial

Shape = tuple[int, ...]
SHAPES: tuple[Shape, ...] = ((5,), (6, 4), (6, 5, 3), (4, 5, 4, 2))
"""Sample shapes that are tried where an example has none."""

ROWS = 4


def is_made(trial: Trial) -> bool:
    """Whether there is a way to make the layer."""
    return bool(trial.subject.examples)


def sample_shape(trial: Trial) -> Shape:
    """Shape of one input sample: the example's, or the first that the layer takes."""
    if trial.example.shape is not None:
        return trial.example.shape
    for shape in SHAPES:
        try:
            Sequential([trial.make(batch_input_shape=(None, *shape))])
        except ShapeError:
            continue
        return shape
    raise AssertionError(f"{trial.subject} takes none of {SHAPES}: give an example with a shape")


def rows_of(trial: Trial, wanted: int = ROWS) -> int:
    """How many samples to take: so many, unless the example settles it."""
    return trial.example.batch or wanted


def takes_floats(trial: Trial) -> bool:
    """Whether its inputs are numbers that may be changed a little."""
    return is_made(trial) and trial.example.integers is None


def takes_masks(trial: Trial) -> bool:
    """Whether it can follow a layer that masks time steps."""
    return takes_floats(trial) and trial.make().supports_masking and len(sample_shape(trial)) > 1


def has_weights(trial: Trial) -> bool:
    """Whether it has weights that learn."""
    return is_made(trial) and bool(build(trial).layers[-1].trainable_weights)


def is_free(trial: Trial) -> bool:
    """Whether it takes batches of any size."""
    return is_made(trial) and trial.example.batch is None


def build(
    trial: Trial,
    *,
    masked: bool = False,
    shifted: bool = False,
    seed: int | None = 1,
    shape: tuple[int | None, ...] | None = None,
    **changes: Any,
) -> Sequential:
    """A model of the layer, as its last one; before it a mask or a learnt shift of the input."""
    given = (trial.example.batch, *(shape or sample_shape(trial)))
    first: dict[str, Any] = {"batch_input_shape": given}
    before: list[Layer] = []
    if shifted:
        before.append(Shift(name="shift", **first))
    if masked:
        before.append(MaskSteps(name="mask", **({} if before else first)))
    named = {"name": "checked", **({} if before else first), **changes}
    return Sequential([*before, trial.make(**named)], seed=seed)


def in_float64(trial: Trial, **how: Any) -> Sequential:
    """A model that computes in float64, its weights moved away from where they start."""
    with floats("float64"):
        model = build(trial, **how)
    scatter(model)
    return model


def scatter(model: Sequential, seed: int = 0) -> None:
    """Add random numbers to all weights; to those that do not learn only small positive ones.

    Zeros lie at the kinks of many functions; variances must stay positive.
    """
    rng = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        weight.value = weight.value + rng.uniform(-0.4, 0.4, weight.shape)
    for weight in model.non_trainable_weights:
        weight.value = weight.value + rng.uniform(0.1, 0.5, weight.shape)


def inputs(trial: Trial, rows: int = ROWS, seed: int = 0, dtype: str = "float64") -> np.ndarray:
    """So many samples."""
    rng = np.random.default_rng(seed)
    shape = (rows_of(trial, rows), *sample_shape(trial))
    if trial.example.integers is not None:
        return rng.integers(0, trial.example.integers, shape).astype(dtype)
    return rng.normal(0.0, 1.0, shape).astype(dtype)


def compiled(model: Sequential) -> Sequential:
    """The model, ready to be trained on squared errors by plain gradient descent."""
    model.compile(descent, squared_error)
    return model


def targets(model: Sequential, x: np.ndarray) -> np.ndarray:
    """Random targets of the shape of the model's output."""
    return np.random.default_rng(7).normal(0.0, 1.0, model.predict_on_batch(x).shape)


def arguments_ending_in(trial: Trial, suffix: str) -> list[str]:
    """The layer's own arguments of such names."""
    cls: Any = trial.subject.made_class
    return [] if cls is None else [n for n in own_arguments(cls) if n.endswith(suffix)]
