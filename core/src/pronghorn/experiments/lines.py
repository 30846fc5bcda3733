"""In which line of a TOML file something stands, which the parser of the library does not tell."""

import re

Place = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=\s*(.*)$")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')


def find_lines(text: str) -> dict[Place, int]:
    """Line numbers, from 1, of tables, keys and elements of arrays, by their place in the data.

    `("layers", 0)` is the first table `[[layers]]`, or the first inline table of `layers = [...]`.
    What cannot be told is left out.
    """
    lines: dict[Place, int] = {}
    counts: dict[str, int] = {}
    table: Place = ()
    key: Place | None = None
    depth = element = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if depth:
            if depth == 1 and key is not None and line.lstrip()[:1] in ("{", '"', "'"):
                lines[*key, element] = number
                element += 1
        elif header := _HEADER.match(line):
            table = _table(header, counts)
            lines[table] = number
        elif found := _KEY.match(line):
            key = (*table, found[1])
            lines[key], element = number, 0
            line = found[2]
        depth += _opened(line) if key is not None else 0
    return lines


def _table(header: re.Match[str], counts: dict[str, int]) -> Place:
    """The place of a table; those of an array are numbered."""
    bracket, name = header.groups()
    parts = tuple(part.strip().strip("\"'") for part in name.split("."))
    if bracket == "[":
        return parts
    counts[name] = counts.get(name, -1) + 1
    return (*parts, counts[name])


def _opened(line: str) -> int:
    """Brackets that a line opens and leaves open."""
    bare = _QUOTED.sub("", line)
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
