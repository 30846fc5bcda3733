"""The reference: a page for each kind of component, made of signatures and docstrings."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import dedent
from typing import Any

from pronghorn import registry
from pronghorn.cli import info
from pronghorn.cli.kernels import devices
from pronghorn.components import spelling
from pronghorn.devices.function import Function
from pronghorn.registry import Entry

SECTIONS = {
    "Args": "Arguments",
    "Arguments": "Arguments",
    "Attributes": "Attributes",
    "Raises": "Errors",
    "Returns": "Result",
}
"""Headings in docstrings whose items become a list, and what the page calls them."""


def page(kind: str, entries: Iterable[Entry]) -> str:
    """The page of a kind."""
    head = (
        f"# {kind.capitalize()}\n\n"
        f"What the official packs bring. `pronghorn info IDENTIFIER` shows the same of any pack's "
        f"{kind}.\n"
    )
    return "\n".join([head, *map(_component, entries)])


def _component(entry: Entry) -> str:
    declared = registry.load_entry(entry)
    component = info._from_function(entry.kind, declared)
    facts = [("pack", f"`{entry.pack}`")]
    if found := devices(component):
        facts.append(("devices", ", ".join(found)))
    if entry.aliases:
        facts.insert(0, ("aliases", ", ".join(f"`{alias}`" for alias in entry.aliases)))
    parts = [
        f"## {entry.identifier}",
        _fenced(f"{entry.identifier}{_wrapped(info._signature(component))}"),
        "; ".join(f"{name}: {value}" for name, value in facts) + ".",
        markdown(info._documentation(declared)),
    ]
    function = getattr(component, "function", getattr(component, "rule", None))
    if isinstance(function, Function):
        parts.append('??? note "Formula"\n\n' + _indented(_fenced(function.text())))
    return "\n\n".join(parts) + "\n"


def markdown(docstring: str) -> str:
    """A docstring with its sections as lists and its examples as code."""
    blocks = re.split(r"\n\n(?=\S)", docstring)
    return "\n\n".join(block for part in blocks for block in _block(part))


def _block(text: str) -> Iterator[str]:
    title, _, body = text.partition("\n")
    name = title.rstrip(":")
    if title.endswith(":") and name in SECTIONS:
        yield f"**{SECTIONS[name]}**"
        yield "\n".join(_items(dedent(body)))
    elif name in ("Example", "Examples"):
        yield f"**{name}**"
        yield _fenced(dedent(body))
    else:
        yield _escaped(text)


def _items(body: str) -> Iterator[str]:
    """The entries `name: text`, whose further lines are indented."""
    for item in re.split(r"\n(?=\S)", body):
        line = " ".join(item.split())
        names, colon, text = line.partition(": ")
        if not colon or not re.fullmatch(r"[\w, *.]+", names):
            yield f"- {_escaped(line)}"
            continue
        yield f"- {', '.join(f'`{name.strip()}`' for name in names.split(','))}: {_escaped(text)}"


def _wrapped(signature: str) -> str:
    """A signature, one parameter a line where it is long."""
    if len(signature) < 80:
        return signature
    parameters = re.split(r", (?=[\w*]+(?:=|,|\)|$))", signature[1:-1])
    return "(\n" + "".join(f"    {parameter},\n" for parameter in parameters) + ")"


def _fenced(code: str) -> str:
    return f"```python\n{code}\n```"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())


def _escaped(text: str) -> str:
    """Text in which only what stands in backquotes, or is indented, may look like markup."""
    runs = groupby(text.split("\n"), key=lambda line: line.startswith("    "))
    joined = ((is_code, "\n".join(lines)) for is_code, lines in runs)
    return "\n".join(run if is_code else _prose(run) for is_code, run in joined)


def _prose(text: str) -> str:
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else _without_markup(part) for part in parts)


def _without_markup(text: str) -> str:
    return re.sub(r"([*_\[])", r"\\\1", text).replace("<", "&lt;")


def spellings(takers: Iterable[tuple[str, str, Any]]) -> str:
    """The table of arguments: the newer name, Keras 1's, and what takes both.

    `takers` are kind, name and what takes them: a function, a class, or an object with options.
    """
    rows = ["| Keras 2 and 3 | Keras 1 | taken by |", "| --- | --- | --- |"]
    known = list(takers)
    for alias, older in spelling.ALIASES.items():
        for target in older:
            taken: dict[str, list[str]] = {}
            for kind, name, taker in known:
                if _takes(taker, alias, target):
                    taken.setdefault(kind, []).append(name)
            if taken:
                shown = "; ".join(_some(kind, names) for kind, names in taken.items())
                rows.append(f"| `{alias}` | `{target}` | {shown} |")
    return "\n".join(rows)


def _takes(taker: Any, alias: str, target: str) -> bool:
    """Whether something takes an argument under both names."""
    options = getattr(taker, "config", None)
    accepted = frozenset(options) if isinstance(options, dict) else spelling.parameters(taker)
    meant = spelling.meant(alias, accepted)
    return meant == target and target in accepted and spelling.applies(alias, taker)


def _some(kind: str, names: list[str], most: int = 4) -> str:
    if len(names) > most:
        return f"{len(names)} {kind}, such as `{names[0]}`"
    return ", ".join(f"`{name}`" for name in names)
