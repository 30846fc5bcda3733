"""A layer's weights: copied out and in, frozen, given, constrained."""

from functools import partial
from typing import Any

import numpy as np

from pronghorn.components.constraint import Constraint
from pronghorn.components.layer import Layer
from pronghorn.components.regularizer import Regularizer
from pronghorn.errors import ShapeError
from pronghorn.testing.assertions import near, refused, same
from pronghorn.testing.catalogue import check
from pronghorn.testing.kinds.layers.building import (
    arguments_ending_in,
    build,
    compiled,
    has_weights,
    in_float64,
    inputs,
    is_made,
    scatter,
    targets,
)
from pronghorn.testing.kinds.layers.gradients import quadratic
from pronghorn.testing.subject import Trial


def halve(x):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """`x / 2`, a constraint."""
    return 0.5 * x


@check("layers", applies=has_weights)
def weights_are_named_and_counted(trial: Trial) -> None:
    """Names are unique and begin with the layer's, those that learn come first, counts agree."""
    layer = build(trial).layers[-1]
    names = [weight.name for weight in layer.weights]
    assert len(set(names)) == len(names), f"names repeat: {names}"
    assert all(name.startswith("checked_") for name in names), f"names are {names}"
    learning = [weight.trainable for weight in layer.weights]
    assert learning == sorted(learning, reverse=True), f"in {names}, what learns is not first"
    assert layer.count_params() == sum(array.size for array in layer.get_weights())


@check("layers", applies=has_weights)
def weights_come_back(trial: Trial) -> None:
    """Weights copied from one model to another give the same output; copies stay copies."""
    model, other, x = build(trial, seed=1), build(trial, seed=2), inputs(trial)
    scatter(model)
    taken = model.get_weights()
    expected = model.predict_on_batch(x)
    other.set_weights(taken)
    same(other.predict_on_batch(x), expected)
    for array in taken:
        array[...] = 9.0
    same(model.predict_on_batch(x), expected)


@check("layers", applies=has_weights)
def wrong_weights_are_refused(trial: Trial) -> None:
    """Too few arrays, or one of another shape, are a ShapeError, and nothing is changed."""
    layer = build(trial).layers[-1]
    before = layer.get_weights()
    spoilt = [array + 1.0 for array in before]
    for wrong in (spoilt[:-1], [*spoilt[:-1], np.zeros((*spoilt[-1].shape, 2))]):
        refused(partial(layer.set_weights, wrong), ShapeError, "wrong arrays", "checked")
    for now, then in zip(layer.get_weights(), before, strict=True):
        same(now, then)


@check("layers", applies=lambda trial: has_weights(trial) and _takes_weights(trial))
def initial_weights_are_taken(trial: Trial) -> None:
    """`weights=[...]` are the weights that the layer starts with."""
    given = [array + 0.5 for array in build(trial).layers[-1].get_weights()]
    for found, expected in zip(build(trial, weights=given).get_weights(), given, strict=True):
        same(found, expected)


@check("layers", applies=has_weights)
def frozen_weights_stay(trial: Trial) -> None:
    """With `trainable=False` the weights stay, and the gradient still goes through to before."""
    free = compiled(in_float64(trial, shifted=takes_shift(trial)))
    frozen = compiled(in_float64(trial, shifted=takes_shift(trial), trainable=False))
    frozen.set_weights(free.get_weights())
    x = inputs(trial)
    y = targets(free, x)
    before = [weight.value for weight in frozen.layers[-1].weights if weight.trainable]
    for model in (free, frozen):
        model.train_on_batch(x, y)
    after = [weight.value for weight in frozen.layers[-1].weights if weight.trainable]
    for now, then in zip(after, before, strict=True):
        same(now, then)
    if takes_shift(trial):
        shifts = [model.layers[0].get_weights()[0] for model in (free, frozen)]
        assert shifts[0].any(), "what comes before the layer does not learn"
        near(shifts[1], shifts[0], rtol=1e-9, atol=1e-12)


def takes_shift(trial: Trial) -> bool:
    """Whether a layer that learns may stand before it."""
    return trial.example.integers is None


def _takes_weights(trial: Trial) -> bool:
    return "weights" in arguments_ending_in(trial, "weights")


@check("layers", once=True, applies=lambda trial: is_made(trial) and bool(_rules(trial)))
def rules_reach_the_weights(trial: Trial) -> None:
    """Each `..._regularizer` and `..._constraint` belongs to a weight, or to the output."""
    for name, value in _rules(trial).items():
        layers = [build(t, **{name: value}).layers[-1] for t in trial.subject.trials()]
        assert any(value in _rules_of(layer) for layer in layers), f"{name} has no effect"


@check("layers", applies=lambda trial: is_made(trial) and bool(_constraints(trial)))
def constraints_hold_after_a_step(trial: Trial) -> None:
    """Constraints are applied to the weights after each update."""
    made = Constraint.from_function(halve)
    plain = compiled(in_float64(trial, **dict.fromkeys(_constraints(trial))))
    bound = compiled(in_float64(trial, **dict.fromkeys(_constraints(trial), made)))
    x = inputs(trial)
    y = targets(plain, x)
    for model in (plain, bound):
        model.train_on_batch(x, y)
    for a, b in zip(plain.layers[-1].weights, bound.layers[-1].weights, strict=True):
        factor = 0.5 if b.constraint is not None else 1.0
        near(b.value, factor * a.value, rtol=1e-9, what=b.name)


def _rules(trial: Trial) -> dict[str, Any]:
    """Something for every argument that takes a regularizer or a constraint."""
    penalties = arguments_ending_in(trial, "_regularizer")
    return {
        **{name: Regularizer.from_function(quadratic) for name in penalties},
        **{name: Constraint.from_function(halve) for name in _constraints(trial)},
    }


def _constraints(trial: Trial) -> list[str]:
    return arguments_ending_in(trial, "_constraint")


def _rules_of(layer: Layer) -> list[Any]:
    held = [rule for w in layer.weights for rule in (w.regularizer, w.constraint)]
    return [*held, layer.activity_regularizer]
