"""Arrays in files, for commands that take and leave data: `.npy`, `.npz` and `.csv`."""

import csv
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from pronghorn.errors import DatasetError

SUFFIXES = (".npy", ".npz", ".csv")
INPUTS = ("x", "X", "x_test", "x_train")
TARGETS = ("y", "Y", "y_test", "y_train")
Array = np.ndarray[Any, np.dtype[Any]]


def read_inputs(path: Path, key: str | None = None) -> Array:
    """The inputs in a file.

    Args:
        path: `.npy`, `.npz` or `.csv`.
        key: the name of the array in an `.npz`; by default the only one, else `x` or the like.

    Raises:
        DatasetError: the file cannot be read, or does not say which array is meant.
    """
    held = _read(path)
    return held if isinstance(held, np.ndarray) else _pick(held, path, key, INPUTS)


def read_several(path: Path, names: Sequence[str]) -> list[Array]:
    """An array for each of several inputs: of these names in an `.npz`, or all in their order.

    Targets, `y` or the like, may be beside them.

    Raises:
        DatasetError: the file cannot be read, or holds more arrays or fewer.
    """
    held = {name: array for name, array in read_named(path).items() if name not in TARGETS}
    if held.keys() >= set(names):
        return [held[name] for name in names]
    if len(held) != len(names):
        raise DatasetError(
            f"the model takes {len(names)} inputs, {', '.join(names)}: give an .npz with an array "
            f"for each, under these names or in this order; {path} has "
            f"{', '.join(held) or 'no names of arrays'}"
        )
    return list(held.values())


def read_targets(path: Path) -> Array:
    """The targets in a file; in an `.npz`, the only array, else `y` or the like."""
    held = _read(path)
    return held if isinstance(held, np.ndarray) else _pick(held, path, None, TARGETS)


def read_pairs(path: Path, targets: Path | None = None) -> tuple[Array, Array]:
    """Inputs and targets: from two files, an `.npz` with both, or the last column of a `.csv`."""
    if targets is not None:
        return read_inputs(path), read_targets(targets)
    held = _read(path)
    if isinstance(held, np.ndarray):
        if path.suffix.lower() == ".csv" and held.ndim == 2 and held.shape[1] > 1:
            return held[:, :-1], held[:, -1]
    elif len(held) > 1:  # one array alone would pass for both
        return _pick(held, path, None, INPUTS), _pick(held, path, None, TARGETS)
    raise DatasetError(
        f"{path} holds inputs only: give the file of targets too, or an .npz with arrays x and y"
    )


def read_named(path: Path) -> dict[str, Array]:
    """The arrays of an `.npz` by their names; nothing for a file that holds a single array."""
    held = _read(path)
    return {} if isinstance(held, np.ndarray) else held


def write_array(path: Path, array: Array) -> None:
    """Write an array whole or not at all, in the format that the file's ending names."""
    from pronghorn.files.atomic import replacing

    check_suffix(path)
    with replacing(path) as file:
        file.write(_encode(path.suffix.lower(), array))


def check_suffix(path: Path) -> None:
    """Raise DatasetError for an ending that stands for no format of arrays."""
    if path.suffix.lower() not in SUFFIXES:
        raise DatasetError(f"{path}: data files end in {', '.join(SUFFIXES)}, not {path.suffix!r}")


def _encode(suffix: str, array: Array) -> bytes:
    buffer = BytesIO()
    if suffix == ".npy":
        np.save(buffer, array)
    elif suffix == ".npz":
        np.savez(buffer, predictions=array)
    else:
        whole = array.dtype.kind in "iu"
        rows = array.reshape(len(array), -1)
        np.savetxt(buffer, rows, delimiter=",", fmt="%d" if whole else "%.9g")
    return buffer.getvalue()


def _read(path: Path) -> Array | dict[str, Array]:
    check_suffix(path)
    try:
        if path.suffix.lower() == ".csv":
            return _read_csv(path)
        with path.open("rb") as file:
            return _load(file)
    except DatasetError:
        raise
    except Exception as error:
        # NumPy raises ValueError, EOFError, BadZipFile and others for damaged files.
        raise DatasetError(f"{path} cannot be read: {error}") from error


def _load(file: BinaryIO) -> Array | dict[str, Array]:
    held = np.load(file, allow_pickle=False)  # a pickle would run code from the file
    return held if isinstance(held, np.ndarray) else {name: held[name] for name in held.files}


def _read_csv(path: Path) -> Array:
    """Numbers separated by commas, with or without a line of column names."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [(number, row) for number, row in enumerate(csv.reader(file), 1) if row]
    names_columns = bool(rows) and not any(map(_is_number, rows[0][1]))
    if names_columns and _separator(rows[0][1]) is None:
        rows = rows[1:]
    if not rows:
        raise DatasetError(f"{path} has no rows of numbers")
    width = len(rows[0][1])
    for number, row in rows:
        if len(row) != width or not all(map(_is_number, row)):
            wrong = _what_is_wrong(row, width)
            raise DatasetError(f"{path}, line {number}: expected {width} numbers, {wrong}")
    return np.array([row for _, row in rows], dtype=np.float64)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _separator(row: Sequence[str]) -> str | None:
    """What separates the cells of a line that commas do not, if it looks like it."""
    if any(";" in cell for cell in row):
        return "semicolons"
    if len(row) == 1 and len(row[0].split()) > 1 and all(map(_is_number, row[0].split())):
        return "tabs" if "\t" in row[0] else "spaces"
    return "tabs" if len(row) == 1 and "\t" in row[0] else None


def _what_is_wrong(row: Sequence[str], width: int) -> str:
    """What is said of a line that is not `width` numbers: the cell at fault, not the line."""
    separator = _separator(row)
    if separator is not None:
        return f"found {separator}: separate with commas, and write decimals with a point"
    column = next((n for n, cell in enumerate(row, 1) if not _is_number(cell)), None)
    if column is None:
        return f"found {len(row)}"
    cell = row[column - 1].strip()
    shown = repr(cell if len(cell) <= 30 else f"{cell[:27]}...") if cell else "nothing"
    return (
        f"found {shown} in column {column}; only the first line may name the columns, and then "
        "none of its cells is a number"
    )


def _pick(held: dict[str, Array], path: Path, key: str | None, usual: Sequence[str]) -> Array:
    if key is not None and key in held:
        return held[key]
    if key is None:
        named = [name for name in usual if name in held]
        if named or len(held) == 1:
            return held[named[0] if named else next(iter(held))]
    wanted = repr(key) if key else " or ".join(usual)
    raise DatasetError(f"{path} holds arrays {', '.join(held)}, none called {wanted}")
