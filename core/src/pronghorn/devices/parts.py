"""Making the rounds of a kernel's `prange` loops functions of their own.

    for i in prange(n):
        y[i] = x[i]

becomes `spread(part, (x, y), n, chunks, pool)`, where `part(x, y, first, last)` does the rounds
from `first` to `last`. A part is given the variables that its loop reads; what the loop assigns
belongs to a single round.
"""

import ast
from collections.abc import Callable, Iterator

from pronghorn.devices.algebra import duplicate, name
from pronghorn.devices.folding import stored_names
from pronghorn.devices.source import Source, empty_definition

Unique = Callable[[str], str]
"""Makes a name that the module does not use otherwise."""


def split(
    tree: ast.FunctionDef, source: Source, unique: Unique, spread: str
) -> list[ast.FunctionDef]:
    """The parts of a kernel, and last what is left of it: it calls them.

    A kernel with parts has two more parameters: how many chunks are to be made of the rounds, and
    the address of the pool.

    Args:
        tree: the kernel, resolved and typed; it is changed.
        source: where it comes from.
        unique: for the names of the parts.
        spread: the name of the function that runs a part.

    Raises:
        FunctionError: a loop adds up over its rounds.
    """
    splitting = _Splitting(tree, source, unique, spread)
    splitting.generic_visit(tree)
    return [*splitting.parts, tree]


def is_prange(node: ast.AST) -> bool:
    """Whether it is a loop over `prange`, in a resolved tree."""
    return (
        isinstance(node, ast.For)
        and isinstance(node.iter, ast.Call)
        and isinstance(node.iter.func, ast.Name)
        and node.iter.func.id == "prange"
    )


class _Splitting(ast.NodeTransformer):
    def __init__(self, tree: ast.FunctionDef, source: Source, unique: Unique, spread: str) -> None:
        self.tree, self.source, self.unique, self.spread = tree, source, unique, spread
        self.taken = stored_names(tree) | {n.id for n in _names(tree)} | set(_arguments(tree))
        inside = {id(n) for loop in ast.walk(tree) if is_prange(loop) for n in ast.walk(loop)}
        self.serial = [n for n in _names(tree) if id(n) not in inside]
        self.shared = {*_arguments(tree), *(n.id for n in self.serial if _is_store(n))}
        self.parts: list[ast.FunctionDef] = []
        self.chunks, self.pool = self._free("chunks"), self._free("pool")
        if inside:
            tree.args.args += [ast.arg(self.chunks), ast.arg(self.pool)]

    def visit_For(self, node: ast.For) -> ast.AST:
        if not is_prange(node):
            self.generic_visit(node)
            return node
        self._refuse_sums(node)
        first, rounds = _bounds(node)
        captured = self._captured(node, first)
        part = self._part(node, first, captured)
        self.parts.append(part)
        arguments = ast.Tuple([name(c) for c in captured], ast.Load())
        rest = [arguments, rounds, name(self.chunks), name(self.pool)]
        call = ast.Call(name(self.spread), [name(part.name), *rest], [])
        return ast.copy_location(ast.Expr(call), node)

    def _part(self, node: ast.For, first: ast.expr | None, captured: list[str]) -> ast.FunctionDef:
        made = empty_definition(self.unique(f"{self.tree.name}_part"))
        begin, end = self._free("first"), self._free("last")
        made.args.args = [ast.arg(n) for n in (*captured, begin, end)]
        bounds = [name(begin), name(end)]
        if first is not None:
            bounds = [ast.BinOp(duplicate(first), ast.Add(), b) for b in bounds]
        loop = duplicate(node)
        loop.iter = ast.Call(name("range"), bounds, [])
        made.body = [_Inner().visit(loop)]
        return ast.copy_location(made, node)

    def _captured(self, node: ast.For, first: ast.expr | None) -> list[str]:
        """The variables that the loop reads and does not make, in the order of their use."""
        read = [n.id for part in (first, *node.body) if part is not None for n in _names(part)]
        own = {n.id for n in _names(node.target)}
        return [n for n in dict.fromkeys(read) if n in self.shared - own]

    def _refuse_sums(self, node: ast.For) -> None:
        after = {n.id for n in self.serial if n.lineno > (node.end_lineno or 0)}
        for inner in ast.walk(node):
            targets = inner.targets if isinstance(inner, ast.Assign) else []
            changed = isinstance(inner, ast.AugAssign)
            targets = [inner.target] if isinstance(inner, ast.AugAssign) else targets
            for target in (n for t in targets for n in _names(t) if _is_store(n)):
                if target.id in self.shared and (changed or target.id in after):
                    raise self.source.error(
                        inner,
                        f"each round of prange has a {target.id!r} of its own; write the "
                        "results into an array and add them up after the loop",
                    )

    def _free(self, wanted: str) -> str:
        while wanted in self.taken:
            wanted += "_"
        return wanted


class _Inner(ast.NodeTransformer):
    """A `prange` inside another one is a plain loop."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = "range" if node.id == "prange" else node.id
        return node


def _names(tree: ast.AST) -> Iterator[ast.Name]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.Name))


def _arguments(tree: ast.FunctionDef) -> list[str]:
    return [a.arg for a in tree.args.args]


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _bounds(node: ast.For) -> tuple[ast.expr | None, ast.expr]:
    """The first value that a loop runs over, None for 0, and the number of its rounds."""
    assert isinstance(node.iter, ast.Call)
    given = node.iter.args
    if len(given) == 1:
        return None, given[0]
    return given[0], ast.BinOp(given[1], ast.Sub(), duplicate(given[0]))
