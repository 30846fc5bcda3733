"""An optimizer."""

import math


def signum(param, grad, velocity, lr=0.001, momentum=0.9):
    """Steps of `lr` against the sign of the running mean of gradients.

    Bernstein et al., "signSGD" (ICML 2018).
    """
    velocity = momentum * velocity + (1.0 - momentum) * grad
    return param - lr * math.copysign(1.0, velocity), velocity
