"""Locally connected layers: convolutions with filters of their own at each place."""

from pronghorn.layers.local.locally_connected import LocallyConnected1D, LocallyConnected2D

__all__ = ["LocallyConnected1D", "LocallyConnected2D"]
