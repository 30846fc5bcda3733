"""The CPU side of the core's kernels, by theme."""

from pronghorn.devices.kernels.cpu.elementwise import (
    add,
    copy,
    fill,
    map_backward_x,
    map_backward_y,
    map_forward,
    map_inplace,
    scale,
    scale_inplace_x,
    scale_inplace_y,
)
from pronghorn.devices.kernels.cpu.memory import bias_gradient, gather

__all__ = [
    "add",
    "bias_gradient",
    "copy",
    "fill",
    "gather",
    "map_backward_x",
    "map_backward_y",
    "map_forward",
    "map_inplace",
    "scale",
    "scale_inplace_x",
    "scale_inplace_y",
]
