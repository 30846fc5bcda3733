"""The elementary functions: errors in units of the last place, special values, vector code."""

import math
import re

import numpy as np
import pytest

from pronghorn.devices import jit
from pronghorn.devices.function import Function
from pronghorn.devices.kernels.cpu import map_forward
from pronghorn.devices.vector_math import sigmoid

INF, NAN, TINY = math.inf, math.nan, 2.0**-149

FUNCTIONS = {
    "exp": (lambda x: math.exp(x), np.exp),
    "expm1": (lambda x: math.expm1(x), np.expm1),
    "log": (lambda x: math.log(x), np.log),
    "log1p": (lambda x: math.log1p(x), np.log1p),
    "tanh": (lambda x: math.tanh(x), np.tanh),
    "sigmoid": (lambda x: sigmoid(x), lambda x: 1.0 / (1.0 + np.exp(-x))),
    "erf": (lambda x: math.erf(x), np.vectorize(math.erf, otypes=[float])),
}


def applied(name, x):
    y = np.empty_like(x)
    map_forward.specialize(f=Function(FUNCTIONS[name][0]))(x, y)
    return y


def every_exponent():
    """Floats of every exponent and sign, thousands of each, and all subnormals' neighbourhoods."""
    bits = np.arange(0, 2**32, 9973, dtype=np.uint64).astype(np.uint32)
    return bits.view(np.float32)


def where_it_is_hard():
    """The ranges in which the functions bend, densely."""
    around = [np.linspace(a, b, 40_001) for a, b in [(-110, 95), (-20, 20), (-2, 2), (0.5, 2)]]
    powers = 2.0 ** np.linspace(-30, 5, 40_001)
    return np.concatenate([*around, powers, -powers]).astype(np.float32)


def error_in_ulps(found, expected):
    """|found - expected| in units of the last place of the nearest float32 of `expected`."""
    exponent = np.floor(np.log2(np.maximum(np.abs(expected), 2.0**-126)))
    return np.abs(found.astype(np.float64) - expected) / 2.0 ** (exponent - 23)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("points", [every_exponent, where_it_is_hard])
def test_within_two_units_in_the_last_place(name, points):
    x = points()
    if name == "erf":
        x = x[::7].copy()
    with np.errstate(all="ignore"):
        found, expected = applied(name, x), FUNCTIONS[name][1](x.astype(np.float64))
        rounded = expected.astype(np.float32)
        error = error_in_ulps(found, expected)
    finite = np.isfinite(rounded)
    assert finite.sum() > x.size // 4
    assert error[finite].max() < 2.0
    # Where float32 has no number for it, the very same infinity or NaN.
    np.testing.assert_array_equal(found[~finite], rounded[~finite])


SPECIAL = {
    "exp": [(INF, INF), (-INF, 0.0), (0.0, 1.0), (-0.0, 1.0), (88.72283, 3.4027983e38),
            (88.73, INF), (-103.0, TINY), (-104.0, 0.0), (-200.0, 0.0), (200.0, INF)],
    "expm1": [(INF, INF), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0), (TINY, TINY), (-TINY, -TINY),
              (89.5, INF), (-50.0, -1.0)],
    "log": [(INF, INF), (0.0, -INF), (-0.0, -INF), (-1.0, NAN), (-INF, NAN), (1.0, 0.0),
            (-TINY, NAN)],
    "log1p": [(INF, INF), (-1.0, -INF), (-1.5, NAN), (-INF, NAN), (0.0, 0.0), (-0.0, -0.0),
              (TINY, TINY), (-TINY, -TINY)],
    "tanh": [(INF, 1.0), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0), (TINY, TINY), (30.0, 1.0)],
    "sigmoid": [(INF, 1.0), (-INF, 0.0), (0.0, 0.5), (-0.0, 0.5), (100.0, 1.0), (-103.0, TINY)],
    "erf": [(INF, 1.0), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0), (5.0, 1.0), (-5.0, -1.0)],
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_special_values(name):
    at, expected = np.array([*SPECIAL[name], (NAN, NAN)], np.float32).T
    found = applied(name, np.ascontiguousarray(at))
    np.testing.assert_allclose(found, expected, rtol=2e-7, atol=0)
    np.testing.assert_array_equal(np.signbit(found[:-1]), np.signbit(expected[:-1]))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_float64_is_exact_to_its_own_precision(name):
    x = np.linspace(0.01, 20, 1001)
    np.testing.assert_allclose(applied(name, x), FUNCTIONS[name][1](x), rtol=4e-16)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_vector_code(name, tmp_path, monkeypatch):
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path))
    applied(name, np.zeros(3, np.float32))
    code = jit._kept[-1]._library.get_asm_str()
    packed = r"\b(v?mulps|v?fn?m(add|sub)\d+ps|fml[as]\s+v\d+\.4s|fmul\s+v\d+\.4s)"
    assert len(re.findall(packed, code)) > 5
    assert not re.findall(r"\bcallq?\s+\*?.*(exp|log|tanh|erf)f?\b", code)


def test_sigmoid_in_python():
    assert sigmoid(0.0) == 0.5
    assert sigmoid(-1000.0) == 0.0
    assert sigmoid(1000.0) == 1.0
    assert sigmoid(1.5) == pytest.approx(1 / (1 + math.exp(-1.5)))
