"""LambdaCallback: a callback put together from functions."""

from collections.abc import Callable
from typing import Any

from pronghorn.components.callback import Callback

Function = Callable[..., Any] | None


class LambdaCallback(Callback):
    """A callback whose hooks are plain functions.

    Arguments:
        on_epoch_begin, on_epoch_end: functions of `(epoch, logs)`.
        on_batch_begin, on_batch_end: functions of `(batch, logs)`.
        on_train_begin, on_train_end: functions of `(logs)`.

    Further keyword arguments become attributes.
    """

    examples = ({}, {"on_epoch_end": lambda epoch, logs: None, "on_batch_end": lambda *args: None})

    def __init__(
        self,
        on_epoch_begin: Function = None,
        on_epoch_end: Function = None,
        on_batch_begin: Function = None,
        on_batch_end: Function = None,
        on_train_begin: Function = None,
        on_train_end: Function = None,
        **kwargs: Any,
    ) -> None:
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_batch_begin": on_batch_begin,
            "on_batch_end": on_batch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
        }
        vars(self).update(kwargs)
        vars(self).update({name: hook for name, hook in hooks.items() if hook is not None})
