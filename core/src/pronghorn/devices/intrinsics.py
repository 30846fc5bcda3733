"""The functions of `formulas` as Numba sees them: for float32 their code, else what `math` does."""

import math
from collections.abc import Callable
from typing import Any

from numba import types
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from pronghorn.devices import formulas
from pronghorn.devices.lanes import Lanes


def _intrinsic(
    name: str, formula: Callable[[Lanes], Lanes], other: Callable[[Any], float] | None
) -> Any:
    def typed(typing_context: Any, x: Any) -> Any:
        if x == types.float32:
            return types.float32(types.float32), _inline(formula)
        return types.float64(types.float64), _call(other)

    typed.__name__ = typed.__qualname__ = name
    return intrinsic(typed)


def _inline(formula: Callable[[Lanes], Lanes]) -> Callable[..., Any]:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return formula(Lanes(builder, args[0])).value

    return generate


def _call(function: Any) -> Callable[..., Any]:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = context.typing_context.resolve_value_type(function)
        found = kind.get_call_type(context.typing_context, (types.float64,), {})
        return context.get_function(kind, found)(builder, args)

    return generate


@intrinsic
def at(typing_context: Any, index: Any) -> Any:
    """An integer that is not negative, as an index."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        wide = types.int64 if index.signed else types.uint64
        return context.cast(builder, args[0], index, wide)

    return types.uint64(index), generate


def _extreme(name: str, sign: str) -> Any:
    def typed(typing_context: Any, a: Any, b: Any) -> Any:
        kind = typing_context.unify_types(a, b)
        if not isinstance(kind, types.Integer | types.Float):
            return None

        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            first, second = (
                context.cast(builder, value, given, kind)
                for value, given in zip(args, (a, b), strict=True)
            )
            compare = _comparison(builder, kind)
            return builder.select(compare(sign, second, first), second, first)

        return kind(a, b), generate

    typed.__name__ = typed.__qualname__ = name
    return intrinsic(typed)


def _comparison(builder: Any, kind: Any) -> Any:
    if isinstance(kind, types.Float):
        return builder.fcmp_ordered
    return builder.icmp_signed if kind.signed else builder.icmp_unsigned


@intrinsic
def flat(typing_context: Any, array: Any, size: Any) -> Any:
    """The `size` elements of a C-contiguous array as an array of one axis."""
    kind = types.Array(array.dtype, 1, "C", readonly=not array.mutable)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        given = context.make_array(array)(context, builder, args[0])
        made = context.make_array(kind)(context, builder)
        length = context.cast(builder, args[1], size, types.intp)
        populate_array(
            made,
            data=given.data,
            shape=[length],
            strides=[given.itemsize],
            itemsize=given.itemsize,
            meminfo=given.meminfo,
        )
        return impl_ret_borrowed(context, builder, kind, made._getvalue())

    return kind(array, size), generate


least = _extreme("least", "<")
most = _extreme("most", ">")
exp = _intrinsic("exp", formulas.exp, math.exp)
expm1 = _intrinsic("expm1", formulas.expm1, math.expm1)
log = _intrinsic("log", formulas.log, math.log)
log1p = _intrinsic("log1p", formulas.log1p, math.log1p)
tanh = _intrinsic("tanh", formulas.tanh, math.tanh)
sigmoid = _intrinsic("sigmoid", formulas.sigmoid, None)
erf = _intrinsic("erf", formulas.erf, math.erf)
