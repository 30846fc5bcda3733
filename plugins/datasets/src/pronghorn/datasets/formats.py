"""File formats of datasets: IDX, NumPy's npz, both possibly compressed."""

import gzip
import math
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from pronghorn.datasets.pickles import load_pickle
from pronghorn.errors import DatasetError

_GZIP_MAGIC = b"\x1f\x8b"
_IDX_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_bytes(path: Path) -> bytes:
    """What a file holds, unpacked if it is a gzip file, whatever its name."""
    data = path.read_bytes()
    if not data.startswith(_GZIP_MAGIC):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path} is damaged: {error}") from error


def read_idx(path: Path) -> np.ndarray:
    """The array in an IDX file, as MNIST has them.

    Raises DatasetError if it is no such file, or does not hold as much as its header says.
    """
    data = read_bytes(path)
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _IDX_DTYPES:
        raise DatasetError(f"{path} is not an IDX file")
    dtype = np.dtype(_IDX_DTYPES[data[2]])
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise DatasetError(f"{path} ends within its header")
    shape = tuple(np.frombuffer(data[4:start], ">u4").tolist())
    expected = start + math.prod(shape) * dtype.itemsize
    if len(data) != expected:
        raise DatasetError(f"{path} has {len(data)} bytes, but its header promises {expected}")
    return np.frombuffer(data, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))


def read_npz(path: Path, names: tuple[str, ...]) -> list[np.ndarray]:
    """Arrays of these names in an npz file; arrays of lists are read without running code.

    Raises DatasetError if it is no such file or lacks one of them.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = [name.removesuffix(".npy") for name in archive.namelist()]
            missing = [name for name in names if name not in found]
            if missing:
                raise DatasetError(
                    f"{path} lacks {', '.join(missing)}: it has {', '.join(found) or 'no arrays'}"
                )
            return [_read_npy(archive, f"{name}.npy", path) for name in names]
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        raise DatasetError(f"{path} is damaged, or no npz file: {error}") from error


def read_pickle(path: Path, encoding: str = "bytes") -> Any:
    """What a pickle file holds, which may be compressed: numbers, texts, lists and arrays.

    `encoding` is that of strings which Python 2 wrote. No code is run; raises DatasetError where
    there is any, or the file is damaged.
    """
    try:
        return load_pickle(read_bytes(path), encoding)
    except DatasetError as error:
        raise DatasetError(f"{path}: {error}") from error


def _read_npy(archive: zipfile.ZipFile, member: str, path: Path) -> np.ndarray:
    with archive.open(member) as file:
        version = npy.read_magic(file)
        read_header: Any = {1: npy.read_array_header_1_0, 2: npy.read_array_header_2_0}
        if version[0] not in read_header:
            raise DatasetError(f"{path}: {member} is of the unknown version {version}")
        shape, _, dtype = read_header[version[0]](file)
        if dtype.hasobject:
            return _object_array(load_pickle(file.read()), shape, path)
    with archive.open(member) as file:
        array: np.ndarray = npy.read_array(file, allow_pickle=False)
        return array


def _object_array(found: Any, shape: tuple[int, ...], path: Path) -> np.ndarray:
    if not isinstance(found, np.ndarray) or found.shape != shape:
        raise DatasetError(f"{path} does not hold the array that its header promises")
    return found
