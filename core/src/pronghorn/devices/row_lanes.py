"""The functions of `pronghorn.devices.rows` as vector code.

A row is taken in groups of 32, then of 8, then one by one, on every processor: so the results are
the same on all, to the last bit.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import get_item_pointer
from numba.extending import intrinsic

from pronghorn.devices.simd import emit
from pronghorn.devices.simd.emit import Value

GROUPS = (32, 8, 1)
"""Lanes of the running results; 32 keep the adders of any processor busy."""

Join = Callable[[Any, Value, Value], Value]
"""One result of two, from a builder."""
Step = Callable[[Any, Value, list[Value]], Value]
"""The result with the next elements of all rows."""


def _reduced(start: Callable[[Any, Value], Value], step: Step, join: Join) -> Callable[..., Value]:
    """What generates the code: `start` is the first result, from the first element."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Value:
        given = zip(sig.args, args, strict=True)
        rows = [context.make_array(kind)(context, builder, value) for kind, value in given]
        element = context.get_data_type(sig.return_type)

        def place(number: int, at: Value) -> Value:
            return get_item_pointer(context, builder, sig.args[number], rows[number], [at])

        result, done = start(builder, place(0, emit.index(0))), emit.index(0)
        contiguous = all(kind.layout == "C" for kind in sig.args)
        for lanes in GROUPS if contiguous else GROUPS[-1:]:
            vector = ir.VectorType(element, lanes)
            count = builder.udiv(builder.sub(rows[0].nitems, done), emit.index(lanes))
            begin = [emit.splat(builder, start(builder, place(0, emit.index(0))), lanes)]
            with emit.loop(builder, count, (emit.index(lanes),), begin) as ((at,), so_far, grown):
                at = builder.add(done, at)
                found = [emit.load(builder, place(i, at), vector) for i in range(len(rows))]
                grown.append(step(builder, so_far[0], found))
            result = join(builder, result, emit.folded(builder, so_far[0], join))
            done = builder.add(done, builder.mul(count, emit.index(lanes)))
        return result

    return generate


def _zero(builder: Any, first: Value) -> Value:
    return ir.Constant(first.type.pointee, 0.0)


def _add(builder: Any, a: Value, b: Value) -> Value:
    return builder.fadd(a, b)


def _larger(builder: Any, a: Value, b: Value) -> Value:
    return builder.select(builder.fcmp_ordered(">", b, a), b, a)


@intrinsic
def row_sum(typing_context: Any, x: Any) -> Any:
    """The sum of a one-dimensional array."""

    def step(builder: Any, total: Value, found: list[Value]) -> Value:
        return builder.fadd(total, found[0])

    return _is_row(x) and (x.dtype(x), _reduced(_zero, step, _add))


@intrinsic
def row_dot(typing_context: Any, x: Any, y: Any) -> Any:
    """The sum of the products of two one-dimensional arrays of one size."""

    def step(builder: Any, total: Value, found: list[Value]) -> Value:
        return emit.multiply_add(builder, found[0], found[1], total)

    return _is_row(x) and x.dtype == y.dtype and (x.dtype(x, y), _reduced(_zero, step, _add))


@intrinsic
def row_max(typing_context: Any, x: Any) -> Any:
    """The largest element of a one-dimensional array that is not empty."""

    def first(builder: Any, place: Value) -> Value:
        return builder.load(place)

    def step(builder: Any, most: Value, found: list[Value]) -> Value:
        return _larger(builder, most, found[0])

    return _is_row(x) and (x.dtype(x), _reduced(first, step, _larger))


def _is_row(x: Any) -> bool | None:
    floating = isinstance(x, types.Array) and isinstance(x.dtype, types.Float)
    return (floating and x.ndim == 1) or None
