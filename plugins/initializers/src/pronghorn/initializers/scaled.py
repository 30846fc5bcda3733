"""Numbers whose spread suits the number of a layer's inputs and units."""

import math

from pronghorn.components.initializer import fans, initializer


@initializer
def lecun_uniform(shape, rng, dim_ordering):
    """U(-l, l) with `l = sqrt(3 / fan_in)`.

    LeCun et al., "Efficient BackProp" (1998).
    """
    return _uniform(shape, rng, math.sqrt(3.0 / fans(shape, dim_ordering)[0]))


@initializer
def lecun_normal(shape, rng, dim_ordering):
    """N(0, 1 / fan_in), not truncated.

    LeCun et al., "Efficient BackProp" (1998); Klambauer et al., "Self-Normalizing Neural Networks"
    (NIPS 2017) for `selu`.
    """
    return rng.normal(0.0, math.sqrt(1.0 / fans(shape, dim_ordering)[0]), shape)


@initializer
def glorot_uniform(shape, rng, dim_ordering):
    """U(-l, l) with `l = sqrt(6 / (fan_in + fan_out))`.

    Glorot and Bengio, "Understanding the Difficulty of Training Deep Feedforward Neural Networks"
    (AISTATS 2010).
    """
    return _uniform(shape, rng, math.sqrt(6.0 / sum(fans(shape, dim_ordering))))


@initializer
def glorot_normal(shape, rng, dim_ordering):
    """N(0, 2 / (fan_in + fan_out)), not truncated.

    Glorot and Bengio, "Understanding the Difficulty of Training Deep Feedforward Neural Networks"
    (AISTATS 2010).
    """
    return rng.normal(0.0, math.sqrt(2.0 / sum(fans(shape, dim_ordering))), shape)


@initializer
def he_uniform(shape, rng, dim_ordering):
    """U(-l, l) with `l = sqrt(6 / fan_in)`.

    He et al., "Delving Deep into Rectifiers" (ICCV 2015).
    """
    return _uniform(shape, rng, math.sqrt(6.0 / fans(shape, dim_ordering)[0]))


@initializer
def he_normal(shape, rng, dim_ordering):
    """N(0, 2 / fan_in), not truncated.

    He et al., "Delving Deep into Rectifiers" (ICCV 2015).
    """
    return rng.normal(0.0, math.sqrt(2.0 / fans(shape, dim_ordering)[0]), shape)


def _uniform(shape, rng, limit):
    return rng.uniform(-limit, limit, shape)
