"""`pronghorn info`: everything that is known of a component."""

import inspect
from importlib.util import find_spec
from textwrap import indent
from types import FunctionType
from typing import Any

import click

from pronghorn import registry
from pronghorn.cli.table import columns
from pronghorn.errors import UnknownComponentError
from pronghorn.registry import Entry, miss
from pronghorn.registry.package import base_class

OWN = ("pronghorn.components", "pronghorn.devices")
"""The core's modules that make components of functions; users ask for the functions."""

NOT_COMPONENTS = dict.fromkeys(
    ("accuracy", "acc"),
    "As a metric of compile, 'accuracy' picks by the loss and the output: binary_accuracy, "
    "categorical_accuracy or sparse_categorical_accuracy. `pronghorn info` shows each of these.",
)
"""What to say of words that users know but that name no component."""


@click.command(short_help="Show everything that is known of a component.")
@click.argument("identifier")
@click.option("--kind", "-k", help="The kind, where several have the identifier.")
def info(identifier: str, kind: str | None) -> None:
    """Show what IDENTIFIER is: signature, documentation, formula, devices, pack and file."""
    found = _find(identifier, kind)
    click.echo("\n\n".join(_describe(entry) for entry in found))


def _find(identifier: str, kind: str | None) -> list[Entry]:
    """The component of each kind that has the identifier."""
    if kind is not None:
        return [registry.find_or_make(kind, identifier)]
    found = []
    for each in registry.KINDS:
        try:
            found.append(registry.find_or_make(each, identifier))
        except UnknownComponentError:
            continue
    if not found and identifier.lower() in NOT_COMPONENTS:
        raise UnknownComponentError(NOT_COMPONENTS[identifier.lower()])
    if not found and find_spec("pronghorn.datasets") is not None:
        _tell_dataset(identifier)
    if not found:
        near = miss.nearest(identifier.rpartition(":")[2], registry.entries())
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise UnknownComponentError(
            f"There is no component {identifier!r}.{hint} `pronghorn list` shows what there is."
        )
    return found


def _tell_dataset(identifier: str) -> None:
    from pronghorn import datasets

    if identifier in datasets.NAMES:
        raise UnknownComponentError(
            f"{identifier!r} is a dataset, and those are modules: "
            f"pronghorn.datasets.{identifier}.load_data(), or dataset = {identifier!r} in an "
            "experiment."
        )


def _describe(entry: Entry) -> str:
    declared = registry.load_entry(entry)
    component = _from_function(entry.kind, declared)
    facts = [
        ("kind", registry.singular(entry.kind)),
        ("aliases", ", ".join(entry.aliases)),
        ("pack", entry.source),
        ("file", _place(entry, component)),
        ("devices", _devices(component)),
    ]
    parts = [
        f"{entry.identifier}{_signature(component)}",
        indent(columns([(name, value) for name, value in facts if value]), "  "),
        indent(_documentation(declared), "  "),
        _formula(component),
    ]
    return "\n\n".join(part for part in parts if part)


def _from_function(kind: str, declared: Any) -> Any:
    """The component that a plain function stands for; anything else as it is."""
    if not inspect.isfunction(declared):
        return declared
    try:
        return base_class(kind).from_function(declared)
    except Exception:
        # It cannot be used as it is, but what can be said of it shall be said.
        return declared


def _functions(component: Any) -> list[FunctionType]:
    """The plain functions of packs that the component was made of, without the core's own."""
    from pronghorn.cli.kernels import functions

    held = functions(component) if hasattr(component, "__dict__") else []
    made_of = [function.source.origin for function in held]
    made_of += [inspect.unwrap(component)] if inspect.isfunction(component) else []
    made_of += filter(inspect.isfunction, (getattr(component, "function", None),))
    return [function for function in made_of if not function.__module__.startswith(OWN)]


def _signature(component: Any) -> str:
    """How the component is called or constructed, without types."""
    if isinstance(component, type):
        shown: Any = component.__init__  # type: ignore[misc]
    else:
        # An objective as a metric has the objective's options.
        made_of = getattr(component, "objective", component)
        shown = next(iter(_functions(made_of)), made_of)
    try:
        parameters = inspect.signature(shown).parameters.values()
    except (TypeError, ValueError):
        return ""
    own = [p.replace(annotation=inspect.Parameter.empty) for p in parameters if p.name != "self"]
    return str(inspect.Signature(own))


def _documentation(component: Any) -> str:
    """The component's own docstring, not that of its class, where it is an instance."""
    return inspect.cleandoc(getattr(component, "__doc__", None) or "")


def _formula(component: Any) -> str:
    """The source of the scalar functions that the component is made of."""
    from pronghorn.cli.kernels import functions

    held = functions(component) if hasattr(component, "__dict__") else []
    of_packs = [f for f in held if not f.source.origin.__module__.startswith(OWN)]
    texts = [indent(function.text(), "    ") for function in of_packs]
    return "\n\n".join(["  formula", *texts]) if texts else ""


def _devices(component: Any) -> str:
    from pronghorn.cli.kernels import devices

    found = devices(component)
    return "host only (no kernels)" if found is None else ", ".join(found) or "none"


def _place(entry: Entry, component: Any) -> str:
    """File and line where the component is written; its module, where that cannot be told."""
    shown = next(iter(_functions(component)), component)
    if not (inspect.isfunction(shown) or inspect.isclass(shown)):
        shown = type(shown)
    try:
        if not shown.__module__.startswith(OWN):
            return f"{inspect.getsourcefile(shown)}:{inspect.getsourcelines(shown)[1]}"
    except (OSError, TypeError):
        return ""
    spec = find_spec(entry.target.partition(":")[0]) if entry.target else None
    return str(spec.origin) if spec is not None else ""
