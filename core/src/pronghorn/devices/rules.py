"""Derivatives of the functions of `math`, written as the expressions that a person would write.

Each rule is the list of partial derivatives, one text per argument; `a` and `b` stand for the
arguments. None: the function is constant between its jumps, so its derivative is 0.
"""

import math
from typing import Any

import numpy as np

TWO_OVER_ROOT_PI = repr(2.0 / math.sqrt(math.pi))
LN_2 = repr(math.log(2.0))
LN_10 = repr(math.log(10.0))
DEGREES = repr(180.0 / math.pi)
RADIANS = repr(math.pi / 180.0)

DERIVATIVES: dict[str, tuple[str, ...] | None] = {
    "acos": ("-1.0 / math.sqrt(1.0 - a * a)",),
    "acosh": ("1.0 / math.sqrt(a * a - 1.0)",),
    "asin": ("1.0 / math.sqrt(1.0 - a * a)",),
    "asinh": ("1.0 / math.sqrt(a * a + 1.0)",),
    "atan": ("1.0 / (1.0 + a * a)",),
    "atan2": ("b / (a * a + b * b)", "-a / (a * a + b * b)"),
    "atanh": ("1.0 / (1.0 - a * a)",),
    "ceil": None,
    "copysign": ("math.copysign(1.0, a) * math.copysign(1.0, b)", "0.0"),
    "cos": ("-math.sin(a)",),
    "cosh": ("math.sinh(a)",),
    "degrees": (DEGREES,),
    "erf": (f"{TWO_OVER_ROOT_PI} * math.exp(-a * a)",),
    "erfc": (f"-{TWO_OVER_ROOT_PI} * math.exp(-a * a)",),
    "exp": ("math.exp(a)",),
    "exp2": (f"{LN_2} * math.exp2(a)",),
    "expm1": ("math.exp(a)",),
    "fabs": ("(1.0 if a > 0.0 else (-1.0 if a < 0.0 else 0.0))",),
    "floor": None,
    "fmod": ("1.0", "-math.trunc(a / b)"),
    "hypot": ("a / math.hypot(a, b)", "b / math.hypot(a, b)"),
    "isfinite": None,
    "isinf": None,
    "isnan": None,
    "log": ("1.0 / a",),
    "log10": (f"1.0 / (a * {LN_10})",),
    "log1p": ("1.0 / (1.0 + a)",),
    "log2": (f"1.0 / (a * {LN_2})",),
    "radians": (RADIANS,),
    "sin": ("math.cos(a)",),
    "sinh": ("math.cosh(a)",),
    "sqrt": ("0.5 / math.sqrt(a)",),
    "tan": ("1.0 + math.tan(a) * math.tan(a)",),
    "tanh": ("1.0 - math.tanh(a) * math.tanh(a)",),
    "trunc": None,
}

REWRITTEN: dict[str, tuple[str, str]] = {
    "fma": ("abc", "a * b + c"),
    "log": ("ab", "math.log(a) / math.log(b)"),
}
"""Functions of `math` that are other expressions: parameters and text."""

NUMPY: dict[Any, str] = {np.where: "b if a else c", np.clip: "min(max(a, b), c)"}
"""NumPy's functions of three numbers that are other expressions."""

PIECEWISE_CONSTANT = frozenset({"bool", "int", "len", "round"})
"""Builtins whose derivative is 0 wherever they have one."""
