"""From loops over `prange` to loops over the threads of a grid.

The outermost `prange` of a kernel is spread over all threads. A `prange` inside it is spread over
the threads along x, which then work on one round of the outer loop together, so that neighbours
touch neighbouring elements.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pronghorn.devices.cuda.dialect import translated
from pronghorn.devices.program import prange
from pronghorn.devices.source import MISSING, Source

ALL = ("cuda.grid(1)", "cuda.gridsize(1)")
OUTER = (
    "cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y",
    "cuda.gridDim.x * cuda.blockDim.y",
)
INNER = ("cuda.threadIdx.x", "cuda.blockDim.x")
"""First round and step of a thread, for each kind of loop."""


Rounds = Callable[[Mapping[str, Any]], int | None]


@dataclass(frozen=True)
class Loops:
    """The `prange` loops of a kernel, and how many rounds they have for given arguments.

    Attributes:
        outer: rounds from the arguments by name, or None where the arguments do not tell.
        inner: the same for the loop inside, None if there is no such loop.
    """

    outer: Rounds
    inner: Rounds | None


def find(source: Source) -> Loops:
    """The loops of a kernel.

    Raises:
        FunctionError: there are none, or their rounds cannot be given to threads as they are.
    """
    loops = (n for n in ast.walk(source.tree) if isinstance(n, ast.For))
    pranges = [n for n in loops if _calls_prange(n, source)]
    if not pranges:
        name = source.tree.name
        raise source.error(
            None, f"kernel {name} has no prange loop to spread over threads, and no grid"
        )
    inside = {id(n) for loop in pranges for n in ast.walk(loop) if n is not loop}
    outer = [loop for loop in pranges if id(loop) not in inside]
    _check(source, outer)
    inner = [loop for loop in pranges if id(loop) in inside]
    return Loops(_rounds(outer[0], source), _rounds(inner[0], source) if inner else None)


def over_grid(tree: ast.FunctionDef, real: str) -> ast.FunctionDef:
    """`tree` with its `prange` loops spread over all threads of the grid."""
    nested = any(
        _is_loop(n) and any(_is_loop(m) for m in ast.walk(n) if m is not n) for n in ast.walk(tree)
    )
    made: ast.FunctionDef = _Spreading(OUTER if nested else ALL).visit(tree)
    return translated(made)


def over_block(tree: ast.FunctionDef, real: str) -> ast.FunctionDef:
    """`tree` with its `prange` loops spread over the threads of each block."""
    made: ast.FunctionDef = _Spreading(INNER).visit(tree)
    return translated(made)


class _Spreading(ast.NodeTransformer):
    def __init__(self, place: tuple[str, str]) -> None:
        self.place = place

    def visit_For(self, node: ast.For) -> Any:
        if not _is_loop(node):
            self.generic_visit(node)
            return node
        place, self.place = self.place, INNER
        self.generic_visit(node)
        self.place = place
        return _strided(node, *place)


def _strided(node: ast.For, first: str, step: str) -> list[ast.stmt] | ast.For:
    start, stop = _bounds(node)
    begin: ast.expr = ast.parse(first, mode="eval").body
    if start is not None:
        begin = ast.BinOp(start, ast.Add(), begin)
    stride = ast.parse(step, mode="eval").body
    if _continues(node):
        node.iter = ast.Call(ast.Name("range", ast.Load()), [begin, stop, stride], [])
        return node
    # A range with a step divides by it to count its rounds; this does not.
    assert isinstance(node.target, ast.Name), "prange counts with one name"
    name, limit = node.target.id, f"_{node.target.id}_stop"
    test = ast.Compare(ast.Name(name, ast.Load()), [ast.Lt()], [ast.Name(limit, ast.Load())])
    advance = ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), stride)
    return [
        ast.Assign([ast.Name(limit, ast.Store())], stop),
        ast.Assign([ast.Name(name, ast.Store())], begin),
        ast.While(test, [*node.body, advance], []),
    ]


def _check(source: Source, outer: Sequence[ast.For]) -> None:
    if len(outer) > 1:
        raise source.error(
            outer[1], "a second prange: threads of a grid cannot wait for the first one's rounds"
        )
    loop = outer[0]
    stores = [n for n in ast.walk(source.tree) if isinstance(n, ast.Name) and _is_store(n)]
    before = {n.id for n in stores if n.lineno < loop.lineno}
    inside = {id(n) for n in ast.walk(loop)}
    for node in ast.walk(source.tree):
        if id(node) not in inside and isinstance(node, ast.Subscript) and _is_store(node):
            raise source.error(node, "every thread would write this; move it into the prange loop")
    for node in ast.walk(loop):
        if isinstance(node, ast.AugAssign) and getattr(node.target, "id", None) in before:
            raise source.error(node, "a sum over rounds of prange: each thread has only its own")


def _rounds(loop: ast.For, source: Source) -> Callable[[Mapping[str, Any]], int | None]:
    start, stop = _bounds(loop)
    size = stop if start is None else ast.BinOp(stop, ast.Sub(), start)
    code = compile(ast.fix_missing_locations(ast.Expression(size)), source.filename, "eval")
    outside = _Outside(source)

    def rounds(arguments: Mapping[str, Any]) -> int | None:
        try:
            return int(eval(code, outside, dict(arguments)))
        except (NameError, AttributeError):
            return None  # it depends on what the kernel itself computes

    return rounds


class _Outside(dict[str, Any]):
    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source

    def __missing__(self, name: str) -> Any:
        found = self.source.lookup(name)
        if found is MISSING:
            raise KeyError(name)
        return found


def _bounds(loop: ast.For) -> tuple[ast.expr | None, ast.expr]:
    assert isinstance(loop.iter, ast.Call)
    given = loop.iter.args
    return (None, given[0]) if len(given) == 1 else (given[0], given[1])


def _is_loop(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.For)
        and isinstance(node.iter, ast.Call)
        and isinstance(node.iter.func, ast.Name)
        and node.iter.func.id == "prange"
    )


def _calls_prange(node: ast.For, source: Source) -> bool:
    return (
        isinstance(node.iter, ast.Call)
        and isinstance(node.iter.func, ast.Name)
        and source.lookup(node.iter.func.id) is prange
    )


def _continues(node: ast.For) -> bool:
    """Whether a `continue` in the body belongs to this very loop."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        found = waiting.pop()
        if isinstance(found, ast.Continue):
            return True
        if not isinstance(found, ast.For | ast.While):
            waiting.extend(ast.iter_child_nodes(found))
    return False


def _is_store(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Store)
