"""The official objectives against Keras 1's numbers, finite differences and their formulas."""

import golden
import numpy as np
import pytest

from pronghorn import registry
from pronghorn.components.activation import Activation
from pronghorn.components.context import EagerContext
from pronghorn.components.objective import Objective

NAMES = [entry.identifier for entry in registry.entries("objectives")]
SPARSE_CLIPPED = tuple(f"sparse_categorical_crossentropy_{n}d_extreme" for n in (2, 3))


def is_objective(case):
    return case.info["kind"] == "objective"


# TensorFlow clips before it scales, Theano after: see docs/keras1-differences.md.
@pytest.mark.parametrize(
    "case",
    golden.cases("objectives", lambda c: is_objective(c) and c.name not in SPARSE_CLIPPED),
)
def test_equals_keras_1_in_float64(case):
    loss = Objective.get(case.info["objective"])
    np.testing.assert_allclose(loss(case["y_true"], case["y_pred"]), case["loss"], **golden.EXACT)
    np.testing.assert_allclose(
        loss.gradient(case["y_true"], case["y_pred"]), case["g_pred"], **golden.EXACT
    )


@pytest.mark.parametrize(
    "case", golden.cases("objectives", lambda c: is_objective(c) and len(c.tf))
)
def test_equals_keras_1_on_tensorflow_in_float32(case):
    loss = Objective.get(case.info["objective"])
    t, p = case["y_true"].astype("f"), case["y_pred"].astype("f")
    losses, g = loss(t, p), loss.gradient(t, p)
    assert losses.dtype == g.dtype == np.float32
    np.testing.assert_allclose(losses, case.tf["loss"], **golden.TENSORFLOW)
    np.testing.assert_allclose(g, case.tf["g_pred"], **golden.TENSORFLOW)


def weighted(case):
    return case.info["kind"] == "weighted_objective"


# What the engine does with an objective's losses: section 12.6 of the Keras 1 behaviour.
@pytest.mark.parametrize("case", golden.cases("objectives", weighted))
def test_weights_and_masks_enter_through_the_coefficients(case):
    loss = Objective.get(case.info["objective"])
    t, p, w = case["y_true"], case["y_pred"], case["weights"]
    rows = p.shape[:-1]
    share = (w / (w != 0).mean()).reshape(w.shape + (1,) * (len(rows) - w.ndim)) / np.prod(rows)
    if "mask" in case:
        share = share * case["mask"] / case["mask"].mean()
    coefficient = np.ascontiguousarray(np.broadcast_to(share, rows)).reshape(-1)
    flat_p = p.reshape(-1, p.shape[-1])
    g, losses = np.empty_like(flat_p), np.empty(len(flat_p))
    ctx = EagerContext("cpu", np.float64)
    loss.record(ctx, t.reshape(len(flat_p), -1), flat_p, coefficient, losses, g)
    np.testing.assert_allclose(losses.sum(), case["loss"], **golden.EXACT)
    np.testing.assert_allclose(g.reshape(p.shape), case["g_pred"], **golden.EXACT)


def sample(loss):
    rng = np.random.default_rng(5)
    p = rng.uniform(0.05, 0.95, (4, 6))
    if loss.sparse:
        return rng.integers(0, 6, (4, 1)).astype(float), p
    return rng.uniform(0.1, 0.9, (4, 6)), p


