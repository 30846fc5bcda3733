"""Pooling layers: maxima and means over windows, or over everything."""

from pronghorn.layers.pooling.average_pooling import AveragePooling1D, AveragePooling2D
from pronghorn.layers.pooling.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
)
from pronghorn.layers.pooling.max_pooling import MaxPooling1D, MaxPooling2D

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "MaxPooling1D",
    "MaxPooling2D",
]
