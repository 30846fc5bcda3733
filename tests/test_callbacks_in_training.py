"""Callbacks with a real model in training."""

import csv
import re

import h5py
import numpy as np
import pytest

from pronghorn.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from pronghorn.layers import Dense
from pronghorn.models import Sequential, load_model
from pronghorn.utils import HDF5Matrix
from pronghorn.utils.layer_utils import count_total_params, layer_from_config
from pronghorn.utils.visualize_util import model_to_dot, plot

X = np.random.RandomState(0).rand(50, 4).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 2).astype("float32")


@pytest.fixture
def model():
    model = Sequential(
        [Dense(3, input_dim=4, activation="tanh"), Dense(1, activation="sigmoid")], seed=1
    )
    model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])
    return model


def fit(model, *callbacks, **options):
    settings = {"nb_epoch": 3, "batch_size": 16, "verbose": 0, "validation_split": 0.2}
    return model.fit(X, Y, callbacks=list(callbacks), **{**settings, **options})


def test_history_holds_the_means_weighted_by_size(model):
    class Batches(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.seen = []

        def on_batch_end(self, batch, logs=None):
            self.seen.append((logs["size"], logs["loss"], logs["acc"]))

    batches = Batches()
    history = fit(model, batches)
    sizes, losses, accuracies = map(np.array, zip(*batches.seen, strict=True))
    assert sizes.tolist() == [16, 16, 8]
    assert history.history["loss"][-1] == pytest.approx((sizes * losses).sum() / 40)
    assert history.history["acc"][-1] == pytest.approx((sizes * accuracies).sum() / 40)
    assert list(history.history) == ["val_loss", "val_acc", "loss", "acc"]
    assert history.epoch == [0, 1, 2]
    assert history.model is model


@pytest.mark.parametrize("verbose", [1, 2])
def test_printed_figures_are_those_of_history(model, capsys, verbose):
    history = fit(model, verbose=verbose).history
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Epoch")]
    for epoch, line in enumerate(lines):
        for name, values in history.items():
            assert f" - {name}: {values[epoch]:.4f}" in line
    assert len(lines) == 3


def test_evaluate_and_predict_show_a_bar_without_values(model, capsys):
    model.evaluate(X, Y)
    model.predict(X, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert [re.sub(r"\d+ms$", "", line) for line in lines] == ["50/50 - ", "50/50 - "]
    model.evaluate(X, Y, verbose=0)
    model.predict(X)
    assert capsys.readouterr().out == ""


def test_a_checkpoint_is_a_model_that_predicts_the_same(model, tmp_path):
    path = str(tmp_path / "best-{epoch}.h5")
    fit(model, ModelCheckpoint(path))
    loaded = load_model(tmp_path / "best-2.h5")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_weights_only_checkpoints_can_be_loaded(model, tmp_path):
    fit(model, ModelCheckpoint(str(tmp_path / "w.h5"), save_weights_only=True))
    expected = model.predict(X)
    fit(model)
    assert not np.array_equal(model.predict(X), expected)
    model.load_weights(tmp_path / "w.h5")
    np.testing.assert_array_equal(model.predict(X), expected)


def test_an_impossible_checkpoint_stops_before_the_first_step(model, tmp_path):
    (tmp_path / "file").touch()
    before = model.get_weights()
    with pytest.raises(OSError, match="is not a folder"):
        fit(model, ModelCheckpoint(tmp_path / "file" / "m.h5"))
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_best_weights_come_back(model):
    class Spy(Callback):
        weights = ()

        def on_epoch_end(self, epoch, logs=None):
            self.weights = (*self.weights, self.model.get_weights())
            logs["val_loss"] = [3.0, 1.0, 2.0, 4.0][epoch]

    spy, stopper = Spy(), EarlyStopping(patience=1, restore_best_weights=True)
    history = fit(model, spy, stopper, nb_epoch=9)
    assert history.history["val_loss"] == [3.0, 1.0, 2.0, 4.0]
    for now, best in zip(model.get_weights(), spy.weights[1], strict=True):
        np.testing.assert_array_equal(now, best)


def test_rates_take_effect(model):
    before = model.get_weights()
    fit(model, LearningRateScheduler(lambda epoch: 0.0))
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    fit(model, LearningRateScheduler(lambda epoch: 1 / (1 + epoch)), nb_epoch=5)
    assert model.optimizer.lr == pytest.approx(0.2)
    assert not np.array_equal(model.get_weights()[0], before[0])


def test_a_reduced_rate_is_in_the_history(model):
    plateau = ReduceLROnPlateau(factor=0.1, epsilon=10, patience=1, cooldown=5)
    model.optimizer.lr = 0.1
    history = fit(model, plateau, nb_epoch=5)
    assert model.optimizer.lr == pytest.approx(0.01)
    assert history.history["lr"] == pytest.approx([0.1, 0.1, 0.1, 0.01, 0.01])


def test_nan_stops_within_the_epoch_and_names_the_layer(model):
    weights = model.get_weights()
    weights[2] = np.full_like(weights[2], np.nan)
    model.set_weights(weights)
    guard = TerminateOnNaN()
    with pytest.warns(RuntimeWarning, match=rf"batch 0 of epoch 0.*{model.layers[1].name!r}"):
        history = fit(model, guard, nb_epoch=5)
    assert history.epoch == [0]
    assert guard.place == f"the output of layer {model.layers[1].name!r}"


def with_nan(array, row):
    spoilt = array.copy()
    spoilt[row] = np.nan
    return spoilt


@pytest.mark.parametrize(
    ("arrays", "cause"),
    [
        (
            {"x": with_nan(X, 7)},
            "loss is nan after epoch 1: there is NaN.* the input, .*in sample 7:",
        ),
        ({"x": X * np.where(X[9] == X, 1e300, 1.0)}, "beyond float32 in the input, .*sample 9:"),
        ({"sample_weight": with_nan(X[:, 0], 3)}, "the sample weights, .*sample 3:"),
        ({"x": with_nan(X, 45)}, "the val_loss is nan.* the validation input, .*sample 5:"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
def test_a_loss_that_is_nan_names_the_data(model, arrays, cause):
    given = {"x": X, "y": Y, "nb_epoch": 2, "verbose": 0, "validation_split": 0.2, **arrays}
    with pytest.warns(RuntimeWarning, match=cause) as warned:
        model.fit(**given)
    told = [str(w.message) for w in warned if "TerminateOnNaN" in str(w.message)]
    assert len(told) == 1


def test_a_loss_that_is_nan_by_itself(model):
    weights = model.get_weights()
    model.set_weights([np.full_like(w, np.nan) for w in weights])
    with pytest.warns(RuntimeWarning, match="all data are finite, so try a smaller learning rate"):
        fit(model)
    generator = iter([(X, Y)] * 20)
    with pytest.warns(RuntimeWarning, match="after epoch 1: look for NaN in the data"):
        model.fit_generator(generator, len(X), 1, verbose=0)


def test_a_table_is_written_and_ended_even_by_an_exception(model, tmp_path):
    class Fails(Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    log = CSVLogger(tmp_path / "log.csv")
    with pytest.raises(KeyboardInterrupt):
        fit(model, log, Fails())
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["epoch", "acc", "loss", "val_acc", "val_loss"]
    assert len(rows) == 3
    assert log._file is None


def test_callbacks_are_found_by_their_names(model):
    history = fit(model, "TerminateOnNaN", {"name": "EarlyStopping", "patience": 0, "min_delta": 9})
    assert history.epoch == [0, 1]


def test_training_on_a_part_of_a_file(model, tmp_path):
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["x"], file["y"] = X, Y
    x, y = (HDF5Matrix(tmp_path / "d.h5", name, start=10) for name in "xy")
    history = model.fit(x, y, nb_epoch=1, batch_size=16, shuffle="batch", verbose=0)
    assert np.isfinite(history.history["loss"][0])
    np.testing.assert_allclose(model.predict(x), model.predict(X[10:]), rtol=1e-6)


def test_layers_are_counted_and_built_from_their_description(model):
    assert count_total_params(model.layers) == (4 * 3 + 3 + 3 + 1, 0)
    assert count_total_params([model.layers[0]] * 2) == (15, 0)
    config = {"class_name": "Dense", "config": {"output_dim": 7, "activation": "relu"}}
    assert layer_from_config(config).output_dim == 7


def test_a_model_as_a_graph(model):
    first, second = (layer.name for layer in model.layers)
    plain = model_to_dot(model)
    assert f'label="{{{first}_input: InputLayer}}"' in plain
    assert f'label="{{{second}: Dense}}"' in plain
    assert "0 -> 1;" in plain
    assert "1 -> 2;" in plain
    shapes = model_to_dot(model, show_shapes=True, show_layer_names=False)
    assert 'label="{Dense|(None, 4) to (None, 3)}"' in shapes


@pytest.mark.parametrize("show_shapes", [False, True])
@pytest.mark.parametrize("name", ["m.png", "m.svg", "m.dot"])
def test_a_model_as_a_picture(model, tmp_path, name, show_shapes):
    plot(model, tmp_path / name, show_shapes=show_shapes)
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "dot": b"digraph"}
    assert (tmp_path / name).read_bytes().startswith(starts[name[-3:]])
