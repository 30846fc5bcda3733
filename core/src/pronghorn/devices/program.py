"""From functions as trees to the text of one self-contained module.

A program starts at a kernel and follows every name that it and its functions use. Each function is
resolved, typed and written down once for each set of argument kinds that it is called with. The
same walk serves every device; a `Target` says what differs.
"""

import ast
import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pronghorn.devices.folding import constant
from pronghorn.devices.function import Function
from pronghorn.devices.kinds import INT, UNKNOWN, Array, Kind
from pronghorn.devices.precision import REAL_NAME, Kinds, Typing, is_mathematics
from pronghorn.devices.resolve import Helper, Outside, prange, real, resolved
from pronghorn.devices.source import Source

__all__ = ["Program", "Target", "prange", "real"]


@dataclass(frozen=True)
class Target:
    """What a device asks of the text.

    Attributes:
        helper: the decorator line of every function but the kernel.
        header: import lines that the decorators need.
        names: objects that the text calls by these names, as the header binds them.
        faster: what the device has in place of a function, by float type and `module.name`: the
            module and name of another one.
        index: module and name of what makes an index of an integer that is not negative; without
            it, each index is looked at for from which end it counts, which few loops survive as
            vector code.
        rewrite: last change to each tree, resolved and typed: (tree, float type) -> tree.
        split: makes several functions of the kernel's tree, the kernel last; the others get the
            decorator line `part`.
    """

    helper: str
    header: tuple[str, ...]
    names: Mapping[str, Any] = field(default_factory=dict)
    faster: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    index: tuple[str, str] | None = None
    rewrite: Callable[[ast.FunctionDef, str], ast.FunctionDef] = lambda tree, real: tree
    split: Callable[["Program", Source, ast.FunctionDef], list[ast.FunctionDef]] = (
        lambda program, source, tree: [tree]
    )
    part: str = ""


@dataclass
class _Definition:
    """A function of the program, for one set of argument kinds."""

    source: Source
    tree: ast.FunctionDef
    kinds: Kinds
    name: str = ""


@dataclass(frozen=True)
class _Written:
    """A function of the text: where it comes from, its decorator line, its tree."""

    source: Source
    decorator: str
    tree: ast.FunctionDef

    @cached_property
    def text(self) -> str:
        lines = ["", self.decorator, ast.unparse(self.tree), ""]
        return "\n".join(lines if self.decorator else [lines[0], *lines[2:]])


class Program:
    """Text of a module that holds `kernel` and everything that it calls.

    Args:
        kernel: the function to start from.
        functions: what the names of its function slots stand for.
        target: the device's ways.
        real: "float32" or "float64", the type of every float literal.
        arguments: the kinds of the kernel's arguments; without them, nothing is known of them.

    Attributes:
        name: the kernel's in the module.
        imports: what the module imports: (module, name) to the name used.

    Raises:
        FunctionError: something cannot be compiled; says where it stands.
    """

    def __init__(
        self,
        kernel: Source,
        functions: Mapping[str, Function],
        target: Target,
        real: str,
        arguments: Sequence[Kind] | None = None,
    ) -> None:
        self.target, self.real, self.functions = target, real, functions
        self.imports: dict[tuple[str, str], str] = {}
        self._definitions: dict[Any, _Definition] = {}
        self._open: list[Any] = []
        self._written: list[_Written] = []
        self._taken = {*dir(builtins)} - {"_"} | {"math", "njit", REAL_NAME, *target.names}
        self.name = self.unique(kernel.tree.name)
        count = len(kernel.tree.args.args)
        kinds = tuple(arguments) if arguments is not None else (UNKNOWN,) * count
        self._write(self._define(kernel, functions, kinds), self.name)

    @property
    def text(self) -> str:
        """The module: imports, functions in the order of their use, the kernel last."""
        imports = [
            f"from {module} import {name}" + (f" as {used}" if used != name else "")
            for (module, name), used in sorted(self.imports.items())
        ]
        lines = ["import math", *self.target.header, f"from numpy import {self.real} as _real"]
        return "\n".join([*lines, *imports, *(written.text for written in self._written), ""])

    def origin(self, line: int) -> tuple[Source, ast.AST] | None:
        """Where a line of the text comes from: the function and the part of its tree."""
        start = self.text.count("\n", 0, self.text.index("\n\n"))
        for written in self._written:
            lines = 1 + written.text.count("\n")
            if start < line <= start + lines:
                return written.source, _corresponding(written, line - start - 1)
            start += lines
        return None

    def result(self, function: Function, kinds: tuple[Kind, ...]) -> Kind:
        """The kind of the value of a helper function."""
        definition = self._defined(function, kinds)
        return definition.kinds.returned or UNKNOWN

    def _defined(self, function: Function, kinds: tuple[Kind, ...]) -> _Definition:
        key = (function.source.key, kinds)
        if key in self._open:
            raise function.source.error(None, f"{function.name} calls itself; write a loop")
        if key not in self._definitions:
            self._open.append(key)
            self._definitions[key] = self._define(function.source, {}, kinds)
            self._open.pop()
        return self._definitions[key]

    def _define(
        self, source: Source, functions: Mapping[str, Function], kinds: tuple[Kind, ...]
    ) -> _Definition:
        tree = resolved(source, functions, self.target.names)
        return _Definition(source, tree, Kinds(tree, kinds, self.real, self.result))

    def _write(self, definition: _Definition, name: str) -> None:
        definition.name = name
        tree = _Naming(self, definition).run()
        tree = self.target.rewrite(tree, self.real)
        tree.name = name
        trees, decorators = [tree], [self.target.helper]
        if name == self.name:
            trees = self.target.split(self, definition.source, tree)
            decorators = [*[self.target.part] * (len(trees) - 1), ""]
        for decorator, made in zip(decorators, trees, strict=True):
            located = ast.fix_missing_locations(made)
            self._written.append(_Written(definition.source, decorator, located))

    def helper(self, function: Function, kinds: tuple[Kind, ...]) -> str:
        """The name under which the module holds a function, writing it if it is new."""
        definition = self._defined(function, kinds)
        if not definition.name:
            self._write(definition, self.unique(function.name))
        return definition.name

    def imported(self, module: str, name: str, wanted: str = "") -> str:
        """Have the module import something, as `wanted` if it can; the name to use."""
        if (module, name) not in self.imports:
            self.imports[module, name] = self.unique(wanted or name)
        return self.imports[module, name]

    def intrinsics(self) -> set[str]:
        """The names of what was imported in place of something plainer; it changes no array."""
        brought = {self.target.index, *self.target.faster.get(self.real, {}).values()}
        return {used for where, used in self.imports.items() if where in brought}

    def faster(self, name: str) -> str | None:
        """The name to use in place of the function `module.name`, if the device has a better."""
        found = self.target.faster.get(self.real, {}).get(name)
        return self.imported(*found) if found is not None else None

    def unique(self, name: str) -> str:
        """A name that the module does not use yet."""
        made, count = name, 1
        while made in self._taken:
            made, count = f"{name}_{count}", count + 1
        self._taken.add(made)
        return made


