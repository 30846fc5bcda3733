"""Normalization layers."""

from pronghorn.layers.normalization.batch_normalization import BatchNormalization

__all__ = ["BatchNormalization"]
