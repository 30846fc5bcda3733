"""What becomes of a function in a kernel: its numbers, its types, its names, its errors."""

import math
import re

import numpy as np
import pytest

from pronghorn.devices import jit
from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.function import Function
from pronghorn.devices.kernels.cpu import map_forward
from pronghorn.devices.program import real
from pronghorn.errors import FunctionError

RATE, COUNT, PAIR, FLAG = 0.3, 3, (2, 0.5), True
SINGLE = np.float64(0.25)
X = np.array([-3.0, -1.0, -0.25, 0.0, 0.25, 0.7, 1.0, 2.5])


def applied(function, x=X, dtype=np.float32):
    given = x.astype(dtype)
    y = np.empty_like(given)
    map_forward.specialize(f=Function(function))(given, y)
    return y


def whole_numbers(x):
    return 2 * x + 1 - x / 4 + 3 // 2 + (7 % 4) * x


def whole_variable(x):
    total = 0
    for k in range(4):
        total += k * x
        total = total + k / 3
    return total


def whole_branch(x):
    return (1 if x > 1 else 0) + (x if x > 0 else 0)


def whole_argument(x):
    return max(x, 0) + min(1, x, 2) + pow(x, 2) + math.copysign(1, x) + math.hypot(x, 2)


def whole_power(x):
    n = 3
    for _ in range(1):
        n = n + 1
    return x**2 + x**n + abs(x) ** 0.5 + 2 ** (x / 4) + (2 + abs(x)) ** -2


def truth(x):
    return (x > 0) * x + (not x > 1) + (x > 0 and x < 1)


def rounding(x):
    down, up = math.floor(x), math.ceil(x)
    return down * x + up + math.trunc(x) + int(x) * 0.5 + float(int(x)) + round(x)


def helper(v, k=2):
    return v * k + k / 2


def helpers(x):
    return helper(x) + helper(x, k=3) + helper(k=0.5, v=x)


def pair(v):
    return v * 2, 3


def tuples(x):
    a, b = pair(x)
    b, a = a, b
    c = d = a + b
    return c - d + a * b


def unpacked(x):
    low, high = (0, x)
    if x > 1:
        low, high = x, 1
    return low + 2 * high


def surroundings(x):
    return RATE * x + COUNT + PAIR[0] * PAIR[1] + SINGLE + (x if FLAG else 0) + math.pi


def numpy_names(x):
    return np.where(x > 0, 1, x) + np.clip(x, -1, 1) + np.exp(-np.abs(x)) + np.maximum(x, 0) + np.pi


def extremes(x):
    bound = math.inf if x > 0 else -math.inf
    return min(max(x, -bound), bound) + real(2)


def while_loop(x):
    v, n = abs(x), 0
    while v > 1 and n < 5:
        v /= 2
        n += 1
    return v + n


def early(x):
    if x < 0:
        return 0
    for k in range(10):
        if k > 2 * x:
            return k
        if k == 4:
            break
    return x


FUNCTIONS = [
    whole_numbers, whole_variable, whole_branch, whole_argument, whole_power, truth, rounding,
    helpers, tuples, unpacked, surroundings, numpy_names, extremes, while_loop, early,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 4e-6), (np.float64, 1e-14)])
def test_equals_python(function, dtype, rtol):
    expected = [float(function(float(v))) for v in X.astype(dtype)]
    np.testing.assert_allclose(applied(function, dtype=dtype), expected, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_float32_stays_float32(function, cold):
    applied(function)
    code = jit._kept[-1]._library.get_llvm_str()
    assert "float" in code
    assert "double" not in code


@pytest.fixture
def cold(tmp_path, monkeypatch):
    """A cache of its own, so that everything is compiled here."""
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path))


def test_kernel_scalars_and_indices_stay_float32(cold):
    @kernel
    def mixed(x, y, index, scale, n):
        half = n // 2
        for i in prange(index.size):
            row = index[i] + half
            y[i] = scale * x[row] + i / n + 2 * row

    x, y = np.arange(6, dtype=np.float32), np.zeros(3, np.float32)
    mixed(x, y, np.array([1, 3, 0]), 0.5, 4)
    np.testing.assert_allclose(y, [1.5 + 0 + 6, 2.5 + 0.25 + 10, 1 + 0.5 + 4])
    code = jit._kept[-1]._library.get_llvm_str()
    # Only the argument itself comes as a double.
    assert sum(" double" in line for line in code.splitlines()) <= 2


