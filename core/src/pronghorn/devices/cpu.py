"""The CPU: kernels as loops that Numba compiles."""

import ast
import copy
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from pronghorn.devices import kinds, source, threads
from pronghorn.devices.function import Function
from pronghorn.devices.host import CpuDevice
from pronghorn.devices.jit import OPTIONS, entry_point
from pronghorn.devices.kinds import Kind
from pronghorn.devices.precision import REAL_NAME
from pronghorn.devices.program import Program, Target, prange, real
from pronghorn.errors import FunctionError

__all__ = ["CpuDevice", "Kernel", "kernel", "prange"]

DTYPES = ("float32", "float64", "int32", "int64", "uint8", "uint32", "uint64", "bool")

Work = Callable[..., int]


class Kernel:
    """Loops over arrays, compiled for the types that they are bound to.

    Args:
        function: the loops; `prange` marks an outermost loop whose rounds are independent.
        functions: names in it that stand for functions given by `specialize`.
        work: number of elementary operations (about an addition with its load and store) from
            the arguments; without it, the size of the largest array.
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
        self.parallel = any(
            isinstance(n, ast.Call) and _is_prange(n.func, self.source)
            for n in ast.walk(self.source.tree)
        )
        self._compiled: dict[Any, Callable[..., None]] = {}

    def specialize(self, **functions: Function | Callable[..., Any]) -> "Kernel":
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

    def bind(self, *args: Any) -> Callable[[], None]:
        """A call without arguments that runs the compiled kernel on these arguments.

        The arrays are used in place; they must be C-contiguous. Compiles when the types are new.
        """
        self._check(args)
        real = _real(args)
        values = tuple(_value(a, real) for a in args)
        if self.elementwise:
            values = self._flat(values)
        return partial(self.compiled(values, real, self._is_big(values)), *values)

    def __call__(self, *args: Any) -> None:
        """Bind and run."""
        self.bind(*args)()

    def __repr__(self) -> str:
        filled = ", ".join(f"{n}={f.name}" for n, f in self.functions.items())
        return f"Kernel({self.name}({', '.join(self.parameters)}){f'[{filled}]' if filled else ''})"

    def text(self, real: str = "float32", parallel: bool = False) -> str:
        """The generated module, for the curious and for tests."""
        return self._program(real, parallel, None).text

    def compiled(self, values: Sequence[Any], real: str, parallel: bool) -> Callable[..., None]:
        """The machine code's entry point for arguments of these types."""
        key = (tuple(_type_key(v) for v in values), real, parallel)
        if key not in self._compiled:
            self._compiled[key] = self._compile(values, real, parallel)
        return self._compiled[key]

    def _compile(self, values: Sequence[Any], real: str, parallel: bool) -> Callable[..., None]:
        program = self._program(real, parallel, [kinds.of_value(v, real) for v in values])
        if parallel:
            threads.start()
        options = {**OPTIONS, "parallel": True} if parallel else OPTIONS
        return entry_point(program, [_type_text(v) for v in values], options)

    def _program(self, real: str, parallel: bool, arguments: Sequence[Kind] | None) -> Program:
        missing = [n for n in self.slots if n not in self.functions]
        if missing:
            raise FunctionError(
                f"kernel {self.name} needs a function for {missing[0]!r}; "
                f"give it by .specialize({missing[0]}=...)"
            )
        target = PARALLEL if parallel else SERIAL
        return Program(self.source, self.functions, target, real, arguments)

    def _is_big(self, values: Sequence[Any]) -> bool:
        if not self.parallel or not threads.available():
            return False
        if self.work is not None:
            return threads.pays(self.work(*values))
        return threads.pays(max((v.size for v in values if isinstance(v, np.ndarray)), default=0))

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
            if isinstance(value, np.ndarray):
                self._check_array(name, value)
            elif not isinstance(value, int | float | np.number | np.bool_):
                raise TypeError(
                    f"kernel {self.name}: {name} is a {type(value).__name__}, not an "
                    "array or a number"
                )

    def _flat(self, values: Sequence[Any]) -> tuple[Any, ...]:
        shapes = [v.shape for v in values if isinstance(v, np.ndarray)]
        if len({math.prod(s) for s in shapes}) > 1:
            raise ValueError(f"kernel {self.name}: arrays of different sizes, shapes {shapes}")
        return tuple(v.reshape(-1) if isinstance(v, np.ndarray) else v for v in values)

    def _check_array(self, name: str, value: NDArray[Any]) -> None:
        if not (value.flags.c_contiguous and value.flags.aligned):
            raise ValueError(f"kernel {self.name}: {name} is not a C-contiguous array")
        if value.dtype.name not in DTYPES or not value.dtype.isnative:
            raise TypeError(
                f"kernel {self.name}: {name} has dtype {value.dtype}, "
                f"which is none of {', '.join(DTYPES)}"
            )


@overload
def kernel(function: Callable[..., Any], /) -> Kernel: ...


@overload
def kernel(
    *, functions: Sequence[str] = (), work: Work | None = None, elementwise: bool = False
) -> Callable[[Callable[..., Any]], Kernel]: ...


def kernel(
    function: Callable[..., Any] | None = None,
    /,
    *,
    functions: Sequence[str] = (),
    work: Work | None = None,
    elementwise: bool = False,
) -> Kernel | Callable[[Callable[..., Any]], Kernel]:
    """Make a `Kernel` of a function, as `@kernel` or `@kernel(functions=("activate",))`."""
    if function is not None:
        return Kernel(function)
    return partial(Kernel, functions=functions, work=work, elementwise=elementwise)


FASTER = {
    **{
        f"math.{name}": ("pronghorn.devices.intrinsics", name)
        for name in ("exp", "expm1", "log", "log1p", "tanh", "erf")
    },
    "pronghorn.devices.vector_math.sigmoid": ("pronghorn.devices.intrinsics", "sigmoid"),
}
"""Functions that LLVM can vectorize, for those of the C library, which it cannot."""


def _target(loop: str) -> Target:
    helper = f"@njit({', '.join(f'{k}={v!r}' for k, v in OPTIONS.items())})"
    return Target(
        helper=helper,
        header=(
            "from numba import njit, prange" if loop == "prange" else "from numba import njit",
        ),
        names={"prange": prange, REAL_NAME: real},
        faster={"float32": FASTER},
        rewrite=partial(_rewrite, loop),
    )


def _rewrite(loop: str, tree: ast.FunctionDef, real: str) -> ast.FunctionDef:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "prange":
            node.id = loop
    return tree


SERIAL, PARALLEL = _target("range"), _target("prange")


def _is_prange(node: ast.expr, read: source.Source) -> bool:
    return isinstance(node, ast.Name) and read.lookup(node.id) is prange


def _real(args: Sequence[Any]) -> str:
    for value in args:
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            return str(value.dtype.name)
    return "float64"


def _value(value: Any, real: str) -> Any:
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    return np.dtype(real).type(value)


def _type_key(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.dtype.num, value.ndim
    return type(value)


def _type_text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        name = "boolean" if value.dtype.name == "bool" else value.dtype.name
        return f"{name}[{':, ' * (value.ndim - 1)}::1]" if value.ndim else f"{name}[:]"
    if isinstance(value, bool):
        return "boolean"
    return "int64" if isinstance(value, int) else str(np.dtype(type(value)).name)
