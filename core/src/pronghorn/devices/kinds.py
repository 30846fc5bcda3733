"""What sort of value an expression has: as much typing as keeping float32 code in float32 takes.

Numba types a Python float literal as float64, and arithmetic of float32 with any integer, even a
literal, is float64 too. So each value is given a kind, and what is an integer among floats is
converted. An expression whose kind is not known stays as it was written.
"""

from dataclasses import dataclass
from typing import Any

BOOL, INT, REAL, DOUBLE, UNKNOWN = "bool", "int", "real", "double", "unknown"
"""REAL is the float type of the kernel, DOUBLE a float64 that was asked for by name."""

_ORDER = (BOOL, INT, REAL, DOUBLE)


@dataclass(frozen=True)
class Array:
    """An array: the kind of its elements and the number of its axes."""

    element: str
    ndim: int


Kind = str | Array | tuple["Kind", ...]


def join(a: Kind | None, b: Kind | None) -> Kind:
    """The kind of something that is now `a`, now `b`; None for not yet known."""
    if a is None or b is None:
        return (UNKNOWN if b is None else b) if a is None else a
    if a == b:
        return a
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return tuple(join(x, y) for x, y in zip(a, b, strict=True))
    if a in _ORDER and b in _ORDER:
        return _ORDER[max(_ORDER.index(str(a)), _ORDER.index(str(b)))]
    return UNKNOWN


def is_whole(kind: Kind | None) -> bool:
    """Whether it is an integer or a truth value."""
    return kind in (BOOL, INT)


def is_float(kind: Kind | None) -> bool:
    """Whether it is a number with a fraction."""
    return kind in (REAL, DOUBLE)


def of_dtype(name: str, real: str) -> str:
    """The kind of a NumPy dtype in a kernel whose floats are `real`."""
    if name.startswith("bool"):
        return BOOL
    if name.startswith(("int", "uint")):
        return INT
    return REAL if name == real else DOUBLE if name == "float64" else UNKNOWN


def of_value(value: Any, real: str) -> Kind:
    """The kind of a kernel's argument: an array of any device, or a number."""
    if hasattr(value, "ndim") and hasattr(value, "dtype"):
        kind = of_dtype(value.dtype.name, real)
        return Array(kind, value.ndim) if value.ndim else kind
    if isinstance(value, bool):
        return BOOL
    return INT if isinstance(value, int) else REAL
