"""Checks the structure of an HDF5 file before anything in it is read.

HDF5 can point out of the file (soft and external links, external storage, virtual datasets),
claim more data than it holds, and name filters that load libraries or unpack a thousandfold. No
model file needs any of these, so a file that has one is refused as a whole.
"""

from collections.abc import Iterator
from math import prod

import h5py
from h5py import h5d, h5g, h5l, h5o

from pronghorn.errors import ModelFileError

MOST_GROUPS = 1_000_000


def check_structure(file: h5py.File) -> None:
    """Raise ModelFileError unless the file holds plain groups and plain, complete datasets."""
    size = file.id.get_filesize()
    for name, dataset in _datasets(file):
        try:
            _check_dataset(dataset, size)
        except ModelFileError as error:
            raise ModelFileError(f"dataset {name!r} {error}") from None


def check_total(claimed: int, file_size: int) -> None:
    """Raise ModelFileError if the arrays to be read claim more bytes than the file has.

    Each of them may be sound, but the same one may be listed under many names.
    """
    if claimed > file_size:
        raise ModelFileError(
            f"its arrays would take {claimed:,} bytes, but the file has only {file_size:,}: it is "
            "damaged or made to exhaust memory"
        )


def _datasets(file: h5py.File) -> Iterator[tuple[str, h5d.DatasetID]]:
    """Every dataset with its path; raises at the first link that is not a plain one."""
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[str, h5g.GroupID]] = [("", h5g.open(file.id, b"/"))]
    for _ in range(MOST_GROUPS):
        if not waiting:
            return
        path, group = waiting.pop()
        for link in list(group):
            name = f"{path}/{link.decode('utf-8', 'replace')}"
            thing = _open_link(group, link, name)
            if isinstance(thing, h5d.DatasetID):
                yield name, thing
                continue
            info = h5o.get_info(thing)
            if (info.fileno, info.addr) not in seen:
                seen.add((info.fileno, info.addr))
                waiting.append((name, thing))
    raise ModelFileError(f"it has more than {MOST_GROUPS:,} groups")


def _open_link(group: h5g.GroupID, link: bytes, name: str) -> h5d.DatasetID | h5g.GroupID:
    if group.links.get_info(link).type != h5l.TYPE_HARD:
        raise ModelFileError(f"{name!r} is a link to another place; model files have none")
    thing = h5o.open(group, link)
    if not isinstance(thing, h5d.DatasetID | h5g.GroupID):
        raise ModelFileError(f"{name!r} is neither a group nor a dataset")
    return thing


def _check_dataset(dataset: h5d.DatasetID, file_size: int) -> None:
    properties = dataset.get_create_plist()
    if properties.get_external_count():
        raise ModelFileError("keeps its data in another file; model files do not")
    layout = properties.get_layout()
    if layout not in (h5d.CONTIGUOUS, h5d.COMPACT, h5d.CHUNKED):
        raise ModelFileError("is virtual, made of other datasets; model files have none")
    if properties.get_nfilters():
        raise ModelFileError(
            "is compressed; Keras and Pronghorn write plain arrays: unpack the file with "
            "h5repack -f NONE"
        )
    _check_complete(dataset, file_size)


def _check_complete(dataset: h5d.DatasetID, file_size: int) -> None:
    claimed = prod(dataset.shape or ()) * dataset.get_type().get_size()
    if dataset.shape is None or claimed == 0:
        return
    offset = dataset.get_offset() or 0
    if dataset.get_storage_size() < claimed or offset + claimed > file_size:
        raise ModelFileError(
            f"claims {claimed:,} bytes for its shape {dataset.shape} but the file does not hold "
            "them: it is damaged or cut off"
        )
