"""The CUDA side of the core's kernels, by theme: the names of the CPU side, for the same arrays."""

from pronghorn.devices.kernels.cuda.clock import tick
from pronghorn.devices.kernels.cuda.convolutions import (
    conv2d,
    conv2d_bias,
    conv2d_input_gradient,
    conv2d_transposed,
    conv2d_transposed_bias,
    conv2d_weight_gradient,
    conv3d,
    conv3d_bias,
    conv3d_input_gradient,
    conv3d_transposed,
    conv3d_transposed_bias,
    conv3d_weight_gradient,
)
from pronghorn.devices.kernels.cuda.dropout import (
    dropout_backward,
    dropout_forward,
    dropout_mask,
    random_normal,
    random_uniform,
)
from pronghorn.devices.kernels.cuda.elementwise import (
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
from pronghorn.devices.kernels.cuda.layout import permute
from pronghorn.devices.kernels.cuda.loss import masked_coefficient
from pronghorn.devices.kernels.cuda.memory import gather
from pronghorn.devices.kernels.cuda.objectives import (
    metric_rows,
    objective_losses,
    objective_rows,
)
from pronghorn.devices.kernels.cuda.product import product, product_bias, product_nt, product_tn
from pronghorn.devices.kernels.cuda.sums import bias_gradient, reduce_sum, sum_map
from pronghorn.devices.kernels.cuda.updates import (
    add_map,
    clip_norm,
    clip_value,
    norm_constraint,
    penalty_gradient,
    penalty_sums,
)

__all__ = [
    "add",
    "add_map",
    "bias_gradient",
    "clip_norm",
    "clip_value",
    "conv2d",
    "conv2d_bias",
    "conv2d_input_gradient",
    "conv2d_transposed",
    "conv2d_transposed_bias",
    "conv2d_weight_gradient",
    "conv3d",
    "conv3d_bias",
    "conv3d_input_gradient",
    "conv3d_transposed",
    "conv3d_transposed_bias",
    "conv3d_weight_gradient",
    "copy",
    "dropout_backward",
    "dropout_forward",
    "dropout_mask",
    "fill",
    "gather",
    "map_backward_x",
    "map_backward_y",
    "map_forward",
    "map_inplace",
    "masked_coefficient",
    "metric_rows",
    "norm_constraint",
    "objective_losses",
    "objective_rows",
    "penalty_gradient",
    "penalty_sums",
    "permute",
    "product",
    "product_bias",
    "product_nt",
    "product_tn",
    "random_normal",
    "random_uniform",
    "reduce_sum",
    "scale",
    "scale_inplace_x",
    "scale_inplace_y",
    "sum_map",
    "tick",
]
