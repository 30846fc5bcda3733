"""Tells the packs' hooks what training does, as one more callback."""

from typing import Any

from pronghorn import hooks
from pronghorn.components.callback import Callback, Logs


class HookCaller(Callback):
    """Passes the events of training on to the hooks of the same names."""

    @classmethod
    def listening(cls) -> "HookCaller | None":
        """One of these, or None if no pack implements any hook of training."""
        return cls() if any(_implemented(name) for name in _EVENTS.values()) else None

    def listens_to(self, hook: str) -> bool:
        """Whether a pack implements the hook behind this event."""
        return hook in _EVENTS and _implemented(_EVENTS[hook])

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Call `pronghorn_train_begin`."""
        self._call("on_train_begin")

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Call `pronghorn_train_end`."""
        self._call("on_train_end")

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Call `pronghorn_epoch_begin`."""
        self._call("on_epoch_begin", epoch=epoch)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Call `pronghorn_epoch_end`."""
        self._call("on_epoch_end", epoch=epoch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Call `pronghorn_batch_begin`."""
        self._call("on_batch_begin", batch=batch)

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Call `pronghorn_batch_end`."""
        self._call("on_batch_end", batch=batch, logs=logs)

    def _call(self, event: str, **arguments: Any) -> None:
        getattr(hooks.manager().hook, _EVENTS[event])(model=self.model, **arguments)


_EVENTS = {
    f"on_{event}": f"pronghorn_{event}"
    for event in (
        "train_begin",
        "train_end",
        "epoch_begin",
        "epoch_end",
        "batch_begin",
        "batch_end",
    )
}


def _implemented(name: str) -> bool:
    return bool(getattr(hooks.manager().hook, name).get_hookimpls())
