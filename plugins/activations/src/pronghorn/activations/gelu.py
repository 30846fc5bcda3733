"""Gaussian error linear unit."""

import math

from pronghorn.components.activation import activation

ROOT_HALF = math.sqrt(0.5)
ROOT_TWO_OVER_PI = math.sqrt(2.0 / math.pi)


@activation
def gelu(x, approximate=False):
    """`x * P(Z <= x)` for a standard normal `Z`: `0.5 * x * (1 + erf(x / sqrt(2)))`.

    With `approximate`, `0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))`.
    Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).
    """
    if approximate:
        return 0.5 * x * (1.0 + math.tanh(ROOT_TWO_OVER_PI * (x + 0.044715 * x * x * x)))
    return 0.5 * x * (1.0 + math.erf(x * ROOT_HALF))


gelu.examples = ({}, {"approximate": True})
