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
import copy
import math
from types import FunctionType
from typing import Any

from pronghorn.devices import rules
from pronghorn.devices.folding import constant, stored_names
from pronghorn.devices.source import MISSING, Source

Tangent = ast.expr | None
"""An expression for a derivative; None is 0."""


def derive(source: Source, wrt: str) -> Source:
    """`source` with the value of the function replaced by its derivative by the parameter `wrt`."""
    return _Derivation(source, wrt).run()


class _Derivation:
    def __init__(self, source: Source, wrt: str) -> None:
        self.source, self.wrt = source, wrt
        self.tree = copy.deepcopy(source.tree)
        self.locals = stored_names(self.tree) | {a.arg for a in self.tree.args.args}
        self.names = {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name)} | self.locals
        self.active = self._active_names()
        self.tangents = {n: self.fresh(f"d_{n}") for n in sorted(self.active)}
        self.extra: dict[str, Any] = {"math": math}
        self.pending: list[ast.stmt] = []

    def run(self) -> Source:
        body = self.block(self.tree.body)
        starts = [_assign(self.tangents[n], _number(float(n == self.wrt))) for n in self._started()]
        self.tree.body = [*starts, *body]
        self.tree.name = f"{self.tree.name}_d_{self.wrt}"
        for statement in self.tree.body:
            _locate(statement, self.tree)
        return self.source.with_tree(ast.fix_missing_locations(self.tree), self.extra)

    def fresh(self, name: str) -> str:
        """`name`, or `name` with a number if the function uses it itself."""
        made, count = name, 1
        while made in self.names:
            made, count = f"{name}_{count}", count + 1
        self.names.add(made)
        return made

    def _started(self) -> list[str]:
        # A variable first set inside a branch or loop needs a tangent on every path.
        return sorted(self.active)

    def _active_names(self) -> set[str]:
        active = {self.wrt}
        while True:
            before = len(active)
            for node in ast.walk(self.tree):
                active |= self._activated(node, active)
            if len(active) == before:
                return active

    def _activated(self, node: ast.AST, active: set[str]) -> set[str]:
        if isinstance(node, ast.Assign):
            targets: list[ast.expr] = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
            targets = [node.target]
        else:
            return set()
        if node.value is None or not _mentions(node.value, active):
            return set()
        return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}

    # Statements

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for statement in body:
            new = self.statement(statement)
            for extra in (*self.pending, *new):
                made.append(_locate(extra, statement))
            self.pending = []
        return made

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        handler = getattr(self, f"on_{type(node).__name__}", None)
        if handler is None:
            raise self.source.error(node, f"cannot derive a {type(node).__name__} statement")
        done: list[ast.stmt] = handler(node)
        return done

    def on_Return(self, node: ast.Return) -> list[ast.stmt]:
        if node.value is None:
            raise self.source.error(node, "cannot derive a return without a value")
        if isinstance(node.value, ast.Tuple):
            parts = [self.tangent(e) or _number(0.0) for e in node.value.elts]
            return [ast.Return(ast.Tuple(parts, ast.Load()))]
        return [ast.Return(self.tangent(node.value) or _number(0.0))]

    def on_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for target in node.targets:
            made += self._tangent_assignment(target, node.value, node)
        return [*made, node]

    def on_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt]:
        if node.value is None:
            return []
        return self.on_Assign(ast.copy_location(ast.Assign([node.target], node.value), node))

    def on_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        if not isinstance(node.target, ast.Name):
            raise self.source.error(node, "cannot derive an assignment to anything but a name")
        read = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
        value = ast.copy_location(ast.BinOp(read, node.op, node.value), node)
        return [*self._tangent_assignment(node.target, value, node), node]

    def on_If(self, node: ast.If) -> list[ast.stmt]:
        made = ast.If(node.test, self.block(node.body), self.block(node.orelse))
        return [ast.copy_location(made, node)]

    def on_For(self, node: ast.For) -> list[ast.stmt]:
        if _mentions(node.iter, self.active) and not self._counts(node.iter):
            raise self.source.error(node, "cannot derive a loop over values; loop over range(n)")
        if node.orelse:
            raise self.source.error(node, "cannot derive a loop with else")
        return [ast.copy_location(ast.For(node.target, node.iter, self.block(node.body), []), node)]

    def on_While(self, node: ast.While) -> list[ast.stmt]:
        if node.orelse:
            raise self.source.error(node, "cannot derive a loop with else")
        return [ast.copy_location(ast.While(node.test, self.block(node.body), []), node)]

    def on_Pass(self, node: ast.Pass) -> list[ast.stmt]:
        return [node]

    def on_Break(self, node: ast.Break) -> list[ast.stmt]:
        return [node]

    def on_Continue(self, node: ast.Continue) -> list[ast.stmt]:
        return [node]

    def _counts(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self._object(node.func) is range

    def _tangent_assignment(
        self, target: ast.expr, value: ast.expr, node: ast.stmt
    ) -> list[ast.stmt]:
        if isinstance(target, ast.Name):
            if target.id not in self.active:
                return []
            return [_assign(self.tangents[target.id], self.tangent(value) or _number(0.0))]
        if not isinstance(target, ast.Tuple) or not all(
            isinstance(e, ast.Name) for e in target.elts
        ):
            raise self.source.error(node, "cannot derive an assignment to anything but names")
        names = [e.id for e in target.elts if isinstance(e, ast.Name)]
        kept = [self.tangents.get(n) or self.fresh("_") for n in names]
        if not any(n in self.active for n in names):
            return []
        parts = self._parts(value, len(names), node)
        store = ast.Tuple([ast.Name(n, ast.Store()) for n in kept], ast.Store())
        return [ast.Assign([store], ast.Tuple(parts, ast.Load()))]

    def _parts(self, value: ast.expr, count: int, node: ast.stmt) -> list[ast.expr]:
        """The derivatives of the `count` values that `value` unpacks into."""
        if isinstance(value, ast.Tuple) and len(value.elts) == count:
            return [self.tangent(e) or _number(0.0) for e in value.elts]
        if isinstance(value, ast.IfExp):
            sides = (self._parts(value.body, count, node), self._parts(value.orelse, count, node))
            return [_choice(value.test, a, b) for a, b in zip(*sides, strict=True)]
        if isinstance(value, ast.Call):
            return self._call_parts(value, count)
        raise self.source.error(node, "cannot derive this unpacking")

    def _call_parts(self, call: ast.Call, count: int) -> list[ast.expr]:
        sums: list[Tangent] = [None] * count
        for partial, tangent in self._helper_terms(call):
            names = [self.fresh("part") for _ in range(count)]
            store = ast.Tuple([ast.Name(n, ast.Store()) for n in names], ast.Store())
            self.pending.append(ast.Assign([store], partial))
            sums = [
                _add(s, _multiply(ast.Name(n, ast.Load()), tangent))
                for s, n in zip(sums, names, strict=True)
            ]
        return [s or _number(0.0) for s in sums]

    # Expressions

    def tangent(self, node: ast.expr) -> Tangent:
        """The derivative of an expression, None if it does not depend on the parameter."""
        if not _mentions(node, self.active):
            return None
        handler = getattr(self, f"of_{type(node).__name__}", None)
        if handler is None:
            raise self.source.error(node, f"cannot derive {ast.unparse(node)!r}")
        made: Tangent = handler(node)
        return made if made is None else _locate(made, node)

    def of_Name(self, node: ast.Name) -> Tangent:
        return ast.Name(self.tangents[node.id], ast.Load())

    def of_Compare(self, node: ast.Compare) -> Tangent:
        return None

    def of_BoolOp(self, node: ast.BoolOp) -> Tangent:
        if all(isinstance(v, ast.Compare | ast.BoolOp) for v in node.values):
            return None
        raise self.source.error(node, "cannot derive `and`/`or` of numbers; write a conditional")

    def of_IfExp(self, node: ast.IfExp) -> Tangent:
        body, orelse = self.tangent(node.body), self.tangent(node.orelse)
        if body is None and orelse is None:
            return None
        return _choice(node.test, body or _number(0.0), orelse or _number(0.0))

    def of_UnaryOp(self, node: ast.UnaryOp) -> Tangent:
        inner = self.tangent(node.operand)
        if isinstance(node.op, ast.USub):
            return _negate(inner)
        if isinstance(node.op, ast.UAdd):
            return inner
        if isinstance(node.op, ast.Not):
            return None
        raise self.source.error(node, "cannot derive ~")

    def of_BinOp(self, node: ast.BinOp) -> Tangent:
        if isinstance(node.op, ast.Pow):
            return self.power(node, node.left, node.right)
        a, b = self.tangent(node.left), self.tangent(node.right)
        x, y = node.left, node.right
        match node.op:
            case ast.Add():
                return _add(a, b)
            case ast.Sub():
                return _subtract(a, b)
            case ast.Mult():
                return _add(_multiply(a, y), _multiply(x, b))
            case ast.Div():
                return _divide(_subtract(a, _multiply(node, b)), y)
            case ast.FloorDiv():
                return None
            case ast.Mod():
                whole = ast.BinOp(_copy(x), ast.FloorDiv(), _copy(y))
                return _subtract(a, _multiply(whole, b))
        raise self.source.error(node, f"cannot derive {ast.unparse(node)!r}: no rule for it")

    def power(self, node: ast.expr, base: ast.expr, exponent: ast.expr) -> Tangent:
        d_base, d_exponent = self.tangent(base), self.tangent(exponent)
        value = constant(exponent)
        if value is not None:
            return _multiply(_constant_power(base, value[0]), d_base)
        total: Tangent = None
        if d_base is not None:
            # With exponent 0 the power is constant; 0 * base ** -1 would be NaN at base 0.
            text = "(0.0 if e == 0.0 else e * b ** (e - 1.0))"
            total = _multiply(_template(text, b=base, e=exponent), d_base)
        if d_exponent is not None:
            # As base tends to 0, base ** exponent * log(base) tends to 0.
            text = "(0.0 if b == 0.0 else p * math.log(b))"
            positive = constant(base)
            if positive is not None and positive[0] > 0:
                text = f"p * {math.log(positive[0])!r}"
            total = _add(total, _multiply(_template(text, p=node, b=base), d_exponent))
        return total

    def of_NamedExpr(self, node: ast.NamedExpr) -> Tangent:
        raise self.source.error(node, "cannot derive :=, assign on a line of its own")

    def of_Call(self, node: ast.Call) -> Tangent:
        called = self._object(node.func)
        if called in (abs, min, max, pow, float):
            return self._builtin(node, called)
        if getattr(called, "__name__", "") in rules.PIECEWISE_CONSTANT:
            return None
        if called is not None and getattr(called, "__module__", "") == "math":
            return self._mathematics(node, called.__name__)
        total: Tangent = None
        for partial, tangent in self._helper_terms(node):
            total = _add(total, _multiply(partial, tangent))
        return total

    def _builtin(self, node: ast.Call, called: Any) -> Tangent:
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.source.error(node, f"cannot derive {called.__name__} with named arguments")
        if called is float:
            return self.tangent(node.args[0])
        if called is abs:
            return self._chain(node, rules.DERIVATIVES["fabs"])
        if called is pow:
            return self.power(node, *node.args)
        return self._extreme(node, called, inclusive=self._is_clip(node, called))

    def _is_clip(self, node: ast.Call, called: Any) -> bool:
        other = min if called is max else max
        return any(isinstance(a, ast.Call) and self._object(a.func) is other for a in node.args)

    def _extreme(self, node: ast.Call, called: Any, inclusive: bool) -> Tangent:
        first, *rest = node.args
        value, total = first, self._argument(first, called, inclusive)
        for other in rest:
            derived = self._argument(other, called, inclusive)
            total = self._pick(called, (value, total), (other, derived), inclusive)
            value = ast.Call(_copy(node.func), [_copy(value), _copy(other)], [])
        return total

    def _argument(self, node: ast.expr, called: Any, clip: bool) -> Tangent:
        inner = self._object(node.func) if isinstance(node, ast.Call) else None
        if clip and isinstance(node, ast.Call) and inner is (min if called is max else max):
            return self._extreme(node, inner, inclusive=True)
        return self.tangent(node)

    def _pick(
        self,
        called: Any,
        first: tuple[ast.expr, Tangent],
        second: tuple[ast.expr, Tangent],
        inclusive: bool,
    ) -> Tangent:
        (a, d_a), (b, d_b) = first, second
        if d_a is None and d_b is None:
            return None
        tie_to_first = d_a is not None
        if d_a is None or d_b is None:
            constant_wins = called is max and not inclusive
            tie_to_first = (d_a is None) == constant_wins
        sign = ">" if called is max else "<"
        test = _template(f"a {sign}{'=' if tie_to_first else ''} b", a=a, b=b)
        return _choice(test, d_a or _number(0.0), d_b or _number(0.0))

    def _mathematics(self, node: ast.Call, name: str) -> Tangent:
        if node.keywords:
            raise self.source.error(node, f"cannot derive math.{name} with named arguments")
        if name == "pow":
            return self.power(node, *node.args)
        if name == "log" and len(node.args) == 2:
            quotient = _template("math.log(a) / math.log(b)", a=node.args[0], b=node.args[1])
            return self.tangent(_locate(quotient, node))
        if name == "fma":
            product = _template("a * b + c", **dict(zip("abc", node.args, strict=True)))
            return self.tangent(_locate(product, node))
        if name not in rules.DERIVATIVES:
            raise self.source.error(
                node, f"no derivative is known for math.{name}; give the derivative yourself"
            )
        return self._chain(node, rules.DERIVATIVES[name])

    def _chain(self, node: ast.Call, partials: tuple[str, ...] | None) -> Tangent:
        if partials is None:
            return None
        if len(partials) != len(node.args):
            raise self.source.error(node, f"expected {len(partials)} arguments here")
        named = dict(zip("ab", node.args, strict=False))
        total: Tangent = None
        for text, argument in zip(partials, node.args, strict=True):
            total = _add(total, _multiply(_template(text, **named), self.tangent(argument)))
        return total

    def _helper_terms(self, node: ast.Call) -> list[tuple[ast.expr, ast.expr]]:
        """For a call of another function: its partial derivatives and those of the arguments."""
        from pronghorn.devices.function import Function

        called = self._object(node.func)
        if isinstance(called, FunctionType):
            called = self._wrapped(called, node)
        if not isinstance(called, Function):
            raise self.source.error(node, f"cannot derive the call of {ast.unparse(node.func)!r}")
        given = self._bound(node, called)
        terms: list[tuple[ast.expr, ast.expr]] = []
        for parameter, argument in given.items():
            tangent = self.tangent(argument)
            if tangent is not None:
                name = self.fresh(f"{called.name}_d_{parameter}")
                self.extra[name] = called.derivative(parameter)
                args = [_copy(given[p]) for p in called.parameters if p in given]
                terms.append((ast.Call(ast.Name(name, ast.Load()), args, []), tangent))
        return terms

    def _wrapped(self, called: FunctionType, node: ast.AST) -> Any:
        from pronghorn.devices.function import Function

        if called.__code__ is self.source.origin.__code__:
            raise self.source.error(node, "cannot derive a function that calls itself")
        return Function(called)

    def _bound(self, node: ast.Call, called: Any) -> dict[str, ast.expr]:
        if any(isinstance(a, ast.Starred) for a in node.args) or any(
            k.arg is None for k in node.keywords
        ):
            raise self.source.error(node, "cannot derive a call with * or **")
        given = dict(zip(called.parameters, node.args, strict=False))
        given.update({k.arg: k.value for k in node.keywords if k.arg})
        for name in called.parameters:
            if name not in given and name in called.defaults:
                given[name] = ast.Constant(called.defaults[name])
        return {name: given[name] for name in called.parameters}

    def _object(self, node: ast.expr) -> Any:
        """What a called expression means, None if that is not known before it runs."""
        if isinstance(node, ast.Name):
            found = MISSING if node.id in self.locals else self.source.lookup(node.id)
            if node.id in self.extra and node.id not in self.locals:
                found = self.extra[node.id]
            return None if found is MISSING else found
        if isinstance(node, ast.Attribute):
            owner = self._object(node.value)
            return getattr(owner, node.attr, None) if owner is not None else None
        return None


def _mentions(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node))


