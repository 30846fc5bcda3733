"""What layers around other layers share."""

import copy
from types import SimpleNamespace
from typing import Any

import numpy as np

from pronghorn.components.context import Context
from pronghorn.components.layer import Layer
from pronghorn.components.weight import Weight


class Wrapper(Layer):
    """Base of layers that work through others, whose weights they show as theirs.

    Attributes:
        layer: the layer as it was given.
    """

    supports_masking = True

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
        """The layers at work."""
        return [self.layer]

    def connect_inner(self, layer: Layer, shape: Any, stream: int) -> None:
        """Make a layer's weights from a random stream of its own."""
        if layer.key is None:
            state = np.random.SeedSequence([self.key or 0, stream]).generate_state(1, np.uint64)
            layer.key = int(state[0]) >> 1
        layer.dtype = self.dtype
        layer.connect(shape)

    # Weights are those of the layers inside.

    @property
    def weights(self) -> list[Weight]:
        """All weights of the layers inside."""
        return [weight for layer in self.inner for weight in layer.weights]

    @property
    def trainable_weights(self) -> list[Weight]:
        """Those that the optimizer changes."""
        if not self.trainable:
            return []
        return [weight for layer in self.inner for weight in layer.trainable_weights]

    # States.

    @property
    def stateful(self) -> bool:  # type: ignore[override]
        """Whether a layer inside keeps states."""
        return any(layer.stateful for layer in self.inner)

    def reset_states(self) -> None:
        """Reset the states of the layers inside."""
        for layer in self.inner:
            layer.reset_states()

    def get_config(self) -> dict[str, Any]:
        """The layer's class and configuration, beside the arguments of every layer."""
        config = super().get_config()
        config["layer"] = {
            "class_name": type(self.layer).__name__,
            "config": self.layer.get_config(),
        }
        return config


def inside(ctx: Context, layer: Layer) -> Context:
    """A context for a layer inside the one that `ctx` belongs to."""
    made = copy.copy(ctx)
    made.saved = SimpleNamespace()
    made.mask = made.output_mask = made.activation = None
    made.loss_fused = False
    made.needs_input_gradient = True
    made.key = layer.key or 0
    return made
