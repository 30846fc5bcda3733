"""LLVM instructions on vectors, as functions of an IR builder.

Memory is addressed by pointers to elements. Nothing assumes more than an element's alignment:
unaligned loads cost nothing on today's CPUs unless they cross a cache line.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba.core import cgutils

INDEX = ir.IntType(64)
LANE = ir.IntType(32)
Value = Any
"""An LLVM value; llvmlite has no types for them."""


def index(value: int) -> ir.Constant:
    """A constant element offset."""
    return ir.Constant(INDEX, value)


def moved(builder: ir.IRBuilder, base: Value, *offsets: Value) -> Value:
    """The pointer `base` moved by element offsets."""
    for offset in offsets:
        base = builder.gep(base, [offset])
    return base


def splat(builder: ir.IRBuilder, scalar: Value, lanes: int) -> Value:
    """A vector with `scalar` in every lane."""
    undefined = ir.Constant(ir.VectorType(scalar.type, lanes), ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(LANE, 0))
    return builder.shuffle_vector(first, undefined, _lane_numbers([0] * lanes))


def multiply_add(builder: ir.IRBuilder, a: Value, b: Value, c: Value) -> Value:
    """a * b + c, fused where the CPU can; `llvm.fma` would call a library where it cannot."""
    kind = ir.FunctionType(c.type, [c.type] * 3)
    return builder.call(_intrinsic(builder, f"llvm.fmuladd.{_suffix(c.type)}", kind), [a, b, c])


def load(builder: ir.IRBuilder, pointer: Value, vector: ir.VectorType) -> Value:
    """The vector at `pointer`."""
    return builder.load(_to_vector(builder, pointer, vector), align=_bytes(vector.element))


def store(builder: ir.IRBuilder, value: Value, pointer: Value) -> None:
    """Write a vector to `pointer`."""
    target = _to_vector(builder, pointer, value.type)
    builder.store(value, target, align=_bytes(value.type.element))


def load_part(builder: ir.IRBuilder, pointer: Value, count: Value, vector: ir.VectorType) -> Value:
    """The first `count` elements at `pointer`, then zeros; memory after them is not read."""
    source = _to_vector(builder, pointer, vector)
    mask = _first_lanes(builder, count, vector.count)
    kind = ir.FunctionType(vector, [source.type, LANE, mask.type, vector])
    call = _intrinsic(builder, f"llvm.masked.load.{_suffix(vector)}.p0", kind)
    align = ir.Constant(LANE, _bytes(vector.element))
    return builder.call(call, [source, align, mask, ir.Constant(vector, None)])


def store_part(builder: ir.IRBuilder, value: Value, pointer: Value, count: Value) -> None:
    """Write the first `count` lanes to `pointer`; memory after them is left alone."""
    target = _to_vector(builder, pointer, value.type)
    mask = _first_lanes(builder, count, value.type.count)
    kind = ir.FunctionType(ir.VoidType(), [value.type, target.type, LANE, mask.type])
    call = _intrinsic(builder, f"llvm.masked.store.{_suffix(value.type)}.p0", kind)
    builder.call(call, [value, target, ir.Constant(LANE, _bytes(value.type.element)), mask])


def prefetch(builder: ir.IRBuilder, pointer: Value, write: bool) -> None:
    """Ask for the cache line at `pointer`, to be read or written soon; any address will do."""
    target = builder.bitcast(pointer, ir.IntType(8).as_pointer())
    kind = ir.FunctionType(ir.VoidType(), [target.type, LANE, LANE, LANE])
    near, data = ir.Constant(LANE, 3), ir.Constant(LANE, 1)
    wish = [target, ir.Constant(LANE, int(write)), near, data]
    builder.call(_intrinsic(builder, "llvm.prefetch.p0", kind), wish)


def row_offsets(builder: ir.IRBuilder, rows: int, step: Value, last: Value) -> list[Value]:
    """Offsets of `rows` rows that are `step` apart; the rows after row `last` are at its place.

    So a block that overhangs its matrix reads and writes the last row again, and nothing beyond.
    """
    offsets = []
    for row in range(rows):
        beyond = builder.icmp_signed(">", index(row), last)
        offsets.append(builder.mul(builder.select(beyond, last, index(row)), step))
    return offsets


def transposed(builder: ir.IRBuilder, rows: Sequence[Value]) -> list[Value]:
    """The transpose of a square whose rows are vectors; their number is a power of two.

    The numbers of row and lane swap one bit at a time, which takes log2(lanes) rounds of two
    shuffles for each pair of rows.
    """
    rows = list(rows)
    half = len(rows) // 2
    while half:
        for low in (i for i in range(len(rows)) if not i & half):
            rows[low], rows[low + half] = _swapped(builder, rows[low], rows[low + half], half)
        half //= 2
    return rows


def total(builder: ir.IRBuilder, vector: Value) -> Value:
    """The sum of a vector's lanes."""
    return folded(builder, vector, lambda builder, a, b: builder.fadd(a, b))


