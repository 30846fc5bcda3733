"""Layers that add noise in training."""

from pronghorn.layers.noise.gaussian_dropout import GaussianDropout
from pronghorn.layers.noise.gaussian_noise import GaussianNoise

__all__ = ["GaussianDropout", "GaussianNoise"]
