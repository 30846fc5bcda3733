"""Elementary functions that a compiled loop can run on whole vectors of float32.

Kernels and scalar functions write `math.exp` and the like; for float32 on the CPU they get these,
for float64 what `math` has. `sigmoid` is for them to import.
"""

import math


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    e = math.exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


def sigmoid_derivative(x: float) -> float:
    """The derivative of `sigmoid`, from its value."""
    y = sigmoid(x)
    return y * (1.0 - y)


sigmoid.derivatives = {"x": sigmoid_derivative}  # type: ignore[attr-defined]
