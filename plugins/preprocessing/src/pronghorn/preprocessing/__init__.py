"""Preprocessing of sequences, text and images."""

from importlib import import_module
from types import ModuleType

NAMES = ("image", "sequence", "text")

__all__ = list(NAMES)


def __getattr__(name: str) -> ModuleType:
    if name in NAMES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *NAMES})
