"""Kernels on the GPU: the same loops as on the CPU, or functions written for blocks of threads."""

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any, overload

import numpy as np

from pronghorn.devices import generated, kinds
from pronghorn.devices.cuda import launch, loops, target
from pronghorn.devices.cuda.launch import Dimensions, Launch
from pronghorn.devices.function import Function
from pronghorn.devices.kernel import BaseKernel, Work, is_array, real_of, type_text
from pronghorn.devices.program import Program
from pronghorn.errors import FunctionError

Grid = Callable[..., tuple[Dimensions, Dimensions]]
"""From a kernel's arguments: how many blocks, and how many threads each has."""

GRID, BLOCKS = target.kernel_target(loops.over_grid), target.kernel_target(loops.over_block)
"""Kernels whose rounds the whole grid shares, and those in which each block has its own."""


_built: dict[tuple[str, tuple[str, ...]], Any] = {}
"""What is compiled already in this process; kernels are specialized anew for every plan."""


class Kernel(BaseKernel):
    """Loops over arrays on the GPU, compiled for the types that they are bound to.

    Args:
        function: loops of which one runs over `prange`, which is spread over all threads; one
            inside it is spread over the threads that share a round. With `grid`, the function
            says itself what a block does, by `cuda.blockIdx`, and its `prange` loops are spread
            over the threads of the block.
        functions: names in it that stand for functions given by `specialize`.
        work: as on the CPU; a GPU does not choose by it.
        elementwise: the kernel's arrays are flat and of one size; those that it is given may have
            any shape.
        grid: blocks and threads for a call, from its arguments.

    Raises:
        FunctionError: the loops cannot be spread over threads.
    """

    def __init__(
        self,
        function: Callable[..., Any] | Function,
        functions: Sequence[str] = (),
        work: Work | None = None,
        elementwise: bool = False,
        grid: Grid | None = None,
    ) -> None:
        super().__init__(function, functions, work, elementwise)
        self.grid = grid
        self.loops = loops.find(self.source) if grid is None else None

    def bind(self, *args: Any) -> Launch:
        """A call without arguments that launches the kernel on these device arrays.

        Compiles when the types are new. The grid is settled here, once.
        """
        values, real = self.values(args)
        blocks, threads = self._geometry(values)
        return Launch(self._built(values, real), blocks, threads, values)

    def check_array(self, name: str, value: Any) -> None:
        """Raise TypeError for an array of the host, ValueError for one that is not contiguous."""
        if isinstance(value, np.ndarray):
            raise TypeError(
                f"kernel {self.name}: {name} is an array of the host; bring it to the GPU with "
                "the device's from_host"
            )
        if not value.is_c_contiguous():
            raise ValueError(f"kernel {self.name}: {name} is not a C-contiguous array")

    def text(self, *args: Any) -> str:
        """The generated module for arguments like these, for the curious and for tests."""
        self.require_functions()
        real = real_of(args)
        types = [kinds.of_value(a, real) for a in args]
        where = BLOCKS if self.loops is None else GRID
        return Program(self.source, self.functions, where, real, types).text

    def ptx(self, *args: Any, capability: tuple[int, int] = (9, 0)) -> str:
        """The PTX for arguments like these arrays and numbers, of NumPy too; needs no GPU."""
        real = np.dtype(real_of(args)).type
        values = [real(a) if isinstance(a, float) else a for a in args]
        types = tuple(target.numba_type(type_text(v)) for v in values)
        module = _module(self.text(*values), self.name)
        ptx, _ = target.cuda.compile_ptx(getattr(module, self.name), types, cc=capability)
        return str(ptx)

    def _built(self, values: Sequence[Any], real: str) -> Any:
        types = tuple(type_text(v) for v in values)
        if types not in self._compiled:
            text = self.text(*values)
            if (text, types) not in _built:
                key = ["cuda", target.implementation(), repr(launch.capability()), *types]
                _built[text, types] = generated.build(
                    self.name, text, key, partial(self._jit, types)
                )
            self._compiled[types] = _built[text, types]
        return self._compiled[types]

    def _jit(self, types: Sequence[str], module: ModuleType, cached: bool) -> Any:
        from numba.core.errors import NumbaError

        function = getattr(module, self.name)
        try:
            return target.cuda.jit(f"void({', '.join(types)})", cache=cached)(function)
        except NumbaError as error:
            raise FunctionError(
                f"{self.source.place()}: kernel {self.name} cannot be compiled for "
                f"({', '.join(types)}) on the GPU: {error}"
            ) from error

    def _geometry(self, values: Sequence[Any]) -> tuple[Dimensions, Dimensions]:
        if self.grid is not None:
            return self.grid(*values)
        assert self.loops is not None
        named = dict(zip(self.parameters, values, strict=True))
        rounds = self.loops.outer(named)
        if rounds is None:
            rounds = max((v.size for v in values if is_array(v)), default=1)
        if self.loops.inner is None:
            return launch.geometry(rounds, None)
        across = self.loops.inner(named)
        return launch.geometry(rounds, target.LANES if across is None else across)


@overload
def kernel(function: Callable[..., Any], /) -> Kernel: ...


@overload
def kernel(
    *,
    functions: Sequence[str] = (),
    work: Work | None = None,
    elementwise: bool = False,
    grid: Grid | None = None,
) -> Callable[[Callable[..., Any] | Function], Kernel]: ...


def kernel(
    function: Callable[..., Any] | None = None,
    /,
    *,
    functions: Sequence[str] = (),
    work: Work | None = None,
    elementwise: bool = False,
    grid: Grid | None = None,
) -> Kernel | Callable[[Callable[..., Any] | Function], Kernel]:
    """Make a `Kernel` of a function, as `@kernel` or `@kernel(functions=("activate",))`."""
    if function is not None:
        return Kernel(function)
    return partial(Kernel, functions=functions, work=work, elementwise=elementwise, grid=grid)


def twin(original: BaseKernel) -> Kernel:
    """The kernel of the CPU with the same loops, spread over the threads of a GPU.

    Raises:
        FunctionError: its loops cannot be; it has to be written out.
    """
    made = Kernel(original.source.origin, original.slots, original.work, original.elementwise)
    return made.specialize(**original.functions)


def _module(text: str, name: str) -> ModuleType:
    module = ModuleType(f"pronghorn_ptx_{name}")
    exec(compile(text, f"<{name}>", "exec"), module.__dict__)
    return module
