"""What holds for objectives."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pronghorn import registry
from pronghorn.components.activation import Activation
from pronghorn.components.objective import Objective
from pronghorn.devices.function import Function
from pronghorn.testing.assertions import near, near_in_float32, same
from pronghorn.testing.catalogue import check
from pronghorn.testing.differences import compare_gradient
from pronghorn.testing.kinds.activations import layouts
from pronghorn.testing.precision import check_calls
from pronghorn.testing.replay import Replay
from pronghorn.testing.subject import Trial

ROWS, COLUMNS = 8, 7
USUAL = 2
"""How many of the sorts of data, the first ones, are no predictions far out of their range."""


@dataclass(frozen=True)
class Data:
    """Targets and predictions of one sort, float64 (ROWS, COLUMNS); targets (ROWS, 1) if sparse."""

    name: str
    t: np.ndarray
    p: np.ndarray


def all_data(sparse: bool) -> Iterator[Data]:
    """Targets and predictions such as models have them: probabilities, signs, any numbers."""
    rng = np.random.default_rng(3)
    shape = (ROWS, COLUMNS)
    shares = rng.uniform(0.05, 1.0, shape)
    shares /= shares.sum(axis=1, keepdims=True)
    if sparse:
        labels = np.arange(ROWS, dtype=float).reshape(-1, 1) % COLUMNS
        yield Data("class numbers and probabilities", labels, shares)
        return
    one_hot = np.eye(COLUMNS)[np.arange(ROWS) % COLUMNS]
    yield Data("one-hot targets and probabilities", one_hot, shares)
    between = rng.uniform(0.1, 0.9, (2, *shape))
    yield Data("targets and predictions between 0 and 1", *between)
    signs = np.where(rng.uniform(size=shape) < 0.5, -1.0, 1.0)
    yield Data("targets of -1 and 1", signs, rng.normal(0.0, 2.0, shape))
    yield Data("any numbers", rng.normal(0.0, 1.0, shape), rng.normal(0.0, 2.0, shape))


def suitable_data(objective: Objective) -> list[Data]:
    """The sorts of data for which the loss is finite; AssertionError if there is none."""
    every = list(all_data(objective.sparse))
    found = [data for data in every if np.isfinite(objective(data.t, data.p)).all()]
    assert found, f"the loss is not finite for {', '.join(data.name for data in every)}"
    return found


class Losses:
    """Losses and gradient of an objective over one batch, computed again at need."""

    def __init__(
        self,
        objective: Objective,
        t: np.ndarray,
        p: np.ndarray,
        coefficient: np.ndarray | None = None,
        activation: Activation | None = None,
        test: bool = False,
    ) -> None:
        self.ctx = Replay(p.dtype)
        self.losses, self.g = np.empty(len(p), p.dtype), np.empty_like(p)
        weights = np.ones(len(p), p.dtype) if coefficient is None else coefficient
        self.fused = objective.record(
            self.ctx, t, p, weights, self.losses, None if test else self.g, activation
        )

    def total(self, _: np.ndarray) -> float:
        """The sum of all losses, for what the arrays hold now."""
        self.ctx.again()
        return float(self.losses.sum())


@check("objectives")
def gradient_equals_finite_differences(trial: Trial) -> None:
    """In float64, for every sort of data that it takes, the gradient is that of the loss."""
    objective: Objective = trial.make()
    for data in suitable_data(objective):
        done = Losses(objective, data.t, data.p)
        gradient = done.g.copy()
        compare_gradient(done.total, data.p, gradient, f"the predictions ({data.name})")


@check("objectives")
def depends_on_the_predictions(trial: Trial) -> None:
    """For some sort of data the gradient is not 0: there is something to learn from."""
    objective: Objective = trial.make()
    largest = [np.abs(Losses(objective, d.t, d.p).g).max() for d in suitable_data(objective)]
    assert max(largest) > 1e-6, "the gradient is 0 for all data that were tried"


@check("objectives", applies=lambda trial: isinstance(getattr(trial.make(), "row", None), Function))
def equals_its_function_in_python(trial: Trial) -> None:
    """The compiled rows give what the same source gives in Python, loss and gradient."""
    objective: Objective = trial.make()
    for data in suitable_data(objective):
        done, scale = Losses(objective, data.t, data.p), objective.scale(COLUMNS)
        for r in range(ROWS):
            g = np.zeros(COLUMNS)
            loss = float(objective.row(data.t[r], data.p[r], g))
            where = f"{data.name}, row {r}"
            near(done.losses[r], loss * scale, 1e-11, 1e-13, where)
            near(done.g[r], g * scale, 1e-11, 1e-13, where)


@check("objectives")
def rows_do_not_mix(trial: Trial) -> None:
    """A row's loss and gradient are the same alone and in any batch."""
    objective: Objective = trial.make()
    for data in suitable_data(objective):
        whole = Losses(objective, data.t, data.p)
        for part in (slice(0, 1), slice(1, 4), slice(4, ROWS)):
            alone = Losses(objective, data.t[part], data.p[part])
            same(alone.losses, whole.losses[part])
            same(alone.g, whole.g[part])


