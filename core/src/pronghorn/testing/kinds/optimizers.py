"""What holds for optimizers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn.components.optimizer import Optimizer
from pronghorn.models import Sequential
from pronghorn.testing.assertions import near, same
from pronghorn.testing.catalogue import check, floats
from pronghorn.testing.pieces import Affine, squared_error
from pronghorn.testing.precision import check_calls
from pronghorn.testing.replay import Replay
from pronghorn.testing.subject import Trial

SIZE = 37
"""Parameters: no multiple of any vector's width."""


class Flat:
    """Parameters, gradients and slots as a model's flat buffers hold them, and one bound update."""

    def __init__(self, optimizer: Optimizer, params: np.ndarray) -> None:
        dtype = params.dtype
        self.optimizer = optimizer
        self.params, self.gradients = params.copy(), np.zeros_like(params)
        self.slots = [np.zeros_like(params) for _ in optimizer.slots]
        self.hyper = np.zeros(max(len(optimizer.scalars(0)), 1), dtype)
        self.ctx = Replay(dtype)
        self._recorded = False

    def step(self, gradient: np.ndarray) -> None:
        """One update from a gradient."""
        self.gradients[...] = gradient
        scalars = self.optimizer.scalars(self.optimizer.iterations)
        self.hyper[: len(scalars)] = list(scalars.values())
        if self._recorded:
            self.ctx.again()
        else:
            self.optimizer.record(self.ctx, self.params, self.gradients, self.slots, self.hyper)
            self._recorded = True
        self.optimizer.iterations += 1


class Plain:
    """The same update, one parameter after the other, by the rule's source run as Python."""

    def __init__(self, optimizer: Optimizer, params: np.ndarray) -> None:
        chosen = {name: getattr(optimizer, name) for name in optimizer.compiled_in}
        self.optimizer, self.rule = optimizer, optimizer.rule.with_constants(**chosen)
        self.state = [params.copy(), *(np.zeros_like(params) for _ in optimizer.slots)]

    def step(self, gradient: np.ndarray) -> None:
        """One update from a gradient."""
        scalars = self.optimizer.scalars(self.optimizer.iterations).values()
        for i in range(gradient.size):
            param, *slots = (float(array[i]) for array in self.state)
            made = self.rule(param, float(gradient[i]), *slots, *scalars)
            made = made if isinstance(made, Sequence) else (made,)
            for array, value in zip(self.state, made, strict=True):
                array[i] = value
        self.optimizer.iterations += 1


def _numbers(seed: int, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 1.0, SIZE).astype(dtype)


def _gradients(count: int, dtype: str = "float64") -> list[np.ndarray]:
    return [_numbers(10 + k, dtype) for k in range(count)]


def _has_rule(trial: Trial) -> bool:
    return hasattr(trial.make(), "rule")


@check("optimizers")
def reduces_a_quadratic(trial: Trial) -> None:
    """A hundred updates bring the parameters nearer to the least of a sum of squares."""
    start, least = _numbers(1), _numbers(2)
    stiffness = np.linspace(0.5, 2.0, SIZE)
    flat = Flat(trial.make(), start)
    for _ in range(100):
        flat.step(stiffness * (flat.params - least))

    def loss(params: np.ndarray) -> float:
        return float((stiffness * (params - least) ** 2).sum())

    assert loss(flat.params) < loss(start), (
        f"the loss went from {loss(start):.4g} to {loss(flat.params):.4g}"
    )


@check("optimizers", applies=_has_rule)
def equals_its_rule_in_python(trial: Trial) -> None:
    """The pass over flat arrays gives what the rule gives for each parameter in Python."""
    flat, plain = Flat(trial.make(), _numbers(1)), Plain(trial.make(), _numbers(1))
    for step, gradient in enumerate(_gradients(5)):
        flat.step(gradient)
        plain.step(gradient)
        names = ("param", *flat.optimizer.slots)
        arrays = (flat.params, *flat.slots)
        for name, found, expected in zip(names, arrays, plain.state, strict=True):
            near(found, expected, rtol=1e-9, atol=1e-12, what=f"{name} after update {step + 1}")


@check("optimizers")
def parameters_do_not_mix(trial: Trial) -> None:
    """What happens to a parameter does not depend on those beside it, nor on how many they are."""
    whole, part = Flat(trial.make(), _numbers(1)), Flat(trial.make(), _numbers(1)[20:25])
    for gradient in _gradients(3):
        whole.step(gradient)
        part.step(gradient[20:25])
    near(part.params, whole.params[20:25], rtol=1e-12)


