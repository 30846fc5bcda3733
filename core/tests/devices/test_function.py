"""Reading functions, putting constants in, and what cannot be read."""

import math
import subprocess
import sys
import textwrap

import pytest

from pronghorn.devices.function import Function
from pronghorn.errors import FunctionError


def rectifier(x, alpha=0.0, max_value=None):
    """Has a docstring."""
    y = max(x, 0.0) if not alpha else (x if x > 0 else alpha * x)
    if max_value is not None:
        y = min(y, max_value)
    return y


def modes(x, mode="a", flag=False, *, level=1):
    if mode == "a" and not flag:
        return x
    if mode == "b" or flag:
        return 2 * x
    return level if level > 3 else -level


def test_runs_as_python():
    made = Function(rectifier)
    assert made.name == "rectifier"
    assert made.parameters == ("x", "alpha", "max_value")
    assert made(-2.0, 0.5) == -1.0
    assert made(9.0, max_value=6.0) == 6.0


def test_constants_remove_parameters_and_branches():
    made = Function(rectifier, {"alpha": 0.5, "max_value": None})
    assert made.parameters == ("x",)
    assert made.constants == {"alpha": 0.5, "max_value": None}
    assert made(-2.0) == -1.0
    text = made.text()
    assert "max_value" not in text
    assert "if max_value" not in text
    assert "max(" not in text


def test_constants_one_after_the_other():
    made = Function(rectifier).with_constants(alpha=0.25).with_constants(max_value=1.0)
    assert made.constants == {"alpha": 0.25, "max_value": 1.0}
    assert made(-2.0) == -0.5
    assert made(3.0) == 1.0


@pytest.mark.parametrize(
    ("constants", "expected"),
    [
        ({"mode": "a"}, 5.0),
        ({"mode": "a", "flag": True}, 10.0),
        ({"mode": "b", "flag": False}, 10.0),
        ({"mode": "c", "flag": False, "level": 7}, 7),
        ({"mode": "c", "flag": False, "level": 2}, -2),
    ],
)
def test_branches_on_text_and_truth(constants, expected):
    made = Function(modes, constants)
    assert made(5.0) == expected == modes(5.0, **constants)


def test_fully_decided_function_has_no_branch_left():
    made = Function(modes, {"mode": "c", "flag": False, "level": 7})
    assert "if" not in made.text()


@pytest.mark.parametrize("value", [math.inf, -math.inf, -0.5, -3, True, 1e-30])
def test_constant_values(value):
    assert Function(lambda x, c: x * c, {"c": value})(2.0) == 2.0 * value


def test_nan_as_a_constant():
    assert math.isnan(Function(lambda x, c: x * c, {"c": math.nan})(2.0))


def test_assigned_parameter_as_a_constant():
    def halved(x, n):
        n = n / 2.0
        return x * n

    assert Function(halved, {"n": 3.0})(2.0) == 3.0


def test_defaults_beyond_a_number_of_arguments():
    made = Function(rectifier).with_defaults(1)
    assert made.parameters == ("x",)
    assert made(-1.0) == 0.0


def test_lambdas_on_one_line():
    double, triple = Function(lambda v: 2 * v), Function(lambda v: 3 * v)
    assert (double(5), triple(5)) == (10, 15)


def test_lambda_over_several_lines():
    made = Function(
        lambda v: (
            v
            + 1
        )
    )  # fmt: skip
    assert made(2) == 3


def test_closure():
    def factory(scale):
        return lambda v: scale * v

    assert Function(factory(4.0))(2.0) == 8.0


def test_from_text():
    made = Function.from_text("def thrice(x, n=3):\n    return factor * n * x\n", {"factor": 2})
    assert made(1.0) == 6.0
    assert made.with_constants(n=1)(1.0) == 2.0


@pytest.mark.parametrize("given", [math.exp, 3, "relu", int])
def test_not_a_python_function(given):
    with pytest.raises(FunctionError, match="not a plain Python function"):
        Function(given)


def test_starred_parameters():
    with pytest.raises(FunctionError, match="name its parameters"):
        Function(lambda *values: sum(values))


def test_unknown_constant():
    with pytest.raises(FunctionError, match=r"no parameter 'beta'; it has x, alpha, max_value"):
        Function(rectifier).with_constants(beta=1.0)


def test_constant_that_cannot_be_written():
    with pytest.raises(FunctionError, match=r"alpha=\[1\] cannot be compiled in"):
        Function(rectifier).with_constants(alpha=[1])


def test_no_source_at_a_bare_prompt():
    program = textwrap.dedent("""
        from pronghorn.devices.function import Function
        from pronghorn.errors import FunctionError
        def f(x):
            return x
        try:
            Function(f)
        except FunctionError as error:
            print(error)
    """)
    ran = subprocess.run(
        [sys.executable, "-"], input=program, capture_output=True, text=True, check=True
    )
    assert "put the function in a file or a notebook cell" in ran.stdout


def test_file_changed_since_its_import(tmp_path, monkeypatch):
    file = tmp_path / "changing_module.py"
    file.write_text("def f(x):\n    return x\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import changing_module

    file.write_text("\n\n\ndef f(x):\n    return 2 * x\n")
    with pytest.raises(FunctionError, match="the file changed since"):
        Function(changing_module.f)
