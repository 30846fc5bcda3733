"""Keeping float32 code in float32: Numba makes float64 of a Python float literal."""

import ast

REAL = "_real"
"""The name of the float type in generated text."""


class _Typing(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if type(node.value) is not float:
            return node
        return ast.copy_location(ast.Call(ast.Name(REAL, ast.Load()), [node], []), node)


def typed(tree: ast.FunctionDef) -> ast.FunctionDef:
    """`tree` with each float literal `v` written `_real(v)`."""
    made: ast.FunctionDef = _Typing().visit(tree)
    return made
