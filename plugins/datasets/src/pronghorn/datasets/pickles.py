"""Pickled arrays and lists of numbers, read without running what else a pickle may hold."""

import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np

from pronghorn.errors import DatasetError


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """Bytes that were pickled as text, as Python 2 made them readable for Python 3."""
    if encoding != "latin1":
        raise DatasetError(f"the pickle encodes its bytes as {encoding!r}, not latin1")
    return text.encode("latin1")


def _array_makers() -> dict[tuple[str, str], Callable[..., Any]]:
    """The functions that pickles of arrays call, under their names in old and new NumPy."""
    array: Any = np.zeros(1)
    makers: dict[tuple[str, str], Callable[..., Any]] = {
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
        ("_codecs", "encode"): _encode,
    }
    reconstruct, scalar = array.__reduce__()[0], array[0].__reduce__()[0]
    from_buffer = array.__reduce_ex__(5)[0]
    for core in ("numpy.core", "numpy._core"):
        makers[f"{core}.multiarray", "_reconstruct"] = reconstruct
        makers[f"{core}.multiarray", "scalar"] = scalar
        makers[f"{core}.numeric", "_frombuffer"] = from_buffer
    return makers


class _ArrayUnpickler(pickle.Unpickler):
    """Knows the functions that arrays are made by, and no others."""

    makers = _array_makers()

    def find_class(self, module: str, name: str) -> Any:
        maker = self.makers.get((module, name))
        if maker is None:
            raise DatasetError(
                f"the file is not a plain dataset: it asks for {module}.{name}, which is not run"
            )
        return maker


def load_pickle(data: bytes, encoding: str = "ASCII") -> Any:
    """What a pickle holds, if that is numbers, texts, lists, dictionaries and arrays of them.

    Raises DatasetError for anything else, and for data that are no pickle.
    """
    try:
        return _ArrayUnpickler(io.BytesIO(data), encoding=encoding).load()
    except DatasetError:
        raise
    except Exception as error:
        raise DatasetError(f"the file is damaged, or no pickle of arrays: {error}") from error
