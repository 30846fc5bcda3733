"""Normalization layers."""

from pronghorn.layers.normalization.batch_normalization import BatchNormalization
from pronghorn.layers.normalization.layer_normalization import LayerNormalization

__all__ = ["BatchNormalization", "LayerNormalization"]
