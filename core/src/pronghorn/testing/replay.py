"""A context whose calls can be made again, for looking at the same work on other numbers."""

from collections.abc import Callable
from typing import Any

from pronghorn.components.context import EagerContext, bind_call


class Replay(EagerContext):
    """Runs each call at once on the CPU, and keeps it.

    Attributes:
        calls: every kernel with its arguments.
    """

    def __init__(self, dtype: Any = "float64", training: bool = False) -> None:
        super().__init__("cpu", dtype, training)
        self.calls: list[tuple[Any, tuple[Any, ...]]] = []
        self._bound: list[Callable[[], None]] = []

    def run(self, kernel: Any, *args: Any) -> None:
        """Make the call, and keep it."""
        bound = bind_call(self.device, kernel, args)
        self.calls.append((kernel, args))
        self._bound.append(bound)
        bound()

    def again(self) -> None:
        """Make all calls once more, on what the same arrays hold by now."""
        for call in self._bound:
            call()
