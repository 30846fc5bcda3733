"""Putting constants in the place of parameters, and dropping the branches that they decide."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from pronghorn.devices.source import duplicate

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Is: lambda a, b: _same(a, b),
    ast.IsNot: lambda a, b: not _same(a, b),
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def with_constants(tree: ast.FunctionDef, constants: Mapping[str, Any]) -> ast.FunctionDef:
    """A copy of `tree` in which some parameters are constants: None, bool, int, float or str.

    Branches on them are decided here, so `if max_value is not None:` costs nothing and its dead
    side need not even compile.
    """
    made = duplicate(tree)
    made.args.args = [a for a in made.args.args if a.arg not in constants]
    assigned = stored_names(made)
    kept = {n: v for n, v in constants.items() if n not in assigned}
    _Folding(kept).visit(made)
    # A parameter that the function assigns to again cannot be replaced where it is read.
    first = [_assignment(n, v, made) for n, v in constants.items() if n in assigned]
    made.body = [*first, *made.body]
    return ast.fix_missing_locations(made)


def stored_names(tree: ast.AST) -> set[str]:
    """All names that are assigned to anywhere in `tree`."""
    return {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
    }


def literal(value: Any) -> ast.expr:
    """The expression for a constant; negative numbers and tuples are expressions in a tree."""
    if isinstance(value, tuple):
        return ast.Tuple([literal(v) for v in value], ast.Load())
    if isinstance(value, float) and value != value:
        return ast.parse("(math.inf - math.inf)", mode="eval").body
    if isinstance(value, int | float) and not isinstance(value, bool) and str(value)[0] == "-":
        return ast.UnaryOp(ast.USub(), literal(-value))
    if isinstance(value, float) and value == float("inf"):
        return ast.parse("math.inf", mode="eval").body
    return ast.Constant(value)


def _assignment(name: str, value: Any, near: ast.AST) -> ast.stmt:
    made = ast.Assign([ast.Name(name, ast.Store())], literal(value))
    return ast.copy_location(made, near)


def _same(a: Any, b: Any) -> bool:
    return a is b or (type(a) is type(b) and a == b)


class _Folding(ast.NodeTransformer):
    def __init__(self, constants: Mapping[str, Any]) -> None:
        self.constants = constants

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Load) and node.id in self.constants:
            return _located(literal(self.constants[node.id]), node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        compare = _COMPARISONS.get(type(node.ops[0]))
        left, right = constant(node.left), constant(node.comparators[0])
        if len(node.ops) > 1 or compare is None or left is None or right is None:
            return node
        try:
            return _located(ast.Constant(bool(compare(left[0], right[0]))), node)
        except TypeError:
            return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        value = constant(node.operand)
        if isinstance(node.op, ast.Not) and value is not None:
            return _located(ast.Constant(not value[0]), node)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        decides = isinstance(node.op, ast.Or)
        kept: list[ast.expr] = []
        for operand in node.values:
            value = constant(operand)
            if value is None:
                kept.append(operand)
            elif bool(value[0]) == decides:
                kept.append(operand)
                break
        if not kept:
            return node.values[-1]
        return kept[0] if len(kept) == 1 else _located(ast.BoolOp(node.op, kept), node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        test = constant(node.test)
        if test is None:
            return node
        return node.body if test[0] else node.orelse

    def visit_If(self, node: ast.If) -> Any:
        node.test = self.visit(node.test)
        test = constant(node.test)
        if test is None:
            node.body, node.orelse = self._block(node.body), self._block(node.orelse)
            node.body = node.body or [ast.copy_location(ast.Pass(), node)]
            return node
        return self._block(node.body if test[0] else node.orelse)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.body = self._block(node.body) or [ast.copy_location(ast.Pass(), node)]
        return node

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        kept: list[ast.stmt] = []
        for statement in body:
            made = self.visit(statement)
            kept += made if isinstance(made, list) else [made]
            if kept and isinstance(kept[-1], ast.Return):
                break
        return kept


def constant(node: ast.expr) -> tuple[Any] | None:
    """The value of a literal expression in a tuple of one, or None if it is not one."""
    if isinstance(node, ast.Constant):
        return (node.value,)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = constant(node.operand)
        return (-inner[0],) if inner is not None and isinstance(inner[0], int | float) else None
    return None


def _located(made: ast.expr, near: ast.AST) -> ast.expr:
    for node in ast.walk(made):
        ast.copy_location(node, near)
    return made
