"""Convolutions of images and volumes by register blocks, in the threads of everything else."""

from pronghorn.devices.convolution.kernel import (
    Convolution,
    Depthwise,
    DepthwiseInputGradient,
    DepthwiseWeightGradient,
    InputGradient,
    Transposed,
    WeightGradient,
)

__all__ = [
    "Convolution",
    "Depthwise",
    "DepthwiseInputGradient",
    "DepthwiseWeightGradient",
    "InputGradient",
    "Transposed",
    "WeightGradient",
]