def folded(
    builder: ir.IRBuilder, vector: Value, join: Callable[[ir.IRBuilder, Value, Value], Value]
) -> Value:
    """A vector's lanes joined into one: its halves are joined until one lane is left."""
    while vector.type.count > 1:
        half = vector.type.count // 2
        low = builder.shuffle_vector(vector, vector, _lane_numbers(range(half)))
        high = builder.shuffle_vector(vector, vector, _lane_numbers(range(half, 2 * half)))
        vector = join(builder, low, high)
    return builder.extract_element(vector, ir.Constant(LANE, 0))


@contextmanager
def loop(
    builder: ir.IRBuilder, count: Value, steps: Sequence[Value], values: Sequence[Value] = ()
) -> Iterator[tuple[list[Value], list[Value], list[Value]]]:
    """A loop of `count` rounds over offsets that grow by `steps` and values that change.

    Gives the offsets, the values at the start of a round, and a list to be filled with the values
    at its end. After the loop the values at the start are the final ones.
    """
    before = builder.block
    head, body, after = (builder.append_basic_block(f"loop.{n}") for n in ("head", "body", "end"))
    builder.branch(head)
    builder.position_at_end(head)
    counters = [builder.phi(INDEX) for _ in (None, *steps)]
    current = [builder.phi(value.type) for value in values]
    builder.cbranch(builder.icmp_signed("<", counters[0], count), body, after)
    builder.position_at_end(body)
    grown: list[Value] = []
    yield counters[1:], current, grown
    stepped = zip(counters, (index(1), *steps), strict=True)
    ends = [*(builder.add(counter, step) for counter, step in stepped), *grown]
    starts = [*(index(0) for _ in counters), *values]
    for phi, start, end in zip((*counters, *current), starts, ends, strict=True):
        phi.add_incoming(start, before)
        phi.add_incoming(end, builder.block)
    _keep_rolled(builder, builder.branch(head))
    builder.position_at_end(after)


def groups(builder: ir.IRBuilder, count: Value, size: int) -> Value:
    """How many groups of `size` hold `count`."""
    return builder.udiv(builder.add(count, index(size - 1)), index(size))


def _keep_rolled(builder: ir.IRBuilder, back: Value) -> None:
    """Tell LLVM not to unroll the loop that the branch `back` closes.

    A second copy of a block's rows has pointers of its own, more than there are registers for.
    """
    module = builder.module
    wish = module.add_metadata([ir.MetaDataString(module, "llvm.loop.unroll.disable")])
    node = module.add_metadata([wish])
    node.operands = (node, wish)  # LLVM takes only a node that names itself first.
    back.set_metadata("llvm.loop", node)


def _swapped(builder: ir.IRBuilder, a: Value, b: Value, half: int) -> tuple[Value, Value]:
    """Exchange the upper half of each group of 2 * half lanes of `a` with the lower of `b`."""
    lanes = range(a.type.count)
    first = [lanes.stop + lane - half if lane & half else lane for lane in lanes]
    second = [lanes.stop + lane if lane & half else lane + half for lane in lanes]
    return (
        builder.shuffle_vector(a, b, _lane_numbers(first)),
        builder.shuffle_vector(a, b, _lane_numbers(second)),
    )


def _first_lanes(builder: ir.IRBuilder, count: Value, lanes: int) -> Value:
    numbers = ir.Constant(ir.VectorType(INDEX, lanes), list(range(lanes)))
    return builder.icmp_signed("<", numbers, splat(builder, count, lanes))


def _lane_numbers(numbers: Sequence[int]) -> ir.Constant:
    return ir.Constant(ir.VectorType(LANE, len(numbers)), list(numbers))


def _to_vector(builder: ir.IRBuilder, pointer: Value, vector: ir.VectorType) -> Value:
    return builder.bitcast(pointer, vector.as_pointer())


def _intrinsic(builder: ir.IRBuilder, name: str, kind: ir.FunctionType) -> Value:
    return cgutils.get_or_insert_function(builder.module, kind, name)


def _suffix(vector: ir.VectorType) -> str:
    letter = "i" if isinstance(vector.element, ir.IntType) else "f"
    return f"v{vector.count}{letter}{8 * _bytes(vector.element)}"


def _bytes(element: Any) -> int:
    if isinstance(element, ir.IntType):
        return int(element.width) // 8
    return 4 if isinstance(element, ir.FloatType) else 8
