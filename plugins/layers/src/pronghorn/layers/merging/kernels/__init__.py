"""The kernels of the wrappers, for both devices."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
