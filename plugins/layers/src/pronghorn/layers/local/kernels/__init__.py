"""The kernels of the locally connected layers, for both devices."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
