"""The contract of a regularizer, and how a function of one element becomes one."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, Self

import numpy as np

from pronghorn import backend
from pronghorn.components.component import Component
from pronghorn.components.context import Array, Context, EagerContext
from pronghorn.components.optimizer import parts
from pronghorn.components.scalar import choose_config, scalar_function
from pronghorn.components.spelling import canonical_arguments
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels
from pronghorn.devices.function import Function


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
    def from_function(cls, function: Callable[..., Any]) -> "Regularizer":  # type: ignore[override]
        """The regularizer that a function `f(x, **options)` stands for: its sum over all elements.

        Raises:
            FunctionError: the function cannot be compiled or derived.
        """
        return ScalarRegularizer(scalar_function(function, ("x",)))

    def record(
        self, ctx: Context, w: Array | Weight, g: Array | None, total: Array | None
    ) -> None:
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


class ScalarRegularizer(Regularizer):
    """The sum over all elements of a function `f(x, **options)`, whose gradient is derived."""

    def __init__(self, function: Function, config: Mapping[str, Any] | None = None) -> None:
        self.function = function
        self.name = self.__name__ = function.name
        self.config = choose_config(function, 1, config or {})
        self.penalty = function.with_constants(**self.config)
        self.slope = function.derivative().with_constants(**self.config)

    def record(
        self, ctx: Context, w: Array | Weight, g: Array | None, total: Array | None
    ) -> None:
        """Add the sum of the function to `total`, and its derivative to `g`."""
        if total is not None:
            partial = ctx.empty((parts(w.size),))
            ctx.run(kernels.sum_map.specialize(f=self.penalty), flat(w), partial)
            ctx.run(kernels.reduce_sum, partial, total)
        if g is not None:
            ctx.run(kernels.add_map.specialize(f=self.slope), w, g)

    def configured(self, **config: Any) -> Self:
        """This regularizer with other options."""
        return type(self)(self.function, {**self.config, **config})

    def get_config(self) -> dict[str, Any]:
        """The function's options."""
        return dict(self.config)

    def to_identifier(self) -> Any:
        """What a configuration holds for this regularizer."""
        return {"name": self.name, **self.config}


def factory(function: Callable[..., Regularizer]) -> Callable[..., Regularizer]:
    """Decorator: a function that returns a regularizer, and so may stand behind an identifier."""

    @wraps(function)
    def make(*args: Any, **kwargs: Any) -> Regularizer:
        return function(*args, **canonical_arguments(function, kwargs))

    make.makes_regularizer = True  # type: ignore[attr-defined]
    return make


def flat(array: Array | Weight) -> Array:
    """The elements of an array, or of a weight, in one axis."""
    inner = array.array if isinstance(array, Weight) else array
    return inner.reshape((inner.size,))


def _floats(values: Any) -> np.ndarray:
    array = np.asarray(values)
    dtype = array.dtype if array.dtype in (np.float32, np.float64) else backend.floatx()
    return np.asarray(array, dtype, order="C")
