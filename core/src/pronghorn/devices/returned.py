"""What a function returns, as far as its text shows it: a wrong result is told of by its line."""

import ast
from collections.abc import Iterator, Sequence

from pronghorn.devices.function import Function
from pronghorn.devices.resolve import as_function

ONE = 0
"""One number that stands by itself, no tuple of one."""

Returned = int | str | None
"""How many numbers, `ONE` or the length of a tuple; or in words what is none; or None where the
text does not show it."""


def require_numbers(function: Function, wanted: int = ONE, what: str = "a number") -> None:
    """Check that a function returns so many numbers on every path, where its text shows it.

    Args:
        function: the function, its options put in.
        wanted: `ONE`, or the length of a tuple.
        what: what it must return, for the message.

    Raises:
        FunctionError: it returns something else, or nothing; names the line.
    """
    must = f"{function.name}({', '.join(function.parameters)}) must return {what}"
    for node, returned in _Returns(function).all():
        if returned not in (None, wanted):
            raise function.source.error(node, f"{must}, but this returns {_told(returned)}")
    if _falls_off(function.source.tree.body):
        raise function.source.error(
            None, f"{must}, but it can end without: end every path with a `return`"
        )


def _told(returned: Returned) -> str:
    if isinstance(returned, str):
        return returned
    return "one number" if returned == ONE else f"a tuple of {returned}"


class _Returns:
    """The results of a function; `seen` are the functions and names on the way to it."""

    def __init__(self, function: Function, seen: frozenset[object] = frozenset()) -> None:
        self.function = function
        self.seen = seen
        self.nodes = list(ast.walk(function.source.tree))

    def all(self) -> Iterator[tuple[ast.AST, Returned]]:
        """Each place where the function returns something, and what."""
        for node in self.nodes:
            if isinstance(node, ast.Return):
                for value in _branches(node.value):
                    yield node, self._of(value)

    def _of(self, value: ast.expr | None) -> Returned:
        match value:
            case None | ast.Constant(value=None):
                return "nothing"
            case ast.JoinedStr() | ast.Constant(value=str() | bytes()):
                return "a text"
            case ast.List() | ast.Dict() | ast.Set():
                return f"a {type(value).__name__.lower()}"
            case ast.Tuple(elts=elements):
                return self._of_tuple(elements)
            case ast.Name(id=name):
                return self._of_name(name)
            case ast.Call(func=ast.Name(id=name)):
                return self._of_call(name)
            case ast.Constant() | ast.BinOp() | ast.UnaryOp() | ast.Compare():
                return ONE
        return None

    def _of_tuple(self, elements: Sequence[ast.expr]) -> Returned:
        if any(isinstance(element, ast.Starred) for element in elements):
            return None
        inner = [self._of(element) for element in elements]
        wrong = next((found for found in inner if found not in (ONE, None)), None)
        return len(elements) if wrong is None else f"{_told(wrong)} in a tuple"

    def _of_name(self, name: str) -> Returned:
        """What a local variable holds: known where it is given one plain value, and once."""
        stored = [
            node
            for node in self.nodes
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        ]
        values = [
            node.value
            for node in self.nodes
            if isinstance(node, ast.Assign) and node.targets == stored
        ]
        if name in self.function.parameters or name in self.seen or len(values) != 1:
            return None
        return _Returns(self.function, self.seen | {name})._of(values[0])

    def _of_call(self, name: str) -> Returned:
        """What a helper returns, where all its results are of one kind."""
        called = as_function(self.function.source.lookup(name))
        if not isinstance(called, Function) or called.source.origin in self.seen:
            return None
        found = {what for _, what in _Returns(called, frozenset({called.source.origin})).all()}
        if _falls_off(called.source.tree.body):
            found.add("nothing")
        return found.pop() if len(found) == 1 else None


def _branches(value: ast.expr | None) -> Iterator[ast.expr | None]:
    if isinstance(value, ast.IfExp):
        yield from _branches(value.body)
        yield from _branches(value.orelse)
    else:
        yield value


def _falls_off(body: Sequence[ast.stmt]) -> bool:
    """Whether running these statements may reach their end."""
    match body[-1]:
        case ast.Return() | ast.Raise():
            return False
        case ast.If(body=then, orelse=other):
            return not other or _falls_off(then) or _falls_off(other)
        case ast.While(test=ast.Constant(value=value)) if value:
            return any(isinstance(node, ast.Break) for node in ast.walk(body[-1]))
    return True
