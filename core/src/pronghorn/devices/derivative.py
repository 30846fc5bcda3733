"""The derivative of a scalar function, by forward mode on its syntax tree.

Beside each local variable that depends on the parameter runs a second one, its derivative. What a
branch or a loop decides stays decided by the values, so the derivative of a piecewise function is
the derivative of the piece that was taken. At kinks:

* `max(x, c)` at x = c has the derivative of c (so relu at 0 has 0); `min(x, c)` that of x;
* both inclusive in a clip, `min(max(x, lo), hi)` or the other way round: on a bound that of x;
* of two arguments that both depend on the parameter, the first one counts at a tie;
* `abs(x)` at 0 has 0; roundings and comparisons have 0 everywhere.
"""

import ast
from collections.abc import Callable
from functools import partial

from pronghorn.devices.algebra import (
    Tangent,
    add,
    assign,
    assign_all,
    choice,
    located,
    mentions,
    multiply,
    name,
    number,
    zero_if_none,
)
from pronghorn.devices.folding import stored_names
from pronghorn.devices.source import Node, Source, duplicate
from pronghorn.devices.tangents import Tangents


def derive(source: Source, wrt: str) -> Source:
    """`source` with the value of the function replaced by its derivative by the parameter `wrt`.

    Raises:
        FunctionError: a line cannot be derived.
    """
    return _Derivation(source, wrt).run()


