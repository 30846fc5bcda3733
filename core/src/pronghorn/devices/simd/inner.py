"""Inner products in Numba code: for factors that both lie along the depth of the product."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from pronghorn.devices.simd import emit
from pronghorn.devices.simd.emit import Value, index, moved
from pronghorn.devices.simd.registers import INDEX, constant, element, llvm_vector, vector_of
from pronghorn.devices.simd.vectors import Lowering, place


@intrinsic(prefer_literal=True)
def add_inner_products(
    typing: Any,
    to: Any,
    to_row: Any,
    a: Any,
    a_row: Any,
    last_row: Any,
    b: Any,
    b_row: Any,
    last_column: Any,
    depth: Any,
    rows: Any,
    columns: Any,
    bits: Any,
) -> Lowering:
    """Add A @ B.T to rows x columns elements of `to`, whose rows are `to_row` elements apart.

    Row i of A starts at min(i, last_row) * a_row of `a`, row j of B at min(j, last_column) * b_row
    of `b`; `depth` elements of each are read. What repeats a row or column is written to its place.
    """
    kind: Any = vector_of(a, bits)
    shape = (constant(rows), constant(columns))

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        to, to_row, a, a_row, last_row, b, b_row, last_column, depth = args[:9]
        vector = llvm_vector(context.data_model_manager, kind)
        to, a, b = (
            place(context, builder, signature.args[i], where, index(0))
            for i, where in ((0, to), (2, a), (5, b))
        )
        left = [moved(builder, a, o) for o in emit.row_offsets(builder, shape[0], a_row, last_row)]
        right = emit.row_offsets(builder, shape[1], b_row, last_column)
        right = [moved(builder, b, offset) for offset in right]
        sums = _sums(builder, left, right, depth, vector)
        down = emit.row_offsets(builder, shape[0], to_row, last_row)
        across = emit.row_offsets(builder, shape[1], index(1), last_column)
        places = [moved(builder, to, i, j) for i in down for j in across]
        before = [builder.load(p) for p in places]
        for p, old, vector_sum in zip(places, before, sums, strict=True):
            builder.store(builder.fadd(old, emit.total(builder, vector_sum)), p)
        return context.get_dummy_value()

    if kind is None or None in shape or not element(to) == element(b) == kind.dtype:
        return None
    given = (to, INDEX, a, INDEX, INDEX, b, INDEX, INDEX, INDEX, rows, columns, bits)
    return types.void(*given), code


def _sums(
    builder: Any, left: list[Value], right: list[Value], depth: Value, vector: Any
) -> list[Value]:
    """For each pair of rows the vector of sums over every lanes-th product."""
    lanes = index(vector.count)
    zeros = [ir.Constant(vector, None)] * (len(left) * len(right))
    whole = builder.udiv(depth, lanes)
    with emit.loop(builder, whole, (lanes,), zeros) as ((at,), sums, grown):
        a = [emit.load(builder, moved(builder, row, at), vector) for row in left]
        b = [emit.load(builder, moved(builder, row, at), vector) for row in right]
        grown += _products(builder, a, b, sums)
    at = builder.mul(whole, lanes)
    rest = builder.sub(depth, at)
    a = [emit.load_part(builder, moved(builder, row, at), rest, vector) for row in left]
    b = [emit.load_part(builder, moved(builder, row, at), rest, vector) for row in right]
    return _products(builder, a, b, sums)


def _products(builder: Any, a: list[Value], b: list[Value], sums: list[Value]) -> list[Value]:
    pairs = [(x, y) for x in a for y in b]
    return [emit.multiply_add(builder, x, y, s) for (x, y), s in zip(pairs, sums, strict=True)]
