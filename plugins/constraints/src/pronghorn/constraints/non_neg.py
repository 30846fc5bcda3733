"""A constraint on the sign."""

from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels
from pronghorn.devices.function import Function


def keep_positive(x):
    return 0.0 if x < 0.0 else x


class NonNeg(Constraint):
    """`max(w, 0)`: elements that are negative become 0."""

    scalar = Function(keep_positive)

    def record(self, ctx: Context, w: Array | Weight) -> None:
        """Replace the negative elements of `w`."""
        ctx.run(kernels.map_inplace.specialize(f=self.scalar), w)
