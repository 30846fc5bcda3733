"""Whether a device has the kernels that a model's layers need, asked before it moves there."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn.components.layer import Layer, Shape
from pronghorn.components.steps import one_or_all
from pronghorn.components.weight import Weight
from pronghorn.devices import Device
from pronghorn.engine.recorder import Recorder, RecordingContext
from pronghorn.engine.tensor import Tensor
from pronghorn.errors import DeviceError, PronghornError

ANY_LENGTH = 16
"""Stands for the batch and for every other axis whose length is not known."""


def require_kernels(layers: Sequence[Layer], device: Device, dtype: "np.dtype[Any]") -> None:
    """Raise DeviceError, which names the layer, unless the device has all kernels.

    The layers describe a training step on data of a made-up length. A layer that refuses such
    data is passed over: what it needs will be asked for when there are data.
    """
    recorder = _Asking(device, dtype)
    for layer in layers:
        try:
            _describe(layer, recorder)
        except DeviceError as error:
            lacking = f"layer {layer.name!r} cannot run on {device.name}: {error}"
            raise DeviceError(lacking) from error
        except (PronghornError, ValueError):
            continue


def _describe(layer: Layer, recorder: Recorder) -> None:
    inputs = [
        recorder.empty(_some_shape(source.input_shape or ()), source.data_dtype)
        for source in layer.sources
    ]
    ctx = _Context(recorder, True, recorder.empty((1,), np.uint64)).inside(layer)
    y = layer.forward(one_or_all(inputs), ctx)
    if inputs[0].dtype == recorder.dtype or layer.trainable_weights:
        layer.backward(recorder.empty(y.shape), ctx)


def _some_shape(shape: Shape) -> tuple[int, ...]:
    return tuple(ANY_LENGTH if n is None else n for n in shape)


class _Asking(Recorder):
    """Notes nothing, but asks for every kernel."""

    def record(self, kernel: Any, args: tuple[Any, ...]) -> None:
        if hasattr(kernel, "on"):
            kernel.on(self.device)


class _Context(RecordingContext):
    """Lets all weights learn, whether or not they have been given gradients yet."""

    def gradient(self, weight: Weight) -> Tensor | None:
        return self.empty(weight.shape) if weight.trainable else None
