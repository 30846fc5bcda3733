"""Layers around other layers."""

from pronghorn.layers.wrappers.bidirectional import Bidirectional
from pronghorn.layers.wrappers.residual import Residual
from pronghorn.layers.wrappers.time_distributed import TimeDistributed
from pronghorn.layers.wrappers.wrapper import Wrapper

__all__ = ["Bidirectional", "Residual", "TimeDistributed", "Wrapper"]
