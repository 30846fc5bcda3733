"""Layers written for Keras: `call(x, mask)` of whole arrays instead of `forward` and `backward`.

They run on the CPU. Autograd derives their gradients, for what they compute by the functions of
`pronghorn.backend` or by NumPy's.
"""

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn.components.array_function import ArrayFunction, Shape, tried_shape
from pronghorn.components.context import Array, Context
from pronghorn.components.weight import Weight

if TYPE_CHECKING:
    from pronghorn.components.layer import Layer


def output_shape(layer: "Layer", input_shape: Shape) -> Shape:
    """The shape that `layer.call` gives, found out by a trial."""

    def tried(shape: tuple[int, ...]) -> Any:
        arrays = [weight.value for weight in layer.own_weights]
        mask = np.ones(shape[:2], bool) if layer.masked else None
        return _value(layer, np.ones(shape, layer.dtype), *arrays, mask=mask)

    return tried_shape(tried, input_shape, layer.name, "write get_output_shape_for")


def forward(layer: "Layer", x: Array, ctx: Context) -> Array:
    """Have `layer.call` make the output in every step."""
    shape = layer.get_output_shape_for(x.shape)
    y = ctx.empty(tuple(x.shape[0] if n is None else n for n in shape))
    value = partial(_value, layer)
    value.__name__ = f"{layer.name}.call"  # type: ignore[attr-defined]
    function = ArrayFunction(value)
    ctx.saved.x, ctx.saved.function = x, function
    function.forward([x, *layer.own_weights], y, ctx, ctx.mask)
    return y


def backward(layer: "Layer", dy: Array, ctx: Context) -> Array:
    """Have the gradients of the weights written, and that of the input."""
    x, function = ctx.saved.x, ctx.saved.function
    dx = ctx.empty(x.shape)
    gradients = [dx, *(_gradient(weight, ctx) for weight in layer.own_weights)]
    function.backward([x, *layer.own_weights], dy, gradients, ctx)
    return dx


def as_weight(layer: "Layer", array: Any) -> Weight:
    """The weight that takes the place of an attribute of the layer, named after it."""
    if isinstance(array, Weight):
        return array
    names = [name for name, value in vars(layer).items() if value is array]
    if not names:
        raise ValueError(
            f"layer {layer.name!r}: keep each array in an attribute of the layer before it is put "
            "into trainable_weights, as in self.W = K.variable(...)"
        )
    weight = Weight(f"{layer.name}_{names[0]}", np.asarray(array, layer.dtype))
    vars(layer).update(dict.fromkeys(names, weight))
    return weight


def _gradient(weight: Weight, ctx: Context) -> Array:
    """Where a weight's gradient goes: nowhere in particular if it does not learn."""
    own = ctx.gradient(weight)
    return ctx.empty(weight.shape) if own is None else own


def _value(layer: Any, x: Any, *values: Any, mask: Any = None) -> Any:
    """What `call` gives while the layer's weights are these values."""
    values_by_weight = {id(w): v for w, v in zip(layer.own_weights, values, strict=True)}
    held = {key: value for key, value in vars(layer).items() if id(value) in values_by_weight}
    takes_mask = "mask" in inspect.signature(layer.call).parameters
    # `x -= 1` is usual in `call`, and must not change what other layers read.
    given = x.copy() if isinstance(x, np.ndarray) else x
    try:
        vars(layer).update({key: values_by_weight[id(weight)] for key, weight in held.items()})
        return layer.call(given, mask=mask) if takes_mask else layer.call(given)
    finally:
        vars(layer).update(held)
