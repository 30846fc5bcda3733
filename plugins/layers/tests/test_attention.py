"""Attention, positions and residuals against lines of NumPy."""

import numpy as np
import pytest

from pronghorn.errors import ShapeError
from pronghorn.layers import (
    Activation,
    Dense,
    Embedding,
    MultiHeadAttention,
    PositionEmbedding,
    Residual,
    TimeDistributed,
)
from pronghorn.models import Sequential, load_model

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 5, 4)).astype("float32")


def attention(x, weights, heads, mask=None, causal=False):
    wq, bq, wk, bk, wv, bv, wo, bo = (w.astype("float64") for w in weights)
    found = np.empty((*x.shape[:2], wv.shape[1]))
    steps = x.shape[1]
    allowed = np.ones((len(x), steps, steps), bool) if mask is None else mask[:, None, :] > 0
    allowed = allowed & (np.tri(steps, dtype=bool) if causal else True)
    for h in range(heads):
        q, k, v = (
            (x @ w + b)[..., h * (w.shape[1] // heads) : (h + 1) * (w.shape[1] // heads)]
            for w, b in ((wq, bq), (wk, bk), (wv, bv))
        )
        scores = np.where(allowed, q @ k.swapaxes(1, 2) / np.sqrt(q.shape[2]), -np.inf)
        shares = np.exp(scores - scores.max(axis=2, keepdims=True))
        shares /= shares.sum(axis=2, keepdims=True)
        found[..., h * v.shape[2] : (h + 1) * v.shape[2]] = shares @ v
    return found @ wo + bo


@pytest.mark.parametrize("causal", [False, True])
def test_attention(causal):
    layer = MultiHeadAttention(2, 3, value_dim=5, causal=causal, input_shape=(None, 4))
    model = Sequential([layer], seed=1)
    weights = [RNG.normal(size=w.shape) for w in model.get_weights()]
    model.set_weights(weights)
    expected = attention(X, weights, 2, causal=causal)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-4, atol=1e-5)


def test_masked_steps_are_not_looked_at():
    words = np.array([[1, 2, 0, 0], [3, 1, 2, 0]])
    model = Sequential([Embedding(5, 4, mask_zero=True), MultiHeadAttention(2, 3)], seed=1)
    x = model.layers[0].get_weights()[0][words]
    expected = attention(x, model.layers[1].get_weights(), 2, words)
    np.testing.assert_allclose(model.predict(words), expected, rtol=1e-4, atol=1e-6)
    assert model.layers[1].produces_mask


def test_attention_is_by_keras_3_arguments():
    layer = MultiHeadAttention(num_heads=2, key_dim=3, use_bias=False, dropout=0.1)
    Sequential([PositionEmbedding(5, input_shape=(5, 4)), layer])
    assert [w.shape for w in layer.weights] == [(4, 6), (4, 6), (4, 6), (6, 4)]
    with pytest.raises(ValueError, match="num_heads must be a positive whole number"):
        MultiHeadAttention(0, 3)
    with pytest.raises(ValueError, match="dropout must be"):
        MultiHeadAttention(1, 3, dropout=1.0)


def test_positions():
    model = Sequential([PositionEmbedding(6, input_shape=(None, 4))])
    rows = model.get_weights()[0]
    np.testing.assert_allclose(model.predict(X), X + rows[:5], rtol=1e-6)
    model.compile({"name": "sgd", "config": {"lr": 1.0}}, "mse")
    model.train_on_batch(X, np.zeros_like(X))
    expected = rows.copy()
    expected[:5] -= 2.0 * (X + rows[:5]).sum(axis=0) / X.size
    np.testing.assert_allclose(model.get_weights()[0], expected, rtol=1e-4, atol=1e-6)
    with pytest.raises(ShapeError, match="takes up to 6 steps"):
        model.predict(np.zeros((1, 7, 4)))


@pytest.mark.parametrize(
    ("mode", "merge"),
    [
        ("sum", np.add),
        ("mul", np.multiply),
        ("max", np.maximum),
        ("ave", lambda a, b: (a + b) / 2),
        ("concat", lambda a, b: np.concatenate([a, b], axis=-1)),
    ],
)
def test_residual(mode, merge, tmp_path):
    layers = [Dense(6, activation="tanh"), Dense(4)]
    model = Sequential([Residual(layers, merge_mode=mode, input_shape=(4,)), Dense(2)], seed=1)
    x = X[:, 0]
    w1, b1, w2, b2, w3, b3 = model.get_weights()
    expected = merge(x, np.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-4, atol=1e-6)
    model.compile("adam", "mse")
    model.fit(x, np.zeros((3, 2)), nb_epoch=2, verbose=0)
    model.save(tmp_path / "m.h5")
    again = load_model(tmp_path / "m.h5")
    assert again.get_config() == model.get_config()
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_residual_of_one_layer_and_wrong_ones():
    model = Sequential([Residual(Activation("relu", input_shape=(4,)))])
    np.testing.assert_allclose(model.predict(X[:, 0]), X[:, 0] + np.maximum(X[:, 0], 0.0))
    with pytest.raises(ShapeError, match=r"merge_mode 'sum'.*do not fit together"):
        Sequential([Residual([Dense(3)], input_shape=(4,))])
    with pytest.raises(ValueError, match="merge_mode must be one of"):
        Residual([Dense(3)], merge_mode="dot")
    with pytest.raises(ValueError, match="does not support masks"):
        Sequential(
            [Embedding(5, 4, mask_zero=True), Residual([TimeDistributed(Dense(4)), Dense(4)])]
        )
