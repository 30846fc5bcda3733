"""Kernels that exist once for each device under one name."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pronghorn.errors import DeviceError


class Sided(Protocol):
    """Whatever knows on which side of the pairs it computes."""

    @property
    def side(self) -> str:
        """The module of a kernels package that holds its kernels: "cpu" or "cuda"."""


@dataclass(frozen=True)
class KernelPair:
    """The kernel called `name` in `package.cpu`, `package.cuda`, ...; imported when needed.

    Attributes:
        package: the kernels package.
        name: of the kernel in each side's module.
        functions: what fills its function slots.
    """

    package: str
    name: str
    functions: dict[str, Any] = field(default_factory=dict, hash=False)

    def specialize(self, **functions: Any) -> "KernelPair":
        """The pair with its function slots filled."""
        return replace(self, functions={**self.functions, **functions})

    def on(self, device: Sided) -> Any:
        """The kernel for a device.

        Raises:
            DeviceError: there is none.
        """
        found = getattr(_side(self.package, device.side), self.name, None)
        if found is None:
            raise DeviceError(
                f"{self.package} has no kernel {self.name!r} for {device.side}; "
                f"what needs it runs on other devices only"
            )
        return found.specialize(**self.functions) if self.functions else found


SIDES = ("cpu", "cuda")
"""Modules of a kernels package; without one of its own, an import shall find the module."""


def pairs(package: str) -> Callable[[str], KernelPair]:
    """A module `__getattr__` that gives the pairs of a kernels package by name."""

    def pair(name: str) -> KernelPair:
        if name.startswith("_") or name in SIDES:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return KernelPair(package, name)

    return pair


def _side(package: str, side: str) -> Any:
    name = f"{package}.{side}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise DeviceError(f"{package} has no kernels for {side}") from error
