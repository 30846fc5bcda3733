"""The part of a model that holds layers: adding, finding, weights, configuration."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pronghorn import backend
from pronghorn.components.custom import custom_object_scope
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.weight import Weight
from pronghorn.errors import ShapeError


class Chain:
    """Layers one after the other, each connected as soon as it is added."""

    def __init__(self, layers: Iterable[Any], name: str | None, seed: int | None) -> None:
        self.name = name or f"sequential_{backend.get_uid('sequential')}"
        self.seed = seed
        self.dtype = np.dtype(backend.floatx())
        self.layers: list[Layer] = []
        self.key = int(np.random.randint(2**31)) if seed is None else int(seed)
        self.keys_given = 0
        for layer in layers:
            self.add(layer)

    def __repr__(self) -> str:
        size = f"{len(self.layers)} layers, {self.count_params():,} parameters"
        return f"<{type(self).__name__} {self.name!r}: {size}>"

    def add(self, layer: Layer) -> None:
        """Append a layer and make its weights.

        The first layer must know its input's shape. Raises TypeError for anything but a layer,
        ValueError for a layer that is in a model already or whose name is taken, ShapeError for
        a layer that cannot follow the one before it.
        """
        self._check_addable(layer)
        if not layer.built:
            layer.key = self._next_key()
            layer.dtype = self.dtype
        layer.connect(self._shape_for(layer))
        self.layers.append(layer)
        self._changed()

    def _check_addable(self, layer: Any) -> None:
        if not isinstance(layer, Layer):
            raise TypeError(
                f"add() takes a layer, got {layer!r}: make one first, as in add(Dense(10))"
            )
        if any(layer is other for other in self.layers):
            raise ValueError(
                f"layer {layer.name!r} is in this model already; layers cannot be shared: make a "
                "second one"
            )
        if any(layer.name == other.name for other in self.layers):
            raise ValueError(
                f"the model has a layer named {layer.name!r} already: names are unique"
            )
        if self.layers and self.layers[-1].produces_mask and not layer.supports_masking:
            raise ValueError(
                f"layer {layer.name!r} ({type(layer).__name__}) does not support masks, but "
                f"{self.layers[-1].name!r} before it passes one on"
            )

    def _shape_for(self, layer: Layer) -> Shape:
        if self.layers:
            shape = self.layers[-1].output_shape
            assert shape is not None
            layer.masked = self.layers[-1].produces_mask
            return shape
        declared = layer.declared_shape()
        if declared is None:
            raise ShapeError(
                f"the first layer of a model must know its input's shape: give {layer.name!r} "
                f"({type(layer).__name__}) an input_shape, batch_input_shape or input_dim"
            )
        if layer.batch_input_shape is None:
            layer.batch_input_shape = tuple(declared)
        return declared

    def _next_key(self) -> int:
        self.keys_given += 1
        state = np.random.SeedSequence([self.key, self.keys_given]).generate_state(1, np.uint64)
        return int(state[0]) >> 1

    def pop(self) -> None:
        """Remove the last layer. The model must be compiled again before it trains."""
        if not self.layers:
            raise TypeError("the model has no layers to pop")
        self.layers.pop()
        self._changed()

    def _changed(self) -> None:
        """Called when the layers are others than before."""

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name, or at this place (0 is the first layer).

        Raises ValueError if there is none, or if neither or both are given.
        """
        if (name is None) == (index is None):
            raise ValueError("get_layer takes a name or an index, one of them")
        names = [layer.name for layer in self.layers]
        if index is not None:
            if not -len(names) <= index < len(names):
                raise ValueError(f"the model has {len(names)} layers, there is no index {index}")
            return self.layers[index]
        if name not in names:
            raise ValueError(f"the model has no layer {name!r}; it has {', '.join(names)}")
        return self.layers[names.index(name)]

    def _end(self, index: int) -> Layer:
        if not self.layers:
            raise TypeError("the model has no layers: add some first")
        return self.layers[index]

    @property
    def input_shape(self) -> Shape:
        """Shape of the input, batch axis first."""
        shape = self._end(0).input_shape
        assert shape is not None
        return shape

    @property
    def output_shape(self) -> Shape:
        """Shape of the output, batch axis first."""
        shape = self._end(-1).output_shape
        assert shape is not None
        return shape

    # States.

    @property
    def stateful(self) -> bool:
        """Whether a layer keeps states from one batch for the next."""
        return any(layer.stateful for layer in self.layers)

    def reset_states(self) -> None:
        """Let stateful layers start the next batch from zeros."""
        for layer in self.layers:
            if layer.stateful:
                layer.reset_states()

    def _check_whole_batches(self, count: int, batch_size: int) -> None:
        """Raise ValueError if a stateful model is given samples that do not fill its batches."""
        if self.stateful and count % batch_size:
            raise ValueError(
                f"a stateful model takes whole batches, but {count} samples are no multiple of "
                f"batch_size={batch_size}: leave out {count % batch_size} of them"
            )

    # Weights.

    @property
    def trainable(self) -> bool:
        """Whether any layer may learn; set it to freeze or free all layers."""
        return any(layer.trainable for layer in self.layers)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self.layers:
            layer.trainable = value

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights that learn, layer by layer."""
        return [w for layer in self.layers for w in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that do not learn, layer by layer."""
        return [w for layer in self.layers for w in layer.non_trainable_weights]

    @property
    def weights(self) -> list[Weight]:
        """All weights: those that learn first."""
        return self.trainable_weights + self.non_trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weights, layer by layer."""
        return [array for layer in self.layers for array in layer.get_weights()]

    def set_weights(self, arrays: Sequence[Any]) -> None:
        """Set all weights. Nothing is changed if a count or a shape is wrong (ShapeError)."""
        targets = [w for layer in self.layers for w in layer.weights]
        if len(arrays) != len(targets):
            raise ShapeError(
                f"the model has {len(targets)} weights, but {len(arrays)} arrays were given"
            )
        for weight, array in zip(targets, arrays, strict=True):
            if np.shape(array) != weight.shape:
                raise ShapeError(
                    f"weight {weight.name!r} has shape {weight.shape}, but the array for it has "
                    f"shape {np.shape(array)}"
                )
        for weight, array in zip(targets, arrays, strict=True):
            weight.value = array

    def count_params(self) -> int:
        """Number of scalars in all weights."""
        return sum(layer.count_params() for layer in self.layers)

    # Configuration.

    def get_config(self) -> list[dict[str, Any]]:
        """One `{"class_name", "config"}` a layer, as Keras 1 writes it."""
        return [
            {"class_name": type(layer).__name__, "config": layer.get_config()}
            for layer in self.layers
        ]

    @classmethod
    def from_config(
        cls, config: Sequence[Mapping[str, Any]], custom_objects: Mapping[str, Any] | None = None
    ) -> "Chain":
        """Build a model from the layers that `get_config` listed."""
        with custom_object_scope(custom_objects):
            return cls([Layer.get(dict(entry)) for entry in config], None, None)
