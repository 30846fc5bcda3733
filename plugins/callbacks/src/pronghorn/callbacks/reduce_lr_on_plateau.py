"""ReduceLROnPlateau: a smaller learning rate where nothing gets better."""

from pronghorn.callbacks.learning_rate import get_rate, set_rate
from pronghorn.callbacks.monitor import Monitor
from pronghorn.components.callback import Callback, Logs
from pronghorn.progress import message


class ReduceLROnPlateau(Callback):
    """Reduces the learning rate when the monitored value has stopped getting better.

    Arguments:
        monitor: which value to follow.
        factor: what the rate is multiplied by, less than 1.
        patience: bad epochs that are borne; the first reduction comes after `patience + 1` bad
            epochs in a row, the next ones after `patience` each, as in Keras 1.
        verbose: 1 says when the rate is reduced.
        mode: "min", "max", or "auto", which goes by the name monitored.
        epsilon: how much better than the best counts as better (Keras 2: `min_delta`).
        cooldown: epochs after a reduction in which bad ones do not count.
        min_lr: the rate is never reduced below this.

    Adds the rate of each epoch to its logs as `lr`. Raises ValueError if `factor` is 1 or more.
    """

    examples = ({}, {"factor": 0.5, "patience": 0, "epsilon": 100.0})

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        epsilon: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(f"ReduceLROnPlateau needs a factor below 1, got {factor!r}")
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.mode = mode
        self.epsilon = epsilon
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._forget()

    def _forget(self) -> None:
        self._monitor = Monitor(self.monitor, self.mode, self.epsilon)
        self.wait = 0
        self.cooldown_counter = 0

    @property
    def best(self) -> float:
        """The best monitored value so far."""
        return self._monitor.best

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew."""
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Log the rate; reduce it if the value has not got better for too long."""
        if logs is not None:
            logs["lr"] = get_rate(self.model)
        current = self._monitor.read(logs, "ReduceLROnPlateau")
        if current is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self._monitor.is_better(current):
            self._monitor.best, self.wait = current, 0
        elif self.cooldown_counter <= 0:
            self._bear(epoch)

    def _bear(self, epoch: int) -> None:
        rate = get_rate(self.model)
        if self.wait >= self.patience and rate > self.min_lr * (1 + 1e-4):
            self._reduce(epoch, max(rate * self.factor, self.min_lr))
        # Keras 1 counts the epoch of a reduction as the first bad one after it.
        self.wait += 1

    def _reduce(self, epoch: int, rate: float) -> None:
        set_rate(self.model, rate, "ReduceLROnPlateau")
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose:
            message(f"Epoch {epoch:05d}: the learning rate is reduced to {rate:g}")
