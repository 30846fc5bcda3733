"""The stream that all work on the GPU goes through, and steps recorded from it as CUDA graphs."""

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from pronghorn.devices.cuda.target import SIMULATED, cuda

Call = Callable[[], None]


@dataclass(frozen=True)
class Stream:
    """One queue of work for the GPU; what is put in runs in that order.

    Attributes:
        queue: as kernels and copies of `numba.cuda` take it.
        handle: the driver's pointer, for libraries.
        core: the `cuda.core` stream behind it, which can record graphs, or None.
    """

    queue: Any
    handle: int
    core: Any = None

    def synchronize(self) -> None:
        """Wait until all of it is done."""
        if self.queue:
            self.queue.synchronize()


@cache
def current() -> Stream:
    """The stream of this process, made at the first call."""
    if SIMULATED:
        return Stream(0, 0)
    cuda.current_context()
    core = _core_stream()
    if core is not None:
        handle = int(core.handle)
        return Stream(cuda.external_stream(handle), handle, core)
    queue = cuda.stream()
    return Stream(queue, int(getattr(queue.handle, "value", queue.handle)))


def _core_stream() -> Any:
    try:
        from cuda.core import Device
    except ImportError:
        return None  # without the package there are no graphs, and all else works
    device = Device()
    device.set_current()
    return device.create_stream()


class Program:
    """Calls in their order. From the second run on, what the GPU alone does is replayed as graphs.

    The first run is a plain one: it loads the kernels and lets libraries prepare themselves, which
    a recording does not allow. A call that has no `on_gpu` attribute is Python: it runs between two
    graphs, after everything before it is done.
    """

    def __init__(self, calls: Sequence[Call], stream: Stream) -> None:
        groups = groupby(calls, lambda call: bool(getattr(call, "on_gpu", False)))
        self._parts: list[Call] = [
            Replay(tuple(part), stream) if on_gpu else _Python(tuple(part), stream)
            for on_gpu, part in groups
        ]

    def __call__(self) -> None:
        for part in self._parts:
            part()


class Replay:
    """Calls that the GPU alone carries out, recorded as one graph if possible."""

    def __init__(self, calls: Sequence[Call], stream: Stream) -> None:
        self._calls, self._stream = tuple(calls), stream
        self._graph: Any = None
        self._plain = len(calls) < 2 or stream.core is None or not graphs_wanted()
        self._loaded = False

    def __call__(self) -> None:
        if self._graph is not None:
            self._graph.launch(self._stream.core)
        elif self._plain or not self._loaded:
            self._run()
            self._loaded = True
        else:
            self._record()

    def _run(self) -> None:
        for call in self._calls:
            call()

    def _record(self) -> None:
        try:
            self._graph = record(self._run, self._stream)
        except Exception as error:
            self._plain = True
            warnings.warn(
                f"the step is not replayed as a CUDA graph, so it costs more time to launch: "
                f"{type(error).__name__}: {error}",
                RuntimeWarning,
                stacklevel=4,
            )
        self()


class _Python:
    """Calls that are made by the host, once the GPU has done what came before."""

    def __init__(self, calls: Sequence[Call], stream: Stream) -> None:
        self._calls, self._stream = tuple(calls), stream

    def __call__(self) -> None:
        self._stream.synchronize()
        for call in self._calls:
            call()


def record(run: Call, stream: Stream) -> Any:
    """The `cuda.core` graph of everything that `run` puts into the stream, ready to be launched.

    Nothing of it is carried out. Numba frees no memory meanwhile, which would end the recording.
    """
    builder = stream.core.create_graph_builder()
    builder.begin_building("thread_local")
    try:
        with cuda.defer_cleanup():
            run()
    finally:
        builder.end_building()
    graph = builder.complete()
    graph.upload(stream.core)
    return graph


def graphs_wanted() -> bool:
    """Whether steps are to be recorded: unless PRONGHORN_CUDA_GRAPHS is 0."""
    return os.environ.get("PRONGHORN_CUDA_GRAPHS", "1") != "0"
