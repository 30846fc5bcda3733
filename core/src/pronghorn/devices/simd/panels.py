"""Packed panels in Numba code: rows of a block's width that lie one after another.

`width`, a panel's row, is a multiple of a register's lanes. The other arguments are as in `vectors`.
"""

from typing import Any

from numba import types
from numba.extending import intrinsic

from pronghorn.devices.simd import emit
from pronghorn.devices.simd.registers import INDEX, element, llvm_vector, vector_of
from pronghorn.devices.simd.vectors import Lowering, place


@intrinsic(prefer_literal=True)
def pad_rows(
    typing: Any, source: Any, step: Any, rows: Any, columns: Any, to: Any, width: Any, bits: Any
) -> Lowering:
    """Copy rows of `columns` elements, `step` apart, into a panel; zeros fill up its rows."""
    kind = vector_of(source, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, step, rows, columns, to, width, _ = args
        vector = llvm_vector(context.data_model_manager, kind)
        source, to = (
            _start(context, builder, signature, 0, source),
            _start(context, builder, signature, 4, to),
        )
        lanes = emit.index(vector.count)
        with emit.loop(builder, rows, (step, width)) as ((row, packed), _, _):
            with emit.loop(builder, emit.groups(builder, width, vector.count), (lanes,)) as (
                (at,),
                _,
                _,
            ):
                left = builder.sub(columns, at)
                part = emit.load_part(builder, emit.moved(builder, source, row, at), left, vector)
                emit.store(builder, part, emit.moved(builder, to, packed, at))
        return context.get_dummy_value()

    return _fits(kind, to) and (types.void(source, INDEX, INDEX, INDEX, to, INDEX, bits), code)


@intrinsic(prefer_literal=True)
def crop_rows(
    typing: Any, source: Any, width: Any, to: Any, step: Any, rows: Any, columns: Any, bits: Any
) -> Lowering:
    """Copy the first `columns` elements of a panel's rows to rows that are `step` apart."""
    kind = vector_of(source, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, width, to, step, rows, columns, _ = args
        vector = llvm_vector(context.data_model_manager, kind)
        source, to = (
            _start(context, builder, signature, 0, source),
            _start(context, builder, signature, 2, to),
        )
        lanes = emit.index(vector.count)
        with emit.loop(builder, rows, (step, width)) as ((row, packed), _, _):
            with emit.loop(builder, emit.groups(builder, width, vector.count), (lanes,)) as (
                (at,),
                _,
                _,
            ):
                left = builder.sub(columns, at)
                value = emit.load(builder, emit.moved(builder, source, packed, at), vector)
                emit.store_part(builder, value, emit.moved(builder, to, row, at), left)
        return context.get_dummy_value()

    return _fits(kind, to) and (types.void(source, INDEX, to, INDEX, INDEX, INDEX, bits), code)


@intrinsic(prefer_literal=True)
def transpose_rows(
    typing: Any, source: Any, step: Any, rows: Any, columns: Any, to: Any, width: Any, bits: Any
) -> Lowering:
    """Make each of `rows` rows of `columns` elements, `step` apart, a column of a panel.

    The panel gets `columns` rows and, up to a whole register's lanes of them, more of zeros.
    """
    kind = vector_of(source, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, step, rows, columns, to, width, _ = args
        vector = llvm_vector(context.data_model_manager, kind)
        lanes = emit.index(vector.count)
        source, to = (
            _start(context, builder, signature, 0, source),
            _start(context, builder, signature, 4, to),
        )
        down, across = (emit.groups(builder, n, vector.count) for n in (rows, columns))
        with emit.loop(builder, down, (lanes,)) as ((row,), _, _):
            last = builder.sub(builder.sub(rows, row), emit.index(1))
            base = emit.moved(builder, source, builder.mul(row, step))
            offsets = emit.row_offsets(builder, vector.count, step, last)
            starts = [emit.moved(builder, base, offset) for offset in offsets]
            leap = builder.mul(lanes, width)
            with emit.loop(builder, across, (lanes, leap)) as ((at, packed), _, _):
                left = builder.sub(columns, at)
                square = [
                    emit.load_part(builder, emit.moved(builder, s, at), left, vector)
                    for s in starts
                ]
                target = emit.moved(builder, to, packed, row)
                for i, column in enumerate(emit.transposed(builder, square)):
                    emit.store(
                        builder,
                        column,
                        emit.moved(builder, target, builder.mul(emit.index(i), width)),
                    )
        return context.get_dummy_value()

    return _fits(kind, to) and (types.void(source, INDEX, INDEX, INDEX, to, INDEX, bits), code)


def _fits(kind: Any, to: types.Type) -> bool | None:
    return (kind is not None and element(to) == kind.dtype) or None


def _start(context: Any, builder: Any, signature: Any, number: int, where: Any) -> Any:
    return place(context, builder, signature.args[number], where, emit.index(0))
