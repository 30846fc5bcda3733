"""BaseLogger, History, ProgbarLogger, CSVLogger."""

import csv
import io
import re
from contextlib import redirect_stdout

import numpy as np
import pytest

from pronghorn import progress
from pronghorn.callbacks import BaseLogger, CSVLogger, History, ProgbarLogger
from pronghorn.callbacks.curves import draw_curves

BATCHES = [
    (32, {"loss": 2.0, "acc": 0.25}),
    (32, {"loss": 1.0, "acc": 0.5}),
    (8, {"loss": 10.0, "acc": 1.0}),
]
MEAN_LOSS = (32 * 2.0 + 32 * 1.0 + 8 * 10.0) / 72


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(progress, "_open_line", None)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


def test_epoch_averages_weigh_batches_by_size(run):
    history = History()
    run([BaseLogger(), history], [{"val_loss": 3.0}] * 2, BATCHES)
    assert history.epoch == [0, 1]
    assert history.history["loss"] == pytest.approx([MEAN_LOSS] * 2)
    assert history.history["acc"] == pytest.approx([32 / 72, 32 / 72])
    assert list(history.history) == ["val_loss", "loss", "acc"]


def test_averages_made_by_the_loop_are_left_alone(run):
    (logs,) = run([BaseLogger()], [{"loss": 7.0}], BATCHES)
    assert logs["loss"] == 7.0
    assert logs["acc"] == pytest.approx(32 / 72)


def test_history_starts_anew_with_each_training(run):
    history = History()
    run([history], [{"loss": 1.0}] * 3)
    run([history], [{"loss": 2.0}])
    assert history.history == {"loss": [2.0]}
    assert history.epoch == [0]


def test_no_epochs_make_an_empty_history(run):
    history = History()
    run([history], [])
    assert history.history == {}
    with pytest.raises(ValueError, match="no epoch"):
        history.plot()


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_curves_are_written_in_the_format_asked_for(run, tmp_path, suffix):
    history = History()
    run(
        [history],
        [{"val_loss": v, "loss": v / 2, "val_acc": 1 - v, "acc": 1 - v} for v in (0.9, 0.4, 0.5)],
    )
    path = tmp_path / "new folder" / f"curves{suffix}"
    figure = history.plot(path)
    start = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[suffix]
    assert path.read_bytes().startswith(start)
    assert [axis.get_title() for axis in figure.axes] == ["Loss", "Accuracy"]


def test_curves_in_no_format_are_refused(run, tmp_path):
    history = History()
    run([history], [{"loss": 0.5}])
    with pytest.raises(ValueError, match=r"curves.xyz': pictures end in \.png, .* not in '\.xyz'"):
        history.plot(tmp_path / "curves.xyz")
    assert list(tmp_path.iterdir()) == []
    history.plot(tmp_path / "curves")
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]
    with pytest.raises(OSError, match=r"cannot write the picture .*in a folder that can be writt"):
        history.plot(tmp_path / "curves.png" / "inside.png")


def test_curves_show_training_and_validation_and_the_best(run):
    history = History()
    run([history], [{"val_loss": v, "loss": v / 2} for v in (0.9, 0.4, 0.5)])
    (axis,) = history.plot().axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in axis.get_lines()}
    assert lines["training"] == [[1, 0.45], [2, 0.2], [3, 0.25]]
    assert lines["validation"] == [[1, 0.9], [2, 0.4], [3, 0.5]]
    assert lines["best 0.4000 (epoch 2)"] == [[2, 0.4]]


def test_curves_need_no_pyplot_and_survive_nan(run):
    history = History()
    nan = float("nan")
    run([history], [{"loss": nan, "val_loss": nan, "lr": rate} for rate in (0.1, 0.01)])
    figure = history.plot()
    assert [axis.get_title() for axis in figure.axes] == ["Loss", "Learning rate"]
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_a_rate_that_never_changed_is_not_drawn(run):
    history = History()
    run([history], [{"loss": 1.0, "lr": 0.1}] * 2)
    assert [axis.get_title() for axis in history.plot().axes] == ["Loss"]


def test_the_finished_line_shows_what_history_keeps(run, terminal):
    history = History()
    with redirect_stdout(terminal):
        run([BaseLogger(), history, ProgbarLogger()], [{"val_loss": 3.25}], BATCHES, verbose=1)
    title, line, rest = terminal.getvalue().split("\n")
    assert title == "Epoch 1/1"
    assert line.split("\r")[-1].startswith("72/72 [")
    shown = dict(re.findall(r"- (\w+): ([\d.]+)", line.split("\r")[-1]))
    kept = {name: f"{values[0]:.4f}" for name, values in history.history.items()}
    assert shown == kept
    assert rest == ""


