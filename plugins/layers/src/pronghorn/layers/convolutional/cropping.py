"""Margins taken away."""

from typing import Any

from pronghorn.layers.convolutional.margins import Margin, Margins, margin_pair
from pronghorn.layers.spatial import Images, Sequences, Volumes


class Cropping1D(Margins, Sequences):
    """Takes steps away at both ends of sequences: (batch, steps, features).

    Args:
        cropping: (left, right), or one number for both.
    """

    sign = -1

    examples = (({}, (4, 3)), ({"cropping": [2, 0]}, (5, 2)))

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cropping = cropping
        self._steps = margin_pair(cropping, "cropping")

    def margins(self) -> tuple[Margin, ...]:
        """As the constructor was told."""
        return (self._steps,)


class Cropping2D(Margins, Images):
    """Takes rows and columns away at the edges of images.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th"; so is the
    output.

    Args:
        cropping: ((top, bottom), (left, right)).
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """

    sign = -1

    examples = (
        ({"cropping": [[1, 1], [0, 2]], "dim_ordering": "tf"}, (4, 5, 2)),
        ({"cropping": [[0, 1], [2, 1]], "dim_ordering": "th"}, (2, 4, 5)),
    )

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), dim_ordering: str = "default", **kwargs: Any
    ) -> None:
        super().__init__(dim_ordering=dim_ordering, **kwargs)
        self.cropping = cropping
        self._margins = _pairs(cropping, "((top, bottom), (left, right))")

    def margins(self) -> tuple[Margin, ...]:
        """As the constructor was told."""
        return self._margins


class Cropping3D(Margins, Volumes):
    """Takes planes, rows and columns away at the faces of volumes.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns) for
    "th"; so is the output.

    Args:
        cropping: ((front, back), (top, bottom), (left, right)).
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """

    sign = -1

    examples = (
        ({"dim_ordering": "tf"}, (3, 4, 5, 2)),
        ({"cropping": [[0, 1], [2, 1], [1, 0]], "dim_ordering": "th"}, (2, 3, 5, 4)),
    )

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        dim_ordering: str = "default",
        **kwargs: Any,
    ) -> None:
        super().__init__(dim_ordering=dim_ordering, **kwargs)
        self.cropping = cropping
        self._margins = _pairs(cropping, "((front, back), (top, bottom), (left, right))")

    def margins(self) -> tuple[Margin, ...]:
        """As the constructor was told."""
        return self._margins


def _pairs(cropping: Any, wanted: str) -> tuple[Margin, ...]:
    if not isinstance(cropping, (tuple, list)) or len(cropping) != wanted.count("), (") + 1:
        raise ValueError(f"cropping must be {wanted}, got {cropping!r}")
    return tuple(margin_pair(pair, "cropping") for pair in cropping)
