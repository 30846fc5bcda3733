"""What the registry knows about one component before it is imported."""

from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "activations",
    "callbacks",
    "constraints",
    "initializers",
    "layers",
    "metrics",
    "objectives",
    "optimizers",
    "regularizers",
)

LOCAL = "local"
"""The pack name of components that were registered in this process."""


@dataclass(frozen=True)
class Entry:
    """One component: its canonical identifier, who brings it, and where it is.

    `target` is `"module:attribute"`; a component made in code has `object` instead.
    """

    kind: str
    identifier: str
    pack: str = ""
    version: str = ""
    target: str | None = None
    object: Any = field(default=None, repr=False, compare=False)
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The identifier and its aliases."""
        return (self.identifier, *self.aliases)

    @property
    def qualified(self) -> str:
        """The name that picks this component whatever other packs are installed."""
        return f"{self.pack}:{self.identifier}"

    @property
    def source(self) -> str:
        """Pack and version, for messages."""
        return f"{self.pack} {self.version}".strip()


def to_kind(word: str) -> str | None:
    """The kind that a word means: singular, plural, any case; None if there is no such kind."""
    lowered = word.lower()
    lowered = {"loss": "objectives", "losses": "objectives"}.get(lowered, lowered)
    plural = lowered if lowered.endswith("s") else f"{lowered}s"
    return plural if plural in KINDS else None


def singular(kind: str) -> str:
    """`activations` -> `activation`."""
    return kind.removesuffix("s")
