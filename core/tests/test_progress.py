"""Progress lines on a terminal, in a notebook and in a pipe."""

import io

import pytest

from pronghorn import progress
from pronghorn.progress import Progbar, ProgressLine, RunningMeans, format_duration, format_value


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def screen(self):
        """What a viewer sees: a carriage return writes over the line."""
        lines = [""]
        for char in self.getvalue():
            if char == "\n":
                lines.append("")
                column = 0
            elif char == "\r":
                column = 0
            else:
                line = lines[-1].ljust(column)
                lines[-1] = line[:column] + char + line[column + 1 :]
                column += 1
        return [line.rstrip() for line in lines]


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "_open_line", None)


def test_a_terminal_line_is_redrawn_in_place():
    terminal = Terminal()
    line = ProgressLine(40, interval=0.0, stream=terminal)
    line.draw(10, [("loss", 12345.678)])
    assert terminal.screen()[0] == "10/40 [=======>......................] - loss: 12345.6780"
    line.draw(20, [("loss", 1.5)])
    assert terminal.screen()[0].startswith("20/40 [===============>..............] - ETA: ")
    line.finish(40, [("loss", 0.25), ("acc", 0.5)])
    first, rest = terminal.screen()
    assert first.startswith("40/40 [==============================] - ")
    assert first.endswith("ms - loss: 0.2500 - acc: 0.5000")
    assert rest == ""


def test_redraws_keep_the_interval():
    terminal = Terminal()
    line = ProgressLine(1000, interval=3600.0, stream=terminal)
    for current in range(1000):
        line.draw(current)
    assert terminal.getvalue().count("\r") == 1


def test_a_pipe_gets_one_line_and_no_control_characters():
    pipe = io.StringIO()
    line = ProgressLine(3, interval=0.0, stream=pipe)
    for current in range(3):
        line.draw(current, [("loss", 1.0)])
    line.finish(3, [("loss", 0.5)])
    text = pipe.getvalue()
    assert text.startswith("3/3 - ")
    assert text.endswith("ms - loss: 0.5000\n")
    assert text.count("\n") == 1
    assert all(char == "\n" or char.isprintable() for char in text)


def test_a_dumb_terminal_counts_as_a_pipe(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    assert not ProgressLine(3, stream=Terminal()).redraws


def test_a_notebook_is_redrawn_less_often():
    class OutStream(io.StringIO):
        pass

    OutStream.__module__ = "ipykernel.iostream"
    line = ProgressLine(3, interval=0.05, stream=OutStream())
    assert line.redraws
    assert line.interval == 0.2


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_a_line_in_progress_never_wraps(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    terminal = Terminal()
    line = ProgressLine(1437, interval=0.0, stream=terminal)
    line.draw(700, [("loss", 0.1), ("acc", 0.9), ("mean_squared_error", 0.2)])
    assert len(terminal.getvalue().removeprefix("\r")) < columns


def test_a_finished_line_that_would_wrap_leaves_out_the_count(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal()
    line = ProgressLine(1437, interval=0.0, stream=terminal)
    line.draw(700)
    values = [(name, 0.5) for name in ("loss", "acc", "val_loss")]
    line.finish(1437, values)
    assert terminal.screen()[0].endswith("ms - loss: 0.5000 - acc: 0.5000 - val_loss: 0.5000")
    assert "1437/1437" not in terminal.getvalue()


def test_a_message_does_not_run_into_the_line(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    line = ProgressLine(4, interval=0.0)
    line.draw(2)
    progress.message("saved to a.h5")
    line.finish(4)
    screen = terminal.screen()
    assert screen[0] == "saved to a.h5"
    assert screen[1].startswith("4/4 [")


def test_a_line_left_open_is_ended_by_the_next():
    terminal = Terminal()
    ProgressLine(4, interval=0.0, stream=terminal).draw(2)
    ProgressLine(5, interval=0.0, stream=terminal).draw(1)
    assert [line[:3] for line in terminal.screen()] == ["2/4", "1/5"]


def test_time_left_goes_by_the_pace_since_the_first_step(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress, "perf_counter", lambda: now[0])
    terminal = Terminal()
    line = ProgressLine(100, stream=terminal)
    now[0] = 500.0
    line.draw(10)
    assert "ETA" not in terminal.getvalue()
    now[0] = 530.0
    line.draw(30)
    assert "ETA: 1:45" in terminal.getvalue()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0ms"), (0.0404, "40ms"), (0.9994, "999ms"), (0.9996, "1.0s"), (9.94, "9.9s"),
     (9.96, "10s"), (59.4, "59s"), (59.6, "1:00"), (125.0, "2:05"), (3599.7, "1:00:00"),
     (7384.0, "2:03:04")],
)  # fmt: skip
def test_durations(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5000"), (0.0, "0.0000"), (-2.0, "-2.0000"), (1e-5, "1.0000e-05"),
     (-1e-5, "-1.0000e-05"), (float("nan"), "nan"), (3, "3.0000"), ("text", "text")],
)  # fmt: skip
def test_values(value, text):
    shown = format_value(value)
    assert shown == text or (value != value and "nan" in shown)


def test_running_means_weigh_by_size():
    means = RunningMeans()
    means.add_logs(["loss", "absent"], {"loss": 1.0, "size": 30, "batch": 0})
    means.add_logs(["loss", "absent"], {"loss": 4.0, "size": 10, "batch": 1})
    assert means.means() == [("loss", (30 * 1.0 + 10 * 4.0) / 40)]


def test_progbar_averages_over_steps():
    terminal = Terminal()
    bar = Progbar(4, interval=0.0, stream=terminal)
    bar.add(1, [("loss", 1.0)])
    bar.update(4, [("loss", 5.0)])
    assert terminal.screen()[0].endswith("loss: 4.0000")
    assert bar.seen_so_far == 4


def test_a_silent_progbar_writes_nothing():
    terminal = Terminal()
    Progbar(2, verbose=0, stream=terminal).update(2, [("loss", 1.0)])
    assert terminal.getvalue() == ""


def test_progbar_of_unknown_length():
    terminal = Terminal()
    bar = Progbar(None, interval=0.0, stream=terminal)
    bar.add(3)
    bar.add(4)
    assert terminal.screen()[0] == "7"
