"""The core's own kernels: element by element, column sums, dropout, products, optimizer steps."""

from pronghorn.devices.pair import pairs

__getattr__ = pairs(__name__)
