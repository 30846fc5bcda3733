"""Kernels that are made of others: two launches in a row, or a library's call and a launch."""

import copy
from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any

from pronghorn.devices.function import Function
from pronghorn.errors import FunctionError

Call = Callable[[], None]


class Composed:
    """A kernel whose work is several calls in a row.

    Args:
        function: takes the kernel's arguments, and by name what fills its function slots, and
            gives the bound calls in their order. It runs once, when the kernel is bound, and may
            make scratch arrays.
        functions: names of the function slots, which are the function's last parameters. One with
            a default need not be filled.
    """

    def __init__(self, function: Callable[..., Iterable[Call]], functions: tuple[str, ...]) -> None:
        self.function = function
        self.name = function.__name__
        self.slots = functions
        given = signature(function).parameters
        self.parameters = tuple(n for n in given if n not in functions)
        self.required = [n for n in functions if given[n].default is given[n].empty]
        self.functions: dict[str, Function] = {}

    def specialize(self, **functions: Function | Callable[..., Any]) -> "Composed":
        """The kernel with its function slots filled."""
        unknown = [n for n in functions if n not in self.slots]
        if unknown:
            raise FunctionError(
                f"kernel {self.name} has no function slot {unknown[0]!r}; "
                f"it has {', '.join(self.slots) or 'none'}"
            )
        made = copy.copy(self)
        given = {n: f if isinstance(f, Function) else Function(f) for n, f in functions.items()}
        made.functions = {**self.functions, **given}
        return made

    def bind(self, *args: Any) -> "Calls":
        """A call without arguments that makes all of them, on these device arrays."""
        missing = [n for n in self.required if n not in self.functions]
        if missing:
            raise FunctionError(
                f"kernel {self.name} needs a function for {missing[0]!r}; "
                f"give it by .specialize({missing[0]}=...)"
            )
        if len(args) != len(self.parameters):
            raise TypeError(
                f"kernel {self.name} takes {len(self.parameters)} arguments "
                f"({', '.join(self.parameters)}), not {len(args)}"
            )
        return Calls(self.function(*args, **self.functions))

    def __call__(self, *args: Any) -> None:
        """Bind and run."""
        self.bind(*args)()


class Calls:
    """Some calls as one."""

    on_gpu = True
    __slots__ = ("_calls",)

    def __init__(self, calls: Iterable[Call]) -> None:
        self._calls = tuple(calls)

    def __call__(self) -> None:
        for call in self._calls:
            call()


def composed(*functions: str) -> Callable[[Callable[..., Iterable[Call]]], Composed]:
    """Make a `Composed` of a function, as `@composed("activate")`."""
    return lambda function: Composed(function, functions)
