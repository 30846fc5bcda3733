"""Building expressions for derivatives; None stands for an expression that is 0 everywhere."""

import ast
from collections.abc import Mapping
from typing import Any

from pronghorn.devices.source import Node, duplicate

Tangent = ast.expr | None
"""A derivative."""

POSITIONS = ("lineno", "end_lineno", "col_offset", "end_col_offset")


def number(value: float) -> ast.expr:
    """A literal."""
    return ast.Constant(value)


def name(text: str) -> ast.expr:
    """The value of a variable."""
    return ast.Name(text, ast.Load())


def zero_if_none(tangent: Tangent) -> ast.expr:
    """The derivative as an expression in any case."""
    return number(0.0) if tangent is None else tangent


def assign(variable: str, value: ast.expr) -> ast.stmt:
    """`variable = value`."""
    return ast.Assign([ast.Name(variable, ast.Store())], value)


def assign_all(variables: list[str], value: ast.expr) -> ast.stmt:
    """`variables[0], variables[1], ... = value`."""
    stores: list[ast.expr] = [ast.Name(v, ast.Store()) for v in variables]
    return ast.Assign([ast.Tuple(stores, ast.Store())], value)


def add(a: Tangent, b: Tangent) -> Tangent:
    """a + b."""
    if a is None or b is None:
        return a if b is None else b
    return ast.BinOp(a, ast.Add(), b)


def subtract(a: Tangent, b: Tangent) -> Tangent:
    """a - b."""
    if b is None:
        return a
    return negate(b) if a is None else ast.BinOp(a, ast.Sub(), b)


def negate(a: Tangent) -> Tangent:
    """-a."""
    return None if a is None else ast.UnaryOp(ast.USub(), a)


def multiply(a: Tangent, b: Tangent) -> Tangent:
    """a * b, of copies."""
    if a is None or b is None or _is(a, 0.0) or _is(b, 0.0):
        return None
    if _is(a, 1.0):
        return duplicate(b)
    return duplicate(a) if _is(b, 1.0) else ast.BinOp(duplicate(a), ast.Mult(), duplicate(b))


def divide(a: Tangent, b: ast.expr) -> Tangent:
    """a / b, of a copy of b."""
    return None if a is None else ast.BinOp(a, ast.Div(), duplicate(b))


def choice(test: ast.expr, body: Tangent, orelse: Tangent) -> Tangent:
    """`body if test else orelse`, with a copy of the test."""
    if body is None and orelse is None:
        return None
    return ast.IfExp(duplicate(test), zero_if_none(body), zero_if_none(orelse))


def template(text: str, **parts: ast.expr) -> ast.expr:
    """The expression `text` with copies of expressions in the place of some of its names."""
    parsed = ast.parse(text, mode="eval").body
    for node in ast.walk(parsed):
        for position in POSITIONS:
            node.__dict__.pop(position, None)
    filled: ast.expr = _Filling(parts).visit(parsed)
    return filled


def located(made: Node, near: ast.AST) -> Node:
    """`made`, with the position of `near` wherever it has none."""
    for node in ast.walk(made):
        if isinstance(node, ast.expr | ast.stmt) and not hasattr(node, "lineno"):
            ast.copy_location(node, near)
    return made


def mentions(node: ast.AST, names: set[str]) -> bool:
    """Whether any of these variables stands in `node`."""
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node))


def _is(node: Tangent, value: float) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


class _Filling(ast.NodeTransformer):
    def __init__(self, parts: Mapping[str, ast.expr]) -> None:
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> Any:
        return duplicate(self.parts[node.id]) if node.id in self.parts else node
