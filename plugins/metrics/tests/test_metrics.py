"""The official metrics against Keras 1's numbers and against NumPy."""

import golden
import numpy as np
import pytest
import sklearn.metrics

from pronghorn import metrics, registry
from pronghorn.components.context import EagerContext
from pronghorn.components.metric import Metric, accuracy_for
from pronghorn.components.objective import Objective
from pronghorn.models.compiling import label_metrics


def is_metric(case):
    return case.info["kind"] == "metric"


@pytest.mark.parametrize("case", golden.cases("objectives", is_metric))
def test_equals_keras_1_in_float64(case):
    value = Metric.get(case.info["metric"])(case["y_true"], case["y_pred"])
    np.testing.assert_allclose(value, case["value"], **golden.EXACT)


@pytest.mark.parametrize("case", golden.cases("objectives", lambda c: is_metric(c) and len(c.tf)))
def test_equals_keras_1_on_tensorflow_in_float32(case):
    metric = Metric.get(case.info["metric"])
    value = metric(case["y_true"].astype("f"), case["y_pred"].astype("f"))
    np.testing.assert_allclose(value, case.tf["value"], **golden.TENSORFLOW)


# Section 26.3 of the Keras 1 behaviour.
T = np.array([[0.0, 1, 0], [1, 0, 0]])
P = np.array([[0.2, 0.7, 0.2], [0, 0.5, 0.5]])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("matthews_correlation", 0.632456),
        ("precision", 1),
        ("recall", 0.5),
        ("fmeasure", 0.666667),
        ("binary_accuracy", 0.833333),
        ("categorical_accuracy", 0.5),
        ("mse", (0.056667 + 0.5) / 2),
    ],
)
def test_values_of_a_small_batch(name, value):
    assert Metric.get(name)(T, P) == pytest.approx(value, abs=1e-6)


def test_values_of_one_column():
    t = np.array([0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0], float)
    p = np.array([1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0], float)
    expected = {
        "matthews_correlation": -0.149071,
        "precision": 0.4,
        "recall": 0.285714,
        "fmeasure": 0.333333,
    }
    for name, value in expected.items():
        assert Metric.get(name)(t, p) == pytest.approx(value, abs=1e-6)
    f2 = Metric.get({"name": "fbeta_score", "config": {"beta": 2}})
    assert f2(t, p) == pytest.approx(0.303030, abs=1e-6)


def test_no_positives_and_negative_beta():
    nothing = np.zeros((3, 2))
    for name in ("precision", "recall", "fmeasure", "fbeta_score", "matthews_correlation"):
        assert Metric.get(name)(nothing, nothing) == 0.0
    with pytest.raises(ValueError, match="beta must not be negative, got -1"):
        Metric.get("fbeta_score").configured(beta=-1)(T, P)


def test_top_k():
    p = np.array([[0.3, 0.2, 0.1], [0.1, 0.2, 0.7]])
    t = np.array([[0.0, 1, 0], [1, 0, 0]])
    for k, value in ((3, 1.0), (2, 0.5), (1, 0.0)):
        assert Metric.get("top_k_categorical_accuracy").configured(k=k)(t, p) == value
        sparse = Metric.get("sparse_top_k_categorical_accuracy").configured(k=k)
        assert sparse([[1], [0]], p) == value


SCORES = np.random.default_rng(3).random((300, 1))
TRUTH = (np.random.default_rng(4).random((300, 1)) < 0.2 + 0.6 * SCORES).astype(float)


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.9])
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("precision", sklearn.metrics.precision_score),
        ("recall", sklearn.metrics.recall_score),
        ("fmeasure", sklearn.metrics.f1_score),
        ("matthews_correlation", sklearn.metrics.matthews_corrcoef),
        ("binary_accuracy", sklearn.metrics.accuracy_score),
        ("fbeta_score", lambda t, p: sklearn.metrics.fbeta_score(t, p, beta=2)),
    ],
)
def test_thresholds_against_scikit_learn(name, reference, threshold):
    config = {"threshold": threshold} | ({"beta": 2} if name == "fbeta_score" else {})
    metric = Metric.get({"name": name, "config": config})
    expected = reference(TRUTH[:, 0], SCORES[:, 0] > threshold)
    assert metric(TRUTH, SCORES) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("thresholds", [2, 11, 200])
def test_auc_is_that_of_predictions_rounded_up_to_a_threshold(thresholds):
    steps = np.ceil(SCORES * (thresholds - 1)) / (thresholds - 1)
    metric = Metric.get({"name": "auc", "config": {"num_thresholds": thresholds}})
    expected = sklearn.metrics.roc_auc_score(TRUTH, steps)
    assert metric(TRUTH, SCORES) == pytest.approx(expected, rel=1e-12)
    if thresholds == 200:
        assert expected == pytest.approx(sklearn.metrics.roc_auc_score(TRUTH, SCORES), abs=2e-3)