def test_float64_sum_in_a_float32_kernel():
    @kernel
    def total(x, out):
        sum_ = np.float64(0)
        for i in range(x.size):
            sum_ += x[i]
        out[0] = sum_

    x, out = np.full(10_000_000, 0.1, np.float32), np.zeros(1)
    total(x, out)
    assert out[0] == pytest.approx(float(np.float32(0.1)) * x.size, rel=1e-12)


def test_negative_literal_index():
    @kernel
    def ends(x, out):
        for _ in range(1):
            out[0] = x[-1]
            out[1] = x[0]

    out = np.zeros(2)
    ends(np.arange(5.0), out)
    assert list(out) == [4, 0]


def test_names_that_the_module_uses_itself():
    def word(v, at=2.0):
        return v * at

    def clashing(x):
        exp, at, data, least, math_ = x, 2.0, 3.0, 4.0, 5.0
        return math.exp(exp) * at + data + min(least, word(math_)) + word(x)

    expected = [math.exp(v) * 2 + 3 + 4 + 2 * v for v in X]
    np.testing.assert_allclose(applied(clashing), expected, rtol=1e-6)


def test_kernel_arguments_with_the_names_of_its_frame():
    @kernel
    def framed(data, first, last, share, chunks):
        for i in prange(data.size):
            data[i] += first + last * share - chunks

    data = np.zeros(4)
    framed(data, 1.0, 2.0, 3.0, 4.0)
    assert (data == 3).all()


def test_one_helper_for_each_kind_of_argument():
    text = map_forward.specialize(f=Function(helpers)).text()
    assert re.findall(r"def (helper\w*)", text) == ["helper", "helper_1", "helpers"]
    assert "helper(x, 2)" in text
    assert "helper_1(x, _real(0.5))" in text


def test_component_that_wraps_a_function():
    class Component:
        function = Function(lambda v: v * v)

    square = Component()
    np.testing.assert_allclose(applied(lambda x: square(x) + 1), X**2 + 1, rtol=1e-6)


def misspelt(x):
    return math.exq(x)


def undefined(x):
    return x + nowhere  # noqa: F821


def text_added(x):
    y = 2 * x
    return y + "one"


def deep(x):
    return 1.0 + text_added(x)


def nested(x):
    def inner(y):
        return y

    return inner(x)


def anonymous(x):
    return (lambda y: y)(x)


def recursive(x):
    return recursive(x - 1) if x > 0 else 0


def wrong_call(x):
    return helper(x, z=1)


def starred(x):
    return helper(*(x, 1))


def function_as_value(x):
    f = helper
    return f(x)


def object_used(x):
    return x * TABLE[0]


TABLE = np.ones(3)


@pytest.mark.parametrize(
    ("function", "at", "line", "message"),
    [
        (misspelt, misspelt, 1, "module math has no 'exq'"),
        (undefined, undefined, 1, "the name 'nowhere' is not defined"),
        (text_added, text_added, 2, "add"),
        (deep, text_added, 2, "add"),
        (nested, nested, 1, "a function inside a function"),
        (anonymous, anonymous, 1, "a lambda inside a function"),
        (recursive, recursive, 0, "calls itself"),
        (wrong_call, wrong_call, 1, r"this does not fit helper(v, k)"),
        (starred, starred, 1, "*arguments"),
        (function_as_value, function_as_value, 1, "used as a value"),
        (object_used, object_used, 1, "'TABLE' is a ndarray"),
    ],
    ids=lambda p: getattr(p, "__name__", None),
)
def test_errors_point_at_the_line(function, at, line, message):
    with pytest.raises(FunctionError) as caught:
        applied(function)
    number = at.__code__.co_firstlineno + line
    told, shown = str(caught.value).split("\n")
    assert told.startswith(f"{__file__}:{number}: ")
    assert message in told
    with open(__file__) as file:  # noqa: PTH123
        assert shown.strip() == file.read().splitlines()[number - 1].strip()


def test_error_in_the_loop_of_a_kernel():
    @kernel
    def wrong(x):
        y = x.size
        for i in prange(y):
            x[i] = "text"

    number = wrong.source.tree.lineno
    with pytest.raises(FunctionError, match=rf"test_program.py:{number + 3}: .*setitem"):
        wrong(np.zeros(3))
