"""Derivatives against central differences in float64, and the rule at every kink."""

import math

import numpy as np
import pytest

from pronghorn.devices.function import Function
from pronghorn.errors import FunctionError

SLOPE = 0.3


def quadratic(x, y):
    return x * x - 3.0 * x * y + y / x


def powers(x, y):
    return x**2 + x**3 + x**0.5 + x**-1 + x**1 + x**0 + y**x + 2**x


def power_calls(x, y):
    return pow(x, 3) + math.pow(x, y) + pow(x, y)


def exponentials(x, y):
    return math.exp(-x) + math.exp2(y) * math.expm1(x) + math.log(x) + math.log(x, 3.0)


def logarithms(x, y):
    return math.log1p(x * y) + math.log2(x) + math.log10(y * y) + math.log(2.0 + x, y + 2.0)


def trigonometry(x, y):
    return math.sin(x * y) + math.cos(x) * math.tan(y) + math.atan2(x, y) + math.hypot(x, y)


def inverse_functions(x, y):
    return math.asin(x / 4.0) + math.acos(y / 4.0) + math.atan(x) + math.asinh(y)


def hyperbolic(x, y):
    return math.sinh(x) / math.cosh(y) + math.tanh(x * y) + math.acosh(1.5 + x) + math.atanh(x / 4)


def special(x, y):
    return math.erf(x) * math.erfc(y) + math.sqrt(x + y) + math.degrees(x) + math.radians(y)


def pieces(x, y):
    return abs(x - y) + math.fabs(x - 2.0) + math.copysign(x, -y) + math.fmod(x, y) + x % y


def rounding(x, y):
    return x * math.floor(y) + math.ceil(x) * y + round(x) + int(y) * x + x // y + math.trunc(x)


def comparisons(x, y):
    return x * (x > 1.0) + (not x < y) * y + (x > 0.5 and y > 0.5) * x * y


def ternary(x, y):
    return x * x if x > y else (math.exp(-x) if y > 1.0 else x * y)


def local_variables(x, y):
    a = x * y
    b, c = a + x, a - y
    b, c = c * x, b * y
    a += b
    a *= c
    a -= x
    a /= 2.0 + y
    d = e = a
    return d * e + b


def branches(x, y):
    if x > 1.2:
        t = x * x
    elif y > 1.2:
        t = y * x
        t = t + math.sin(t)
    else:
        t = 3.0
    return t * y


def late_variable(x, y):
    total = y
    if x > 0.5:
        extra = x * x
        total = total + extra
    return total


def counting_loop(x, y):
    total, term = 0.0, 1.0
    for k in range(1, 6):
        term = term * x / k
        total += term * y
        if k == 4:
            continue
        total = total + 0.25 * x
    return total


def loop_over_constants(x, y):
    total = 0.0
    for weight in (0.5, 1.5, 2.5):
        total += weight * x**weight
    return total * y


def newton(x, y):
    guess = 1.0
    steps = 0
    while steps < 20:
        guess = 0.5 * (guess + (x + y) / guess)
        steps += 1
        if steps > 15:
            break
    return guess


def early_return(x, y):
    if x > y:
        return x * y
    for k in range(3):
        if k == 2:
            return x + k * y
    return 0.0


def extremes(x, y):
    return max(x, 0.7) * min(y, 1.1, x) + max(x, y, 0.3 * x * y) - min(1.0, max(0.4, x))


def parameter_changed(x, y):
    x = x * y
    x += 1.0
    return math.sqrt(x)


def conversions(x, y):
    return float(x) * float(2) + (+x) - (-y)


def numpy_names(x, y):
    return (
        np.exp(x)
        + np.maximum(x, y)
        + np.where(x > y, x, y * x)
        + np.clip(x, 0.5, 1.0)
        + np.power(x, 1.5)
        + np.abs(x - 3.0)
    )


def square_and_cube(v, w=2.0):
    return v * v * w, v**3


def shifted(v, by=1.0):
    return math.log(v + by) * SLOPE


def helpers(x, y):
    return shifted(x) + shifted(by=y, v=x * y) * shifted(y, x)


def unpacked_helper(x, y):
    a, b = square_and_cube(x * y, w=x)
    return a * b + y


def helper_in_helper(x, y):
    return helpers(x + y, y) * x


