"""Where Numba's CUDA differs from its CPU, in what a generated function may call."""

import ast

from pronghorn.devices.cuda.target import LARGER, SMALLER
from pronghorn.devices.precision import REAL_NAME

WHOLE = frozenset({"math.ceil", "math.floor", "math.trunc"})
"""Functions that give an integer on the CPU, and here a float."""

PAIRS = {"max": LARGER, "min": SMALLER}


def translated(tree: ast.FunctionDef) -> ast.FunctionDef:
    """`tree` with calls that mean the same on the GPU."""
    made: ast.FunctionDef = _Translating().visit(tree)
    return made


class _Translating(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        name = ast.unparse(node.func)
        if name in WHOLE:
            return ast.Call(ast.Name("int", ast.Load()), [node], [])
        if name == "math.exp2":
            return ast.BinOp(
                ast.parse(f"{REAL_NAME}(2.0)", mode="eval").body, ast.Pow(), node.args[0]
            )
        if name in PAIRS and len(node.args) > 1:
            return _in_pairs(PAIRS[name], node.args)
        return node


def _in_pairs(name: str, numbers: list[ast.expr]) -> ast.expr:
    """A function of two numbers applied to several, from the left."""
    total, *rest = numbers
    for number in rest:
        total = ast.Call(ast.Name(name, ast.Load()), [total, number], [])
    return total