def test_auc_at_the_ends():
    auc = Metric.get("AUC")
    assert auc([[0], [0], [1], [1]], [[0.0], [0.1], [0.9], [1.0]]) == 1.0
    assert auc([[1], [0]], [[0.0], [1.0]]) == 0.0
    assert auc([[1], [0]], [[-5.0], [0.0]]) == 0.5
    assert auc([[1], [1]], [[0.3], [0.6]]) == 0.0
    with pytest.raises(ValueError, match="num_thresholds must be 2 or more, got 1"):
        Metric.get({"name": "auc", "config": {"num_thresholds": 1}})


def test_half_rounds_to_zero():
    assert Metric.get("binary_accuracy")([[0.0, 1.0]], [[0.5, 1.5]]) == 0.5


def test_sparse_accuracy_takes_numbers_with_and_without_the_last_axis():
    p = np.random.default_rng(0).random((4, 3, 5))
    labels = p.argmax(-1)
    labels[0] = (labels[0] + 1) % 5
    metric = Metric.get("sparse_categorical_accuracy")
    assert metric(labels, p) == metric(labels[..., None], p) == 0.75


@pytest.mark.parametrize("name", ["categorical_accuracy", "binary_accuracy", "mse"])
def test_matches_numpy_on_three_axes(name):
    rng = np.random.default_rng(1)
    t, p = rng.integers(0, 2, (6, 5, 4)).astype(float), rng.random((6, 5, 4))
    expected = {
        "categorical_accuracy": (t.argmax(-1) == p.argmax(-1)).mean(),
        "binary_accuracy": (t == np.round(p)).mean(),
        "mse": ((t - p) ** 2).mean(),
    }[name]
    assert Metric.get(name)(t, p) == pytest.approx(expected, rel=1e-12)


def test_sums_are_float64_and_exact_over_many_rows():
    p = np.random.default_rng(0).random((200_000, 3)).astype("f")
    exact = (p.astype("d") ** 2).mean()
    assert Metric.get("mse")(np.zeros_like(p), p) == pytest.approx(exact, rel=1e-7)


@pytest.mark.parametrize(
    ("loss", "shape", "class_mode", "expected"),
    [
        ("mse", (None, 1), None, "binary_accuracy"),
        ("binary_crossentropy", (None, 4), None, "binary_accuracy"),
        ("categorical_crossentropy", (None, 4), None, "categorical_accuracy"),
        ("mse", (None, 4), None, "categorical_accuracy"),
        ("sparse_categorical_crossentropy", (None, 4), None, "sparse_categorical_accuracy"),
        ("categorical_crossentropy", (None, 4), "binary", "binary_accuracy"),
        ("binary_crossentropy", (None, 4), "categorical", "categorical_accuracy"),
    ],
)
def test_what_accuracy_means(loss, shape, class_mode, expected):
    assert accuracy_for(Objective.get(loss), shape, class_mode) == expected


def test_every_objective_is_a_metric():
    for entry in registry.entries("objectives"):
        for name in entry.names:
            assert Metric.get(name).name == entry.identifier


def test_objective_instances_and_plain_functions():
    def near(y_true, y_pred):
        return 1.0 if abs(y_true - y_pred) < 0.25 else 0.0

    huber = Objective.get("huber").configured(delta=0.5)
    assert Metric.get(huber)(T, P) == pytest.approx(huber(T, P).mean())
    assert Metric.get(near)(T, P) == pytest.approx(2 / 6)
    assert Metric.get(near).name == "near"


@pytest.mark.parametrize(("alias", "name"), [("f1score", "fmeasure"), ("fscore", "fmeasure")])
def test_aliases(alias, name):
    assert Metric.get(alias).name == name


def test_targets_with_too_few_columns():
    metric = Metric.get("categorical_accuracy")
    ctx = EagerContext("cpu", np.float64)
    with pytest.raises(ValueError, match=r"predictions of 3 columns.*targets have 1"):
        metric.record(ctx, np.zeros((2, 1)), P, np.zeros(1))


def test_configuration_round_trip():
    top = Metric.get({"name": "top_k_categorical_accuracy", "config": {"k": 2}})
    assert Metric.get(top.to_identifier()).get_config() == {"k": 2}
    assert Metric.get("mse").to_identifier() == "mean_squared_error"


@pytest.mark.parametrize("name", ["AUC", "precision", "mse"])
def test_a_label_stays_with_the_metric(name):
    made = getattr(metrics, name)(name="mine")
    again = Metric.get(Metric.get(made).to_identifier())
    labelled = label_metrics([made, again], Objective.get("mse"), (None, 1))
    assert [label for label, _ in labelled] == ["mine", "mine_1"]
