"""The components registered in this process, by a script or a notebook."""

from pronghorn.hooks import hookimpl
from pronghorn.registry.entry import Entry

_entries: dict[tuple[str, str], Entry] = {}


@hookimpl
def pronghorn_components() -> list[Entry]:
    """What has been added and not removed."""
    return list(_entries.values())


def put(entry: Entry) -> None:
    """Add a component; one of the same identifier is replaced, as when a cell runs again."""
    _entries[entry.kind, entry.identifier] = entry


def drop(kind: str, identifier: str) -> bool:
    """Remove a component; whether there was one."""
    return _entries.pop((kind, identifier), None) is not None
