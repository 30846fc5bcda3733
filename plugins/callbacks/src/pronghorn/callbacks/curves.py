"""Learning curves as a picture."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from pronghorn.callbacks.monitor import grows
from pronghorn.pictures import TEXT_COLOR, TRAIN_COLOR, VALIDATION_COLOR, new_grid
from pronghorn.progress import format_value

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Values = Sequence[float]

_SPELLED_OUT = {"acc": "accuracy", "lr": "learning rate"}
_COLUMNS = 3


def draw_curves(epochs: Sequence[int], history: Mapping[str, Values]) -> "Figure":
    """A figure with one panel a quantity, its training and validation values over the epochs.

    `epochs` are counted from 0 and shown from 1. Raises ValueError if there is none.
    """
    if not epochs:
        raise ValueError("there is no epoch to draw: train the model first")
    names = quantities(history)
    figure, axes = new_grid(len(names), _COLUMNS, 5.2, 3.9)
    shown = [epoch + 1 for epoch in epochs]
    for axis, name in zip(axes, names, strict=True):
        _draw_panel(axis, name, shown, history)
    return figure


def quantities(history: Mapping[str, Values]) -> list[str]:
    """Labels without their `val_` twins: the loss first, a rate that changed last."""
    names = {label.removeprefix("val_") for label in history}
    if len(set(history.get("lr", ()))) == 1:
        names.discard("lr")
    return sorted(names, key=lambda name: (name == "lr", name != "loss", name))


def _draw_panel(axis: "Axes", name: str, epochs: list[int], history: Mapping[str, Values]) -> None:
    label = _SPELLED_OUT.get(name, name.replace("_", " "))
    parts = {"training": history.get(name), "validation": history.get(f"val_{name}")}
    for part, color in (("training", TRAIN_COLOR), ("validation", VALIDATION_COLOR)):
        values = parts[part]
        if values is not None:
            marker = "o" if len(values) <= 40 else None
            xs = epochs[-len(values) :]
            axis.plot(xs, values, color=color, label=part, marker=marker, markersize=3.5)
    _mark_best(axis, name, epochs, parts["validation"])
    _dress(axis, label, name, epochs)


def _mark_best(axis: "Axes", name: str, epochs: list[int], values: Values | None) -> None:
    """Ring the best validation value and say what it is."""
    finite = [(v, e) for v, e in zip(values or (), epochs, strict=False) if isfinite(v)]
    if not finite:
        return
    best, epoch = (max if grows(name) else min)(finite, key=lambda pair: pair[0])
    axis.plot(
        [epoch], [best], "o", color=VALIDATION_COLOR, fillstyle="none", markersize=9,
        label=f"best {format_value(best)} (epoch {epoch})", linestyle="none",
    )  # fmt: skip


def _dress(axis: "Axes", label: str, name: str, epochs: list[int]) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_title(label[:1].upper() + label[1:], fontsize=12, color=TEXT_COLOR)
    axis.set_xlabel("epoch", color=TEXT_COLOR)
    axis.set_ylabel(label, color=TEXT_COLOR)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    # No tick stands before the first epoch.
    span = epochs[-1] - epochs[0]
    axis.set_xlim(epochs[0] - min(0.03 * span, 0.9) - 0.05, epochs[-1] + 0.03 * span + 0.05)
    ticks = [tick for tick in axis.get_xticks() if epochs[0] < tick <= epochs[-1]]
    crowded = len(ticks) > 1 and ticks[0] - epochs[0] <= (ticks[1] - ticks[0]) / 2
    axis.set_xticks([epochs[0], *ticks[int(crowded) :]])
    if name == "lr":
        axis.set_yscale("log")
    axis.grid(color="#e3e3e3", linewidth=0.8)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    if name != "lr":
        axis.legend(frameon=False, fontsize=9)
