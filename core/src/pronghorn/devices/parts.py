"""From a kernel with `prange` loops to the C function that does all of it or some rounds.

Most kernels are one loop, with nothing before it but what it reads:

    for i in prange(n):
        y[i] = x[i]

becomes

    if first < 0:
        if word(data, CHUNKS) > 0:
            share(data, n)
            return
        first, last = (0, n)
    for i in range(first, last):
        y[i] = x[i]

where `share` has the pool call the same function for some rounds at a time. In other kernels each
loop becomes a function of its own, a part, that `spread` calls; it is given the variables that the
loop reads. Either way what a loop assigns belongs to a single round.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pronghorn.devices.algebra import assign, name
from pronghorn.devices.effects import conflicts
from pronghorn.devices.folding import stored_names
from pronghorn.devices.source import Source, duplicate, empty_definition

Import = Callable[[str, str, str], str]
"""Has the module import a name from a module under a third name; gives the one to use."""
Unique = Callable[[str], str]
"""Makes a name that the module does not use otherwise."""

CALL_DATA, SPREAD = "pronghorn.devices.call_data", "pronghorn.devices.spread"
CHUNKS, POOL, SELF, ARGUMENTS = range(4)
"""Places in the data of a call."""


class Entry:
    """Makes the C function of a kernel.

    A kernel of one loop does what stands before the loop again for each chunk. Where that reads
    elements of an array that the loop changes, it is made of parts like others.

    Args:
        tree: the kernel, resolved and typed; it is changed.
        source: where it comes from.
        arguments: for each argument its place in the call's data, the name of its type, and its
            number of axes or None.
        imported, unique: names of the module.
        apart: the arrays named together in `conflicts` are known to be different memory.

    Attributes:
        conflicts: pairs of an array read before the loop and one changed in it.

    Raises:
        FunctionError: a loop adds up over its rounds.
    """

    def __init__(
        self,
        tree: ast.FunctionDef,
        source: Source,
        arguments: Sequence[tuple[int, str, int | None]],
        imported: Import,
        unique: Unique,
        apart: bool = True,
    ) -> None:
        self.tree, self.source, self.arguments = tree, source, arguments
        self.imported, self.unique, self.apart = imported, unique, apart
        self.taken = stored_names(tree) | {n.id for n in _names(tree)} | set(_parameters(tree))
        self.data, self.first, self.last = map(self._free, ("data", "first", "last"))
        inside = {id(n) for loop in ast.walk(tree) if is_prange(loop) for n in ast.walk(loop)}
        self.serial = [n for n in _names(tree) if id(n) not in inside]
        self.conflicts: set[tuple[str, str]] = set()
        self.shared = {*_parameters(tree), *(n.id for n in self.serial if _is_store(n))}

    def functions(self) -> list[ast.FunctionDef]:
        """The parts, if there are any, and the C function."""
        for node in ast.walk(self.tree):
            if is_prange(node):
                self._refuse_sums(node)
        parts: list[ast.FunctionDef] = []
        self.conflicts = self._conflicts()
        if self.apart and _is_one_loop(self.tree) and not any(a == b for a, b in self.conflicts):
            self._share(self.tree)
        else:
            splitting = _Splitting(self)
            splitting.generic_visit(self.tree)
            parts = splitting.parts
        self.tree.body = [*self._reading(), *self.tree.body]
        self.tree.args.args = [ast.arg(n) for n in (self.data, self.first, self.last)]
        return [*parts, self.tree]

    def _conflicts(self) -> set[tuple[str, str]]:
        """What is read before the loop, and what the loop changes: not to be the same memory."""
        if not _is_one_loop(self.tree):
            return set()
        axes = [axes for _, _, axes in self.arguments]
        numbers = {p for p, a in zip(_parameters(self.tree), axes, strict=True) if a is None}
        found = conflicts(self.tree.body[:-1], self.tree.body[-1])
        return {pair for pair in found if not numbers & set(pair)}

    def external(self, module: str, what: str) -> str:
        """The name of something from another module, which no variable of the kernel has."""
        return self.imported(module, what, self._free(what))

    def word(self, place: int) -> ast.expr:
        """The integer at one of the first places of the call's data."""
        function = self.external(CALL_DATA, "word")
        return ast.Call(name(function), [name(self.data), ast.Constant(place)], [])

    def _reading(self) -> list[ast.stmt]:
        """Assignments of the arguments to their names."""
        made = []
        for parameter, (place, kind, axes) in zip(
            _parameters(self.tree), self.arguments, strict=True
        ):
            what = [name(self.data), ast.Constant(place), ast.Constant(kind)]
            function = self.external(CALL_DATA, "number" if axes is None else "array")
            what += [] if axes is None else [ast.Constant(axes)]
            made.append(assign(parameter, ast.Call(name(function), what, [])))
        return made

    def _share(self, tree: ast.FunctionDef) -> None:
        loop = tree.body[-1]
        assert isinstance(loop, ast.For)
        start, rounds = _bounds(loop)
        share = self.external(CALL_DATA, "share")
        call = ast.Call(name(share), [name(self.data), rounds], [])
        shared = ast.If(_positive(self.word(CHUNKS)), [ast.Expr(call), ast.Return()], [])
        whole = [assign(self.first, ast.Constant(0)), assign(self.last, duplicate(rounds))]
        test = ast.Compare(name(self.first), [ast.Lt()], [ast.Constant(0)])
        _restrict(loop, start, self.first, self.last)
        tree.body[-1:] = [ast.If(test, [shared, *whole], []), loop]

    def _refuse_sums(self, node: ast.AST) -> None:
        after = {n.id for n in self.serial if n.lineno > (getattr(node, "end_lineno", 0) or 0)}
        for inner in ast.walk(node):
            targets = inner.targets if isinstance(inner, ast.Assign) else []
            changed = isinstance(inner, ast.AugAssign)
            targets = [inner.target] if isinstance(inner, ast.AugAssign) else targets
            for target in (n for t in targets for n in _names(t) if _is_store(n)):
                if target.id in self.shared and (changed or target.id in after):
                    raise self.source.error(
                        inner,
                        f"each round of prange has a {target.id!r} of its own; write the results "
                        "into an array and add them up after the loop",
                    )

    def _free(self, wanted: str) -> str:
        while wanted in self.taken:
            wanted += "_"
        return wanted


