"""What the layers that pad and crop share."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pronghorn.components.context import Array, Context
from pronghorn.errors import ShapeError
from pronghorn.layers.convolutional import kernels
from pronghorn.layers.spatial import Spatial, in_volume

Margin = tuple[int, int]


class Margins(Spatial):
    """Adds margins of zeros (sign 1) or takes them away (sign -1)."""

    sign: ClassVar[int]

    def margins(self) -> tuple[Margin, ...]:
        """Before and after each axis, none of them negative."""
        raise NotImplementedError

    def output_lengths(self, lengths: Sequence[int | None]) -> list[int | None]:
        """Longer, or shorter, by both margins."""
        grown = [
            None if n is None else n + self.sign * sum(m)
            for n, m in zip(lengths, self.margins(), strict=True)
        ]
        if any(n is not None and n < 0 for n in grown):
            raise ShapeError(
                f"layer {self.name!r} cannot crop {self.margins()} from axes of lengths "
                f"{tuple(lengths)}"
            )
        return grown

    def forward(self, x: Array, ctx: Context) -> Array:
        """Move the image into its new frame."""
        return self._moved(x, self.sign, ctx)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """Move it back."""
        return self._moved(dy, -self.sign, ctx)

    def _moved(self, x: Array, sign: int, ctx: Context) -> Array:
        volumes = self.to_volumes(x, ctx)
        margins = in_volume(self.margins(), (0, 0))
        space = [n + sign * sum(m) for n, m in zip(volumes.shape[1:-1], margins, strict=True)]
        y = ctx.empty((x.shape[0], *space, volumes.shape[-1]))
        if y.size:
            ctx.run(kernels.shift, volumes, y, *(sign * before for before, _ in margins))
        return self.from_volumes(y, ctx)


def margin_pair(value: Any, name: str, keys: tuple[str, str] = ("", "")) -> Margin:
    """Two lengths from a whole number for both, a pair, or a dictionary with these keys."""
    if isinstance(value, Mapping):
        check_keys(value, keys, name)
        return value.get(keys[0], 0), value.get(keys[1], 0)
    if isinstance(value, int):
        return value, value
    if len(value) != 2:
        raise ValueError(f"{name} must be a whole number or a pair, got {value!r}")
    return int(value[0]), int(value[1])


def check_keys(value: Mapping[str, Any], known: Sequence[str], name: str) -> None:
    """Raise ValueError if the dictionary has other keys."""
    unknown = [key for key in value if key not in known]
    if unknown:
        raise ValueError(f"{name} has no {unknown[0]!r}; its keys are {', '.join(known)}")