def test_running_figures_are_averages_so_far(run, terminal, monkeypatch):
    monkeypatch.setattr(progress.ProgressLine, "draw", _record(drawn := []))
    with redirect_stdout(terminal):
        run([BaseLogger(), ProgbarLogger()], [{}], BATCHES, verbose=1)
    assert [current for current, _ in drawn] == [32, 64, 72]
    assert dict(drawn[1][1])["loss"] == pytest.approx(1.5)


def _record(drawn):
    return lambda line, current, values: drawn.append((current, values))


@pytest.mark.parametrize("verbose", [1, 2])
def test_a_pipe_gets_one_line_an_epoch(run, capsys, verbose):
    run([BaseLogger(), ProgbarLogger()], [{"val_loss": -1e-4}] * 10, BATCHES, verbose=verbose)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    pattern = r"Epoch  1/10 - \d+ms - loss: 2\.4444 - acc: 0\.4444 - val_loss: -1\.0000e-04"
    assert re.fullmatch(pattern, lines[0])
    assert all(line.isprintable() for line in lines)


def test_training_that_is_broken_off_ends_its_line(terminal):
    logger = ProgbarLogger()
    logger.set_params({"verbose": 1, "metrics": ["loss"], "nb_sample": 64, "nb_epoch": 3})
    with redirect_stdout(terminal):
        logger.on_train_begin()
        logger.on_epoch_begin(0)
        logger.on_batch_end(0, {"size": 32, "loss": 1.0})
        assert not terminal.getvalue().endswith("\n")
        logger.on_train_end()
    assert terminal.getvalue().endswith("loss: 1.0000\n")


def test_verbose_2_draws_no_bar_on_a_terminal(run, terminal):
    with redirect_stdout(terminal):
        run([BaseLogger(), ProgbarLogger()], [{}] * 2, BATCHES, verbose=2)
    assert "\r" not in terminal.getvalue()
    assert terminal.getvalue().count("\n") == 2


def test_verbose_0_is_silent_and_hears_no_batch(run, terminal):
    logger = ProgbarLogger()
    with redirect_stdout(terminal):
        run([logger], [{"loss": 1.0}], BATCHES, verbose=0)
    assert terminal.getvalue() == ""
    assert not logger.listens_to("on_batch_end")


def _rows(path, separator=","):
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter=separator))


def test_csv_has_the_epoch_and_sorted_columns(run, tmp_path):
    path = tmp_path / "log.tsv"
    run([CSVLogger(path, separator="\t")], [{"loss": 0.5, "acc": 1.0}, {"acc": 2.0, "loss": 0.25}])
    assert _rows(path, "\t") == [
        ["epoch", "acc", "loss"],
        ["0", "1.0", "0.5"],
        ["1", "2.0", "0.25"],
    ]
    with path.open() as file:
        assert csv.Sniffer().sniff(file.read()).delimiter == "\t"


def test_csv_appends_under_the_columns_that_are_there(run, tmp_path):
    path = tmp_path / "log.csv"
    run([CSVLogger(path)], [{"loss": 1.0, "acc": 0.5}])
    again = CSVLogger(path, append=True)
    run([again], [{"loss": 2.0, "zzz": 9}])
    run([again], [{"acc": 0.75, "loss": 3.0}])
    assert _rows(path) == [
        ["epoch", "acc", "loss"],
        ["0", "0.5", "1.0"],
        ["0", "", "2.0"],
        ["0", "0.75", "3.0"],
    ]


def test_csv_without_append_starts_again(run, tmp_path):
    path = tmp_path / "log.csv"
    logger = CSVLogger(path)
    run([logger], [{"loss": 1.0}] * 3)
    run([logger], [{"loss": 2.0}])
    assert _rows(path) == [["epoch", "loss"], ["0", "2.0"]]


def test_csv_is_flushed_each_epoch_and_writes_arrays_as_lists(run, tmp_path):
    path = tmp_path / "log.csv"
    seen = []

    class Reader(History):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(len(_rows(path)))

    logs = {"a": np.array([1, 2]), "b": np.float32(0.5), "c": "x,y", "d": np.array(3.0)}
    run([CSVLogger(path), Reader()], [logs, logs])
    assert seen == [2, 3]
    assert _rows(path)[1] == ["0", "[1, 2]", "0.5", "x,y", "3.0"]


def test_csv_says_at_once_that_it_cannot_write(run, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        OSError, match=r"CSVLogger cannot write '.*log\.csv': .*; give a 'filename'"
    ):
        run([CSVLogger(tmp_path / "file" / "log.csv")], [{"loss": 1.0}])


@pytest.mark.parametrize("count", [1, 2, 5, 15, 40, 200])
def test_the_axis_of_epochs_starts_at_one(count):
    values = [1.0 / (epoch + 1) for epoch in range(count)]
    axis = draw_curves(range(count), {"loss": values}).axes[0]
    ticks = axis.get_xticks()
    assert ticks[0] == 1
    assert ticks[-1] <= count
    assert axis.get_xlim()[0] > 0
