"""Writes what in this repository follows from the registry. Run it as `python docs/generate.py`.

These are `docs/components.md`, `docs/reference`, `docs/command-line.md`, `docs/experiments.md`, the
files shown in `docs/writing-a-pack.md`, the tables in `docs/testing-a-pack.md` and
`docs/from-keras.md`, and the names for type checkers in each pack's `__init__.py`. Tests compare
the files with what this script would write.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import reference_pages
from click.testing import CliRunner

from pronghorn import registry
from pronghorn.cli.group import BUILT_IN, commands
from pronghorn.cli.kernels import devices
from pronghorn.datasets import imdb
from pronghorn.experiments import schema
from pronghorn.models import Sequential
from pronghorn.preprocessing.text import Tokenizer
from pronghorn.registry import Entry, packs
from pronghorn.testing import checks
from pronghorn.utils import to_categorical

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Write every generated file."""
    for path, text in documents().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for kind in registry.KINDS:
        path = package(kind)
        path.write_text(with_typed_names(path.read_text(encoding="utf-8"), kind), encoding="utf-8")
        ruff = [sys.executable, "-m", "ruff"]
        subprocess.run([*ruff, "check", "-q", "--select", "I", "--fix", path], check=True)
        subprocess.run([*ruff, "format", "-q", path], check=True)


def documents() -> dict[Path, str]:
    """The generated pages, by path."""
    return {
        ROOT / "docs" / "components.md": components_page(),
        ROOT / "docs" / "command-line.md": command_line_page(),
        ROOT / "docs" / "experiments.md": experiments_page(),
        ROOT / "docs" / "writing-a-pack.md": pack_page(),
        ROOT / "docs" / "testing-a-pack.md": checks_page(),
        ROOT / "docs" / "from-keras.md": keras_page(),
        **{ROOT / "docs" / "reference" / f"{kind}.md": reference(kind) for kind in registry.KINDS},
    }


def official(kind: str) -> list[Entry]:
    """The official components of a kind."""
    return [entry for entry in registry.entries(kind) if entry.pack in packs.OFFICIAL]


# docs/components.md


def components_page() -> str:
    """Tables of the official components, one for each kind."""
    head = (
        "# Components\n\n"
        "Every identifier of the official packs. `pronghorn info IDENTIFIER` shows more: the\n"
        "signature, the shapes, the formula and its source. Components of other packs are in\n"
        "`pronghorn list`.\n"
    )
    return "\n".join([head, *(_section(kind) for kind in registry.KINDS)])


def _section(kind: str) -> str:
    head = [f"## {kind.capitalize()}", "", "| identifier | aliases | what it is | devices |"]
    rows = [_row(entry) for entry in official(kind)]
    return "\n".join([*head, "| --- | --- | --- | --- |", *rows, ""])


def _row(entry: Entry) -> str:
    component = registry.load_entry(entry)
    aliases = ", ".join(f"`{alias}`" for alias in entry.aliases)
    found = devices(component)
    where = "host" if found is None else ", ".join(found)
    return f"| `{entry.identifier}` | {aliases} | {summary(component)} | {where} |"


def summary(component: Any) -> str:
    """The first paragraph of a docstring in one line, as it may stand in a table."""
    first = (component.__doc__ or "").strip().split("\n\n")[0]
    return " ".join(first.split()).replace("|", "\\|")


# docs/command-line.md


def command_line_page() -> str:
    """The help of every command."""
    parts = ["# Command line", "", "What `pronghorn COMMAND --help` says.", ""]
    for name in sorted(BUILT_IN):
        shown = CliRunner().invoke(
            commands, [name, "--help"], prog_name="pronghorn", terminal_width=88
        )
        parts += [f"## pronghorn {name}", "", "```text", shown.output.rstrip(), "```", ""]
    return "\n".join(parts)


# docs/experiments.md


def experiments_page() -> str:
    """The keys of an experiment file, as the module that checks them describes them."""
    head = (
        "# Experiments\n\n"
        "`pronghorn train EXPERIMENT.toml` trains the model that a TOML file describes, tests it\n"
        "on held-out samples, and leaves the model, a picture of the learning curves, a picture\n"
        "of the mistakes and a copy of the file in one folder. Everything is a string\n"
        "identifier, of an official component or of any pack's (`pronghorn list`); a component\n"
        "with arguments is a table. Newer names of arguments (`units`, `epochs`) are taken too.\n"
        "`examples/digits.toml` is what `pronghorn demo` runs.\n\n"
        "These are all the keys:\n"
    )
    described = dedent((schema.__doc__ or "").partition("\n\n")[2]).rstrip()
    return f"{head}\n```toml\n{described}\n```\n"


# docs/writing-a-pack.md


def pack_page() -> str:
    """The page with the blocks that begin with `# <path>` filled from the example's files."""
    text = (ROOT / "docs" / "writing-a-pack.md").read_text(encoding="utf-8")
    return re.sub(r"(?<=\n)(```\w+\n# (\S+\.\w+)\n).*?(?=```)", _with_file, text, flags=re.DOTALL)


