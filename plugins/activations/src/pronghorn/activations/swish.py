"""Sigmoid-weighted linear unit."""

import math

from pronghorn.components.activation import activation


@activation
def swish(x):
    """`x * sigmoid(x)`, also called SiLU.

    Elfwing, Uchibe and Doya, "Sigmoid-Weighted Linear Units" (Neural Networks 107, 2018);
    Ramachandran, Zoph and Le, "Searching for Activation Functions" (2017).
    """
    return x / (1.0 + math.exp(-x))


@swish.derivative
def _(x):
    gate = 1.0 / (1.0 + math.exp(-x))
    return gate * (1.0 + x * (1.0 - gate))
