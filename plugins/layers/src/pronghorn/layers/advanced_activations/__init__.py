"""Activations as layers: with settings of their own, or with weights that learn."""

from pronghorn.layers.advanced_activations.elu import ELU
from pronghorn.layers.advanced_activations.leaky_relu import LeakyReLU
from pronghorn.layers.advanced_activations.parametric_softplus import ParametricSoftplus
from pronghorn.layers.advanced_activations.prelu import PReLU
from pronghorn.layers.advanced_activations.relu import ReLU
from pronghorn.layers.advanced_activations.softmax import Softmax
from pronghorn.layers.advanced_activations.srelu import SReLU
from pronghorn.layers.advanced_activations.thresholded_relu import ThresholdedReLU

__all__ = [
    "ELU",
    "LeakyReLU",
    "PReLU",
    "ParametricSoftplus",
    "ReLU",
    "SReLU",
    "Softmax",
    "ThresholdedReLU",
]
