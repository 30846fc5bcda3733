"""The CPU: kernels as loops that Numba compiles."""

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, overload

import numpy as np

from pronghorn.devices import kinds, source, threads
from pronghorn.devices.function import Function
from pronghorn.devices.host import CpuDevice
from pronghorn.devices.jit import OPTIONS, entry_point
from pronghorn.devices.kernel import BaseKernel, Work, type_text
from pronghorn.devices.kinds import Kind
from pronghorn.devices.precision import REAL_NAME
from pronghorn.devices.program import Program, Target, prange, real

__all__ = ["CpuDevice", "Kernel", "kernel", "prange"]


class Kernel(BaseKernel):
    """Loops over arrays on the CPU, compiled for the types that they are bound to.

    Args:
        function: the loops; `prange` marks an outermost loop whose rounds are independent.
        functions: names in it that stand for functions given by `specialize`.
        work: number of elementary operations (about an addition with its load and store) from
            the arguments; without it, the size of the largest array.
        elementwise: the kernel's arrays are flat and of one size; those that it is given may have
            any shape, the sizes are checked.
    """

    def __init__(
        self,
        function: Callable[..., Any] | Function,
        functions: Sequence[str] = (),
        work: Work | None = None,
        elementwise: bool = False,
    ) -> None:
        super().__init__(function, functions, work, elementwise)
        self.parallel = any(
            isinstance(n, ast.Call) and _is_prange(n.func, self.source)
            for n in ast.walk(self.source.tree)
        )

    def bind(self, *args: Any) -> Callable[[], None]:
        """A call without arguments that runs the compiled kernel on these arguments.

        The arrays are used in place; they must be C-contiguous. Compiles when the types are new.
        """
        values, real = self.values(args)
        return partial(self.compiled(values, real, self._is_big(values)), *values)

    def check_array(self, name: str, value: Any) -> None:
        """Raise ValueError for an array that is not contiguous, TypeError for a GPU's."""
        if not isinstance(value, np.ndarray):
            raise TypeError(
                f"kernel {self.name}: {name} is a {type(value).__name__}, not a NumPy array"
            )
        if not (value.flags.c_contiguous and value.flags.aligned):
            raise ValueError(f"kernel {self.name}: {name} is not a C-contiguous array")

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
        types = [type_text(v) for v in values]
        if not parallel:
            return entry_point(program, types, OPTIONS)
        threads.start()
        return threads.guarded(entry_point(program, types, {**OPTIONS, "parallel": True}))

    def _program(self, real: str, parallel: bool, arguments: Sequence[Kind] | None) -> Program:
        self.require_functions()
        target = PARALLEL if parallel else SERIAL
        return Program(self.source, self.functions, target, real, arguments)

    def _is_big(self, values: Sequence[Any]) -> bool:
        if not self.parallel or not threads.available():
            return False
        if self.work is not None:
            return threads.pays(self.work(*values))
        return threads.pays(max((v.size for v in values if isinstance(v, np.ndarray)), default=0))


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
    # Inlined by Numba and not by LLVM alone: arrays passed to a call would be counted, atomically.
    options = {**OPTIONS, "inline": "always"}
    helper = f"@njit({', '.join(f'{k}={v!r}' for k, v in options.items())})"
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


def _type_key(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.dtype.num, value.ndim
    return type(value)
