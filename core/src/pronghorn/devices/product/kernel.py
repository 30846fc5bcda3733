"""Matrix products as kernels."""

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.devices import threads
from pronghorn.devices.cpu import Kernel
from pronghorn.devices.host import CpuDevice
from pronghorn.devices.product import code
from pronghorn.devices.product.layout import (
    BIAS,
    EPILOGUE,
    SCRATCH,
    TASK,
    A,
    B,
    C,
    Cut,
    shape_for,
)
from pronghorn.devices.simd import host

PER_OPERATION = 6
"""Multiply-adds in the time of one elementary operation, a load and a store included."""
FIELD = {"a": A, "b": B, "bias": BIAS, "c": C}


class Product(Kernel):
    """c = activate(a @ b + bias), by register blocks, in the pool that all loops share.

    What it needs of memory is allocated when it is bound; a call allocates nothing. `activate` is
    applied to each block of c while it is in the first-level cache.

    Args:
        function: the same in NumPy's terms, for people; its parameters are the kernel's.
        turn_a, turn_b: whether a, or b, lies transposed in memory.
        batched: whether a, b and c hold many matrices each, along their first axis. Each product
            is one thread's then.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        turn_a: bool = False,
        turn_b: bool = False,
        batched: bool = False,
    ) -> None:
        super().__init__(function, functions=("activate",))
        self.turn_a, self.turn_b, self.batched = turn_a, turn_b, batched

    def bind(self, *args: Any) -> Callable[[], None]:
        """A call without arguments that computes this product in place.

        Raises:
            ValueError: shapes that do not fit, or an array that is not C-contiguous.
            TypeError: dtypes that are not all float32 or all float64.
        """
        values, real = self.values(args)
        arrays = dict(zip(self.parameters, values, strict=True))
        self._check_types(arrays)
        cut = self._cut(arrays)
        count = len(arrays["c"]) if self.batched else cut.tasks
        scratch = CpuDevice().zeros((count * cut.room,), real)
        addresses = {FIELD[name]: array.ctypes.data for name, array in arrays.items()}
        addresses[SCRATCH] = scratch.ctypes.data
        addresses[TASK] = code.task(cut.shape)
        addresses[EPILOGUE] = code.epilogue(self.functions.get("activate"), real)
        table = cut.table(addresses)
        if self.batched:
            bound = code.run_all.bind(_tables(table, arrays, cut.room * scratch.itemsize))
        else:
            bound = code.run.bind(table)
        bound.operands = (*values, scratch)  # type: ignore[attr-defined]
        return bound

    def text(self, real: str = "float32") -> str:
        """The function in NumPy's terms; the loops are in `pronghorn.devices.product.loops`."""
        return ast.unparse(self.source.tree)

    def _check_types(self, arrays: dict[str, NDArray[Any]]) -> None:
        real = arrays["c"].dtype
        if real.name not in ("float32", "float64"):
            raise TypeError(f"kernel {self.name} multiplies float32 or float64, not {real}")
        for name, array in arrays.items():
            if array.dtype != real:
                raise TypeError(f"kernel {self.name}: {name} is {array.dtype}, but c is {real}")
            if name != "c" and np.may_share_memory(array, arrays["c"]):
                raise ValueError(f"kernel {self.name}: {name} and c share memory")

    def _cut(self, arrays: dict[str, NDArray[Any]]) -> Cut:
        rows, columns, depth = self._sizes(arrays)
        work = rows * columns * depth // PER_OPERATION
        tasks = 1 if self.batched else threads.chunks(work) or 1
        shape = shape_for(host(), rows, arrays["c"].dtype.name)
        turn_b = self.turn_b and depth != 1
        return Cut(rows, columns, depth, self.turn_a, turn_b, shape, tasks, work)

    def _sizes(self, arrays: dict[str, NDArray[Any]]) -> tuple[int, int, int]:
        shapes = {name: array.shape for name, array in arrays.items()}
        a, b, c = (shapes[name] for name in "abc")
        alike = not self.batched or a[:1] == b[:1] == c[:1]
        if self.batched:
            a, b, c = a[1:], b[1:], c[1:]
        if alike and len(a) == len(b) == len(c) == 2:
            rows, depth = reversed(a) if self.turn_a else a
            depth_b, columns = reversed(b) if self.turn_b else b
            bias = shapes.get("bias", (columns,))
            if depth == depth_b and c == (rows, columns) and bias == (columns,):
                return rows, columns, depth
        told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        wanted = ast.unparse(self.source.tree.body[0])
        raise ValueError(f"kernel {self.name}: shapes {told} do not fit {wanted}")


def _tables(
    table: NDArray[np.int64], arrays: dict[str, NDArray[Any]], room: int
) -> NDArray[np.int64]:
    """The tables of all matrices, one after the other, from that of the first ones."""
    count = len(arrays["c"])
    tables = np.tile(table, (count, 1))
    steps = {FIELD[name]: array.nbytes // max(count, 1) for name, array in arrays.items()}
    for place, step in {**steps, SCRATCH: room}.items():
        tables[:, place] += step * np.arange(count)
    return tables.reshape(-1)


def multiplies(
    turn_a: bool = False, turn_b: bool = False, batched: bool = False
) -> Callable[[Callable[..., Any]], Product]:
    """Make a `Product` of a function that says in NumPy's terms what it computes."""
    return partial(Product, turn_a=turn_a, turn_b=turn_b, batched=batched)
