"""What holds for layers."""

from pronghorn.testing.kinds.layers import data, gradients, shapes, training, weights

__all__ = ["data", "gradients", "shapes", "training", "weights"]
