"""Convolutions with 3 x 3 windows, step 1, in float32: a fourth of the products (`simd.tiles`)."""

from pronghorn.devices.convolution.winograd.calls import calls, gradient_calls
from pronghorn.devices.convolution.winograd.plan import Tiles

__all__ = ["Tiles", "calls", "gradient_calls"]