class _Derivation:
    """The statements of a function, each preceded by that of the derivatives."""

    def __init__(self, source: Source, wrt: str) -> None:
        self.source, self.wrt = source, wrt
        self.tree = duplicate(source.tree)
        local = stored_names(self.tree) | {a.arg for a in self.tree.args.args}
        self.names = {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name)} | local
        active = sorted(_dependent(self.tree, wrt))
        self.variables = {n: self._fresh(f"d_{n}") for n in active}
        self.constant = wrt not in stored_names(self.tree)
        tangents: dict[str, Callable[[], ast.expr]] = {
            n: partial(name, variable) for n, variable in self.variables.items()
        }
        if self.constant:
            tangents[wrt] = partial(number, 1.0)
        self.tangents = Tangents(source, local | set(self.variables.values()), tangents)
        self.pending: list[ast.stmt] = []

    def run(self) -> Source:
        body = self._block(self.tree.body)
        self.tree.body = [*self._starts(), *body]
        self.tree.name = f"{self.tree.name}_d_{self.wrt}"
        for statement in self.tree.body:
            located(statement, self.tree)
        return self.source.with_tree(ast.fix_missing_locations(self.tree), self.tangents.extra)

    def _starts(self) -> list[ast.stmt]:
        """First values for derivatives that some path might otherwise read before they are set."""
        settled = {
            n.id
            for statement in self.source.tree.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            for n in ast.walk(target)
            if isinstance(n, ast.Name) and not self._used_before(n.id, statement)
        }
        needed = [n for n in self.variables if n not in settled]
        if self.constant:
            needed.remove(self.wrt)
        return [assign(self.variables[n], number(float(n == self.wrt))) for n in needed]

    def _used_before(self, variable: str, statement: ast.stmt) -> bool:
        body = self.source.tree.body
        before = body[: body.index(statement)]
        own = statement.value if isinstance(statement, ast.Assign) else statement
        parameter = variable in {a.arg for a in self.source.tree.args.args}
        return parameter or any(mentions(s, {variable}) for s in (*before, own))

    def _fresh(self, wanted: str) -> str:
        made, count = wanted, 1
        while made in self.names:
            made, count = f"{wanted}_{count}", count + 1
        self.names.add(made)
        return made

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for statement in body:
            new = self._statement(statement)
            made += [located(s, statement) for s in (*self.pending, *new)]
            self.pending = []
        return made

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        match node:
            case ast.Return():
                return [ast.Return(self._returned(node))]
            case ast.Assign():
                changes = [self._change(t, node.value, node) for t in node.targets]
                return [*(c for c in changes if c is not None), node]
            case ast.AnnAssign(value=ast.expr(), target=ast.Name()):
                assert node.value is not None
                return self._statement(_at(ast.Assign([node.target], node.value), node))
            case ast.AugAssign(target=ast.Name() as target):
                return self._augmented(node, target)
            case ast.If():
                return [ast.If(node.test, self._block(node.body), self._block(node.orelse))]
            case ast.For(orelse=[]) if not mentions(node.iter, self._looped(node)):
                return [ast.For(node.target, node.iter, self._block(node.body), [])]
            case ast.While(orelse=[]):
                return [ast.While(node.test, self._block(node.body), [])]
            case ast.Pass() | ast.Break() | ast.Continue():
                return [node]
        raise self.source.error(node, f"cannot derive this {type(node).__name__} statement")

    def _looped(self, node: ast.For) -> set[str]:
        """The variables that must not decide over what values a loop runs."""
        counts = isinstance(node.iter, ast.Call) and self.tangents.meaning(node.iter.func) is range
        return set() if counts else set(self.variables)

    def _returned(self, node: ast.Return) -> ast.expr:
        if node.value is None:
            raise self.source.error(node, "cannot derive a return without a value")
        if isinstance(node.value, ast.Tuple):
            parts = [zero_if_none(self.tangents.of(e)) for e in node.value.elts]
            return ast.Tuple(parts, ast.Load())
        return zero_if_none(self.tangents.of(node.value))

    def _augmented(self, node: ast.AugAssign, target: ast.Name) -> list[ast.stmt]:
        read = _at(ast.Name(target.id, ast.Load()), node)
        change = self._change(target, _at(ast.BinOp(read, node.op, node.value), node), node)
        return [node] if change is None else [change, node]

    def _change(self, target: ast.expr, value: ast.expr, node: ast.stmt) -> ast.stmt | None:
        """The assignment that the derivatives need when `target` becomes `value`."""
        if isinstance(target, ast.Name):
            if target.id not in self.variables:
                return None
            return assign(self.variables[target.id], zero_if_none(self.tangents.of(value)))
        names = [e.id for e in getattr(target, "elts", []) if isinstance(e, ast.Name)]
        if not isinstance(target, ast.Tuple) or len(names) != len(target.elts):
            raise self.source.error(node, "cannot derive an assignment to anything but names")
        if not any(n in self.variables for n in names):
            return None
        kept = [self.variables[n] if n in self.variables else self._fresh("unused") for n in names]
        parts = [zero_if_none(p) for p in self._parts(value, len(names), node)]
        return assign_all(kept, ast.Tuple(parts, ast.Load()))

    def _parts(self, value: ast.expr, count: int, node: ast.stmt) -> list[Tangent]:
        """The derivatives of the `count` values that `value` unpacks into."""
        match value:
            case ast.Tuple() if len(value.elts) == count:
                return [self.tangents.of(e) for e in value.elts]
            case ast.IfExp():
                sides = [self._parts(v, count, node) for v in (value.body, value.orelse)]
                return [choice(value.test, a, b) for a, b in zip(*sides, strict=True)]
            case ast.Call():
                return self._call_parts(value, count)
        raise self.source.error(node, "cannot derive this unpacking")

    def _call_parts(self, call: ast.Call, count: int) -> list[Tangent]:
        sums: list[Tangent] = [None] * count
        for partial_derivatives, tangent in self.tangents.terms(call):
            names = [self._fresh("part") for _ in range(count)]
            self.pending.append(assign_all(names, partial_derivatives))
            sums = [add(s, multiply(name(n), tangent)) for s, n in zip(sums, names, strict=True)]
        return sums


def _dependent(tree: ast.FunctionDef, wrt: str) -> set[str]:
    """The variables that depend on the parameter `wrt`, wherever they are assigned."""
    active = {wrt}
    while True:
        before = len(active)
        for node in ast.walk(tree):
            active |= _reached(node, active)
        if len(active) == before:
            return active


def _reached(node: ast.AST, active: set[str]) -> set[str]:
    targets: list[ast.expr] = []
    value: ast.expr | None = None
    match node:
        case ast.Assign():
            targets, value = node.targets, node.value
        case ast.AugAssign() | ast.AnnAssign() | ast.NamedExpr():
            targets, value = [node.target], node.value
    if value is None or not mentions(value, active):
        return set()
    return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}


def _at(node: Node, near: ast.AST) -> Node:
    return ast.copy_location(node, near)
