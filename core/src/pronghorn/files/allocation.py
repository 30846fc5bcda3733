"""Keeps a configuration from asking for more memory than its own file accounts for."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod

from pronghorn.components.layer import weight_check
from pronghorn.errors import ModelFileError


class WeightBudget:
    """Counts the elements of the weights that layers make, and stops at the file's number.

    A configuration is a few bytes of text and could ask for weights of any size, which would be
    drawn and filled before they are compared with what the file holds.

    Args:
        stored: shapes of the arrays that the file holds, by the name of their layer.
    """

    def __init__(self, stored: Mapping[str, Sequence[tuple[int, ...]]]) -> None:
        self.stored = stored
        self.elements = sum(prod(shape) for shapes in stored.values() for shape in shapes)
        self.left = self.elements

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count the weights that are made inside the block."""
        token = weight_check.set(self.spend)
        try:
            yield
        finally:
            weight_check.reset(token)

    def spend(self, layer: str, shape: tuple[int, ...]) -> None:
        """Raise ModelFileError if the file cannot hold a weight of this shape as well."""
        self.left -= prod(int(n) for n in shape)
        if self.left < 0:
            raise ModelFileError(
                f"layer {layer!r} is configured to have a weight of shape {tuple(shape)}, but all "
                f"weights in the file together have {self.elements:,} elements"
            )
