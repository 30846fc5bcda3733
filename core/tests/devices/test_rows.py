"""Sums, products and maxima of rows against NumPy, in rows of all remainders."""

import numpy as np
import pytest

from pronghorn.devices.cpu import kernel
from pronghorn.devices.rows import row_dot, row_max, row_sum


@kernel
def of_rows(x, y, found):
    for i in range(x.shape[0]):
        found[i, 0] = row_sum(x[i])
        found[i, 1] = row_dot(x[i], y[i])
        found[i, 2] = row_max(x[i])
        found[i, 3] = row_sum(x[i, ::2])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("columns", [1, 7, 8, 33, 107])
def test_rows_come_to_what_numpy_gives(dtype, columns):
    # Sums of small whole numbers are exact in any order.
    x, y = np.random.default_rng(0).integers(-9, 9, (2, 5, columns)).astype(dtype)
    found = np.zeros((5, 4), dtype)
    of_rows(x, y, found)
    expected = [x.sum(axis=1), (x * y).sum(axis=1), x.max(axis=1), x[:, ::2].sum(axis=1)]
    assert np.array_equal(found, np.stack(expected, axis=1))


def test_what_is_no_number_is_passed_over_in_a_maximum_unless_it_is_first():
    x = np.arange(2 * 40, dtype=np.float32).reshape(2, 40)
    x[0, 13] = x[1, 0] = np.nan
    found = np.zeros((2, 4), np.float32)
    of_rows(x, x, found)
    assert found[0, 2] == 39.0
    assert np.isnan(found[1, 2])
