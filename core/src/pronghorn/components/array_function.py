"""Python functions of whole arrays, called in every step on the CPU, and their gradients.

The gradient comes from autograd (https://github.com/HIPS/autograd), which is an extra, or from
whoever wrote the function.
"""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.errors import ConfigError, ShapeError

PROBES = (2, 3)
"""Lengths that stand for those not known, when a function is asked for its output's shape."""

Shape = tuple[int | None, ...]
INSTALL = "pip install 'pronghorn[autograd]'"


class ArrayFunction:
    """A function of arrays, as a step of a layer.

    Args:
        function: takes the arrays, one by one or as a list, and gives an array.
        arguments: further arguments, by name.
        listed: whether it takes the arrays as a list.
        gradient: a function of the arrays and of the gradient at its result, which gives the
            gradient at the array, or a list of them. Without it the gradient is autograd's.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: Mapping[str, Any] | None = None,
        listed: bool = False,
        gradient: Callable[..., Any] | None = None,
    ) -> None:
        if not callable(function):
            raise TypeError(f"a function of arrays is needed, got {function!r}")
        self.function = function
        self.arguments = dict(arguments or {})
        self.listed = listed
        self.gradient = gradient

    @property
    def takes_mask(self) -> bool:
        """Whether it has a parameter called `mask`."""
        try:
            return "mask" in inspect.signature(self.function).parameters
        except (TypeError, ValueError):  # of some built-in functions nobody knows
            return False

    def __call__(self, *arrays: Any, mask: Any = None) -> Any:
        """The function's value, whatever it makes of the arrays."""
        given = [list(arrays)] if self.listed else arrays
        named = {**self.arguments, "mask": mask} if self.takes_mask else self.arguments
        return self.function(*given, **named)

    def forward(
        self, inputs: Sequence[Array], y: Array, ctx: Context, mask: Array | None = None
    ) -> None:
        """Have the function's value written to `y` in every step."""
        trace: dict[str, Any] = {}
        ctx.saved.trace, count = trace, len(inputs)
        traced = ctx.keeps and self.gradient is None and has_autograd()

        def call(y: np.ndarray, *arrays: np.ndarray) -> None:
            xs, masks = arrays[:count], [array.astype(bool) for array in arrays[count:]]
            function = partial(self, mask=masks[0] if masks else None)
            if traced:
                trace["back"], value = pulled_back(function, xs, self.name)
            else:
                value = function(*xs)
            self._put(value, y)

        ctx.run(self._named(call), y, *inputs, *([] if mask is None else [mask]))

    def backward(
        self, inputs: Sequence[Array], dy: Array, gradients: Sequence[Array], ctx: Context
    ) -> None:
        """Have the gradients at the inputs written, from that at the value.

        Raises:
            ConfigError: there is no way to the gradient.
        """
        if self.gradient is None and not has_autograd():
            raise ConfigError(
                f"layer {ctx.layer_name!r}: the gradient of {self.name} is needed, which autograd "
                f"derives: {INSTALL}, or give the layer its gradient, backward=..."
            )
        trace, count = ctx.saved.trace, len(inputs)

        def call(dy: np.ndarray, *arrays: np.ndarray) -> None:
            xs, outs = arrays[:count], arrays[count:]
            if self.gradient is None:
                found = trace["back"](dy)
            else:
                found = self.gradient(*([list(xs)] if self.listed else xs), dy)
                found = found if self.listed else [found]
            for value, out in zip(found, outs, strict=True):
                out[...] = value

        ctx.run(self._named(call), dy, *inputs, *gradients)

    @property
    def name(self) -> str:
        """What messages call it."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    def _named(self, call: Callable[..., None]) -> Callable[..., None]:
        call.__name__ = self.name
        return call

    def _put(self, value: Any, y: np.ndarray) -> None:
        if np.shape(value) != y.shape:
            raise ShapeError(
                f"{self.name} gives an array of shape {np.shape(value)} where {y.shape} is "
                "expected: correct the output shape that the layer is given or tells"
            )
        y[...] = value


def has_autograd() -> bool:
    """Whether autograd is installed."""
    return find_spec("autograd") is not None


def is_followed(x: Any) -> bool:
    """Whether autograd follows what is done with this array."""
    tracer = sys.modules.get("autograd.tracer")
    return tracer is not None and isinstance(x, tracer.Box)


@cache
def followed(function: Any) -> Callable[[Any], Any]:
    """A function of an array, with its `gradient(x, dy)`, as one that autograd follows."""
    from autograd.extend import defvjp, primitive

    traced: Callable[[Any], Any] = primitive(lambda x: function(x))
    defvjp(traced, lambda y, x: lambda dy: function.gradient(x, dy))
    return traced


def pulled_back(
    function: Callable[..., Any], arrays: Sequence[np.ndarray], name: str
) -> tuple[Callable[[np.ndarray], Sequence[np.ndarray]], np.ndarray]:
    """The way back from a gradient at the function's value to those at the arrays; and the value.

    Raises:
        ConfigError: the function uses what autograd cannot follow.
    """
    from autograd import make_vjp

    _follow_numpy()
    try:
        back, value = make_vjp(function, argnum=tuple(range(len(arrays))))(*arrays)
    except (TypeError, NotImplementedError) as error:
        raise ConfigError(
            f"autograd cannot follow {name}: {error}; use the functions of pronghorn.backend or "
            "autograd.numpy in it, or give its gradient"
        ) from error
    return lambda dy: back(np.asarray(dy, np.asarray(value).dtype)), value


@cache
def _follow_numpy() -> None:
    """Let NumPy's own functions take autograd's arrays, of which they would make constants."""
    import autograd.numpy
    from autograd.numpy.numpy_boxes import ArrayBox

    def followed(self: Any, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        module = autograd.numpy.linalg if "linalg" in function.__module__ else autograd.numpy
        return getattr(module, function.__name__)(*args, **kwargs)

    if not hasattr(ArrayBox, "__array_function__"):
        ArrayBox.__array_function__ = followed


def tried_shape(
    function: Callable[[tuple[int, ...]], Any], input_shape: Shape, layer: str, advice: str
) -> Shape:
    """The shape of what `function` makes of inputs of such a shape; None where it is not settled.

    Raises:
        ShapeError: it fails, or gives no one shape. `advice` says what to do.
    """
    found = []
    for probe in PROBES:
        shape = tuple(n or probe for n in input_shape)
        try:
            with np.errstate(all="ignore"):
                found.append(np.shape(function(shape)))
        except Exception as error:
            raise ShapeError(
                f"layer {layer!r}: it cannot be tried on an array of shape {shape} to see what "
                f"shape it gives ({error}): {advice}"
            ) from error
    if len({len(shape) for shape in found}) > 1:
        raise ShapeError(f"layer {layer!r}: its output has no one shape: {advice}")
    return tuple(a if a == b else None for a, b in zip(*found, strict=True))


def shape_from(given: Any, input_shape: Any, batch: int | None) -> tuple[int | None, ...]:
    """The shape that an `output_shape` says, batch axis first.

    Args:
        given: the shape without the batch axis, or a function of the input's whole shape.
        input_shape: that shape, or the list of them.
        batch: the batch's size.
    """
    if callable(given):
        shape = given(input_shape)
        if not isinstance(shape, (tuple, list)):
            raise ValueError(f"output_shape must give a tuple, but for {input_shape} gave {shape}")
        return tuple(shape)
    if not isinstance(given, (tuple, list)):
        raise TypeError(
            f"output_shape must be a tuple without the batch axis, or a function, got {given!r}"
        )
    return (batch, *given)