FUNCTIONS = [
    quadratic, powers, power_calls, exponentials, logarithms, trigonometry, inverse_functions,
    hyperbolic, special, pieces, rounding, comparisons, ternary, local_variables, branches,
    late_variable, counting_loop, loop_over_constants, newton, early_return, extremes,
    parameter_changed, conversions, numpy_names, helpers, unpacked_helper, helper_in_helper,
]  # fmt: skip
# Away from the kinks of the functions above.
POINTS = [(0.31, 0.83), (0.93, 1.37), (1.71, 1.13), (1.33, 0.47), (2.71, 1.77)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("wrt", [0, 1])
def test_equals_central_difference(function, wrt):
    made = Function(function)
    derivative = made.derivative("xy"[wrt])
    assert derivative.parameters == ("x", "y")
    for point in POINTS:
        step = 1e-6
        upper, lower = list(point), list(point)
        upper[wrt] += step
        lower[wrt] -= step
        expected = (float(function(*upper)) - float(function(*lower))) / (2 * step)
        assert derivative(*point) == pytest.approx(expected, rel=2e-6, abs=2e-6), point


@pytest.mark.parametrize("name", ["x", "y"])
def test_second_derivative(name):
    twice = Function(quadratic).derivative(name).derivative(name)
    x, y = 1.3, 0.7
    assert twice(x, y) == pytest.approx({"x": 2 + 2 * y / x**3, "y": 0.0}[name])


KINKS = {
    "relu": (lambda x: max(x, 0.0), 0.0, 0.0),
    "relu_swapped": (lambda x: max(0.0, x), 0.0, 0.0),
    "bounded": (lambda x: min(x, 6.0), 6.0, 1.0),
    "clip_low": (lambda x: min(max(x, -1.0), 1.0), -1.0, 1.0),
    "clip_high": (lambda x: min(max(x, -1.0), 1.0), 1.0, 1.0),
    "clip_other_way": (lambda x: max(min(x, 1.0), -1.0), -1.0, 1.0),
    "clip_outside": (lambda x: min(max(x, -1.0), 1.0), 1.5, 0.0),
    "hard_sigmoid": (lambda x: max(0.0, min(1.0, 0.2 * x + 0.5)), -2.5, 0.2),
    "numpy_clip": (lambda x: np.clip(x, 0.0, 1.0), 0.0, 1.0),
    "absolute": (lambda x: abs(x), 0.0, 0.0),
    "first_of_two": (lambda x: max(2.0 * x, 3.0 * x), 0.0, 2.0),
    "exponential_unit": (lambda x: x if x > 0 else math.exp(x) - 1.0, 0.0, 1.0),
    "root": (lambda x: x**0.5 if x > 0 else 0.0, 0.0, 0.0),
}


@pytest.mark.parametrize("kink", KINKS)
def test_kink(kink):
    function, at, expected = KINKS[kink]
    assert Function(function).derivative()(at) == expected


def test_power_with_a_variable_exponent_at_zero():
    power = Function(lambda x, n: x**n)
    assert power.derivative("x")(0.0, 0.0) == 0.0
    assert power.derivative("x")(0.0, 1.0) == 1.0
    assert power.derivative("n")(0.0, 2.0) == 0.0


def test_constants_prune_branches_of_the_derivative():
    def leaky(x, alpha=0.0, limit=None):
        y = x if x > 0 else alpha * x
        if limit is not None:
            y = min(y, limit)
        return y

    derivative = Function(leaky).with_constants(alpha=0.1, limit=None).derivative()
    assert "limit" not in derivative.text()
    assert derivative(-1.0) == 0.1


def test_names_of_the_function_are_kept_apart():
    def clashing(x):
        d_x = x * x
        part = d_x * 2.0
        return part + x

    assert Function(clashing).derivative()(3.0) == 13.0


def unknown_function(x):
    y = x * 2.0
    return math.gamma(y)


def subscripted(x):
    pair = (x, x * x)
    return pair[1]


def logical(x):
    return x or 1.0


def with_walrus(x):
    return (y := x) * y


def calls_itself(x):
    return x * calls_itself(x - 1.0) if x > 0 else 1.0


def loop_over_values(x):
    total = 0.0
    for value in (x, 2.0 * x):
        total += value
    return total


def calls_unknown(x):
    return np.linalg.norm(x)


@pytest.mark.parametrize(
    ("function", "line", "message"),
    [
        (unknown_function, 2, "math.gamma"),
        (subscripted, 1, "cannot derive"),
        (logical, 1, "write a conditional"),
        (with_walrus, 1, "cannot derive"),
        (calls_itself, 1, "calls itself"),
        (loop_over_values, 2, "For statement"),
        (calls_unknown, 1, "np.linalg.norm"),
    ],
    ids=lambda p: getattr(p, "__name__", None),
)
def test_what_cannot_be_derived_is_shown(function, line, message):
    with pytest.raises(FunctionError) as caught:
        Function(function).derivative()
    first = function.__code__.co_firstlineno
    text, shown = str(caught.value).split("\n")
    assert text.startswith(f"{__file__}:{first + line}: ")
    assert message in text
    assert shown.strip() == _line(first + line)


def _line(number):
    with open(__file__) as file:  # noqa: PTH123
        return file.read().splitlines()[number - 1].strip()


def test_unknown_parameter():
    with pytest.raises(FunctionError, match="no parameter 'z'"):
        Function(quadratic).derivative("z")


def test_given_derivative_is_used():
    from pronghorn.devices.vector_math import sigmoid

    made = Function(lambda x: 2.0 * sigmoid(x)).derivative()
    s = 1 / (1 + math.exp(-0.4))
    assert made(0.4) == pytest.approx(2 * s * (1 - s))
    assert "sigmoid_derivative" in made.text()
