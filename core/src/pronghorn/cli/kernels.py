"""Which devices a component has kernels for, read from its modules without compiling any."""

import ast
import inspect
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from pronghorn.devices.function import Function
from pronghorn.devices.pair import KernelPair

SIDES = ("cpu", "cuda")


def devices(component: Any) -> list[str] | None:
    """The devices on which everything that the component's code calls has a kernel.

    None for components that launch no kernels, such as callbacks, which run on the host.
    """
    pairs = {(pair.package, pair.name) for module in _modules(component) for pair in _pairs(module)}
    if not pairs:
        return None
    return [
        side
        for side in SIDES
        if all(name in defined_names(f"{package}.{side}") for package, name in pairs)
    ]


def functions(component: Any) -> list[Function]:
    """The scalar and row functions that the component is made of, its main one first."""
    held = [*vars(component).items(), *_class_items(component)]
    found = [(key, value) for key, value in held if isinstance(value, Function)]
    found.sort(key=lambda item: item[0] != "function")
    by_origin: dict[Any, Function] = {}
    for _, function in found:
        by_origin.setdefault(function.source.origin, function)
    return list(by_origin.values())


def defined_names(module: str) -> frozenset[str]:
    """What a module defines or imports by name, without importing it; empty if there is none."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return frozenset()
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    return frozenset(name for node in tree.body for name in _bound_names(node))


def _bound_names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            if alias.name == "*":
                yield from defined_names(str(node.module))
            else:
                yield alias.asname or alias.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (leaf.id for leaf in ast.walk(target) if isinstance(leaf, ast.Name))


def _modules(component: Any) -> list[ModuleType]:
    """The modules whose code runs for a component: its own and those of its base classes."""
    cls = component if isinstance(component, type) else type(component)
    made_of = (function.source.origin for function in functions(component))
    names = [getattr(component, "__module__", "")]
    names += [base.__module__ for base in cls.__mro__ if base is not object]
    names += [function.__module__ for function in made_of]
    return [sys.modules[name] for name in dict.fromkeys(names) if name in sys.modules]


def _pairs(module: ModuleType) -> Iterator[KernelPair]:
    """The kernel pairs that a module's code mentions, as `kernels.name` or by name alone."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return
    for node in ast.walk(tree):
        thing: Any = None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            holder = vars(module).get(node.value.id)
            thing = getattr(holder, node.attr, None) if isinstance(holder, ModuleType) else None
        elif isinstance(node, ast.Name):
            thing = vars(module).get(node.id)
        if isinstance(thing, KernelPair):
            yield thing


def _class_items(component: Any) -> Iterator[tuple[str, Any]]:
    cls = component if isinstance(component, type) else type(component)
    for base in cls.__mro__:
        yield from vars(base).items()
