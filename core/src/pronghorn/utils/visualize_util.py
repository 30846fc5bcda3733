"""A model's layers as a picture, or as a graph in the DOT language."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pronghorn.pictures import TEXT_COLOR, TRAIN_COLOR, new_figure, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pronghorn.models.sequential import Sequential

_BOX_WIDTH = 4.2
_ROW_HEIGHT = 0.95
_BOX_HEIGHT = 0.55


@dataclass(frozen=True)
class _Node:
    """What the box of a layer says."""

    label: str
    shapes: tuple[str, ...]


def plot(
    model: "Sequential",
    to_file: str | PathLike[str] = "model.png",
    show_shapes: bool = False,
    show_layer_names: bool = True,
) -> "Figure | None":
    """Draw the model's layers from input to output into a file.

    The extension says the format: png, svg, pdf, or dot for the graph's source. Returns the
    figure, None for dot. Raises ImportError if matplotlib is missing.
    """
    if Path(to_file).suffix == ".dot":
        Path(to_file).write_text(model_to_dot(model, show_shapes, show_layer_names))
        return None
    nodes = _nodes(model, show_shapes, show_layer_names)
    figure = new_figure(_BOX_WIDTH + 0.6, _ROW_HEIGHT * len(nodes) + 0.2)
    axis = figure.subplots()
    _draw(axis, nodes)
    save_figure(figure, to_file)
    return figure


plot_model = plot


def model_to_dot(
    model: "Sequential", show_shapes: bool = False, show_layer_names: bool = True
) -> str:
    """The model as a graph in the DOT language, for Graphviz."""
    nodes = _nodes(model, show_shapes, show_layer_names)
    lines = ["digraph {", "  rankdir=TB;", "  node [shape=record];"]
    for number, node in enumerate(nodes):
        parts = "|".join((node.label, *node.shapes))
        lines.append(f'  {number} [label="{{{_escaped(parts)}}}"];')
        if number:
            lines.append(f"  {number - 1} -> {number};")
    return "\n".join([*lines, "}", ""])


def _escaped(text: str) -> str:
    return "".join("\\" + char if char in '"<>{}\\' else char for char in text)


def _nodes(model: "Sequential", show_shapes: bool, show_layer_names: bool) -> list[_Node]:
    """The boxes, that of the implicit input layer first."""
    shape = str(model.input_shape)
    first = f"{model.layers[0].name}_input: InputLayer" if show_layer_names else "InputLayer"
    nodes = [_Node(first, (f"shape {shape}",) if show_shapes else ())]
    for layer in model.layers:
        label = _label(layer, show_layer_names)
        shapes = f"{layer.input_shape} to {layer.output_shape}"
        nodes.append(_Node(label, (shapes,) if show_shapes else ()))
    return nodes


def _label(layer: Any, show_layer_names: bool) -> str:
    """`name: Class`; a wrapper also names what it wraps."""
    name, kind = layer.name, type(layer).__name__
    inner = getattr(layer, "layer", None)
    if inner is not None:
        name, kind = f"{name}({inner.name})", f"{kind}({type(inner).__name__})"
    return f"{name}: {kind}" if show_layer_names else kind


def _draw(axis: "Axes", nodes: list[_Node]) -> None:
    axis.set_axis_off()
    axis.set_xlim(-_BOX_WIDTH / 2 - 0.3, _BOX_WIDTH / 2 + 0.3)
    axis.set_ylim(-_ROW_HEIGHT * (len(nodes) - 0.5) - 0.1, _ROW_HEIGHT * 0.5 + 0.1)
    for number, node in enumerate(nodes):
        middle = -_ROW_HEIGHT * number
        _draw_box(axis, middle, node)
        if number:
            above = middle + _ROW_HEIGHT - _BOX_HEIGHT / 2
            axis.annotate(
                "", (0, middle + _BOX_HEIGHT / 2), (0, above),
                arrowprops={"arrowstyle": "-|>", "color": TEXT_COLOR, "shrinkA": 2, "shrinkB": 2},
            )  # fmt: skip


def _draw_box(axis: "Axes", middle: float, node: _Node) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (-_BOX_WIDTH / 2, middle - _BOX_HEIGHT / 2)
    axis.add_patch(
        FancyBboxPatch(
            corner, _BOX_WIDTH, _BOX_HEIGHT, boxstyle="round,pad=0,rounding_size=0.08",
            facecolor="#eef4fa", edgecolor=TRAIN_COLOR,
        )
    )  # fmt: skip
    offset = 0.11 if node.shapes else 0.0
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": TEXT_COLOR}
    axis.text(0, middle + offset, node.label, fontsize=11, **style)
    for line in node.shapes:
        axis.text(0, middle - 0.13, line, fontsize=9, **style)
