"""The loop in which OpenMP's idle threads spin, for measuring how long a round takes."""

import platform
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

X86 = platform.machine().lower() in ("x86_64", "amd64", "i686")
# On other processors a round is an empty one that the compiler must not drop.
ROUND = "llvm.x86.sse2.pause" if X86 else "llvm.sideeffect"


@intrinsic
def _wait(typing_context: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [])
        builder.call(ir.Function(builder.module, kind, ROUND), [])
        return context.get_dummy_value()

    return types.void(), generate


@njit("void(int64)")
def pause(rounds: int) -> None:
    """Wait for so many rounds."""
    for _ in range(rounds):
        _wait()
