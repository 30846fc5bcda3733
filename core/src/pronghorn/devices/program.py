"""From functions as trees to the text of one self-contained module.

A program starts at a kernel, follows every name that it and its functions use, and writes all of
it down: numbers in place, helper functions under names of their own, jitted functions and types
as imports. The same walk serves every device; a `Target` says what differs.
"""

import ast
import builtins
import copy
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from pronghorn.devices.folding import literal, stored_names
from pronghorn.devices.function import Function
from pronghorn.devices.precision import REAL
from pronghorn.devices.source import MISSING, Source

BUILTINS = frozenset(
    "abs bool divmod enumerate float int len max min pow range round sum zip".split()
)


def prange(*bounds: int) -> range:
    """`range` for a kernel's outermost loop, whose rounds may run at the same time."""
    return range(*bounds)


@dataclass(frozen=True)
class Target:
    """What a device asks of the text.

    Attributes:
        helper: the decorator line of every function but the kernel.
        header: import lines that the decorator needs.
        faster: what the device has in place of a function, by float type and `module.name`: the
            module and name of another one.
        rewrite: last change to each tree: (tree, float type) -> tree.
    """

    helper: str
    header: tuple[str, ...]
    faster: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    rewrite: Callable[[ast.FunctionDef, str], ast.FunctionDef] = lambda tree, real: tree


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


class Program:
    """Text of a module that holds `kernel` and everything that it calls.

    Args:
        kernel: the function to start from.
        functions: what the names of its function slots stand for.
        target: the device's ways.
        real: "float32" or "float64", the type of every float literal.
    """

    def __init__(
        self, kernel: Source, functions: Mapping[str, Function], target: Target, real: str
    ) -> None:
        self.target, self.real = target, real
        self.imports: dict[tuple[str, str], str] = {}
        self.jitted: list[Any] = []
        self._functions: dict[Any, str] = {}
        self._texts: list[str] = []
        self.faster = target.faster.get(real, {})
        self._taken = set(dir(builtins)) | {"math", "njit", "prange", REAL}
        self.name = self._unique(kernel.tree.name)
        self._kernel = self._write(kernel, functions, self.name)

    @property
    def text(self) -> str:
        """The module: imports, functions in the order of their use, the kernel last."""
        imports = [
            f"from {module} import {name} as {used}"
            for (module, name), used in sorted(self.imports.items())
        ]
        real = f"from numpy import {self.real} as {REAL}"
        lines = ["import math", *self.target.header, real, *imports, "", *self._texts, ""]
        return "\n".join(lines)

    def _write(self, source: Source, functions: Mapping[str, Any], name: str) -> None:
        tree = _Resolving(self, source, functions).run()
        tree = self.target.rewrite(tree, self.real)
        tree.name = name
        decorator = [] if name == self.name else [self.target.helper]
        self._texts.append("\n".join(["", *decorator, ast.unparse(ast.fix_missing_locations(tree))]))

    def function(self, function: Function) -> str:
        """The name under which the module holds `function`, writing it if it is new."""
        key = (function.source.origin.__code__, ast.dump(function.source.tree))
        if key not in self._functions:
            name = self._unique(function.name)
            self._functions[key] = name
            self._write(function.source, {}, name)
        return self._functions[key]

    def imported(self, module: str, name: str) -> str:
        """Have the module import `name`; the name to use."""
        if (module, name) not in self.imports:
            made = self._unique(name)
            self.imports[module, name] = made
        return self.imports[module, name]

    def _unique(self, name: str) -> str:
        made, count = name, 1
        while made in self._taken:
            made, count = f"{name}_{count}", count + 1
        self._taken.add(made)
        return made


