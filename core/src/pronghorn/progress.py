"""A line that shows how far a long run has come, fit for where it is shown.

On a terminal and in a notebook the line is redrawn in place, at most every so many seconds. In a
pipe or a file there are no control characters and only the finished line is written.
"""

import shutil
import sys
from collections.abc import Iterable, Mapping
from os import environ
from time import perf_counter
from typing import Any, TextIO

Values = Iterable[tuple[str, Any]]

_open_line: "ProgressLine | None" = None


def is_notebook(stream: TextIO) -> bool:
    """Whether what is written to `stream` appears in a notebook's output cell."""
    return type(stream).__module__.split(".")[0] == "ipykernel"


def can_redraw(stream: TextIO) -> bool:
    """Whether a carriage return on `stream` lets a line be written over."""
    if is_notebook(stream):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def format_duration(seconds: float) -> str:
    """A duration as people read it: `35ms`, `2.4s`, `12s`, `3:05`, `1:02:03`."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def format_value(value: Any) -> str:
    """A logged number with four decimals, or with an exponent where those would hide it."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{number:.4f}" if abs(number) > 1e-3 or number == 0 else f"{number:.4e}"


def format_values(values: Values) -> str:
    """Names and numbers, each after a dash: ` - loss: 0.1234 - acc: 0.9876`."""
    return "".join(f" - {name}: {format_value(value)}" for name, value in values)


def message(text: str) -> None:
    """Print `text` on a line of its own, even while a progress line is on the screen."""
    if _open_line is not None:
        _open_line.clear()
    print(text, flush=True)


class ProgressLine:
    """One line of progress towards `target` (None where the end is not known)."""

    def __init__(
        self,
        target: int | None,
        width: int = 30,
        interval: float = 0.05,
        stream: TextIO | None = None,
    ) -> None:
        if _open_line is not None:
            _open_line.abandon()
        self.target = target
        self.width = width
        self.stream = sys.stdout if stream is None else stream
        self.redraws = can_redraw(self.stream)
        self.interval = max(interval, 0.2) if is_notebook(self.stream) else interval
        self.start = perf_counter()
        self.next_draw = self.start if self.redraws else float("inf")
        self._length = 0
        self._first: tuple[float, int] | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the line was made."""
        return perf_counter() - self.start

    def draw(self, current: int, values: Values = ()) -> None:
        """Show that `current` of the target are done; no more often than the interval."""
        if perf_counter() < self.next_draw:
            return
        if self._first is None:
            self._first = (self.elapsed, current)
        line = self._line(current, self._remaining(current) + format_values(values))
        self._write(line[: self._columns()])
        self.next_draw = perf_counter() + self.interval

    def finish(self, current: int, values: Values = ()) -> None:
        """Show the final figures and end the line."""
        figures = format_duration(self.elapsed) + format_values(values)
        line = self._line(current, " - " + figures)
        # A finished count tells least: without it the line may fit.
        self._write(line if len(line) <= self._columns() or not self.redraws else figures)
        self._end()

    def clear(self) -> None:
        """Take the line off the screen; the next `draw` puts it back."""
        if self._length:
            self.stream.write("\r" + " " * self._length + "\r")
            self._length = 0
        self.next_draw = min(self.next_draw, self.start)

    def abandon(self) -> None:
        """End the line as it stands, where a run was broken off."""
        if self._length:
            self._end()

    def _end(self) -> None:
        global _open_line
        self.stream.write("\n")
        self.stream.flush()
        self._length = 0
        _open_line = None

    def _write(self, text: str) -> None:
        global _open_line
        if self.redraws:
            self.stream.write("\r" + text.ljust(self._length))
            self._length, _open_line = len(text), self
        else:
            self.stream.write(text)
        self.stream.flush()

    def _columns(self) -> int:
        """Characters that fit: a line that wraps could not be written over."""
        return 200 if is_notebook(self.stream) else shutil.get_terminal_size().columns - 1

    def _line(self, current: int, rest: str) -> str:
        if self.target is None:
            return f"{current}{rest}"
        counted = f"{current:{len(str(self.target))}d}/{self.target}"
        width = min(self.width, self._columns() - len(counted) - len(rest) - 3)
        if not self.redraws or width < 5:
            return counted + rest
        return f"{counted} [{self._bar(current, self.target, width)}]{rest}"

    @staticmethod
    def _bar(current: int, target: int, width: int) -> str:
        filled = min(width, width * current // max(target, 1))
        return "=" * width if filled == width else ("=" * filled + ">").ljust(width, ".")

    def _remaining(self, current: int) -> str:
        """The time left at the pace since the first step, which may have compiled kernels."""
        since, seen = self._first or (0.0, 0)
        if self.target is None or current <= seen:
            return ""
        pace = (self.elapsed - since) / (current - seen)
        return " - ETA: " + format_duration(pace * max(self.target - current, 0))


class RunningMeans:
    """Means of named numbers over samples, each weighted by how many samples it stands for."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.counts: dict[str, int] = {}

    def add(self, values: Values, count: int) -> None:
        """Count in each value for `count` more samples."""
        sums, counts = self.sums, self.counts
        for name, value in values:
            if name in sums:
                sums[name] += value * count
                counts[name] += count
            else:
                sums[name] = value * count
                counts[name] = count

    def add_logs(self, names: Iterable[str], logs: Mapping[str, Any]) -> None:
        """Count in a batch: those of `names` that its logs have, for as many samples as `size`."""
        count = logs.get("size", 0)
        self.add([(name, logs[name]) for name in names if name in logs], count)

    def means(self) -> list[tuple[str, float]]:
        """The names and their means so far, in the order in which they first came."""
        return [(name, total / (self.counts[name] or 1)) for name, total in self.sums.items()]


class Progbar:
    """A progress bar to use by hand.

    Arguments: `target`, how many steps there are (None if that is not known); `width` of the bar
    in characters; `verbose` 0 (silent), 1 (a bar), 2 (one line at the end); `interval`, the least
    time between two redraws in seconds.
    """

    def __init__(
        self,
        target: int | None,
        width: int = 30,
        verbose: int = 1,
        interval: float = 0.05,
        stream: TextIO | None = None,
    ) -> None:
        self.target = target
        self.verbose = verbose
        self.seen_so_far = 0
        self._means = RunningMeans()
        self._line = ProgressLine(target, width, interval, stream)
        if verbose != 1:
            self._line.redraws, self._line.next_draw = False, float("inf")

    def update(self, current: int, values: Values = (), force: bool = False) -> None:
        """Set the progress to `current`; `values` are averaged over the steps since the last call.

        With `force` the line is redrawn even if it has just been.
        """
        self._means.add(values or (), current - self.seen_so_far)
        self.seen_so_far = current
        if not self.verbose:
            return
        if self.target is not None and current >= self.target:
            self._line.finish(current, self._means.means())
            return
        if force and self._line.redraws:
            self._line.next_draw = self._line.start
        self._line.draw(current, self._means.means())

    def add(self, n: int, values: Values = ()) -> None:
        """Move `n` steps on."""
        self.update(self.seen_so_far + n, values)
