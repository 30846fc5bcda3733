"""Derivatives of expressions; `derivative` says what they are at kinks."""

import ast
import math
from collections.abc import Callable
from typing import Any

from pronghorn.devices import rules
from pronghorn.devices.algebra import (
    Tangent,
    add,
    choice,
    divide,
    located,
    mentions,
    multiply,
    name,
    negate,
    number,
    subtract,
    template,
)
from pronghorn.devices.folding import constant, literal
from pronghorn.devices.function import Function
from pronghorn.devices.resolve import as_function, on_numbers
from pronghorn.devices.source import MISSING, Source, duplicate

Term = tuple[ast.expr, ast.expr]
"""A partial derivative of a called function, and the derivative of that argument."""


class Tangents:
    """Derivatives of the expressions of a function by one of its parameters.

    Args:
        source: the function.
        local: the names of its variables.
        tangents: for each variable that depends on the parameter, its derivative.

    Attributes:
        extra: what new names in the derivatives mean.
    """

    def __init__(
        self, source: Source, local: set[str], tangents: dict[str, Callable[[], ast.expr]]
    ) -> None:
        self.source, self.local, self.tangents = source, local, tangents
        self.active = set(tangents)
        self.extra: dict[str, Any] = {"math": math}

    def of(self, node: ast.expr) -> Tangent:
        """The derivative of an expression, None where it does not depend on the parameter."""
        if not mentions(node, self.active):
            return None
        handler = getattr(self, f"of_{type(node).__name__}", None)
        if handler is None:
            raise self.source.error(node, f"cannot derive {ast.unparse(node)!r}")
        made: Tangent = handler(node)
        return None if made is None else located(made, node)

    def of_Name(self, node: ast.Name) -> Tangent:
        return self.tangents[node.id]()

    def of_Compare(self, node: ast.Compare) -> Tangent:
        return None

    def of_BoolOp(self, node: ast.BoolOp) -> Tangent:
        if all(isinstance(v, ast.Compare | ast.BoolOp) for v in node.values):
            return None
        raise self.source.error(node, "cannot derive `and`/`or` of numbers; write a conditional")

    def of_IfExp(self, node: ast.IfExp) -> Tangent:
        return choice(node.test, self.of(node.body), self.of(node.orelse))

    def of_UnaryOp(self, node: ast.UnaryOp) -> Tangent:
        match node.op:
            case ast.USub():
                return negate(self.of(node.operand))
            case ast.UAdd():
                return self.of(node.operand)
            case ast.Not():
                return None
        raise self.source.error(node, f"cannot derive {ast.unparse(node)!r}")

    def of_BinOp(self, node: ast.BinOp) -> Tangent:
        x, y = node.left, node.right
        if isinstance(node.op, ast.Pow):
            return self.power(node, x, y)
        a, b = self.of(x), self.of(y)
        match node.op:
            case ast.Add():
                return add(a, b)
            case ast.Sub():
                return subtract(a, b)
            case ast.Mult():
                return add(multiply(a, y), multiply(x, b))
            case ast.Div():
                return divide(subtract(a, multiply(node, b)), y)
            case ast.FloorDiv():
                return None
            case ast.Mod():
                return subtract(a, multiply(template("x // y", x=x, y=y), b))
        raise self.source.error(node, f"cannot derive {ast.unparse(node)!r}: no rule for it")

    def power(self, node: ast.expr, base: ast.expr, exponent: ast.expr) -> Tangent:
        """The derivative of `node`, base ** exponent."""
        value = constant(exponent)
        if value is not None:
            return multiply(_power_rule(base, value[0]), self.of(base))
        # With exponent 0 the power is constant; 0 * base ** -1 would be NaN at base 0.
        by_base = template("(0.0 if e == 0.0 else e * b ** (e - 1.0))", b=base, e=exponent)
        # As base tends to 0, base ** exponent * log(base) tends to 0.
        by_exponent = template("(0.0 if b == 0.0 else p * math.log(b))", p=node, b=base)
        fixed = constant(base)
        if fixed is not None and fixed[0] > 0:
            by_exponent = template(f"p * {math.log(fixed[0])!r}", p=node)
        return add(multiply(by_base, self.of(base)), multiply(by_exponent, self.of(exponent)))

    def of_Call(self, node: ast.Call) -> Tangent:
        called = on_numbers(self.meaning(node.func))
        if called in (abs, float, max, min, pow, *rules.NUMPY):
            return self._builtin(node, called)
        if getattr(called, "__name__", "") in rules.PIECEWISE_CONSTANT:
            return None
        if getattr(called, "__module__", "") == "math":
            return self._mathematics(node, called.__name__)
        total: Tangent = None
        for partial, tangent in self.terms(node):
            total = add(total, multiply(partial, tangent))
        return total

    def terms(self, node: ast.Call) -> list[Term]:
        """The chain rule for a call of another function, argument by argument."""
        called = as_function(self.meaning(node.func))
        if not isinstance(called, Function):
            raise self.source.error(
                node,
                f"cannot derive the call of {ast.unparse(node.func)!r}; the function is one of "
                "single numbers, so means and sums over elements do not belong in it",
            )
        if called.source.origin.__code__ is self.source.origin.__code__:
            raise self.source.error(node, "cannot derive a function that calls itself")
        given = self._bound(node, called)
        found: list[Term] = []
        for parameter, argument in given.items():
            tangent = self.of(argument)
            if tangent is not None:
                partial = self._partial(called, parameter, node)
                arguments = [duplicate(a) for a in given.values()]
                found.append((ast.Call(name(partial), arguments, []), tangent))
        return found

    def meaning(self, node: ast.expr) -> Any:
        """What an expression of names and dots means, None if only running it could tell."""
        if isinstance(node, ast.Name):
            found = MISSING if node.id in self.local else self.source.lookup(node.id)
            return None if found is MISSING else found
        owner = self.meaning(node.value) if isinstance(node, ast.Attribute) else None
        return getattr(owner, node.attr, None) if isinstance(node, ast.Attribute) else None

    def _partial(self, called: Function, parameter: str, node: ast.Call) -> str:
        try:
            derivative = called.derivative(parameter)
        except RecursionError as error:
            raise self.source.error(node, "cannot derive functions that call each other") from error
        number, text = 1, derivative.name
        while text in self.local or self.extra.get(text, derivative) is not derivative:
            number, text = number + 1, f"{derivative.name}_{number}"
        self.extra[text] = derivative
        return text

    def _bound(self, node: ast.Call, called: Function) -> dict[str, ast.expr]:
        """The arguments of a call by parameter, in the order of the parameters."""
        starred = [a for a in node.args if isinstance(a, ast.Starred)]
        if starred or any(k.arg is None for k in node.keywords):
            raise self.source.error(node, "cannot derive a call with * or **")
        given = dict(zip(called.parameters, node.args, strict=False))
        given.update({str(k.arg): k.value for k in node.keywords})
        for parameter, default in called.defaults.items():
            given.setdefault(parameter, literal(default))
        if set(given) != set(called.parameters):
            takes = ", ".join(called.parameters)
            raise self.source.error(node, f"this does not fit {called.name}({takes})")
        return {parameter: given[parameter] for parameter in called.parameters}

    def _builtin(self, node: ast.Call, called: Any) -> Tangent:
        self._require_plain(node)
        if called is float:
            return self.of(node.args[0])
        if called is abs:
            return self._chain(node, rules.DERIVATIVES["fabs"])
        if called is pow:
            return self.power(node, *node.args)
        if called in rules.NUMPY:
            a, b, c = node.args
            return self.of(located(template(rules.NUMPY[called], a=a, b=b, c=c), node))
        return self._extreme(node, called, inclusive=self._is_clip(node, called))

    def _is_clip(self, node: ast.Call, called: Any) -> bool:
        return any(self._extreme_of(a) not in (None, called) for a in node.args)

    def _extreme_of(self, node: ast.expr) -> Any:
        found = on_numbers(self.meaning(node.func)) if isinstance(node, ast.Call) else None
        return found if found in (min, max) else None

    def _extreme(self, node: ast.Call, called: Any, inclusive: bool) -> Tangent:
        first, *rest = node.args
        value, total = first, self._argument(first, called, inclusive)
        for other in rest:
            pair = (value, total), (other, self._argument(other, called, inclusive))
            total = _larger(called, *pair, inclusive)
            value = ast.Call(duplicate(node.func), [duplicate(value), duplicate(other)], [])
        return total

    def _argument(self, node: ast.expr, called: Any, inclusive: bool) -> Tangent:
        inner = self._extreme_of(node)
        if inclusive and isinstance(node, ast.Call) and inner not in (None, called):
            return self._extreme(node, inner, inclusive=True)
        return self.of(node)

    def _mathematics(self, node: ast.Call, function: str) -> Tangent:
        self._require_plain(node)
        if function == "pow":
            return self.power(node, *node.args)
        if function in rules.REWRITTEN and len(node.args) == len(rules.REWRITTEN[function][0]):
            parameters, text = rules.REWRITTEN[function]
            parts = dict(zip(parameters, node.args, strict=True))
            return self.of(located(template(text, **parts), node))
        if function not in rules.DERIVATIVES:
            raise self.source.error(
                node, f"no derivative is known for math.{function}; give the derivative yourself"
            )
        return self._chain(node, rules.DERIVATIVES[function])

    def _chain(self, node: ast.Call, partials: tuple[str, ...] | None) -> Tangent:
        if partials is None:
            return None
        if len(partials) != len(node.args):
            raise self.source.error(node, f"expected {len(partials)} arguments here")
        parts = dict(zip("ab", node.args, strict=False))
        total: Tangent = None
        for text, argument in zip(partials, node.args, strict=True):
            total = add(total, multiply(template(text, **parts), self.of(argument)))
        return total

    def _require_plain(self, node: ast.Call) -> None:
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.source.error(node, "cannot derive this with named or starred arguments")


def _larger(
    called: Any, first: tuple[ast.expr, Tangent], second: tuple[ast.expr, Tangent], inclusive: bool
) -> Tangent:
    """The derivative of max or min of two expressions, given with their derivatives."""
    (a, d_a), (b, d_b) = first, second
    tie_to_first = d_a is not None
    if d_a is None or d_b is None:
        constant_wins = called is max and not inclusive
        tie_to_first = (d_a is None) == constant_wins
    sign = (">" if called is max else "<") + ("=" if tie_to_first else "")
    return choice(template(f"a {sign} b", a=a, b=b), d_a, d_b)


def _power_rule(base: ast.expr, exponent: Any) -> Tangent:
    if exponent == 0:
        return None
    if exponent == 1:
        return number(1.0)
    if exponent == 2:
        return template("2.0 * b", b=base)
    return template(f"{float(exponent)!r} * b ** ({exponent - 1!r})", b=base)