class _Naming(Typing):
    """Types a resolved tree and gives what comes from outside the names that the module uses."""

    def __init__(self, program: Program, definition: _Definition) -> None:
        super().__init__(definition.kinds)
        self.program, self.tree, self.source = program, definition.tree, definition.source
        self.outside: set[str] = set()

    def run(self) -> ast.FunctionDef:
        made = [self.visit(s) for s in self.tree.body]
        self.tree.body = [s for m in made for s in (m if isinstance(m, list) else [m])]
        return _renamed(self.tree, self.outside)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = node.func
        kinds = tuple(self.kinds.of(a) for a in node.args)
        if isinstance(function, Helper):
            node.func = ast.Name("", ast.Load())
        made = super().visit_Call(node)
        if isinstance(function, Helper):
            origin = function.function.source.origin
            name = self.program.faster(f"{origin.__module__}.{origin.__name__}")
            node.func = self._global(name or self.program.helper(function.function, kinds), node)
        elif is_mathematics(function) and isinstance(function, ast.Attribute):
            name = self.program.faster(f"math.{function.attr}")
            node.func = self._global(name, node) if name else function
        elif self._is_flattening(node):
            self._flatten(node)
        elif isinstance(function, ast.Name) and function.id in ("min", "max") and len(kinds) == 2:
            name = self.program.faster(f"builtins.{function.id}")
            node.func = self._global(name, node) if name else function
        return made

    def _is_flattening(self, node: ast.Call) -> bool:
        """Whether it is `array.reshape(size)`."""
        function = node.func
        method = isinstance(function, ast.Attribute) and function.attr == "reshape"
        return method and len(node.args) == 1 and self.kinds.of(node.args[0]) == INT

    def _flatten(self, node: ast.Call) -> None:
        name = self.program.faster("ndarray.reshape")
        if name is not None and isinstance(node.func, ast.Attribute):
            node.args = [node.func.value, *node.args]
            node.func = self._global(name, node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        indexed = isinstance(self.kinds.of(node.value), Array)
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        whole = [indexed and self._counts_from_front(i) for i in indices]
        made = [self.visit(i) for i in indices]
        made = [self._index(m) if w else m for m, w in zip(made, whole, strict=True)]
        node.slice = ast.Tuple(made, ast.Load()) if isinstance(node.slice, ast.Tuple) else made[0]
        node.value = self.visit(node.value)
        return node

    def _counts_from_front(self, node: ast.expr) -> bool:
        """Whether it is a computed index; a literal says itself from which end it counts."""
        return constant(node) is None and self.kinds.of(node) == INT

    def _index(self, node: ast.expr) -> ast.expr:
        index = self.program.target.index
        if index is None:
            return node
        function = self._global(self.program.imported(*index), node)
        return ast.copy_location(ast.Call(function, [node], []), node)

    def visit_Outside(self, node: Outside) -> ast.expr:
        return self._global(self.program.imported(node.module, node.id), node)

    def visit_Helper(self, node: Helper) -> ast.expr:
        raise self.source.error(node, f"{node.id} is used as a value; call it")

    def _global(self, name: str, near: ast.AST) -> ast.expr:
        self.outside.add(name)
        made = ast.copy_location(ast.Name(name, ast.Load()), near)
        made.outside = True  # type: ignore[attr-defined]
        if name in self.program.intrinsics():
            made.harmless = True  # type: ignore[attr-defined]
        return made


def _renamed(tree: ast.FunctionDef, outside: set[str]) -> ast.FunctionDef:
    """`tree` with those local names changed that the module gives another meaning."""
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and not hasattr(n, "outside")]
    taken = outside | {n.id for n in names} | {a.arg for a in tree.args.args}
    changes = {name: _free(name, taken) for name in outside}
    for node in names:
        node.id = changes.get(node.id, node.id)
    for argument in tree.args.args:
        argument.arg = changes.get(argument.arg, argument.arg)
    return tree


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _corresponding(written: _Written, line: int) -> ast.AST:
    """The node of a function's tree that stands in a line of its text."""
    parsed = ast.parse(written.text).body[0]
    for made, node in zip(ast.walk(parsed), ast.walk(written.tree), strict=False):
        if type(made) is type(node) and getattr(made, "lineno", 0) == line:
            return node
    return written.tree
