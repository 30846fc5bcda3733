"""The kernels of the pooling layers, for both devices."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
