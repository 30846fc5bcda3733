"""`pronghorn info`: everything that is known of a component."""

import inspect
from textwrap import indent
from typing import Any

import click

from pronghorn import registry
from pronghorn.cli.table import columns
from pronghorn.errors import UnknownComponentError
from pronghorn.registry import Entry, miss


@click.command()
@click.argument("identifier")
@click.option("--kind", "-k", help="The kind, where several have the identifier.")
def info(identifier: str, kind: str | None) -> None:
    """Show what IDENTIFIER is: signature, documentation, formula, devices, pack and file."""
    found = _find(identifier, kind)
    click.echo("\n\n".join(_describe(entry) for entry in found))


def _find(identifier: str, kind: str | None) -> list[Entry]:
    """The component of each kind that has the identifier."""
    if kind is not None:
        return [registry.find(kind, identifier)]
    found = []
    for each in registry.KINDS:
        try:
            found.append(registry.find(each, identifier))
        except UnknownComponentError:
            continue
    if not found:
        near = miss.nearest(identifier.rpartition(":")[2], registry.entries())
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise UnknownComponentError(
            f"There is no component {identifier!r}.{hint} `pronghorn list` shows what there is."
        )
    return found


def _describe(entry: Entry) -> str:
    component = registry.load_entry(entry)
    facts = [
        ("kind", registry.singular(entry.kind)),
        ("aliases", ", ".join(entry.aliases)),
        ("pack", entry.source),
        ("file", _place(component)),
        ("devices", _devices(component)),
    ]
    parts = [
        f"{entry.identifier}{_signature(component)}",
        indent(columns([(name, value) for name, value in facts if value]), "  "),
        indent(_documentation(component), "  "),
        _formula(component),
    ]
    return "\n\n".join(part for part in parts if part)


def _functions(component: Any) -> list[Any]:
    from pronghorn.cli.kernels import functions

    return functions(component) if hasattr(component, "__dict__") else []


def _signature(component: Any) -> str:
    """How the component is called or constructed."""
    if isinstance(component, type):
        parameters = [*inspect.signature(component.__init__).parameters.values()][1:]  # type: ignore[misc]
        return str(inspect.Signature(parameters))
    shown = next((f.source.origin for f in _functions(component)), component)
    try:
        return str(inspect.signature(shown))
    except (TypeError, ValueError):
        return ""


def _documentation(component: Any) -> str:
    """The component's own docstring, not that of its class, where it is an instance."""
    return inspect.cleandoc(getattr(component, "__doc__", None) or "")


def _formula(component: Any) -> str:
    """The source of the scalar functions that the component is made of."""
    texts = [indent(function.text(), "    ") for function in _functions(component)]
    return "\n\n".join(["  formula", *texts]) if texts else ""


def _devices(component: Any) -> str:
    from pronghorn.cli.kernels import devices

    found = devices(component)
    return "host only (no kernels)" if found is None else ", ".join(found) or "none"


def _place(component: Any) -> str:
    """File and line of the component's source."""
    made_of = next((function.source.origin for function in _functions(component)), component)
    shown = made_of if inspect.isfunction(made_of) or inspect.isclass(made_of) else type(made_of)
    try:
        return f"{inspect.getsourcefile(shown)}:{inspect.getsourcelines(shown)[1]}"
    except (OSError, TypeError):
        return ""
