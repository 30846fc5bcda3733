"""The contract of an activation, and how a scalar function becomes one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from pronghorn import backend
from pronghorn.components.array_function import followed, is_followed
from pronghorn.components.context import Array, Context, EagerContext
from pronghorn.components.function_component import FunctionComponent
from pronghorn.components.named import NamedComponent
from pronghorn.devices import kernels
from pronghorn.devices.function import Function
from pronghorn.devices.pair import KernelPair

ScalarCallable = Callable[..., Any]


class Activation(NamedComponent):
    """A function from arrays to arrays of the same shape, without weights.

    A subclass sets `name` and writes `forward` and `backward`, each of which describes its work
    to a context once for each plan.

    Attributes:
        name: the identifier.
        needs_input: whether `backward` reads `x`; where not, nobody need keep it.
        identity: whether the output is the input.
        fuses: whether `scalar` and `slope` are functions that other kernels may apply.
    """

    kind: ClassVar[str] = "activations"
    needs_input: bool = True
    identity: bool = False
    fuses: bool = False
    scalar: Function
    slope: Function

    def forward(self, x: Array, y: Array, ctx: Context) -> None:
        """Write the activation of `x` to `y`, which has the same shape and may be `x` itself."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, x: Array | None, y: Array, dy: Array, dx: Array, ctx: Context) -> None:
        """Write the loss's gradient at `x` to `dx`, given that at `y`; `dx` may be `dy` itself.

        `x` may be None where `needs_input` is false.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    @classmethod
    def get(cls, identifier: Any) -> Self:
        """The activation that `identifier` means; None means `linear`.

        A layer that does no more than apply an activation stands for that one.
        """
        applied = getattr(identifier, "pointwise", None)
        if isinstance(applied, cls):
            return applied
        return super().get("linear" if identifier is None else identifier)

    @classmethod
    def from_function(cls, function: ScalarCallable) -> "Activation":
        """The activation that a scalar function `f(x)` stands for, its derivative derived.

        Raises:
            FunctionError: the function cannot be compiled or derived.
        """
        return activation(function).checked()

    def __call__(self, x: Any, **config: Any) -> Any:
        """The activation of a NumPy array (or of what makes one), on the CPU."""
        if config:
            return self.configured(**config)(x)
        if is_followed(x):
            return followed(self)(x)
        given = _floats(x)
        out = np.empty_like(given)
        self.forward(given, out, EagerContext("cpu", given.dtype))
        return out

    def gradient(self, x: Any, dy: Any = 1.0) -> np.ndarray:
        """The gradient of `sum(dy * y)` at a NumPy array `x`, on the CPU."""
        given = _floats(x)
        slopes = np.broadcast_to(np.asarray(dy, given.dtype), given.shape).copy()
        y, dx = np.empty_like(given), np.empty_like(given)
        ctx = EagerContext("cpu", given.dtype)
        self.forward(given, y, ctx)
        self.backward(given, y, slopes, dx, ctx)
        return dx


@dataclass(frozen=True)
class Slope:
    """A derivative that an activation's author gives, in terms of x or of y.

    It holds where `when(**config)` says so.
    """

    function: Function
    when: Callable[..., bool] | None = None

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Whether this derivative is right for an activation configured so."""
        return self.when is None or bool(self.when(**config))


class ScalarActivation(FunctionComponent, Activation):
    """An activation made of a function `f(x, **options)` of one element, compiled at need."""

    data = ("x",)
    fuses = True
    slopes: tuple[Slope, ...] = ()

    @cached_property
    def scalar(self) -> Function:  # type: ignore[override]
        """The function with its options put in."""
        return self.complete(self.function)

    @cached_property
    def identity(self) -> bool:  # type: ignore[override]
        """Whether all that the function does is to return its argument."""
        return self.scalar.returns_first()

    def derivative(self, function: ScalarCallable | None = None, *, when: Any = None) -> Any:
        """Decorator: take `function` as the derivative, in terms of `x`, or of the output `y`.

        Its further parameters are options of the activation, by name. `when(**options)` says for
        which options it holds. One in terms of `y` is preferred, since `x` need not be kept then.
        """
        if function is None:
            return lambda made: self.derivative(made, when=when)
        self.slopes = (*self.slopes, Slope(Function(function), when))
        self.forget()
        return self

    @cached_property
    def slope(self) -> Function:  # type: ignore[override]
        """The derivative: a function of one parameter, which is called `x` or `y`."""
        given = [s.function for s in self.slopes if s.holds(self.config)]
        given.sort(key=lambda function: function.parameters[0] != "y")
        return self.complete(given[0] if given else self.function.derivative())

    @property
    def needs_input(self) -> bool:  # type: ignore[override]
        """Whether the derivative is in terms of the input."""
        return self.slope.parameters[0] != "y"

    def kernels(self) -> tuple[KernelPair, ...]:
        """The maps by the function and by its derivative."""
        return tuple(kernels.map_forward.specialize(f=f) for f in (self.scalar, self.slope))

    def forward(self, x: Array, y: Array, ctx: Context) -> None:
        """Apply the function to every element."""
        if y is x:
            ctx.run(kernels.map_inplace.specialize(f=self.scalar), y)
        else:
            ctx.run(kernels.map_forward.specialize(f=self.scalar), x, y)

    def backward(self, x: Array | None, y: Array, dy: Array, dx: Array, ctx: Context) -> None:
        """Multiply every element of `dy` with the derivative."""
        side = "x" if self.needs_input else "y"
        at = x if self.needs_input else y
        if dx is dy:
            ctx.run(getattr(kernels, f"scale_inplace_{side}").specialize(f=self.slope), at, dy)
        else:
            kernel = getattr(kernels, f"map_backward_{side}").specialize(f=self.slope)
            ctx.run(kernel, at, dy, dx)


def activation(function: ScalarCallable) -> ScalarActivation:
    """Decorator: make an activation of a scalar function `f(x, **options)`.

    Its derivative is derived from its source unless `@name.derivative` gives it:

        @activation
        def tanh(x):
            return math.tanh(x)

        @tanh.derivative
        def _(y):
            return 1.0 - y * y
    """
    made: ScalarActivation = ScalarActivation.decorate(function)
    return made


def _floats(values: Any) -> np.ndarray:
    """The values as a contiguous array of floats; whole numbers become `floatx`."""
    array = np.asarray(values)
    dtype = array.dtype if array.dtype in (np.float32, np.float64) else backend.floatx()
    return np.asarray(array, dtype, order="C")
