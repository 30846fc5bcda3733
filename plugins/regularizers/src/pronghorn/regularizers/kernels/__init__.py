"""Kernels of the regularizers that are no sums over elements."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
