"""Layers whose work is done by layers inside, whose weights they show as theirs."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from pronghorn.components.layer import Layer
from pronghorn.components.weight import Weight

T = TypeVar("T")


class Composite(Layer):
    """Base of wrappers, branches and models: weights and states are those of the layers inside.

    A subclass says in `inner` which layers these are.
    """

    supports_masking = True

    def connect_inner(self, layer: Layer, shape: Any, stream: int) -> None:
        """Make a layer's weights from a random stream of its own."""
        if layer.key is None:
            state = np.random.SeedSequence([self.key or 0, stream]).generate_state(1, np.uint64)
            layer.key = int(state[0]) >> 1
        if not layer.built:
            layer.dtype = self.dtype
        layer.connect(shape)

    # Weights.

    def expect_weights(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """Tell each layer inside of its own."""
        left = iter(shapes)
        for layer in self.inner:
            layer.expect_weights(list(islice(left, len(layer.ordered_weights))))

    @property  # type: ignore[misc] # nobody sets those of inner layers
    def trainable_weights(self) -> list[Weight]:
        """The weights that the optimizer changes, layer by layer."""
        if not self.trainable:
            return []
        return distinct(w for layer in self.inner for w in layer.trainable_weights)

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that the optimizer leaves alone, layer by layer."""
        fixed = distinct(w for layer in self.inner for w in layer.non_trainable_weights)
        if self.trainable:
            return fixed
        return distinct(w for layer in self.inner for w in layer.trainable_weights) + fixed

    @property
    def weights(self) -> list[Weight]:
        """All weights, those that learn first, as Keras 1 has them in its files."""
        return self.trainable_weights + self.non_trainable_weights

    @property
    def ordered_weights(self) -> list[Weight]:
        """All weights, layer by layer."""
        return distinct(w for layer in self.inner for w in layer.ordered_weights)

    # States.

    @property
    def stateful(self) -> bool:  # type: ignore[override]
        """Whether a layer inside keeps states from one batch for the next."""
        return any(layer.stateful for layer in self.inner)

    def reset_states(self) -> None:
        """Let stateful layers start the next batch from zeros."""
        for layer in self.inner:
            if layer.stateful:
                layer.reset_states()


def distinct(things: Iterable[T]) -> list[T]:
    """The things, each once, in the order in which they come."""
    return list({id(thing): thing for thing in things}.values())
