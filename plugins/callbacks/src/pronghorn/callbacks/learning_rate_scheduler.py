"""LearningRateScheduler: the learning rate as a function of the epoch."""

from collections.abc import Callable
from inspect import Parameter, signature

from pronghorn.callbacks.learning_rate import get_rate, set_rate
from pronghorn.components.callback import Callback, Logs
from pronghorn.progress import message


class LearningRateScheduler(Callback):
    """Sets the learning rate when an epoch begins.

    `schedule` takes the epoch (from 0) and gives the rate. One that needs two arguments also
    gets the present rate, as in Keras 2. Raises ValueError if it gives no number, or if the
    optimizer has no learning rate. With `verbose` 1 each epoch's rate is printed.
    """

    examples = (
        {"schedule": lambda epoch: 0.1 / (epoch + 1)},
        {"schedule": lambda epoch, rate: 0.5 * rate},
    )

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        self.schedule = schedule
        self.verbose = verbose

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Find out whether the schedule wants the present rate."""
        self._wants_rate = _takes_two(self.schedule)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Set the rate for this epoch."""
        present = get_rate(self.model)
        rate = self.schedule(epoch, present) if self._wants_rate else self.schedule(epoch)
        set_rate(self.model, rate, "the schedule of LearningRateScheduler")
        if self.verbose:
            message(f"Epoch {epoch + 1}: the learning rate is {get_rate(self.model):g}")


def _takes_two(function: Callable[..., object]) -> bool:
    try:
        parameters = signature(function).parameters.values()
    except ValueError:
        return False
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p for p in parameters if p.kind in positional and p.default is Parameter.empty]
    return len(needed) == 2
