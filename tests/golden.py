"""Numbers computed by the original Keras 1.2.2 (and files saved by Keras 1, 2 and 3), for tests.

The archives in `golden/` were made by `golden/pack.py`; `golden/README.md` says what is in them.

    @pytest.mark.parametrize("case", golden.cases("activations"))
    def test_equals_keras_1(case):
        np.testing.assert_allclose(tanh(case["x"]), case["y"], rtol=1e-6)
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parent / "golden"

# What is asked of float64 results, and of any result against TensorFlow's float32 numbers.
EXACT = {"rtol": 1e-6, "atol": 1e-9}
TENSORFLOW = {"rtol": 3e-4, "atol": 3e-5}


class Arrays(Mapping[str, np.ndarray]):
    """The arrays below one name in an archive, read when asked for."""

    def __init__(self, section: str, prefix: str) -> None:
        self.section = section
        self.prefix = prefix

    def __getitem__(self, name: str) -> np.ndarray:
        try:
            data = _archive(self.section).read(f"{self.prefix}/{name}.npy")
        except KeyError:
            raise KeyError(f"{self.prefix} has no array {name}: {', '.join(self)}") from None
        return np.load(io.BytesIO(data), allow_pickle=False)

    def __iter__(self) -> Iterator[str]:
        start = self.prefix + "/"
        for member in _archive(self.section).namelist():
            name = member.removeprefix(start).removesuffix(".npy")
            if member.startswith(start) and "/" not in name:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Case(Arrays):
    """One case: its arrays as a mapping, `info` (the json), `tf` (TensorFlow's float32 arrays)."""

    def __init__(self, section: str, name: str) -> None:
        super().__init__(section, name)
        self.name = name
        self.info: dict[str, Any] = dict(_infos(section)[name])
        self.tf = Arrays(section, f"{name}/tf")

    def numbered(self, name: str) -> list[np.ndarray]:
        """The arrays `name0`, `name1`, ... in order."""
        found = [key for key in self if key.startswith(name) and key[len(name) :].isdigit()]
        return [self[key] for key in sorted(found, key=lambda key: int(key[len(name) :]))]


def cases(section: str, select: Callable[[Case], bool] = lambda case: True) -> list[Any]:
    """The cases of a section as pytest parameters, named as the cases are."""
    found = (Case(section, name) for name in _infos(section))
    return [pytest.param(case, id=case.name) for case in found if select(case)]


def turned(arrays: Iterable[np.ndarray], axes: Iterable[tuple[int, ...]]) -> list[np.ndarray]:
    """Theano's kernels, made for a true convolution, as a correlation has them: turned round."""
    return [np.flip(array, turn) for array, turn in zip(arrays, axes, strict=True)]


def saved_models() -> list[Any]:
    """The saved models, "writer/model", as pytest parameters."""
    members = _archive("files").namelist()
    names = sorted({member.rsplit("/", 1)[0] for member in members})
    return [pytest.param(name, id=name) for name in names]


def unpack(model: str, folder: Path) -> Path:
    """Write the files of a saved model into `folder`; return the folder that holds them."""
    archive = _archive("files")
    wanted = [member for member in archive.namelist() if member.startswith(model + "/")]
    archive.extractall(folder, wanted)
    return folder / model


@cache
def _archive(section: str) -> zipfile.ZipFile:
    # Read whole: a ZipFile kept open on a path would be an unclosed file to pytest.
    return zipfile.ZipFile(io.BytesIO((FOLDER / f"{section}.zip").read_bytes()))


@cache
def _infos(section: str) -> dict[str, Any]:
    infos: dict[str, Any] = json.loads(_archive(section).read("cases.json"))
    return infos