class _Splitting(ast.NodeTransformer):
    """Puts calls of parts in the place of loops."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.parts: list[ast.FunctionDef] = []

    def visit_For(self, node: ast.For) -> ast.AST:
        if not is_prange(node):
            self.generic_visit(node)
            return node
        start, rounds = _bounds(node)
        captured = self._captured(node, start)
        part = self._part(node, start, captured)
        self.parts.append(part)
        arguments = ast.Tuple([name(c) for c in captured], ast.Load())
        rest = [arguments, rounds, self.entry.word(CHUNKS), self.entry.word(POOL)]
        spread = self.entry.external(SPREAD, "spread")
        call = ast.Call(name(spread), [name(part.name), *rest], [])
        return ast.copy_location(ast.Expr(call), node)

    def _part(self, node: ast.For, start: ast.expr | None, captured: list[str]) -> ast.FunctionDef:
        entry = self.entry
        made = empty_definition(entry.unique(f"{entry.tree.name}_part"))
        made.args.args = [ast.arg(n) for n in (*captured, entry.first, entry.last)]
        loop = duplicate(node)
        _restrict(loop, start, entry.first, entry.last)
        made.body = [loop]
        return ast.copy_location(made, node)

    def _captured(self, node: ast.For, start: ast.expr | None) -> list[str]:
        """The variables that the loop reads and does not make, in the order of their use."""
        read = [n.id for part in (start, *node.body) if part is not None for n in _names(part)]
        own = {n.id for n in _names(node.target)}
        return [n for n in dict.fromkeys(read) if n in self.entry.shared - own]


def is_prange(node: ast.AST) -> bool:
    """Whether it is a loop over `prange`, in a resolved tree."""
    return (
        isinstance(node, ast.For)
        and isinstance(node.iter, ast.Call)
        and isinstance(node.iter.func, ast.Name)
        and node.iter.func.id == "prange"
    )


def _is_one_loop(tree: ast.FunctionDef) -> bool:
    """Whether a kernel is a `prange` loop after nothing but assignments of variables."""
    *before, last = tree.body
    return is_prange(last) and all(
        isinstance(s, ast.Assign) and all(isinstance(t, ast.Name | ast.Tuple) for t in s.targets)
        for s in before
    )


def written(tree: ast.FunctionDef) -> set[str]:
    """The arguments of a kernel to whose elements it assigns."""
    stores = (n for n in ast.walk(tree) if isinstance(n, ast.Subscript))
    roots = (n.value for n in stores if not isinstance(n.ctx, ast.Load))
    return {n.id for n in roots if isinstance(n, ast.Name)} & set(_parameters(tree))


def _restrict(loop: ast.For, start: ast.expr | None, first: str, last: str) -> None:
    """Have a loop do the rounds from `first` to `last` only; those inside it are plain loops."""
    bounds = [name(first), name(last)]
    if start is not None:
        bounds = [ast.BinOp(duplicate(start), ast.Add(), b) for b in bounds]
    loop.iter = ast.Call(name("range"), bounds, [])
    for node in _names(loop):
        node.id = "range" if node.id == "prange" else node.id


def _bounds(node: ast.For) -> tuple[ast.expr | None, ast.expr]:
    """The first value that a loop runs over, None for 0, and the number of its rounds."""
    assert isinstance(node.iter, ast.Call)
    given = node.iter.args
    if len(given) == 1:
        return None, given[0]
    return given[0], ast.BinOp(given[1], ast.Sub(), duplicate(given[0]))


def _positive(value: ast.expr) -> ast.expr:
    return ast.Compare(value, [ast.Gt()], [ast.Constant(0)])


def _names(tree: Any) -> Iterator[ast.Name]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.Name))


def _parameters(tree: ast.FunctionDef) -> list[str]:
    return [a.arg for a in tree.args.args]


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)
