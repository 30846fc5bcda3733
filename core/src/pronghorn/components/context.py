"""What a component may ask for while it describes its work: kernels, arrays, phase, mask."""

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from pronghorn import devices
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels

if TYPE_CHECKING:
    from pronghorn.components.activation import Activation
    from pronghorn.components.layer import Layer
    from pronghorn.components.regularizer import Regularizer

Array = Any
"""A device array, or in a plan the handle of one: shape, size, dtype, ndim and reshape."""


class Context:
    """The place in which one layer's forward and backward are written down.

    `run` takes a kernel and its arguments. A plan notes the call and makes it in every step; an
    `EagerContext` makes it at once. So a layer's `forward` is Python that runs once for a plan,
    and whatever must happen in each step goes through `run`.

    Attributes:
        training: whether dropout and the like are active.
        keeps: whether backward may follow, so that what it reads must not be thrown away.
        dtype: the float type of the computation.
        mask: which time steps count, (batch, steps) uint8, or None.
        output_mask: the mask handed to the next layer; the layer may replace it.
        activation: a following Activation layer that this layer is to apply itself, or None.
        loss_fused: whether `backward` is given the gradient before the activation, because the
            objective's kernel has already gone through it.
        needs_input_gradient: whether anything before this layer learns.
        saved: what `forward` keeps for `backward`, set as attributes.
        penalties: activity regularizers with the outputs that they look at, of all layers so far;
            None where they do not count.
        branches: what was described of models that are branches in several places, by the model.
        key: number that keys this layer's random numbers.
        layer_name: what messages call it.
        clock: uint64 array (1,), the number of the training step.
    """

    def __init__(self, device: devices.Device, dtype: Any, training: bool = False) -> None:
        self.device = device
        self.dtype = np.dtype(dtype)
        self.training = training
        self.keeps = True
        self.mask: Array | None = None
        self.output_mask: Array | None = None
        self.activation: Activation | None = None
        self.loss_fused = False
        self.needs_input_gradient = True
        self.saved = SimpleNamespace()
        self.penalties: list[tuple[Regularizer, Array]] | None = []
        self.branches: dict[Layer, Any] = {}
        self.key = 0
        self.layer_name = ""
        self.clock: Array = None

    def run(self, kernel: Any, *args: Any) -> None:
        """Have a kernel, or a plain function of NumPy arrays, run on these arguments."""
        raise NotImplementedError

    def empty(self, shape: tuple[int, ...], dtype: Any = None) -> Array:
        """An array whose contents are undefined until a kernel writes them."""
        raise NotImplementedError

    def constant(self, values: Any, dtype: Any) -> Array:
        """A device array of these numbers, which no call changes."""
        return self.device.from_host(np.ascontiguousarray(values, dtype))

    def gradient(self, weight: Weight) -> Array | None:
        """Where the gradient of a weight belongs, or None if the weight does not learn."""
        return weight.gradient

    def inside(self, layer: "Layer") -> Self:
        """A context of its own for a layer that does part of this one's work."""
        made = copy(self)
        made.saved = SimpleNamespace()
        made.mask = made.output_mask = made.activation = None
        made.loss_fused = False
        made.needs_input_gradient = True
        made.key, made.layer_name = layer.key or 0, layer.name
        return made

    def permuted(self, x: Array, axes: Sequence[int], to: Array | None = None) -> Array:
        """A copy of `x`, a new one or in `to`, whose axis i is axis `axes[i]` of `x`."""
        strides = contiguous_strides(x.shape)
        y = self.empty(tuple(x.shape[a] for a in axes), x.dtype) if to is None else to
        lengths = self.constant(y.shape, np.int64)
        steps = self.constant([strides[a] for a in axes], np.int64)
        self.run(kernels.permute, x.reshape((x.size,)), lengths, steps, y.reshape((y.size,)))
        return y

    def channels_last(self, x: Array, dim_ordering: str) -> Array:
        """Images with their channels last, whatever their ordering: "tf" or "th"."""
        if dim_ordering == "tf":
            return x
        lying = getattr(x, "channels_last", None)
        if lying is not None:
            return lying
        return self.permuted(x, (0, *range(2, x.ndim), 1))

    def ordered(self, y: Array, dim_ordering: str) -> Array:
        """Images whose channels are last, in this ordering."""
        if dim_ordering == "tf":
            return y
        return self.permuted(y, (0, y.ndim - 1, *range(1, y.ndim - 1)))


class EagerContext(Context):
    """Runs each call at once: for trying a component on arrays, and for its tests."""

    def __init__(
        self, device: devices.Device | str = "cpu", dtype: Any = "float32", training: bool = False
    ) -> None:
        chosen = devices.get(device) if isinstance(device, str) else device
        super().__init__(chosen, dtype, training)
        self.clock = chosen.zeros((1,), np.uint64)

    def run(self, kernel: Any, *args: Any) -> None:
        """Bind and run now."""
        bind_call(self.device, kernel, args)()

    def empty(self, shape: tuple[int, ...], dtype: Any = None) -> Array:
        """A new array on the context's device."""
        return self.device.empty(shape, self.dtype if dtype is None else dtype)


def contiguous_strides(shape: Sequence[int]) -> list[int]:
    """How many elements apart neighbours along each axis of a C-contiguous array lie."""
    strides, step = [], 1
    for length in reversed(shape):
        strides.append(step)
        step *= length
    return strides[::-1]


def bind_call(device: devices.Device, kernel: Any, args: tuple[Any, ...]) -> Callable[[], None]:
    """The call without arguments that runs `kernel` on the arrays behind `args`."""
    arrays = [arg.array if isinstance(arg, Weight) else arg for arg in args]
    if hasattr(kernel, "on"):
        kernel = _on(kernel, device)  # type: ignore[arg-type] # a protocol does not say hashable
    if not hasattr(kernel, "bind"):
        return partial(kernel, *arrays)
    bound: Callable[[], None] = kernel.bind(*arrays)
    return bound


@lru_cache(maxsize=512)
def _on(kernel: Any, device: devices.Device) -> Any:
    """The kernel for a device: one for equal pairs, so that its code is looked up only once."""
    return kernel.on(device)
