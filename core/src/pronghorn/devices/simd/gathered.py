"""Register blocks whose rows lie anywhere: products of factors that are read by tables of offsets.

A convolution is such a product. An element of its left factor lies at the sum of two offsets, that
of its row and that of its step along the depth, so the factor needs not be built in memory.
Offsets are int64 and count elements; the rest is as in `blocks`.
"""

from typing import Any

from numba import types
from numba.extending import intrinsic

from pronghorn.devices.simd import emit
from pronghorn.devices.simd.blocks import are_operands, assembled, load_row, row_places, vectors_of
from pronghorn.devices.simd.emit import Value, index, moved
from pronghorn.devices.simd.registers import INDEX, Block, element
from pronghorn.devices.simd.vectors import Lowering, place

OFFSETS = types.CPointer(types.int64)


@intrinsic
def add_gathered_product(
    typing: Any,
    block: Any,
    a: Any,
    rows: Any,
    last: Any,
    steps: Any,
    b: Any,
    b_step: Any,
    depth: Any,
) -> Lowering:
    """block + A @ B, where element (i, k) of A is a[rows[min(i, last)] + steps[k]].

    Row k of B starts at k * b_step, and all of the block's columns are read.
    """

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        kind, a_kind, b_kind = (signature.args[i] for i in (0, 1, 5))
        block, a, rows, last, steps, b, b_step, depth = args
        a = place(context, builder, a_kind, a, index(0))
        b = place(context, builder, b_kind, b, index(0))
        starts = [moved(builder, a, row) for row in _offsets(builder, kind.rows, rows, last)]
        sums = vectors_of(builder, kind, block)
        with emit.loop(builder, depth, (index(1), b_step), sums) as ((k, at), sums, grown):
            right = load_row(context, builder, kind, moved(builder, b, at))
            offset = builder.load(moved(builder, steps, k))
            for row, start in enumerate(starts):
                scalar = builder.load(moved(builder, start, offset))
                left = emit.splat(builder, scalar, kind.lanes)
                own = sums[row * kind.vectors : (row + 1) * kind.vectors]
                pairs = zip(right, own, strict=True)
                grown += [emit.multiply_add(builder, left, value, total) for value, total in pairs]
        return assembled(context, builder, kind, sums)

    if not are_operands(block, a, b) or not rows == steps == OFFSETS:
        return None
    return block(block, a, OFFSETS, INDEX, OFFSETS, b, INDEX, INDEX), code


@intrinsic
def add_gathered_columns(
    typing: Any,
    block: Any,
    a: Any,
    rows: Any,
    last: Any,
    steps: Any,
    b: Any,
    b_step: Any,
    depth: Any,
) -> Lowering:
    """block + the sum over k of A_k * B_k, column by column: no column sees another.

    Row i of A_k starts at a[rows[min(i, last)] + steps[k]], the only row of B_k at k * b_step; all
    of the block's columns are read of both.
    """

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        kind, a_kind, b_kind = (signature.args[i] for i in (0, 1, 5))
        block, a, rows, last, steps, b, b_step, depth = args
        a = place(context, builder, a_kind, a, index(0))
        b = place(context, builder, b_kind, b, index(0))
        starts = [moved(builder, a, row) for row in _offsets(builder, kind.rows, rows, last)]
        sums = vectors_of(builder, kind, block)
        with emit.loop(builder, depth, (index(1), b_step), sums) as ((k, at), sums, grown):
            right = load_row(context, builder, kind, moved(builder, b, at))
            offset = builder.load(moved(builder, steps, k))
            for row, start in enumerate(starts):
                left = load_row(context, builder, kind, moved(builder, start, offset))
                own = sums[row * kind.vectors : (row + 1) * kind.vectors]
                triples = zip(left, right, own, strict=True)
                grown += [emit.multiply_add(builder, *triple) for triple in triples]
        return assembled(context, builder, kind, sums)

    if not are_operands(block, a, b) or not rows == steps == OFFSETS:
        return None
    return block(block, a, OFFSETS, INDEX, OFFSETS, b, INDEX, INDEX), code


@intrinsic
def scatter_block(typing: Any, block: Any, where: Any, rows: Any, last: Any) -> Lowering:
    """Write row i of the block at where[rows[min(i, last)]]."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        kind = signature.args[0]
        block, where, rows, last = args
        where = place(context, builder, signature.args[1], where, index(0))
        starts = [moved(builder, where, row) for row in _offsets(builder, kind.rows, rows, last)]
        places = [p for start in starts for p in row_places(builder, kind, start)]
        for value, target in zip(vectors_of(builder, kind, block), places, strict=True):
            emit.store(builder, value, target)
        return context.get_dummy_value()

    if not isinstance(block, Block) or element(where) != block.dtype or rows != OFFSETS:
        return None
    return types.void(block, where, OFFSETS, INDEX), code


def _offsets(builder: Any, count: int, rows: Value, last: Value) -> list[Value]:
    """The offsets of a block's rows; those after row `last` are its own."""
    places = emit.row_offsets(builder, count, index(1), last)
    return [builder.load(moved(builder, rows, p)) for p in places]
