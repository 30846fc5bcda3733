"""ProgbarLogger: shows how training is coming on."""

from time import perf_counter

from pronghorn.components.callback import Callback, Logs
from pronghorn.progress import ProgressLine, RunningMeans, Values, format_duration, format_values


class ProgbarLogger(Callback):
    """Shows each epoch's progress, loss and metrics; `fit` adds this callback itself.

    With `verbose=1` a bar is redrawn in place on a terminal and in a notebook, with the time left
    and running averages. With `verbose=2`, or where the output is a pipe or a file, each epoch
    is one line without control characters. The figures of a finished epoch are History's.
    """

    def __init__(self) -> None:
        self._line: ProgressLine | None = None
        self._means = RunningMeans()
        self._seen = 0
        self._start = 0.0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Find out whether the output can be redrawn."""
        self._line = None
        if self.params.get("verbose") == 1:
            line = ProgressLine(self.params.get("nb_sample"))
            self._line = line if line.redraws else None

    def listens_to(self, hook: str) -> bool:
        """Batches matter only while there is a bar to redraw."""
        return hook == "on_batch_end" and self._line is not None

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Start an epoch's line."""
        self._start, self._seen, self._means = perf_counter(), 0, RunningMeans()
        if self._line is not None:
            self._line = ProgressLine(self.params.get("nb_sample"))
            print(self._title(epoch))

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Count the batch in, and redraw the bar if it is time to."""
        if not logs or self._line is None:
            return
        self._means.add_logs(self.params["metrics"], logs)
        self._seen += logs.get("size", 0)
        if perf_counter() >= self._line.next_draw:
            self._line.draw(self._seen, self._means.means())

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Show the epoch's final figures, the same that History keeps."""
        if not self.params.get("verbose"):
            return
        values = self._final_values(logs or {})
        if self._line is not None:
            self._line.finish(self._seen, values)
            return
        taken = format_duration(perf_counter() - self._start)
        print(f"{self._title(epoch)} - {taken}{format_values(values)}", flush=True)

    def on_train_end(self, logs: Logs | None = None) -> None:
        """End the line of an epoch that was broken off."""
        if self._line is not None:
            self._line.abandon()

    def _title(self, epoch: int) -> str:
        total = str(self.params.get("nb_epoch", "?"))
        return f"Epoch {epoch + 1:{len(total)}d}/{total}"

    def _final_values(self, logs: Logs) -> Values:
        return [(name, logs[name]) for name in self.params.get("metrics", ()) if name in logs]
