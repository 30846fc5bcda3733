"""Shapes that a layer tells, and shapes that it gets."""

import re
from functools import partial

from pronghorn.errors import ShapeError
from pronghorn.models import Sequential
from pronghorn.testing.assertions import refused, same
from pronghorn.testing.catalogue import check
from pronghorn.testing.kinds.common import documentation
from pronghorn.testing.kinds.layers.building import build, inputs, is_made, rows_of, sample_shape
from pronghorn.testing.subject import Trial


@check("layers", once=True)
def states_its_shapes(trial: Trial) -> None:
    """The docstring tells the shapes of input and output, as `(batch, ...)` or in words."""
    text = documentation(trial.subject)
    assert re.search(r"\((batch|\.\.\.|samples)|shape", text), f"no shapes in {text!r}"


@check("layers", applies=is_made)
def output_has_the_shape_told(trial: Trial) -> None:
    """For several batch sizes the output's shape is what `get_output_shape_for` says."""
    model = build(trial)
    layer = model.layers[-1]
    for rows in {rows_of(trial, n) for n in (1, 2, 5)}:
        x = inputs(trial, rows)
        y = model.predict_on_batch(x)
        told = tuple(layer.get_output_shape_for(x.shape))
        assert y.shape == told, f"{x.shape} gives {y.shape}, but {told} was told"
        unknown = tuple(layer.get_output_shape_for((None, *x.shape[1:])))
        assert unknown == model.output_shape
        assert unknown[1:] == y.shape[1:], f"{unknown} was told without a batch size, not {y.shape}"


@check("layers", applies=is_made)
def unknown_axes_work_or_are_refused(trial: Trial) -> None:
    """Where an axis of the input may be None, nothing else changes; else it is a ShapeError."""
    x, known = inputs(trial), build(trial)
    expected, full = known.predict_on_batch(x), sample_shape(trial)
    for axis in range(len(full)):
        partly = partial(build, trial, shape=(*full[:axis], None, *full[axis + 1 :]))
        try:
            model = partly()
        except ShapeError:
            refused(partly, ShapeError, f"axis {axis + 1} None", "layer '")
            continue
        model.set_weights(known.get_weights())
        y = model.predict_on_batch(x)
        same(y, expected, what=f"with axis {axis + 1} None")
        told = model.output_shape
        fits = len(told) == y.ndim and all(
            n in (None, m) for n, m in zip(told, y.shape, strict=True)
        )
        assert fits, f"{told} was told, but the output has shape {y.shape}"


def _is_particular(trial: Trial) -> bool:
    return is_made(trial) and bool(_wrong_shapes(trial))


@check("layers", applies=_is_particular)
def refuses_a_wrong_number_of_axes(trial: Trial) -> None:
    """Inputs of fewer or more axes than it takes are a ShapeError that names the layer."""
    for shape in _wrong_shapes(trial):
        first = trial.make(name="checked", batch_input_shape=(None, *shape))
        refused(partial(Sequential, [first]), ShapeError, f"samples of shape {shape}", "checked")


def _wrong_shapes(trial: Trial) -> list[tuple[int, ...]]:
    """Sample shapes of fewer and of more axes than the layer says it takes."""
    layer, shape = trial.make(), sample_shape(trial)
    fewer = [shape[: layer.min_ndim - 2]] if layer.min_ndim > 2 else []
    more = [] if layer.max_ndim is None else [(*shape, *(2,) * (layer.max_ndim - len(shape)))]
    return [*fewer, *more]
