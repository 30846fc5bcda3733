"""What kernels are on every device: loops with function slots, bound to arrays and numbers."""

import ast
import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from pronghorn.devices.function import Function
from pronghorn.errors import FunctionError

DTYPES = ("float32", "float64", "int32", "int64", "uint8", "uint32", "uint64", "bool")

Work = Callable[..., int]


class BaseKernel(ABC):
    """Loops over arrays, compiled for the types that they are bound to.

    Args:
        function: the loops.
        functions: names in it that stand for functions given by `specialize`.
        work: number of elementary operations from the arguments.
        elementwise: the kernel's arrays are flat and of one size; those that it is given may have
            any shape, the sizes are checked.

    Attributes:
        name: of the function.
        parameters: names of the arguments.
    """

    def __init__(
        self,
        function: Callable[..., Any] | Function,
        functions: Sequence[str] = (),
        work: Work | None = None,
        elementwise: bool = False,
    ) -> None:
        read = function if isinstance(function, Function) else Function(function)
        self.source = read.source
        self.name = read.name
        self.parameters = read.parameters
        self.slots = tuple(functions)
        self.work = work
        self.elementwise = elementwise
        self.functions: dict[str, Function] = {}
        self._compiled: dict[Any, Any] = {}

    @abstractmethod
    def bind(self, *args: Any) -> Callable[[], None]:
        """A call without arguments that runs the compiled kernel on these arguments."""

    @abstractmethod
    def check_array(self, name: str, value: Any) -> None:
        """Raise TypeError or ValueError for an array that the device cannot use."""

    def specialize(self, **functions: Function | Callable[..., Any]) -> Self:
        """The kernel with its function slots filled.

        A function with more parameters than the kernel gives it keeps the rest at their defaults.
        """
        unknown = [n for n in functions if n not in self.slots]
        if unknown:
            raise FunctionError(
                f"kernel {self.name} has no function slot {unknown[0]!r}; "
                f"it has {', '.join(self.slots) or 'none'}"
            )
        made = copy.copy(self)
        made._compiled = {}
        given = {n: f if isinstance(f, Function) else Function(f) for n, f in functions.items()}
        made.functions = {**self.functions, **{n: self._fitted(n, f) for n, f in given.items()}}
        return made

    def __call__(self, *args: Any) -> None:
        """Bind and run."""
        self.bind(*args)()

    def __repr__(self) -> str:
        filled = ", ".join(f"{n}={f.name}" for n, f in self.functions.items())
        return f"Kernel({self.name}({', '.join(self.parameters)}){f'[{filled}]' if filled else ''})"

    def values(self, args: Sequence[Any]) -> tuple[tuple[Any, ...], str]:
        """The checked arguments as the compiled kernel takes them, and the name of its float type.

        That type is the dtype of the first floating array; numbers with a fraction become it.
        """
        self._check(args)
        real = real_of(args)
        values = tuple(_plain(a, real) for a in args)
        return (self._flat(values) if self.elementwise else values), real

    def require_functions(self) -> None:
        """Raise FunctionError if a function slot is empty."""
        missing = [n for n in self.slots if n not in self.functions]
        if missing:
            raise FunctionError(
                f"kernel {self.name} needs a function for {missing[0]!r}; "
                f"give it by .specialize({missing[0]}=...)"
            )

    def _fitted(self, slot: str, function: Function) -> Function:
        counts = [
            len(n.args)
            for n in ast.walk(self.source.tree)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == slot
        ]
        return function.with_defaults(max(counts)) if counts else function

    def _check(self, args: Sequence[Any]) -> None:
        if len(args) != len(self.parameters):
            raise TypeError(
                f"kernel {self.name} takes {len(self.parameters)} arguments "
                f"({', '.join(self.parameters)}), not {len(args)}"
            )
        for name, value in zip(self.parameters, args, strict=True):
            if is_array(value):
                self.check_array(name, value)
                self._check_dtype(name, value.dtype)
            elif not isinstance(value, int | float | np.number | np.bool_):
                raise TypeError(
                    f"kernel {self.name}: {name} is a {type(value).__name__}, not an array or a "
                    "number"
                )

    def _check_dtype(self, name: str, dtype: np.dtype[Any]) -> None:
        if dtype.name not in DTYPES or not dtype.isnative:
            raise TypeError(
                f"kernel {self.name}: {name} has dtype {dtype}, which is none of "
                f"{', '.join(DTYPES)}"
            )

    def _flat(self, values: Sequence[Any]) -> tuple[Any, ...]:
        shapes = [tuple(v.shape) for v in values if is_array(v)]
        if len({math.prod(s) for s in shapes}) > 1:
            raise ValueError(f"kernel {self.name}: arrays of different sizes, shapes {shapes}")
        return tuple(v.reshape((v.size,)) if is_array(v) else v for v in values)


def is_array(value: Any) -> bool:
    """Whether it is an array, of any device."""
    return hasattr(value, "ndim") and hasattr(value, "dtype") and not isinstance(value, np.generic)


def real_of(args: Sequence[Any]) -> str:
    """The float type of a call: that of the first floating array, float64 without one."""
    for value in args:
        if is_array(value) and value.dtype.kind == "f":
            return str(value.dtype.name)
    return "float64"


def type_text(value: Any) -> str:
    """The Numba type of an argument, as text."""
    if is_array(value):
        name = "boolean" if value.dtype.name == "bool" else value.dtype.name
        return f"{name}[{':, ' * (value.ndim - 1)}::1]" if value.ndim else f"{name}[:]"
    if isinstance(value, bool):
        return "boolean"
    return "int64" if isinstance(value, int) else np.dtype(type(value)).name


def _plain(value: Any, real: str) -> Any:
    if is_array(value):
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    return np.dtype(real).type(value)
