"""The official optimizers against Keras 1's trajectories and against their formulas."""

import copy

import golden
import numpy as np
import pytest

from pronghorn import backend, registry
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import EagerContext
from pronghorn.components.optimizer import Optimizer
from pronghorn.optimizers import SGD, Nadam

NAMES = [entry.identifier for entry in registry.entries("optimizers")]


class Descent:
    """Parameters in one flat buffer, as a model keeps them, and the optimizer that moves them."""

    def __init__(self, optimizer, *initial, dtype=np.float64):
        self.optimizer = Optimizer.get(optimizer)
        self.ctx = EagerContext("cpu", dtype)
        self.shapes = [np.shape(p) for p in initial]
        self.params = np.concatenate([np.ravel(p) for p in initial]).astype(dtype)
        self.slots = [np.zeros_like(self.params) for _ in self.optimizer.slots]

    def step(self, *gradients):
        """The parameters after an update."""
        flat = np.concatenate([np.ravel(g) for g in gradients]).astype(self.params.dtype)
        scalars = self.optimizer.scalars(self.optimizer.iterations)
        hyper = np.array([*scalars.values(), 0.0], self.params.dtype)
        self.optimizer.record(self.ctx, self.params, flat, self.slots, hyper)
        self.optimizer.iterations += 1
        return self.split(self.params.copy())

    def split(self, flat):
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])
        parts = np.split(flat, ends[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def state(self):
        arrays = [part for slot in self.slots for part in self.split(slot)]
        counter = [np.array(self.optimizer.iterations)] if self.optimizer.saves_iterations else []
        return [*counter, *arrays]


def unconstrained(case):
    return case.info["constraint_on_p0"] is None


def descend(case, dtype):
    descent = Descent(
        Optimizer.get({"name": case.info["optimizer"], "config": case.info["kwargs"]}),
        case["p0_init"],
        case["p1_init"],
        dtype=dtype,
    )
    path = [descent.step(*g) for g in zip(case["grads0"], case["grads1"], strict=True)]
    return descent, [np.array([p[k] for p in path]) for k in range(2)]


@pytest.mark.parametrize("case", golden.cases("optimizers", unconstrained))
def test_equals_keras_1_in_float64(case):
    descent, (p0, p1) = descend(case, np.float64)
    np.testing.assert_allclose(p0, case["p0"], **golden.EXACT)
    np.testing.assert_allclose(p1, case["p1"], **golden.EXACT)
    state = case.numbered("state")
    assert len(descent.state()) == len(state)
    for made, expected in zip(descent.state(), state, strict=True):
        np.testing.assert_allclose(made, expected, **golden.EXACT)


def constraint_of(case):
    text = case.info["constraint_on_p0"]
    known = {
        "MaxNorm(m=1.0, axis=0)": {"name": "MaxNorm", "m": 1.0, "axis": 0},
        "NonNeg": "NonNeg",
    }
    return Constraint.get(known[text])


@pytest.mark.parametrize("case", golden.cases("optimizers", lambda c: not unconstrained(c)))
def test_constraint_applies_after_each_update(case):
    config = {"name": case.info["optimizer"], "config": case.info["kwargs"]}
    descent = Descent(config, case["p0_init"], case["p1_init"])
    constraint, size = constraint_of(case), case["p0_init"].size
    for gradients, p0, p1 in zip(
        zip(case["grads0"], case["grads1"], strict=True), case["p0"], case["p1"], strict=True
    ):
        descent.step(*gradients)
        constraint.record(descent.ctx, descent.params[:size].reshape(p0.shape))
        made = descent.split(descent.params)
        np.testing.assert_allclose(made[0], p0, **golden.EXACT)
        np.testing.assert_allclose(made[1], p1, **golden.EXACT)


@pytest.mark.parametrize("case", golden.cases("optimizers", unconstrained))
def test_equals_keras_1_in_float32(case):
    descent, path = descend(case, np.float32)
    assert descent.params.dtype == np.float32
    for made, expected in zip(path, (case["p0"], case["p1"]), strict=True):
        np.testing.assert_allclose(made, expected, **golden.TENSORFLOW)


@pytest.mark.parametrize("case", golden.cases("optimizers"))
def test_configuration_of_keras_1(case):
    made = Optimizer.get({"class_name": case.info["optimizer"], "config": case.info["config"]})
    assert made.get_config() == pytest.approx(case.info["config"])
    again = Optimizer.get({"name": case.info["optimizer"], **case.info["kwargs"]})
    assert again.get_config() == pytest.approx(case.info["config"])


# Section 26.4 of the Keras 1 behaviour: one weight of .5, gradient 2w.
FIRST_STEPS = {
    "sgd": (0.4900000, 0.4802000, 0.4705960),
    "rmsprop": (0.4968377, 0.4945505, 0.4926388),
    "adagrad": (0.4900000, 0.4830007, 0.4773219),
    "adadelta": (0.4995528, 0.4991001, 0.4986438),
    "adam": (0.4990000, 0.4980001, 0.4970002),
    "adamax": (0.4980000, 0.4960022, 0.4940068),
    "nadam": (0.4978871, 0.4963227, 0.4948626),
}


@pytest.mark.parametrize("name", FIRST_STEPS)
def test_first_steps_with_default_arguments(name):
    descent = Descent(name, [0.5])
    path = []
    for _ in range(3):
        path.append(descent.step(2 * descent.params)[0][0])
    np.testing.assert_allclose(path, FIRST_STEPS[name], atol=6e-8)


def test_adamw_is_adam_beside_a_decay_of_the_weights():
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=7), rng.normal(size=(5, 7))
    settings = {"lr": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "decay": 0.5}
    descent = Descent({"name": "AdamW", **settings, "weight_decay": 0.2}, start)
    p, m, v = start.copy(), np.zeros(7), np.zeros(7)
    for t, g in enumerate(gradients, 1):
        lr = 0.1 / (1 + 0.5 * (t - 1))
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g * g
        corrected = lr * np.sqrt(1 - 0.95**t) / (1 - 0.8**t)
        p = p - corrected * m / (np.sqrt(v) + 1e-3) - lr * 0.2 * p
        np.testing.assert_allclose(descent.step(g)[0], p, rtol=1e-12)


def test_lion_by_its_formula():
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=7), rng.normal(size=(5, 7))
    settings = {"lr": 0.1, "beta_1": 0.8, "beta_2": 0.95, "weight_decay": 0.3}
    descent = Descent({"name": "lion", **settings}, start)
    p, m = start.copy(), np.zeros(7)
    for g in gradients:
        p = p - 0.1 * (np.sign(0.8 * m + 0.2 * g) + 0.3 * p)
        m = 0.95 * m + 0.05 * g
        np.testing.assert_allclose(descent.step(g)[0], p, rtol=1e-12)


