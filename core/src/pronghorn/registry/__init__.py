"""Components by identifier: what there is, who brings it, and the object itself.

Listing imports no pack; only `load` does. An identifier is a component's own name, one of its
aliases, or either of them behind `pack-name:`, which picks one pack where several bring the name.
"""

from dataclasses import replace
from typing import Any

from pronghorn.errors import (
    AmbiguousComponentError,
    BrokenPackError,
    UnknownComponentError,
)
from pronghorn.registry import local, manager, packs
from pronghorn.registry.entry import KINDS, LOCAL, Entry, singular, to_kind
from pronghorn.registry.manager import Problem, problems

__all__ = [
    "KINDS",
    "LOCAL",
    "Entry",
    "Problem",
    "add",
    "entries",
    "find",
    "find_or_make",
    "load",
    "load_entry",
    "problems",
    "refresh",
    "remove",
    "singular",
    "to_kind",
]

_Index = dict[tuple[str, str], list[Entry]]
_index: tuple[object, _Index] | None = None


def entries(kind: str | None = None) -> list[Entry]:
    """All components, or those of one kind, sorted by kind, identifier and pack."""
    wanted = None if kind is None else _check_kind(kind)
    found = {entry for holders in _names().values() for entry in holders}
    chosen = [entry for entry in found if wanted in (None, entry.kind)]
    return sorted(chosen, key=lambda entry: (entry.kind, entry.identifier.lower(), entry.pack))


def find(kind: str, identifier: str) -> Entry:
    """The component that an identifier means; imports nothing.

    Raises UnknownComponentError, with the nearest names, and AmbiguousComponentError where two
    packs bring the name. A name of an official pack always means the official component.
    """
    kind = _check_kind(kind)
    holders = _holders(kind, identifier)
    if not holders:
        _look_again()
        holders = _holders(kind, identifier)
    if not holders:
        from pronghorn.registry import miss  # not needed by those who hit

        message = miss.explain(kind, identifier, entries())
        raise UnknownComponentError(message, kind, identifier)
    return _choose(identifier, holders)


def load(kind: str, identifier: str) -> Any:
    """The component itself: imports its module, or asks the packs' rules if no name fits."""
    return load_entry(find_or_make(kind, identifier))


def find_or_make(kind: str, identifier: str) -> Entry:
    """As `find`, but asks the packs' rules if no name fits; what a rule made is the `object`."""
    try:
        return find(kind, identifier)
    except UnknownComponentError:
        kind = _check_kind(kind)
        for pack, made in manager.each("pronghorn_resolve", kind=kind, identifier=identifier):
            if made is not None:
                return _with_origin(Entry(kind, identifier, object=made), pack)
        raise


def load_entry(entry: Entry) -> Any:
    """The object that an entry stands for; BrokenPackError names the pack and the cause."""
    if entry.target is None:
        return entry.object
    try:
        return manager.load_target(entry.target)
    except (Exception, SystemExit) as error:
        if manager.raise_errors():
            raise
        raise BrokenPackError(
            f"the {singular(entry.kind)} {entry.identifier!r} cannot be imported from pack "
            f"{entry.source} ({entry.target}): {manager.describe(error)}"
        ) from error


def add(kind: str, identifier: str, component: Any, aliases: tuple[str, ...] = ()) -> Entry:
    """Register a component in this process, under its identifier at once.

    A component registered here before under the same identifier is replaced; an official
    identifier is refused with AmbiguousComponentError.
    """
    entry = Entry(_check_kind(kind), identifier, LOCAL, object=component, aliases=aliases)
    for name in entry.names:
        _check_free(entry.kind, name)
    local.put(entry)
    _forget_index()
    return entry


def remove(kind: str, identifier: str) -> None:
    """Take back what `add` registered; UnknownComponentError if it did not."""
    if not local.drop(_check_kind(kind), identifier):
        raise UnknownComponentError(
            f"no {singular(kind)} {identifier!r} was registered in this process"
        )
    _forget_index()


def refresh() -> None:
    """Read packs anew: something was installed, removed or switched off."""
    packs.forget()
    manager.forget()
    _forget_index()


def _look_again() -> None:
    """Notice, before a name is called unknown, what was installed since, as in a notebook."""
    before = packs.installed()
    packs.forget()
    if packs.installed() != before:
        manager.forget()
    _forget_index()


def _forget_index() -> None:
    global _index
    _index = None


def _names() -> _Index:
    """Holders of each name, by kind and name; read once per state of packs and path."""
    global _index
    state = packs.installed()
    if _index is None or _index[0] is not state:
        _index = (state, _read())
    return _index[1]


def _read() -> _Index:
    names: _Index = {}
    for pack, found in manager.each("pronghorn_components"):
        for entry in found:
            owned = _with_origin(entry, pack)
            for name in owned.names:
                names.setdefault((owned.kind, name), []).append(owned)
    return names


def _with_origin(entry: Entry, pack: packs.Pack | None) -> Entry:
    """A component made by a hook belongs to the pack of that hook unless it says otherwise."""
    if entry.pack or pack is None:
        return entry
    return replace(entry, pack=pack.name, version=pack.version)


def _holders(kind: str, identifier: str) -> list[Entry]:
    names = _names()
    exact = names.get((kind, identifier), [])
    if exact or ":" not in identifier:
        return exact
    pack, _, name = identifier.partition(":")
    wanted = packs.normalize(pack)
    return [entry for entry in names.get((kind, name), []) if entry.pack == wanted]


def _choose(identifier: str, holders: list[Entry]) -> Entry:
    official = [entry for entry in holders if entry.pack in packs.OFFICIAL]
    chosen = official or holders
    if len({entry.pack for entry in chosen}) == 1:
        return chosen[0]
    sources = " and ".join(sorted(entry.source for entry in chosen))
    options = " or ".join(sorted(repr(f"{entry.pack}:{identifier}") for entry in chosen))
    raise AmbiguousComponentError(
        f"the {singular(chosen[0].kind)} {identifier!r} is brought by {sources}: say {options}"
    )


def _check_kind(word: str) -> str:
    kind = to_kind(word)
    if kind is None:
        raise UnknownComponentError(f"there is no kind {word!r}; kinds are {', '.join(KINDS)}")
    return kind


def _check_free(kind: str, name: str) -> None:
    if not name or ":" in name:
        raise ValueError(f"an identifier is a non-empty string without a colon, not {name!r}")
    for holder in _names().get((kind, name), []):
        if holder.pack in packs.OFFICIAL:
            raise AmbiguousComponentError(
                f"{name!r} is the identifier of an official {singular(kind)} "
                f"({holder.source}) and is never replaced: choose another one"
            )