def _with_file(block: re.Match[str]) -> str:
    file = ROOT / "examples" / "acme-pack" / block[2]
    return block[1] + file.read_text(encoding="utf-8")


# docs/testing-a-pack.md


def checks_page() -> str:
    """The page with the tables of all checks between their marks."""
    text = (ROOT / "docs" / "testing-a-pack.md").read_text(encoding="utf-8")
    shared = {check.run: check for kind in registry.KINDS for check in checks(kind)}
    by_group: dict[str, list[str]] = {}
    for check in shared.values():
        group = "Every kind" if check.run.__module__.endswith("common") else check.kind.capitalize()
        row = f"| `{check.name}` | {check.description} |"
        by_group.setdefault(group, []).append(row)
    tables = [_table_of_checks(group, by_group[group]) for group in sorted(by_group, key=_rank)]
    return filled(text, "checks", "\n".join([*tables, ""]))


def _table_of_checks(group: str, rows: list[str]) -> str:
    head = [f"### {group}", "", "| check | what it asks |", "| --- | --- |"]
    return "\n".join([*head, *rows, ""])


def _rank(group: str) -> tuple[bool, str]:
    """What is common to all comes first."""
    return group != "Every kind", group


# docs/reference


def reference(kind: str) -> str:
    """The page of a kind's official components."""
    return reference_pages.page(kind, official(kind))


# docs/from-keras.md


def keras_page() -> str:
    """The page with the tables of names between their marks."""
    text = (ROOT / "docs" / "from-keras.md").read_text(encoding="utf-8")
    text = filled(text, "names", _table_of_names() + "\n")
    return filled(text, "arguments", reference_pages.spellings(_takers()) + "\n")


def filled(text: str, mark: str, content: str) -> str:
    """The text with this content between two marks."""
    marks = re.compile(rf"(?<=<!-- {mark} -->\n).*?(?=<!-- /{mark} -->)", re.DOTALL)
    return marks.sub(lambda _: content, text)


def _table_of_names() -> str:
    rows = ["| kind | Keras 1 | also |", "| --- | --- | --- |"]
    for kind in registry.KINDS:
        for entry in official(kind):
            if entry.aliases:
                aliases = ", ".join(f"`{alias}`" for alias in entry.aliases)
                rows.append(f"| {registry.singular(kind)} | `{entry.identifier}` | {aliases} |")
    return "\n".join(rows)


def _takers() -> Iterator[tuple[str, str, Any]]:
    """Kind and name of everything that takes both spellings, and the thing itself."""
    for name in ("compile", "fit", "evaluate", "predict", "fit_generator", "evaluate_generator"):
        yield "functions", f"Sequential.{name}", getattr(Sequential, name)
    yield "functions", "to_categorical", to_categorical
    yield "functions", "imdb.load_data", imdb.load_data
    yield "functions", "Tokenizer", Tokenizer
    for kind in registry.KINDS:
        for entry in official(kind):
            yield kind, entry.identifier, registry.load_entry(entry)


# Names for type checkers


def package(kind: str) -> Path:
    """The `__init__.py` of the pack of a kind."""
    return ROOT / "plugins" / kind / "src" / "pronghorn" / kind / "__init__.py"


def with_typed_names(text: str, kind: str) -> str:
    """The text of a pack's `__init__.py` with its `if TYPE_CHECKING:` block made anew."""
    block = _type_checking_block(text)
    lines = text.splitlines()
    made = ["if TYPE_CHECKING:", *(f"    {line}" if line else "" for line in typed_names(kind))]
    return "\n".join([*lines[: block.lineno - 1], *made, *lines[block.end_lineno :]]) + "\n"


def typed_names(kind: str) -> list[str]:
    """Statements that tell a type checker where the official names of a kind come from."""
    base = registry.singular(kind).capitalize()
    imports = {f"from pronghorn.components.{base.lower()} import {base} as {base}"}
    aliases = [f"get = {base}.get"]
    for entry in official(kind):
        module, _, attribute = str(entry.target).partition(":")
        first = entry.identifier
        imports.add(f"from {module} import {attribute} as {first}")
        aliases += [f"{alias} = {first}" for alias in entry.aliases if alias.isidentifier()]
    return [
        *sorted(imports),
        "",
        *sorted(aliases),
        "",
        "def __getattr__(name: str) -> Any: ...",
    ]


def declared_names(text: str) -> set[str]:
    """The statements of the block for type checkers, each in a normal form."""
    block = _type_checking_block(text)
    return set(_normal(block.body))


def wanted_names(kind: str) -> set[str]:
    """What `declared_names` should find for a kind."""
    return set(_normal(ast.parse("\n".join(typed_names(kind))).body))


def _normal(statements: Iterable[ast.stmt]) -> Iterable[str]:
    return (ast.unparse(statement) for statement in statements)


def _type_checking_block(text: str) -> ast.If:
    for node in ast.parse(text).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return node
    raise ValueError("there is no `if TYPE_CHECKING:`")


if __name__ == "__main__":
    main()
