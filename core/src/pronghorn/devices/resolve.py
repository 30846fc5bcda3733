"""Replacing the names from outside a function by what they stand for."""

import ast
import builtins
import math
import sys
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from pronghorn.devices.folding import literal, stored_names
from pronghorn.devices.function import Function
from pronghorn.devices.source import MISSING, Source, duplicate

BUILTINS = frozenset(["abs", "bool", "float", "int", "len", "max", "min", "pow", "range", "round"])
"""What a kernel may use of Python's own functions."""


def prange(*bounds: int) -> range:
    """`range` for a kernel's outermost loop, whose rounds may run at the same time."""
    return range(*bounds)


def real(value: float) -> float:
    """A number in the kernel's float type: what every float literal is anyway."""
    return float(value)


NUMPY_SCALARS: dict[Any, str] = {
    np.absolute: "abs", np.fabs: "abs", np.maximum: "max", np.minimum: "min",
    np.arccos: "math.acos", np.arccosh: "math.acosh", np.arcsin: "math.asin",
    np.arcsinh: "math.asinh", np.arctan: "math.atan", np.arctan2: "math.atan2",
    np.arctanh: "math.atanh", np.ceil: "math.ceil", np.copysign: "math.copysign",
    np.cos: "math.cos", np.cosh: "math.cosh", np.exp: "math.exp", np.exp2: "math.exp2",
    np.expm1: "math.expm1", np.floor: "math.floor", np.hypot: "math.hypot",
    np.isfinite: "math.isfinite", np.isinf: "math.isinf", np.isnan: "math.isnan",
    np.log: "math.log", np.log10: "math.log10", np.log1p: "math.log1p", np.log2: "math.log2",
    np.power: "pow", np.sin: "math.sin", np.sinh: "math.sinh", np.sqrt: "math.sqrt",
    np.tan: "math.tan", np.tanh: "math.tanh", np.trunc: "math.trunc",
}  # fmt: skip
"""NumPy functions that a scalar function may use, as what they are on one number."""


def on_numbers(found: Any) -> Any:
    """What a NumPy function is on one number, anything else as it is."""
    text = NUMPY_SCALARS.get(found) if isinstance(found, np.ufunc) else None
    if text is None:
        return found
    return getattr(math if text.startswith("math.") else builtins, text.removeprefix("math."))


class Helper(ast.Name):
    """In a resolved tree: the name of a called function of the program's own."""

    function: Function


class Outside(ast.Name):
    """In a resolved tree: the name of something to import."""

    module: str


def resolved(
    source: Source, functions: Mapping[str, Function], names: Mapping[str, Any]
) -> ast.FunctionDef:
    """The tree of `source` with every outside name replaced.

    Numbers stand in place, NumPy's scalar functions are `math`'s, calls of other functions have a
    `Helper` as function and all arguments in their places, what must be imported is an `Outside`.

    Args:
        source: the function.
        functions: what names of function slots stand for.
        names: objects that stay names, by those names.

    Raises:
        FunctionError: a name means nothing, or nothing that can be compiled.
    """
    return _Resolving(source, functions, names).run()


