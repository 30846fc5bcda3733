"""Experiments from end to end."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pronghorn import experiments
from pronghorn.errors import ConfigError
from pronghorn.experiments import demo, train
from pronghorn.experiments.data import Data
from pronghorn.experiments.mistakes import Guesses, draw_mistakes
from pronghorn.experiments.run import _is_cold
from pronghorn.layers import Dense
from pronghorn.models import Sequential, load_model

ROOT = Path(__file__).parents[3]


def test_the_demo_reads_digits(tmp_path, capsys):
    result = demo(tmp_path / "out")
    assert result.scores["acc"] >= 0.985
    assert result.held_out == 359
    assert result.wrong == round(359 * (1 - result.scores["acc"]))
    printed = capsys.readouterr().out
    assert "Digits: 1,438 samples to train on, 359 held out" in printed
    assert "dense_1 (Dense)" in printed or "(Dense)" in printed
    assert printed.count("Epoch") > 10
    assert set(result.files) == {"model", "curves", "mistakes", "experiment"}
    assert all(path.is_file() for path in result.files.values())
    for picture in ("curves", "mistakes"):
        with Image.open(result.files[picture]) as image:
            assert min(image.size) > 250
    for kind, path in result.files.items():
        assert f"{kind}" in result.text
        assert str(path) in result.text
    assert f"{result.scores['acc']:.1%}" in result.text


def test_the_demo_repeats_itself_and_its_model_is_what_was_tested(tmp_path, capsys):
    text = (ROOT / "examples/digits.toml").read_text().replace("nb_epoch = 40", "nb_epoch = 3")
    path = tmp_path / "short.toml"
    path.write_text(text)
    first, again = (train(path, tmp_path / name) for name in ("a", "b"))
    assert first.history.history == again.history.history
    assert first.scores == again.scores
    x = np.random.RandomState(0).rand(5, 8, 8, 1).astype("float32")
    loaded = load_model(first.files["model"])
    np.testing.assert_allclose(loaded.predict(x), first.model.predict(x), rtol=1e-6)


def test_the_example_is_the_demo():
    packaged = Path(experiments.__file__).with_name("digits.toml")
    assert packaged.read_text() == (ROOT / "examples/digits.toml").read_text()


@pytest.fixture
def table(tmp_path):
    """A table whose last column says whether the first is larger than the second."""
    x = np.random.RandomState(0).rand(200, 2)
    rows = np.column_stack([x, x[:, 0] > x[:, 1]])
    np.savetxt(tmp_path / "table.csv", rows, delimiter=",", header="a,b,larger", comments="")
    return tmp_path / "table.csv"


BINARY = """\
seed = 2
[data]
file = "table.csv"
test_split = 0.25
[[layers]]
layer = "Dense"
units = 1
activation = "sigmoid"
[compile]
loss = "binary_crossentropy"
optimizer = { name = "adam", lr = 0.1 }
metrics = ["accuracy"]
[fit]
epochs = 30
verbose = 0
"""


def test_a_table_beside_the_experiment(table, tmp_path, capsys):
    (tmp_path / "e.toml").write_text(BINARY)
    result = train(tmp_path / "e.toml", tmp_path / "out")
    assert result.held_out == 50
    assert result.scores["acc"] > 0.9
    assert (tmp_path / "out" / "mistakes.png").is_file()
    assert "held-out samples wrong" in result.text


def test_the_first_run_on_a_machine_says_that_it_compiles(tmp_path, monkeypatch):
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path / "cache"))
    assert _is_cold()
    (tmp_path / "cache" / "kernels").mkdir(parents=True)
    assert not _is_cold()


def test_outputs_can_be_named_and_left_out(table, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    output = '[output]\nfolder = "there"\nmodel = "m.h5"\ncurves = false\nmistakes = "w.svg"\n'
    (tmp_path / "e.toml").write_text(BINARY.replace("epochs = 30", "epochs = 1") + output)
    result = train(tmp_path / "e.toml")
    names = sorted(path.name for path in (tmp_path / "there").iterdir())
    assert names == ["e.toml", "m.h5", "w.svg"]
    assert set(result.files) == {"model", "mistakes", "experiment"}


def test_the_folder_is_named_after_the_experiment(table, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = BINARY.replace("epochs = 30", "epochs = 1").replace("0.25", "0")
    (tmp_path / "e.toml").write_text(text)
    result = train(tmp_path / "e.toml")
    assert (tmp_path / "e-results" / "model.h5").is_file()
    assert result.scores == {}
    assert result.text.startswith("No samples were held out")
    assert "mistakes" not in result.files


def test_divided_arrays_and_numbers_to_predict(tmp_path, capsys):
    x = np.random.RandomState(1).rand(60, 3)
    y = x.sum(axis=1) + 0.5
    np.savez(tmp_path / "d.npz", x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])
    text = BINARY.replace("table.csv", "d.npz").replace("test_split = 0.25\n", "")
    text = text.replace("sigmoid", "linear").replace("binary_crossentropy", "mse")
    (tmp_path / "e.toml").write_text(text.replace('metrics = ["accuracy"]', ""))
    result = train(tmp_path / "e.toml", tmp_path / "out")
    assert list(result.scores) == ["loss"]
    assert result.wrong is None
    assert "mistakes" not in result.files
    assert result.text.startswith("Held-out samples (20): loss")


@pytest.mark.parametrize("where", ["file", "file/below", "/proc/absent"])
def test_a_folder_that_cannot_be_made_is_told_before_training(table, tmp_path, capsys, where):
    (tmp_path / "file").write_text("")
    (tmp_path / "e.toml").write_text(BINARY)
    with pytest.raises(ConfigError, match=r"results cannot be written to .*--output"):
        train(tmp_path / "e.toml", tmp_path / where)
    assert capsys.readouterr().out == ""


def test_files_that_cannot_be_written_are_told_before_training(table, tmp_path, capsys):
    (tmp_path / "e.toml").write_text(BINARY + '[output]\nmodel = "m.keras"\n')
    with pytest.raises(ConfigError, match=r"line \d+, \[output\]: .*\.keras"):
        train(tmp_path / "e.toml", tmp_path / "out")
    (tmp_path / "out" / "model.h5").mkdir(parents=True)
    (tmp_path / "e.toml").write_text(BINARY)
    with pytest.raises(ConfigError, match=r"model\.h5': It is a folder"):
        train(tmp_path / "e.toml", tmp_path / "out")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("kind", ["curves", "mistakes"])
def test_pictures_in_no_format_are_told_before_training(table, tmp_path, capsys, kind):
    (tmp_path / "e.toml").write_text(BINARY + f'[output]\n{kind} = "picture.xyz"\n')
    with pytest.raises(ConfigError, match=r"line \d+, \[output\]: .*pictures end in \.png, \.svg"):
        train(tmp_path / "e.toml", tmp_path / "out")
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "out").exists()


def test_pictures_without_an_ending_are_png(table, tmp_path, capsys):
    output = '[output]\ncurves = "c"\nmistakes = false\n'
    (tmp_path / "e.toml").write_text(BINARY.replace("epochs = 30", "epochs = 1") + output)
    result = train(tmp_path / "e.toml", tmp_path / "out")
    assert result.files["curves"] == tmp_path / "out" / "c.png"
    assert result.files["curves"].is_file()


def test_callbacks_take_part(table, tmp_path, capsys):
    log = tmp_path / "log.csv"
    extra = f"[[callbacks]]\ncallback = 'CSVLogger'\nfilename = '{log}'\n"
    (tmp_path / "e.toml").write_text(BINARY.replace("epochs = 30", "epochs = 2") + extra)
    train(tmp_path / "e.toml", tmp_path / "out")
    with log.open() as file:
        assert next(csv.reader(file)) == ["epoch", "acc", "loss"]


def test_datasets_of_others_are_functions(tmp_path, capsys, monkeypatch):
    (tmp_path / "other_data.py").write_text(
        "import numpy as np\n"
        "def load(n=4):\n"
        "    x = np.eye(n)\n"
        "    return (x, np.arange(n)), (x, np.arange(n))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    text = BINARY.replace('file = "table.csv"\ntest_split = 0.25', 'dataset = "other_data:load"')
    text = text.replace("units = 1", "units = 4").replace("sigmoid", "softmax")
    (tmp_path / "e.toml").write_text(text.replace("binary", "categorical"))
    result = train(tmp_path / "e.toml", tmp_path / "out")
    assert result.held_out == 4


def test_without_matplotlib_there_is_a_warning_and_a_model(table, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    (tmp_path / "e.toml").write_text(BINARY.replace("epochs = 30", "epochs = 1"))
    with pytest.warns(RuntimeWarning, match="no pictures: pictures need matplotlib"):
        result = train(tmp_path / "e.toml", tmp_path / "out")
    assert set(result.files) == {"model", "experiment"}


def guesses(wrong, images=True):
    truths = np.arange(40) % 4
    chances = np.full((40, 4), 0.1)
    chances[np.arange(40), truths] = 0.7
    chances[:wrong] = chances[:wrong, [1, 0, 3, 2]]
    pictures = np.random.RandomState(0).rand(40, 8, 8) if images else None
    return Guesses(chances, truths, pictures, ("ant", "bee", "cat", "dog"))


@pytest.mark.parametrize(
    ("wrong", "panels", "title"),
    [
        (0, 6, "T: 0 of 40 held-out images wrong (0.0%), and the least sure right ones"),
        (5, 6, "T: 5 of 40 held-out images wrong (12.5%), and the least sure right one"),
        (10, 10, "T: 10 of 40 held-out images wrong (25.0%)"),
        (30, 24, "T: 30 of 40 held-out images wrong (75.0%), the surest 24 of them"),
    ],
)
def test_mistakes_come_first(wrong, panels, title):
    figure = draw_mistakes(guesses(wrong), "T")
    assert len(figure.axes) == panels
    assert figure.get_suptitle() == title
    if wrong:
        assert figure.axes[0].get_title() == "says bee (70%)"
        assert figure.axes[0].get_xlabel() == "is ant"


@pytest.mark.parametrize("last", [{"output_dim": 3}, {"output_dim": 1}])
def test_logits_are_shown_as_probabilities(last):
    x = np.array([[4.0], [-4.0]], "f")
    model = Sequential([Dense(init="one", input_dim=1, **last)])
    data = Data(x, np.array([1, 0]), x, np.array([1, 0]), x)
    chances = Guesses.of(model, data).chances
    expected = 1 / (1 + np.exp(-x)) if last["output_dim"] == 1 else np.full((2, 1), 1 / 3)
    np.testing.assert_allclose(chances[:, -1:], expected, rtol=1e-5)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, rtol=1e-6)


def test_other_data_show_which_classes_are_confused():
    figure = draw_mistakes(guesses(8, images=False), "T")
    axis = figure.axes[0]
    assert axis.get_title() == "T: 8 of 40 wrong"
    shown = {(t.get_position()): t.get_text() for t in axis.texts}
    assert shown[1, 0] == "2"
    assert shown[0, 0] == "8"
    assert [t.get_text() for t in axis.get_xticklabels()] == ["ant", "bee", "cat", "dog"]


@pytest.mark.parametrize(
    ("y", "outputs", "expected"),
    [
        (np.eye(3)[[2, 0]], 3, [2, 0]),
        (np.array([[1], [0]]), 3, [1, 0]),
        (np.array([0.5, 1]), 3, None),
        (np.array([-1, 1]), 3, None),
        (np.array([0, 3]), 3, None),
        (np.zeros((2, 3)), 3, None),
        (np.array([], int), 3, None),
    ],
)
def test_guesses_are_those_of_classifiers(y, outputs, expected):
    class Model:
        output_shape = (None, outputs)

        def predict(self, x, batch_size):
            return np.full((len(x), outputs), 1 / outputs)

    x = np.zeros((len(y), 2))
    found = Guesses.of(Model(), Data(x, y, x, y, x))
    assert (found is None) == (expected is None)
    if expected is not None:
        assert found.truths.tolist() == expected


def test_an_error_on_the_command_line_is_one_line(tmp_path):
    (tmp_path / "e.toml").write_text(BINARY.replace("adam", "adamm").replace("table", "absent"))
    ran = subprocess.run(
        [sys.executable, "-m", "pronghorn", "train", tmp_path / "e.toml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode != 0
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert "e.toml, line 3, [data]: there is no file" in ran.stderr
