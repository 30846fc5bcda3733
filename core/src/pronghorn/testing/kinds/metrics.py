"""What holds for metrics."""

import math

import numpy as np

from pronghorn.components.metric import Metric
from pronghorn.devices.function import Function
from pronghorn.testing.assertions import near
from pronghorn.testing.catalogue import check
from pronghorn.testing.kinds.activations import layouts
from pronghorn.testing.kinds.objectives import COLUMNS, ROWS, USUAL, Data, all_data
from pronghorn.testing.precision import check_calls
from pronghorn.testing.replay import Replay
from pronghorn.testing.subject import Trial

PARTS = (slice(0, 1), slice(1, 4), slice(4, ROWS))


def suitable_data(metric: Metric) -> list[Data]:
    """The sorts of data for which the metric is finite; AssertionError if there is none."""
    every = list(all_data(metric.sparse))
    found = [data for data in every if math.isfinite(metric(data.t, data.p))]
    assert found, f"the metric is not finite for {', '.join(data.name for data in every)}"
    return found


def _sums(metric: Metric, t: np.ndarray, p: np.ndarray) -> np.ndarray:
    sums = np.zeros(metric.width)
    metric.record(Replay(p.dtype), t, p, sums)
    return sums


@check("metrics")
def is_one_number(trial: Trial) -> None:
    """The value is a Python float, and its name is a label that logs can hold."""
    metric: Metric = trial.make()
    data = suitable_data(metric)[0]
    assert type(metric(data.t, data.p)) is float
    assert metric.name, "it has no name"
    assert not any(letter.isspace() for letter in metric.name), f"{metric.name!r} is no label"


@check("metrics")
def depends_on_predictions_and_targets(trial: Trial) -> None:
    """Other predictions, or other targets, give another value for some sort of data."""
    metric: Metric = trial.make()
    values = {metric(data.t, data.p) for data in suitable_data(metric)}
    for data in suitable_data(metric):
        order = np.roll(np.arange(ROWS), 1)
        values |= {metric(data.t[order], data.p), metric(data.t, np.roll(data.p, 1, axis=1))}
        values |= {metric(data.t[r : r + 1], data.p[r : r + 1]) for r in range(ROWS)}
    assert len(values) > 1, f"it is {values.pop()} whatever the data are"


@check("metrics", applies=lambda trial: isinstance(getattr(trial.make(), "row", None), Function))
def equals_its_function_in_python(trial: Trial) -> None:
    """The compiled sums over the rows are what the same source gives in Python."""
    metric: Metric = trial.make()
    for data in suitable_data(metric):
        rows = [metric.row(data.t[r], data.p[r]) for r in range(ROWS)]
        expected = np.sum(np.asarray(rows, float).reshape(ROWS, -1), axis=0)
        scale = 1.0 / COLUMNS if metric.reduction == "mean" else 1.0
        near(_sums(metric, data.t, data.p), expected * scale, rtol=1e-11, what=data.name)
        assert metric(data.t, data.p) == metric.result(_sums(metric, data.t, data.p), ROWS)


@check("metrics")
def batches_add_up(trial: Trial) -> None:
    """The sums over uneven batches, put together, are those over all rows: the value is exact."""
    metric: Metric = trial.make()
    for data in suitable_data(metric):
        whole, parts = _sums(metric, data.t, data.p), np.zeros(metric.width)
        for part in PARTS:
            metric.record(Replay(), data.t[part], data.p[part], parts)
        near(parts, whole, rtol=1e-12, what=data.name)
        value = metric.result(parts, ROWS)
        near(value, metric(data.t, data.p), rtol=1e-12)


@check("metrics", applies=lambda trial: trial.make().sparse)
def class_numbers_may_lack_their_axis(trial: Trial) -> None:
    """Class numbers of shape (rows,) mean what those of shape (rows, 1) do."""
    metric: Metric = trial.make()
    data = suitable_data(metric)[0]
    assert metric(data.t[:, 0], data.p) == metric(data.t, data.p)


@check("metrics")
def keeps_float32(trial: Trial) -> None:
    """No kernel computes float32 in float64, but for adding up, and the value is near."""
    metric: Metric = trial.make()
    for data in suitable_data(metric)[:USUAL]:
        t, p = data.t.astype("f"), data.p.astype("f")
        ctx = Replay("float32")
        metric.record(ctx, t, p, np.zeros(metric.width))
        check_calls(ctx.calls)
        exact = metric(t.astype("d"), p.astype("d"))
        near(metric(t, p), exact, rtol=5e-5, atol=1e-6, what=data.name)


@check("metrics")
def takes_any_layout(trial: Trial) -> None:
    """Arrays of three axes, and views that are strided, transposed or read-only, are the same."""
    metric: Metric = trial.make()
    data = suitable_data(metric)[0]
    value = metric(data.t, data.p)
    for t, p in zip(layouts(data.t), layouts(data.p), strict=True):
        assert metric(t, p) == value
    assert metric(data.t.reshape(2, 4, -1), data.p.reshape(2, 4, -1)) == value
