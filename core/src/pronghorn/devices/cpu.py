"""The CPU: kernels as loops that Numba compiles."""

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, overload

import numpy as np

from pronghorn.devices import kinds, source, threads
from pronghorn.devices.function import Function
from pronghorn.devices.host import CpuDevice
from pronghorn.devices.host_target import CPU, OPTIONS
from pronghorn.devices.jit import entry_point
from pronghorn.devices.kernel import BaseKernel, Work, type_text
from pronghorn.devices.kinds import Kind
from pronghorn.devices.program import Program, prange

SERIAL = CPU

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
        entry = self.compiled(values, real)
        if not self.parallel:
            return partial(entry, *values)
        chunks = threads.chunks(self.work_of(values))
        return partial(entry, *values, chunks, threads.pool() if chunks else 0)

    def work_of(self, values: Sequence[Any]) -> int:
        """Elementary operations for these arguments."""
        if self.work is not None:
            return self.work(*values)
        return max((v.size for v in values if isinstance(v, np.ndarray)), default=0)

    def check_array(self, name: str, value: Any) -> None:
        """Raise ValueError for an array that is not contiguous, TypeError for a GPU's."""
        if not isinstance(value, np.ndarray):
            raise TypeError(
                f"kernel {self.name}: {name} is a {type(value).__name__}, not a NumPy array"
            )
        if not (value.flags.c_contiguous and value.flags.aligned):
            raise ValueError(f"kernel {self.name}: {name} is not a C-contiguous array")

    def text(self, real: str = "float32") -> str:
        """The generated module, for the curious and for tests."""
        return self._program(real, None).text

    def compiled(self, values: Sequence[Any], real: str) -> Callable[..., None]:
        """The machine code's entry point for arguments of these types.

        That of a parallel kernel takes two more: the number of chunks and the pool's address.
        """
        key = (tuple(_type_key(v) for v in values), real)
        if key not in self._compiled:
            program = self._program(real, [kinds.of_value(v, real) for v in values])
            types = [type_text(v) for v in values]
            more = ["int64", "int64"] if self.parallel else []
            self._compiled[key] = entry_point(program, [*types, *more], OPTIONS)
        return self._compiled[key]

    def _program(self, real: str, arguments: Sequence[Kind] | None) -> Program:
        self.require_functions()
        return Program(self.source, self.functions, CPU, real, arguments)


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


def _is_prange(node: ast.expr, read: source.Source) -> bool:
    return isinstance(node, ast.Name) and read.lookup(node.id) is prange


def _type_key(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.dtype.num, value.ndim
    return type(value)
