"""A Python function as a layer."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from pronghorn.components.array_function import ArrayFunction, shape_from, tried_shape
from pronghorn.components.component import to_plain
from pronghorn.components.context import Array, Context
from pronghorn.components.custom import find_custom_object
from pronghorn.components.layer import Layer, Shape
from pronghorn.errors import ConfigError


def _bent(x: Any, by: float = 0.25) -> Any:
    """A function for the checks."""
    return x * x + by * x


class Lambda(Layer):
    """`y = function(x)`, any Python function of a whole array.

    It is called in every step, and on the CPU only; an activation, which is a function of one
    element, is compiled for both devices instead. What it needs to train is the gradient at its
    input: autograd derives it (the extra `pronghorn[autograd]`) where the function uses
    `pronghorn.backend` or `autograd.numpy`, or `backward` gives it.

    (batch, ...) to (batch, ...). A function with a parameter `mask` is given the input's mask.

    In files its compiled code is stored, which is restored only by `load_model(safe_mode=False)`
    and by the same version of Python; otherwise it is given anew, as
    `custom_objects={layer_name: function}`.

    Args:
        function: takes the input, and `arguments`.
        output_shape: of the output without the batch axis; or a function of the input's shape
            that tells it with the batch axis. By default the function is tried out.
        arguments: further arguments of the function, by name.
        backward: `backward(x, dy)`, the gradient at x where that at the output is dy.

    Example:
        >>> from pronghorn.models import Sequential
        >>> model = Sequential([Lambda(lambda x: x**2 + 1.0, input_shape=(2,))])
        >>> model.predict([[1.0, 3.0]]).tolist()
        [[2.0, 10.0]]
    """

    examples = (
        ({"function": _bent}, (5,)),
        ({"function": _bent, "output_shape": (3, 4), "arguments": {"by": 0.5}}, (3, 4)),
    )
    expected_failures: ClassVar = dict.fromkeys(
        ("configuration_comes_back", "all_forms_agree", "model_file_brings_it_back"),
        "a function is stored as code, which is restored only with safe_mode=False",
    )

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        arguments: Mapping[str, Any] | None = None,
        backward: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.function = _found(function, self.name)
        if output_shape is not None and not callable(output_shape):
            shape_from(output_shape, (None,), None)
        self.given_shape = output_shape
        self.arguments = dict(arguments or {})
        self.gradient = backward
        self._call = ArrayFunction(self.function, self.arguments, gradient=backward)

    @property
    def supports_masking(self) -> bool:  # type: ignore[override]
        """Whether the function takes a mask."""
        return self._call.takes_mask

    @property
    def produces_mask(self) -> bool:
        """The mask ends here: nobody knows what the function does to the steps."""
        return False

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """What was said, or what the function gives for inputs of such shapes."""
        if self.given_shape is not None:
            return shape_from(self.given_shape, input_shape, input_shape[0])
        return tried_shape(self._tried, input_shape, self.name, "give output_shape")

    def _tried(self, shape: tuple[int, ...]) -> Any:
        """What the function gives for an array of ones."""
        mask = np.ones(shape[:2], bool) if self.masked else None
        return self._call(np.ones(shape, self.dtype), mask=mask)

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = function(x)."""
        shape = self.get_output_shape_for(x.shape)
        y = ctx.empty(tuple(x.shape[0] if n is None else n for n in shape))
        ctx.output_mask, ctx.saved.x = None, x
        self._call.forward([x], y, ctx, ctx.mask)
        return y

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dx by autograd, or by the function that was given for it."""
        if not ctx.needs_input_gradient:
            return None
        dx = ctx.empty(ctx.saved.x.shape)
        self._call.backward([ctx.saved.x], dy, [dx], ctx)
        return dx

    def get_config(self) -> dict[str, Any]:
        """What Keras 1 writes, functions as they are; a file holds their code."""
        config = {
            key: value
            for key, value in super().get_config().items()
            if key not in ("function", "output_shape", "arguments", "backward")
        }
        return {
            **config,
            "function": self.function,
            "function_type": "lambda",
            "output_shape": self.given_shape,
            "output_shape_type": "lambda" if callable(self.given_shape) else "raw",
            "arguments": {name: to_plain(value) for name, value in self.arguments.items()},
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Lambda":
        """Build the layer that `get_config` described."""
        return cls(**{key: v for key, v in config.items() if not key.endswith("_type")})


def _found(function: Any, layer: str) -> Callable[..., Any]:
    """The function, which a configuration may name."""
    if isinstance(function, str):
        found = find_custom_object(function)
        if found is None:
            raise ConfigError(
                f"layer {layer!r} calls a function {function!r}: give it in custom_objects"
            )
        function = found
    if not callable(function):
        raise TypeError(f"Lambda takes a function of an array, got {function!r}")
    made: Callable[..., Any] = function
    return made
