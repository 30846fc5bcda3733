"""Kernels of the metrics that are no sums over rows."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
