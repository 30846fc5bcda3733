"""How a compiled kernel reads its arguments; `calls` says how they lie in memory."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.errors import RequireLiteralValue
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from pronghorn.devices.parts import CHUNKS, POOL, SELF
from pronghorn.devices.pool_loops import RUN

WORD = ir.IntType(64)


def _word(builder: Any, data: Any, place: int) -> Any:
    words = builder.inttoptr(data, WORD.as_pointer())
    return builder.load(builder.gep(words, [ir.Constant(WORD, place)]))


def _literal(kind: Any) -> Any:
    if not isinstance(kind, types.Literal):
        raise RequireLiteralValue("places and types are written in the text")
    return kind.literal_value


@intrinsic(prefer_literal=True)
def word(typing_context: Any, data: Any, place: Any) -> Any:
    """The integer at a place."""
    at = _literal(place)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _word(builder, args[0], at)

    return types.int64(types.int64, place), generate


@intrinsic
def share(typing_context: Any, data: Any, rounds: Any) -> Any:
    """Have the pool call the function that was called with `data`, for all of its rounds."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pool, function, chunks = (_word(builder, args[0], place) for place in (POOL, SELF, CHUNKS))
        kind = ir.FunctionType(ir.VoidType(), [WORD] * 5)
        run = builder.inttoptr(_word(builder, pool, RUN), kind.as_pointer())
        builder.call(run, [pool, function, args[0], args[1], chunks])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic(prefer_literal=True)
def number(typing_context: Any, data: Any, place: Any, name: Any) -> Any:
    """The number at a place, of the type called `name`."""
    at, kind = _literal(place), getattr(types, _literal(name))
    stored = types.float64 if isinstance(kind, types.Float) else types.int64

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = _word(builder, args[0], at)
        if stored is types.float64:
            value = builder.bitcast(value, ir.DoubleType())
        return context.cast(builder, value, stored, kind)

    return kind(types.int64, place, name), generate


@intrinsic(prefer_literal=True)
def array(typing_context: Any, data: Any, place: Any, name: Any, axes: Any) -> Any:
    """The array at a place, of elements of the type called `name`. It owns no memory."""
    at, count = _literal(place), _literal(axes)
    kind = types.Array(getattr(types, _literal(name)), count, "C")

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        element = context.get_data_type(kind.dtype)
        size = ir.Constant(WORD, context.get_abi_sizeof(element))
        shape = [_word(builder, args[0], at + 1 + axis) for axis in range(count)]
        strides: list[Any] = []
        for length in reversed([*shape[1:], size][:count]):
            strides.insert(0, builder.mul(length, strides[0]) if strides else length)
        made = context.make_array(kind)(context, builder)
        address = builder.inttoptr(_word(builder, args[0], at), element.as_pointer())
        populate_array(
            made, data=address, shape=shape, strides=strides, itemsize=size, meminfo=None
        )
        return made._getvalue()

    return kind(types.int64, place, name, axes), generate
