"""Kernels whose text a program writes: those of optimizers, whose arguments differ in number."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any

from pronghorn.devices.function import Function
from pronghorn.devices.pair import Sided
from pronghorn.devices.program import prange

_UPDATE = """\
def update(params, grads, {slots}hyper):
{scalars}    for i in prange(params.size):
        {targets} = rule(params[i], grads[i], {values})
"""


@dataclass(frozen=True)
class WrittenKernel:
    """A flat loop that is the same text on every device.

    Attributes:
        function: the loop, in which `prange` marks the independent rounds.
        functions: what fills its function slots.
    """

    function: Function
    functions: Mapping[str, Function] = field(default_factory=dict, hash=False)

    def specialize(self, **functions: Function) -> "WrittenKernel":
        """The kernel with its function slots filled."""
        return replace(self, functions={**self.functions, **functions})

    def on(self, device: Sided) -> Any:
        """The kernel for a device."""
        side = import_module(f"pronghorn.devices.{device.side}")
        made = side.kernel(functions=tuple(self.functions))(self.function)
        return made.specialize(**self.functions)


@cache
def update_kernel(slots: int, scalars: int) -> WrittenKernel:
    """`update(params, grads, slot_0, ..., hyper)`, one pass over flat arrays of one size.

    Its function slot is `rule(param, grad, *slots, *scalars)`, which gives the new parameter and
    slots, a number if there are no slots; the scalars are the first elements of `hyper`.
    """
    names = [f"slot_{k}" for k in range(slots)]
    numbers = [f"scalar_{k}" for k in range(scalars)]
    text = _UPDATE.format(
        slots="".join(f"{name}, " for name in names),
        # Read once: what is stored in the loop might overlap with `hyper` for all LLVM knows.
        scalars="".join(f"    {name} = hyper[{k}]\n" for k, name in enumerate(numbers)),
        targets=", ".join(f"{name}[i]" for name in ("params", *names)),
        values=", ".join((*(f"{name}[i]" for name in names), *numbers)),
    )
    function = Function.from_text(text, {"prange": prange}, f"<update of {slots}, {scalars}>")
    return WrittenKernel(function)