@check("optimizers")
def zeros_stay_zero(trial: Trial) -> None:
    """Where parameter and gradient are 0, as between two weights, all stays 0."""
    flat = Flat(trial.make(), np.zeros(SIZE))
    for _ in range(3):
        flat.step(np.zeros(SIZE))
    names, arrays = ("param", *flat.optimizer.slots), (flat.params, *flat.slots)
    for name, array in zip(names, arrays, strict=True):
        assert not array.any(), f"{name} becomes {array[0]}"


@check("optimizers")
def clips_gradients(trial: Trial) -> None:
    """`clipvalue` clips each element of the gradient, `clipnorm` scales it down as a whole."""
    gradient, limit = 5.0 * _numbers(3), 0.7
    norm = float(np.sqrt((gradient**2).sum()))
    for name, clipped in (
        ("clipvalue", np.clip(gradient, -limit, limit)),
        ("clipnorm", gradient * limit / norm),
    ):
        found = Flat(trial.make(**{name: limit}), _numbers(1))
        expected = Flat(trial.make(), _numbers(1))
        for _ in range(2):
            found.step(gradient)
            expected.step(clipped)
        near(found.params, expected.params, rtol=1e-9, what=name)


@check("optimizers")
def keeps_float32(trial: Trial) -> None:
    """No kernel computes float32 in float64, and ten updates are near those in float64."""
    single, double = Flat(trial.make(), _numbers(1, "float32")), Flat(trial.make(), _numbers(1))
    for gradient in _gradients(10, "float32"):
        single.step(gradient)
        double.step(gradient.astype("float64"))
    assert single.params.dtype == np.float32
    check_calls(single.ctx.calls)
    near(single.params, double.params, rtol=1e-4, atol=1e-5)


@check("optimizers", applies=_has_rule)
def hyperparameters_are_numbers_in_order(trial: Trial) -> None:
    """`scalars` gives the finite numbers that the rule takes after its slots, by name."""
    optimizer: Optimizer = trial.make()
    taken = [n for n in optimizer.rule.parameters if n not in optimizer.compiled_in]
    assert tuple(taken[2 : 2 + len(optimizer.slots)]) == tuple(optimizer.slots)
    for iteration in (0, 1, 1000):
        scalars = optimizer.scalars(iteration)
        assert list(scalars) == taken[2 + len(optimizer.slots) :]
        assert all(np.isfinite(value) for value in scalars.values()), f"{iteration}: {scalars}"


@check("optimizers", applies=lambda trial: hasattr(trial.make(), "lr"))
def learning_rate_counts_from_the_next_step_on(trial: Trial) -> None:
    """A model in training uses a new `lr`, also set as `learning_rate`, in its next step."""
    with floats("float64"):
        ends = [_train(trial, name, factor) for name, factor in _RATES]
    unchanged, *changed = ends
    for (name, factor), found in zip(_RATES[1:], changed, strict=True):
        assert (found != unchanged).any(), f"{name} times {factor} makes no difference"
    same(changed[0], changed[1], what="learning_rate is not lr")


@check("optimizers")
def state_comes_back(trial: Trial) -> None:
    """A model given the weights and optimizer state of another goes on as that one does."""
    with floats("float64"):
        first, second = _model(trial), _model(trial)
        for k in range(3):
            first.train_on_batch(*_batch(k))
        second.set_weights(first.get_weights())
        second.set_optimizer_arrays([array for _, array in first.optimizer_arrays()])
        for k in range(3, 5):
            first.train_on_batch(*_batch(k))
            second.train_on_batch(*_batch(k))
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        same(a, b)


@check("optimizers")
def compiling_begins_anew(trial: Trial) -> None:
    """An optimizer that a model is compiled with again starts without its old state."""
    with floats("float64"):
        model, optimizer = _model(trial), trial.make()
        start, ends = model.get_weights(), []
        for _ in range(2):
            model.set_weights(start)
            model.compile(optimizer, squared_error)
            for k in range(2):
                model.train_on_batch(*_batch(k))
            ends.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    same(ends[0], ends[1])


_RATES = (("lr", 1.0), ("lr", 3.0), ("learning_rate", 3.0))


def _train(trial: Trial, name: str, factor: float) -> np.ndarray:
    """Weights after two steps, between which the rate is multiplied."""
    model = _model(trial)
    model.train_on_batch(*_batch(0))
    optimizer: Any = model.optimizer
    setattr(optimizer, name, getattr(optimizer, name) * factor)
    model.train_on_batch(*_batch(1))
    return np.concatenate([array.ravel() for array in model.get_weights()])


def _model(trial: Trial) -> Sequential:
    model = Sequential([Affine(input_shape=(3,), name="affine")], seed=1)
    model.compile(trial.make(), squared_error)
    return model


def _batch(number: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(number)
    return rng.normal(0.0, 1.0, (4, 3)), rng.normal(0.0, 1.0, (4, 2))
