"""The contract of a regularizer, and how a function of one element becomes one."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from pronghorn import backend
from pronghorn.components.component import Component
from pronghorn.components.context import Array, Context, EagerContext
from pronghorn.components.function_component import FunctionComponent
from pronghorn.components.spelling import spelled
from pronghorn.components.sums import parts
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels
from pronghorn.devices.function import Function
from pronghorn.devices.pair import KernelPair


class Regularizer(Component):
    """A penalty on a weight, or on a layer's output, that is added to the loss."""

    kind: ClassVar[str] = "regularizers"

    @classmethod
    def get(cls, identifier: Any) -> Any:
        """The regularizer that `identifier` means; None stays None."""
        return None if identifier is None else super().get(identifier)

    @classmethod
    def coerce(cls, thing: Any, config: Mapping[str, Any]) -> Self:
        """Make a regularizer; a `factory` is called with the configuration."""
        if getattr(thing, "makes_regularizer", False):
            made: Self = thing(**config)
            return made
        return super().coerce(thing, config)

    @classmethod
    def from_function(cls, function: Callable[..., Any]) -> "Regularizer":
        """The regularizer that a function `f(x, **options)` stands for: its sum over all elements.

        Raises:
            FunctionError: the function cannot be compiled or derived.
        """
        made: ScalarRegularizer = ScalarRegularizer.decorate(function)
        return made.checked()

    def record(self, ctx: Context, w: Array | Weight, g: Array | None, total: Array | None) -> None:
        """Describe the penalty of `w`.

        Args:
            ctx: where to describe it.
            w: a weight, or a layer's output, of any shape.
            g: array of that shape to which the penalty's gradient is added, or None.
            total: float64 array (1,) to which the penalty is added, or None.
        """
        raise NotImplementedError(f"{type(self).__name__} has no record")

    def to_identifier(self) -> Any:
        """What a configuration holds for this regularizer, in Keras 1's form."""
        return {"name": type(self).__name__, **self.get_config()}

    def __call__(self, w: Any) -> float:
        """The penalty of a NumPy array, computed on the CPU."""
        array, total = _floats(w), np.zeros(1)
        self.record(EagerContext("cpu", array.dtype), array, None, total)
        return float(total[0])

    def gradient(self, w: Any) -> np.ndarray:
        """The gradient of the penalty at a NumPy array."""
        array = _floats(w)
        g = np.zeros_like(array)
        self.record(EagerContext("cpu", array.dtype), array, g, None)
        return g


class ScalarRegularizer(FunctionComponent, Regularizer):
    """The sum over all elements of a function `f(x, **options)`, whose gradient is derived."""

    data = ("x",)

    @cached_property
    def penalty(self) -> Function:
        """The function with its options put in."""
        return self.complete(self.function)

    @cached_property
    def slope(self) -> Function:
        """Its derivative."""
        return self.complete(self.function.derivative())

    def kernels(self) -> tuple[KernelPair, ...]:
        """The sum of the function, and the pass that adds its derivative."""
        return kernels.sum_map.specialize(f=self.penalty), kernels.add_map.specialize(f=self.slope)

    def record(self, ctx: Context, w: Array | Weight, g: Array | None, total: Array | None) -> None:
        """Add the sum of the function to `total`, and its derivative to `g`."""
        if total is not None:
            partial = ctx.empty((parts(w.size),))
            ctx.run(kernels.sum_map.specialize(f=self.penalty), flat(w), partial)
            ctx.run(kernels.reduce_sum, partial, total)
        if g is not None:
            ctx.run(kernels.add_map.specialize(f=self.slope), w, g)


def factory(function: Callable[..., Regularizer]) -> Callable[..., Regularizer]:
    """Decorator: a function that returns a regularizer, and so may stand behind an identifier."""
    made = spelled(function)
    made.makes_regularizer = True  # type: ignore[attr-defined]
    return made


def flat(array: Array | Weight) -> Array:
    """The elements of an array, or of a weight, in one axis."""
    inner = array.array if isinstance(array, Weight) else array
    return inner.reshape((inner.size,))


def _floats(values: Any) -> np.ndarray:
    array = np.asarray(values)
    dtype = array.dtype if array.dtype in (np.float32, np.float64) else backend.floatx()
    return np.asarray(array, dtype, order="C")