def _constant_power(base: ast.expr, exponent: Any) -> ast.expr:
    if exponent == 0:
        return _number(0.0)
    if exponent == 1:
        return _number(1.0)
    if exponent == 2:
        return _template("2.0 * b", b=base)
    less = exponent - 1
    return _template(f"{float(exponent)!r} * b ** ({less!r})", b=base)


def _number(value: float) -> ast.expr:
    return ast.Constant(value)


def _is_number(node: Tangent, value: float) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


def _add(a: Tangent, b: Tangent) -> Tangent:
    if a is None or b is None:
        return a if b is None else b
    return ast.BinOp(a, ast.Add(), b)


def _subtract(a: Tangent, b: Tangent) -> Tangent:
    if b is None:
        return a
    return _negate(b) if a is None else ast.BinOp(a, ast.Sub(), b)


def _negate(a: Tangent) -> Tangent:
    return None if a is None else ast.UnaryOp(ast.USub(), a)


def _multiply(a: Tangent, b: Tangent) -> Tangent:
    if a is None or b is None or _is_number(a, 0.0) or _is_number(b, 0.0):
        return None
    if _is_number(a, 1.0):
        return _copy(b)
    return _copy(a) if _is_number(b, 1.0) else ast.BinOp(_copy(a), ast.Mult(), _copy(b))


