"""Pronghorn: Keras-style neural networks, compiled by Numba, with everything a plugin."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
