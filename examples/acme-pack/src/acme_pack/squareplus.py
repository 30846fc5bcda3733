"""An activation."""

import math


def squareplus(x, b=4.0):
    """`(x + sqrt(x**2 + b)) / 2`: a smooth relu. Barron, "Squareplus" (2021)."""
    return 0.5 * (x + math.sqrt(x * x + b))
