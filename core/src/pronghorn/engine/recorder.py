"""Notes the calls that layers ask for, then gives them memory and binds them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pronghorn.components.context import Context, bind_call
from pronghorn.devices import Device
from pronghorn.engine.layout import ChannelsFirst
from pronghorn.engine.memory import Workspace
from pronghorn.engine.tensor import FOREVER, Buffer, Tensor
from pronghorn.errors import DeviceError


class Recorder:
    """The calls of one plan in order, and every buffer that they use.

    With `keep`, no buffer is used twice, so that all can be looked at after a step.
    """

    def __init__(self, device: Device, dtype: np.dtype, keep: bool = False) -> None:
        self.device = device
        self.dtype = dtype
        self.keep = keep
        self.buffers: list[Buffer] = []
        self._calls: list[tuple[Any, tuple[Any, ...]]] = []

    def empty(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        """A new buffer, which lives from its first call to its last."""
        buffer = Buffer(int(np.prod(shape)), self.dtype if dtype is None else dtype)
        self.buffers.append(buffer)
        if self.keep:
            self.hold(buffer)
        return Tensor(buffer, shape)

    def hold(self, buffer: Buffer) -> None:
        """Let a buffer live from before the first call until after the last one."""
        buffer.touch(0)
        buffer.touch(FOREVER)

    def record(self, kernel: Any, args: tuple[Any, ...]) -> None:
        """Append a call, and lengthen the lives of its buffers up to it."""
        buffers = [arg.buffer for arg in args if isinstance(arg, Tensor)]
        for buffer in buffers:
            buffer.touch(len(self._calls))
        self._calls.append((kernel, args))

    def finish(self, workspace: Workspace) -> list[Callable[[], None]]:
        """Place the buffers, compile the kernels and bind every call."""
        workspace.place(self.buffers)
        return [
            bind_call(self.device, kernel, tuple(self.resolve(arg) for arg in args))
            for kernel, args in self._calls
        ]

    def resolve(self, value: Any) -> Any:
        """The array behind a handle; anything else as it is."""
        if isinstance(value, Tensor):
            return self.device.view(value.buffer.array, value.start, value.shape)
        return value


class RecordingContext(Context):
    """The context in which a model describes itself to a recorder."""

    def __init__(self, recorder: Recorder, training: bool, clock: Any) -> None:
        super().__init__(recorder.device, recorder.dtype, training)
        self.keeps = training
        self.recorder = recorder
        self.clock = clock

    def run(self, kernel: Any, *args: Any) -> None:
        """Note the call; it is made in every step of the plan.

        Raises:
            DeviceError: it is a function of NumPy arrays, and the plan is not for the CPU.
        """
        if self.device.side != "cpu" and not hasattr(kernel, "on") and not hasattr(kernel, "bind"):
            owner = f"layer {self.layer_name!r}" if self.layer_name else "the objective or a metric"
            raise DeviceError(
                f"{owner} calls {getattr(kernel, '__name__', kernel)!r}, a "
                f"function of NumPy arrays, which cannot run on {self.device.name}: use "
                'model.to("cpu")'
            )
        self.recorder.record(kernel, args)

    def empty(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        """The handle of an array that lives from its first call to its last."""
        return self.recorder.empty(shape, dtype)

    def ordered(self, y: Tensor, dim_ordering: str) -> Tensor:
        """Images in this ordering; for "th" nothing is moved until somebody needs it."""
        if dim_ordering == "tf":
            return y
        return ChannelsFirst(y, partial(super().ordered, dim_ordering=dim_ordering))
