"""Gradients of layers against finite differences, in float64."""

from collections.abc import Callable

import numpy as np

from pronghorn.components.regularizer import Regularizer
from pronghorn.models import Sequential
from pronghorn.testing.catalogue import add_check, check
from pronghorn.testing.differences import compare_gradient
from pronghorn.testing.kinds.layers.building import (
    arguments_ending_in,
    has_weights,
    in_float64,
    inputs,
    is_made,
    takes_floats,
    takes_masks,
)
from pronghorn.testing.passes import Circuit
from pronghorn.testing.subject import Trial


def quadratic(x):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """`0.1 * x**2`, a regularizer."""
    return 0.1 * x * x


def input_gradient(trial: Trial, training: bool, masked: bool) -> None:
    """The gradient at the input is that of the output."""
    x = inputs(trial)
    circuit, upstream = _circuit(in_float64(trial, masked=masked), x, training)
    gradient = circuit.run(x, upstream).gx
    assert gradient is not None, "backward gives no gradient of the input"
    compare_gradient(_summed(circuit, upstream, x), x, gradient, "the input")


def weight_gradients(trial: Trial, training: bool, masked: bool) -> None:
    """The gradient at every weight is that of the output."""
    x = inputs(trial)
    model = in_float64(trial, masked=masked)
    circuit, upstream = _circuit(model, x, training)
    gradients = circuit.run(x, upstream).gw
    _compare_weights(model, _summed(circuit, upstream, x), gradients)


_PHASES: dict[str, tuple[bool, bool]] = {
    "in_testing": (False, False),
    "in_training": (True, False),
    "in_testing_with_a_mask": (False, True),
    "in_training_with_a_mask": (True, True),
}


def _phased(check_gradient: Callable[..., None], phase: str) -> Callable[[Trial], None]:
    training, masked = _PHASES[phase]

    def run(trial: Trial) -> None:
        check_gradient(trial, training=training, masked=masked)

    said = (check_gradient.__doc__ or "").rstrip(".")
    run.__doc__ = f"{said}, {phase.replace('_', ' ')}."
    return run


for _phase, (_, _masked) in _PHASES.items():
    add_check(
        "layers",
        f"input_gradient_{_phase}",
        _phased(input_gradient, _phase),
        takes_masks if _masked else takes_floats,
    )
    add_check(
        "layers",
        f"weight_gradients_{_phase}",
        _phased(weight_gradients, _phase),
        (lambda trial: takes_masks(trial) and has_weights(trial)) if _masked else has_weights,
    )


@check("layers", applies=lambda trial: is_made(trial) and bool(_regularizers(trial)))
def penalties_add_to_gradients(trial: Trial) -> None:
    """With a penalty on every weight and on the output, all gradients are those of the sum."""
    made = {name: Regularizer.from_function(quadratic) for name in _regularizers(trial)}
    model, x = in_float64(trial, **made), inputs(trial)
    circuit = Circuit(model, x.shape, penalties=True)
    upstream = np.cos(np.arange(np.prod(circuit.output_shape))).reshape(circuit.output_shape)
    found = circuit.run(x, upstream)
    assert found.penalty > 0.0, f"{', '.join(made)}: no penalty is added to the loss"
    summed = _summed(circuit, upstream, x)
    _compare_weights(model, summed, found.gw)
    if takes_floats(trial):
        assert found.gx is not None
        compare_gradient(summed, x, found.gx, "the input")


def _regularizers(trial: Trial) -> list[str]:
    return arguments_ending_in(trial, "_regularizer")


def _circuit(model: Sequential, x: np.ndarray, training: bool) -> tuple[Circuit, np.ndarray]:
    """The model's passes, and a gradient to send back from its output."""
    circuit = Circuit(model, x.shape, training)
    shape = circuit.output_shape
    return circuit, np.random.default_rng(11).normal(0.0, 1.0, shape)


def _summed(circuit: Circuit, upstream: np.ndarray, x: np.ndarray) -> Callable[[np.ndarray], float]:
    """What the gradients are of: the output times `upstream`, summed, and the penalties."""

    def total(_: np.ndarray) -> float:
        done = circuit.run(x)
        return float((done.y * upstream).sum()) + done.penalty

    return total


def _compare_weights(
    model: Sequential, total: Callable[[np.ndarray], float], gradients: dict[str, np.ndarray]
) -> None:
    for weight in model.trainable_weights:
        values = weight.value

        def moved(
            given: np.ndarray, weight: object = weight, total: Callable[..., float] = total
        ) -> float:
            weight.value = given  # type: ignore[attr-defined]
            return total(given)

        compare_gradient(moved, values, gradients[weight.name], f"weight {weight.name!r}")
        weight.value = values
