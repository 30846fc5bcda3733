"""Merging of several arrays into one."""

from pronghorn.layers.merging.merge import Merge

__all__ = ["Merge"]
