"""Plain text in columns, the same on a terminal and in a pipe."""

from collections.abc import Iterable, Sequence


def columns(rows: Iterable[Sequence[str]], gap: int = 2) -> str:
    """Rows as left-aligned columns, without spaces at the ends of lines."""
    lines = [[*row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (
        (" " * gap).join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)
