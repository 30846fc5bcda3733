"""Running a part of a kernel for all its rounds, alone or in the threads of the pool."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import NumbaError
from numba.extending import intrinsic

from pronghorn.devices.pool_loops import RUN

WORD = ir.IntType(64)
BYTES = ir.IntType(8).as_pointer()


class PartError(Exception):
    """A part of a kernel cannot be compiled; Numba's report."""


@intrinsic
def spread(
    typing_context: Any, part: Any, arguments: Any, rounds: Any, chunks: Any, pool: Any
) -> Any:
    """Call `part(*arguments, first, last)` so that every round below `rounds` is done once.

    Args:
        part: a compiled function without a result.
        arguments: the tuple of all but its last two arguments.
        rounds: number of rounds.
        chunks: number of chunks to make of them; 0 for all at once by the caller.
        pool: the address of the pool's state.
    """
    given = (*arguments.types, types.int64, types.int64)
    try:
        part.get_call_type(typing_context, given, {})
    except NumbaError as error:
        # One of Numba's own errors would be taken for "no such function".
        raise PartError(str(error)) from error

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        made = part.dispatcher.overloads[given]
        context.active_code_library.add_linking_library(made.library)
        values = [*cgutils.unpack_tuple(builder, args[1])]
        task = _task(context, builder, made, given)
        data = _stored(builder, values, task.args[0].type)
        _call(builder, task, data, *args[2:])
        return context.get_dummy_value()

    signature = types.void(part, arguments, types.int64, types.int64, types.int64)
    return signature, generate


def _task(context: Any, builder: Any, made: Any, given: Any) -> Any:
    """A function void(data, first, last) that calls the part with the arguments in `data`."""
    kinds = [context.get_value_type(kind) for kind in given[:-2]]
    data = ir.LiteralStructType(kinds).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [data, WORD, WORD])
    name = builder.module.get_unique_name(f"task.{made.fndesc.mangled_name}")
    task = ir.Function(builder.module, kind, name)
    task.linkage = "internal"
    inside = ir.IRBuilder(task.append_basic_block())
    zero = ir.Constant(ir.IntType(32), 0)
    places = [ir.Constant(ir.IntType(32), i) for i in range(len(kinds))]
    values = [inside.load(inside.gep(task.args[0], [zero, place])) for place in places]
    part = context.declare_function(builder.module, made.fndesc)
    context.call_conv.call_function(
        inside, part, made.signature.return_type, given, [*values, *task.args[1:]]
    )
    inside.ret_void()
    return task


def _stored(builder: Any, values: Any, kind: Any) -> Any:
    """A place on the stack with these values."""
    place = cgutils.alloca_once(builder, kind.pointee)
    for number, value in enumerate(values):
        builder.store(value, cgutils.gep_inbounds(builder, place, 0, number))
    return place


def _call(builder: Any, task: Any, data: Any, rounds: Any, chunks: Any, pool: Any) -> None:
    kind = ir.FunctionType(ir.VoidType(), [WORD, task.type, data.type, WORD, WORD])
    alone = builder.icmp_signed("==", chunks, ir.Constant(WORD, 0))
    with builder.if_else(alone, likely=None) as (by_itself, in_pool):
        with by_itself:
            builder.call(task, [data, ir.Constant(WORD, 0), rounds])
        with in_pool:
            words = builder.inttoptr(pool, WORD.as_pointer())
            address = builder.load(builder.gep(words, [ir.Constant(WORD, RUN)]))
            run = builder.inttoptr(address, kind.as_pointer())
            builder.call(run, [pool, task, data, rounds, chunks])
