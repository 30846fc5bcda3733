"""Numbers drawn from one distribution, whatever the shape."""

from pronghorn.components.initializer import initializer


@initializer
def uniform(shape, rng, scale=0.05, minval=None, maxval=None):
    """U(-scale, scale), or U(minval, maxval) where those limits are given."""
    low = -scale if minval is None else minval
    high = scale if maxval is None else maxval
    return rng.uniform(low, high, shape)


@initializer
def normal(shape, rng, scale=0.05, mean=0.0):
    """`N(mean, scale**2)`, not truncated."""
    return rng.normal(mean, scale, shape)


@initializer
def truncated_normal(shape, rng, scale=0.05, mean=0.0):
    """`N(mean, scale**2)` without what is further than two deviations from the mean (Keras 2)."""
    drawn = rng.normal(0.0, 1.0, shape)
    far = abs(drawn) > 2.0
    while far.any():
        drawn[far] = rng.normal(0.0, 1.0, int(far.sum()))
        far = abs(drawn) > 2.0
    return mean + scale * drawn


uniform.examples = ({}, {"minval": 0.1, "maxval": 0.3})
normal.examples = ({}, {"mean": 1.0, "scale": 0.2})
truncated_normal.examples = ({}, {"mean": 1.0, "scale": 0.2})
