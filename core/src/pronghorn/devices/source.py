"""The syntax tree of a Python function, where it was written, and what its free names mean.

`inspect` finds the text; it knows files and notebook cells, not what was typed at a bare prompt.
Positions in the tree are those of the file, so an error can point at the line and show it.
"""

import ast
import builtins
import inspect
import linecache
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import CodeType, FunctionType
from typing import Any, TypeVar

from pronghorn.errors import FunctionError

NOT_PLAIN = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
Node = TypeVar("Node", bound=ast.AST)
MISSING = object()
"""What `Source.lookup` gives for a name that means nothing."""


@dataclass(frozen=True)
class Source:
    """A function as a tree.

    Attributes:
        tree: the definition without decorators, annotations and docstring.
        filename: the file or notebook cell that it stands in.
        origin: the Python function whose globals and closure give the free names a meaning.
        extra: meanings of names that a rewriting brought in; they go before the globals.
    """

    tree: ast.FunctionDef
    filename: str
    origin: FunctionType
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> tuple[CodeType, str]:
        """Equal for functions that say the same: whose code they come from, and the tree."""
        return self.origin.__code__, ast.dump(self.tree)

    def lookup(self, name: str) -> Any:
        """The object a free name stands for, or `MISSING`."""
        if name in self.extra:
            return self.extra[name]
        code = self.origin.__code__
        if name in code.co_freevars and self.origin.__closure__:
            cell = self.origin.__closure__[code.co_freevars.index(name)]
            return _contents(cell)
        if name in self.origin.__globals__:
            return self.origin.__globals__[name]
        return getattr(builtins, name, MISSING)

    def error(self, node: ast.AST | None, message: str) -> FunctionError:
        """A FunctionError that names file and line of `node` and shows the line."""
        return FunctionError(f"{self.place(node)}: {message}{self.excerpt(node)}")

    def place(self, node: ast.AST | None = None) -> str:
        """`file:line` of a node, or of the function."""
        return f"{self.filename}:{getattr(node, 'lineno', self.tree.lineno)}"

    def excerpt(self, node: ast.AST | None = None) -> str:
        """The line of source at `node` as an indented line of its own, if it can be read."""
        line = linecache.getline(self.filename, getattr(node, "lineno", self.tree.lineno)).strip()
        return f"\n    {line}" if line else ""

    def with_tree(self, tree: ast.FunctionDef, extra: Mapping[str, Any] | None = None) -> "Source":
        """The same place and meanings with another tree."""
        return replace(self, tree=tree, extra={**self.extra, **(extra or {})})


def read(function: Callable[..., Any]) -> Source:
    """The `Source` of a plain Python function or lambda.

    Raises:
        FunctionError: it is no Python function, or its text cannot be found.
    """
    if not isinstance(function, FunctionType):
        raise FunctionError(
            f"{function!r} is not a plain Python function, so it has no source to compile; "
            "wrap the call in a function written with def"
        )
    code = function.__code__
    if code.co_flags & NOT_PLAIN:
        raise FunctionError(
            f"{code.co_filename}:{code.co_firstlineno}: {code.co_name} is a generator or a "
            "coroutine; write a plain function that returns its result"
        )
    node = _find(code, code.co_filename)
    return Source(_definition(node, function.__name__), code.co_filename, function)


def duplicate(node: Node) -> Node:
    """A copy of a tree; what its nodes hold besides other nodes is the same object in both.

    `copy.deepcopy` would do, in ten times the time.
    """
    made = type(node).__new__(type(node))
    for name, value in vars(node).items():
        made.__dict__[name] = _duplicated(value)
    return made


def _duplicated(value: Any) -> Any:
    if isinstance(value, list):
        return [_duplicated(v) for v in value]
    return duplicate(value) if isinstance(value, ast.AST) else value


def from_text(text: str, scope: Mapping[str, Any], filename: str) -> Source:
    """The `Source` of a function that a program wrote: `text` holds one `def`.

    The text is put where tracebacks and errors look for `filename`, so that they can show it.
    """
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    module = ast.parse(text, filename)
    namespace: dict[str, Any] = dict(scope)
    exec(compile(module, filename, "exec"), namespace)
    node = next(n for n in module.body if isinstance(n, ast.FunctionDef))
    return Source(_definition(node, node.name), filename, namespace[node.name])


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def _find(code: CodeType, filename: str) -> ast.FunctionDef | ast.Lambda:
    lines = linecache.getlines(filename)
    if not lines:
        lines = _lines_by_inspect(code)
    found = [n for n in _functions("".join(lines), filename) if _is(n, code)]
    if not found:
        raise FunctionError(
            f"the text of {code.co_name!r} in {filename} is not what was imported: "
            "the file changed since; start a new process"
        )
    return found[0]


def _lines_by_inspect(code: CodeType) -> list[str]:
    try:
        lines, _ = inspect.findsource(code)
    except (OSError, TypeError):
        raise FunctionError(
            f"the source of {code.co_name!r} cannot be read ({code.co_filename}, line "
            f"{code.co_firstlineno}): Pronghorn compiles functions from their text, which a bare "
            "prompt, `python -c` and stdin do not keep; put the function in a file or a notebook "
            "cell"
        ) from None
    return lines


@lru_cache(maxsize=64)
def _functions(text: str, filename: str) -> tuple[ast.FunctionDef | ast.Lambda, ...]:
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise FunctionError(f"{filename}:{error.lineno}: cannot be parsed: {error.msg}") from error
    return tuple(n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.Lambda))


def _is(node: ast.FunctionDef | ast.Lambda, code: CodeType) -> bool:
    if isinstance(node, ast.FunctionDef):
        first = min((node.lineno, *(d.lineno for d in node.decorator_list)))
        return node.name == code.co_name and first == code.co_firstlineno
    return code.co_name == "<lambda>" and _spans(node.body, code)


def _spans(body: ast.expr, code: CodeType) -> bool:
    """Whether the code of a lambda is that of this body, from its first character to its last."""
    places = [p for p in code.co_positions() if None not in p and p[2:] != (0, 0)]
    first = min(((line, column) for line, _, column, _ in places), default=None)
    last = max(((line, column) for _, line, _, column in places), default=None)
    ends = (body.end_lineno, body.end_col_offset)
    return first == (body.lineno, body.col_offset) and last == ends


def _definition(node: ast.FunctionDef | ast.Lambda, name: str) -> ast.FunctionDef:
    made = empty_definition("function" if name == "<lambda>" else name)
    if isinstance(node, ast.Lambda):
        made.body = [ast.copy_location(ast.Return(node.body), node.body)]
    else:
        made.body = _without_docstring(node.body)
    made.args = _plain(node.args)
    return ast.fix_missing_locations(ast.copy_location(made, node))


def empty_definition(name: str) -> ast.FunctionDef:
    """`def name(): pass`, to be filled; parsing gives all fields that this Python's trees have."""
    made = ast.parse(f"def {name}(): pass").body[0]
    assert isinstance(made, ast.FunctionDef)
    return made


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if documented and len(body) > 1 else list(body)


def _plain(arguments: ast.arguments) -> ast.arguments:
    bare = [
        ast.copy_location(ast.arg(a.arg), a)
        for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    ]
    return ast.arguments(
        posonlyargs=[],
        args=bare,
        vararg=arguments.vararg,
        kwonlyargs=[],
        kw_defaults=[],
        kwarg=arguments.kwarg,
        defaults=[],
    )
