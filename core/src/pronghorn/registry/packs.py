"""The installed packs, read from the metadata of distributions. Nothing is imported here.

A pack is a distribution with entry points in the group `pronghorn` (hook modules) or in
`pronghorn.<kind>` (components). Its metadata are read in isolation: a pack that cannot be read
is a problem of its own and hides no other.
"""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import Distribution, distributions

from pronghorn.registry.entry import KINDS

HOOK_GROUP = "pronghorn"
OFFICIAL = frozenset(
    {"pronghorn", "pronghorn-core", "pronghorn-datasets", "pronghorn-preprocessing"}
    | {f"pronghorn-{kind}" for kind in KINDS}
)


@dataclass(frozen=True)
class Declaration:
    """One line of a pack's entry points."""

    group: str
    name: str
    target: str

    @property
    def kind(self) -> str | None:
        """The component kind of the group; None for hook modules."""
        prefix, _, kind = self.group.partition(".")
        return kind if prefix == HOOK_GROUP and kind else None


@dataclass(frozen=True)
class Pack:
    """An installed pack and what it declares."""

    name: str
    version: str
    declarations: tuple[Declaration, ...] = ()
    problem: str = ""
    disabled: bool = False

    @property
    def official(self) -> bool:
        """Whether the pack belongs to Pronghorn itself."""
        return self.name in OFFICIAL

    def hook_modules(self) -> list[Declaration]:
        """The hook modules that the pack declares."""
        return [line for line in self.declarations if line.group == HOOK_GROUP]


def normalize(name: str) -> str:
    """A distribution name as package indexes compare it: `Acme_Layers` -> `acme-layers`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> tuple[Pack, ...]:
    """All packs found on `sys.path`, sorted by name, disabled and unreadable ones included."""
    return _scan(tuple(sys.path), disabled_names())


def enabled() -> tuple[Pack, ...]:
    """The packs in use: readable and not named by PRONGHORN_DISABLE_PACKS."""
    return tuple(pack for pack in installed() if not (pack.disabled or pack.problem))


def declares(kind: str, name: str) -> bool:
    """Whether an enabled pack declares a component of this name, as entry points tell."""
    return (kind, name) in _declared(installed())


def is_installed(name: str) -> bool:
    """Whether there is a distribution of this name, pack or not."""
    return next(iter(Distribution.discover(name=name)), None) is not None


def forget() -> None:
    """Read the metadata anew at the next question: something was installed or removed."""
    _scan.cache_clear()


def disabled_names() -> frozenset[str]:
    """Packs that the user switched off; the core cannot be."""
    words = os.environ.get("PRONGHORN_DISABLE_PACKS", "").replace(",", " ").split()
    return frozenset(normalize(word) for word in words) - {"pronghorn-core"}


@lru_cache(maxsize=8)
def _scan(path: tuple[str, ...], disabled: frozenset[str]) -> tuple[Pack, ...]:
    found: dict[str, Pack] = {}
    for distribution in distributions(path=list(path)):
        pack = _read(distribution, disabled)
        if pack is not None:
            found.setdefault(pack.name, pack)  # earlier on the path is what gets imported
    return tuple(found[name] for name in sorted(found))


@lru_cache(maxsize=8)
def _declared(found: tuple[Pack, ...]) -> frozenset[tuple[str | None, str]]:
    in_use = (pack for pack in found if not (pack.disabled or pack.problem))
    return frozenset((line.kind, line.name) for pack in in_use for line in pack.declarations)


def _read(distribution: Distribution, disabled: frozenset[str]) -> Pack | None:
    name, version = _folder(distribution)
    try:
        lines = tuple(_declarations(distribution))
    except Exception as error:
        # Whatever a damaged file raises, it may only cost the pack that it belongs to.
        if not _mentions_hooks(distribution):
            return None
        reason = f"its entry points cannot be read: {type(error).__name__}: {error}"
        return Pack(name, version, problem=reason, disabled=name in disabled)
    if not lines and name not in OFFICIAL:
        return None
    name, version = _identity(distribution)
    return Pack(name, version, lines, disabled=name in disabled)


def _declarations(distribution: Distribution) -> Iterator[Declaration]:
    # Most distributions declare nothing here: parsing them all would take most of the time.
    if HOOK_GROUP not in (distribution.read_text("entry_points.txt") or ""):
        return
    for point in distribution.entry_points:
        if point.group == HOOK_GROUP or point.group.startswith(f"{HOOK_GROUP}."):
            yield Declaration(point.group, point.name, point.value)


def _identity(distribution: Distribution) -> tuple[str, str]:
    metadata = distribution.metadata
    name, version = _folder(distribution)
    return normalize(metadata["Name"] or name), metadata["Version"] or version


def _folder(distribution: Distribution) -> tuple[str, str]:
    """Name and version from `name-1.0.dist-info`: cheap, and there where metadata are damaged."""
    path = getattr(distribution, "_path", None)
    name, _, version = str(getattr(path, "stem", "")).partition("-")
    return normalize(name), version


def _mentions_hooks(distribution: Distribution) -> bool:
    """Whether entry points that cannot be read look as if they were for Pronghorn."""
    path = getattr(distribution, "_path", None)
    try:
        return path is not None and HOOK_GROUP.encode() in (path / "entry_points.txt").read_bytes()
    except OSError:
        return False
