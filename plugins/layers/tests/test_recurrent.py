"""Recurrent layers: formulas, gradients, dropout, masks, states, arguments."""

import numpy as np
import pytest

from pronghorn import backend
from pronghorn.errors import ShapeError
from pronghorn.layers.core import Masking
from pronghorn.layers.recurrent import GRU, LSTM, SimpleRNN
from pronghorn.models import Sequential
from pronghorn.testing import Circuit, run_pass

KINDS = [SimpleRNN, GRU, LSTM]


@pytest.fixture
def in_float64():
    backend.set_floatx("float64")
    yield
    backend.set_floatx("float32")


def hard_sigmoid(x):
    return np.clip(0.2 * x + 0.5, 0.0, 1.0)


def plain_lstm(weights, x):
    """All outputs of an LSTM with the default activations, a step at a time."""
    (wi, ui, bi), (wc, uc, bc), (wf, uf, bf), (wo, uo, bo) = (
        weights[i : i + 3] for i in range(0, 12, 3)
    )
    h = c = np.zeros((len(x), len(bi)))
    outputs = []
    for now in np.moveaxis(x, 1, 0):
        i, f, o = (
            hard_sigmoid(now @ w + b + h @ u)
            for w, u, b in ((wi, ui, bi), (wf, uf, bf), (wo, uo, bo))
        )
        c = f * c + i * np.tanh(now @ wc + bc + h @ uc)
        h = o * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1)


@pytest.mark.parametrize(("batch", "units"), [(1, 3), (1, 100), (5, 16), (33, 20), (19, 37)])
def test_lstm_is_its_formulas_for_any_size(batch, units):
    model = Sequential([LSTM(units, input_shape=(4, 6), return_sequences=True)], seed=1)
    x = np.random.default_rng(0).normal(size=(batch, 4, 6))
    expected = plain_lstm(model.get_weights(), x)
    np.testing.assert_allclose(model.predict(x, batch_size=batch), expected, atol=2e-6)


@pytest.mark.parametrize(("batch", "units"), [(1, 100), (3, 72)])
def test_lstm_in_two_threads_is_as_in_one(batch, units, monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, 30, 6)) * (rng.random((batch, 30, 1)) < 0.8)

    def model():
        layers = [Masking(input_shape=(30, 6)), LSTM(units, return_sequences=True)]
        return Sequential(layers, seed=1)

    together = model()
    outputs = [together.predict(x, batch_size=batch) for _ in range(100)]
    monkeypatch.setattr("pronghorn.devices.threads.available", lambda: False)
    expected = model().predict(x, batch_size=batch)
    for y in outputs:
        np.testing.assert_array_equal(y, expected)


def differences(circuit, x, upstream, array, places, step=1e-5):
    """Central differences of sum(y * upstream) by some elements of an array in use."""
    found = []
    for place in places:
        values = []
        for sign in (1.0, -1.0):
            array[place] += sign * step
            values.append(np.sum(circuit.run(x).y * upstream))
            array[place] -= sign * step
        found.append((values[0] - values[1]) / (2 * step))
    return found


def plain_gru_reset_after(weights, x, mask):
    """All outputs of a GRU with the reset after the product, z and r sigmoids, 0 where masked."""
    w, u, (b, c) = weights
    h = np.zeros((len(x), len(u)))
    outputs = []
    for now, counts in zip(np.moveaxis(x, 1, 0), mask.T[:, :, np.newaxis], strict=True):
        (xz, xr, xh), (hz, hr, hh) = (np.split(y, 3, axis=1) for y in (now @ w + b, h @ u + c))
        z, r = 1 / (1 + np.exp(-xz - hz)), 1 / (1 + np.exp(-xr - hr))
        h = np.where(counts, z * h + (1 - z) * np.tanh(xh + r * hh), h)
        outputs.append(np.where(counts, h, 0.0))
    return np.stack(outputs, axis=1)


