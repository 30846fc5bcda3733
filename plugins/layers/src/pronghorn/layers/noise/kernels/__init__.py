"""The kernels of the noise layers, for both devices."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
