"""Where cells of volumes (batch, planes, rows, columns, channels) lie: helpers for kernels."""

from typing import Any


def line_of(number: Any, volumes: Any) -> Any:
    """Sample, plane and row of the so-manieth line of volumes."""
    lines = volumes.shape[1] * volumes.shape[2]
    return number // lines, number % lines // volumes.shape[2], number % volumes.shape[2]


def cell_at(n: Any, plane: Any, row: Any, column: Any, volumes: Any) -> Any:
    """The number of the element with which a cell begins."""
    line = (n * volumes.shape[1] + plane) * volumes.shape[2] + row
    return (line * volumes.shape[3] + column) * volumes.shape[4]


def steps_of(volumes: Any) -> Any:
    """How many elements apart neighbouring cells are: planes, rows, columns."""
    row = volumes.shape[3] * volumes.shape[4]
    return volumes.shape[2] * row, row, volumes.shape[4]
