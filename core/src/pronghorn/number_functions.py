"""What the functions of `pronghorn.array_functions` are on one number: text to be compiled."""

import math


def square(x: float) -> float:
    """`square` of one number."""
    return x * x


def sqrt(x: float) -> float:
    """`sqrt` of one number."""
    return math.sqrt(x) if x > 0.0 else 0.0


def sign(x: float) -> float:
    """`sign` of one number."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0)


def sigmoid(x: float) -> float:
    """`sigmoid` of one number."""
    return 0.5 * math.tanh(0.5 * x) + 0.5


def hard_sigmoid(x: float) -> float:
    """`hard_sigmoid` of one number."""
    return min(max(0.2 * x + 0.5, 0.0), 1.0)


def softplus(x: float) -> float:
    """`softplus` of one number."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def softsign(x: float) -> float:
    """`softsign` of one number."""
    return x / (1.0 + abs(x))


def relu(x: float) -> float:
    """`relu` of one number."""
    return x if x > 0.0 else 0.0


def elu(x: float, alpha: float = 1.0) -> float:
    """`elu` of one number."""
    return x if x > 0.0 else alpha * (math.exp(x) - 1.0)


def clip(x: float, min_value: float, max_value: float) -> float:
    """`clip` of one number."""
    return min(max(x, min_value), max_value)


def maximum(x: float, y: float) -> float:
    """`maximum` of one number."""
    return max(x, y)


def minimum(x: float, y: float) -> float:
    """`minimum` of one number."""
    return min(x, y)


def tanh(x: float) -> float:
    """`tanh` of one number."""
    return math.tanh(x)


def exp(x: float) -> float:
    """`exp` of one number."""
    return math.exp(x)


def log(x: float) -> float:
    """`log` of one number."""
    return math.log(x)


def sin(x: float) -> float:
    """`sin` of one number."""
    return math.sin(x)


def cos(x: float) -> float:
    """`cos` of one number."""
    return math.cos(x)


def abs(x: float) -> float:
    """`abs` of one number."""
    return x if x > 0.0 else -x


def pow(x: float, a: float) -> float:
    """`pow` of one number."""
    return float(x**a)
