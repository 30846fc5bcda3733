"""Margins of zeros."""

from collections.abc import Mapping
from typing import Any

from pronghorn.layers.convolutional.margins import Margin, Margins, check_keys, margin_pair
from pronghorn.layers.spatial import Images, Sequences, Volumes


class ZeroPadding1D(Margins, Sequences):
    """Zeros before and after sequences: (batch, steps, features).

    Args:
        padding: steps on both sides, or (left, right), or {"left_pad": ..., "right_pad": ...}.
    """

    sign = 1

    examples = (({}, (4, 3)), ({"padding": [2, 0]}, (5, 2)), ({"padding": {"left_pad": 1}}, (5, 2)))

    def __init__(self, padding: Any = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = padding
        self._steps = margin_pair(padding, "padding", ("left_pad", "right_pad"))

    def margins(self) -> tuple[Margin, ...]:
        """As the constructor was told."""
        return (self._steps,)


class ZeroPadding2D(Margins, Images):
    """Zeros around images.

    (batch, rows, columns, channels) for "tf", (batch, channels, rows, columns) for "th"; so is the
    output.

    Args:
        padding: (rows, columns) on both sides, (top, bottom, left, right),
            ((top, bottom), (left, right)), or a dictionary with top_pad, bottom_pad, left_pad and
            right_pad.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """

    sign = 1

    examples = (
        ({"dim_ordering": "tf"}, (3, 4, 2)),
        ({"padding": [1, 0, 2, 3], "dim_ordering": "th"}, (2, 3, 4)),
    )

    def __init__(self, padding: Any = (1, 1), dim_ordering: str = "default", **kwargs: Any) -> None:
        super().__init__(dim_ordering=dim_ordering, **kwargs)
        self.padding = padding
        self._margins = _around(padding)

    def margins(self) -> tuple[Margin, ...]:
        """As the constructor was told."""
        return self._margins


class ZeroPadding3D(Margins, Volumes):
    """Zeros around volumes.

    (batch, planes, rows, columns, channels) for "tf", (batch, channels, planes, rows, columns) for
    "th"; so is the output.

    Args:
        padding: of planes, rows and columns: for each a number for both sides, or a pair; or one
            number for all.
        dim_ordering: "tf" (channels last), "th" (channels first) or "default".
    """

    sign = 1

    examples = (
        ({"dim_ordering": "tf"}, (2, 3, 2, 2)),
        ({"padding": [1, 0, 2], "dim_ordering": "th"}, (2, 2, 3, 2)),
    )

    def __init__(
        self, padding: Any = (1, 1, 1), dim_ordering: str = "default", **kwargs: Any
    ) -> None:
        super().__init__(dim_ordering=dim_ordering, **kwargs)
        given = (padding,) * 3 if isinstance(padding, int) else padding
        if not isinstance(given, (tuple, list)) or len(given) != 3:
            raise ValueError(f"padding must be (planes, rows, columns), got {padding!r}")
        self.padding = padding
        self._margins = tuple(margin_pair(own, "padding") for own in given)

    def margins(self) -> tuple[Margin, ...]:
        """As the constructor was told."""
        return self._margins


def _around(padding: Any) -> tuple[Margin, ...]:
    if isinstance(padding, Mapping):
        names = ("top_pad", "bottom_pad", "left_pad", "right_pad")
        check_keys(padding, names, "padding")
        top, bottom, left, right = (int(padding.get(name, 0)) for name in names)
        return (top, bottom), (left, right)
    if isinstance(padding, (tuple, list)) and len(padding) == 4:
        top, bottom, left, right = padding
        return (top, bottom), (left, right)
    if isinstance(padding, (tuple, list)) and len(padding) == 2:
        rows, columns = padding
        return margin_pair(rows, "padding"), margin_pair(columns, "padding")
    raise TypeError(
        "padding must be (rows, columns), (top, bottom, left, right) or a dictionary, got "
        f"{padding!r}"
    )