class _Resolving(ast.NodeTransformer):
    def __init__(
        self, source: Source, functions: Mapping[str, Function], names: Mapping[str, Any]
    ) -> None:
        self.source, self.functions = source, functions
        self.names = {id(found): name for name, found in names.items()}
        self.tree = duplicate(source.tree)
        self.locals = stored_names(self.tree) | {a.arg for a in self.tree.args.args}

    def run(self) -> ast.FunctionDef:
        self.tree.body = [self.visit(s) for s in self.tree.body]
        return self.tree

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.locals:
            return node
        return ast.copy_location(self._reference(self._meaning(node), node), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        owner = self._object(node.value)
        if not isinstance(owner, ModuleType) or id(owner) in self.names:
            self.generic_visit(node)
            return node
        if not hasattr(owner, node.attr):
            raise self.source.error(node, f"module {owner.__name__} has no {node.attr!r}")
        return ast.copy_location(self._reference(getattr(owner, node.attr), node), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        called = self._object(node.func)
        called = None if id(called) in self.names else as_function(called)
        if isinstance(called, Function):
            node.func = _helper(called, node.func)
            node.args = [self.visit(a) for a in self._arguments(node, called)]
            node.keywords = []
            return node
        if called in (np.where, np.clip):
            return ast.copy_location(self._numpy_call(node, called), node)
        if node.keywords and called is not None:
            raise self.source.error(node, f"{ast.unparse(node.func)} takes no named arguments here")
        self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.expr:
        raise self.source.error(node, "a function inside a function cannot be compiled")

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        raise self.source.error(node, "a lambda inside a function cannot be compiled")

    def _numpy_call(self, node: ast.Call, called: Any) -> ast.expr:
        if len(node.args) != 3 or node.keywords:
            raise self.source.error(node, f"np.{called.__name__} needs three plain arguments here")
        a, b, c = (self.visit(x) for x in node.args)
        if called is np.where:
            return ast.IfExp(a, b, c)
        inner = ast.copy_location(ast.Call(_name("max", node), [a, b], []), node)
        return ast.Call(_name("min", node), [inner, c], [])

    def _meaning(self, node: ast.Name) -> Any:
        if node.id in self.functions:
            return self.functions[node.id]
        found = self.source.lookup(node.id)
        if found is MISSING:
            raise self.source.error(node, f"the name {node.id!r} is not defined")
        return found

    def _object(self, node: ast.expr) -> Any:
        """What an expression of names and dots from outside stands for; None if it is none."""
        if isinstance(node, ast.Name) and node.id not in self.locals:
            return self._meaning(node)
        if isinstance(node, ast.Attribute):
            owner = self._object(node.value)
            named = id(owner) in self.names or not isinstance(owner, ModuleType)
            return None if named else getattr(owner, node.attr, None)
        return None

    def _arguments(self, node: ast.Call, called: Function) -> list[ast.expr]:
        """The arguments of a call in the order of the parameters, defaults put in."""
        if any(isinstance(a, ast.Starred) for a in node.args):
            raise self.source.error(node, "a call with *arguments cannot be compiled")
        given = dict(zip(called.parameters, node.args, strict=False))
        named = {str(k.arg): k.value for k in node.keywords}
        wrong = [n for n in named if n not in called.parameters or n in given]
        missing = {*called.parameters} - {*given, *named, *called.defaults}
        if wrong or missing or len(node.args) > len(called.parameters):
            takes = ", ".join(called.parameters)
            raise self.source.error(node, f"this does not fit {called.name}({takes})")
        given.update(named)
        for name in called.parameters:
            if name not in given:
                given[name] = _located(literal(called.defaults[name]), node)
        return [given[n] for n in called.parameters]

    def _reference(self, found: Any, node: ast.expr) -> ast.expr:
        if id(found) in self.names:
            return ast.Name(self.names[id(found)], ast.Load())
        found = as_function(found)
        if isinstance(found, np.generic):
            found = found.item()
        if _is_constant(found):
            return _located(literal(found), node)
        if isinstance(found, Function):
            return _helper(found, node)
        text = _plain_name(found)
        if text is not None:
            return _located(ast.parse(text, mode="eval").body, node)
        return self._imported(found, node)

    def _imported(self, found: Any, node: ast.expr) -> ast.expr:
        where = _importable(found)
        if where is None:
            raise self.source.error(
                node,
                f"{ast.unparse(node)!r} is a {type(found).__name__}; a compiled function can use "
                "numbers, math, helper functions, and Numba's functions and types",
            )
        made = Outside(where[1], ast.Load())
        made.module = where[0]
        return made


def as_function(found: Any) -> Any:
    """A Function for a plain Python function, or for a component that wraps one.

    A function of arrays may say by its attribute `on_numbers` what it is on one number.
    """
    found = getattr(found, "on_numbers", found)
    if isinstance(found, FunctionType) and found not in (np.where, np.clip):
        return Function(found)
    inner = getattr(found, "function", None)
    return inner if isinstance(inner, Function) else found


def _helper(function: Function, near: ast.AST) -> ast.expr:
    made = Helper(function.name, ast.Load())
    made.function = function
    return ast.copy_location(made, near)


def _plain_name(found: Any) -> str | None:
    """How `math` and builtins are written, None for anything else."""
    if isinstance(found, BuiltinFunctionType) and found.__module__ == "math":
        return f"math.{found.__name__}"
    if isinstance(found, np.ufunc):
        return NUMPY_SCALARS.get(found)
    name = getattr(found, "__name__", "")
    return name if name in BUILTINS and getattr(builtins, name) is found else None


def _is_constant(found: Any) -> bool:
    if isinstance(found, tuple):
        return all(_is_constant(f) for f in found)
    return found is None or isinstance(found, bool | int | float | str)


def _importable(found: Any) -> tuple[str, str] | None:
    """Module and name under which a jitted function, an intrinsic or a type can be imported."""
    inner = getattr(found, "py_func", None) or getattr(found, "_defn", None) or found
    name = getattr(inner, "__name__", None) or getattr(found, "name", None)
    home = getattr(inner, "__module__", None)
    for module in (home, "numpy", "numba"):
        owner = sys.modules.get(str(module))
        if name and module != "__main__" and getattr(owner, str(name), None) is found:
            return str(module), str(name)
    return None


def _name(name: str, near: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Name(name, ast.Load()), near)


def _located(made: ast.expr, near: ast.AST) -> ast.expr:
    for node in ast.walk(made):
        ast.copy_location(node, near)
    return made