@pytest.mark.parametrize(("name", "kept"), [("rmsprop", 0.9), ("adagrad", 1.0)])
def test_epsilon_below_the_root(name, kept):
    rng = np.random.default_rng(1)
    p, gradients = rng.normal(size=7), rng.normal(size=(3, 7)) * 1e-2
    descent, square = Descent({"name": name, "lr": 0.1, "epsilon": 0, "root_epsilon": 1e-3}, p), 0.0
    for g in gradients:
        square = kept * square + (0.1 if name == "rmsprop" else 1.0) * g**2
        p = p - 0.1 * g / np.sqrt(square + 1e-3)
        np.testing.assert_allclose(descent.step(g)[0], p, rtol=1e-12)


def test_lion_leaves_a_parameter_without_gradient():
    assert Descent("lion", [0.5]).step([0.0])[0] == 0.5


@pytest.mark.parametrize("name", NAMES)
def test_rate_changed_between_steps_counts_from_the_next_one_on(name):
    descent = Descent(name, [1.0, -2.0])
    before = descent.step([0.3, 0.1])[0]
    descent.optimizer.lr = 1e5
    after = descent.step([0.3, 0.1])[0]
    assert (abs(after - before) > 1).all()
    descent.optimizer.learning_rate = 0.25
    assert descent.optimizer.lr == 0.25


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("SGD", "Nadam")])
def test_rate_of_zero_moves_nothing(name):
    start = np.array([1.0, -2.0])
    descent = Descent(Optimizer.get(name).configured(lr=0.0), start)
    np.testing.assert_array_equal(descent.step([0.3, 0.1])[0], start)


