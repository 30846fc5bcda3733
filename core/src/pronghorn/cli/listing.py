"""`pronghorn list`: the components that are installed, without importing any."""

import json
from collections import Counter
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import click

from pronghorn import registry
from pronghorn.cli.table import columns
from pronghorn.registry import Entry, packs

WIDTH = 88


@click.command("list")
@click.argument("kind", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object per component.")
def list_components(kind: str | None, as_json: bool) -> None:
    """List the components that are installed, or those of one KIND."""
    entries = registry.entries(kind)
    if as_json:
        click.echo(json.dumps([to_json(entry) for entry in entries], indent=2))
    elif kind is None:
        click.echo("\n\n".join(_paragraph(word, entries) for word in registry.KINDS))
    else:
        rows = [(usable_name(e, entries), ", ".join(e.aliases), e.source) for e in entries]
        click.echo(columns(rows) if rows else f"no {registry.to_kind(kind)} are installed")


def to_json(entry: Entry) -> dict[str, Any]:
    """What is known of a component before it is imported."""
    return {
        "kind": entry.kind,
        "identifier": entry.identifier,
        "aliases": list(entry.aliases),
        "pack": entry.pack,
        "version": entry.version,
        "target": entry.target,
    }


def usable_name(entry: Entry, entries: Sequence[Entry]) -> str:
    """The identifier, qualified by its pack where without it another one or none is meant."""
    holders = Counter(e.pack for e in entries if e.kind == entry.kind and _shares(e, entry))
    if len(holders) == 1 or entry.pack in packs.OFFICIAL:
        return entry.identifier
    return entry.qualified


def _shares(one: Entry, other: Entry) -> bool:
    return other.identifier in one.names


def _paragraph(kind: str, entries: Sequence[Entry]) -> str:
    """A kind with its identifiers: the official ones, then one paragraph for each other pack."""
    mine = [entry for entry in entries if entry.kind == kind]
    official = [e.identifier for e in mine if e.pack in packs.OFFICIAL]
    lines = [f"{kind} ({len(mine)})", *_indented(", ".join(official))]
    for source in sorted({e.source for e in mine if e.pack not in packs.OFFICIAL}):
        names = [usable_name(e, mine) for e in mine if e.source == source]
        lines += _indented(f"{source}: {', '.join(names)}")
    return "\n".join(lines)


def _indented(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
