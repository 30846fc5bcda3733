"""Files from the web, checked and kept; and sequences of batches."""

import hashlib
import os
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from urllib.request import Request, urlopen

from pronghorn.devices.generated import cache_folder
from pronghorn.engine.generators import Sequence as Sequence
from pronghorn.errors import DatasetError
from pronghorn.progress import Progbar

PyDataset = Sequence

VARIABLE = "PRONGHORN_DATASETS"
"""The environment variable that names the user's folder of datasets."""

_CHUNK = 1 << 18
_TIMEOUT_SECONDS = 30.0
_LENGTHS = {32: "md5", 40: "sha1", 64: "sha256"}


def get_file(
    fname: str,
    origin: str,
    untar: bool = False,
    md5_hash: str | None = None,
    cache_subdir: str = "datasets",
    file_hash: str | None = None,
    cache_dir: str | PathLike[str] | None = None,
    verbose: int = 1,
) -> str:
    """Path of a file of the user's, or of one that is downloaded the first time.

    A file of this name in the folder that `PRONGHORN_DATASETS` names, or in its subfolder
    `cache_subdir`, is taken as it is.

    Arguments:
        fname: its name in the cache.
        origin: the address to load it from.
        untar: it is a tar archive; `fname` and the path are those of the folder made of it.
        md5_hash, file_hash: what the file must amount to, in hexadecimal digits; 32 mean MD5,
            40 SHA-1, 64 SHA-256. A cached file that does not is loaded again.
        cache_subdir: folder within the cache.
        cache_dir: the cache; by default `PRONGHORN_CACHE`, or the user's cache folder.
        verbose: 0 shows no progress.

    A file appears in the cache only when it is whole and right. Raises DatasetError, an OSError,
    if it cannot be loaded or is not what it should be.
    """
    folder = (cache_folder() if cache_dir is None else Path(cache_dir)) / cache_subdir
    name = f"{fname}.tar.gz" if untar else fname
    if own := _users_file((fname, name), cache_subdir):
        return str(_unpacked(own, folder / fname) if untar and own.is_file() else own)
    path, expected = folder / name, file_hash or md5_hash
    if not path.is_file() or (expected and not validate_file(path, expected)):
        _download_or_explain(origin, path, expected, verbose)
    return str(_unpacked(path, folder / fname) if untar else path)


def user_folder() -> Path | None:
    """The folder that the user keeps datasets in, if there is one."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen).expanduser() if chosen else None


def _users_file(names: tuple[str, ...], subfolder: str) -> Path | None:
    """The user's own file or folder of one of these names, if there is one."""
    root = user_folder()
    places = [] if root is None else [root, root / subfolder]
    paths = (place / name for place in places for name in names)
    return next((path for path in paths if path.exists()), None)


def _download_or_explain(origin: str, path: Path, expected: str | None, verbose: int) -> None:
    try:
        download(origin, path, expected, verbose)
    except DatasetError as error:
        root = user_folder()
        place = f"the folder that {VARIABLE} names ({root or 'it is not set'})"
        raise DatasetError(
            f"{error}. Put a file {path.name!r} into {place}, or into the cache {path.parent}"
        ) from error


def validate_file(path: str | PathLike[str], expected: str) -> bool:
    """Whether a file has this checksum; the number of digits says which kind it is."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, checksum_name(expected)).hexdigest() == expected.lower()


def checksum_name(digits: str) -> str:
    """Name of the checksum that has as many hexadecimal digits."""
    if len(digits) not in _LENGTHS:
        raise ValueError(f"{digits!r} is no MD5, SHA-1 or SHA-256 checksum in hexadecimal digits")
    return _LENGTHS[len(digits)]


def download(origin: str, path: Path, expected: str | None = None, verbose: int = 1) -> None:
    """Load a file from an address; it replaces `path` only if it is whole and right."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if verbose:
        print(f"Downloading {origin}")
    with _partial(path) as partial:
        _fetch(origin, partial, verbose)
        if expected and not validate_file(partial, expected):
            raise DatasetError(
                f"{origin} is not the file expected: its {checksum_name(expected)} checksum is "
                f"not {expected}. It may have been replaced, or something answered in its place"
            )
        partial.replace(path)


@contextmanager
def _partial(path: Path) -> Iterator[Path]:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)


def _fetch(origin: str, partial: Path, verbose: int) -> None:
    request = Request(origin, headers={"User-Agent": "pronghorn"})
    try:
        with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer, partial.open("wb") as file:
            declared = answer.headers.get("Content-Length")
            _copy(answer, file, int(declared) if declared else None, verbose)
    except (OSError, ValueError) as error:
        raise DatasetError(f"cannot download {origin}: {error}") from error


def _copy(source: BinaryIO, target: BinaryIO, size: int | None, verbose: int) -> None:
    """Copy all bytes; an answer that ends before its declared size is an error."""
    bar = Progbar(size, verbose=verbose)
    while chunk := source.read(_CHUNK):
        target.write(chunk)
        bar.add(len(chunk))
    if size is not None and bar.seen_so_far < size:
        raise DatasetError(f"it ended after {bar.seen_so_far} of {size} bytes")


def _unpacked(archive: Path, folder: Path) -> Path:
    """`folder`, made of the archive's only top folder, or of all of it if there are several."""
    if folder.is_dir() and folder.stat().st_mtime >= archive.stat().st_mtime:
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".unpacking-") as scratch:
        made = Path(scratch) / "all"
        with tarfile.open(archive) as file:
            # The filter keeps files inside the folder and special files out.
            file.extractall(made, filter="data")
        shutil.rmtree(folder, ignore_errors=True)
        top = list(made.iterdir())
        (top[0] if len(top) == 1 and top[0].is_dir() else made).rename(folder)
    os.utime(folder)
    return folder
