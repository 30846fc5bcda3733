"""Keras 1's place of `Layer`, which scripts with layers of their own import."""

from pronghorn.components.layer import Layer

__all__ = ["Layer"]
