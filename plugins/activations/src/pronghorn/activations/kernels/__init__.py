"""Kernels of the activations that are no functions of one element."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
