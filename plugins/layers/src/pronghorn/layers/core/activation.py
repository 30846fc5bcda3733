"""An activation as a layer of its own."""

from typing import Any

from pronghorn.components import activation as component
from pronghorn.layers.core.pointwise import Pointwise


class Activation(Pointwise):
    """Applies an activation to its input: `y = f(x)`, any shape.

    After a layer such as Dense it costs nothing: that layer applies it to its output while it is
    hot.

    Args:
        activation: identifier, `Activation` component or scalar function.

    Example:
        >>> from pronghorn.models import Sequential
        >>> Sequential([Activation("relu", input_shape=(2,))]).predict([[-1.0, 2.0]]).tolist()
        [[0.0, 2.0]]
    """

    examples = (
        ({"activation": "relu"}, (5,)),
        ({"activation": "softmax"}, (4, 3)),
        ({"activation": {"name": "elu", "config": {"alpha": 0.5}}}, (4, 3)),
        ({"activation": "linear"}, (5,)),
    )

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = component.Activation.get(activation)