def test_counting_of_updates():
    # SGD, RMSprop, Adagrad and Adadelta count only while they decay.
    for name, counts in (("sgd", 0), ("rmsprop", 0), ("adam", 2), ("lion", 2)):
        descent = Descent(name, [1.0])
        descent.step([1.0])
        descent.step([1.0])
        assert descent.optimizer.iterations == counts
    decaying = Descent({"name": "sgd", "decay": 0.1}, [1.0])
    decaying.step([1.0])
    assert decaying.optimizer.iterations == 1
    assert decaying.optimizer.scalars(1)["lr"] == pytest.approx(0.01 / 1.1)


def test_nadam_goes_on_where_its_count_stands():
    gradients = np.random.default_rng(0).normal(size=(6, 3))
    whole, first = Descent("nadam", np.ones(3)), Descent("nadam", np.ones(3))
    for g in gradients:
        expected = whole.step(g)[0]
    for g in gradients[:3]:
        first.step(g)
    second = Descent("nadam", first.params)
    second.slots, second.optimizer.iterations = first.slots, 3
    for g in gradients[3:]:
        made = second.step(g)[0]
    np.testing.assert_allclose(made, expected, rtol=1e-12)


@pytest.mark.parametrize("size", [1, 7, 100_003])
def test_clipping_by_the_norm_of_all_gradients(size):
    gradient = np.random.default_rng(0).normal(size=size)
    descent = Descent({"name": "sgd", "lr": 1.0, "clipnorm": 0.5}, np.zeros(size))
    moved = descent.step(gradient)[0]
    scale = min(1.0, 0.5 / np.linalg.norm(gradient))
    np.testing.assert_allclose(moved, -gradient * scale, rtol=1e-9)


def test_clipping_of_nan_keeps_it():
    descent = Descent({"name": "sgd", "clipvalue": 0.5}, [0.0, 0.0])
    assert np.isnan(descent.step([np.nan, 1.0])[0]).tolist() == [True, False]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"momentun": 0.9},
            r"'momentun' \(did you mean 'momentum'\?\); it takes lr, momentum",
        ),
        ({"lr": 0.1, "learning_rate": 0.1}, "'lr' is given twice, also as 'learning_rate'"),
    ],
)
def test_unknown_arguments(arguments, message):
    with pytest.raises(TypeError, match=message):
        SGD(**arguments)


def test_nadam_has_no_decay():
    with pytest.raises(TypeError, match="Nadam does not understand 'decay'"):
        Nadam(decay=0.1)


def test_negative_limits():
    with pytest.raises(ValueError, match=r"clipnorm must be positive, or 0 for none, got -1\.0"):
        SGD(clipnorm=-1.0)


@pytest.mark.parametrize("name", NAMES)
def test_identifiers(name):
    lower, proper = Optimizer.get(name.lower()), Optimizer.get(name)
    assert type(lower) is type(proper)
    assert lower is not proper
    assert proper.name == name
    assert Optimizer.get(type(proper)).get_config() == proper.get_config()


def test_positional_arguments_are_those_of_keras_1():
    made = SGD(0.1, 0.9, 1e-6, True)
    expected = {"lr": 0.1, "momentum": 0.9, "decay": 1e-6, "nesterov": True}
    assert made.get_config() == expected


def test_settings_are_changed_as_variables_of_keras():
    optimizer = Optimizer.get({"name": "adam", "config": {"lr": 0.5}})
    backend.set_value(optimizer.lr, 0.25)
    assert optimizer.lr == backend.get_value(optimizer.lr) == optimizer.learning_rate == 0.25
    optimizer.lr.set_value(np.float32(0.125))
    assert optimizer.lr.get_value() == optimizer.rate(0) == 0.125
    copied = copy.deepcopy(optimizer)
    copied.lr.set_value(3.0)
    assert (copied.lr, optimizer.lr) == (3.0, 0.125)
    assert type(optimizer.get_config()["lr"]) is float


def test_an_optimizer_for_keras_is_told_what_to_write():
    class Keras1(Optimizer):
        def get_updates(self, params, constraints, loss): ...

    with pytest.raises(TypeError, match=r"Keras1 has no rule.*@ph\.register\.optimizer"):
        Keras1()
