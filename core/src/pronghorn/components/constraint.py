"""The contract of a constraint, and how a function of one element becomes one."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from pronghorn import backend
from pronghorn.components.component import Component
from pronghorn.components.context import Array, Context, EagerContext
from pronghorn.components.function_component import FunctionComponent
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels
from pronghorn.devices.pair import KernelPair


class Constraint(Component):
    """A rule that a weight obeys after every update."""

    kind: ClassVar[str] = "constraints"

    @classmethod
    def get(cls, identifier: Any) -> Any:
        """The constraint that `identifier` means; None stays None."""
        return None if identifier is None else super().get(identifier)

    @classmethod
    def from_function(cls, function: Callable[..., Any]) -> "Constraint":
        """The constraint that replaces every element by a function `f(x, **options)` of it.

        Raises:
            FunctionError: the function cannot be compiled.
        """
        made: ScalarConstraint = ScalarConstraint.decorate(function)
        return made.checked()

    def record(self, ctx: Context, w: Array | Weight) -> None:
        """Describe how the weight `w` is changed, in place, to obey the rule."""
        raise NotImplementedError(f"{type(self).__name__} has no record")

    def to_identifier(self) -> Any:
        """What a configuration holds for this constraint, in Keras 1's form."""
        return {"name": type(self).__name__, **self.get_config()}

    def __call__(self, w: Any) -> np.ndarray:
        """The NumPy array as the rule leaves it, computed on the CPU."""
        array = np.asarray(w)
        dtype = array.dtype if array.dtype in (np.float32, np.float64) else backend.floatx()
        made = np.array(array, dtype, order="C")
        self.record(EagerContext("cpu", made.dtype), made)
        return made


class ScalarConstraint(FunctionComponent, Constraint):
    """Replaces every element by a function `f(x, **options)` of it."""

    data = ("x",)

    def kernels(self) -> tuple[KernelPair, ...]:
        """The map by the function."""
        return (kernels.map_inplace.specialize(f=self.complete(self.function)),)

    def record(self, ctx: Context, w: Array | Weight) -> None:
        """Apply the function to every element."""
        ctx.run(*self.kernels(), w)
