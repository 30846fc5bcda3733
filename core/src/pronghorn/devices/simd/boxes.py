"""What the cells of a box come to, channel by channel: the work of pooling, as vector code.

A cell's channels lie side by side. A box has `counts` cells along its three axes, neighbours
`steps` elements apart; `at` is where it begins in its array, `to` where the result's channels do.
The loops stay rolled: LLVM would prepare for long ones, and most boxes are small.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from pronghorn.devices.simd import emit
from pronghorn.devices.simd.emit import Value, index, moved
from pronghorn.devices.simd.registers import INDEX, element, llvm_vector, vector_of
from pronghorn.devices.simd.vectors import Lowering, place

AXES = types.UniTuple(types.int64, 3)
NUMBER = ir.IntType(32)

Cell = Callable[[list[Value], list[Value]], list[Value]]
"""What a cell makes of the values so far, from its offsets."""


@dataclass
class _Lanes:
    """The lanes for which there are channels: all of them, or the first `count`."""

    builder: Any
    count: Value | None = None

    def load(self, pointer: Value, kind: Any) -> Value:
        if self.count is None:
            return emit.load(self.builder, pointer, kind)
        return emit.load_part(self.builder, pointer, self.count, kind)

    def store(self, value: Value, pointer: Value) -> None:
        if self.count is None:
            emit.store(self.builder, value, pointer)
        else:
            emit.store_part(self.builder, value, pointer, self.count)


@intrinsic(prefer_literal=True)
def sum_of_box(
    typing: Any, x: Any, at: Any, counts: Any, steps: Any, factor: Any, y: Any, to: Any,
    channels: Any, bits: Any,
) -> Lowering:  # fmt: skip
    """y = factor * the sum of a box of x."""
    kind: Any = vector_of(x, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        x, at, counts, steps, factor, y, to, channels, _ = args
        source = place(context, builder, signature.args[0], x, at)
        target = place(context, builder, signature.args[5], y, to)
        vector = llvm_vector(context.data_model_manager, kind)
        scale = emit.splat(builder, factor, vector.count)

        def pooled(channel: Value, lanes: _Lanes) -> None:
            def cell(offsets: list[Value], values: list[Value]) -> list[Value]:
                found = lanes.load(moved(builder, source, channel, *offsets), vector)
                return [builder.fadd(values[0], found)]

            (total,) = _over_box(builder, counts, [steps], [ir.Constant(vector, None)], cell)
            lanes.store(builder.fmul(total, scale), moved(builder, target, channel))

        _over_channels(builder, channels, vector.count, pooled)
        return context.get_dummy_value()

    if kind is None or element(y) != kind.dtype:
        return None
    return types.void(x, INDEX, AXES, AXES, kind.dtype, y, INDEX, INDEX, bits), code


@intrinsic(prefer_literal=True)
def spread_over_box(
    typing: Any, x: Any, at: Any, factor: Any, y: Any, to: Any, counts: Any, steps: Any, more: Any,
    channels: Any, bits: Any,
) -> Lowering:  # fmt: skip
    """Every cell of a box of y = factor * x; with `more`, that is added to what it is."""
    kind: Any = vector_of(x, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        x, at, factor, y, to, counts, steps, more, channels, _ = args
        source = place(context, builder, signature.args[0], x, at)
        target = place(context, builder, signature.args[3], y, to)
        vector = llvm_vector(context.data_model_manager, kind)
        scale = emit.splat(builder, factor, vector.count)

        def pooled(channel: Value, lanes: _Lanes) -> None:
            own = builder.fmul(lanes.load(moved(builder, source, channel), vector), scale)

            def cell(offsets: list[Value], values: list[Value]) -> list[Value]:
                _add(builder, own, moved(builder, target, channel, *offsets), more, lanes)
                return []

            _over_box(builder, counts, [steps], [], cell)

        _over_channels(builder, channels, vector.count, pooled)
        return context.get_dummy_value()

    if kind is None or element(y) != kind.dtype:
        return None
    given = (x, INDEX, kind.dtype, y, INDEX, AXES, AXES, types.boolean, INDEX, bits)
    return types.void(*given), code


@intrinsic(prefer_literal=True)
def largest_of_box(
    typing: Any, x: Any, at: Any, counts: Any, steps: Any, number: Any, numbers: Any, y: Any,
    winner: Any, to: Any, channels: Any, bits: Any,
) -> Lowering:  # fmt: skip
    """y = the first largest cell of a box of x that is not empty; winner (as y) its number.

    The first cell has this `number`, neighbours have numbers that are `numbers` apart.
    """
    kind: Any = vector_of(x, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        x, at, counts, steps, number, numbers, y, winner, to, channels, _ = args
        source = place(context, builder, signature.args[0], x, at)
        target = place(context, builder, signature.args[6], y, to)
        target_number = place(context, builder, signature.args[7], winner, to)
        vector = llvm_vector(context.data_model_manager, kind)
        kept = ir.VectorType(context.get_data_type(signature.args[7].dtype), vector.count)

        def splat(number: Value) -> Value:
            return emit.splat(builder, builder.trunc(number, NUMBER), vector.count)

        def pooled(channel: Value, lanes: _Lanes) -> None:
            own = moved(builder, source, channel)

            def cell(offsets: list[Value], values: list[Value]) -> list[Value]:
                found, (largest, winners) = (
                    lanes.load(moved(builder, own, offsets[0]), vector),
                    values,
                )
                larger = builder.fcmp_ordered(">", found, largest)
                won = splat(builder.add(number, offsets[1]))
                return [
                    builder.select(larger, found, largest),
                    builder.select(larger, won, winners),
                ]

            start = [lanes.load(own, vector), splat(number)]
            largest, winners = _over_box(builder, counts, [steps, numbers], start, cell)
            lanes.store(largest, moved(builder, target, channel))
            lanes.store(builder.trunc(winners, kept), moved(builder, target_number, channel))

        _over_channels(builder, channels, vector.count, pooled)
        return context.get_dummy_value()

    if kind is None or element(y) != kind.dtype or not isinstance(winner.dtype, types.Integer):
        return None
    given = (x, INDEX, AXES, AXES, INDEX, AXES, y, winner, INDEX, INDEX, bits)
    return types.void(*given), code


@intrinsic(prefer_literal=True)
def spread_to_winner(
    typing: Any, x: Any, winner: Any, at: Any, y: Any, to: Any, counts: Any, steps: Any,
    number: Any, numbers: Any, more: Any, channels: Any, bits: Any,
) -> Lowering:  # fmt: skip
    """Cells of a box of y = x where their number is that of the winner, 0 elsewhere.

    The first cell has this `number`, neighbours have numbers that are `numbers` apart. With `more`,
    x is added to what the cell is.
    """
    kind: Any = vector_of(x, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        x, winner, at, y, to, counts, steps, number, numbers, more, channels, _ = args
        source = place(context, builder, signature.args[0], x, at)
        winners = place(context, builder, signature.args[1], winner, at)
        target = place(context, builder, signature.args[3], y, to)
        vector = llvm_vector(context.data_model_manager, kind)
        kept = ir.VectorType(context.get_data_type(signature.args[1].dtype), vector.count)

        def pooled(channel: Value, lanes: _Lanes) -> None:
            own = lanes.load(moved(builder, source, channel), vector)
            won = lanes.load(moved(builder, winners, channel), kept)

            def cell(offsets: list[Value], values: list[Value]) -> list[Value]:
                this = builder.trunc(builder.add(number, offsets[1]), kept.element)
                same = builder.icmp_signed("==", won, emit.splat(builder, this, kept.count))
                share = builder.select(same, own, ir.Constant(vector, None))
                _add(builder, share, moved(builder, target, channel, offsets[0]), more, lanes)
                return []

            _over_box(builder, counts, [steps, numbers], [], cell)

        _over_channels(builder, channels, vector.count, pooled)
        return context.get_dummy_value()

    if kind is None or element(y) != kind.dtype or not isinstance(winner.dtype, types.Integer):
        return None
    given = (x, winner, INDEX, y, INDEX, AXES, AXES, INDEX, AXES, types.boolean, INDEX, bits)
    return types.void(*given), code


def _add(builder: Any, value: Value, target: Value, more: Value, lanes: _Lanes) -> None:
    """Write a vector, or add it to what is there."""
    nothing = ir.Constant(value.type, None)
    before = builder.select(more, lanes.load(target, value.type), nothing)
    lanes.store(builder.fadd(before, value), target)


def _over_channels(
    builder: Any, channels: Value, lanes: int, pooled: Callable[[Value, _Lanes], None]
) -> None:
    """Have `pooled` work from every lanes-th channel on, the last time on part of a vector."""
    whole = builder.udiv(channels, index(lanes))
    with emit.loop(builder, whole, (index(lanes),)) as ((channel,), _, _):
        pooled(channel, _Lanes(builder))
    channel = builder.mul(whole, index(lanes))
    rest = builder.sub(channels, channel)
    with builder.if_then(builder.icmp_signed(">", rest, index(0))):
        pooled(channel, _Lanes(builder, rest))


def _over_box(
    builder: Any, counts: Value, steps: Sequence[Value], values: list[Value], cell: Cell
) -> list[Value]:
    """What the values are after all cells, whose offsets grow by each of `steps` (three axes)."""

    def along(axis: int, offsets: list[Value], values: list[Value]) -> list[Value]:
        if axis == 3:
            return cell(offsets, values)
        own = [builder.extract_value(each, axis) for each in steps]
        count = builder.extract_value(counts, axis)
        with emit.loop(builder, count, own, values) as (added, current, grown):
            reached = [builder.add(o, a) for o, a in zip(offsets, added, strict=True)]
            grown += along(axis + 1, reached, current)
        return current

    return along(0, [index(0)] * len(steps), values)