@pytest.mark.parametrize("name", NAMES)
def test_gradient_equals_finite_differences(name):
    loss = Objective.get(name)
    t, p = sample(loss)
    expected = np.empty_like(p)
    for index in np.ndindex(p.shape):
        step = np.zeros_like(p)
        step[index] = 1e-6
        expected[index] = (loss(t, p + step).sum() - loss(t, p - step).sum()) / 2e-6
    np.testing.assert_allclose(loss.gradient(t, p), expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_loss_alone_equals_loss_beside_gradient(name):
    loss = Objective.get(name)
    for dtype in (np.float32, np.float64):
        t, p = (a.astype(dtype) for a in sample(loss))
        alone = np.empty(4, dtype)
        loss.record(EagerContext("cpu", dtype), t, p, np.ones(4, dtype), alone)
        np.testing.assert_allclose(alone, loss(t, p), rtol=1e-6)


FUSIONS = [
    ("softmax", "categorical_crossentropy"),
    ("softmax", "sparse_categorical_crossentropy"),
    ("sigmoid", "binary_crossentropy"),
    ("linear", "mean_squared_error"),
]


@pytest.mark.parametrize("scale", [1.0, 30.0])
@pytest.mark.parametrize(("activation", "name"), FUSIONS)
def test_fused_gradient_equals_both_backward_passes(activation, name, scale):
    loss, function = Objective.get(name), Activation.get(activation)
    rng = np.random.default_rng(11)
    z = scale * rng.normal(size=(9, 5))
    t = rng.integers(0, 5, (9, 1)).astype(float) if loss.sparse else rng.dirichlet([0.3] * 5, 9)
    coefficient = rng.uniform(0.0, 2.0, 9)
    ctx = EagerContext("cpu", np.float64)
    y, g, fused, losses = np.empty_like(z), np.empty_like(z), np.empty_like(z), np.empty(9)
    function.forward(z, y, ctx)
    assert not loss.record(ctx, t, y, coefficient, losses, g)
    function.backward(z, y, g, g, ctx)
    again = np.empty(9)
    assert loss.record(ctx, t, y, coefficient, again, fused, function)
    np.testing.assert_allclose(again, losses, rtol=1e-12)
    np.testing.assert_allclose(fused, g, rtol=1e-6, atol=1e-12)


def test_only_the_official_activation_is_fused():
    class Softmax(Activation):
        name = "softmax"

    loss = Objective.get("categorical_crossentropy")
    assert loss.fused(Softmax()) is None
    assert loss.fused(Activation.get("tanh")) is None
    assert loss.fused(None) is None


# Sections 26.3 and 26.6 of the Keras 1 behaviour: rows that do not sum to 1, and kinks.
T = np.array([[0.0, 1, 0], [1, 0, 0]])
P = np.array([[0.2, 0.7, 0.2], [0, 0.5, 0.5]])
ROWS = {
    "mse": (0.056667, 0.5),
    "mae": (0.233333, 0.666667),
    "mape": (1.333333e8, 3.333334e8),
    "msle": (0.030965, 0.269752),
    "hinge": (0.766667, 1),
    "squared_hinge": (0.696667, 1),
    "categorical_crossentropy": (0.451985, 16.118095),
    "binary_crossentropy": (0.267654, 5.834797),
    "kld": (0.356672, 16.118092),
    "poisson": (0.485558, 5.706032),
    "cosine": (-0.309058, 0),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_do_not_sum_to_one(name):
    np.testing.assert_allclose(Objective.get(name)(T, P), ROWS[name], rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "t", "p", "expected"),
    [
        ("mae", 1.0, 1.0, 0.0),
        ("hinge", 1.0, 1.0, -1.0),
        ("hinge", -1.0, -1.5, 0.0),
        ("binary_crossentropy", 1.0, 1e-9, 0.0),
        ("binary_crossentropy", 0.0, 1.0, 0.0),
        ("msle", 1.0, -0.5, 0.0),
        ("mape", 0.0, 1.0, 1e9),
        ("kld", 1.0, 2.0, 0.0),
    ],
)
def test_gradient_at_kinks(name, t, p, expected):
    gradient = Objective.get(name).gradient([[t]], [[p]])
    np.testing.assert_allclose(gradient, [[expected]], rtol=1e-6)


def test_saturated_wrong_class_has_no_gradient():
    p = [[1.0, 0.0, 0.0]]
    assert not Objective.get("categorical_crossentropy").gradient([[0, 1, 0]], p).any()


def test_gradient_goes_through_the_rescaling():
    gradient = Objective.get("categorical_crossentropy").gradient(T[:1], P[:1])
    np.testing.assert_allclose(gradient, [[0.909091, -0.519481, 0.909091]], rtol=1e-5)


@pytest.mark.parametrize("label", [-1, 3, np.nan])
@pytest.mark.parametrize("activation", [None, "softmax"])
def test_number_that_is_no_class_makes_the_loss_nan(label, activation):
    loss = Objective.get("sparse_categorical_crossentropy")
    p, losses, g = np.full((1, 3), 1 / 3), np.empty(1), np.empty((1, 3))
    function = Activation.get(activation) if activation else None
    ctx = EagerContext("cpu", np.float64)
    loss.record(ctx, np.array([[label]]), p, np.ones(1), losses, g, function)
    assert np.isnan(losses).all()
    assert np.isnan(g).all()


def test_sparse_targets_may_lack_the_last_axis():
    loss, p = Objective.get("sparse_categorical_crossentropy"), np.full((2, 3, 4), 0.25)
    labels = np.ones((2, 3), int)
    np.testing.assert_allclose(loss(labels, p), np.full((2, 3), np.log(4)))
    np.testing.assert_allclose(loss(labels[..., None], p), np.full((2, 3), np.log(4)))


@pytest.mark.parametrize("name", [n for n in NAMES if n != "sparse_categorical_crossentropy"])
def test_shape_of_the_result(name):
    loss = Objective.get(name)
    three = np.random.default_rng(0).uniform(0.1, 0.9, (5, 6, 7))
    assert loss(three, three).shape == (5, 6)
    assert loss(three[0], three[0]).shape == (6,)


def test_targets_of_another_shape():
    with pytest.raises(ValueError, match=r"targets of shape \(2, 2\) do not fit.*\(2, 3\)"):
        Objective.get("mse")(np.ones((2, 2)), np.ones((2, 3)))


def test_huber_and_log_cosh_by_their_formulas():
    error = np.array([[-3.0, -0.5, 0.0, 0.2, 40.0]])
    near, far = 0.5 * error**2, 0.7 * (abs(error) - 0.35)
    huber = Objective.get("huber").configured(delta=0.7)
    expected = np.where(abs(error) <= 0.7, near, far).mean(-1)
    np.testing.assert_allclose(huber(np.zeros((1, 5)), error), expected)
    log_cosh = np.log(np.cosh(error)).mean(-1)
    np.testing.assert_allclose(Objective.get("logcosh")(np.zeros((1, 5)), error), log_cosh)
    assert np.isfinite(Objective.get("log_cosh")([[0.0]], [[1e6]])).all()


def test_cosine_of_the_same_direction():
    t = np.array([[3.0, 4.0, 0.0]])
    assert Objective.get("cosine_proximity")(t, 2 * t) == pytest.approx(-1 / 3)
    assert Objective.get("cosine_similarity")(t, 2 * t) == pytest.approx(-1)
    assert Objective.get("cosine")(t, 0 * t) == 0


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("mse", "mean_squared_error"),
        ("MSE", "mean_squared_error"),
        ("MAPE", "mean_absolute_percentage_error"),
        ("msle", "mean_squared_logarithmic_error"),
        ("kld", "kullback_leibler_divergence"),
        ("kl_divergence", "kullback_leibler_divergence"),
        ("cosine", "cosine_proximity"),
        ("logcosh", "log_cosh"),
    ],
)
def test_aliases(alias, name):
    assert Objective.get(alias).name == name


