"""The contract of a layer: shapes, weights, and forward and backward written down once a plan."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, ClassVar

import numpy as np

from pronghorn import backend
from pronghorn.components import called
from pronghorn.components.activation import Activation
from pronghorn.components.component import Component, all_arguments, own_arguments, to_plain
from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.spelling import not_understood
from pronghorn.components.weight import Weight
from pronghorn.errors import ShapeError

Shape = tuple[int | None, ...]

weight_check: ContextVar[Callable[[str, tuple[int, ...]], None] | None]
weight_check = ContextVar("weight_check", default=None)
"""Is told layer and shape before a weight is made, and may raise: of files it is a limit."""


class Layer(Component):
    """Base of all layers.

    A subclass keeps its own arguments in `__init__`, adds weights in `build`, tells its output's
    shape in `get_output_shape_for`, and writes `forward` and `backward`. Both run once for each
    plan (batch size and phase), with array handles; what has to happen in every step goes through
    `ctx.run(kernel, ...)`.

    Args of every layer:
        name: unique in a model; by default the class's name in lower case and a number.
        trainable: whether the optimizer changes the layer's weights.
        input_shape: shape of one sample, needed (or `batch_input_shape`, `input_dim`) first in a
            model.
        batch_input_shape: the same with the batch axis, which may be None.
        input_dtype: dtype of the data, for the model's configuration.
    """

    kind = "layers"
    supports_masking: ClassVar[bool] = False
    min_ndim: ClassVar[int] = 1
    max_ndim: ClassVar[int | None] = None
    data_dtype: ClassVar[Any] = None
    absorbs_activation = False
    pointwise: Activation | None = None
    activity_regularizer: Regularizer | None = None
    stateful: bool = False

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        input_shape: Sequence[int | None] | None = None,
        batch_input_shape: Sequence[int | None] | None = None,
        input_dtype: str | None = None,
        **unknown: Any,
    ) -> None:
        if unknown:
            raise not_understood(type(self), unknown, sorted(all_arguments(type(self))))
        prefix = type(self).__name__.lower()
        self.name = name or f"{prefix}_{backend.get_uid(prefix)}"
        self.trainable = trainable
        if batch_input_shape is None and input_shape is not None:
            batch_input_shape = (None, *_as_tuple(input_shape))
        self.batch_input_shape = None if batch_input_shape is None else tuple(batch_input_shape)
        self.input_dtype = input_dtype
        self.key: int | None = None
        self.dtype = np.dtype(backend.floatx())
        self.masked = False
        self.built = False
        self.input_shape: Shape | None = None
        self.output_shape: Shape | None = None
        self.own_weights: list[Weight] = []

    def check_arguments(self) -> None:
        """Raise TypeError if the subclass's constructor did not call this one."""
        if "built" not in vars(self):
            raise TypeError(
                f"the constructor of {type(self).__name__} must take **kwargs and begin with "
                "super().__init__(**kwargs)"
            )

    def __call__(self, *inputs: Any) -> Any:
        """Raise TypeError: there is no graph of tensors."""
        raise TypeError(
            f"layer {self.name!r} cannot be called: put layers one after the other into a model, "
            "as in Sequential([Input((4,)), Dense(3)]), whose predict() takes arrays"
        )

    # What a subclass writes.

    def build(self, input_shape: Shape) -> None:
        """Add the weights, now that the input's shape (batch axis first) is known."""

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """Shape of the output, batch axis first, for this shape of the input."""
        newer = getattr(self, "compute_output_shape", None)
        if newer is not None:
            return tuple(newer(input_shape))
        return called.output_shape(self, input_shape) if hasattr(self, "call") else input_shape

    def forward(self, x: Array, ctx: Context) -> Array:
        """Describe the output of `x`; keep in `ctx.saved` what `backward` needs.

        By default it is what `call(x)` or `call(x, mask)` gives, as layers for Keras have it.
        """
        if hasattr(self, "call"):
            return called.forward(self, x, ctx)
        raise NotImplementedError(
            f"{type(self).__name__} has no forward: write forward(x, ctx) and backward(dy, ctx), "
            "or call(x) as for Keras"
        )

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """Describe the gradients of the weights and return that of the input.

        `dy` belongs to the layer and may be overwritten. The result is not used, and may be
        None, where `ctx.needs_input_gradient` is false.
        """
        if hasattr(self, "call"):
            return called.backward(self, dy, ctx)
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def final_activation(self, ctx: Context) -> Activation | None:
        """The activation that ends `forward`, if `backward` honours `ctx.loss_fused`."""
        return None

    @property
    def produces_mask(self) -> bool:
        """Whether a mask goes on to the next layer."""
        return self.masked and self.supports_masking

    def reset_states(self) -> None:
        """Forget what was kept from one batch for the next, where a layer does such a thing.

        Raises ValueError for a layer that does not.
        """
        raise ValueError(f"layer {self.name!r} is not stateful: it has no states to reset")

    @property
    def inner(self) -> "list[Layer]":
        """The layers inside this one that do its work."""
        return [value for value in vars(self).values() if isinstance(value, Layer)]

    @property
    def branches(self) -> "list[Layer]":
        """Those of `inner` that may be branches in other places of a model, too."""
        return []

    @property
    def sources(self) -> "list[Layer]":
        """The layers that a model's inputs go to where this one is its first, one for each."""
        return [self]

    @property
    def flattened(self) -> "list[Layer]":
        """The layers that a model lists for this one in its files."""
        return [self]

    # What the model calls.

    def declared_shape(self) -> Shape | None:
        """The input's shape as the constructor was told it, batch axis first, or None."""
        if self.batch_input_shape is not None:
            return self.batch_input_shape
        input_dim = getattr(self, "input_dim", None)
        return (None, input_dim) if input_dim else None

    def check_declared_shape(self, shape: Shape) -> None:
        """Raise ShapeError if what the constructor was told is no shape."""
        if any(n is not None and (not isinstance(n, int) or n < 1) for n in shape):
            raise ShapeError(
                f"layer {self.name!r}: {shape} is no shape: give whole numbers, such as "
                "input_shape=(784,) or input_dim=784; None stands for any length"
            )

    def check_data(self, x: Any) -> None:
        """Raise an error if a model's input array, whose shape fits, has values that do not."""

    def connect(self, input_shape: Shape) -> None:
        """Check the input's shape, make the weights and tell the output's shape."""
        self.check_input_shape(input_shape)
        if self.key is None:
            self.key = int(np.random.randint(2**31))
        if not self.built:
            self.build(input_shape)
            self.built = True
            initial = getattr(self, "initial_weights", None)
            if initial is not None:
                self.set_weights(initial)
        self.input_shape = tuple(input_shape)
        shape = self.get_output_shape_for(input_shape)
        if not isinstance(shape, (tuple, list)):
            raise TypeError(
                f"{type(self).__name__}.get_output_shape_for must return a tuple, batch axis "
                f"first, not {shape!r}"
            )
        self.output_shape = tuple(shape)

    def check_input_shape(self, shape: Shape) -> None:
        """Raise ShapeError if the layer cannot take inputs of this shape."""
        most = self.max_ndim
        if len(shape) >= self.min_ndim and (most is None or len(shape) <= most):
            return
        wanted = f"{self.min_ndim}" if most == self.min_ndim else f"{self.min_ndim} or more"
        raise ShapeError(
            f"layer {self.name!r} ({type(self).__name__}) takes inputs of {wanted} axes, the batch "
            f"axis counted, but is given shape {shape}"
        )

    def add_weight(
        self,
        suffix: Any = None,
        shape: Any = None,
        init: Any = None,
        regularizer: Any = None,
        constraint: Any = None,
        trainable: bool = True,
        dim_ordering: str = "th",
        name: str | None = None,
        initializer: Any = None,
    ) -> Weight:
        """Make a weight `<layer>_<suffix>`, drawn from the layer's own random stream.

        Layers for Keras may write `add_weight(shape, initializer, name=...)`, or all by name.
        """
        if not isinstance(suffix, (str, type(None))):
            suffix, shape, init = None, suffix, shape
        suffix = suffix or (name or "W").removeprefix(f"{self.name}_")
        init = initializer if init is None else init
        if None in tuple(shape):
            raise ShapeError(
                f"layer {self.name!r}: weight {suffix!r} would have shape {tuple(shape)}, but its "
                "axes must be known: give the input's shape without None there"
            )
        check = weight_check.get()
        if check is not None:
            check(self.name, shape)
        stream = np.random.Philox(key=[self.key or 0, len(self.own_weights)])
        draw = Initializer.get("glorot_uniform" if init is None else init)
        value = draw(tuple(shape), np.random.Generator(stream), dim_ordering)
        weight = Weight(
            f"{self.name}_{suffix}",
            np.asarray(value, self.dtype),
            trainable,
            Regularizer.get(regularizer),
            Constraint.get(constraint),
        )
        self.own_weights.append(weight)
        return weight

    # Weights.

    @property
    def weights(self) -> list[Weight]:
        """All weights."""
        return self.own_weights

    @property
    def ordered_weights(self) -> list[Weight]:
        """All weights, in the order of `get_weights`."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights that the optimizer changes."""
        return [w for w in self.weights if w.trainable] if self.trainable else []

    @trainable_weights.setter
    def trainable_weights(self, arrays: Sequence[Any]) -> None:
        """Make weights of arrays that are attributes, as layers for Keras 1.0 do in `build`."""
        self.own_weights = [called.as_weight(self, array) for array in arrays]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that the optimizer leaves alone."""
        learning = {id(w) for w in self.trainable_weights}
        return [w for w in self.weights if id(w) not in learning]

    def get_weights(self) -> list[np.ndarray]:
        """Copies of the weights, in the order of Keras 1."""
        return [weight.value for weight in self.ordered_weights]

    def expect_weights(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """Told the shapes of arrays before they are set.

        A layer whose configuration, in files of others, says too little of its weights' shapes may
        make them again here.
        """

    def set_weights(self, arrays: Sequence[Any]) -> None:
        """Set all weights. Nothing is changed if a count or a shape is wrong (ShapeError)."""
        self.expect_weights([np.shape(array) for array in arrays])
        targets = self.ordered_weights
        if len(arrays) != len(targets):
            raise ShapeError(
                f"{self.name!r} has {len(targets)} weights, but {len(arrays)} arrays were given"
            )
        for weight, array in zip(targets, arrays, strict=True):
            if np.shape(array) != weight.shape:
                raise ShapeError(
                    f"{self.name!r}: weight {weight.name!r} has shape {weight.shape}, but the "
                    f"array for it has shape {np.shape(array)}"
                )
        for weight, array in zip(targets, arrays, strict=True):
            weight.value = array

    def count_params(self) -> int:
        """Number of scalars in all weights."""
        if not self.built:
            raise RuntimeError(f"layer {self.name!r} is not built: add it to a model first")
        return sum(weight.size for weight in self.weights)

    # Configuration.

    @property
    def config_class(self) -> str:
        """Name of the class that configurations and files say this layer is of."""
        return type(self).__name__

    def get_config(self) -> dict[str, Any]:
        """Name, trainability, declared shape and the constructor's arguments, in Keras 1 form."""
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        if self.batch_input_shape is not None:
            config["batch_input_shape"] = self.batch_input_shape
            config["input_dtype"] = self.input_dtype or backend.floatx()
        own = (n for n in own_arguments(type(self)) if n != "weights" and n not in _COMMON)
        return {**config, **{name: to_plain(getattr(self, name)) for name in own}}


_COMMON = frozenset(own_arguments(Layer))


def _as_tuple(shape: Any) -> tuple[int | None, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)