@pytest.mark.parametrize(("batch", "units"), [(1, 3), (19, 37)])
def test_gru_with_the_reset_after_the_product_is_its_formulas(batch, units):
    layer = GRU(
        units, reset_after=True, consume_less="gpu", inner_activation="sigmoid", b_init="uniform",
        return_sequences=True, zero_output_for_mask=True,
    )  # fmt: skip
    model = Sequential([Masking(input_shape=(4, 6)), layer], seed=1)
    x = np.random.default_rng(0).normal(size=(batch, 4, 6))
    x[0, 1] = x[-1, 3] = 0.0
    assert [w.shape for w in model.weights] == [(6, 3 * units), (units, 3 * units), (2, 3 * units)]
    expected = plain_gru_reset_after(model.get_weights(), x, x.any(axis=2))
    np.testing.assert_allclose(model.predict(x, batch_size=batch), expected, atol=2e-6)


RESET_AFTER = {"reset_after": True, "zero_output_for_mask": True, "b_init": "uniform"}


@pytest.mark.parametrize(
    ("kind", "own"), [(SimpleRNN, {}), (GRU, {}), (GRU, RESET_AFTER), (LSTM, {})]
)
@pytest.mark.parametrize("mode", ["cpu", "gpu"])
def test_gradients_through_dropout_masks_and_time(in_float64, kind, own, mode):
    options = {"dropout_W": 0.3, "dropout_U": 0.4, "consume_less": mode, "activation": "softplus"}
    layer = kind(5, return_sequences=True, go_backwards=True, **options, **own)
    model = Sequential([Masking(input_shape=(4, 3)), layer], seed=2)
    random = np.random.default_rng(1)
    x, upstream = random.normal(size=(3, 4, 3)), random.normal(size=(3, 4, 5))
    x[0, 1:3] = x[2, 0] = 0.0
    circuit = Circuit(model, x.shape, training=True)
    done = circuit.run(x, upstream)
    for weight in model.weights:
        places = [tuple(random.integers(0, n) for n in weight.shape) for _ in range(4)]
        expected = differences(circuit, x, upstream, weight.array, places)
        found = [done.gw[weight.name][place] for place in places]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8, err_msg=weight.name)
    places = [(0, 0, 1), (1, 2, 0), (1, 3, 2), (2, 1, 1)]
    expected = differences(circuit, x, upstream, x, places)
    np.testing.assert_allclose([done.gx[p] for p in places], expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(("kind", "own"), [(GRU, {}), (GRU, RESET_AFTER), (LSTM, {})])
def test_weights_side_by_side_are_the_same_numbers(kind, own):
    x = np.random.default_rng(2).normal(size=(2, 3, 4))
    apart = Sequential([kind(5, input_shape=(3, 4), **own)], seed=1)
    fused = Sequential([kind(5, input_shape=(3, 4), consume_less="gpu", **own)], seed=1)
    order = [kind.gates.index(name) for name in kind.columns]
    triples = [apart.get_weights()[3 * i : 3 * i + 3] for i in order]
    fused.set_weights([np.concatenate(parts, axis=-1) for parts in zip(*triples, strict=True)])
    np.testing.assert_allclose(fused.predict(x), apart.predict(x), atol=1e-6)


def test_recurrent_weights_have_their_own_initializer_and_penalty():
    layer = LSTM(3, init="zero", inner_init="identity", U_regularizer="l2", input_shape=(2, 4))
    model = Sequential([layer])
    for name in "icfo":
        w, u, b = (next(x for x in model.weights if x.name.endswith(f"_{k}_{name}")) for k in "WUb")
        assert w.regularizer is None
        assert u.regularizer is not None
        np.testing.assert_array_equal(w.value, np.zeros((4, 3)))
        np.testing.assert_array_equal(u.value, np.eye(3))
        np.testing.assert_array_equal(b.value, np.full(3, float(name == "f")))


def test_the_forget_bias_is_one_in_fused_weights_too():
    layer = LSTM(2, consume_less="gpu", input_shape=(2, 4))
    Sequential([layer])
    np.testing.assert_array_equal(layer.get_weights()[2], [0, 0, 1, 1, 0, 0, 0, 0])


@pytest.mark.parametrize("kind", KINDS)
def test_dropped_units_are_the_same_at_every_step_and_only_in_training(kind):
    layer = kind(40, dropout_W=0.5, activation="linear", inner_init="zero", input_shape=(3, 8))
    model = Sequential([layer], seed=4)
    x = np.ones((2, 3, 8))
    trained = run_pass(model, x, training=True).y
    tested = run_pass(model, x, training=False).y
    assert np.abs(trained - tested).max() > 1e-3
    np.testing.assert_allclose(run_pass(model, x, training=True).y, trained)
    if kind is SimpleRNN:
        w = layer.get_weights()[0]
        kept = [np.linalg.lstsq(w.T, row, rcond=None)[0] for row in trained]
        np.testing.assert_allclose(np.sort(np.unique(np.round(kept, 3))), [0.0, 2.0], atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_any_number_of_steps(kind):
    model = Sequential([kind(3, input_dim=2)], seed=1)
    assert model.input_shape == (None, None, 2)
    x = np.random.default_rng(3).normal(size=(2, 5, 2))
    whole = model.predict(x)
    two = Sequential([kind(3, batch_input_shape=(2, None, 2), stateful=True)], seed=1)
    two.set_weights(model.get_weights())
    two.predict(x[:, :3], batch_size=2)
    np.testing.assert_allclose(two.predict(x[:, 3:], batch_size=2), whole, atol=1e-6)
    two.reset_states()
    np.testing.assert_allclose(two.predict(x, batch_size=2), whole, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_configuration_round_trip(kind):
    layer = kind(3, input_dim=2, input_length=4, consume_less="mem", dropout_U=0.25, unroll=True)
    config = layer.get_config()
    assert kind.from_config(config).get_config() == config
    assert {"output_dim": 3, "input_length": 4, "dropout_U": 0.25}.items() <= config.items()
    assert not {"reset_after", "zero_output_for_mask", "b_init"} & config.keys()
    modern = kind(
        units=3, recurrent_initializer="identity", recurrent_dropout=0.5, implementation=2
    )
    assert (modern.output_dim, modern.dropout_U, modern.consume_less) == (3, 0.5, "gpu")
    assert modern.inner_init.name == "identity"


def test_arguments_of_later_kerases_are_kept_where_they_differ():
    config = GRU(3, **RESET_AFTER).get_config()
    assert GRU.from_config(config).get_config() == config
    assert config["reset_after"] is config["zero_output_for_mask"] is True


def test_bad_arguments():
    with pytest.raises(ValueError, match="consume_less must be 'cpu', 'mem' or 'gpu', got 'tpu'"):
        LSTM(3, consume_less="tpu")
    with pytest.raises(ValueError, match="dropout_W must be at least 0 and below 1, got 1"):
        GRU(3, dropout_W=1)
    with pytest.raises(ValueError, match="output_dim must be a positive whole number, got 0"):
        SimpleRNN(0)
    with pytest.raises(ValueError, match="single elements, which 'softmax' is not"):
        LSTM(3, activation="softmax")
    with pytest.raises(ShapeError, match="must know the batch size: give the first layer a batch_"):
        Sequential([LSTM(3, stateful=True, input_shape=(2, 2))])
    with pytest.raises(ShapeError, match="unrolled over an unknown number of steps"):
        Sequential([LSTM(3, unroll=True, input_dim=2)])
    with pytest.raises(ValueError, match="not stateful: it has no states to reset"):
        LSTM(3, name="memory").reset_states()


def test_a_stateful_model_takes_whole_batches():
    model = Sequential([LSTM(3, batch_input_shape=(2, 4, 5), stateful=True)])
    with pytest.raises(ValueError, match=r"5 samples are no multiple of batch_size=2: leave out 1"):
        model.predict(np.zeros((5, 4, 5)), batch_size=2)


@pytest.mark.parametrize("mode", ["cpu", "gpu"])
def test_without_biases_it_is_as_if_they_were_zero(mode):
    shapes = {"input_shape": (4, 5), "consume_less": mode}
    bare = Sequential([LSTM(3, use_bias=False, **shapes)])
    whole = Sequential([LSTM(3, forget_bias_init="zero", **shapes)])
    taken = iter(bare.get_weights())
    weights = whole.layers[0].weights
    whole.set_weights([np.zeros(w.shape) if "_b" in w.name else next(taken) for w in weights])
    assert not list(taken)
    x = np.random.default_rng(0).normal(size=(2, 4, 5))
    np.testing.assert_array_equal(bare.predict(x), whole.predict(x))
    assert "bias" not in whole.layers[0].get_config()
