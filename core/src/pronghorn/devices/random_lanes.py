"""Philox on vectors: a group of 64 random numbers in one go, for kernels on the CPU.

The numbers are those of `pronghorn.devices.random`, which says how they are laid out.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from pronghorn.devices import formulas, random
from pronghorn.devices.lanes import Bits, Lanes

LANES, GROUP = random.LANES, random.GROUP
BYTE, WORD, PAIR = ir.IntType(8), ir.IntType(32), ir.IntType(64)
WORDS = ir.VectorType(WORD, LANES)
PAIRS = ir.VectorType(PAIR, LANES // 2)

Words = tuple[ir.Value, ir.Value, ir.Value, ir.Value]


def _splat(kind: Any, value: int) -> ir.Constant:
    return ir.Constant(kind, [ir.Constant(kind.element, value)] * kind.count)


def _broadcast(builder: ir.IRBuilder, scalar: ir.Value) -> ir.Value:
    empty = ir.Constant(WORDS, ir.Undefined)
    one = builder.insert_element(empty, scalar, ir.Constant(WORD, 0))
    return builder.shuffle_vector(one, empty, _splat(WORDS, 0))


def _products(builder: ir.IRBuilder, factor: int, word: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Upper and lower halves of factor * word. Processors multiply every second lane at a time."""
    pairs = builder.bitcast(word, PAIRS)
    half, lower = _splat(PAIRS, 32), _splat(PAIRS, 0xFFFFFFFF)
    even = builder.mul(builder.and_(pairs, lower), _splat(PAIRS, factor))
    odd = builder.mul(builder.lshr(pairs, half), _splat(PAIRS, factor))
    low = builder.or_(builder.and_(even, lower), builder.shl(odd, half))
    high = builder.or_(builder.lshr(even, half), builder.and_(odd, builder.not_(lower)))
    return builder.bitcast(high, WORDS), builder.bitcast(low, WORDS)


def _philox(builder: ir.IRBuilder, counter: Words, k0: ir.Value, k1: ir.Value) -> Words:
    c0, c1, c2, c3 = counter
    for _ in range(random.ROUNDS):
        h0, l0 = _products(builder, random.MULTIPLIER_0, c0)
        h1, l1 = _products(builder, random.MULTIPLIER_1, c2)
        c0 = builder.xor(builder.xor(h1, c1), _broadcast(builder, k0))
        c2 = builder.xor(builder.xor(h0, c3), _broadcast(builder, k1))
        c1, c3 = l1, l0
        k0 = builder.add(k0, ir.Constant(WORD, random.WEYL_0))
        k1 = builder.add(k1, ir.Constant(WORD, random.WEYL_1))
    return c0, c1, c2, c3


def _group(builder: ir.IRBuilder, key: ir.Value, step: ir.Value, group: ir.Value) -> Words:
    """The words of one group: element 16 w + l is lane l of word w."""

    def halves(value: ir.Value) -> tuple[ir.Value, ir.Value]:
        upper = builder.lshr(value, ir.Constant(PAIR, 32))
        return builder.trunc(value, WORD), builder.trunc(upper, WORD)

    first = builder.mul(builder.trunc(group, WORD), ir.Constant(WORD, LANES))
    lanes = ir.Constant(WORDS, [ir.Constant(WORD, lane) for lane in range(LANES)])
    counters = builder.add(_broadcast(builder, first), lanes)
    s0, s1 = (_broadcast(builder, half) for half in halves(step))
    return _philox(builder, (counters, _splat(WORDS, 0), s0, s1), *halves(key))


Make = Callable[..., list[ir.Value]]
"""Four vectors of sixteen elements from a builder, the words of a group and parameters."""


def _store(
    context: Any,
    builder: ir.IRBuilder,
    kind: Any,
    out: ir.Value,
    group: ir.Value,
    values: list[ir.Value],
) -> None:
    """Write a group's elements where they belong, as many of them as the array has."""
    array = context.make_array(kind)(context, builder, out)
    start = builder.mul(group, ir.Constant(PAIR, GROUP))
    left = builder.sub(array.nitems, start)
    target = builder.gep(array.data, [start])
    whole = builder.icmp_signed(">=", left, ir.Constant(PAIR, GROUP))
    element = context.get_data_type(kind.dtype)
    with builder.if_else(whole) as (all_of_it, part):
        with all_of_it:
            _store_vectors(builder, target, values)
        with part:
            buffer = cgutils.alloca_once(builder, element, GROUP)
            _store_vectors(builder, buffer, values)
            cgutils.memcpy(builder, target, buffer, left)


def _store_vectors(builder: ir.IRBuilder, target: ir.Value, values: list[ir.Value]) -> None:
    for number, value in enumerate(values):
        place = builder.gep(target, [ir.Constant(PAIR, number * LANES)])
        builder.store(value, builder.bitcast(place, value.type.as_pointer()), align=1)


def _generate(make: Make) -> Callable[..., Any]:
    def generate(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> Any:
        out, group, key, step, *rest = args
        words = _group(builder, key, step, group)
        kind = context.get_data_type(sig.args[0].dtype)
        values = [_converted(builder, v, kind) for v in make(builder, words, *rest)]
        _store(context, builder, sig.args[0], out, group, values)
        return context.get_dummy_value()

    return generate


def _converted(builder: ir.IRBuilder, value: ir.Value, kind: ir.Type) -> ir.Value:
    if isinstance(kind, ir.DoubleType):
        return builder.fpext(value, ir.VectorType(kind, LANES))
    return value


def _mask(builder: ir.IRBuilder, words: Words, limit: ir.Value) -> list[ir.Value]:
    limits = _broadcast(builder, limit)
    bits = (builder.icmp_unsigned(">=", w, limits) for w in words)
    return [builder.zext(b, ir.VectorType(BYTE, LANES)) for b in bits]


def _uniform(builder: ir.IRBuilder, words: Words) -> list[ir.Value]:
    return [formulas.uniform(Bits(builder, w)).value for w in words]


def _normal(builder: ir.IRBuilder, words: Words) -> list[ir.Value]:
    a, b, c, d = (Bits(builder, w) for w in words)
    pairs: list[Lanes] = [*formulas.normal_pair(a, b), *formulas.normal_pair(c, d)]
    return [z.value for z in pairs]


@intrinsic
def mask_group(typing_context: Any, mask: Any, group: Any, key: Any, step: Any, limit: Any) -> Any:
    """mask[e] = (word of e >= limit) for the 64 elements e of a group; mask uint8, 1-D."""
    given = (mask, types.int64, types.uint64, types.uint64, types.uint32)
    return types.void(*given), _generate(_mask)


@intrinsic
def uniform_group(typing_context: Any, out: Any, group: Any, key: Any, step: Any) -> Any:
    """out[e] = a number between 0 and 1 for the 64 elements e of a group; out 1-D float."""
    return types.void(out, types.int64, types.uint64, types.uint64), _generate(_uniform)


@intrinsic
def normal_group(typing_context: Any, out: Any, group: Any, key: Any, step: Any) -> Any:
    """out[e] = a standard normal number for the 64 elements e of a group; out 1-D float."""
    return types.void(out, types.int64, types.uint64, types.uint64), _generate(_normal)
