"""The checks of objectives and metrics catch what they are for."""

import numpy as np
import pytest

from pronghorn.components.metric import ScalarMetric, metric, row_metric
from pronghorn.components.objective import ScalarObjective, objective, row_objective
from pronghorn.testing import check_component, checks


def squared(y_true, y_pred):
    """`(p - t)**2`."""
    return (y_pred - y_true) * (y_pred - y_true)


def test_a_plain_function_passes_as_an_objective_and_as_a_metric():
    assert "rows_do_not_mix" in check_component("objectives", squared).passed
    assert "batches_add_up" in check_component("metrics", squared).passed


@objective
def wrong_slope(y_true, y_pred):
    """`(p - t)**2`."""
    return (y_pred - y_true) * (y_pred - y_true)


@wrong_slope.derivative
def _(y_true, y_pred):
    return y_pred - y_true


@objective
def blind(y_true, y_pred):
    """`t**2`."""
    return y_true * y_true + 0.0 * y_pred


@objective
def promoted(y_true, y_pred):
    """`2 * (p - t)**2`."""
    factors = [2, 3]
    return factors[0] * (y_pred - y_true) * (y_pred - y_true)


@objective
def cancelling(y_true, y_pred):
    """`(1e5 + (p - t)**2) - 1e5`."""
    return (100000.0 + (y_pred - y_true) * (y_pred - y_true)) - 100000.0


@row_objective
def badly_fused(t, p, g):
    """`-sum(t * p)`."""
    loss = 0.0
    for j in range(p.size):
        loss -= t[j] * p[j]
    if g is not None:
        for j in range(p.size):
            g[j] = -t[j]
    return loss


@badly_fused.fuse("softmax")
def _(t, p, g):
    loss = 0.0
    for j in range(p.size):
        loss -= t[j] * p[j]
        g[j] = p[j] - t[j]
    return loss


class Recording(ScalarObjective):
    """An objective whose losses are spoilt after they were computed."""

    def __init__(self, function, config=None, reduction="mean"):
        super().__init__(ScalarObjective.decorate(squared).function, config, reduction)

    def record(self, ctx, t, p, coefficient, losses, g=None, activation=None):
        given = self.changed(coefficient)
        fused = super().record(ctx, t, p, given, losses, g, activation)
        ctx.run(self.spoil, losses, losses if g is None else g)
        return fused

    def changed(self, coefficient):
        return coefficient

    def spoil(self, losses, g):
        pass


class Larger(Recording):
    def spoil(self, losses, g):
        losses += 0.1


class Mixing(Recording):
    def spoil(self, losses, g):
        losses += losses.mean()


class Unweighted(Recording):
    def changed(self, coefficient):
        return np.ones_like(coefficient)


class OtherInTests(Recording):
    def spoil(self, losses, g):
        if g is losses:
            losses *= 2.0


class Contiguous(Recording):
    def __call__(self, y_true, y_pred):
        return super().__call__(y_true, np.ravel(y_pred, order="K").reshape(np.shape(y_pred)))


OBJECTIVES = {
    "gradient_equals_finite_differences": (wrong_slope, "gradient of the predictions .* differs"),
    "depends_on_the_predictions": (blind, "gradient is 0 for all data"),
    "equals_its_function_in_python": (Larger(squared), "one-hot targets .*, row 0"),
    "rows_do_not_mix": (Mixing(squared), "Arrays are not equal"),
    "coefficients_scale_rows": (Unweighted(squared), "Not equal to tolerance"),
    "test_phase_gives_the_same_losses": (OtherInTests(squared), "Not equal to tolerance"),
    "fused_gradient_equals_unfused": (badly_fused, "softmax, one-hot"),
    "keeps_float32": (promoted, r"in float64:\n.*mul in promoted"),
    "float32_is_near_float64": (cancelling, "Not equal to tolerance"),
    "takes_any_layout": (Contiguous(squared), "Arrays are not equal"),
}


@metric
def constant(y_true, y_pred):
    """`1`, which is `p / p`."""
    return 1.0 + 0.0 * (y_true + y_pred)


@metric
def promoted_metric(y_true, y_pred):
    """`2 * p`."""
    factors = [2, 3]
    return factors[0] * y_pred


@row_metric(sparse=True)
def needs_an_axis(t, p):
    """`p[t]`."""
    return p[int(t[0])]


needs_an_axis.__class__ = type(
    "NeedsAnAxis",
    (type(needs_an_axis),),
    {"__call__": lambda self, t, p: float(np.mean(np.asarray(p)[..., int(np.asarray(t)[0, 0])]))},
)


class Measuring(ScalarMetric):
    """A metric whose sums are spoilt after they were computed."""

    def __init__(self, function, config=None):
        super().__init__(ScalarMetric.decorate(squared).function, config)

    def record(self, ctx, t, p, sums):
        super().record(ctx, t, p, sums)
        ctx.run(self.spoil, sums)

    def spoil(self, sums):
        pass


class Rounded(Measuring):
    def __call__(self, y_true, y_pred):
        return np.float32(super().__call__(y_true, y_pred))


class Overwriting(Measuring):
    def record(self, ctx, t, p, sums):
        ctx.run(lambda array: array.fill(0.0), sums)
        super().record(ctx, t, p, sums)


class Doubled(Measuring):
    def spoil(self, sums):
        sums *= 2.0


class ContiguousMetric(Measuring):
    def __call__(self, y_true, y_pred):
        return super().__call__(y_true, np.ravel(y_pred, order="K").reshape(np.shape(y_pred)))


METRICS = {
    "is_one_number": (Rounded(squared), "AssertionError"),
    "depends_on_predictions_and_targets": (constant, "it is 1.0 whatever"),
    "equals_its_function_in_python": (Doubled(squared), "Not equal to tolerance"),
    "batches_add_up": (Overwriting(squared), "Not equal to tolerance"),
    "class_numbers_may_lack_their_axis": (needs_an_axis, "IndexError"),
    "keeps_float32": (promoted_metric, r"in float64:\n.*mul in promoted_metric"),
    "takes_any_layout": (ContiguousMetric(squared), "AssertionError"),
}


@pytest.mark.parametrize(
    "name", [c.name for c in checks("objectives") if c.run.__module__.endswith("objectives")]
)
def test_check_of_objectives_can_fail(name, catches):
    catches("objectives", name, OBJECTIVES)


@pytest.mark.parametrize(
    "name", [c.name for c in checks("metrics") if c.run.__module__.endswith("metrics")]
)
def test_check_of_metrics_can_fail(name, catches):
    catches("metrics", name, METRICS)
