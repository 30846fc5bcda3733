"""What a kernel reads before its loop that its loop may change.

A kernel of one loop does what stands before the loop again for every chunk of rounds. That is right
unless it reads there the elements of an array that rounds done meanwhile have changed.
"""

import ast
from collections.abc import Iterable, Iterator

from pronghorn.devices.precision import REAL_NAME
from pronghorn.devices.resolve import BUILTINS

DIMENSIONS = frozenset(("shape", "size", "ndim"))
"""Attributes of an array that its elements do not change."""


def conflicts(before: Iterable[ast.stmt], loop: ast.stmt) -> set[tuple[str, str]]:
    """Pairs of a name whose elements are read before a loop and one whose elements it changes."""
    statements = list(before)
    changed = _changed(loop)
    for statement in reversed(statements):
        targets, value = _parts(statement)
        if changed & targets:
            # It may be a view of any of these.
            changed |= _mentioned(value)
    read = {name for s in statements for name in _elements_read(s)}
    return {(r, c) for r in read for c in changed}


def _changed(loop: ast.stmt) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(loop):
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            found |= _root(node.value)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript | ast.Name):
            # A view, or another name, by which the elements may be changed.
            found |= _root(node.value)
        if isinstance(node, ast.Call) and not _is_harmless(node.func):
            found |= {name for a in node.args for name in _root(a)}
            found |= _root(node.func)
    return found


def _elements_read(statement: ast.stmt) -> Iterator[str]:
    """Names whose elements a statement may read: all but those of which it asks the dimensions."""
    _, value = _parts(statement)
    asked = {
        id(n.value)
        for n in ast.walk(value)
        if isinstance(n, ast.Attribute) and n.attr in DIMENSIONS
    }
    for node in ast.walk(value):
        if isinstance(node, ast.Subscript) and id(node.value) not in asked:
            yield from _root(node.value)
        if isinstance(node, ast.Call) and not _is_harmless(node.func):
            for argument in node.args:
                yield from (n for n in _root(argument) if id(argument) not in asked)


def _parts(statement: ast.stmt) -> tuple[set[str], ast.expr]:
    assert isinstance(statement, ast.Assign)
    return {n for t in statement.targets for n in _mentioned(t)}, statement.value


def _mentioned(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _root(node: ast.expr) -> set[str]:
    """The variable that an expression of subscripts and attributes begins with."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr in DIMENSIONS:
            return set()
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _is_harmless(function: ast.expr) -> bool:
    """Whether a called function changes no array and reads no elements of one."""
    if isinstance(function, ast.Attribute):
        return isinstance(function.value, ast.Name) and function.value.id == "math"
    return isinstance(function, ast.Name) and (
        function.id in BUILTINS or function.id == REAL_NAME or hasattr(function, "harmless")
    )
