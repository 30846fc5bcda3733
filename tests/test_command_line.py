"""The commands that compute, as a user runs them: with a model file and data files."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pronghorn.cli import main
from pronghorn.layers import Dense, Merge, Reshape
from pronghorn.models import Sequential

RNG = np.random.default_rng(0)
X = RNG.standard_normal((20, 6)).astype(np.float32)
LABELS = (X[:, 0] > 0).astype(np.int64)


def classifier(loss: str = "sparse_categorical_crossentropy") -> Sequential:
    model = Sequential([Dense(8, input_dim=6, activation="tanh"), Dense(2, activation="softmax")])
    model.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
    return model


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", X)
    np.save("y.npy", LABELS)
    np.savez("both.npz", x=X, y=LABELS)
    np.savetxt("both.csv", np.column_stack([X, LABELS]), delimiter=",", fmt="%.9g")
    return tmp_path


@pytest.fixture
def model(folder):
    made = classifier()
    made.save("model.h5")
    return made


def shown(capsys):
    return dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())


def test_summary_is_that_of_the_model(model, capsys):
    model.summary()
    expected = capsys.readouterr().out
    assert main(["summary", "model.h5"]) == 0
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("data", [["x.npy", "y.npy"], ["both.npz"], ["both.csv"]])
def test_evaluate_prints_what_the_model_computes(model, capsys, data):
    loss, accuracy = model.evaluate(X, LABELS, verbose=0)
    assert main(["evaluate", "model.h5", *data]) == 0
    printed = shown(capsys)
    assert float(printed["loss"]) == pytest.approx(loss, rel=1e-5)
    assert float(printed["acc"]) == pytest.approx(accuracy, rel=1e-5)
    assert printed["samples"] == "20"


def test_evaluate_makes_class_numbers_one_hot_where_the_loss_needs_that(folder, capsys):
    made = classifier("categorical_crossentropy")
    made.save("model.h5")
    loss = made.evaluate(X, np.eye(2)[LABELS], verbose=0)[0]
    assert main(["evaluate", "model.h5", "both.npz"]) == 0
    assert float(shown(capsys)["loss"]) == pytest.approx(loss, rel=1e-5)


def test_evaluate_of_a_regression(folder, capsys):
    made = Sequential([Dense(1, input_dim=6)])
    made.compile(loss="mse", optimizer="sgd")
    made.save("model.h5")
    assert main(["evaluate", "model.h5", "both.csv"]) == 0
    expected = made.evaluate(X, LABELS.reshape(-1, 1), verbose=0)
    assert float(shown(capsys)["loss"]) == pytest.approx(expected, rel=1e-5)


def test_evaluate_of_a_model_without_a_loss_says_so(folder, capsys):
    Sequential([Dense(1, input_dim=6)]).save("model.h5")
    assert main(["evaluate", "model.h5", "both.csv"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "compile" in error


@pytest.mark.parametrize("output", ["out.npy", "out.npz", "out.csv"])
def test_predict_writes_what_the_model_predicts(model, capsys, output):
    assert main(["predict", "model.h5", "x.npy", "-o", output, "--batch-size", "7"]) == 0
    assert capsys.readouterr().out == f"{output}: 20 x 2 float32\n"
    read = {".npy": np.load, ".npz": lambda p: np.load(p)["predictions"]}
    read[".csv"] = lambda path: np.loadtxt(path, delimiter=",")
    np.testing.assert_allclose(read[Path(output).suffix](output), model.predict(X), rtol=1e-6)


def test_predict_classes(model, capsys):
    assert main(["predict", "model.h5", "both.npz", "-o", "out.csv", "--classes"]) == 0
    assert np.array_equal(np.loadtxt("out.csv"), model.predict_classes(X))


@pytest.mark.parametrize(("taken", "given"), [((2, 3), (6,)), ((6,), (3, 2)), ((2, 3), (2, 3))])
def test_predict_gives_samples_the_shape_that_the_model_takes(folder, taken, given):
    made = Sequential([Reshape((6,), input_shape=taken), Dense(2)])
    made.save("model.h5")
    np.save("x.npy", X.reshape(-1, *given))
    assert main(["predict", "model.h5", "x.npy", "-o", "out.npy"]) == 0
    expected = made.predict(X.reshape(-1, *taken))
    np.testing.assert_allclose(np.load("out.npy"), expected, rtol=1e-5)


def test_arrays_for_several_inputs(folder, capsys):
    names = ("left", "right")
    branches = [Sequential([Dense(3, input_dim=2, name=name)]) for name in names]
    made = Sequential([Merge(branches, mode="sum"), Dense(2, activation="softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    made.save("model.h5")
    left, right = X[:, :2], X[:, 2:4].reshape(-1, 1, 2)
    expected = made.predict([left, X[:, 2:4]])
    np.savez("named.npz", right=right, y=LABELS, left=left)
    np.savez("ordered.npz", left, right)
    for data in ("named.npz", "ordered.npz"):
        assert main(["predict", "model.h5", data, "-o", "out.npy"]) == 0
        np.testing.assert_allclose(np.load("out.npy"), expected, rtol=1e-5)
    capsys.readouterr()
    for data in (["named.npz"], ["ordered.npz", "y.npy"]):
        assert main(["evaluate", "model.h5", *data]) == 0
        loss = -np.log(expected[range(20), LABELS]).mean()
        printed = shown(capsys)
        assert float(printed["loss"]) == pytest.approx(loss, rel=1e-4)
        assert printed["samples"] == "20"
    assert main(["predict", "model.h5", "x.npy", "-o", "none.npy"]) == 1
    assert "takes 2 inputs, left, right: give an .npz" in capsys.readouterr().err
    assert main(["predict", "model.h5", "named.npz", "--key", "left", "-o", "none.npy"]) == 1
    assert "--key picks one array, but the model takes 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["predict", "model.h5", "x.npy", "-o", "out.txt"], "data files end in .npy, .npz, .csv"),
        (["predict", "model.h5", "y.npy", "-o", "out.npy"], "shape"),
        (["predict", "x.npy", "x.npy", "-o", "out.npy"], "x.npy"),
        (["predict", "none.h5", "x.npy", "-o", "out.npy"], "'none.h5' does not exist"),
        (["evaluate", "model.h5", "x.npy"], "give the file of targets too"),
        (["summary", "y.npy"], "y.npy"),
        (["summary", "model.h5", "--device"], "--device"),
    ],
)
def test_errors_are_one_line_and_leave_nothing(model, folder, capsys, words, message):
    before = sorted(folder.iterdir())
    assert main(words) != 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert message in printed.err
    assert sorted(folder.iterdir()) == before


def test_device_is_the_users_choice(model, capsys):
    assert main(["predict", "model.h5", "x.npy", "-o", "out.npy", "--device", "abacus"]) == 1
    assert "abacus" in capsys.readouterr().err
    assert main(["predict", "model.h5", "x.npy", "-o", "out.npy", "--device", "cpu"]) == 0


def test_train_runs_an_experiment_of_strings(folder, capsys):
    example = Path(__file__).parents[1] / "examples" / "digits.toml"
    assert main(["train", str(example), "-o", "results"]) == 0
    left = {path.suffix for path in (folder / "results").iterdir()}
    assert {".h5", ".png"} <= left


def test_train_of_a_broken_file_is_one_line(folder, capsys):
    Path("bad.toml").write_text("[model\n")
    assert main(["train", "bad.toml"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "bad.toml" in error


@pytest.mark.slow
def test_demo_in_a_pipe_has_no_control_characters(folder):
    ran = subprocess.run(
        [sys.executable, "-m", "pronghorn", "demo", "-o", "results"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert not [c for c in ran.stdout if ord(c) < 32 and c != "\n"]
    assert "results" in ran.stdout


def test_third_party_listing_is_json_all_the_way(capsys):
    assert main(["list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) > 100
