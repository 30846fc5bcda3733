"""Keeping float32 code in float32; see `kinds` for why and how."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from pronghorn.devices.kinds import (
    BOOL,
    INT,
    REAL,
    UNKNOWN,
    Array,
    Kind,
    is_float,
    is_whole,
    join,
    of_dtype,
)
from pronghorn.devices.resolve import Helper, Outside

REAL_NAME = "_real"
"""The name of the float type in generated text."""

WHOLE_RESULT = {"ceil": INT, "floor": INT, "trunc": INT}
TRUTH_RESULT = {"isfinite": BOOL, "isinf": BOOL, "isnan": BOOL}
MATH_RESULT = {**WHOLE_RESULT, **TRUTH_RESULT}

Result = Callable[[Any, tuple[Kind, ...]], Kind]
"""The kind that a helper function gives for arguments of these kinds."""


class Kinds(ast.NodeVisitor):
    """The kinds of all expressions of a resolved function.

    Args:
        tree: the function.
        arguments: the kinds of its arguments.
        real: "float32" or "float64".
        result: what calls of other functions give.

    Attributes:
        returned: the kind of the function's value.
    """

    def __init__(
        self, tree: ast.FunctionDef, arguments: Sequence[Kind], real: str, result: Result
    ) -> None:
        self.real, self.result = real, result
        names = [a.arg for a in tree.args.args]
        self.variables: dict[str, Kind] = dict(zip(names, arguments, strict=True))
        self.returned: Kind | None = None
        self._known: dict[ast.expr, Kind] = {}
        before: Any = None
        while before != (self.variables, self.returned):
            before = (dict(self.variables), self.returned)
            self._known.clear()
            for statement in tree.body:
                self.visit(statement)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._bind(target, self.of(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, self.of(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            read = ast.Name(node.target.id, ast.Load())
            self._bind(node.target, self.of(ast.BinOp(read, node.op, node.value)))

    def visit_For(self, node: ast.For) -> None:
        over = self.of(node.iter)
        self._bind(node.target, over.element if isinstance(over, Array) else over)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.returned = join(self.returned, self.of(node.value))

    def _bind(self, target: ast.expr, kind: Kind) -> None:
        if isinstance(target, ast.Name):
            self.variables[target.id] = join(self.variables.get(target.id), kind)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = kind if isinstance(kind, tuple) else (UNKNOWN,) * len(target.elts)
            for element, part in zip(target.elts, parts, strict=False):
                self._bind(element, part)

    def of(self, node: ast.expr) -> Kind:
        """The kind of an expression."""
        if node not in self._known:
            handler = getattr(self, f"of_{type(node).__name__}", None)
            self._known[node] = UNKNOWN if handler is None else handler(node)
        return self._known[node]

    def of_Constant(self, node: ast.Constant) -> Kind:
        return {bool: BOOL, int: INT, float: REAL}.get(type(node.value), UNKNOWN)

    def of_Name(self, node: ast.Name) -> Kind:
        return self.variables.get(node.id, UNKNOWN)

    def of_Tuple(self, node: ast.Tuple) -> Kind:
        return tuple(self.of(e) for e in node.elts)

    def of_Compare(self, node: ast.Compare) -> Kind:
        return BOOL

    def of_BoolOp(self, node: ast.BoolOp) -> Kind:
        return self._joined(node.values)

    def of_IfExp(self, node: ast.IfExp) -> Kind:
        return self._joined((node.body, node.orelse))

    def of_UnaryOp(self, node: ast.UnaryOp) -> Kind:
        if isinstance(node.op, ast.Not):
            return BOOL
        kind = self.of(node.operand)
        return INT if kind == BOOL else kind

    def of_BinOp(self, node: ast.BinOp) -> Kind:
        a, b = self.of(node.left), self.of(node.right)
        if isinstance(a, tuple | Array) or isinstance(b, tuple | Array):
            return UNKNOWN
        bitwise = isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor)
        if isinstance(node.op, ast.Div) and is_whole(a) and is_whole(b):
            return REAL
        if a == b == BOOL and not bitwise:
            return INT
        return join(a, b)

    def of_Subscript(self, node: ast.Subscript) -> Kind:
        owner = self.of(node.value)
        if isinstance(owner, tuple):
            index = node.slice.value if isinstance(node.slice, ast.Constant) else None
            return owner[index] if isinstance(index, int) and index < len(owner) else INT
        if not isinstance(owner, Array):
            return UNKNOWN
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        left = owner.ndim - sum(not isinstance(i, ast.Slice) for i in indices)
        return owner.element if left == 0 else Array(owner.element, left)

    def of_Attribute(self, node: ast.Attribute) -> Kind:
        owner = self.of(node.value)
        if is_mathematics(node):
            return REAL
        if not isinstance(owner, Array):
            return UNKNOWN
        if node.attr == "shape":
            return (INT,) * owner.ndim
        return INT if node.attr in ("size", "ndim") else UNKNOWN

    def of_Call(self, node: ast.Call) -> Kind:
        kinds = tuple(self.of(a) for a in node.args)
        function = node.func
        if isinstance(function, Helper):
            return self.result(function.function, kinds)
        if isinstance(function, Outside):
            return of_dtype(function.id, self.real)
        if isinstance(function, ast.Attribute):
            return self._of_method(function, kinds)
        return self._of_builtin(function, kinds) if isinstance(function, ast.Name) else UNKNOWN

    def _of_method(self, function: ast.Attribute, kinds: tuple[Kind, ...]) -> Kind:
        if function.attr == "reshape" and kinds == (INT,):
            owner = self.of(function.value)
            return Array(owner.element, 1) if isinstance(owner, Array) else UNKNOWN
        if not is_mathematics(function):
            return UNKNOWN
        if function.attr in MATH_RESULT:
            return MATH_RESULT[function.attr]
        return _real_unless_double(kinds)

    def _of_builtin(self, function: ast.Name, kinds: tuple[Kind, ...]) -> Kind:
        match function.id:
            case "float" | "_real":
                return REAL
            case "int" | "len" | "range" | "prange":
                return INT
            case "bool":
                return BOOL
            case "round":
                return INT if len(kinds) == 1 else kinds[0]
            case "abs":
                return INT if kinds[0] == BOOL else kinds[0]
            case "min" | "max" | "pow":
                return _all_joined(kinds)
        return UNKNOWN

    def _joined(self, nodes: Sequence[ast.expr]) -> Kind:
        return _all_joined([self.of(n) for n in nodes])


class Typing(ast.NodeTransformer):
    """Writes conversions where an integer meets a float, and the type of each float literal."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return _real(node, node) if type(node.value) is float else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if is_mathematics(node):
            return _real(node, node) if node.attr in ("inf", "nan") else node
        self.generic_visit(node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        kind = self.kinds.of(node)
        if isinstance(node.op, ast.Pow) and _is_small_integer(node.right):
            node.left = self.visit(node.left)
            return node
        if isinstance(node.op, ast.LShift | ast.RShift | ast.BitAnd | ast.BitOr | ast.BitXor):
            self.generic_visit(node)
            return node
        node.left, node.right = self._as(node.left, kind), self._as(node.right, kind)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        sides = [node.left, *node.comparators]
        kind = _all_joined([self.kinds.of(s) for s in sides])
        node.left, *node.comparators = (self._as(s, kind) for s in sides)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        kind = self.kinds.of(node)
        node.test = self.visit(node.test)
        node.body, node.orelse = self._as(node.body, kind), self._as(node.orelse, kind)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        kind: Kind = UNKNOWN
        if len(node.targets) == 1:
            kind = self._of_target(node.targets[0])
        converted = self._converted(node, kind)
        node.value = self._as(node.value, kind)
        node.targets = [self.visit(t) for t in node.targets]
        return [node, *converted]

    def _converted(self, node: ast.Assign, kind: Kind) -> list[ast.stmt]:
        """Conversions of whole numbers that a call unpacks into variables of another kind."""
        target, parts = node.targets[0], self.kinds.of(node.value)
        if not isinstance(kind, tuple) or not isinstance(parts, tuple):
            return []
        if not isinstance(target, ast.Tuple) or isinstance(node.value, ast.Tuple):
            return []
        made: list[ast.stmt] = []
        for element, wanted, part in zip(target.elts, kind, parts, strict=False):
            if is_float(wanted) and is_whole(part) and isinstance(element, ast.Name):
                variable, element.id = element.id, f"{element.id}_whole_"
                value = _real(ast.copy_location(ast.Name(element.id, ast.Load()), node), node)
                store = ast.copy_location(ast.Name(variable, ast.Store()), node)
                made.append(ast.copy_location(ast.Assign([store], value), node))
        return made

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        node.value = self._as(node.value, self._of_target(node.target))
        node.target = self.visit(node.target)
        return node

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        if node.value is not None:
            node.value = self._as(node.value, self.kinds.returned or UNKNOWN)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if _is_real(node):
            return node
        kind = self._wanted(node)
        node.args = [self._as(a, kind) for a in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "float":
            node.func.id = REAL_NAME
        if not isinstance(node.func, ast.Attribute):
            node.func = self.visit(node.func)
        return node

    def _wanted(self, node: ast.Call) -> Kind:
        """The kind that all arguments of a call must have, if they are numbers of any kind."""
        function = node.func
        if isinstance(function, ast.Name) and function.id in ("min", "max", "pow"):
            return self.kinds.of(node)
        if is_mathematics(function):
            return _real_unless_double([self.kinds.of(a) for a in node.args])
        return UNKNOWN

    def _of_target(self, target: ast.expr) -> Kind:
        if isinstance(target, ast.Tuple):
            return tuple(self._of_target(e) for e in target.elts)
        return self.kinds.of(target)

    def _as(self, node: ast.expr, kind: Kind) -> ast.expr:
        """`node` rewritten, converted to REAL if that is wanted and it is a whole number."""
        if isinstance(kind, tuple) and isinstance(node, ast.Tuple) and len(kind) == len(node.elts):
            node.elts = [self._as(e, k) for e, k in zip(node.elts, kind, strict=True)]
            return node
        whole = is_whole(self.kinds.of(node))
        made: ast.expr = self.visit(node)
        return _real(made, made) if is_float(kind) and whole else made


def typed(tree: ast.FunctionDef) -> ast.FunctionDef:
    """`tree` with the type written to each float literal that does not have it yet."""
    made: ast.FunctionDef = _Literals().visit(tree)
    return made


class _Literals(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return _real(node, node) if type(node.value) is float else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if not _is_real(node):
            self.generic_visit(node)
        return node


def _is_real(node: ast.Call) -> bool:
    """Whether it is a literal with its type already."""
    named = isinstance(node.func, ast.Name) and node.func.id == REAL_NAME
    return named and isinstance(node.args[0], ast.Constant)


def _real_unless_double(kinds: Sequence[Kind]) -> Kind:
    joined = _all_joined(kinds)
    return REAL if is_whole(joined) else joined


def _all_joined(kinds: Sequence[Kind]) -> Kind:
    total: Kind | None = None
    for kind in kinds:
        total = join(total, kind)
    return UNKNOWN if total is None else total


def is_mathematics(node: ast.expr) -> bool:
    """Whether it is `math.something`, as a resolved tree has it for nothing else."""
    owner = node.value if isinstance(node, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id == "math"


def _is_small_integer(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and type(inner.value) is int and inner.value <= 16


def _real(node: ast.expr, near: ast.AST) -> ast.expr:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        node = ast.copy_location(ast.Constant(float(node.value)), near)
    name = ast.copy_location(ast.Name(REAL_NAME, ast.Load()), near)
    return ast.copy_location(ast.Call(name, [node], []), near)
