"""Convolutions of images by register blocks, in the threads that everything else runs in."""

from pronghorn.devices.convolution.kernel import Convolution, InputGradient, WeightGradient

__all__ = ["Convolution", "InputGradient", "WeightGradient"]
