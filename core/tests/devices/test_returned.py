# ruff: noqa: RET502, RET503, RET504, RET505 - such functions are what is tested
"""What a function returns is checked by its text: wrong results are told of with their line."""

import math

import pytest

from pronghorn.devices.function import Function
from pronghorn.devices.returned import require_numbers
from pronghorn.errors import FunctionError


def nothing(x):
    math.exp(x)


def sometimes(x):
    if x > 0.0:
        return x


def bare(x):
    if x > 0.0:
        return
    return x


def text(x):
    return f"{x}"


def pair(x):
    return x, x


def named_pair(x):
    y = (x, x)
    return y


def one_of_two(x):
    return x if x > 0.0 else None


def in_a_loop(x):
    for _ in range(3):
        return x


def until_a_break(x):
    while True:
        if x > 0.0:
            break


def through_a_helper(x):
    return nothing(x)


def nested(x):
    return (x, x), x


@pytest.mark.parametrize(
    ("function", "found", "line"),
    [
        (nothing, "end every path with a `return`", "def nothing(x):"),
        (sometimes, "end every path with a `return`", "def sometimes(x):"),
        (bare, "returns nothing", "return"),
        (text, "returns a text", 'return f"{x}"'),
        (pair, "returns a tuple of 2", "return x, x"),
        (named_pair, "returns a tuple of 2", "return y"),
        (one_of_two, "returns nothing", "return x if x > 0.0 else None"),
        (in_a_loop, "end every path", "def in_a_loop(x):"),
        (until_a_break, "end every path", "def until_a_break(x):"),
        (through_a_helper, "returns nothing", "return nothing(x)"),
    ],
)
def test_anything_but_a_number_is_told(function, found, line):
    with pytest.raises(FunctionError) as raised:
        require_numbers(Function(function))
    message = str(raised.value)
    assert f"{function.__name__}(x) must return a number" in message
    assert found in message
    assert message.splitlines()[0].startswith(f"{__file__}:")
    assert message.splitlines()[1].strip() == line


def plain(x):
    return -x


def by_cases(x, kind="a"):
    if kind == "a":
        return x
    elif kind == "b":
        return x * 2.0


def until_found(x):
    while True:
        x = x * 2.0
        if x > 1.0:
            return x


def recursive_name(x):
    y = x
    y = y + y
    return y


def of_itself(x):
    return of_itself(x)


def or_raises(x):
    if x > 0.0:
        return x
    raise ValueError


@pytest.mark.parametrize("function", [plain, until_found, recursive_name, of_itself, or_raises])
def test_a_number_passes(function):
    require_numbers(Function(function))


def test_branches_that_an_option_decides_do_not_count():
    with pytest.raises(FunctionError, match="end every path"):
        require_numbers(Function(by_cases))
    require_numbers(Function(by_cases).with_constants(kind="b"))


def test_tuples_have_a_length():
    require_numbers(Function(pair), 2)
    with pytest.raises(FunctionError, match="must return three, but this returns a tuple of 2"):
        require_numbers(Function(pair), 3, "three")
    with pytest.raises(FunctionError, match="but this returns one number"):
        require_numbers(Function(plain), 2)
    with pytest.raises(FunctionError, match="but this returns a tuple of 2 in a tuple"):
        require_numbers(Function(nested), 2)