def _divide(a: Tangent, b: ast.expr) -> Tangent:
    return None if a is None else ast.BinOp(a, ast.Div(), _copy(b))


def _choice(test: ast.expr, body: ast.expr, orelse: ast.expr) -> ast.expr:
    return ast.IfExp(_copy(test), body, orelse)


def _copy(node: ast.expr) -> ast.expr:
    return copy.deepcopy(node)


def _assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


class _Filling(ast.NodeTransformer):
    def __init__(self, parts: dict[str, ast.expr]) -> None:
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _copy(self.parts[node.id]) if node.id in self.parts else node


def _template(text: str, **parts: ast.expr) -> ast.expr:
    """The expression `text` with expressions in the place of names."""
    parsed = ast.parse(text, mode="eval").body
    for node in ast.walk(parsed):
        for position in ("lineno", "end_lineno", "col_offset", "end_col_offset"):
            node.__dict__.pop(position, None)
    filled: ast.expr = _Filling(parts).visit(parsed)
    return filled


def _locate(made: Any, near: ast.AST) -> Any:
    """Give `made` and what is new in it the position of `near`."""
    for node in ast.walk(made):
        if isinstance(node, ast.expr | ast.stmt) and not hasattr(node, "lineno"):
            ast.copy_location(node, near)
    return made
