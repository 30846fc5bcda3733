"""Single vectors in Numba code.

`where` is an array or a pointer of float32 or float64 and `at` an offset in elements; `bits`, the
width of a register (`host().bits`), must be a constant. Nothing checks bounds.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from pronghorn.devices.simd import emit
from pronghorn.devices.simd.registers import (
    INDEX,
    Vector,
    constant,
    element,
    llvm_vector,
    vector_of,
)

Lowering = Any
"""What an intrinsic gives: the signature and the function that emits the code, or None."""


def place(context: Any, builder: Any, kind: types.Type, where: Any, at: Any) -> Any:
    """The LLVM pointer to element `at` of an array or a pointer."""
    if isinstance(kind, types.Array):
        where = context.make_array(kind)(context, builder, where).data
    return emit.moved(builder, where, at)


@intrinsic
def pointer(typing: Any, where: Any, at: Any) -> Lowering:
    """A pointer to element `at`."""
    dtype = getattr(where, "dtype", None)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return place(context, builder, signature.args[0], *args)

    if not isinstance(where, types.Array | types.CPointer):
        return None
    return types.CPointer(dtype)(where, INDEX), code


@intrinsic(prefer_literal=True)
def pointer_from(typing: Any, address: Any, real: Any) -> Lowering:
    """The pointer to numbers of type `real`, "float32" or "float64", at an address of memory."""
    dtype = {"float32": types.float32, "float64": types.float64}.get(constant(real))

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return dtype and (types.CPointer(dtype)(INDEX, real), code)


@intrinsic(prefer_literal=True)
def lanes_of(typing: Any, where: Any, bits: Any) -> Lowering:
    """How many elements of `where` a register holds; a constant to LLVM."""
    kind = vector_of(where, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return emit.index(kind.lanes if kind else 0)

    return kind and (INDEX(where, bits), code)


@intrinsic(prefer_literal=True)
def zero(typing: Any, where: Any, bits: Any) -> Lowering:
    """A vector of zeros of the element type of `where`."""
    kind = vector_of(where, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return ir.Constant(llvm_vector(context.data_model_manager, signature.return_type), None)

    return kind and (kind(where, bits), code)


@intrinsic(prefer_literal=True)
def splat(typing: Any, where: Any, at: Any, bits: Any) -> Lowering:
    """A vector with element `at` in every lane."""
    kind = vector_of(where, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source = place(context, builder, signature.args[0], *args[:2])
        return emit.splat(builder, builder.load(source), signature.return_type.lanes)

    return kind and (kind(where, INDEX, bits), code)


@intrinsic(prefer_literal=True)
def load(typing: Any, where: Any, at: Any, bits: Any) -> Lowering:
    """The vector that starts at element `at`."""
    kind = vector_of(where, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source = place(context, builder, signature.args[0], *args[:2])
        vector = llvm_vector(context.data_model_manager, signature.return_type)
        return emit.load(builder, source, vector)

    return kind and (kind(where, INDEX, bits), code)


@intrinsic(prefer_literal=True)
def load_part(typing: Any, where: Any, at: Any, count: Any, bits: Any) -> Lowering:
    """The first `count` elements from `at` on, then zeros; memory after them is not read."""
    kind = vector_of(where, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source = place(context, builder, signature.args[0], *args[:2])
        vector = llvm_vector(context.data_model_manager, signature.return_type)
        return emit.load_part(builder, source, args[2], vector)

    return kind and (kind(where, INDEX, INDEX, bits), code)


@intrinsic
def store(typing: Any, value: Any, where: Any, at: Any) -> Lowering:
    """Write all lanes to `where` from element `at` on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        emit.store(builder, args[0], place(context, builder, signature.args[1], *args[1:]))
        return context.get_dummy_value()

    return _fits(value, where) and (types.void(value, where, INDEX), code)


@intrinsic
def store_part(typing: Any, value: Any, where: Any, at: Any, count: Any) -> Lowering:
    """Write the first `count` lanes from element `at` on; memory after them is left alone."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target = place(context, builder, signature.args[1], *args[1:3])
        emit.store_part(builder, args[0], target, args[3])
        return context.get_dummy_value()

    return _fits(value, where) and (types.void(value, where, INDEX, INDEX), code)


@intrinsic
def prefetch(typing: Any, where: Any, at: Any) -> Lowering:
    """Ask for the cache line of element `at`, which is to be read soon and may lie anywhere."""
    return _prefetch(where, write=False)


@intrinsic
def prefetch_to_write(typing: Any, where: Any, at: Any) -> Lowering:
    """Ask for the cache line of element `at`, which is to be written soon."""
    return _prefetch(where, write=True)


@intrinsic
def fma(typing: Any, a: Any, b: Any, c: Any) -> Lowering:
    """a * b + c lane by lane, rounded once where the CPU can."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return emit.multiply_add(builder, *args)

    return (a(a, b, c), code) if isinstance(a, Vector) and a == b == c else None


def _prefetch(where: types.Type, write: bool) -> Lowering:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target = place(context, builder, signature.args[0], *args)
        emit.prefetch(builder, target, write)
        return context.get_dummy_value()

    return (element(where) and (types.void(where, INDEX), code)) or None


def _fits(value: types.Type, where: types.Type) -> bool | None:
    return (isinstance(value, Vector) and element(where) == value.dtype) or None
