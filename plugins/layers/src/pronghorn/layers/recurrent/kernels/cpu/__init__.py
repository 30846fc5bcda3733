"""Kernels of the recurrent layers on the CPU."""

from pronghorn.layers.recurrent.kernels.cpu.gru import gru_backward, gru_forward
from pronghorn.layers.recurrent.kernels.cpu.lstm import lstm_backward, lstm_forward
from pronghorn.layers.recurrent.kernels.cpu.moving import (
    add_steps_dropped,
    clear_gone,
    drop_steps,
    from_steps,
    gate_columns,
    join_bias,
    join_gate,
    pad_units,
    part_bias,
    part_gate,
    repeat_units,
    steps_of_mask,
    to_steps,
    to_steps_dropped,
    unit_factors,
    without_padding,
)
from pronghorn.layers.recurrent.kernels.cpu.reset_after import (
    reset_after_backward,
    reset_after_forward,
)
from pronghorn.layers.recurrent.kernels.cpu.simple import simple_backward, simple_forward

__all__ = [
    "add_steps_dropped",
    "clear_gone",
    "drop_steps",
    "from_steps",
    "gate_columns",
    "gru_backward",
    "gru_forward",
    "join_bias",
    "join_gate",
    "lstm_backward",
    "lstm_forward",
    "pad_units",
    "part_bias",
    "part_gate",
    "repeat_units",
    "reset_after_backward",
    "reset_after_forward",
    "simple_backward",
    "simple_forward",
    "steps_of_mask",
    "to_steps",
    "to_steps_dropped",
    "unit_factors",
    "without_padding",
]
