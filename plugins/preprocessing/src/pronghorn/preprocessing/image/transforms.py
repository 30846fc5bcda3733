"""Transformations of single images: arrays of three axes, one of them the channels.

A transformation is a matrix that takes output coordinates `(row, column, 1)` to those of the
input; the nearest pixel there is taken. Random amounts are drawn from NumPy's global generator.
The default axes are those of the ordering "th": channels first.
"""

from collections.abc import Sequence

import numpy as np

FILL_MODES = ("constant", "nearest", "reflect", "wrap")
_TOLERANCE = 1e-6


def rotation_matrix(theta: float) -> np.ndarray:
    """Rotation by an angle in radians."""
    cos, sin = np.cos(theta), np.sin(theta)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def shift_matrix(rows: float, columns: float) -> np.ndarray:
    """Shift by pixels."""
    return np.array([[1.0, 0.0, rows], [0.0, 1.0, columns], [0.0, 0.0, 1.0]])


def shear_matrix(angle: float) -> np.ndarray:
    """Shear by an angle in radians."""
    return np.array([[1.0, -np.sin(angle), 0.0], [0.0, np.cos(angle), 0.0], [0.0, 0.0, 1.0]])


def zoom_matrix(rows: float, columns: float) -> np.ndarray:
    """Zoom by factors; one above 1 shows more of the scene."""
    return np.diag([rows, columns, 1.0])


def random_rotation(
    x: np.ndarray,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
) -> np.ndarray:
    """The image turned by a random angle of up to `rg` degrees either way."""
    matrix = rotation_matrix(np.deg2rad(np.random.uniform(-rg, rg)))
    return _centred(x, matrix, row_axis, col_axis, channel_axis, fill_mode, cval)


def random_shift(
    x: np.ndarray,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
) -> np.ndarray:
    """The image shifted by random shares of up to `wrg` of its width and `hrg` of its height."""
    rows = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    columns = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    return apply_transform(x, shift_matrix(rows, columns), channel_axis, fill_mode, cval)


def random_shear(
    x: np.ndarray,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
) -> np.ndarray:
    """The image sheared by a random angle of up to `intensity` radians either way."""
    matrix = shear_matrix(np.random.uniform(-intensity, intensity))
    return _centred(x, matrix, row_axis, col_axis, channel_axis, fill_mode, cval)


def random_zoom(
    x: np.ndarray,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
) -> np.ndarray:
    """The image zoomed by two random factors between the two of `zoom_range`."""
    if len(zoom_range) != 2:
        raise ValueError(f"zoom_range is a pair (least, most) of factors, not {zoom_range!r}")
    matrix = zoom_matrix(*draw_zoom(*zoom_range))
    return _centred(x, matrix, row_axis, col_axis, channel_axis, fill_mode, cval)


def draw_zoom(least: float, most: float) -> tuple[float, float]:
    """Random factors for rows and columns; nothing is drawn if there is nothing to choose."""
    if least == most == 1:
        return 1.0, 1.0
    rows, columns = np.random.uniform(least, most, 2)
    return float(rows), float(columns)


def random_channel_shift(x: np.ndarray, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """The image with each channel raised by up to `intensity` either way, within its old range."""
    channels = np.moveaxis(x, channel_axis, 0)
    shifts = [np.random.uniform(-intensity, intensity) for _ in channels]
    shifted = channels + np.reshape(shifts, (-1, *(1,) * (x.ndim - 1)))
    clipped = np.clip(shifted, x.min(), x.max()).astype(x.dtype, copy=False)
    return np.moveaxis(clipped, 0, channel_axis)


def flip_axis(x: np.ndarray, axis: int) -> np.ndarray:
    """The image mirrored along an axis."""
    return np.flip(x, axis)


def transform_matrix_offset_center(matrix: np.ndarray, x: float, y: float) -> np.ndarray:
    """The same transformation about the middle of an image of `x` rows and `y` columns."""
    rows, columns = x / 2 + 0.5, y / 2 + 0.5
    centred: np.ndarray = shift_matrix(rows, columns) @ matrix @ shift_matrix(-rows, -columns)
    return centred


def apply_transform(
    x: np.ndarray,
    transform_matrix: np.ndarray,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
) -> np.ndarray:
    """The image with every pixel taken from where the matrix points.

    Outside the image, `fill_mode` "constant" gives `cval`, "nearest" the pixel at the edge,
    "reflect" mirrors the image at its edge, "wrap" repeats it. Raises ValueError for others.
    """
    if fill_mode not in FILL_MODES:
        raise ValueError(f"fill_mode is one of {', '.join(FILL_MODES)}, not {fill_mode!r}")
    image = np.moveaxis(x, channel_axis, -1)
    height, width = image.shape[:2]
    rows, columns = _sources(transform_matrix, height, width)
    moved = image[_filled(rows, height, fill_mode), _filled(columns, width, fill_mode)]
    if fill_mode == "constant":
        moved[_outside(rows, height) | _outside(columns, width)] = cval
    return np.ascontiguousarray(np.moveaxis(moved, -1, channel_axis))


def _centred(
    x: np.ndarray,
    matrix: np.ndarray,
    row_axis: int,
    col_axis: int,
    channel_axis: int,
    fill_mode: str,
    cval: float,
) -> np.ndarray:
    about = transform_matrix_offset_center(matrix, x.shape[row_axis], x.shape[col_axis])
    return apply_transform(x, about, channel_axis, fill_mode, cval)


def _sources(matrix: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Row and column in the input, as fractions of pixels, of each pixel of the output."""
    row, column = np.indices((height, width))
    (a, b, up), (c, d, left) = matrix[:2].tolist()
    return a * row + b * column + up, c * row + d * column + left


def _filled(position: np.ndarray, size: int, fill_mode: str) -> np.ndarray:
    """Index of the pixel that is taken at a position, in the image or not."""
    index = np.floor(position + 0.5).astype(np.intp)
    if fill_mode == "wrap":
        return index % size
    if fill_mode == "reflect":
        folded = index % (2 * size)
        return np.minimum(folded, 2 * size - 1 - folded)
    return index.clip(0, size - 1)


def _outside(position: np.ndarray, size: int) -> np.ndarray:
    outside: np.ndarray = (position < -_TOLERANCE) | (position > size - 1 + _TOLERANCE)
    return outside
