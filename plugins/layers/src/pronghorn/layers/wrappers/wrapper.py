"""What layers around one other layer share."""

from typing import Any

from pronghorn.components.composite import Composite
from pronghorn.components.layer import Layer


class Wrapper(Composite):
    """Base of layers that work through another one.

    Attributes:
        layer: the layer as it was given.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        self.layer: Layer = Layer.get(layer)
        if "batch_input_shape" not in kwargs and "input_shape" not in kwargs:
            declared = self.layer.declared_shape()
            kwargs.update({} if declared is None else self.declare(declared))
        super().__init__(**kwargs)

    def declare(self, inner: Any) -> dict[str, Any]:
        """The arguments that say the wrapper's input shape, from the layer's own."""
        return {}

    @property
    def inner(self) -> list[Layer]:
        """The layer."""
        return [self.layer]

    def get_config(self) -> dict[str, Any]:
        """The layer's class and configuration, beside the arguments of every layer."""
        config = super().get_config()
        config["layer"] = {
            "class_name": self.layer.config_class,
            "config": self.layer.get_config(),
        }
        return config
