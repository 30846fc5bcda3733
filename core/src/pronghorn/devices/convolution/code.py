"""The machine code of convolutions: one function for each direction and shape of block."""

from functools import cache

from pronghorn.devices import template
from pronghorn.devices.convolution import loops
from pronghorn.devices.product.code import epilogue, run
from pronghorn.devices.product.layout import Shape

__all__ = ["epilogue", "run", "task"]


@cache
def task(name: str, shape: Shape, apart: bool = False) -> int:
    """The address of a function of `loops`, compiled for a shape of register blocks.

    Args:
        name: of the function.
        shape: of the blocks.
        apart: whether each filter has a channel of its own.
    """
    constants = {
        "BLOCK_ROWS": shape.rows,
        "BLOCK_VECTORS": shape.vectors,
        "BITS": shape.bits,
        "REAL": shape.real,
        "APART": apart,
    }
    return template.c_function(loops, name, constants, "int64")
