"""Vector registers in Numba code: vectors, register blocks, and the shapes that suit the CPU.

LLVM does not find register-blocked loops by itself; here they are written down. Everything is
generic in the element type (float32, float64) and in the width of the registers. Nothing here
allocates, checks bounds, or needs more alignment than an element's.
"""

from pronghorn.devices.simd.blocks import (
    add_product,
    add_product_packing,
    load_block,
    store_block,
    zero_block,
)
from pronghorn.devices.simd.boxes import (
    largest_of_box,
    spread_over_box,
    spread_to_winner,
    sum_of_box,
)
from pronghorn.devices.simd.gathered import (
    add_gathered_columns,
    add_gathered_product,
    scatter_block,
)
from pronghorn.devices.simd.inner import add_inner_products
from pronghorn.devices.simd.panels import crop_rows, pad_rows, transpose_rows
from pronghorn.devices.simd.target import Target, describe, host, target_for
from pronghorn.devices.simd.tiles import (
    gradient_points,
    image_points,
    outputs_of_points,
    window_gradient,
    window_points,
)
from pronghorn.devices.simd.vectors import (
    fma,
    lanes_of,
    load,
    load_part,
    pointer,
    pointer_from,
    prefetch,
    prefetch_to_write,
    splat,
    store,
    store_part,
    zero,
)

__all__ = [
    "Target",
    "add_gathered_columns",
    "add_gathered_product",
    "add_inner_products",
    "add_product",
    "add_product_packing",
    "crop_rows",
    "describe",
    "fma",
    "gradient_points",
    "host",
    "image_points",
    "lanes_of",
    "largest_of_box",
    "load",
    "load_block",
    "load_part",
    "outputs_of_points",
    "pad_rows",
    "pointer",
    "pointer_from",
    "prefetch",
    "prefetch_to_write",
    "scatter_block",
    "splat",
    "spread_over_box",
    "spread_to_winner",
    "store",
    "store_block",
    "store_part",
    "sum_of_box",
    "target_for",
    "transpose_rows",
    "window_gradient",
    "window_points",
    "zero",
    "zero_block",
]
