"""Register blocks in Numba code: sums that stay in registers through the loops of a product.

A block stands for rows x columns numbers of a row-major matrix, and is a value like any other:

    block = zero_block(c, ROWS, VECTORS, BITS)
    block = add_product(block, a, a_at, a_row, a_step, last, b, b_at, b_step, depth)
    store_block(block, c, at, step, last)

`last` is the number of the last row that lies inside the matrix. The block's rows after it repeat
that row: they read nothing out of bounds and write the same numbers again. `rows`, `vectors` and
`bits` must be constants, `where` and `at` are as in `vectors`.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from pronghorn.devices.simd import emit
from pronghorn.devices.simd.emit import Value, index, moved
from pronghorn.devices.simd.registers import INDEX, Block, block_of, element, llvm_vector
from pronghorn.devices.simd.vectors import Lowering, place


@intrinsic(prefer_literal=True)
def zero_block(typing: Any, where: Any, rows: Any, vectors: Any, bits: Any) -> Lowering:
    """A block of zeros of the element type of `where`."""
    kind = block_of(where, rows, vectors, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        return ir.Constant(context.get_data_type(kind), None)

    return kind and (kind(where, rows, vectors, bits), code)


@intrinsic(prefer_literal=True)
def load_block(
    typing: Any, where: Any, at: Any, step: Any, last: Any, rows: Any, vectors: Any, bits: Any
) -> Lowering:
    """The block at element `at` of a matrix whose rows are `step` elements apart.

    With a step of 0 every row is the same: a bias.
    """
    kind: Any = block_of(where, rows, vectors, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        vector = llvm_vector(context.data_model_manager, kind)
        base = place(context, builder, signature.args[0], *args[:2])
        places = block_places(builder, kind, base, *args[2:4])
        return assembled(context, builder, kind, [emit.load(builder, p, vector) for p in places])

    return kind and (kind(where, INDEX, INDEX, INDEX, rows, vectors, bits), code)


@intrinsic
def store_block(typing: Any, block: Any, where: Any, at: Any, step: Any, last: Any) -> Lowering:
    """Write the block at element `at` of a matrix whose rows are `step` elements apart."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        kind = signature.args[0]
        base = place(context, builder, signature.args[1], *args[1:3])
        places = block_places(builder, kind, base, *args[3:])
        for value, target in zip(vectors_of(builder, kind, args[0]), places, strict=True):
            emit.store(builder, value, target)
        return context.get_dummy_value()

    if not isinstance(block, Block) or element(where) != block.dtype:
        return None
    return types.void(block, where, INDEX, INDEX, INDEX), code


@intrinsic
def add_product(
    typing: Any,
    block: Any,
    a: Any,
    a_at: Any,
    a_row: Any,
    a_step: Any,
    last: Any,
    b: Any,
    b_at: Any,
    b_step: Any,
    depth: Any,
) -> Lowering:
    """block + A @ B, where A is rows x depth and B is depth x columns of the block.

    Element (i, k) of A is at a_at + min(i, last) * a_row + k * a_step, so A may be transposed; row
    k of B starts at b_at + k * b_step, and all of the block's columns are read.
    """

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        return _add_product(context, builder, signature, args, None)

    if not are_operands(block, a, b):
        return None
    return block(block, a, *[INDEX] * 4, b, *[INDEX] * 3), code


@intrinsic
def add_product_packing(
    typing: Any,
    block: Any,
    a: Any,
    a_at: Any,
    a_row: Any,
    a_step: Any,
    last: Any,
    b: Any,
    b_at: Any,
    b_step: Any,
    depth: Any,
    packed: Any,
    packed_at: Any,
) -> Lowering:
    """As `add_product`, and writes the rows of B one after another from `packed_at` on.

    The stores hide behind the multiplications: packing a panel of B for the blocks below costs
    next to nothing.
    """

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        to = place(context, builder, signature.args[10], *args[10:])
        return _add_product(context, builder, signature, args[:10], to)

    if not are_operands(block, a, b) or element(packed) != block.dtype:
        return None
    return block(block, a, *[INDEX] * 4, b, *[INDEX] * 3, packed, INDEX), code


def _add_product(context: Any, builder: Any, signature: Any, args: Any, packed: Value) -> Value:
    kind, a_kind, b_kind = (signature.args[i] for i in (0, 1, 6))
    block, a, a_at, a_row, a_step, last, b, b_at, b_step, depth = args
    a = place(context, builder, a_kind, a, a_at)
    b = place(context, builder, b_kind, b, b_at)
    starts = [moved(builder, a, row) for row in emit.row_offsets(builder, kind.rows, a_row, last)]
    steps = (a_step, b_step, index(kind.columns))
    sums = vectors_of(builder, kind, block)
    with emit.loop(builder, depth, steps, sums) as ((a_offset, b_offset, to), sums, grown):
        right = load_row(context, builder, kind, moved(builder, b, b_offset))
        if packed is not None:
            for value, p in zip(
                right, row_places(builder, kind, moved(builder, packed, to)), strict=True
            ):
                emit.store(builder, value, p)
        for row, start in enumerate(starts):
            left = emit.splat(builder, builder.load(moved(builder, start, a_offset)), kind.lanes)
            own = sums[row * kind.vectors : (row + 1) * kind.vectors]
            pairs = zip(right, own, strict=True)
            grown += [emit.multiply_add(builder, left, value, total) for value, total in pairs]
    return assembled(context, builder, kind, sums)


def are_operands(block: types.Type, a: types.Type, b: types.Type) -> bool:
    """Whether two factors have the element type of a block."""
    return isinstance(block, Block) and element(a) == element(b) == block.dtype


def assembled(context: Any, builder: Any, kind: Block, vectors: list[Value]) -> Value:
    """The block of these vectors, row by row."""
    block = ir.Constant(context.get_data_type(kind), ir.Undefined)
    for i, vector in enumerate(vectors):
        block = builder.insert_value(block, vector, i)
    return block


def vectors_of(builder: Any, kind: Block, block: Value) -> list[Value]:
    """A block's vectors, row by row."""
    return [builder.extract_value(block, i) for i in range(kind.size)]


def load_row(context: Any, builder: Any, kind: Block, start: Value) -> list[Value]:
    """The vectors of a row that begins at a pointer."""
    vector = llvm_vector(context.data_model_manager, kind)
    return [emit.load(builder, p, vector) for p in row_places(builder, kind, start)]


def row_places(builder: Any, kind: Block, start: Value) -> list[Value]:
    """The pointers to the vectors of a row that begins at a pointer."""
    return [moved(builder, start, index(v * kind.lanes)) for v in range(kind.vectors)]


def block_places(builder: Any, kind: Block, base: Value, step: Value, last: Value) -> list[Value]:
    """The pointers to a block's vectors in memory, row by row."""
    rows = emit.row_offsets(builder, kind.rows, step, last)
    return [p for row in rows for p in row_places(builder, kind, moved(builder, base, row))]