class _Resolving(ast.NodeTransformer):
    """Replaces every name from outside a function by what it stands for."""

    def __init__(self, program: Program, source: Source, functions: Mapping[str, Any]) -> None:
        self.program, self.source, self.functions = program, source, functions
        self.tree = copy.deepcopy(source.tree)
        arguments = {a.arg for a in self.tree.args.args}
        self.locals = stored_names(self.tree) | arguments

    def run(self) -> ast.FunctionDef:
        self.tree.body = [self.visit(s) for s in self.tree.body]
        return self.tree

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.locals:
            return node
        return ast.copy_location(self._reference(self._meaning(node), node), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        owner = self._module(node.value)
        if owner is None:
            self.generic_visit(node)
            return node
        if not hasattr(owner, node.attr):
            raise self.source.error(node, f"module {owner.__name__} has no {node.attr!r}")
        return ast.copy_location(self._reference(getattr(owner, node.attr), node), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        called = self._called(node.func)
        if isinstance(called, Function):
            node = self._complete(node, called)
            node.func = ast.copy_location(self._reference(called, node.func), node.func)
            node.args = [self.visit(a) for a in node.args]
            return node
        if called in (np.where, np.clip):
            return self._numpy_call(node, called)
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
            return ast.copy_location(ast.IfExp(a, b, c), node)
        inner = ast.Call(ast.Name("max", ast.Load()), [a, b], [])
        return ast.copy_location(ast.Call(ast.Name("min", ast.Load()), [inner, c], []), node)

    def _meaning(self, node: ast.Name) -> Any:
        if node.id in self.functions:
            return self.functions[node.id]
        found = self.source.lookup(node.id)
        if found is MISSING:
            raise self.source.error(node, f"the name {node.id!r} is not defined")
        return found

    def _module(self, node: ast.expr) -> ModuleType | None:
        found: Any = None
        if isinstance(node, ast.Name) and node.id not in self.locals:
            found = self._meaning(node)
        elif isinstance(node, ast.Attribute):
            owner = self._module(node.value)
            found = getattr(owner, node.attr, None) if owner is not None else None
        return found if isinstance(found, ModuleType) else None

    def _called(self, node: ast.expr) -> Any:
        found: Any = None
        if isinstance(node, ast.Name) and node.id not in self.locals:
            found = self._meaning(node)
        elif isinstance(node, ast.Attribute):
            owner = self._module(node.value)
            found = getattr(owner, node.attr, None) if owner is not None else None
        return _as_function(found)

    def _complete(self, node: ast.Call, called: Function) -> ast.Call:
        """The call with named and default arguments put in their places."""
        if any(isinstance(a, ast.Starred) for a in node.args):
            raise self.source.error(node, "a call with *arguments cannot be compiled")
        given = dict(zip(called.parameters, node.args, strict=False))
        named = {str(k.arg): k.value for k in node.keywords}
        unknown = [n for n in named if n not in called.parameters or n in given]
        if unknown or len(node.args) > len(called.parameters):
            raise self.source.error(node, _mismatch(called, unknown))
        given.update(named)
        for name in called.parameters:
            if name not in given and name in called.defaults:
                given[name] = literal(called.defaults[name])
        missing = [n for n in called.parameters if n not in given]
        if missing:
            raise self.source.error(node, f"{called.name} is not given {', '.join(missing)}")
        return ast.copy_location(
            ast.Call(node.func, [given[n] for n in called.parameters], []), node
        )

    def _reference(self, found: Any, node: ast.expr) -> ast.expr:
        """The expression that stands for an object from outside."""
        found = _as_function(found)
        faster = self._faster(found)
        if faster is not None:
            return ast.Name(self.program.imported(*faster), ast.Load())
        if isinstance(found, np.generic):
            found = found.item()
        if _is_constant(found):
            return literal(found)
        if isinstance(found, Function):
            return ast.Name(self.program.function(found), ast.Load())
        if found is prange:
            return ast.Name("prange", ast.Load())
        text = self._known(found)
        if text is None:
            raise self.source.error(
                node,
                f"{ast.unparse(node)!r} is {type(found).__name__} {found!r}; a compiled function "
                "can use numbers, math, its own helper functions and Numba's functions and types",
            )
        return ast.parse(text, mode="eval").body

    def _faster(self, found: Any) -> tuple[str, str] | None:
        origin = found.source.origin if isinstance(found, Function) else found
        scalar = NUMPY_SCALARS.get(origin) if isinstance(origin, np.ufunc) else None
        name = scalar or f"{getattr(origin, '__module__', '')}.{getattr(origin, '__name__', '')}"
        return self.program.faster.get(name)

    def _known(self, found: Any) -> str | None:
        if isinstance(found, BuiltinFunctionType) and found.__module__ == "math":
            return f"math.{found.__name__}"
        if getattr(builtins, getattr(found, "__name__", ""), None) is found:
            return found.__name__ if found.__name__ in BUILTINS else None
        try:
            if found in NUMPY_SCALARS:
                return NUMPY_SCALARS[found]
        except TypeError:
            return None
        return self._imported(found)

    def _imported(self, found: Any) -> str | None:
        where = _importable(found)
        if where is None:
            return None
        self.program.jitted.append(found)
        return self.program.imported(*where)


def _as_function(found: Any) -> Any:
    if isinstance(found, FunctionType) and found is not prange:
        if found in (np.where, np.clip):
            return found
        return Function(found)
    return getattr(found, "function", found) if _wraps_function(found) else found


def _wraps_function(found: Any) -> bool:
    return isinstance(getattr(found, "function", None), Function)


def _is_constant(found: Any) -> bool:
    if isinstance(found, tuple):
        return all(_is_constant(f) for f in found)
    return found is None or isinstance(found, bool | int | float | str)


def _importable(found: Any) -> tuple[str, str] | None:
    """Module and name under which a jitted function, an intrinsic or a type can be imported."""
    inner = getattr(found, "py_func", None) or getattr(found, "_defn", None) or found
    name = getattr(inner, "__name__", None) or getattr(found, "name", None)
    for module in (getattr(inner, "__module__", None), "numba", "numpy"):
        if module in sys.modules and name is not None:
            if getattr(sys.modules[module], name, None) is found and module != "__main__":
                return module, name
    return None


def _mismatch(called: Function, unknown: list[str]) -> str:
    takes = ", ".join(called.parameters) or "nothing"
    what = f"no {unknown[0]!r}" if unknown else "fewer arguments"
    return f"{called.name} takes {what}; it takes ({takes})"


MATH_CONSTANTS = {name for name in dir(math) if isinstance(getattr(math, name), float)}
