"""Where windows read, along one axis of an image."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """Every so-many-th place of the target, which all read alike.

    Attributes:
        origin: the first place.
        taps: pairs of an index into the kernel and the cell that it reads, counted from where
            the window begins.
    """

    origin: int
    taps: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Axis:
    """How a convolution's target reads its source along an axis.

    Attributes:
        length: of the source.
        places: of the target.
        first: the cell where the window of the first place begins; outside if negative.
        step: cells between the windows of neighbouring places of a phase.
        reach: cells from a window's beginning to its last one.
        stride: places of the target between neighbouring places of a phase.
        phases: of the target.
    """

    length: int
    places: int
    first: int
    step: int
    reach: int
    stride: int
    phases: tuple[Phase, ...]

    @property
    def rows(self) -> int:
        """Places of the longest phase."""
        return -(-self.places // self.stride)

    def count(self, phase: Phase) -> int:
        """Places of a phase."""
        return -(-(self.places - phase.origin) // self.stride)

    def cells(self, rows: int) -> int:
        """Cells that so many neighbouring places read."""
        return (rows - 1) * self.step + self.reach + 1

    @property
    def inside(self) -> bool:
        """Whether no window reaches over the ends of the source."""
        return self.first >= 0 and self.first + self.cells(self.rows) <= self.length


def forward(length: int, places: int, window: int, stride: int, before: int, dilation: int) -> Axis:
    """The axis of a convolution, from the input to the output."""
    taps = tuple((k, k * dilation) for k in range(window))
    reach = (window - 1) * dilation
    return Axis(length, places, -before, stride, reach, 1, (Phase(0, taps),))


def backward(
    length: int, places: int, window: int, stride: int, before: int, dilation: int
) -> Axis:
    """The axis of its input gradient, from the output's gradient to that of the input.

    Args:
        length: of the output.
        places: of the input.
        window, stride, before, dilation: of the convolution.

    Output i reads input i * stride - before + k * dilation with element k of the kernel. So the
    inputs whose numbers leave the same rest by `stride` are read by the same elements k.
    """
    read: dict[int, list[tuple[int, int]]] = {p: [] for p in range(min(stride, places))}
    for phase, taps in read.items():
        for k in reversed(range(window)):
            output, rest = divmod(phase + before - k * dilation, stride)
            if rest == 0:
                taps.append((k, output))
    outputs = [output for taps in read.values() for _, output in taps] or [0]
    first = min(outputs)
    phases = [Phase(p, tuple((k, i - first) for k, i in taps)) for p, taps in read.items()]
    return Axis(length, places, first, 1, max(outputs) - first, stride, tuple(phases))


ONE = forward(1, 1, 1, 1, 0, 1)
"""An axis of one cell that the window covers: there might as well be none."""
