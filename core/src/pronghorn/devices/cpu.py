"""The CPU: kernels as loops that Numba compiles."""

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, overload

import numpy as np

from pronghorn.devices import calls, kinds, parts, source, threads
from pronghorn.devices.function import Function
from pronghorn.devices.host import CpuDevice
from pronghorn.devices.host_target import CPU, kernel_target, operations
from pronghorn.devices.jit import c_function
from pronghorn.devices.kernel import BaseKernel, Work, is_array
from pronghorn.devices.program import Program, prange

__all__ = ["CpuDevice", "Kernel", "kernel", "prange"]

Conflicts = set[tuple[str, str]]
"""Pairs of arguments, see `parts.Entry`."""


class Kernel(BaseKernel):
    """Loops over arrays on the CPU, compiled for the types that they are bound to.

    Args:
        function: the loops; `prange` marks an outermost loop whose rounds are independent.
        functions: names in it that stand for functions given by `specialize`.
        work: number of elementary operations (about an addition with its load and store) from
            the arguments; without it, the size of the largest array, times what its functions
            need for an element.
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
        self.written = parts.written(self.source.tree)

    def bind(self, *args: Any) -> Callable[[], None]:
        """A call without arguments that runs the compiled kernel on these arguments.

        The arrays are used in place; they must be C-contiguous. Compiles when the types are new.
        """
        values, real = self.values(args)
        chunks = threads.chunks(self.work_of(values, real)) if self.parallel else 0
        return self.call(values, real, chunks)

    def call(self, values: Sequence[Any], real: str, chunks: int) -> Callable[[], None]:
        """The bound call with its rounds shared out in so many chunks, 0 for none.

        Args:
            values: checked arguments and
            real: their float type, as `values` gives them.
        """
        address, conflicts = self._compiled_for(values, real, apart=True)
        if self._overlap(values, conflicts):
            address, _ = self._compiled_for(values, real, apart=False)
        return calls.bound(address, values, chunks)

    def work_of(self, values: Sequence[Any], real: str) -> int:
        """Elementary operations for these arguments."""
        if self.work is not None:
            return self.work(*values)
        size = max((v.size for v in values if isinstance(v, np.ndarray)), default=0)
        return size * (1 + sum(operations(f, real) for f in self.functions.values()))

    def check_array(self, name: str, value: Any) -> None:
        """Raise ValueError for an array that is not contiguous, TypeError for a GPU's."""
        if not isinstance(value, np.ndarray):
            raise TypeError(
                f"kernel {self.name}: {name} is a {type(value).__name__}, not a NumPy array"
            )
        if not (value.flags.c_contiguous and value.flags.aligned):
            raise ValueError(f"kernel {self.name}: {name} is not a C-contiguous array")
        if name in self.written and not value.flags.writeable:
            raise ValueError(f"kernel {self.name}: {name} is written to, but it is read-only")

    def text(self, real: str = "float32") -> str:
        """The generated module, for the curious and for tests."""
        self.require_functions()
        return Program(self.source, self.functions, CPU, real).text

    def _overlap(self, values: Sequence[Any], conflicts: Conflicts) -> bool:
        """Whether of two arrays that are in conflict both are the same memory, in part."""
        arrays = {n: v for n, v in zip(self.parameters, values, strict=True) if is_array(v)}
        pairs = [(arrays[a], arrays[b]) for a, b in conflicts if {a, b} <= arrays.keys()]
        return any(np.may_share_memory(a, b) for a, b in pairs)

    def _compiled_for(self, values: Sequence[Any], real: str, apart: bool) -> tuple[int, Conflicts]:
        key = (tuple(_type_key(v) for v in values), real, apart)
        if key not in self._compiled:
            self._compiled[key] = self._compile(values, real, apart)
        made: tuple[int, Conflicts] = self._compiled[key]
        return made

    def _compile(self, values: Sequence[Any], real: str, apart: bool) -> tuple[int, Conflicts]:
        self.require_functions()
        known = [kinds.of_value(v, real) for v in values]
        target, conflicts = kernel_target(calls.layout(values), apart)
        program = Program(self.source, self.functions, target, real, known)
        return c_function(program, ["int64"] * 3), conflicts


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
