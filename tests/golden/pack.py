"""Pack golden cases (`<case>.json`, `<case>.npz`, `<case>.tf.npz`) into one archive per section.

`python tests/golden/pack.py SOURCE` reads SOURCE/<section>/ and writes <section>.zip beside this
script; SOURCE/files/<writer>/<model>/ becomes files.zip, byte for byte.
"""

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

SECTIONS = (
    "activations",
    "initializers",
    "layers",
    "objectives",
    "optimizers",
    "regularizers",
    "training",
)
EPOCH = (1980, 1, 1, 0, 0, 0)


def write_archive(path: Path, members: Iterator[tuple[str, bytes]]) -> None:
    """Write the members, compressed, with a fixed date: the same input gives the same bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)


def npy_bytes(array: np.ndarray) -> bytes:
    """The array in NumPy's own format."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def section_members(folder: Path) -> Iterator[tuple[str, bytes]]:
    """One `cases.json`, then every array as `<case>/<name>` or `<case>/tf/<name>`."""
    cases = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    yield "cases.json", json.dumps(cases, indent=1, sort_keys=True).encode()
    for case in cases:
        for suffix, prefix in ((".npz", case), (".tf.npz", f"{case}/tf")):
            path = folder / (case + suffix)
            if not path.exists():
                continue
            with np.load(path, allow_pickle=False) as arrays:
                for name in arrays.files:
                    yield f"{prefix}/{name}.npy", npy_bytes(arrays[name])


def file_members(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below the folder under its relative name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def main(source: Path, target: Path) -> None:
    """Pack all sections of `source` into `target`."""
    for section in SECTIONS:
        write_archive(target / f"{section}.zip", section_members(source / section))
    write_archive(target / "files.zip", file_members(source / "files"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent)
