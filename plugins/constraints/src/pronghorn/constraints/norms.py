"""Constraints on the norms of a weight's columns, or along other axes."""

from collections.abc import Sequence
from math import prod

from pronghorn import backend
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels
from pronghorn.errors import ShapeError

Axis = int | Sequence[int]


class NormConstraint(Constraint):
    """Scales each group of elements along `axis` so that its norm n becomes what the rule wants.

    That is `rate * clip(n, low, high) + (1 - rate) * n`, up to epsilon: the factor is that over
    `epsilon + n`, so that a group of zeros stays one.

    Args:
        axis: the axis, or axes, over which a norm is taken: 0 for the inputs of a Dense layer's
            units, [0, 1, 2] for the filters of a "tf" convolution kernel, [1, 2, 3] for "th".
    """

    axis: Axis

    def limits(self) -> tuple[float, float, float]:
        """Lowest norm, highest norm, and how far towards them an update goes."""
        raise NotImplementedError(f"{type(self).__name__} has no limits")

    def record(self, ctx: Context, w: Array | Weight) -> None:
        """Scale the groups of `w` in place."""
        array = w.array if isinstance(w, Weight) else w
        groups = array.reshape(split_axes(tuple(array.shape), self.axis))
        a, _, b, _, c = groups.shape
        low, high, rate = self.limits()
        norms = ctx.empty((a, b, c))
        ctx.run(kernels.norm_constraint, groups, norms, low, high, rate, backend.epsilon())


class MaxNorm(NormConstraint):
    """Norms are at most `m`: `p * clip(n, 0, m) / (epsilon + n)`.

    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting"
    (JMLR 15, 2014), appendix A.

    Args:
        m: the largest norm.
        axis: the axis or axes over which a norm is taken.
    """

    examples = ({}, {"m": 1.5, "axis": 1}, ({"axis": [0, 1, 2]}, (3, 3, 2, 4)))

    def __init__(self, m: float = 2, axis: Axis = 0) -> None:
        self.m = m
        self.axis = axis

    def limits(self) -> tuple[float, float, float]:
        """From 0 to m, all the way."""
        return 0.0, float(self.m), 1.0


class UnitNorm(NormConstraint):
    """Norms are 1: `p / (epsilon + n)`.

    Args:
        axis: the axis or axes over which a norm is taken.
    """

    def __init__(self, axis: Axis = 0) -> None:
        self.axis = axis

    def limits(self) -> tuple[float, float, float]:
        """Exactly 1, all the way."""
        return 1.0, 1.0, 1.0


class MinMaxNorm(NormConstraint):
    """Norms go towards the range from `low` to `high`.

    `p * (rate * clip(n, low, high) + (1 - rate) * n) / (epsilon + n)`.

    Args:
        low, high: smallest and largest norm.
        rate: how far an update goes towards them; 1 is all the way.
        axis: the axis or axes over which a norm is taken.
    """

    examples = ({}, {"low": 1.0, "high": 3.0}, {"high": 2.0, "axis": [0, 1]})

    def __init__(
        self, low: float = 0.0, high: float = 1.0, rate: float = 1.0, axis: Axis = 0
    ) -> None:
        self.low = low
        self.high = high
        self.rate = rate
        self.axis = axis

    def limits(self) -> tuple[float, float, float]:
        """From low to high, as far as the rate says."""
        return float(self.low), float(self.high), float(self.rate)


def split_axes(shape: tuple[int, ...], axis: Axis) -> tuple[int, int, int, int, int]:
    """`shape` as (kept, reduced, kept, reduced, kept), the reduced parts being those of `axis`.

    Raises:
        ShapeError: there is no such axis, or the axes lie in more than two separate groups.
    """
    axes = [axis] if isinstance(axis, int) else list(axis)
    if any(not -len(shape) <= k < len(shape) for k in axes):
        raise ShapeError(f"a weight of shape {shape} has no axis {axis}")
    chosen = {k % len(shape) for k in axes}
    parts: list[list[int]] = [[]]
    for k, size in enumerate(shape):
        if (k in chosen) != (len(parts) % 2 == 0):
            parts.append([])
        parts[-1].append(size)
    if len(parts) > 5:
        raise ShapeError(f"norms over axes {axes} of a weight of shape {shape} are not supported")
    a, r, b, s, c = (prod(part) for part in (*parts, *[[]] * (5 - len(parts))))
    return a, r, b, s, c
