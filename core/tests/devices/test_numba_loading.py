"""Kernels load Numba without SciPy, and the user's functions find SciPy nevertheless."""

import subprocess
import sys

import pytest

pytest.importorskip("scipy")

SCRIPT = """
import sys
import numpy as np
from pronghorn.layers import Dense
from pronghorn.models import Sequential

model = Sequential([Dense(2, input_dim=3)])
model.predict(np.zeros((1, 3)))
assert "scipy.linalg" not in sys.modules

from numba import njit

a = np.array([[1.0, 2.0], [3.0, 4.0]])
assert (njit(lambda a: a @ a)(a) == [[7.0, 10.0], [15.0, 22.0]]).all()
assert (njit(lambda a: np.dot(a, a))(a) == [[7.0, 10.0], [15.0, 22.0]]).all()
assert "scipy.linalg.cython_blas" in sys.modules
"""


def test_scipy_is_loaded_when_a_function_needs_it():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
