"""The kernels of the convolutional recurrent layers, for both devices."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
