"""Where the files of a dataset come from: a folder of the user's, the cache, the web."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from pronghorn.devices.generated import cache_folder
from pronghorn.errors import DatasetError
from pronghorn.utils.data_utils import VARIABLE, download, user_folder, validate_file


@dataclass(frozen=True)
class RemoteFile:
    """A file to download: its name, the folder of the web that has it, its checksum."""

    name: str
    address: str
    checksum: str

    @property
    def url(self) -> str:
        """Where the file is."""
        return f"{self.address.rstrip('/')}/{self.name}"


@dataclass(frozen=True)
class Form:
    """One way in which a dataset comes as files: for each file, the names that it may have."""

    files: tuple[tuple[str, ...], ...]

    def find(self, folder: Path) -> list[Path] | None:
        """The paths of all files of this form in a folder, or None if one is missing."""
        found = []
        for names in self.files:
            path = next((folder / name for name in names if (folder / name).exists()), None)
            if path is None:
                return None
            found.append(path)
        return found

    def __str__(self) -> str:
        return ", ".join(names[0] for names in self.files)


@dataclass(frozen=True)
class Source:
    """A dataset's files.

    Arguments:
        name: of the dataset, and of the folder that may hold its files.
        forms: ways in which the files may come, the preferred one first.
        downloads: the files to download; they make up the first form.
        stock_names: file names that Keras's `path` arguments have by default, which ask for no
            file in particular.
        in_root: whether the files may also lie in `PRONGHORN_DATASETS` itself.
    """

    name: str
    forms: tuple[Form, ...]
    downloads: tuple[RemoteFile, ...]
    stock_names: tuple[str, ...] = ()
    in_root: bool = True

    def locate(self, path: str | PathLike[str] | None = None) -> list[Path]:
        """Paths of the dataset's files, all of one form; they are downloaded if need be.

        `path` is the file, if the dataset can come as one, or a folder; None looks where
        the user keeps datasets, then in the cache. Raises DatasetError if nothing is found.
        """
        if path is not None and os.fspath(path) not in self.stock_names:
            return self._given(Path(path).expanduser())
        for folder in [*self._user_folders(), self._cache()]:
            if found := self._in(folder):
                return found
        return self._download()

    def _given(self, path: Path) -> list[Path]:
        if path.is_file():
            return [path]
        if not path.is_dir():
            raise DatasetError(f"{self.name}: the path {str(path)!r} does not exist")
        for folder in (path, *self._named(path)):
            if found := self._in(folder):
                return found
        raise DatasetError(f"{self.name}: the folder {str(path)!r} lacks the files. {self._hint()}")

    def _in(self, folder: Path) -> list[Path] | None:
        return next((found for form in self.forms if (found := form.find(folder))), None)

    def _user_folders(self) -> list[Path]:
        root = user_folder()
        return [] if root is None else [*self._named(root), *([root] if self.in_root else [])]

    def _named(self, root: Path) -> Iterator[Path]:
        """Folders in `root` that bear the dataset's name, however it is spelled."""
        if not root.is_dir():
            return
        for folder in sorted(root.iterdir()):
            if folder.is_dir() and _plain(folder.name) == _plain(self.name):
                yield from (folder, folder / "raw")

    def _cache(self) -> Path:
        return cache_folder() / "datasets" / self.name

    def _download(self) -> list[Path]:
        folder = self._cache()
        try:
            for file in self.downloads:
                path = folder / file.name
                if not (path.is_file() and validate_file(path, file.checksum)):
                    download(file.url, path, file.checksum)
        except OSError as error:
            raise DatasetError(
                f"the dataset {self.name} is not here and cannot be loaded: {error}. "
                + self._hint()
            ) from error
        return [folder / file.name for file in self.downloads]

    def _hint(self) -> str:
        forms = ", or for ".join(map(str, self.forms))
        return (
            f"Looked for {forms}; in {self._user_place()}, and in the cache {self._cache()}. Put "
            f"the files into a folder {self.name!r} in the folder that {VARIABLE} names, or call "
            f"load_data(path=...) with the folder that has them. "
            f"They come from {self.downloads[0].address}"
        )

    def _user_place(self) -> str:
        root = user_folder()
        if root is None:
            return f"the folder that {VARIABLE} names (it is not set)"
        place = root if self.in_root else root / self.name
        return f"{place} ({VARIABLE})" if root.is_dir() else f"{root} ({VARIABLE}; no such folder)"


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
