"""The part of a model that holds layers: adding, finding, weights, configuration."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np

from pronghorn import backend
from pronghorn.components.activation import Activation
from pronghorn.components.branches import each_once
from pronghorn.components.composite import Composite
from pronghorn.components.context import Array, Context
from pronghorn.components.custom import custom_object_scope
from pronghorn.components.input import Input
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.steps import one_or_all, record_backward, record_forward
from pronghorn.errors import ShapeError


class Chain(Composite):
    """Layers one after the other, each connected as soon as it is added.

    A chain is a layer itself, and may stand wherever a layer may.
    """

    def __init__(self, layers: Iterable[Any], name: str | None, seed: int | None) -> None:
        # Not a layer's constructor: what layers are told, a chain gathers from those inside.
        self.name = name or f"sequential_{backend.get_uid('sequential')}"
        self.seed = seed
        self.dtype = np.dtype(backend.floatx())
        self.masked = False
        self.built = True
        self.batch_input_shape: Shape | None = None
        self.layers: list[Layer] = []
        self._input: Input | None = None
        self.key: int = int(np.random.randint(2**31)) if seed is None else int(seed)
        self.keys_given = 0
        for layer in layers:
            self.add(layer)

    def __repr__(self) -> str:
        size = f"{len(self.layers)} layers, {self.count_params():,} parameters"
        return f"<{type(self).__name__} {self.name!r}: {size}>"

    def add(self, layer: Layer | Input) -> None:
        """Append a layer, which may be a model, and make its weights.

        The first layer must know its input's shape, unless there is an `Input` before it. Raises
        TypeError for anything but a layer, ValueError for a layer that is in the model already or
        whose name is taken, ShapeError for a layer that cannot follow the one before it.
        """
        if isinstance(layer, Input):
            self._declare(layer)
            return
        self._check_addable(layer)
        if not layer.built:
            layer.key = self._next_key()
            layer.dtype = self.dtype
        layer.connect(self._shape_for(layer))
        self.layers.append(layer)
        self._changed()

    def _declare(self, given: Input) -> None:
        if self.layers:
            raise TypeError("an Input comes before the first layer of a model")
        self._input = given

    def _check_addable(self, layer: Any) -> None:
        if not isinstance(layer, Layer):
            raise TypeError(
                f"add() takes a layer, got {layer!r}: make one first, as in add(Dense(10))"
            )
        check_not_shared([self, *_everything([*self.layers, layer], set())])
        taken = {other.name for other in self.flattened_layers}
        for added in layer.flattened:
            if added.name in taken:
                raise ValueError(
                    f"the model has a layer named {added.name!r} already: names are unique"
                )
            taken.add(added.name)
        if self.layers and len(layer.sources) > 1:
            raise TypeError(
                f"layer {layer.name!r} ({type(layer).__name__}) takes {len(layer.sources)} inputs, "
                "so it can only be the first of a model"
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
        if self._input is not None and layer.batch_input_shape is None:
            layer.batch_input_shape = self._input.batch_input_shape
            layer.input_dtype = layer.input_dtype or self._input.input_dtype
        declared = layer.declared_shape()
        if declared is None:
            raise ShapeError(
                f"the first layer of a model must know its input's shape: give {layer.name!r} "
                f"({type(layer).__name__}) an input_shape, batch_input_shape or input_dim, or "
                "begin with Input((784,)) or the like"
            )
        if not isinstance(declared, list):  # the inputs of a Merge are known to its branches
            layer.check_declared_shape(declared)
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
    def flattened_layers(self) -> list[Layer]:
        """The layers, with those of the branches in the place of a Merge, as files list them."""
        return [one for layer in self.layers for one in layer.flattened]

    @property
    def input_shape(self) -> Any:  # type: ignore[override]
        """Shape of the input, batch axis first; of several inputs, the list of them."""
        return one_or_all([source.input_shape for source in self.sources])

    @property
    def input_names(self) -> list[str]:
        """Names of the layers that take the inputs: keys of a dictionary of arrays."""
        return [source.name for source in self.sources]

    @property
    def output_names(self) -> list[str]:
        """Name of the last layer, in a list."""
        return [self._end(-1).name]

    @property
    def output_shape(self) -> Shape:  # type: ignore[override]
        """Shape of the output, batch axis first."""
        shape = self._end(-1).output_shape
        assert shape is not None
        return shape

    def _check_whole_batches(self, count: int, batch_size: int) -> None:
        """Raise ValueError if a stateful model is given samples that do not fill its batches."""
        if self.stateful and count % batch_size:
            raise ValueError(
                f"a stateful model takes whole batches, but {count} samples are no multiple of "
                f"batch_size={batch_size}: leave out {count % batch_size} of them"
            )

    # As a layer.

    @property
    def inner(self) -> list[Layer]:
        """The layers."""
        return self.layers

    @property
    def sources(self) -> list[Layer]:
        """Those of the first layer."""
        return self._end(0).sources

    @property
    def trainable(self) -> bool:
        """Whether any layer may learn; set it to freeze or free all layers."""
        return any(layer.trainable for layer in self.layers)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self.layers:
            layer.trainable = value

    @property
    def supports_masking(self) -> bool:  # type: ignore[override]
        """Whether the first layer takes masks."""
        return self._end(0).supports_masking

    @property
    def produces_mask(self) -> bool:
        """Whether the last layer hands one on."""
        return self._end(-1).produces_mask

    @property
    def data_dtype(self) -> Any:
        """What the first layer takes."""
        return self._end(0).data_dtype

    def declared_shape(self) -> Any:
        """The input's shape; that of several inputs is known to their layers."""
        return self.input_shape if self.layers else None

    def check_data(self, x: Any) -> None:
        """What the first layer checks."""
        self._end(0).check_data(x)

    def connect(self, input_shape: Shape) -> None:
        """Check that the model takes what comes before it, and hand a mask on."""
        known = self.input_shape
        if known != input_shape and not _agree(known, input_shape):
            raise ShapeError(
                f"model {self.name!r} takes inputs of shape {known}, but is given {input_shape}"
            )
        masked = self.masked
        for layer in self.layers if masked else ():
            if masked and not layer.supports_masking:
                raise ValueError(
                    f"layer {layer.name!r} ({type(layer).__name__}) of {self.name!r} does not "
                    "support masks, but one is passed on to it"
                )
            layer.masked = masked
            masked = layer.produces_mask

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """What comes out of the last layer."""
        for layer in self.layers:
            input_shape = layer.get_output_shape_for(input_shape)
        return input_shape

    def forward(self, x: Any, ctx: Context) -> Array:
        """Through all layers."""
        steps = ctx.saved.steps = record_forward(ctx, self.layers, x)
        ctx.output_mask = steps[-1].ctx.output_mask
        return steps[-1].y

    def backward(self, dy: Array, ctx: Context) -> Any:
        """Back through all layers."""
        steps = ctx.saved.steps
        steps[-1].ctx.loss_fused = ctx.loss_fused
        return record_backward(steps, dy, ctx.needs_input_gradient)

    def final_activation(self, ctx: Context) -> Activation | None:
        """That of the last layer."""
        activation: Activation | None = ctx.saved.steps[-1].activation
        return activation

    # Configuration.

    def get_config(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """One `{"class_name", "config"}` a layer, as Keras 1 writes it."""
        return [
            {"class_name": layer.config_class, "config": layer.get_config()}
            for layer in self.layers
        ]

    @classmethod
    def from_config(
        cls,
        config: Sequence[Mapping[str, Any]] | Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Self:
        """Build a model from the layers that `get_config` listed."""
        given: Any = config if isinstance(config, Mapping) else {"layers": config}
        with custom_object_scope(custom_objects), each_once():
            layers = [Layer.get(dict(entry)) for entry in given["layers"]]
            return cls(layers, given.get("name"), None)


def check_not_shared(layers: Iterable[Layer]) -> None:
    """Raise ValueError if a layer is there twice."""
    seen: set[int] = set()
    for layer in layers:
        if id(layer) in seen:
            raise ValueError(
                f"layer {layer.name!r} is in this model already; layers cannot be shared: make a "
                "second one"
            )
        seen.add(id(layer))


def _everything(layers: Iterable[Layer], met: set[int]) -> Iterator[Layer]:
    """The layers and all that is inside them; branches that were met before are left out."""
    for layer in layers:
        yield layer
        again = {id(branch) for branch in layer.branches} & met
        met |= {id(branch) for branch in layer.branches}
        yield from _everything([one for one in layer.inner if id(one) not in again], met)


def _agree(known: Any, given: Any) -> bool:
    """Whether two shapes may be the same; None fits every length."""
    return len(known) == len(given) and all(
        None in (a, b) or a == b for a, b in zip(known, given, strict=True)
    )