def test_configuration_round_trip():
    huber = Objective.get({"name": "huber", "config": {"delta": 2.0}})
    again = Objective.get(huber.to_identifier())
    assert again.get_config() == {"delta": 2.0}
    assert Objective.get("huber").to_identifier() == "huber"


def test_wide_rows_stay_exact_in_float32():
    rng = np.random.default_rng(0)
    t, p = rng.normal(size=(2, 3, 100_000)).astype("f")
    exact = ((t.astype("d") - p) ** 2).mean(-1)
    np.testing.assert_allclose(Objective.get("mse")(t, p), exact, rtol=2e-6)


def test_categorical_hinge_is_the_margin_to_the_best_of_the_others():
    rng = np.random.default_rng(0)
    t, p = np.eye(5)[rng.integers(0, 5, 40)], 2 * rng.standard_normal((40, 5))
    others = np.where(t > 0, 0.0, p).max(axis=1)
    expected = np.maximum(1 + others - (t * p).sum(axis=1), 0)
    assert 0 < (expected > 0).mean() < 1
    np.testing.assert_allclose(Objective.get("CategoricalHinge")(t, p), expected, rtol=1e-12)


@pytest.mark.parametrize("name", [name for _, name in FUSIONS[:3]])
def test_cross_entropy_from_logits(name):
    loss = Objective.get(name)(from_logits=True)
    z = 20.0 * np.random.default_rng(7).normal(size=(6, 4))
    labels = np.arange(6) % 4
    one_hot = np.eye(4)[labels]
    if name == "binary_crossentropy":
        expected = (np.logaddexp(0.0, z) - one_hot * z).mean(-1)
        slope = (np.exp(-np.logaddexp(0.0, -z)) - one_hot) / 4
    else:
        whole = np.logaddexp.reduce(z, axis=-1, keepdims=True)
        expected = (one_hot * (whole - z)).sum(-1)
        slope = np.exp(z - whole) - one_hot
    t = labels[:, None].astype(float) if loss.sparse else one_hot
    np.testing.assert_allclose(loss(t, z), expected, rtol=1e-12)
    np.testing.assert_allclose(loss.gradient(t, z), slope, rtol=1e-12, atol=1e-15)
    assert Objective.get(loss.to_identifier()).config["from_logits"]
    assert loss.fused(Activation.get(FUSIONS[0][0])) is None, "softmax twice is another function"
