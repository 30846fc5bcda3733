"""What threads need beyond arithmetic: atomic access, waiting, calls by address.

`memory` is the address of 64-bit integers and `at` the index of one; all accesses are sequentially
consistent.
"""

import platform
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WORD = ir.IntType(64)
ORDER = "seq_cst"
ALIGN = 8
X86 = platform.machine().lower() in ("x86_64", "amd64", "i386", "i686")
# Other processors have no such instruction that LLVM knows under one name; there a round is empty.
PAUSE = "llvm.x86.sse2.pause" if X86 else "llvm.sideeffect"


def _place(builder: Any, args: Any) -> Any:
    return builder.gep(builder.inttoptr(args[0], WORD.as_pointer()), [args[1]])


@intrinsic
def address_of(typing_context: Any, array: Any) -> Any:
    """Where the first element of an array lies."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        found = context.make_array(sig.args[0])(context, builder, args[0])
        return builder.ptrtoint(found.data, WORD)

    return types.int64(array), generate


@intrinsic
def load(typing_context: Any, memory: Any, at: Any) -> Any:
    """The value at a place."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load_atomic(_place(builder, args), ORDER, ALIGN)

    return types.int64(types.int64, types.int64), generate


@intrinsic
def store(typing_context: Any, memory: Any, at: Any, value: Any) -> Any:
    """Set the value at a place."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store_atomic(args[2], _place(builder, args), ORDER, ALIGN)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@intrinsic
def add(typing_context: Any, memory: Any, at: Any, value: Any) -> Any:
    """Add to the value at a place; gives what was there before."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", _place(builder, args), args[2], ORDER)

    return types.int64(types.int64, types.int64, types.int64), generate


@intrinsic
def swap(typing_context: Any, memory: Any, at: Any, expected: Any, value: Any) -> Any:
    """Set the value at a place if it is `expected`; whether it was."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = _place(builder, args)
        found = builder.cmpxchg(place, args[2], args[3], ORDER, ORDER)
        return builder.extract_value(found, 1)

    return types.boolean(*[types.int64] * 4), generate


@intrinsic
def pause(typing_context: Any) -> Any:
    """Tell the processor that this is a loop that waits."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [])
        known = builder.module.globals.get(PAUSE)
        builder.call(known or ir.Function(builder.module, kind, PAUSE), [])
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def invoke(typing_context: Any, address: Any, a: Any, b: Any, c: Any) -> Any:
    """Call the function at an address with three integers or pointers; its result is dropped.

    A function of fewer arguments may be called too: what it does not take it does not look at.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [WORD] * 3)
        builder.call(builder.inttoptr(args[0], kind.as_pointer()), args[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 4), generate
