"""Callbacks: objects that training tells of its beginnings and ends, as in Keras 1.

`Callback` is the base of all of them; `CallbackList` is what the training loop calls.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import perf_counter
from typing import Any, ClassVar

from pronghorn.components.component import Component, own_arguments

Logs = dict[str, Any]

_SLOW_SECONDS = 0.1
_SLOW_BATCHES = 10


class Callback(Component):
    """Base of all callbacks: every hook is there and does nothing.

    `logs` holds the numbers known at that moment: `batch` and `size` when a batch begins, also
    `loss` and the metrics when it ends, and when an epoch ends the averages over its samples and
    the `val_...` values. All callbacks of one event share one `logs`, so that what one of them
    adds, the later ones and History see. Epochs and batches are counted from 0.

    `self.model` is the model in training; `self.params` holds `nb_epoch`, `nb_sample`,
    `batch_size`, `verbose`, `do_validation` and `metrics` (the labels, `val_...` included).
    Setting `self.model.stop_training = True` ends the training.

    A callback with `keeps_activations` can ask `self.model.first_nonfinite()` what went wrong in
    the last step; outputs and gradients of all layers are then kept, which costs memory.
    """

    kind: ClassVar[str] = "callbacks"
    keeps_activations: ClassVar[bool] = False
    params: Mapping[str, Any] = {}
    model: Any = None

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Receive what `fit` was asked for; called once before training."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Receive the model; called once before training."""
        self.model = model

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Training is about to begin."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Training has ended."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """An epoch is about to begin."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """An epoch and its validation are over."""

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """A training batch is about to begin."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """A training batch is over and the weights are updated."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Keras 2's name for `on_batch_begin`."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Keras 2's name for `on_batch_end`."""
        self.on_batch_end(batch, logs)

    def listens_to(self, hook: str) -> bool:
        """Whether this hook need be called; asked once, after `on_train_begin`.

        A hook that is not overridden costs nothing during training. A callback that needs one
        only at times may override this to say so.
        """
        return hook in vars(self) or getattr(type(self), hook) is not getattr(Callback, hook)

    def __repr__(self) -> str:
        # A user's callback may well not keep its constructor's arguments.
        kept = ((name, vars(self).get(name, ...)) for name in own_arguments(type(self)))
        shown = ", ".join(f"{name}={value!r}" for name, value in kept if value is not ...)
        return f"{type(self).__name__}({shown})"


Hook = Callable[..., None]


class CallbackList:
    """Several callbacks called as one, in the order given.

    Takes what `Callback.get` takes. Which callbacks listen to the hooks of a batch is worked
    out once, when training begins, so that a batch costs only what is listened to.
    """

    def __init__(self, callbacks: Iterable[Any] | None = None) -> None:
        self.callbacks: list[Callback] = [Callback.get(given) for given in callbacks or ()]
        self._batch_begin: tuple[Hook, ...] = ()
        self._batch_end: tuple[Hook, ...] = ()
        self._began = 0.0
        self._slow = 0

    def append(self, callback: Any) -> None:
        """Add one more callback at the end."""
        self.callbacks.append(Callback.get(callback))

    def __iter__(self) -> Iterator[Callback]:
        return iter(self.callbacks)

    def __len__(self) -> int:
        return len(self.callbacks)

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Tell all callbacks what `fit` was asked for."""
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Tell all callbacks which model is in training."""
        for callback in self.callbacks:
            callback.set_model(model)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Call `on_train_begin` of all, then find out who listens to batches."""
        self._call("on_train_begin", {} if logs is None else logs)
        self._batch_begin = self._listeners("on_batch_begin", "on_train_batch_begin")
        self._batch_end = self._listeners("on_batch_end", "on_train_batch_end")
        self._slow = 0

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Call `on_train_end` of all."""
        self._call("on_train_end", {} if logs is None else logs)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Call `on_epoch_begin` of all."""
        self._call("on_epoch_begin", epoch, {} if logs is None else logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Call `on_epoch_end` of all with one shared `logs`."""
        self._call("on_epoch_end", epoch, {} if logs is None else logs)

    @property
    def hears_batch_begin(self) -> bool:
        """Whether any callback listens to `on_batch_begin` in this training."""
        return bool(self._batch_begin)

    @property
    def hears_batch_end(self) -> bool:
        """Whether any callback listens to `on_batch_end` in this training."""
        return bool(self._batch_end)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Call `on_batch_begin` of those that listen."""
        for hook in self._batch_begin:
            hook(batch, logs)
        self._began = perf_counter()

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Call `on_batch_end` of those that listen; warn if they go on being slow."""
        start = perf_counter()
        for hook in self._batch_end:
            hook(batch, logs)
        spent = perf_counter() - start
        if spent > _SLOW_SECONDS:
            self._note_slow(spent, start - self._began)

    def _note_slow(self, spent: float, batch: float) -> None:
        self._slow += spent > 0.95 * batch
        if self._slow == _SLOW_BATCHES:
            warnings.warn(
                f"callbacks take {spent:.2f} s after each batch, the batch itself {batch:.2f} s: "
                "let them work once an epoch, or every so many batches",
                RuntimeWarning,
                stacklevel=2,
            )

    def _call(self, hook: str, *args: Any) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(*args)

    def _listeners(self, hook: str, newer_name: str) -> tuple[Hook, ...]:
        bound = []
        for callback in self.callbacks:
            name = newer_name if callback.listens_to(newer_name) else hook
            if name == newer_name or callback.listens_to(hook):
                bound.append(getattr(callback, name))
        return tuple(bound)
