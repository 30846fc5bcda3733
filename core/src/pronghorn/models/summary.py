"""The table that `model.summary()` prints."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pronghorn.components.layer import Layer
    from pronghorn.models.sequential import Sequential

COLUMNS = ("Layer (type)", "Output Shape", "Param #")
ENDS = (0.5, 0.82, 1.0)


def summary_lines(model: "Sequential", line_length: int) -> list[str]:
    """A line for each layer between rulers, then the totals."""
    ends = [round(line_length * end) for end in ENDS]
    rows = [_row(layer) for layer in model.layers]
    trainable = sum(weight.size for weight in model.trainable_weights)
    total = model.count_params()
    return [
        "_" * line_length,
        _aligned(COLUMNS, ends),
        "=" * line_length,
        *(_aligned(row, ends) for row in rows),
        "=" * line_length,
        f"Total params: {total:,}",
        f"Trainable params: {trainable:,}",
        f"Non-trainable params: {total - trainable:,}",
        "_" * line_length,
    ]


def _row(layer: "Layer") -> tuple[str, str, str]:
    return (
        f"{layer.name} ({type(layer).__name__})",
        str(layer.output_shape),
        f"{layer.count_params():,}",
    )


def _aligned(cells: tuple[str, ...], ends: list[int]) -> str:
    line = ""
    for cell, end in zip(cells, ends, strict=True):
        line = (line + cell)[: end - 1].ljust(end)
    return line.rstrip()
