"""Figures without a display: matplotlib, imported when a picture is asked for, never pyplot.

A figure made here belongs to no window and no global state, so that drawing works the same in a
script, a server without a screen and a thread.
"""

from functools import partial
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from pronghorn.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRAIN_COLOR = "#1f6fb4"
VALIDATION_COLOR = "#d9601a"
TEXT_COLOR = "#333333"

ENDINGS = (".png", ".svg", ".pdf", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".eps", ".ps")


def new_figure(width: float, height: float) -> "Figure":
    """An empty figure of this size in inches.

    Raises ImportError with the way to install matplotlib where it is missing.
    """
    try:
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ImportError as error:
        raise ImportError(
            'pictures need matplotlib, which is not installed: pip install "pronghorn-core[plot]"'
        ) from error
    layout = ConstrainedLayoutEngine(h_pad=0.1, w_pad=0.1)
    figure = Figure(figsize=(width, height), layout=layout, facecolor="white")
    # A notebook asks an object for this where pyplot has not taught it to show figures.
    setattr(figure, "_repr_png_", partial(_png, figure))  # noqa: B010
    return figure


def _png(figure: "Figure") -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=96)
    return buffer.getvalue()


def new_grid(count: int, columns: int, width: float, height: float) -> "tuple[Figure, list[Axes]]":
    """A figure with `count` panels of this size in inches, `columns` to a row."""
    columns = max(1, min(count, columns))
    rows = -(-count // columns)
    figure = new_figure(width * columns, height * rows)
    axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for unused in axes[count:]:
        unused.remove()
    return figure, axes[:count]


def picture_path(path: str | PathLike[str]) -> Path:
    """Where a picture goes: `path`, with `.png` where it has no ending.

    Raises:
        ConfigError: the ending stands for no format of pictures.
    """
    target = Path(path)
    if not target.suffix:
        return target.with_suffix(".png")
    if target.suffix.lower() not in ENDINGS:
        raise ConfigError(
            f"cannot draw {str(target)!r}: pictures end in {', '.join(ENDINGS)}, not in "
            f"{target.suffix!r}"
        )
    return target


def save_figure(figure: "Figure", path: str | PathLike[str]) -> Path:
    """Write the figure; the ending says the format (png where there is none).

    Raises OSError if it cannot be written.
    """
    target = picture_path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(target, dpi=144)
    except OSError as error:
        raise OSError(
            f"cannot write the picture {str(target)!r}: {error.strerror or error}; give a path in "
            "a folder that can be written"
        ) from error
    return target
