"""Integer arithmetic and calls by address, as machine code.

A function that is compiled into every kernel that calls it is compiled many times over; one that
is called by its address is compiled once. The address is a number that is passed when the program
runs, so the code on both sides can be kept in the cache.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

Lowering = Any
"""What an intrinsic gives: the signature and the function that emits the code, or None."""


@intrinsic
def call(typing: Any, address: Any, where: Any, number: Any) -> Lowering:
    """Call the function of type void(pointer, int64) at `address`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function = ir.FunctionType(ir.VoidType(), [args[1].type, args[2].type])
        builder.call(builder.inttoptr(args[0], function.as_pointer()), args[1:])
        return context.get_dummy_value()

    if not isinstance(where, types.CPointer):
        return None
    return types.void(types.int64, where, types.int64), code


@intrinsic
def least(typing: Any, a: Any, b: Any) -> Lowering:
    """The smaller integer. Numba compiles its own `min` anew for every place of use."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(builder.icmp_signed("<", *args), *args)

    return types.int64(types.int64, types.int64), code


@intrinsic
def most(typing: Any, a: Any, b: Any) -> Lowering:
    """The larger integer."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(builder.icmp_signed(">", *args), *args)

    return types.int64(types.int64, types.int64), code


@intrinsic
def groups(typing: Any, count: Any, size: Any) -> Lowering:
    """How many groups of `size` hold `count`; neither is negative."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        count, size = args
        filled = builder.add(count, builder.sub(size, ir.Constant(size.type, 1)))
        return builder.udiv(filled, size)

    return types.int64(types.int64, types.int64), code
