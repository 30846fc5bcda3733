"""The kernels of the convolutional layers, for both devices."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
