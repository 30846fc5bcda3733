"""The kernels of attention, for both devices."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