@check("objectives")
def coefficients_scale_rows(trial: Trial) -> None:
    """Each row's loss and gradient are multiplied with its coefficient; 0 leaves it out."""
    objective: Objective = trial.make()
    coefficient = np.array([0.0, 1.0, 2.0, 0.5, 0.0, 3.0, 1.5, 1.0])
    for data in suitable_data(objective):
        plain = Losses(objective, data.t, data.p)
        scaled = Losses(objective, data.t, data.p, coefficient)
        near(scaled.losses, plain.losses * coefficient, rtol=1e-12)
        near(scaled.g, plain.g * coefficient[:, None], rtol=1e-12)


@check("objectives")
def test_phase_gives_the_same_losses(trial: Trial) -> None:
    """Without a gradient the losses are those with one."""
    objective: Objective = trial.make()
    for data in suitable_data(objective):
        with_gradient = Losses(objective, data.t, data.p).losses
        without = Losses(objective, data.t, data.p, test=True).losses
        near(without, with_gradient, rtol=1e-12, atol=1e-15)


@check("objectives", applies=lambda trial: bool(_fusing(trial)))
def fused_gradient_equals_unfused(trial: Trial) -> None:
    """Taken before the activation, the gradient is the one through both backward passes."""
    objective: Objective = trial.make()
    for activation in _fusing(trial):
        for data in all_data(objective.sparse):
            z = np.random.default_rng(5).normal(0.0, 2.0, (ROWS, COLUMNS))
            p = activation(z)
            separate = Losses(objective, data.t, p)
            fused = Losses(objective, data.t, p, activation=activation)
            assert fused.fused, f"record() does not use the fusion with {activation.name}"
            expected = activation.gradient(z, separate.g)
            near(fused.losses, separate.losses, rtol=1e-12)
            near(fused.g, expected, rtol=1e-9, atol=1e-12, what=f"{activation.name}, {data.name}")


@check("objectives")
def keeps_float32(trial: Trial) -> None:
    """Losses and gradient of float32 are float32, and no kernel computes in float64."""
    objective: Objective = trial.make()
    data = suitable_data(objective)[0]
    t, p = data.t.astype("f"), data.p.astype("f")
    assert objective(t, p).dtype == objective.gradient(t, p).dtype == np.float32
    for test in (False, True):
        check_calls(Losses(objective, t, p, test=test).ctx.calls)
    for activation in _fusing(trial):
        check_calls(Losses(objective, t, p, activation=activation).ctx.calls)


@check("objectives")
def float32_is_near_float64(trial: Trial) -> None:
    """In float32 loss and gradient are right to float32's precision."""
    objective: Objective = trial.make()
    for data in suitable_data(objective)[:USUAL]:
        t, p = data.t.astype("f"), data.p.astype("f")
        single = Losses(objective, t, p)
        double = Losses(objective, t.astype("d"), p.astype("d"))
        near_in_float32(single.losses, double.losses, data.name)
        near_in_float32(single.g, double.g, data.name)


@check("objectives")
def takes_any_layout(trial: Trial) -> None:
    """Arrays of three axes, and views that are strided, transposed or read-only, are the same."""
    objective: Objective = trial.make()
    data = suitable_data(objective)[0]
    losses, gradient = objective(data.t, data.p), objective.gradient(data.t, data.p)
    for t, p in zip(layouts(data.t), layouts(data.p), strict=True):
        same(objective(t, p), losses)
        same(objective.gradient(t, p), gradient)
    t, p = data.t.reshape(2, ROWS // 2, -1), data.p.reshape(2, ROWS // 2, -1)
    same(objective(t, p), losses.reshape(2, -1))
    same(objective.gradient(t, p), gradient.reshape(p.shape))


def _fusing(trial: Trial) -> list[Activation]:
    """Activations, of all that are registered, with which the objective claims to be fused."""
    objective: Objective = trial.make()
    made = [Activation.get(entry.qualified) for entry in registry.entries("activations")]
    return [a for a in made if not a.identity and objective.fused(a) is not None]
