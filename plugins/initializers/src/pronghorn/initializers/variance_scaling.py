"""The rule behind the scaled initializers, with its settings open."""

import math

from pronghorn.components.initializer import fans, initializer

DISTRIBUTIONS = ("normal", "truncated_normal", "untruncated_normal", "uniform")


@initializer
def variance_scaling(shape, rng, dim_ordering, scale=1.0, mode="fan_in", distribution="normal"):
    """Numbers of mean 0 and variance `scale / n`; n is the fan that `mode` says.

    `mode` is "fan_in", "fan_out" or "fan_avg", the mean of both; `distribution` is "uniform" or
    "normal", which is not truncated. Anything else is a ValueError.
    He et al., "Delving Deep into Rectifiers" (ICCV 2015) for the scale 2.
    """
    fan_in, fan_out = fans(shape, dim_ordering)
    counts = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    if mode not in counts or distribution not in DISTRIBUTIONS:
        raise ValueError(
            f"variance_scaling: mode is one of {', '.join(counts)} and distribution one of "
            f"{', '.join(DISTRIBUTIONS)}, not {mode!r} and {distribution!r}"
        )
    deviation = math.sqrt(scale / max(counts[mode], 1.0))
    if distribution == "uniform":
        limit = math.sqrt(3.0) * deviation
        return rng.uniform(-limit, limit, shape)
    return rng.normal(0.0, deviation, shape)


variance_scaling.examples = (
    {},
    {"scale": 2.0, "mode": "fan_avg", "distribution": "uniform"},
    {"mode": "fan_out"},
)
