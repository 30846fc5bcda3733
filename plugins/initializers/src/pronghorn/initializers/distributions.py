"""Numbers drawn from one distribution, whatever the shape."""

from pronghorn.components.initializer import initializer


@initializer
def uniform(shape, rng, scale=0.05):
    """U(-scale, scale)."""
    return rng.uniform(-scale, scale, shape)


@initializer
def normal(shape, rng, scale=0.05):
    """N(0, scale**2), not truncated."""
    return rng.normal(0.0, scale, shape)


@initializer
def truncated_normal(shape, rng, scale=0.05):
    """N(0, scale**2) without what is further than two deviations from 0 (Keras 2)."""
    drawn = rng.normal(0.0, 1.0, shape)
    far = abs(drawn) > 2.0
    while far.any():
        drawn[far] = rng.normal(0.0, 1.0, int(far.sum()))
        far = abs(drawn) > 2.0
    return scale * drawn
