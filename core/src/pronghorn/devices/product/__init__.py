"""Matrix products by register blocks, in the threads that everything else runs in."""

from pronghorn.devices.product.kernel import Product, multiplies

__all__ = ["Product", "multiplies"]
