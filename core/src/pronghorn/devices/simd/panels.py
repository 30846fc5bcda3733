"""Packed panels in Numba code: rows of a block's width that lie one after another.

`width`, the length of a panel's row, is a multiple of a register's lanes. `source` and `to` are
arrays or pointers, and what is said of them begins at their first element; the rest is as in
`vectors`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba import types
from numba.extending import intrinsic

from pronghorn.devices.simd import emit
from pronghorn.devices.simd.emit import Value, index, moved
from pronghorn.devices.simd.registers import INDEX, element, llvm_vector, vector_of
from pronghorn.devices.simd.vectors import Lowering, place


@intrinsic(prefer_literal=True)
def pad_rows(
    typing: Any, source: Any, step: Any, rows: Any, columns: Any, to: Any, width: Any, bits: Any
) -> Lowering:
    """Copy rows of `columns` elements, `step` apart, into a panel; zeros fill up its rows."""
    kind: Any = vector_of(source, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        vector = llvm_vector(context.data_model_manager, kind)
        source = place(context, builder, signature.args[0], args[0], index(0))
        to = place(context, builder, signature.args[4], args[4], index(0))
        step, rows, columns, width = (args[i] for i in (1, 2, 3, 5))
        with _vectors(builder, rows, (step, width), width, vector.count) as (row, packed, at):
            count = builder.sub(columns, at)
            part = emit.load_part(builder, moved(builder, source, row, at), count, vector)
            emit.store(builder, part, moved(builder, to, packed, at))
        return context.get_dummy_value()

    return _fits(kind, to) and (types.void(source, INDEX, INDEX, INDEX, to, INDEX, bits), code)


@intrinsic(prefer_literal=True)
def crop_rows(
    typing: Any, source: Any, width: Any, to: Any, step: Any, rows: Any, columns: Any, bits: Any
) -> Lowering:
    """Copy the first `columns` elements of a panel's rows to rows that are `step` apart."""
    kind: Any = vector_of(source, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        vector = llvm_vector(context.data_model_manager, kind)
        source = place(context, builder, signature.args[0], args[0], index(0))
        to = place(context, builder, signature.args[2], args[2], index(0))
        width, step, rows, columns = (args[i] for i in (1, 3, 4, 5))
        with _vectors(builder, rows, (step, width), width, vector.count) as (row, packed, at):
            count = builder.sub(columns, at)
            value = emit.load(builder, moved(builder, source, packed, at), vector)
            emit.store_part(builder, value, moved(builder, to, row, at), count)
        return context.get_dummy_value()

    return _fits(kind, to) and (types.void(source, INDEX, to, INDEX, INDEX, INDEX, bits), code)


@intrinsic(prefer_literal=True)
def transpose_rows(
    typing: Any, source: Any, step: Any, rows: Any, columns: Any, to: Any, width: Any, bits: Any
) -> Lowering:
    """Make each of `rows` rows of `columns` elements, `step` apart, a column of a panel.

    Whole squares of lanes x lanes elements are written. So the panel's rows are written up to
    `columns` rounded up to whole registers, those past `columns` with zeros, and in them elements
    up to `rows` rounded up, which past `rows` repeat the last one.
    """
    kind: Any = vector_of(source, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        source = place(context, builder, signature.args[0], args[0], index(0))
        to = place(context, builder, signature.args[4], args[4], index(0))
        step, rows, columns, width = (args[i] for i in (1, 2, 3, 5))
        vector = llvm_vector(context.data_model_manager, kind)
        lanes = index(vector.count)
        down, across = (emit.groups(builder, n, vector.count) for n in (rows, columns))
        with emit.loop(builder, down, (lanes,)) as ((row,), _, _):
            last = builder.sub(builder.sub(rows, row), index(1))
            base = moved(builder, source, builder.mul(row, step))
            offsets = emit.row_offsets(builder, vector.count, step, last)
            starts = [moved(builder, base, offset) for offset in offsets]
            leap = builder.mul(lanes, width)
            with emit.loop(builder, across, (lanes, leap)) as ((at, packed), _, _):
                _transpose_square(
                    builder,
                    [moved(builder, start, at) for start in starts],
                    builder.sub(columns, at),
                    moved(builder, to, packed, row),
                    width,
                    vector,
                )
        return context.get_dummy_value()

    return _fits(kind, to) and (types.void(source, INDEX, INDEX, INDEX, to, INDEX, bits), code)


def _transpose_square(
    builder: Any, rows: list[Value], count: Value, to: Value, step: Value, vector: Any
) -> None:
    """Write the transpose of a square; of each of its rows `count` elements are read."""
    square = [emit.load_part(builder, row, count, vector) for row in rows]
    for i, column in enumerate(emit.transposed(builder, square)):
        emit.store(builder, column, moved(builder, to, builder.mul(index(i), step)))


@contextmanager
def _vectors(
    builder: Any, rows: Value, steps: tuple[Value, Value], width: Value, lanes: int
) -> Iterator[tuple[Value, Value, Value]]:
    """Loops over rows and the vectors of each: two offsets of the row, and the column."""
    with (
        emit.loop(builder, rows, steps) as ((first, second), _, _),
        emit.loop(builder, emit.groups(builder, width, lanes), (index(lanes),)) as ((at,), _, _),
    ):
        yield first, second, at


def _fits(kind: Any, to: types.Type) -> bool | None:
    return (kind is not None and element(to) == kind.dtype) or None
