"""The components that packs declare as entry points: the core's own implementation of the hook."""

from collections.abc import Iterator

from pronghorn.hooks import hookimpl
from pronghorn.registry import packs
from pronghorn.registry.entry import KINDS, Entry


@hookimpl
def pronghorn_components() -> list[Entry]:
    """One entry per component, with the names that lead to the same target as its aliases."""
    return [entry for pack in packs.enabled() for entry in _entries(pack)]


def _entries(pack: packs.Pack) -> Iterator[Entry]:
    names: dict[tuple[str, str], list[str]] = {}
    for line in pack.declarations:
        if line.kind in KINDS:
            names.setdefault((str(line.kind), line.target), []).append(line.name)
    for (kind, target), (canonical, *aliases) in (
        (key, _canonical_first(key[1], found)) for key, found in names.items()
    ):
        yield Entry(kind, canonical, pack.name, pack.version, target, aliases=tuple(aliases))


def _canonical_first(target: str, names: list[str]) -> list[str]:
    """The identifier proper is the one that is called as its target is; the rest are aliases."""
    attribute = target.rpartition(":")[2]
    return sorted(names, key=lambda name: (name != attribute, name))
